"""`/sparql`: the endpoint. Bytes of the engine pass through unread; a person's browser gets a page.

A program's query is answered directly (`direct.py`); the site gives the page, and the description of the
service when nothing is asked.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wsgi import get_input_stream

from hedgerow.errors import CallError
from hedgerow.graph.cache import CachedGraph, is_stable
from hedgerow.graph.client import Graph
from hedgerow.settings import Settings
from hedgerow_web import headers
from hedgerow_web.api import discovery, protocol
from hedgerow_web.api.direct import DirectEndpoint, not_modified, tag
from hedgerow_web.api.protocol import Asked
from hedgerow_web.front import ERROR, Answer, Environ, Headers, has
from hedgerow_web.pages import sparql as page

blueprint = Blueprint("sparql", __name__)
PATH = "/sparql"
#: Where the direct way leaves what it has read, for the site.
_ASKED = "hedgerow.asked"


class Endpoint(DirectEndpoint):
    """SPARQL 1.1 Protocol, query operation, over one graph."""

    path = PATH
    methods = frozenset({"GET", "POST"})

    def __init__(self, settings: Settings, graph: Graph, most: int) -> None:
        """`most`: the largest body of a request, in bytes."""
        super().__init__(graph)
        self._settings = settings
        self._behind = graph.behind if isinstance(graph, CachedGraph) else graph
        self._most = most

    def _read(self, environ: Environ) -> Answer | None:
        posted = environ["REQUEST_METHOD"] == "POST"
        body = get_input_stream(environ, max_content_length=self._most).read() if posted else b""
        asked = protocol.read(environ, body, self._settings.query_seconds, f"{self._settings.base}/")
        environ[_ASKED] = asked
        return None if asked.page or asked.query is None else self._answer(environ, asked, asked.query)

    def _answer(self, environ: Environ, asked: Asked, query: str) -> Answer:
        stable = is_stable(query)
        if stable and "HTTP_IF_NONE_MATCH" in environ and has(environ, _tag(asked, version := self._graph.version())):
            return not_modified(self._headers(asked, version, stable=True))
        # What is asked by GET the front keeps as it is sent.
        graph = self._behind if environ["REQUEST_METHOD"] == "GET" else self._graph
        reply = graph.query(query, asked.solutions, asked.triples, asked.how)
        said = self._headers(asked, reply.version, stable=stable)
        return self._sent(reply, [*said, ("Server-Timing", f"worker;dur={reply.millis}")])

    def _headers(self, asked: Asked, version: str, *, stable: bool) -> Headers:
        # NOW, RAND and the like: asked again it is another answer.
        kept = [("Cache-Control", headers.LIVE), ("ETag", _tag(asked, version))] if stable else [headers.NO_STORE]
        deadline = str(int(asked.how.seconds or self._settings.query_seconds))
        return [*self._fixed, *kept, ("Hedgerow-Version", version), ("Hedgerow-Deadline", deadline)]


def _tag(asked: Asked, version: str) -> str:
    return tag(version, asked.query or "", asked.solutions, asked.triples, repr(asked.how))


@blueprint.route(PATH, methods=["GET", "POST"])
def endpoint() -> Response:
    """What the direct way leaves."""
    left: dict[str, Any] = request.environ
    if error := left.get(ERROR):
        raise error
    asked: Asked = left[_ASKED]
    if asked.page:
        return page.answer(asked)
    if request.method == "POST" or not asked.triples:
        raise CallError("There is no query.", "Send it as 'query', or as application/sparql-query.")
    return discovery.service_description(asked.triples)
