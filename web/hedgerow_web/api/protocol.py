"""What a request of the SPARQL 1.1 Protocol asks: the query, its graphs, and the form of the answer.

Refused is whatever a lenient reader would mend, or leave out, without a word: two queries, bytes that are no UTF-8,
an update, a graph that cannot be one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from pyoxigraph import NamedNode
from werkzeug.exceptions import NotAcceptable, UnsupportedMediaType

from hedgerow.errors import CallError, QuerySyntaxError
from hedgerow.graph.client import How
from hedgerow_web.negotiate import HTML, SOLUTIONS, TRIPLES, choose

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
#: Suffix: media type, for statements that may name their graph.
QUADS = {"trig": "application/trig", "nq": "application/n-quads"}
#: What clients call a format in `?format=`, beside the media types: for solutions and for statements.
FORMATS = {
    **{name: (media, "") for name, media in SOLUTIONS.items()},
    **{name: ("", media) for name, media in {**TRIPLES, **QUADS}.items()},
    "json": (SOLUTIONS["json"], TRIPLES["jsonld"]),
    "xml": (SOLUTIONS["xml"], TRIPLES["rdf"]),
    "turtle": ("", TRIPLES["ttl"]),
    "n3": ("", TRIPLES["ttl"]),
    "ntriples": ("", TRIPLES["nt"]),
    "json-ld": ("", TRIPLES["jsonld"]),
    "rdf+xml": ("", TRIPLES["rdf"]),
    **{media: (media, "") for media in SOLUTIONS.values()},
    **{media: ("", media) for media in (*TRIPLES.values(), *QUADS.values())},
}
_TABLES, _GRAPHS = tuple(SOLUTIONS.values()), (*TRIPLES.values(), *QUADS.values())
_ALL = (HTML, *_TABLES, *_GRAPHS)


#: A longer header or more parameters than any client sends are not read.
_MOST_PARAMETERS = 1000
_Parameters = dict[str, list[str]]


@dataclass(frozen=True)
class Asked:
    """A request, read whole. `query` is None when it has none; `page`: a person wants to see the answer.

    `solutions` and `triples` are the media types for tables and for statements, '' for a form the client does not take.
    """

    query: str | None
    how: How
    page: bool = False
    solutions: str = ""
    triples: str = ""


def read(environ: Mapping[str, Any], body: bytes, longest: int, base: str) -> Asked:
    """Read a request. `longest`: the deadline no client can extend, in seconds; `base`: where relative IRIs begin.

    Raises CallError, QuerySyntaxError, and the HTTP errors 406 and 415.
    """
    length, media_type = environ.get("CONTENT_LENGTH") or "0", environ.get("CONTENT_TYPE") or ""
    if length.isdigit() and int(length) > len(body):
        raise CallError("The body is shorter than its Content-Length.", "Send it whole.")
    media_type = media_type.partition(";")[0].strip().lower()
    given = _parameters(environ.get("QUERY_STRING", "").encode("latin-1"))
    if media_type == FORM:
        for name, values in _parameters(body).items():
            given.setdefault(name, []).extend(values)
    if media_type == UPDATE or "update" in given:
        raise CallError("Updates are not taken here.", "Records change through the ledger only.")
    queries = given.get("query", [])
    if media_type == QUERY:
        queries = [*queries, _utf8(body)]
    elif environ["REQUEST_METHOD"] == "POST" and media_type != FORM:
        raise UnsupportedMediaType(f"Send {QUERY} or {FORM}.")
    if len(queries) > 1:
        raise CallError("There are two queries.", "Send one, as the parameter 'query' or as the body.")
    query, how = queries[0] if queries else None, _how(given, longest, base)
    name, accept = _one(given, "format"), environ.get("HTTP_ACCEPT")
    if not name and is_page(accept):
        return Asked(query, how, page=True)
    solutions, triples = _forms(name, accept)
    return Asked(query, how, solutions=solutions, triples=triples)


def is_page(accept: str | None) -> bool:
    """Whether an Accept header is that of a person's browser."""
    return "text/html" in (accept or "") and choose(accept, _ALL) == HTML


def _parameters(content: bytes) -> _Parameters:
    """The parameters of a query string or form, each with its values in order. Decoded once, and strictly.

    Some clients leave what is not ASCII as it is, instead of as `%E3`: it is read as what it means.
    """
    text = _utf8(content)
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError as error:
        raise QuerySyntaxError(f"The query is not UTF-8: byte {error.start} does not belong.") from None
    except ValueError:
        raise CallError("There are too many parameters.", f"Send {_MOST_PARAMETERS} at most.") from None
    found: _Parameters = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _utf8(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise QuerySyntaxError(f"The query is not UTF-8: byte {error.start} does not belong.") from None


def _how(given: _Parameters, longest: int, base: str) -> How:
    for name in ("using-graph-uri", "using-named-graph-uri"):
        if name in given:
            raise CallError(f"The parameter '{name}' is for updates.", "Use default-graph-uri and named-graph-uri.")
    return How(
        default_graphs=_graphs(given, "default-graph-uri"),
        named_graphs=_graphs(given, "named-graph-uri"),
        seconds=_seconds(_one(given, "timeout"), longest),
        spooled=True,
        base=base,
    )


def _graphs(given: _Parameters, name: str) -> tuple[str, ...]:
    iris = tuple(dict.fromkeys(given.get(name, ())))
    for iri in iris:
        try:
            NamedNode(iri)
        except ValueError:
            raise CallError(f"The parameter '{name}' is '{iri[:200]}'.", "Give an absolute IRI.") from None
    return iris


def _seconds(text: str, longest: int) -> float | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= longest):
        raise CallError(f"The timeout is '{text[:40]}'.", f"Give a whole number of seconds, from 1 to {longest}.")
    return float(text)


def _one(given: _Parameters, name: str) -> str:
    return next((value for value in given.get(name, ()) if value), "")


def _forms(name: str, accept: str | None) -> tuple[str, str]:
    if name:
        if name not in FORMATS:
            raise CallError(f"There is no format '{name[:100]}'.", f"Use one of {', '.join(FORMATS)}.")
        return FORMATS[name]
    solutions, triples = choose(accept, _TABLES), choose(accept, _GRAPHS)
    if solutions is None and triples is None:
        raise NotAcceptable(f"Answers come as {', '.join((*_TABLES, *_GRAPHS))}.")
    return solutions or "", triples or ""
