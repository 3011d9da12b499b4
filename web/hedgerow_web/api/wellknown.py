"""What is asked of every host: what robots may visit, and whom to tell of a weakness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, make_response

from hedgerow.errors import NotFound
from hedgerow_web import demo
from hedgerow_web.address import absolute
from hedgerow_web.i18n import LANGUAGES
from hedgerow_web.site import site

blueprint = Blueprint("wellknown", __name__)
#: Answers computed for whoever asks, which a search engine has no use for; and what is invented.
_CLOSED = (
    *("/sparql", "/workbench", "/search", "/questions/*?"),
    *("/questions/*.json", "/questions/*.csv", "/questions/*.atom"),
    f"{demo.PLACE}/",
)
#: How long a reader may rely on the contact.
_VALID = timedelta(days=90)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """RFC 9309: all but what is computed on request, with the way to the sitemap."""
    closed = "".join(f"Disallow: {path}\n" for path in _CLOSED)
    return _text(f"User-agent: *\n{closed}\nSitemap: {absolute('/sitemap.xml')}\n")


@blueprint.get("/.well-known/security.txt")
def security() -> Response:
    """RFC 9116: whom to tell of a weakness; 404 as long as nobody is named, for an address is never invented."""
    contact = site().settings.security_contact
    if not contact:
        raise NotFound("This registry names nobody to tell of a weakness.", "Set HEDGEROW_SECURITY_CONTACT.")
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    fields = {
        "Contact": contact,
        "Expires": (today + _VALID).isoformat().replace("+00:00", "Z"),
        "Preferred-Languages": ", ".join(LANGUAGES),
        "Canonical": absolute("/.well-known/security.txt"),
        "Policy": absolute("/about"),
    }
    return _text("".join(f"{name}: {value}\n" for name, value in fields.items()))


def _text(body: str) -> Response:
    response = make_response(body)
    response.content_type = "text/plain; charset=utf-8"
    return response
