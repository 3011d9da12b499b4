"""`/sparql`: the endpoint. Bytes of the engine pass through unread; a person's browser gets a page.

A program's query is answered before the site's own machinery begins, which would cost more than a small query does.
What is left to the site: the page, and the words for what went wrong.
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.wsgi import get_input_stream

from hedgerow.errors import CallError
from hedgerow.graph.cache import CachedGraph, is_stable
from hedgerow.graph.client import Graph
from hedgerow.settings import Settings
from hedgerow_web import demo, headers
from hedgerow_web.api import discovery, protocol
from hedgerow_web.api.protocol import Asked
from hedgerow_web.front import ERROR, Answer, Environ, Headers, has
from hedgerow_web.negotiate import content_type
from hedgerow_web.pages import sparql as page

blueprint = Blueprint("sparql", __name__)
PATH = "/sparql"
#: Where the direct way leaves what it has read, for the site.
_ASKED = "hedgerow.asked"


class Endpoint:
    """SPARQL 1.1 Protocol, query operation, over one graph."""

    def __init__(self, settings: Settings, graph: Graph, most: int) -> None:
        """`most`: the largest body of a request, in bytes."""
        self._settings = settings
        self._graph = graph
        self._behind = graph.behind if isinstance(graph, CachedGraph) else graph
        self._most = most
        self._fixed = [*headers.every(), *headers.shared(), *demo.marks(graph.tier)]

    def __call__(self, environ: Environ) -> Answer | None:
        """The answer; None when the site has to answer."""
        if environ["REQUEST_METHOD"] not in ("GET", "POST"):
            return None
        try:
            asked = environ[_ASKED] = self._read(environ)
            if asked.page or asked.query is None:
                return None
            return self._answer(environ, asked, asked.query)
        except Exception as error:  # the site has the words for it, also where it is a fault of our own
            environ[ERROR] = error
            return None

    def _read(self, environ: Environ) -> Asked:
        posted = environ["REQUEST_METHOD"] == "POST"
        body = get_input_stream(environ, max_content_length=self._most).read() if posted else b""
        return protocol.read(environ, body, self._settings.query_seconds, f"{self._settings.base}/")

    def _answer(self, environ: Environ, asked: Asked, query: str) -> Answer:
        stable = is_stable(query)
        if stable and "HTTP_IF_NONE_MATCH" in environ and has(environ, _tag(asked, version := self._graph.version())):
            return Answer("304 NOT MODIFIED", self._headers(asked, version, stable=True), b"")
        # What is asked by GET the front keeps as it is sent.
        graph = self._behind if environ["REQUEST_METHOD"] == "GET" else self._graph
        reply = graph.query(query, asked.solutions, asked.triples, asked.how)
        said = self._headers(asked, reply.version, stable=stable)
        said += [("Content-Type", content_type(reply.media_type)), ("Server-Timing", f"worker;dur={reply.millis}")]
        said += demo.file_name(self._graph.tier, PATH, reply.media_type)
        if reply.file is None:
            said.append(("Content-Length", str(len(reply.body))))
        return Answer("200 OK", said, reply.body, reply.file)

    def _headers(self, asked: Asked, version: str, *, stable: bool) -> Headers:
        # NOW, RAND and the like: asked again it is another answer.
        kept = [("Cache-Control", headers.LIVE), ("ETag", _tag(asked, version))] if stable else [headers.NO_STORE]
        return [
            *self._fixed,
            *kept,
            ("Hedgerow-Version", version),
            ("Hedgerow-Deadline", str(int(asked.how.seconds or self._settings.query_seconds))),
            ("Vary", "Accept"),
        ]


def _tag(asked: Asked, version: str) -> str:
    """The name of an answer, known before it is: the same query on the same version, in the same form."""
    what = "\0".join((asked.query or "", asked.solutions, asked.triples, repr(asked.how)))
    return f'"{version}-{hashlib.blake2b(what.encode("utf-8", "replace"), digest_size=12).hexdigest()}"'


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
