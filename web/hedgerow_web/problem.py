"""One shape for every error: a page for people, application/problem+json (RFC 9457) for machines."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

from hedgerow.errors import GraphNotReady, HedgerowError, QuerySyntaxError, Unavailable, ViewNotReady
from hedgerow_web.front import Headers
from hedgerow_web.headers import NO_STORE
from hedgerow_web.negotiate import HTML, Unacceptable, choose
from hedgerow_web.site import site

PROBLEM = "application/problem+json"
#: Paths that machines ask; they get JSON unless they say that they want a page.
_MACHINE = (
    *(".json", ".csv", ".atom", ".xlsx", ".ttl", ".nt", ".jsonld", ".rdf", ".linkset", ".xml", ".txt"),
    *("/healthz", "/readyz", "/metrics"),
)
#: Pages of what is on its way: they look again by themselves.
_BUILDING: Mapping[type[HedgerowError], str] = {GraphNotReady: "progress.html", ViewNotReady: "view-progress.html"}
#: What to do about an error of HTTP.
_REMEDIES = {
    404: "Look for it in the lists, or by a question.",
    405: "Use a method of the header Allow. Records change through the ledger only: by 'hedgerow load'.",
    406: "Ask for one of these media types.",
    413: "Send less.",
    415: "Send it as one of these media types.",
}


def wants_page() -> bool:
    """Whether the client is a person's browser."""
    if request.path.endswith(_MACHINE):
        return False
    accept = request.headers.get("Accept")
    return "text/html" in (accept or "") and choose(accept, (HTML, PROBLEM)) == HTML


def init(app: Flask) -> None:
    """Answer our errors, HTTP errors and everything unforeseen in the one shape."""
    app.register_error_handler(HedgerowError, _ours)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def _ours(error: HedgerowError) -> Response:
    template = next((name for kind, name in _BUILDING.items() if isinstance(error, kind)), "problem.html")
    response = _answer(error.status, error.title, error.detail, error.remedy, _place(error), template)
    response.headers.update(_patience(error))
    return response


def told(error: HedgerowError) -> tuple[str, Headers, bytes]:
    """What a program is told of an error of ours without the site's machinery: status line, headers, body."""
    body = _body(error.status, error.title, error.detail, error.remedy, _place(error)).encode()
    said = [("Content-Type", PROBLEM), NO_STORE, *_patience(error), ("Content-Length", str(len(body)))]
    return f"{error.status} {HTTP_STATUS_CODES[error.status].upper()}", said, body


def _place(error: HedgerowError) -> dict[str, object]:
    if isinstance(error, QuerySyntaxError) and error.line:
        return {"line": error.line, "column": error.column}
    return {}


def _patience(error: HedgerowError) -> Headers:
    return [("Retry-After", str(error.retry_after))] if isinstance(error, Unavailable) else []


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    offered = error.offered if isinstance(error, Unacceptable) else ()
    extra = {"available": [{"type": media, "href": address} for media, address in offered]} if offered else {}
    remedy = _REMEDIES.get(error.code, "Correct the request.")
    response = _answer(error.code, error.name, error.description or "", remedy, extra)
    for media, address in offered:
        response.headers.add("Link", f'<{address}>; rel="alternate"; type="{media}"')
    if error.code == 406:
        response.vary.update(("Accept", "Accept-Profile"))
    if error.code == 405:
        response.headers["Allow"] = ", ".join(sorted(getattr(error, "valid_methods", None) or ["GET"]))
    return response


def _unforeseen(error: Exception) -> Response:
    current_app.logger.exception("unforeseen", exc_info=error)
    return _answer(500, "Something went wrong", "The site met a fault of its own.", "Please report it.", {})


def _answer(
    status: int, title: str, detail: str, remedy: str, extra: Mapping[str, object], template: str = "problem.html"
) -> Response:
    if wants_page():
        progress = _progress() if template == _BUILDING[GraphNotReady] else {}
        page = render_template(template, status=status, title=title, detail=detail, remedy=remedy, progress=progress)
        response = make_response(page, status)
    else:
        response = make_response(_body(status, title, detail, remedy, extra), status)
        response.mimetype = PROBLEM
    response.headers.update([NO_STORE])
    return response


def _body(status: int, title: str, detail: str, remedy: str, extra: Mapping[str, object]) -> str:
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "remedy": remedy, **extra}
    return json.dumps(body, ensure_ascii=False)


def _progress() -> dict[str, object]:
    try:
        progress = json.loads(site().settings.progress.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return progress if isinstance(progress, dict) else {}
