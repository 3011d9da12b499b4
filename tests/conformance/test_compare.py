"""That the comparer finds answers the same when they are, and only then."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from .compare import XSD, Answer, Row, same

A, B, C = (BlankNode(name) for name in "abc")
X, Y = NamedNode("urn:x"), NamedNode("urn:y")


def _number(text: str, kind: str = "integer") -> Literal:
    return Literal(text, datatype=NamedNode(XSD + kind))


def _two(left: list[Row], right: list[Row], *, ordered: bool = False, lax: bool = False) -> bool:
    columns = tuple(f"c{place}" for place in range(len(left[0])))
    return same(Answer(columns, left, ordered=ordered), Answer(columns, right), lax=lax)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([(X,), (Y,)], [(Y,), (X,)]),
        ([(A, X), (B, Y)], [(C, Y), (A, X)]),
        ([(A, B), (B, A)], [(B, C), (C, B)]),
        ([(A, B), (B, C), (C, A)], [(C, B), (B, A), (A, C)]),
        ([(A, A)], [(B, B)]),
        ([(None, X)], [(None, X)]),
        ([(_number("01"),)], [(_number("1"),)]),
        ([(_number("1.0e0", "double"),)], [(_number("1", "double"),)]),
        ([(_number("NaN", "double"),)], [(_number("NaN", "double"),)]),
        ([(_number("2006-08-23+00:00", "date"),)], [(_number("2006-08-23Z", "date"),)]),
        ([(_number("x"),)], [(_number("x"),)]),
    ],
)
def test_same(left: list[Row], right: list[Row]) -> None:
    assert _two(left, right)
    assert _two(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([(X,)], [(X,), (X,)]),
        ([(X,), (X,), (Y,)], [(X,), (Y,), (Y,)]),
        ([(A, A)], [(A, B)]),
        ([(A, X), (A, Y)], [(A, X), (B, Y)]),
        ([(A, B), (B, A)], [(A, A), (B, B)]),
        ([(A, B), (B, C), (C, A)], [(A, B), (B, A), (C, C)]),
        ([(A,)], [(X,)]),
        ([(None,)], [(X,)]),
        ([(Literal("1"),)], [(_number("1"),)]),
        ([(_number("1"),)], [(_number("1", "decimal"),)]),
        ([(_number("x"),)], [(_number("y"),)]),
        ([(Literal("a", language="en"),)], [(Literal("a"),)]),
        ([(_number("2006-08-23", "date"),)], [(_number("2006-08-23Z", "date"),)]),
    ],
)
def test_not_the_same(left: list[Row], right: list[Row]) -> None:
    assert not _two(left, right)
    assert not _two(right, left)


def test_order_matters_where_it_is_stated() -> None:
    assert _two([(X, A), (Y, B)], [(X, B), (Y, A)], ordered=True)
    assert not _two([(X,), (Y,)], [(Y,), (X,)], ordered=True)


def test_rows_may_be_fewer_where_they_are_reduced() -> None:
    assert _two([(X,), (X,), (Y,)], [(X,), (Y,)], lax=True)
    assert not _two([(X,), (Y,)], [(X,), (X,), (Y,)], lax=True)
    assert not _two([(X,), (X,), (Y,)], [(X,), (X,)], lax=True)


def test_columns_and_kinds_of_answer() -> None:
    assert not same(Answer(("a",), []), Answer(("b",), []))
    assert not same(Answer(yes=True), Answer(yes=False))
    assert not same(Answer(yes=False), Answer(("a",), []))
