"""A thing's description in the form the client wants: a page, or RDF; the same for records, terms and codes."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, make_response, redirect, request

from hedgerow_web.negotiate import HTML, TRIPLES, choose

OFFERED = (HTML, *TRIPLES.values())


def wanted_form() -> str:
    """The media type to answer with; 406 with the list when the client takes none of them."""
    chosen = choose(request.headers.get("Accept"), OFFERED)
    if chosen is None:
        abort(406, f"It comes as {', '.join(OFFERED)}.")
    return chosen


def lead_to(address: str) -> Response:
    """303 from a thing to its description: the page, or the suffix twin of the form wanted.

    Addresses here and below are those within the site, without the prefix it is mounted under.
    """
    form = wanted_form()
    suffix = next((f".{name}" for name, media in TRIPLES.items() if media == form), "")
    return _negotiated(make_response(redirect(f"{request.script_root}{address}{suffix}", code=303)))


def describe(address: str, page: Callable[[], str], statements: Callable[[str], bytes]) -> Response:
    """The description at `address`, as a page or as RDF. `statements` gives the bytes of a media type."""
    form, address = wanted_form(), request.script_root + address
    if form == HTML:
        response = make_response(page())
    else:
        response = as_rdf(statements(form), form)
        response.headers["Content-Location"] = f"{address}.{_suffix(form)}"
    for suffix, media in TRIPLES.items():
        response.headers.add("Link", f'<{address}.{suffix}>; rel="alternate"; type="{media}"')
    return _negotiated(response)


def as_rdf(body: bytes, media_type: str) -> Response:
    """RDF as an answer that any origin may read."""
    response = make_response(body)
    response.content_type = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def twin(name: str) -> tuple[str, str]:
    """Part a name from a suffix of RDF: the name and the media type, '' when there is no such suffix."""
    stem, dot, suffix = name.rpartition(".")
    return (stem, TRIPLES[suffix]) if dot and suffix in TRIPLES else (name, "")


def _suffix(media_type: str) -> str:
    return next(name for name, media in TRIPLES.items() if media == media_type)


def _negotiated(response: Response) -> Response:
    response.vary.add("Accept")
    response.headers.setdefault("Access-Control-Allow-Origin", "*")
    return response
