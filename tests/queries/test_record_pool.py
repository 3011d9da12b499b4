"""Pools, draws and stock accounts, asked of the worked examples, against a recomputation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from pyoxigraph import Store

from hedgerow.questions import find
from tests.queries import recompute_pool
from tests.queries.answers import Row, ask, same, tail

#: A draw is open; before and after an entry was reversed; before anything; the second period; after all periods.
DAYS = ["2026-03-15", "2025-10-12", "2025-10-13", "2025-09-01", "2026-07-01", "2026-12-01", "2027-12-31"]

every_day = pytest.mark.parametrize("day", DAYS)


def check(row: Row, figures: Mapping[str, object]) -> None:
    for column, wanted in figures.items():
        if isinstance(wanted, Decimal):
            assert isinstance(row[column], Decimal), (row, column, wanted)
            assert same(row[column], wanted), (row, column, wanted)
        else:
            assert row[column] == wanted, (row, column, wanted)


@every_day
def test_what_is_left_of_each_entitlement(demo_store: Store, day: str) -> None:
    rows = {(tail(r["member"]), r["periodFrom"]): r for r in ask(demo_store, find("C3"), asOf=day)}
    wanted = recompute_pool.entitlements(date.fromisoformat(day))
    assert set(rows) == set(wanted)
    for key, figures in wanted.items():
        check(rows[key], figures)


@every_day
@pytest.mark.parametrize("speed", ["emergency", "ordinary"])
def test_what_can_be_drawn_and_what_limits_it(demo_store: Store, day: str, speed: str) -> None:
    rows = {tail(r["member"]): r for r in ask(demo_store, find("C4"), asOf=day, speed=speed)}
    if day == "2025-09-01":  # before the first entry the stock is not known, and no event opens the pool
        assert {r["limitingFactor"] for r in rows.values()} == {"no event meets a trigger"}
        return
    wanted = recompute_pool.drawable(date.fromisoformat(day), speed)
    assert set(rows) == set(wanted)
    for member, figures in wanted.items():
        check(rows[member], figures)


@every_day
@pytest.mark.parametrize("last", [100, 3])
def test_the_balance_after_each_entry(demo_store: Store, day: str, last: int) -> None:
    found = ask(demo_store, find("C5"), asOf=day, last=str(last))
    (stockpile,) = recompute_pool.world().subjects(recompute_pool.HR.holdsFloor, None)
    wanted = recompute_pool.account(stockpile, date.fromisoformat(day))[-last:]
    assert [(r["sequence"], r["change"], r["balance"]) for r in found] == wanted
    assert {r["replayOk"] for r in found} <= {"yes"}


@every_day
def test_what_is_overdue(demo_store: Store, day: str) -> None:
    rows = {tail(r["draw"]): r for r in ask(demo_store, find("C6"), asOf=day)}
    wanted = recompute_pool.overdue(date.fromisoformat(day))
    assert set(rows) == set(wanted)
    for draw, figures in wanted.items():
        check(rows[str(draw)], figures)


@every_day
def test_who_gives_and_who_takes(demo_store: Store, day: str) -> None:
    rows = {tail(r["member"]): r for r in ask(demo_store, find("C7"), asOf=day)}
    wanted = recompute_pool.positions(date.fromisoformat(day))
    if day == "2025-09-01":
        assert rows == {}, "no account yet"
        return
    assert set(rows) == set(wanted)
    for member, figures in wanted.items():
        check(rows[member], figures)


def test_what_each_party_got(demo_store: Store) -> None:
    rows = {(tail(r["decision"]), tail(r["party"])): r for r in ask(demo_store, find("C8"))}
    wanted = recompute_pool.shares()
    assert set(rows) == set(wanted)
    for key, figures in wanted.items():
        check(rows[key], figures)
    assert sum(Decimal(str(r["allocatedHigh"])) for r in rows.values()) == rows[next(iter(rows))]["sharedOut"]
