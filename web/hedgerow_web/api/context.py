"""The JSON-LD context of the ontology: the present one, and each under its version for those who want no change."""

from __future__ import annotations

import json
from functools import cache

from flask import Blueprint, Response, abort, make_response, request

from hedgerow.paths import ONTOLOGY

blueprint = Blueprint("context", __name__)
_TYPE = 'application/ld+json; profile="http://www.w3.org/ns/json-ld#context"'


@blueprint.get("/context.jsonld")
def current() -> Response:
    """The context of the present version; it grows with the ontology, so it is kept for a day only."""
    return _give("public, max-age=86400")


@blueprint.get("/context/<version>.jsonld")
def versioned(version: str) -> Response:
    """The context of one version, which never changes."""
    if version != _version():
        abort(404, f"There is no context of version '{version}'; there is {_version()}.")
    return _give("public, max-age=31536000, immutable")


def _give(kept: str) -> Response:
    response = make_response(_text())
    response.content_type = _TYPE
    response.headers["Cache-Control"] = kept
    response.headers["Content-Location"] = f"{request.script_root}/context/{_version()}.jsonld"
    return response


@cache
def _text() -> bytes:
    return (ONTOLOGY / "context.jsonld").read_bytes()


@cache
def _version() -> str:
    return str(json.loads(_text())["version"])
