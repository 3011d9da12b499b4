"""The documents by which programs find out what is here: VoID, example queries and the SPARQL service description."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request

from hedgerow.exchange import examples, service, void
from hedgerow.exchange.description import Description
from hedgerow.iri import EXAMPLE_QUERIES
from hedgerow_web.address import here
from hedgerow_web.described import as_rdf
from hedgerow_web.negotiate import TRIPLES, choose
from hedgerow_web.site import site

blueprint = Blueprint("discovery", __name__)


@blueprint.get(f"/{void.PLACE}")
def figures() -> Response:
    """What the record holds, in figures (VoID)."""
    form = _form()
    return as_document(void.describe(site().graph, site().settings, here()), form)


@blueprint.get(f"/{EXAMPLE_QUERIES}")
def example_queries() -> Response:
    """The questions as example queries (SHACL)."""
    form = _form()
    return as_document(examples.describe(site().graph, site().settings, here()), form)


def service_description(media_type: str) -> Response:
    """What the endpoint answers in a form of RDF when it is asked no query."""
    return as_document(service.describe(site().graph, site().settings, here()), media_type)


def as_document(told: Description, media_type: str) -> Response:
    """A description in a form that was negotiated."""
    response = as_rdf(told.serialised(media_type), media_type)
    response.headers["Hedgerow-Version"] = told.version
    response.vary.add("Accept")
    return response


def _form() -> str:
    form = choose(request.headers.get("Accept"), tuple(TRIPLES.values()))
    if form is None:
        abort(406, f"It comes as {', '.join(TRIPLES.values())}.")
    return form
