"""Asking a question of a store, and reading its rows by the types of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from pyoxigraph import QuerySolutions, Store

from hedgerow.iri import DEFAULT_BASE
from hedgerow.questions import Column, Question

#: Decimals are compared to six digits: half of the last one, and a little for the doubles on the way.
TOLERANCE = Decimal("0.0000006")

Value = None | str | Decimal | frozenset[str]
Row = dict[str, Value]


def ask(store: Store, question: Question, **values: str) -> list[Row]:
    """The rows of an answer: numbers as decimals, lists as sets, nothing as None."""
    found = store.query(question.bound(values, DEFAULT_BASE), use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    return [{c.name: read(c, term.value if (term := row[c.name]) else None) for c in question.columns} for row in found]


def read(column: Column, text: str | None) -> Value:
    """A cell by the type of its column. An empty text is nothing, as in CSV."""
    if text in (None, ""):
        return None
    assert text is not None
    if column.type in ("decimal", "integer"):
        return Decimal(text)
    if column.type == "date":
        return text[:10]
    if column.type == "iris":
        return frozenset(text.split(" "))
    if column.name == "shareBasis":  # a list of words in no set order
        return frozenset(text.split(", "))
    return text


def tail(value: Value) -> str | None:
    """The last part of an IRI."""
    return None if value is None else str(value).rsplit("/", 1)[-1]


def tails(value: Value) -> set[str]:
    """The last parts of several IRIs."""
    return {str(tail(one)) for one in value} if isinstance(value, frozenset) else set()


def differences(found: Sequence[Mapping[str, Value]], expected: Sequence[Mapping[str, Value]]) -> list[str]:
    """Where two tables differ, row by row; only the columns of the expected one are compared."""
    out = [] if len(found) == len(expected) else [f"{len(found)} rows instead of {len(expected)}"]
    for number, (row, wanted) in enumerate(zip(found, expected, strict=False), start=1):
        for name, value in wanted.items():
            if not same(row[name], value):
                out.append(f"row {number}, {name}: {row[name]!r} instead of {value!r}")
    return out


def same(one: Value, other: Value) -> bool:
    """Equal; decimals to six digits."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one - other) <= TOLERANCE
    return one == other
