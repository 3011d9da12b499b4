"""A record, and an address, that try to break out of the page: on the page of every kind, list and question."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, Quad, RdfFormat, parse, serialize

from hedgerow.graph.cache import CachedGraph
from hedgerow.graph.client import LocalGraph
from hedgerow.graph.project import build_store
from hedgerow.iri import DEFAULT_BASE, XSD
from hedgerow.questions import load_questions
from hedgerow.record import Record
from hedgerow.settings import Settings
from hedgerow.sources.curated import Curated
from hedgerow_web import create_app
from hedgerow_web.pages.lists import LISTINGS
from tests.web.conftest import DEMO_VIEW, VIEW, pool

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ATTACK = "\"'>--></script></textarea></title><script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>{{7*7}}{%x%}"
ADDRESSES = (
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.example/x",
    "JaVaScRiPt:alert(1)",
)
#: Words of ours that decide what a page shows; with another text there the page would not get as far.
KEPT = ("dateAsStated", "knowledge")
WHOLE = ("/id/item", "/id/country")
#: The script of the pages that draw, of the site and of its demonstration.
DRAWING = [("script", [("type", "module"), ("src", f"{root}/static/views/page.js")]) for root in ("", "/demo")]


class _Seen(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # A block of data is no script: what it holds is read to its end as text.
        block = tag == "script" and dict(attrs).get("type") in ("application/ld+json", "application/json")
        ours = (tag, attrs) in DRAWING
        if tag in ("script", "iframe", "object", "embed", "base") and not (block or ours):
            self.faults.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.faults.append(f"{tag} {name}={value}")
            if name in ("href", "src", "action", "formaction", "xlink:href") and not _harmless(value or ""):
                self.faults.append(f"{tag} {name}={value}")


def _harmless(address: str) -> bool:
    return urlsplit(address).scheme in ("http", "https", "") and not address.startswith(("//", "/\\"))


def check(client: FlaskClient, path: str, statuses: tuple[int, ...] = (200,)) -> str:
    response = client.get(path, headers=PAGE)
    assert response.status_code in statuses, path
    assert response.mimetype == "text/html", path
    seen = _Seen()
    seen.feed(response.text)
    assert seen.faults == [], path
    assert "49" + "{%x%}" not in response.text, path
    return response.text


def turned(record: Record, number: int) -> bytes:
    """The record with an attack in the place of each text, and of each web address."""
    quads = []
    for quad in parse(record.canonical, format=RdfFormat.N_QUADS):
        value = quad.object
        if isinstance(value, Literal) and quad.predicate.value.rpartition("#")[2] not in KEPT:
            if value.datatype.value == XSD + "anyURI":
                value = Literal(ADDRESSES[number % len(ADDRESSES)], datatype=value.datatype)
            elif value.language:
                value = Literal(f"{ATTACK} {value.value}", language=value.language)
            elif value.datatype.value == XSD + "string":
                value = Literal(f"{ATTACK} {value.value}")
        quads.append(Quad(quad.subject, quad.predicate, value, quad.graph_name))
    return serialize(quads, format=RdfFormat.N_QUADS) or b""


@pytest.fixture(scope="module")
def attacked(curated: Curated, invented: list[Record]) -> tuple[FlaskClient, list[str]]:
    """A site whose every record attacks, and a record of each kind."""
    of_kind: dict[str, list[Record]] = {}
    for made in [*curated.records, *invented, pool()]:
        of_kind.setdefault(made.iri.removeprefix(DEFAULT_BASE).rpartition("/")[0], []).append(made)
    # All of those that others point at and questions ask for.
    few = [made for place, every in of_kind.items() for made in (every if place in WHOLE else every[:40])]
    store = build_store((turned(made, number) for number, made in enumerate(few)), DEFAULT_BASE)
    graphs = [CachedGraph(LocalGraph.of(store, view), 64 << 20) for view in (VIEW, DEMO_VIEW)]
    client = create_app(Settings(), *graphs).test_client(use_cookies=False)
    ids = [made[0].iri.removeprefix(DEFAULT_BASE).replace("/id/", "/doc/") for made in of_kind.values()]
    return client, ids


def test_no_record_of_any_kind_breaks_out_of_its_page(attacked: tuple[FlaskClient, list[str]]) -> None:
    client, ids = attacked
    assert len(ids) > 60
    for path in ids:
        assert "&lt;script&gt;alert(1)" in check(client, path), path


def test_no_list_question_or_other_page_lets_a_record_out(attacked: tuple[FlaskClient, list[str]]) -> None:
    client, _ = attacked
    select = quote("SELECT * { ?s ?p ?o } LIMIT 200", safe="")
    shown = [
        check(client, path)
        for path in (
            "/", "/demo/", "/browse", "/demo/browse/exchange-pool", "/search?q=script", "/code/stage", "/ns/Agreement",
            "/graph/computed", f"/sparql?query={select}", *(listing.path for listing in LISTINGS),
        )
    ]  # fmt: skip
    for name in load_questions():
        shown.append(check(client, f"/questions/{name}", (200, 400)))
    assert sum("&lt;script&gt;alert(1)" in page for page in shown) > 30


@pytest.mark.parametrize(
    "path",
    [
        "/search?q={}", "/agreements?q={}", "/agreements?sort={}", "/agreements?sector={}", "/agreements?{}=1",
        "/agreements?page={}", "/questions/bundle?kind={}", "/questions/bundle?{}=1", "/questions/bundle?page={}",
        "/questions/{}", "/sparql?query={}", "/sparql?example={}", "/ns/?q={}", "/ns/{}", "/code/{}", "/code/stage/{}",
        "/doc/item/{}", "/graph/{}", "/align/{}", "/about?lang={}", "/doc/item/nickel?_profile={}", "/{}",
        "/doc/item/nickel?stage={}", "/browse/{}", "/doc/item/nickel?_mediatype={}",
    ],
)  # fmt: skip
def test_no_address_is_thrown_back_raw(path: str, web: FlaskClient) -> None:
    for root in ("", "/demo"):
        check(web, root + path.format(quote(ATTACK, safe="")), (200, 400, 404))


def test_no_address_makes_a_header(web: FlaskClient) -> None:
    evil = quote("x\r\nSet-Cookie: evil=1\r\n", safe="")
    for path in (
        "/id/item/nickel?_profile=alt&_mediatype={}",
        "/questions/C2?x={}",
        "/about?lang={}",
        "/ns/0.1.0?{}",
        "/{}",
    ):
        response = web.get(path.format(evil))
        assert "Set-Cookie" not in response.headers, path
        assert all("\n" not in value for _, value in response.headers), path
