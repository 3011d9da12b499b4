"""Headers that every answer carries, and those of whatever any origin may read."""

from __future__ import annotations

CONTENT_SECURITY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
#: How long an answer of the live view may be given again unasked.
LIVE = "public, max-age=60"
NO_STORE = ("Cache-Control", "no-store")
#: What a script of another origin may read of an answer, beside its body.
EXPOSED = "Content-Location, ETag, Hedgerow-Deadline, Hedgerow-Tier, Hedgerow-Version, Link, Retry-After"


def every() -> list[tuple[str, str]]:
    """Of every answer."""
    return [
        ("Content-Security-Policy", CONTENT_SECURITY),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]


def shared() -> list[tuple[str, str]]:
    """Of what any origin may read."""
    return [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", EXPOSED)]
