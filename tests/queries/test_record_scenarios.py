"""The questions on scenarios asked of the worked examples, against a recomputation in plain Python."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from pyoxigraph import Store

from hedgerow.iri import DEFAULT_BASE
from hedgerow.questions import find
from tests.queries.answers import ask, differences
from tests.queries.recompute_scenarios import day, number, of_kind, one, pairs, shortages, things, total_short

DEMO = f"{DEFAULT_BASE}/demo/id/"


def test_shortages(demo_store: Store) -> None:
    wanted = [
        {
            "item": one(line, "item"),
            "site": one(line, "atFacility"),
            "startsAt": str(day(line, "startsOn", "earliest")),
            "days": number(line, "durationDays"),
            "shortLow": number(line, "hasQuantity", "lowerBound"),
            "shortHigh": number(line, "hasQuantity", "upperBound"),
            "hedge": one(run, "withHedge"),
            "run": run,
        }
        for run in of_kind("SimulationRun")
        for line in shortages(run)
    ]
    assert wanted
    assert differences(ask(demo_store, find("G1")), sorted(wanted, key=lambda row: str(row["startsAt"]))) == []


def test_pool_effect(demo_store: Store) -> None:
    wanted = []
    for without, with_ in pairs():
        for item in sorted({one(line, "item") or "" for run in (without, with_) for line in shortages(run)}):
            short: list[Decimal | None] = []
            for run in (without, with_):
                listed = [number(line, "hasQuantity", "numericValue") or 0 for line in shortages(run)]
                own = [
                    number(line, "hasQuantity", "numericValue") or 0
                    for line in shortages(run)
                    if one(line, "item") == item
                ]
                complete = total_short(run) == sum(listed)
                short.append(Decimal(sum(own)) if own or complete else None)
            before, after = short
            assert before is not None
            wanted.append({
                "item": item,
                "hedge": one(with_, "withHedge"),
                "shortWithout": before,
                "shortWith": after,
                "avoided": None if after is None else before - after,
            })  # fmt: skip
    assert wanted
    assert differences(ask(demo_store, find("G2")), wanted) == []


def test_worst_failure(demo_store: Store) -> None:
    wanted = []
    for run in of_kind("SimulationRun"):
        assumed = things()[one(run, "usesScenario") or ""].get("assumes", [])
        if one(run, "withHedge") or len(assumed) != 1:
            continue
        days = [day(line, "startsOn", "earliest") for line in shortages(run)]
        begin = day(assumed[0], "startsOn", "earliest")
        assert begin
        wanted.append({
            "disruption": assumed[0],
            "affects": frozenset(things()[assumed[0]]["affects"]),
            "itemsShort": Decimal(len({one(line, "item") for line in shortages(run)})),
            "totalShort": total_short(run),
            "firstDay": Decimal((min(found for found in days if found) - begin).days),
        })  # fmt: skip
    assert wanted
    assert differences(ask(demo_store, find("G3")), wanted) == []


def test_allocation_by_protocol(demo_store: Store) -> None:
    def rank(name: str | None) -> int:
        before = [one_ for one_ in of_kind("PriorityClass") if name in things()[one_].get("ranksBefore", [])]
        return 1 + max([0, *map(rank, before)])

    wanted = []
    for decision in of_kind("AllocationDecision"):
        for share in things()[decision]["hasShare"]:
            need, given = (
                number(share, "requestedQuantity", "numericValue"),
                number(share, "hasQuantity", "numericValue"),
            )
            assert need is not None
            assert given is not None
            wanted.append({
                "party": one(share, "shareTo"),
                "rank": Decimal(rank(one(share, "inPriorityClass"))),
                "need": need,
                "allocated": given,
                "unmet": need - given,
                "decision": decision,
            })  # fmt: skip
    wanted.sort(key=lambda row: (row["decision"], row["rank"], -Decimal(str(row["allocated"]))))
    assert wanted
    assert differences(ask(demo_store, find("G4")), wanted) == []


def test_hedge_cost(demo_store: Store) -> None:
    wanted = []
    for without, with_ in pairs():
        costs = [
            result
            for result in things()[with_]["yieldsResult"]
            if one(result, "aboutThing") == one(with_, "withHedge") and one(result, "indicatorValue")
        ]
        before, after = total_short(without), total_short(with_)
        assert before is not None
        assert after is not None
        for cost in costs:
            premium = number(cost, "indicatorValue")
            assert premium
            wanted.append({
                "option": one(with_, "withHedge"),
                "premium": premium,
                "shortAvoided": before - after,
                "ratio": (before - after) / premium,
            })  # fmt: skip
    assert wanted
    assert differences(ask(demo_store, find("G5")), wanted) == []


def test_repeatable_runs(demo_store: Store) -> None:
    needed = ("usesScenario", "usesSnapshot", "usesModel", "parameters", "seed", "resultDigest")
    wanted = [
        {
            "run": run,
            "repeatable": str(all(one(run, name) for name in needed)).lower(),
            "checksum": one(run, "resultDigest"),
            "results": Decimal(len(things()[run]["yieldsResult"])),
        }
        for run in of_kind("SimulationRun")
    ]
    assert wanted
    assert differences(ask(demo_store, find("G6")), wanted) == []


@pytest.mark.parametrize("after", [-60, -1, 0, 1, 45, 89, 90, 400])
def test_open_warnings(demo_store: Store, after: int) -> None:
    wanted = []
    for warning in of_kind("EarlyWarning"):
        effect = one(warning, "warnsOf") or ""
        begin, length, given = (
            day(effect, "startsOn", "earliest"),
            number(effect, "durationDays"),
            day(warning, "happenedOn", "earliest"),
        )
        assert begin
        assert length
        assert given
        asked = begin + timedelta(after)
        open_ = given <= asked < begin + timedelta(int(length))
        wanted.append({"warning": warning, "open": "yes" if open_ else "no", "startsAt": str(begin)})
        assert differences(ask(demo_store, find("G7"), asOf=asked.isoformat()), wanted) == []
    assert len(wanted) == 1


def test_a_warning_touches_its_item_only(demo_store: Store) -> None:
    day_ = date(2026, 4, 1).isoformat()
    assert len(ask(demo_store, find("G7"), asOf=day_, item="gallium")) == 1
    assert ask(demo_store, find("G7"), asOf=day_, item="nickel") == []
