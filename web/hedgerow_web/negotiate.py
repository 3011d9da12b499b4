"""Content negotiation: one function, tolerant of parameters, and the media types of each kind of answer.

Werkzeug's own matching gives nothing for `application/ld+json;profile="..."` when the plain type is offered,
and nothing without a header; both are ordinary clients.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from werkzeug.http import parse_options_header

HTML = "text/html"
TURTLE = "text/turtle"
#: Suffix: media type, for statements (RDF).
TRIPLES = {
    "ttl": TURTLE,
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
#: Suffix: media type, for tables of solutions.
SOLUTIONS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
#: Names that clients use for the types above.
ALIASES = {
    "application/json": "application/sparql-results+json",
    "application/xml": "application/sparql-results+xml",
    "text/xml": "application/sparql-results+xml",
    "application/x-turtle": TURTLE,
    "application/turtle": TURTLE,
    "text/n3": TURTLE,
    "text/rdf+n3": TURTLE,
    "application/n3": TURTLE,
    "application/x-json+ld": TRIPLES["jsonld"],
    "text/rdf": TRIPLES["rdf"],
    "text/plain": "application/n-triples",
    "application/xhtml+xml": HTML,
}


def accepted(header: str | None) -> list[tuple[str, float]]:
    """The media ranges of an Accept header with their weights, parameters dropped."""
    ranges: list[tuple[str, float]] = []
    for part in _split(header or ""):
        name, options = parse_options_header(part)
        try:
            weight = float(options.get("q", "1"))
        except ValueError:
            weight = 0.0
        name = name.strip().lower()
        if "/" in name:
            ranges.append((name, min(max(weight, 0.0), 1.0)))
    return ranges


@lru_cache(maxsize=1024)
def choose(header: str | None, offered: tuple[str, ...]) -> str | None:
    """The offered type the client likes best, the first of equals; None when it accepts none of them.

    Without a header, or with one that names nothing, the first is given.
    """
    ranges = accepted(header)
    if not ranges:
        return offered[0]
    best, best_rank = None, (0.0, 0)
    for index, media_type in enumerate(offered):
        rank = (_weight(media_type, ranges), -index)
        if rank[0] > 0 and (best is None or rank > best_rank):
            best, best_rank = media_type, rank
    return best


def _weight(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The weight of the most specific range that matches."""
    family = media_type.partition("/")[0]
    found: tuple[int, float] = (-1, 0.0)
    for name, weight in ranges:
        if name == media_type:
            specific = 3
        elif ALIASES.get(name) == media_type:
            specific = 2
        elif name == f"{family}/*":
            specific = 1
        elif name == "*/*":
            specific = 0
        else:
            continue
        if specific > found[0] or (specific == found[0] and weight > found[1]):
            found = (specific, weight)
    return found[1]


def _split(header: str) -> list[str]:
    """Split at commas outside quotes."""
    parts, current, quoted = [], "", False
    for character in header:
        quoted ^= character == '"'
        if character == "," and not quoted:
            parts.append(current)
            current = ""
        else:
            current += character
    return [part.strip() for part in [*parts, current] if part.strip()]
