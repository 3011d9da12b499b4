"""Records: `/id/` answers 303 to `/doc/`, which is a page or, by suffix or negotiation, RDF."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request

from hedgerow.graph.client import JSON
from hedgerow.iri import RDF_TYPE
from hedgerow_web.address import here
from hedgerow_web.described import Description, describe, lead_to, twin
from hedgerow_web.pages import agreements, kinds, maps
from hedgerow_web.pages.lists import BY_KIND, listing_of, names_in
from hedgerow_web.pages.thing import Thing, read_thing
from hedgerow_web.render import schema_org
from hedgerow_web.site import site

blueprint = Blueprint("records", __name__)


def href(iri: object) -> str | None:
    """The address of an IRI on this site, or an outside one; None for what is no link."""
    return site().href(str(iri))


@blueprint.get("/id/<kind>/<slug>")
def identified(kind: str, slug: str) -> Response:
    """The thing itself is not a page: see its description."""
    return lead_to(_known(kind, slug))


@blueprint.get("/doc/<kind>/<slug>")
def described(kind: str, slug: str) -> Response:
    """The description: a page, or RDF by suffix or negotiation."""
    name, form = twin(slug)
    about = _known(kind, name)
    iri = about.iri
    return describe(
        about,
        form,
        lambda: agreements.page(iri) if kind == "agreement" else _page(iri, kind),
        lambda media: _statements(iri, media),
    )


def _known(kind: str, slug: str) -> Description:
    here = site()
    asked = ((iri, here.rows("signposts", {"record": [f"<{iri}>"]})) for iri in here.record_iris(kind, slug))
    iri, rows = next(((iri, rows) for iri, rows in asked if rows), ("", []))
    if not iri:
        abort(404, "There is no such record.")
    said = [(row["said"].text, row["value"].text) for row in rows]
    return Description(
        f"/doc/{kind}/{slug}",
        iri,
        types=[value for term, value in said if term == RDF_TYPE],
        licence=next((value for term, value in said if term != RDF_TYPE), ""),
        collection=listing_of(kind).path,
    )


def _statements(iri: str, media_type: str) -> bytes:
    here = site()
    return here.graph.query(here.query_text("statements", {"record": [f"<{iri}>"]}), JSON, media_type).body


def _page(iri: str, kind: str) -> str:
    thing = read_thing(iri, kinds.EXPECTED.get(kind, ()))
    drawing = maps.Map()
    if kind == "item":
        drawing = maps.of_chain(thing, request.args.get("stage", ""), request.args.get("importer", ""))
    elif kind in ("facility", "country"):
        drawing = maps.of_places(thing)
    return render_template(
        "record.html",
        thing=thing,
        kind=kind,
        listing=listing_of(kind),
        whole=kind not in BY_KIND,
        sections=kinds.sections(kind, thing),
        missing=thing.missing(kinds.EXPECTED.get(kind, ())),
        state_today=kinds.control_state(thing) if kind == "export-control" else "",
        dependents=_dependents(thing) if kind == "item" else [],
        map=drawing,
        bands=maps.BANDS,
        mentions=thing.mentions(),
        block=schema_org.record(thing, kind, f"{here()}/doc/{kind}/{thing.slug}"),
    )


def _dependents(thing: Thing) -> list[tuple[str, str, bool]]:
    """What depends on an item: its IRI and name, and whether directly."""
    rows = site().rows("dependents", {"about": [f"<{thing.iri}>"]})
    names = names_in(rows, ("thing",))
    return [(row["thing"].text, names[row["thing"].text], row["distance"].text == "1") for row in rows]
