"""Audits, promised masses, replacements and recycling: the questions against a second computation, by hand in places."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from pyoxigraph import NamedNode, Store

from hedgerow.iri import HR, RDF_TYPE
from hedgerow.questions import find
from tests.queries import recompute, recompute_custody
from tests.queries.answers import Row, ask, same, tail, tails

TODAY = "2026-11-24"
DAYS = [TODAY, "2024-06-15", "2022-06-30"]


def short(value: object) -> str:
    """A record of the examples as kind/name."""
    return "/".join(str(value).rsplit("/", 2)[-2:])


# Audit rights, on the record.


@pytest.mark.parametrize("day", DAYS)
def test_audit_rights_that_may_be_used(record_store: Store, day: str) -> None:
    rows = {tail(r["agreement"]): r for r in ask(record_store, find("D4"), asOf=day)}
    when = date.fromisoformat(day)
    lines = {line["id"]: line for line in recompute.table("agreements")}
    live = {name for name in recompute_custody.audit_rights() if recompute.in_force(lines[name], when) != "no"}
    assert set(rows) == live
    for name, row in rows.items():
        assert name
        assert row["inForce"] == recompute.in_force(lines[name], when)
        age = recompute_custody.age(name, when)
        young = age is not None and age < 12
        assert row["state"] == ("younger than the period" if young else "no audit on record")
        assert tails(row["scope"]) == recompute_custody.audit_rights()[name]


def test_audit_rights_by_hand(record_store: Store) -> None:
    rows = {tail(r["agreement"]): r for r in ask(record_store, find("D4"), asOf=TODAY)}
    assert rows["dod-mp-10x-offtake-2025"]["state"] == "no audit on record"  # since 9 July 2025
    assert rows["ford-albemarle-2023"]["state"] == "younger than the period"  # deliveries from 2026
    rows = {tail(r["agreement"]): r for r in ask(record_store, find("D4"), asOf=TODAY, months="17")}
    assert rows["dod-mp-10x-offtake-2025"]["state"] == "younger than the period"
    none = ask(record_store, find("D4"), asOf=TODAY, party="lynas")
    assert none == []


@pytest.mark.parametrize("day", DAYS)
def test_promised_masses_and_the_rights_on_them(record_store: Store, day: str) -> None:
    rows = {(tail(r["item"]), tail(r["basis"])): r for r in ask(record_store, find("D6"), asOf=day)}
    wanted = recompute_custody.promises(date.fromisoformat(day))
    assert set(rows) == set(wanted)
    assert len(rows) > 1
    for key, promise in wanted.items():
        row = rows[key]
        assert (row["totalLow"], row["totalHigh"]) == (promise.low, promise.high)
        assert tails(row["agreements"]) == promise.agreements
        assert (row["underRightLow"] is not None) == promise.audited
        # No audit is on record, which is not a share of zero.
        assert (row["auditedLow"], row["shareLow"], row["shareHigh"]) == (None, None, None)


@pytest.mark.parametrize("country", ["JP", "US", "KR", "EU"])
@pytest.mark.parametrize("day", DAYS)
def test_suppliers_that_nobody_may_audit(record_store: Store, day: str, country: str) -> None:
    rows = {(tail(r["item"]), tail(r["supplier"])): r for r in ask(record_store, find("D7"), asOf=day, country=country)}
    wanted = recompute_custody.suppliers(country, date.fromisoformat(day))
    assert set(rows) == set(wanted)
    for key, agreements in wanted.items():
        assert tails(rows[key]["agreements"]) == agreements
        assert agreements <= tails(rows[key]["records"])
        assert rows[key]["state"] == "none on record"
        assert key[1] not in tails(rows[key]["otherMakers"])


# Recycling plants, on the record.


def test_capacity_of_recycling_plants(record_store: Store) -> None:
    rows = ask(record_store, find("E6"), asOf=TODAY)
    found = {(tail(r["region"]), r["counted"]): r for r in rows}
    wanted = recompute_custody.recycling_capacity()
    assert set(found) == set(wanted)
    assert len(rows) == len(wanted)
    for key, (capacity, plants) in wanted.items():
        assert (found[key]["capacityLow"], found[key]["plants"]) == (capacity, plants)
        assert (found[key]["bottleneck"], found[key]["utilisationHigh"]) == ("unknown", None)


# What only the examples hold.


def test_claims_against_measurements(demo_store: Store) -> None:
    rows = ask(demo_store, find("D3"), asOf=TODAY)
    wanted = recompute_custody.comparisons()
    found = {next(short(r) for r in _several(row) if "/claim/" in r): row for row in rows}
    assert len(rows) == len(wanted)
    assert set(found) == set(wanted)
    for claim, comparison in wanted.items():
        row = found[claim]
        for name in ("claimed", "measured", "difference", "tolerance", "uncertainty"):
            assert same(row[name], getattr(comparison, name)), (claim, name)
        assert row["finding"] == comparison.finding


def test_findings_are_those_of_the_rule(demo_store: Store) -> None:
    said = Counter(row["finding"] for row in ask(demo_store, find("D3"), asOf=TODAY))
    for finding, kind in (("discrepant", "Discrepant"), ("agreeing", "Agreeing")):
        ruled = list(demo_store.quads_for_pattern(None, NamedNode(RDF_TYPE), NamedNode(HR + kind)))
        assert said[finding] == len(ruled) > 0


def test_months_since_the_audit_of_the_examples(demo_store: Store) -> None:
    first, after = recompute.interval("2026-07")
    for day, state in (("2026-11-24", "used"), ("2027-07-15", "unknown"), ("2027-09-20", "not used in the period")):
        rows = [r for r in ask(demo_store, find("D4"), asOf=day) if r["lastAudit"]]
        assert len(rows) == 2
        when = date.fromisoformat(day)
        for row in rows:
            assert row["monthsHigh"] == recompute_custody.months(first, when)
            assert row["monthsLow"] == recompute_custody.months(after - recompute.DAY, when)
            assert row["state"] == state


def test_progress_towards_targets(demo_store: Store) -> None:
    rows = {short(r["scheme"]): r for r in ask(demo_store, find("E1"), asOf=TODAY)}
    wanted = recompute_custody.progress(date.fromisoformat(TODAY))
    assert set(rows) == set(wanted)
    for name, goal in wanted.items():
        row = rows[name]
        assert row["currentYear"] == goal.year
        assert same(row["factorLow"], goal.low)
        assert same(row["factorHigh"], goal.high)
        assert same(row["pathFactor"], goal.path)
        assert row["onTrack"] == (
            "reached" if goal.low >= goal.target else "on track" if goal.low >= goal.path else "behind"
        )
    assert {row["onTrack"] for row in rows.values()} == {"reached", "on track"}


def test_yields_worked_out_are_those_stated(demo_store: Store) -> None:
    rows = ask(demo_store, find("E2"), asOf=TODAY)
    processes = [p for kind in ("PreTreatment", "Recovery") for _, p in recompute_custody.of(kind)]
    wanted = sorted(y for p in processes if (y := recompute_custody.stated_yield(p, "item/dysprosium")) is not None)
    assert sorted(_number(r["yield"]) for r in rows) == wanted
    worked = [r for r in rows if r["workedOutLow"] is not None]
    assert [(r["workedOutLow"], r["agrees"]) for r in worked] == [(Decimal("1.656") / Decimal("1.8"), "yes")]


def test_the_yield_of_a_chain_is_a_product(demo_store: Store) -> None:
    (row,) = ask(demo_store, find("E3"), asOf=TODAY)
    (batch,) = (short(one) for one in _several(row, "batch"))
    (chain,) = recompute_custody.chains(batch)
    assert same(row["chainYield"], recompute_custody.chain_yield(chain, "item/dysprosium"))
    assert (row["loopShare"], row["reason"]) == (None, "masses are on different bases")


def test_what_the_urban_mine_gave(demo_store: Store) -> None:
    rows = ask(demo_store, find("E5"), asOf=TODAY)
    mines = list(recompute_custody.of("UrbanMine"))
    assert len(rows) == len(mines) > 0
    for row, (_, mine) in zip(rows, mines, strict=True):
        least, most = recompute_custody.span(recompute_custody.part(mine, "hasQuantity"))
        low, high = recompute_custody.recovered(mine)
        assert (row["potentialLow"], row["potentialHigh"]) == (least, most)
        assert (row["recoveredLow"], row["recoveredHigh"]) == (low, high)
        assert same(row["shareLow"], low / most)
        assert same(row["shareHigh"], high / least)


def test_how_full_the_plants_of_the_examples_are(demo_store: Store) -> None:
    rows = [r for r in ask(demo_store, find("E6"), asOf=TODAY) if r["utilisationLow"] is not None]
    assert len(rows) == 2
    for row in rows:
        (plant,) = (short(r) for r in _several(row) if "/facility/" in r)
        assert same(row["utilisationLow"], recompute_custody.utilisation(plant, date.fromisoformat(TODAY)))
        assert row["bottleneck"] == "room left"


def _several(row: Row, column: str = "records") -> list[str]:
    value = row[column]
    assert isinstance(value, frozenset)
    return sorted(value)


def _number(value: object) -> Decimal:
    assert isinstance(value, Decimal)
    return value
