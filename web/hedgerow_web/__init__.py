"""The site: Flask pages and endpoints over a graph. It shows and passes on; it computes no figure."""

from __future__ import annotations

from flask import Flask, Response, request

from hedgerow.graph.cache import CachedGraph
from hedgerow.graph.client import Graph, GraphClient
from hedgerow.settings import Settings
from hedgerow_web import i18n, pages, problem
from hedgerow_web.site import Site

#: Largest request body, in bytes: a query is at most 64 KiB.
MAX_BODY_BYTES = 256 * 1024

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

#: What a script of another origin may read of an answer, beside its body.
_EXPOSED = "Content-Location, ETag, Hedgerow-Version, Link, Retry-After"


def create_app(settings: Settings | None = None, graph: Graph | None = None) -> Flask:
    """The WSGI application. Without arguments: settings from the environment, the graph by its socket."""
    settings = settings or Settings.from_env()
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES)
    app.jinja_options["trim_blocks"] = app.jinja_options["lstrip_blocks"] = True
    app.extensions["hedgerow"] = Site(settings, graph or _cached(settings))
    i18n.init(app)
    problem.init(app)
    pages.init(app)
    app.after_request(_finish)
    return app


def _cached(settings: Settings) -> Graph:
    return CachedGraph(GraphClient(settings), settings.cache_megabytes * 1024 * 1024)


def _finish(response: Response) -> Response:
    """Headers every answer carries, and 304 for what the client has already."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _CSP)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if "Access-Control-Allow-Origin" in headers:
        headers.setdefault("Access-Control-Expose-Headers", _EXPOSED)
    if response.status_code == 200 and request.method in ("GET", "HEAD") and not response.is_streamed:
        headers.setdefault("Cache-Control", "public, max-age=60")
        response.add_etag()
        response.make_conditional(request)
    return response
