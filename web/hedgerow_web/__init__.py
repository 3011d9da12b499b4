"""The site: Flask pages and endpoints over a graph. It shows and passes on; it computes no figure."""

from __future__ import annotations

from flask import Flask, Response, abort
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from hedgerow.graph.cache import CachedGraph
from hedgerow.graph.client import Graph, GraphClient
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC
from hedgerow_web import api, demo, described, headers, i18n, pages, problem
from hedgerow_web.api import graphs, sparql
from hedgerow_web.counts import Counted, Counts
from hedgerow_web.front import Direct, Front
from hedgerow_web.site import Site

#: Largest request body, in bytes: a query is at most 64 KiB.
MAX_BODY_BYTES = 256 * 1024

#: The demonstration keeps this part of the answers that the public site may.
DEMO_CACHE = 4


def create_app(
    settings: Settings | None = None, graph: Graph | None = None, demonstration: Graph | None = None
) -> Flask:
    """The WSGI application. Without arguments: settings from the environment, the graphs by their sockets.

    The demonstration tier is the same site once more, mounted at `/demo` over its own graph.
    """
    settings = settings or Settings.from_env()
    kept = settings.cache_megabytes * 1024 * 1024 // 2
    app = _site(settings, graph or CachedGraph(GraphClient(settings, PUBLIC), kept), kept)
    if settings.demo:
        kept //= DEMO_CACHE
        invented = _site(settings, demonstration or CachedGraph(GraphClient(settings, DEMO), kept), kept)
        app.extensions["demonstration"] = invented
        mounted = DispatcherMiddleware(app.wsgi_app, {demo.PLACE: invented})
        app.wsgi_app = mounted  # type: ignore[method-assign]
    else:
        for rule in (demo.PLACE, f"{demo.PLACE}/", f"{demo.PLACE}/<path:rest>"):
            app.add_url_rule(rule, "no-demonstration", _no_demonstration)
    # Only a site of its own shares its figures; one that is given its graph counts for itself.
    counts = Counts(None if graph else settings.run)
    app.extensions["counts"] = counts
    app.wsgi_app = Counted(app.wsgi_app, counts)  # type: ignore[method-assign]
    return app


def _no_demonstration(rest: str = "") -> Response:
    abort(404, "This registry shows no demonstration.")


def _site(settings: Settings, graph: Graph, kept: int) -> Flask:
    """One tier's site; of its answers as many bytes are kept."""
    app = Flask(__name__)
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES, MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES)
    app.jinja_options["trim_blocks"] = app.jinja_options["lstrip_blocks"] = True
    app.extensions["hedgerow"] = Site(settings, graph)
    demo.init(app)
    i18n.init(app)
    problem.init(app)
    api.init(app)
    pages.init(app)
    described.init(app)
    headers.init(app)
    direct: dict[str, Direct] = {
        sparql.PATH: sparql.Endpoint(settings, graph, MAX_BODY_BYTES),
        graphs.PATH: graphs.GraphStore(settings, graph),
    }
    app.wsgi_app = Front(app.wsgi_app, graph, kept, direct)  # type: ignore[method-assign, assignment]
    return app
