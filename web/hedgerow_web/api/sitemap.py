"""The sitemap (sitemaps.org): an index, one part for the fixed pages, and parts for the records of each kind."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from flask import Blueprint, Response, abort, make_response

from hedgerow.documentation.described import shipped, short
from hedgerow.questions import load_questions
from hedgerow_web.address import absolute
from hedgerow_web.pages.lists import BY_KIND, LISTINGS
from hedgerow_web.site import site

blueprint = Blueprint("sitemap", __name__)
#: Addresses of one part; the protocol allows no more.
MOST = 50_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_FIXED = (
    "/",
    "/about",
    "/browse",
    "/questions",
    "/briefs",
    "/ns/",
    "/ns/how-to-model",
    "/ns/mission",
    "/code/",
    "/shapes",
)


@blueprint.get("/sitemap.xml")
def index() -> Response:
    """Where the parts lie."""
    return _xml("sitemapindex", "sitemap", (f"/sitemap/{name}.xml" for name in ("pages", *_parts())))


@blueprint.get("/sitemap/<name>.xml")
def part(name: str) -> Response:
    """The addresses of one part."""
    if name == "pages":
        return _xml("urlset", "url", _pages())
    if name not in _parts():
        abort(404, f"The sitemap has no part '{name}'.")
    kind, _, number = name.rpartition("-")
    rows = site().rows("addresses", {"kind": [f'"{kind}"']})
    start = (int(number) - 1) * MOST
    return _xml("urlset", "url", (site().href(row["record"].text) or "" for row in rows[start : start + MOST]))


def _parts() -> list[str]:
    """The parts with records: the kind, and a number from 1 on."""
    counts = {row["kind"].text: int(row["count"].text) for row in site().rows("kinds")}
    return [f"{kind}-{number}" for kind in sorted(counts) for number in range(1, -(-counts[kind] // MOST) + 1)]


def _pages() -> list[str]:
    here = shipped()
    lists = {row["list"].text for row in site().rows("concepts")}
    others = {row["kind"].text for row in site().rows("kinds")} - BY_KIND.keys()
    return [
        *_FIXED,
        *(listing.path for listing in LISTINGS),
        *(f"/browse/{kind}" for kind in sorted(others)),
        *(f"/questions/{name}" for name in load_questions()),
        *(f"/ns/{name}" for name in here.modules),
        *(f"/ns/{term.name}" for term in here.terms.values()),
        *(f"/code/{short(iri)}" for iri in sorted(lists)),
    ]


def _xml(root: str, item: str, addresses: Iterable[str]) -> Response:
    # The graph does not know when a record was written; the day of the view is when it was last looked at.
    day = str(site().graph.status()["day"])
    tree = ElementTree.Element(root, xmlns=_NAMESPACE)
    for address in addresses:
        entry = ElementTree.SubElement(tree, item)
        ElementTree.SubElement(entry, "loc").text = absolute(address)
        ElementTree.SubElement(entry, "lastmod").text = day
    response = make_response(ElementTree.tostring(tree, "utf-8", xml_declaration=True))
    response.content_type = "application/xml; charset=utf-8"
    return response
