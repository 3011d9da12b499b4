"""Records: `/id/` answers 303 to `/doc/`, which is a page or, by suffix or negotiation, RDF."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template, request

from hedgerow.graph.client import JSON
from hedgerow_web.address import here
from hedgerow_web.described import as_rdf, describe, lead_to, twin
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
    _known(kind, slug)
    return lead_to(f"/doc/{kind}/{slug}")


@blueprint.get("/doc/<kind>/<slug>")
def described(kind: str, slug: str) -> Response:
    """The description: a page, or RDF by suffix or negotiation."""
    name, media_type = twin(slug)
    iri = _known(kind, name)
    if media_type:
        return as_rdf(_statements(iri, media_type), media_type)
    return describe(
        f"/doc/{kind}/{slug}",
        lambda: agreements.page(iri) if kind == "agreement" else _page(iri, kind),
        lambda form: _statements(iri, form),
    )


def _known(kind: str, slug: str) -> str:
    here = site()
    held = (iri for iri in here.record_iris(kind, slug) if here.rows("exists", {"record": [f"<{iri}>"]}))
    found = next(held, None)
    if found is None:
        abort(404, "There is no such record.")
    return found


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
