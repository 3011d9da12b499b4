"""Answers, read from the forms they come in, and whether two of them are the same.

A table and a set of statements are both a bag of rows of terms; blank nodes may be called anything, as long as one
renaming fits every row. Numbers and instants are compared by value within their datatype, for the engine writes "01"
as "1"; an answer that depends on the difference is a deviation all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from pyoxigraph import (
    BlankNode,
    Dataset,
    Literal,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    parse,
    parse_query_results,
)

from .suites import path_of, read, statements

XSD = "http://www.w3.org/2001/XMLSchema#"
_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
_RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_WHOLE = {
    *("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger"),
    *("negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"),
}

Row = tuple[object, ...]


@dataclass
class Answer:
    """What a query gave: the names of its columns, and its rows; `yes` for ASK, no columns for statements."""

    columns: tuple[str, ...] = ()
    rows: Sequence[Row] = ()
    yes: bool | None = None
    ordered: bool = False


def of_results(results: QuerySolutions | QueryBoolean | QueryTriples) -> Answer:
    """What the engine gave in this process, or what was read from one of its forms."""
    if isinstance(results, QueryBoolean):
        return Answer(yes=bool(results))
    if isinstance(results, QueryTriples):
        return of_statements(results)
    columns = tuple(sorted(variable.value for variable in results.variables))
    return Answer(columns, [tuple(row[name] for name in columns) for row in results])


def of_statements(found: Iterable[object]) -> Answer:
    """RDF as an answer: each statement once."""
    return Answer(rows=list({(quad.subject, quad.predicate, quad.object) for quad in found}))


def of_body(body: bytes, media_type: str) -> Answer:
    """The body of a response, by its media type."""
    rdf = RdfFormat.from_media_type(media_type)
    if rdf is not None:
        return of_statements(parse(body, format=rdf))
    return of_results(parse_query_results(body, format=QueryResultsFormat.from_media_type(media_type)))


def of_file(address: str) -> Answer:
    """The result a suite expects: a form of results, or RDF, which may state a table in the suite's own terms."""
    suffix = path_of(address).suffix[1:]
    form = {"srx": QueryResultsFormat.XML, "srj": QueryResultsFormat.JSON, "tsv": QueryResultsFormat.TSV}.get(suffix)
    if form is not None:
        return of_results(parse_query_results(read(address), format=form))
    graph = Dataset(statements(address))
    sets = [q.subject for q in graph if q.predicate.value == _RDF_TYPE and q.object.value == f"{_RS}ResultSet"]
    return _stated(graph, sets[0]) if sets else of_statements(graph)


def _stated(graph: Dataset, table: object) -> Answer:
    yes = _objects(graph, table, "boolean")
    if yes:
        return Answer(yes=yes[0].value in ("true", "1"))
    columns = tuple(sorted(node.value for node in _objects(graph, table, "resultVariable")))
    rows, places = [], []
    for solution in _objects(graph, table, "solution"):
        held = {
            _objects(graph, binding, "variable")[0].value: _objects(graph, binding, "value")[0]
            for binding in _objects(graph, solution, "binding")
        }
        rows.append(tuple(held.get(name) for name in columns))
        places += [int(node.value) for node in _objects(graph, solution, "index")]
    if not places:
        return Answer(columns, rows)
    assert len(places) == len(rows)
    return Answer(
        columns, [row for _, row in sorted(zip(places, rows, strict=True), key=lambda pair: pair[0])], None, True
    )


def _objects(graph: Dataset, subject: object, term: str) -> list:
    return [quad.object for quad in graph.quads_for_subject(subject) if quad.predicate.value == _RS + term]


def same(expected: Answer, found: Answer, *, lax: bool = False) -> bool:
    """Whether an answer is the one expected; `lax`: rows that are equal may be fewer, as REDUCED allows."""
    if (expected.yes, expected.columns) != (found.yes, found.columns):
        return False
    ours, theirs = [_keys(row) for row in expected.rows], [_keys(row) for row in found.rows]
    if lax:
        return set(ours) == set(theirs) and not Counter(theirs) - Counter(ours)
    if expected.ordered:
        ours, theirs = ([(place, *row) for place, row in enumerate(rows)] for rows in (ours, theirs))
    return _fits(ours, theirs)


def _keys(row: Row) -> Row:
    return tuple(_key(term) for term in row)


def _key(term: object) -> object:
    """A term as it is compared: a blank node as it is, a literal by its value where that is a number or an instant."""
    if not isinstance(term, Literal):
        return term
    kind = term.datatype.value.removeprefix(XSD)
    try:
        if kind in _WHOLE:
            return kind, int(term.value)
        if kind == "decimal":
            return kind, Decimal(term.value)
        if kind in ("double", "float"):
            return kind, str(float(term.value))
        if kind == "dateTime":
            return kind, datetime.fromisoformat(term.value)
        if kind == "date":
            return kind, term.value.removesuffix("Z").removesuffix("+00:00"), term.value[10:] != ""
    except (ValueError, InvalidOperation):
        pass
    return term


def _fits(ours: list[Row], theirs: list[Row]) -> bool:
    """Whether some renaming of blank nodes makes two bags of rows one."""
    plain = [Counter(row for row in rows if not any(_blank(row))) for rows in (ours, theirs)]
    if plain[0] != plain[1]:
        return False
    first, second = ([row for row in rows if any(_blank(row))] for rows in (ours, theirs))
    if len(first) != len(second) or _shapes(first) != _shapes(second):
        return False
    # Rows whose names are known soon cut the search short: those with fewest of their shape come first.
    rare = _shapes(first)
    first.sort(key=lambda row: rare[_shape(row)])
    return _match(first, second, {})


def _match(ours: list[Row], theirs: list[Row], names: dict[object, object]) -> bool:
    if not ours:
        return True
    head, rest = ours[0], ours[1:]
    for index, row in enumerate(theirs):
        grown = _name(head, row, names)
        if grown is not None and _match(rest, theirs[:index] + theirs[index + 1 :], grown):
            return True
    return False


def _name(ours: Row, theirs: Row, names: dict[object, object]) -> dict[object, object] | None:
    """The names with those that make two rows one, or None."""
    grown = dict(names)
    for left, right in zip(ours, theirs, strict=True):
        if not (isinstance(left, BlankNode) and isinstance(right, BlankNode)):
            if left != right:
                return None
        elif grown.setdefault(left, right) != right:
            return None
    return grown if len(set(grown.values())) == len(grown) else None


def _blank(row: Row) -> Iterator[bool]:
    return (isinstance(term, BlankNode) for term in row)


def _shape(row: Row) -> Row:
    return tuple("a blank node" if isinstance(term, BlankNode) else term for term in row)


def _shapes(rows: Iterable[Row]) -> Counter[Row]:
    return Counter(_shape(row) for row in rows)
