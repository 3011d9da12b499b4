"""The question of a stop of supplies asked of the whole record, against a recomputation from the tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from pyoxigraph import Store

from hedgerow.questions import find
from tests.queries import recompute_supply_stop as recompute
from tests.queries.answers import Row, Value, ask, same, tail, tails

TODAY = "2026-11-24"
QUESTION = find("supply-stop")
CODES = ("shareBasis", "match", "lostBasis", "firmInflowBasis")


def plain(row: Row, name: str) -> Value:
    """A cell as the tables have it: the last part of an IRI."""
    value = row[name]
    if isinstance(value, frozenset):
        (value,) = value
    return tail(value) if name in CODES else value


def keyed(rows: list[Row]) -> dict[recompute.Key, Row]:
    found = {(str(r["scope"]), str(tail(r["item"])), str(r["link"])): r for r in rows}
    assert len(found) == len(rows)
    return found


@pytest.mark.parametrize(
    ("importer", "exporter", "item", "day"),
    [
        ("JP", "CN", "", TODAY),
        ("JP", "CN", "", "2019-06-15"),
        ("JP", "CN", "gallium", TODAY),
        ("JP", "CN", "dysprosium", "2026-03-15"),
        ("JP", "AU", "rare-earths", TODAY),
        ("KR", "CN", "", TODAY),
        ("EU", "CN", "", TODAY),
        ("US", "CA", "", TODAY),
        ("CN", "ID", "", TODAY),
    ],
)
def test_every_figure(record_store: Store, importer: str, exporter: str, item: str, day: str) -> None:
    given = {"importer": importer, "exporter": exporter, "item": item, "asOf": day}
    rows = keyed(ask(record_store, QUESTION, **given))
    wanted = recompute.supply_stop(importer, exporter, item or None, date.fromisoformat(day))
    assert rows
    assert set(rows) == set(wanted)
    for key, figures in wanted.items():
        for name, value in figures.items():
            assert same(plain(rows[key], name), value), (key, name, rows[key][name], value)
        assert len(tails(rows[key]["productItems"])) == rows[key]["products"]
        assert tails(rows[key]["hedges"]) | tails(rows[key]["controls"]) <= tails(rows[key]["records"])


@pytest.mark.parametrize(("importer", "exporter"), [("JP", "CN"), ("KR", "CN"), ("US", "CN"), ("EU", "CN")])
def test_every_figure_is_there_where_its_inputs_are(record_store: Store, importer: str, exporter: str) -> None:
    rows = ask(record_store, QUESTION, importer=importer, exporter=exporter, asOf=TODAY)
    for row in rows:
        basket = row["link"] == "imports of a basket"
        for name in ("remainsLow", "remainsHigh"):
            assert (row[name] is not None) == (row["shareHigh"] is not None and not basket), (row["item"], name)
        assert (row["lostLow"] is not None) == (row["lostHigh"] is not None and not basket)
        assert (row["lostBasis"] is None) == (row["lostHigh"] is None) == (row["lostPeriod"] is None)
        assert (row["coverLow"] is None) == (row["coverHigh"] is None)
        assert row["stock"] == "known" or row["coverLow"] is None
        if str(row["link"]).startswith("imports"):
            missing = "mass of imports" in str(row["unknown"] or "").split(", ")
            assert missing == (row["lostHigh"] is None), row["item"]


def test_the_largest_loss_stands_first(record_store: Store) -> None:
    shares = [row["shareHigh"] for row in ask(record_store, QUESTION, asOf=TODAY)]
    figures = [Decimal(-1) if share is None else Decimal(str(share)) for share in shares]
    assert figures == sorted(figures, reverse=True)


def test_japan_without_gallium_from_china(record_store: Store) -> None:
    rows = keyed(ask(record_store, QUESTION, item="gallium", asOf=TODAY))
    assert [key[2] for key in rows] == ["refining", "imports", "imports of a basket"]
    imports = rows["same", "gallium", "imports"]
    # METI by way of the press: 75 percent of imports; Yomiuri: 55 t a year.
    assert (imports["shareHigh"], imports["remainsLow"]) == (Decimal("0.75"), Decimal("0.25"))
    assert (imports["lostLow"], imports["lostHigh"], imports["lostPeriod"]) == (55, 55, "as of 2025")
    assert (imports["stock"], imports["coverLow"]) == ("withheld", None)
    # 60 days over three quarters, 180 days over three quarters.
    assert (imports["coverAtTargetLow"], imports["coverAtTargetHigh"]) == (80, 240)
    assert imports["controlState"] == "in force"
    basket = rows["same", "gallium", "imports of a basket"]
    assert (basket["lostLow"], basket["lostHigh"], basket["remainsLow"]) == (None, 59, None)


def test_korea_knows_how_long_its_nickel_lasts(record_store: Store) -> None:
    rows = keyed(ask(record_store, QUESTION, importer="KR", item="nickel", asOf=TODAY))
    imports = rows["same", "nickel", "imports"]
    # 50 days over 10.84 percent.
    assert same(imports["coverLow"], Decimal(50) / Decimal("0.1084"))
    assert imports["unknown"] is None
