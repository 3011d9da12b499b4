"""The question of what agreements give, asked of the whole record, against a recomputation from the tables."""

from __future__ import annotations

from datetime import date

import pytest
from pyoxigraph import Store

from hedgerow.questions import find
from tests.queries import recompute_given as recompute
from tests.queries.answers import Row, Value, ask, same, tail, tails

TODAY = "2026-11-24"
QUESTION = find("what-agreements-give")


def plain(row: Row, name: str) -> Value:
    value = row[name]
    return tail(value) if name in ("quantityBasis", "firmness") else value


@pytest.mark.parametrize("day", [TODAY, "2026-03-15", "2024-01-01"])
@pytest.mark.parametrize(
    ("item", "country"),
    [("", ""), ("gallium", ""), ("rare-earths", "JP"), ("lithium", ""), ("", "JP"), ("terbium", "JP"), ("", "KR")],
)
def test_what_agreements_give(record_store: Store, item: str, country: str, day: str) -> None:
    rows = {str(tail(r["agreement"])): r for r in ask(record_store, QUESTION, item=item, country=country, asOf=day)}
    wanted = recompute.given(item or None, country or None, date.fromisoformat(day))
    assert rows
    assert set(rows) == set(wanted)
    for name, figures in wanted.items():
        for column, value in figures.items():
            if column == "quantity" and rows[name]["quantity"] == "withheld":
                # The tables say so in words only; the mark is on the provision.
                assert {"annual-quantity", "min-purchase"} & tails(rows[name]["withheld"])
                assert value in ("none on record", "undisclosed")
            else:
                assert same(plain(rows[name], column), value), (name, column, rows[name][column], value)


def test_a_known_quantity_has_a_figure_basis_and_firmness(record_store: Store) -> None:
    for row in ask(record_store, QUESTION, asOf=TODAY):
        known = row["quantity"] == "known"
        assert (row["quantityLow"] is not None or row["quantityHigh"] is not None) == known, row["agreement"]
        assert (row["quantityBasis"] is not None) == (row["firmness"] is not None) == known


def test_the_binding_quantity_of_the_largest_contract_of_japan(record_store: Store) -> None:
    first = ask(record_store, QUESTION, country="JP", asOf=TODAY)[0]
    assert tail(first["agreement"]) == "jare-lynas-revised-2026"
    # 5,000 t a year at least, oxide; the priority on 7,200 t is a maximum beside it.
    assert (first["quantityLow"], first["quantityHigh"]) == (5000, None)
    assert (tail(first["quantityBasis"]), tail(first["firmness"])) == ("oxide", "binding")
