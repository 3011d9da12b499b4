"""What stands behind the figures: method, licences, terms; and whether the site is alive."""

from __future__ import annotations

import json

from flask import Blueprint, Response, make_response, render_template

from hedgerow import __version__
from hedgerow_web.site import site

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
def about() -> str:
    """Method, evidence, licences, how to cite, how to report an error."""
    return render_template("about.html", status=site().graph.status(), version=__version__)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return _json({"status": "alive"})


@blueprint.get("/readyz")
def ready() -> Response:
    """The graph answers; 503 while it does not."""
    return _json({"status": "ready", **site().graph.status()})


def _json(body: dict[str, object]) -> Response:
    response = make_response(json.dumps(body))
    response.mimetype = "application/json"
    response.headers["Cache-Control"] = "no-store"
    return response
