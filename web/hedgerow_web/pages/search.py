"""Search: everything whose name fits, by kind."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from hedgerow.search import Hit
from hedgerow_web.pages.lists import listing_of
from hedgerow_web.site import site

blueprint = Blueprint("search", __name__)
#: Hits of one kind shown here; the rest stands in the list of that kind.
SHOWN = 12


@blueprint.get("/search")
def search() -> str:
    """What fits the words of `q`."""
    text = request.args.get("q", "").strip()
    groups: dict[str, list[Hit]] = {}
    for hit in site().names().find(text):
        groups.setdefault(hit.kind, []).append(hit)
    lists = {kind: listing_of(kind) for kind in groups if kind != "term"}
    return render_template(
        "search.html",
        text=text,
        groups=groups,
        total=sum(map(len, groups.values())),
        shown=SHOWN,
        headings={kind: listing.heading for kind, listing in lists.items()} | {"term": "Terms of the ontology"},
        paths={kind: listing.path for kind, listing in lists.items()},
    )
