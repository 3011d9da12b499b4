"""What every answer carries: the headers of safety, leave for other origins, and 304 for what a client has already."""

from __future__ import annotations

from flask import Flask, Response, g, make_response, request

from hedgerow_web.negotiate import HTML

#: Pages load nothing from elsewhere, and none has scripts but those that draw; data that a browser shows as a document
#: may do nothing at all.
PAGE_SECURITY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
#: What a page that draws may do beside: run the scripts of the site, and ask the site for what they draw.
DRAWING = "; script-src 'self'; connect-src 'self'"
DATA_SECURITY = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
#: A page that may be shown within one of anyone, and does nothing there.
EMBEDDED_SECURITY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'none'; base-uri 'none'; frame-ancestors *"
)
_EMBEDDED = "answers.embed"
#: How long an answer of the live view may be given again unasked.
LIVE = "public, max-age=60"
#: The vendored files lie under their version, so they never change.
_VENDORED = "/static/vendored/"
_FOREVER = "public, max-age=31536000, immutable"
NO_STORE = ("Cache-Control", "no-store")
#: What a script of another origin may read of an answer, beside its body; and what it may send.
EXPOSED = (
    "Content-Location, Content-Profile, ETag, Hedgerow-Deadline, Hedgerow-Tier, Hedgerow-Version, Link, Retry-After"
)
_SENT = "Accept, Accept-Language, Accept-Profile, Content-Type, If-None-Match"
#: A year, in seconds: for so long a browser that came by TLS comes by nothing else.
_TLS_SECONDS = 31_536_000


def every(*, page: bool = False, drawing: bool = False) -> list[tuple[str, str]]:
    """Of every answer: of data, or of a page and what a page is made of; one that draws has scripts."""
    policy = PAGE_SECURITY + DRAWING * drawing if page else DATA_SECURITY
    return [
        ("Content-Security-Policy", policy),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "browsing-topics=(), camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ]


def shared() -> list[tuple[str, str]]:
    """Of what any origin may read."""
    return [
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", EXPOSED),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
    ]


def allow_scripts() -> None:
    """Let the page being made run the scripts of the site."""
    g.drawing = True


def init(app: Flask) -> None:
    """Answer OPTIONS everywhere and finish every answer; to be called last, so that nothing is added after it."""
    app.before_request(_options)
    app.after_request(_finish)


def _options() -> Response | None:
    """What an address takes: for clients that ask, and for browsers before a request from another origin."""
    rule = request.url_rule
    if request.method != "OPTIONS" or rule is None:
        return None
    allowed = ", ".join(sorted(rule.methods or ()))
    response = make_response("", 204)
    response.headers.update({
        "Allow": allowed,
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": _SENT,
        "Access-Control-Max-Age": "86400",
    })  # fmt: skip
    return response


def _finish(response: Response) -> Response:
    given = response.headers
    page = response.mimetype == HTML or request.endpoint == "static"
    # Whatever machines read here is public, and no cookie changes it: any origin may have it, also where the other
    # answer of the same address is a page.
    open_ = not page or "Accept" in response.vary or "Access-Control-Allow-Origin" in given
    leave = shared() if open_ else [("Cross-Origin-Resource-Policy", "same-origin")]
    # What cannot be answered, too: within a page nobody would see why the frame stays empty.
    if request.endpoint == _EMBEDDED and response.mimetype == HTML and request.method != "OPTIONS":
        given["Content-Security-Policy"] = EMBEDDED_SECURITY
    for name, value in (*every(page=page, drawing="drawing" in g), *leave):
        given.setdefault(name, value)
    if request.path.startswith(_VENDORED) and response.status_code == 200:
        given["Cache-Control"] = _FOREVER
    if request.is_secure:
        given.setdefault("Strict-Transport-Security", f"max-age={_TLS_SECONDS}")
    versions = g.get("versions", ())
    if len(versions) == 1:  # the graph may move on while a page is made
        given.setdefault("Hedgerow-Version", next(iter(versions)))
    if response.status_code == 200 and request.method in ("GET", "HEAD") and not response.is_streamed:
        given.setdefault("Cache-Control", LIVE)
        if "no-store" not in given["Cache-Control"]:
            response.add_etag()
        response.make_conditional(request)
    return response
