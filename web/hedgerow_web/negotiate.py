"""Content negotiation: one function, tolerant of parameters, and the media types of each kind of answer.

Werkzeug's own matching gives nothing for `application/ld+json;profile="..."` when the plain type is offered,
and nothing without a header; both are ordinary clients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from werkzeug.exceptions import NotAcceptable
from werkzeug.http import parse_options_header

HTML = "text/html"
TURTLE = "text/turtle"
#: Suffix: media type, for statements (RDF), the one we like best first.
TRIPLES = {
    "ttl": TURTLE,
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}
#: Suffix: media type, for tables of solutions.
SOLUTIONS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
#: The parameters our answers of a type have: JSON-LD says in which of its forms it is written.
PARAMETERS = {
    **dict.fromkeys((HTML, TURTLE, SOLUTIONS["csv"], SOLUTIONS["tsv"]), "charset=utf-8"),
    TRIPLES["jsonld"]: 'profile="http://www.w3.org/ns/json-ld#expanded"',
}
#: Names that clients use for the types above. XML is no name of RDF/XML: old browsers like it better than a page.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "application/json": (SOLUTIONS["json"], TRIPLES["jsonld"]),
    "application/xml": (SOLUTIONS["xml"],),
    "text/xml": (SOLUTIONS["xml"],),
    "application/x-turtle": (TURTLE,),
    "application/turtle": (TURTLE,),
    "text/n3": (TURTLE,),
    "text/rdf+n3": (TURTLE,),
    "application/n3": (TURTLE,),
    "application/x-json+ld": (TRIPLES["jsonld"],),
    "text/rdf": (TRIPLES["rdf"],),
    "text/plain": (TRIPLES["nt"],),
    "application/xhtml+xml": (HTML,),
}


def content_type(media_type: str) -> str:
    """A media type as it stands in the Content-Type of an answer, with its parameters."""
    parameters = PARAMETERS.get(media_type)
    return f"{media_type}; {parameters}" if parameters else media_type


#: Ranges of one header that are read.
_MOST = 200


@dataclass(frozen=True)
class Range:
    """One media range of an Accept header: its type, its parameters without the weight, its weight from 0 to 1."""

    name: str
    parameters: frozenset[tuple[str, str]]
    weight: float


def accepted(header: str | None) -> list[Range]:
    """The media ranges of an Accept header, of which only so many are read. A weight that is none counts as 0."""
    ranges: list[Range] = []
    for part in _split(header or "")[:_MOST]:
        name, options = parse_options_header(part)
        name = "*/*" if name.strip() == "*" else name.strip().lower()  # what Java's own client sends
        if "/" in name:
            weight = weight_of(options.pop("q", "1"))
            ranges.append(Range(name, frozenset(options.items()), weight))
    return ranges


def choose(header: str | None, offered: Sequence[str]) -> str | None:
    """The offered type the client likes best; None when it accepts none of them.

    Of equals, data that the client names outright goes before a page (no browser names a type of data, while programs
    name `text/html` too), then the order offered. Without a header, or with one that names nothing, the first is given.

    >>> choose("text/turtle, text/html", ["text/html", "text/turtle"])
    'text/turtle'
    >>> choose("text/html, */*", ["text/html", "text/turtle"])
    'text/html'
    """
    choice = _chosen if len(header or "") <= _USUAL else _chosen.__wrapped__
    return choice(header, tuple(offered))


#: What clients send is much the same; a longer header than this, in characters, is not remembered.
_USUAL = 1000


@lru_cache(maxsize=1024)
def _chosen(header: str | None, offered: tuple[str, ...]) -> str | None:
    ranges = accepted(header)
    if not ranges:
        return offered[0]
    best, best_rank = None, (0.0, False, 0)
    for index, media_type in enumerate(offered):
        weight, named = _liking(media_type, ranges)
        rank = (weight, named and media_type != HTML, -index)
        if weight > 0 and (best is None or rank > best_rank):
            best, best_rank = media_type, rank
    return best


#: How closely a range fits a type: by its parameters too, by the type, by parameters we do not have (a client's profile
#: or version must not cost it its answer), by another name of the type, by a wildcard.
_EXACT, _TYPE, _OTHER_PARAMETERS, _ALIAS, _FAMILY, _ANYTHING = 5, 4, 3, 2, 1, 0


def _liking(media_type: str, ranges: Sequence[Range]) -> tuple[float, bool]:
    """The weight of the range that fits a type most closely, and whether that range names it."""
    found: tuple[int, float] = (-1, 0.0)
    for each in ranges:
        fit = _fit(media_type, each)
        if fit is not None:
            found = max(found, (fit, each.weight))
    return found[1], found[0] > _FAMILY


def _fit(media_type: str, asked: Range) -> int | None:
    if asked.name == media_type:
        if not asked.parameters:
            return _TYPE
        own = parse_options_header(content_type(media_type))[1]
        return _EXACT if asked.parameters <= own.items() else _OTHER_PARAMETERS
    if media_type in ALIASES.get(asked.name, ()):
        return _ALIAS
    if asked.name == f"{media_type.partition('/')[0]}/*":
        return _FAMILY
    return _ANYTHING if asked.name == "*/*" else None


def weight_of(text: str) -> float:
    """A weight from 0 to 1; 0 for what is none.

    >>> [weight_of(text) for text in ("0.5", "7", "-1", "nan", "x", " .2 ")]
    [0.5, 1.0, 0.0, 0.0, 0.0, 0.2]
    """
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return min(weight, 1.0) if weight > 0 else 0.0  # false for what is no number, too


class Unacceptable(NotAcceptable):
    """The client takes none of the types offered: each with the address where it lies."""

    def __init__(self, offered: Sequence[tuple[str, str]]) -> None:
        super().__init__(f"It comes as {', '.join(media for media, _ in offered)}.")
        self.offered = offered


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
