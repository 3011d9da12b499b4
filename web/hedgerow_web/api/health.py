"""Whether the site is alive and fit to serve, for whoever watches over it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Blueprint, Response, make_response

from hedgerow.health import insist
from hedgerow_web.site import site

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return _json({"status": "alive"})


@blueprint.get("/readyz")
def ready() -> Response:
    """The graph answers and the disk has room, with how far the graph is behind the ledger; else 503 and why."""
    return _json({"status": "ready", **insist(site().settings, site().graph).facts()})


def _json(body: Mapping[str, object]) -> Response:
    response = make_response(json.dumps(body))
    response.mimetype = "application/json"
    response.headers["Cache-Control"] = "no-store"
    return response
