"""The demonstration: the same site over its own graph, every answer of it marked as invented."""

from __future__ import annotations

from flask import Flask, Response, request

from hedgerow.questions import FORMS
from hedgerow.tiers import DEMO
from hedgerow_web.negotiate import HTML, SOLUTIONS, TRIPLES
from hedgerow_web.site import site

#: Where it is mounted; the IRIs of its records lie under it too.
PLACE = f"/{DEMO}"
_SUFFIXES = {
    **{form.media_type: form.suffix for form in FORMS},
    **{media: suffix for suffix, media in {**SOLUTIONS, **TRIPLES}.items()},
}


def init(app: Flask) -> None:
    """Tell the templates whose pages they are, and mark every answer of the demonstration.

    Its answers have a header, no place in search engines, and a marked name where they are files; pages have a banner.
    """
    app.context_processor(_context)
    if app.extensions["hedgerow"].tier == DEMO:
        # Registered before what finishes an answer, and so run after it.
        app.after_request(_mark)


def _context() -> dict[str, object]:
    here = site()
    invented = here.tier == DEMO
    return {
        "root": request.script_root,
        "synthetic": invented,
        "public_root": request.script_root.removesuffix(PLACE),
        "demo_offered": bool(here.settings.demo) and not invented,
    }


def marks(tier: str) -> list[tuple[str, str]]:
    """The headers that every answer of a tier carries."""
    return [("Hedgerow-Tier", DEMO), ("X-Robots-Tag", "noindex")] if tier == DEMO else []


def file_name(tier: str, path: str, media_type: str) -> list[tuple[str, str]]:
    """The header with the name an answer of a tier is kept under: that of its address, marked, with its suffix."""
    if tier != DEMO:
        return []
    place, suffix = path.strip("/").replace("/", "-"), _SUFFIXES.get(media_type, "")
    name = f"synthetic-{place}" if not suffix or place.endswith(f".{suffix}") else f"synthetic-{place}.{suffix}"
    return [("Content-Disposition", f'inline; filename="{name}"')]


def _mark(response: Response) -> Response:
    given = response.headers
    given.extend(marks(DEMO))
    if response.status_code == 200 and response.mimetype != HTML and request.endpoint != "static":
        given.update(file_name(DEMO, request.path, response.mimetype or ""))
    return response
