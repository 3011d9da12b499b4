"""What agreements promise, when they end and who stands behind them, asked of the record, against a recomputation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest
from pyoxigraph import Store
from rdflib import Graph, Namespace

from hedgerow.paths import EXAMPLES
from hedgerow.questions import find
from tests.queries import recompute_agreements as recompute
from tests.queries.answers import Row, Value, ask, same, tail, tails
from tests.queries.recompute import table

TODAY = "2026-11-24"
DAYS = [TODAY, "2025-06-30", "2030-01-01"]
HR = Namespace("https://w3id.org/hedgerow/ns#")


def check(row: Row, wanted: Mapping[str, Value]) -> None:
    for name, value in wanted.items():
        assert same(row[name], value), (row, name, value)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("country", ["JP", "US", "KR", "EU", "DE"])
def test_agreements_by_partner(record_store: Store, country: str, day: str) -> None:
    rows = ask(record_store, find("A12"), country=country, asOf=day)
    wanted = recompute.by_partner(country, date.fromisoformat(day))
    assert {(tail(row["partner"]), tail(row["force"])) for row in rows} == set(wanted)
    assert len(rows) == len(wanted) > 0
    for row in rows:
        counts = wanted[tail(row["partner"]), str(tail(row["force"]))]
        for name in ("agreements", "inForce", "unknown", "notInForce", "withQuantity", "bundled"):
            assert row[name] == counts[name], (row, name)
        assert len(tails(row["records"])) == counts["agreements"]
        assert (row["why"] is None) == (row["partner"] is not None)
        items = set().union(*(recompute.concerned()[str(one)] for one in tails(row["records"])))
        assert tails(row["items"]) == items


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("country", ["JP", "US", "KR", "CN"])
def test_need_covered(record_store: Store, country: str, day: str) -> None:
    rows = ask(record_store, find("A11"), country=country, asOf=day)
    wanted = recompute.need_covered(country, date.fromisoformat(day))
    assert len(rows) == len(wanted) > 0
    for row in rows:
        check(row, wanted[str(tail(row["item"])), tail(row["basis"])])
        assert (row["why"] is None) == (row["shareHigh"] is not None)


def test_some_share_of_need_is_known(record_store: Store) -> None:
    known = [row for row in ask(record_store, find("A11"), country="US", asOf=TODAY) if row["shareHigh"] is not None]
    assert {tail(row["item"]) for row in known} == {"lithium-carbonate", "lithium-hydroxide"}


@pytest.mark.parametrize(("months", "day"), [(60, TODAY), (12, TODAY), (240, TODAY), (36, "2024-05-31")])
def test_ending_offtakes(record_store: Store, months: int, day: str) -> None:
    rows = ask(record_store, find("A6"), months=str(months), asOf=day)
    wanted = recompute.ending_offtakes(months, date.fromisoformat(day))
    keys = [(str(tail(r["agreement"])), str(tail(r["item"])), str(tail(r["country"])), tail(r["basis"])) for r in rows]
    assert sorted(map(str, keys)) == sorted(map(str, wanted))
    for key, row in zip(keys, rows, strict=True):
        check(row, wanted[key])
        assert (row["why"] is None) == (row["shareOfNeedLow"] is not None or row["shareOfNeedHigh"] is not None)


@pytest.mark.parametrize("day", DAYS)
def test_independent_bundles(record_store: Store, day: str) -> None:
    rows = {str(tail(row["item"])): row for row in ask(record_store, find("A3"), asOf=day)}
    wanted = recompute.bundles(date.fromisoformat(day))
    assert set(rows) == set(wanted)
    for item, (agreements, controllers, countries) in wanted.items():
        assert tails(rows[item]["records"]) == agreements
        assert tails(rows[item]["controllers"]) == controllers
        assert tails(rows[item]["countries"]) == countries
        assert rows[item]["independent"] == min(len(agreements), len(controllers), len(countries))


def test_mines_and_plants_of_one_agreement(record_store: Store) -> None:
    rows = ask(record_store, find("A8"), asOf=TODAY)
    wanted = recompute.mines_and_plants()
    assert len(wanted) == len(rows) > 0
    assert {frozenset(tails(row["records"])) for row in rows} == {frozenset(one) for one in wanted}


def test_foreign_controlled_suppliers(record_store: Store) -> None:
    rows = ask(record_store, find("B5"), asOf=TODAY)
    wanted = recompute.foreign_controlled()
    names = ("supplier", "siteCountry", "controller", "controllerCountry")
    assert {tuple(tail(row[name]) for name in names) for row in rows} == set(wanted)
    for row in rows:
        supplier, place, controller, above = (str(tail(row[name])) for name in names)
        sites = wanted[supplier, place, controller, above]
        assert row["facilities"] == len(sites)
        assert tails(row["records"]) == {supplier, controller} | sites


@pytest.mark.parametrize("separate", [True, False])
def test_shared_facilities(record_store: Store, separate: bool) -> None:
    rows = ask(record_store, find("B7"), separate=str(separate).lower(), asOf=TODAY)
    wanted = recompute.shared_facilities(date.fromisoformat(TODAY), separate)
    names = ("agreementA", "agreementB", "sharedFacility")
    assert {tuple(str(tail(row[name])) for name in names): row["tier"] for row in rows} == wanted
    assert len(rows) == len(wanted) > 0


# Where only the worked examples have data.


def test_share_of_a_bloc_is_that_of_the_table(demo_store: Store) -> None:
    graph = Graph().parse(EXAMPLES / "resilience.ttl")
    rows = ask(demo_store, find("B9"))
    bands = list(graph.subjects(predicate=HR.bandGroup))
    assert len(rows) == len(bands) > 0
    (row,), (band,) = rows, bands
    item, stage = (tail(str(graph.value(band, term))) for term in (HR.item, HR.inStage))
    places = {tail(str(place)) for place in graph.objects(band, HR.countsPlace)}
    lines = [line for line in table("production") if (line["material_id"], line["stage"]) == (item, stage)]
    assert len({(line["year"], line["content_basis"]) for line in lines}) == 1
    low = sum((Decimal(line["share"]) for line in lines if line["country"] in places), Decimal(0))
    rest = 1 - sum((Decimal(line["share"]) for line in lines if line["country"] != "ZZ"), Decimal(0))
    band_low, band_high = (Decimal(str(graph.value(band, term))) for term in (HR.lowerBound, HR.upperBound))
    check(row, {"shareLow": low, "shareHigh": low + rest, "bandLow": band_low, "bandHigh": band_high})
    assert row["within"] == ("no" if low > band_high or low + rest < band_low else "unknown")


def test_capacity_for_a_grade_is_that_of_the_example(demo_store: Store) -> None:
    graph = Graph().parse(EXAMPLES / "material.ttl")
    (capability,) = (
        one for one in graph.subjects(HR.capabilityFor) if str(one).endswith("/mekong-refinery#separation")
    )
    grade, quantity = graph.value(capability, HR.capabilityFor), graph.value(capability, HR.hasQuantity)
    (row,) = [row for row in ask(demo_store, find("B4")) if row["grade"] == str(grade)]
    check(row, {"capacityLow": Decimal(str(graph.value(quantity, HR.lowerBound))), "share": Decimal(1)})
