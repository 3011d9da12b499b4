"""Answers of different engines brought to one form and compared. No I/O."""

from __future__ import annotations

import json
from collections import Counter

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

#: A row in one form: a term is a text, an unbound variable ''.
Row = tuple[str, ...]

_XSD = "http://www.w3.org/2001/XMLSchema#"
#: Types whose values are compared as numbers.
_NUMBERS = frozenset(
    _XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")
)
#: How many digits of a number must agree.
DIGITS = 6


def rows(media_type: str, body: bytes) -> list[Row]:
    """The rows of an answer in the order sent; statements are rows of three. Raises ValueError when it is broken."""
    if "json" not in media_type:
        form = RdfFormat.from_media_type(media_type.partition(";")[0].strip())
        if form is None:
            raise ValueError(f"It came as {media_type or 'nothing named'}.")
        return [
            (_of_store(quad.subject), _of_store(quad.predicate), _of_store(quad.object))
            for quad in parse(body, format=form)
        ]
    answer = json.loads(body)
    if "boolean" in answer:
        return [(str(answer["boolean"]).lower(),)]
    names = answer["head"]["vars"]
    return [tuple(_of_json(row.get(name)) for name in names) for row in answer["results"]["bindings"]]


def _of_store(term: object) -> str:
    if isinstance(term, Literal):
        return literal(term.value, term.datatype.value, term.language)
    if isinstance(term, BlankNode):
        return "_:"
    assert isinstance(term, NamedNode)
    return f"<{term.value}>"


def _of_json(term: dict[str, str] | None) -> str:
    if term is None:
        return ""
    if term["type"] == "uri":
        return f"<{term['value']}>"
    if term["type"] == "bnode":
        return "_:"
    return literal(term["value"], term.get("datatype", ""), term.get("xml:lang"))


def literal(value: str, datatype: str = "", language: str | None = None) -> str:
    """A literal in one form: numbers by value to six digits, UTC as Z, a list of IRIs sorted.

    >>> literal("0.50", _XSD + "decimal") == literal("5.0E-1", _XSD + "double")
    True
    """
    if language:
        return f'"{value}"@{language.lower()}'
    if datatype in _NUMBERS:
        try:
            return f"{float(value) or 0.0:.{DIGITS}g}"
        except ValueError:
            return f'"{value}"^^{datatype.removeprefix(_XSD)}'
    if datatype in ("", _XSD + "string"):
        parts = value.split(" ")
        # What GROUP_CONCAT joins has no order.
        listed = len(parts) > 1 and all("://" in part for part in parts)
        return '"' + " ".join(sorted(parts) if listed else parts) + '"'
    if datatype == _XSD + "dateTime":
        value = value.removesuffix("+00:00") + "Z" * value.endswith("+00:00")
    return f'"{value}"^^{datatype.removeprefix(_XSD)}'


def ordered(query: str) -> bool:
    """Whether a query says in which order its rows come: an ORDER BY behind its last brace."""
    return "ORDER BY" in query.rpartition("}")[2].upper()


def difference(wanted: list[Row], got: list[Row], *, in_order: bool) -> str | None:
    """What is not as wanted, in a few words with the first row that tells it; None when the answers agree."""
    missing, excess = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
    if not missing and not excess:
        if in_order and wanted != got:
            at = next(number for number, (a, b) in enumerate(zip(wanted, got, strict=True), 1) if a != b)
            return f"the same {len(got)} rows in another order from row {at} on"
        return None
    if len(wanted) != len(got):
        one = next(iter(missing or excess))
        return f"{len(got)} rows instead of {len(wanted)}; {'without' if missing else 'with'} {_short(one)}"
    wrong, right = _nearest(list(missing), list(excess))
    cells = [f"{_short((b,))} instead of {_short((a,))}" for a, b in zip(right, wrong, strict=False) if a != b]
    return f"{missing.total()} of {len(wanted)} rows differ; {cells[0] if cells else 'in their number'}"


def _nearest(missing: list[Row], excess: list[Row]) -> tuple[Row, Row]:
    """The wrong row most like the first that is missing, and that one."""
    right = missing[0]
    wrong = max(excess, key=lambda row: sum(a == b for a, b in zip(row, right, strict=False)))
    return wrong, right


def _short(row: Row) -> str:
    text = " ".join(cell or "nothing" for cell in row)
    return text if len(text) <= 120 else text[:119] + "…"
