"""`/graphs`: each graph and the default graph as RDF, by the SPARQL 1.1 Graph Store HTTP Protocol, for reading.

A graph is named by its IRI, `/graphs?graph=...`, or is all of them as one, `/graphs?default`, which is what a query
without GRAPH sees. Like a query it is answered directly (`direct.py`), a large one from a file. Other methods have no
route, which is 405: records change through the ledger only.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode
from werkzeug import Request
from werkzeug.exceptions import NotAcceptable

from hedgerow.errors import CallError, NotFound
from hedgerow.graph.client import JSON, Graph, How
from hedgerow.settings import Settings
from hedgerow_web import headers
from hedgerow_web.api.direct import DirectEndpoint, not_modified, tag
from hedgerow_web.api.protocol import FORMATS
from hedgerow_web.front import ERROR, Answer, Environ, Headers, has
from hedgerow_web.negotiate import TRIPLES, choose
from hedgerow_web.site import Site

blueprint = Blueprint("graph-store", __name__)
PATH = "/graphs"
_FORMS = tuple(TRIPLES.values())


class GraphStore(DirectEndpoint):
    """The reading operations of the protocol, over one graph of a tier."""

    path = PATH
    methods = frozenset({"GET"})

    def __init__(self, settings: Settings, graph: Graph) -> None:
        super().__init__(graph)
        self._text = Site(settings, graph).query_text

    def _read(self, environ: Environ) -> Answer:
        asked = Request(environ)
        named, whole = asked.args.getlist("graph"), "default" in asked.args
        if len(named) + whole != 1:
            raise CallError(
                f"{len(named) + whole} graphs are named." if named or whole else "No graph is named.",
                "Name one: '?graph=' and its IRI, or '?default' for all that a query sees.",
            )
        if whole:
            return self._answer(asked, self._text("default-graph", {}), "default")
        term = _term(named[0])
        if not json.loads(self._graph.query(self._text("graph-exists", {"graph": [term]})).body)["results"]["bindings"]:
            raise NotFound(f"There is no graph {term}.", "List them: SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }.")
        return self._answer(asked, self._text("graph", {"graph": [term]}), f"graph={quote(named[0], safe='')}")

    def _answer(self, asked: Request, query: str, named: str) -> Answer:
        """The statements of a graph; `named`: by the parameter of that address."""
        form, address = _form(asked), f"{asked.script_root}{PATH}?{named}"
        if has(asked.environ, tag(version := self._graph.version(), address, form)):
            return not_modified(self._headers(address, form, version))
        reply = self._graph.query(query, JSON, form, How(spooled=True))
        return self._sent(reply, self._headers(address, form, reply.version))

    def _headers(self, address: str, form: str, version: str) -> Headers:
        twins = {media: f"{address}&format={suffix}" for suffix, media in TRIPLES.items()}
        return [
            *self._fixed,
            ("Cache-Control", headers.LIVE),
            ("ETag", tag(version, address, form)),
            ("Hedgerow-Version", version),
            ("Content-Location", twins[form]),
            *(("Link", f'<{twin}>; rel="alternate"; type="{media}"') for media, twin in twins.items()),
        ]


def _term(iri: str) -> str:
    try:
        return str(NamedNode(iri))
    except ValueError:
        raise CallError(f"The graph is '{iri[:200]}'.", "Give its absolute IRI, percent-encoded once.") from None


def _form(asked: Request) -> str:
    """The media type to answer with, by `?format=` or the header. Raises CallError and 406."""
    name = asked.args.get("format")
    if name:
        form = FORMATS.get(name, ("", ""))[1]
        if form not in _FORMS:
            raise CallError(f"A graph has no format '{name[:100]}'.", f"Use one of {', '.join(TRIPLES)}.")
        return form
    chosen = choose(asked.headers.get("Accept"), _FORMS)
    if chosen is None:
        raise NotAcceptable(f"A graph comes as {', '.join(_FORMS)}.")
    return chosen


@blueprint.get(PATH)
def left() -> Response:
    """What the direct way leaves: the words for what went wrong."""
    error: Exception = request.environ[ERROR]
    raise error
