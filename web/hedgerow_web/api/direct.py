"""What the endpoints have in common that answer a program before the site's own machinery begins.

That would cost more than a small query does. What is left to the site: pages, for errors too.
"""

from __future__ import annotations

from hashlib import blake2b

from hedgerow.errors import HedgerowError
from hedgerow.graph.client import Graph, Reply
from hedgerow_web import demo, headers, problem
from hedgerow_web.front import ERROR, Answer, Environ, Headers
from hedgerow_web.negotiate import content_type


class DirectEndpoint:
    """One path over one graph: an application of the front that may leave a request to the site."""

    path: str
    methods: frozenset[str]

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._refused: Headers = [*headers.every(), *headers.shared(), *demo.marks(graph.tier)]
        self._fixed: Headers = [*self._refused, ("Vary", "Accept")]

    def __call__(self, environ: Environ) -> Answer | None:
        """The answer; None when the site has to answer."""
        if environ["REQUEST_METHOD"] not in self.methods:
            return None
        try:
            return self._read(environ)
        except Exception as error:
            if isinstance(error, HedgerowError) and "text/html" not in environ.get("HTTP_ACCEPT", ""):
                # Under attack most answers are such: a refusal must cost less than an answer.
                status, said, body = problem.told(error)
                return Answer(status, [*self._refused, *said], body)
            # The site words it for people, and where it is a fault of our own.
            environ[ERROR] = error
            return None

    def _read(self, environ: Environ) -> Answer | None:
        """Read a request and answer it; None leaves it to the site. Whatever it raises the site words."""
        raise NotImplementedError

    def _sent(self, reply: Reply, said: Headers) -> Answer:
        """What the graph replied, with the headers `said` and those that tell of the body."""
        told = [*said, ("Content-Type", content_type(reply.media_type))]
        told += demo.file_name(self._graph.tier, self.path, reply.media_type)
        if reply.file is None:
            told.append(("Content-Length", str(len(reply.body))))
        return Answer("200 OK", told, reply.body, reply.file)


def not_modified(said: Headers) -> Answer:
    """The client has it already."""
    return Answer("304 NOT MODIFIED", said, b"")


def tag(version: str, *what: str) -> str:
    """The name of an answer, known before it is made: the same version, asked for the same."""
    asked = "\0".join(what).encode("utf-8", "replace")
    return f'"{version}-{blake2b(asked, digest_size=12).hexdigest()}"'
