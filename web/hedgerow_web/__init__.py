"""The site: Flask pages and endpoints over a graph. It shows and passes on; it computes no figure."""

from __future__ import annotations

from flask import Flask, Response, abort, request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from hedgerow.graph.cache import CachedGraph
from hedgerow.graph.client import Graph, GraphClient
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC
from hedgerow_web import demo, i18n, pages, problem
from hedgerow_web.site import Site

#: Largest request body, in bytes: a query is at most 64 KiB.
MAX_BODY_BYTES = 256 * 1024

_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

#: The demonstration keeps this part of the answers that the public site may.
DEMO_CACHE = 4

#: What a script of another origin may read of an answer, beside its body.
_EXPOSED = "Content-Location, ETag, Hedgerow-Version, Link, Retry-After"


def create_app(
    settings: Settings | None = None, graph: Graph | None = None, demonstration: Graph | None = None
) -> Flask:
    """The WSGI application. Without arguments: settings from the environment, the graphs by their sockets.

    The demonstration tier is the same site once more, mounted at `/demo` over its own graph.
    """
    settings = settings or Settings.from_env()
    app = _site(settings, graph or _cached(settings, PUBLIC, settings.cache_megabytes))
    if settings.demo:
        invented = _site(settings, demonstration or _cached(settings, DEMO, settings.cache_megabytes // DEMO_CACHE))
        mounted = DispatcherMiddleware(app.wsgi_app, {demo.PLACE: invented})
        app.wsgi_app = mounted  # type: ignore[method-assign]
    else:
        for rule in (demo.PLACE, f"{demo.PLACE}/", f"{demo.PLACE}/<path:rest>"):
            app.add_url_rule(rule, "no-demonstration", _no_demonstration)
    return app


def _no_demonstration(rest: str = "") -> Response:
    abort(404, "This registry shows no demonstration.")


def _site(settings: Settings, graph: Graph) -> Flask:
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES)
    app.jinja_options["trim_blocks"] = app.jinja_options["lstrip_blocks"] = True
    app.extensions["hedgerow"] = Site(settings, graph)
    demo.init(app)
    i18n.init(app)
    problem.init(app)
    pages.init(app)
    app.after_request(_finish)
    return app


def _cached(settings: Settings, tier: str, megabytes: int) -> Graph:
    return CachedGraph(GraphClient(settings, tier), megabytes * 1024 * 1024)


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
