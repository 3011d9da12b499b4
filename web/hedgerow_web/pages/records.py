"""Records: `/id/` answers 303 to `/doc/`, which is a page or, by suffix, RDF."""

from __future__ import annotations

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request

from hedgerow.graph.client import JSON
from hedgerow_web.negotiate import HTML, TRIPLES, choose
from hedgerow_web.pages import agreements
from hedgerow_web.pages.thing import read_thing
from hedgerow_web.problem import wants_page
from hedgerow_web.site import site

blueprint = Blueprint("records", __name__)


def href(iri: object) -> str | None:
    """The address of an IRI on this site, or an outside one; None for what is no link."""
    return site().href(str(iri))


@blueprint.get("/id/<kind>/<slug>")
def identified(kind: str, slug: str) -> Response:
    """The thing itself is not a page: see its description."""
    _known(kind, slug)
    chosen = choose(request.headers.get("Accept"), (HTML, *TRIPLES.values()))
    if chosen is None:
        abort(406, f"A record comes as {', '.join((HTML, *TRIPLES.values()))}.")
    suffix = next((f".{name}" for name, media in TRIPLES.items() if media == chosen), "")
    response = make_response(redirect(f"/doc/{kind}/{slug}{suffix}", code=303))
    response.vary.add("Accept")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/doc/<kind>/<slug>")
def described(kind: str, slug: str) -> Response:
    """The description: a page, or RDF by suffix."""
    name, dot, suffix = slug.rpartition(".")
    if dot and suffix in TRIPLES:
        return _statements(_known(kind, name), TRIPLES[suffix])
    iri = _known(kind, slug)
    chosen = choose(request.headers.get("Accept"), (HTML, *TRIPLES.values()))
    if chosen is None:
        abort(406, f"A record comes as {', '.join((HTML, *TRIPLES.values()))}.")
    if chosen != HTML and not wants_page():
        response = _statements(iri, chosen)
        response.headers["Content-Location"] = (
            f"/doc/{kind}/{slug}.{next(s for s, m in TRIPLES.items() if m == chosen)}"
        )
    else:
        response = make_response(agreements.page(iri) if kind == "agreement" else _page(iri, kind))
    response.vary.add("Accept")
    for suffix, media in TRIPLES.items():
        response.headers.add("Link", f'</doc/{kind}/{slug}.{suffix}>; rel="alternate"; type="{media}"')
    return response


def _known(kind: str, slug: str) -> str:
    iri = site().record_iri(kind, slug)
    if iri is None or not site().rows("exists", {"record": [f"<{iri}>"]}):
        abort(404, "There is no such record.")
    return iri


def _statements(iri: str, media_type: str) -> Response:
    here = site()
    reply = here.graph.query(here.query_text("statements", {"record": [f"<{iri}>"]}), JSON, media_type)
    response = make_response(reply.body)
    response.content_type = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _page(iri: str, kind: str) -> str:
    thing = read_thing(iri)
    return render_template("record.html", thing=thing, kind=kind, mentions=thing.mentions(), amount=agreements.amount)
