"""Incentives, and the materials none of them names, asked of the whole record, against a recomputation."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
from pyoxigraph import Store

from hedgerow.questions import find
from tests.queries import recompute_incentives
from tests.queries.answers import ask, tail, tails
from tests.queries.recompute import split, table

DAYS = ["2026-11-24", "2013-06-15", "2026-06-15", "2032-01-01"]


@pytest.mark.parametrize("day", DAYS)
def test_each_incentive_has_its_stages_and_its_state(record_store: Store, day: str) -> None:
    stages = defaultdict[str, set[str | None]](set)
    for row in ask(record_store, find("F5"), asOf=day):
        line = next(line for line in table("incentives") if line["id"] == tail(row["incentive"]))
        stages[line["id"]].add(tail(row["stage"]))
        assert row["running"] == recompute_incentives.running(line, date.fromisoformat(day)), line["id"]
        assert tails(row["items"]) == set(split(line["material_ids"])), line["id"]
        assert tail(row["country"]) == line["jurisdiction"]
        assert (row["valueAsStated"] or "") == f"{line['value']} {line['unit']}".strip(), line["id"]
    assert stages == {line["id"]: set(split(line["stage"])) or {None} for line in table("incentives")}


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("place", ["JP", "EU", "US"])
def test_which_designated_materials_no_incentive_names(record_store: Store, place: str, day: str) -> None:
    rows = {tail(r["item"]): r for r in ask(record_store, find("F6"), country=place, asOf=day)}
    wanted = recompute_incentives.without_incentive(place, "recovery", date.fromisoformat(day))
    assert set(rows) == set(wanted)
    lists = recompute_incentives.designated(place)
    for material, near in wanted.items():
        row = rows[material]
        assert tails(row["designations"]) == lists[material]
        for column in ("throughProducts", "pastIncentives", "comingIncentives", "elsewhere"):
            assert tails(row[column]) == near.get(column, set()), (material, column)
