"""The questions asked of the whole record, against a recomputation from the tables in plain Python."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from pyoxigraph import Store

from hedgerow.paths import DATA
from hedgerow.questions import find
from tests.queries import recompute
from tests.queries.answers import Row, ask, same, tail, tails

DAYS = ["2026-11-24", "2024-06-15", "2015-01-01"]
#: The first of the days on which what ends "2026" may end: it has not ended yet.
YEAR_OF_END = "2026-01-01"
FOUND = {"yes": "yes", "partial": "partial", "no": "not found"}
COMMERCIAL = ("offtake", "equity-with-offtake")


@pytest.mark.parametrize("day", [*DAYS, YEAR_OF_END])
@pytest.mark.parametrize("item", ["ndpr-oxide", "rare-earths", "lithium", "nickel", "semiconductors", "crude-oil"])
def test_agreements_in_force(record_store: Store, item: str, day: str) -> None:
    rows = ask(record_store, find("A1"), item=item, asOf=day)
    agreements = {line["id"]: line for line in recompute.table("agreements")}
    wanted = {
        (name, recompute.in_force(agreements[name], date.fromisoformat(day)), how, named)
        for name, (how, named) in recompute.matches(item).items()
    }
    assert [(tail(r["agreement"]), r["inForce"], r["match"], tail(r["item"])) for r in rows] != []
    assert {(tail(r["agreement"]), r["inForce"], r["match"], tail(r["item"])) for r in rows} == wanted
    assert len(rows) == len(wanted)
    states = [str(r["inForce"]) for r in rows]
    assert states == sorted(states, key=["yes", "unknown", "no"].index)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2026-02-28", "no"),  # before the month
        ("2026-03-01", "unknown"),  # some day of March
        ("2026-03-30", "unknown"),
        ("2026-03-31", "yes"),  # the last day: begun by its end, whatever the day
        ("2026-04-01", "yes"),
    ],
)
def test_a_begin_known_to_the_month(record_store: Store, day: str, state: str) -> None:
    rows = ask(record_store, find("A1"), item="ndpr-oxide", asOf=day)
    assert [r["inForce"] for r in rows if tail(r["agreement"]) == "jare-lynas-revised-2026"] == [state]


@pytest.mark.parametrize("day", [*DAYS, YEAR_OF_END])
def test_bundle(record_store: Store, day: str) -> None:
    rows = {tail(r["agreement"]): r for r in ask(record_store, find("A2"), asOf=day)}
    proven = recompute.bundled()
    assert len(rows) == len(recompute.table("agreements"))
    for line in recompute.table("agreements"):
        row = rows[line["id"]]
        flags = [FOUND[line[f"{name}_disclosed"]] for name in ("offtake", "audit_right", "sla")]
        words = ("offtake", "quality audit", "service level")
        lacking = ", ".join(word for word, flag in zip(words, flags, strict=True) if flag == "not found")
        assert [row[name] for name in ("offtake", "qualityAudit", "serviceLevel")] == flags
        assert row["notFound"] == (lacking or None)
        assert row["bundled"] == ("true" if line["id"] in proven else "false")
        assert row["inForce"] == recompute.in_force(line, date.fromisoformat(day))


def test_the_most_complete_bundle_stands_first(record_store: Store) -> None:
    marks = {"yes": 2, "partial": 1, "not found": 0}
    rows = ask(record_store, find("A2"), asOf=DAYS[0])
    scores = [sum(marks[str(r[name])] for name in ("offtake", "qualityAudit", "serviceLevel")) for r in rows]
    assert scores == sorted(scores, reverse=True)


def test_bundle_counts_are_those_of_the_source_notes(record_store: Store) -> None:
    notes = (DATA / "AGREEMENT_SOURCES.md").read_text("utf-8")
    rows = ask(record_store, find("A2"), asOf=DAYS[0])
    traded = [r for r in rows if tail(r["kind"]) in COMMERCIAL]
    current = [r for r in traded if tail(r["sector"]) != "precedent"]
    for start, some in (
        ("Result over 283 rows", rows),
        ("Over the 132 commercial rows (offtake, equity_with_offtake)", traded),
        ("Over the 129 commercial rows without precedents", current),
    ):
        assert len(some) == int(re.findall(r"\d+", start)[0])
        sentence = notes[notes.index(start) + len(start) :].split("\n", 1)[0]
        for part, column in zip(sentence.split(";"), ("offtake", "qualityAudit", "serviceLevel"), strict=True):
            stated = {FOUND[word]: int(n) for word, n in re.findall(r"(yes|partial|no) (\d+)", part)}
            assert Counter(r[column] for r in some) == stated, (start, column)


def test_bundle_takes_a_kind_and_a_sector(record_store: Store) -> None:
    rows = ask(record_store, find("A2"), asOf=DAYS[0], kind="offtake", sector="rare-earths")
    wanted = {
        line["id"]
        for line in recompute.table("agreements")
        if (line["type"], line["chain"]) == ("offtake", "rare-earth")
    }
    assert {tail(r["agreement"]) for r in rows} == wanted


def _check_group(row: Row, group: recompute.Group) -> None:
    country, share = group.top
    assert tail(row["topCountry"]) == country
    for name, value in (
        ("topShare", share),
        ("hhiLow", group.low),
        ("hhiHigh", group.high),
        ("covered", group.covered),
        ("countries", Decimal(len(group.shares))),
        ("withoutShare", Decimal(group.without)),
    ):
        assert same(row[name], value), (row["item"], name, row[name], value)
    assert row["partial"] == ("true" if group.covered < Decimal("0.9") else "false")
    exceeds = None if share is None else "true" if share > Decimal("0.65") else "false"
    assert row["exceeds"] == exceeds
    assert len(tails(row["records"])) == group.rows
    assert (row["shareBasis"] is None) == (group.without == group.rows)


def _basis(cell: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", cell.lower()).strip("-") or "basis-unstated"


def _groups(rows: list[Row]) -> dict[tuple[str | None, ...], Row]:
    found: dict[tuple[str | None, ...], Row] = {
        (tail(r["item"]), tail(r["stage"]), tail(r["contentBasis"]), str(r["year"])): r for r in rows
    }
    assert len(found) == len(rows)
    return found


def test_concentration_in_every_group(record_store: Store) -> None:
    wanted = recompute.concentration()
    years = sorted({year for group in wanted.values() for year in group})
    rows = _groups([r for year in years for r in ask(record_store, find("B3"), year=str(year))])
    assert len(rows) == sum(map(len, wanted.values()))
    assert len({(item, stage, year) for item, stage, _, year in rows}) == 130
    for (item, stage, basis), groups in wanted.items():
        for year, group in groups.items():
            _check_group(rows[item, stage, _basis(basis), str(year)], group)


def test_concentration_of_the_year_it_chooses(record_store: Store) -> None:
    wanted = recompute.concentration()
    rows = _groups(ask(record_store, find("B3")))
    assert len(rows) == len(wanted)
    for (item, stage, basis), groups in wanted.items():
        year = recompute.shown_year(groups)
        _check_group(rows[item, stage, _basis(basis), str(year)], groups[year])


def test_concentration_takes_item_stage_and_threshold(record_store: Store) -> None:
    rows = ask(record_store, find("B3"), item="gallium", stage="refining", threshold="0.999")
    assert rows
    assert {(tail(r["item"]), tail(r["stage"]), r["exceeds"]) for r in rows} == {("gallium", "refining", "false")}


@pytest.mark.parametrize("country", ["JP", "KR", "US", "CN"])
@pytest.mark.parametrize("day", [*DAYS, "2027-06-30"])
def test_reserve_gap(record_store: Store, country: str, day: str) -> None:
    rows = {tail(r["item"]): r for r in ask(record_store, find("C2"), country=country, asOf=day)}
    wanted = recompute.reserve_gap(country, date.fromisoformat(day))
    inflows = recompute.inflows(country, date.fromisoformat(day))
    need = recompute.needs(country)
    assert set(rows) == set(wanted)
    for item, figures in wanted.items():
        row = rows[item]
        for name, value in figures.items():
            found = tail(row[name]) if name in ("needBasis", "needMatch", "firmInflowBasis") else row[name]
            assert same(found, value), (item, name, found, value)  # type: ignore[arg-type]
        behind = inflows[item].agreements if item in inflows else set()
        assert tails(row["firmInflowFrom"]) == behind
        assert tails(row["needSource"]) == (need[item].sources if row["needLow"] is not None else set())
        assert recompute.reserves(country)[item].records | behind <= tails(row["records"])
        assert row["why"]


@pytest.mark.parametrize("country", ["JP", "KR", "US", "CN"])
def test_every_figure_of_the_gap_is_bound_where_its_inputs_are(record_store: Store, country: str) -> None:
    for row in ask(record_store, find("C2"), country=country, asOf=DAYS[0]):
        has_need, has_target = row["needLow"] is not None, row["targetDaysLow"] is not None
        for name in ("needHigh", "needBasis", "needYear", "needMatch", "needSource"):
            assert (row[name] is not None) == has_need, (row["item"], name)
        for name in ("targetDaysHigh", "gapDaysLow", "gapDaysHigh"):
            assert (row[name] is not None) == has_target, (row["item"], name)
        for name in ("gapLow", "gapHigh"):
            assert (row[name] is not None) == (has_need and has_target), (row["item"], name)


def test_reserve_gap_of_japan(record_store: Store) -> None:
    rows = {tail(r["item"]): r for r in ask(record_store, find("C2"), country="JP", asOf=DAYS[0])}
    nickel, earths = rows["nickel"], rows["rare-earths"]
    assert nickel["needLow"] == 47259
    assert same(nickel["needHigh"], Decimal("48228.390652"))
    assert tail(nickel["needBasis"]) == "gross"
    assert nickel["needYear"] == 2024
    assert nickel["gapLow"] == 0
    assert same(nickel["gapHigh"], Decimal("23783.863883"))
    assert [earths[name] for name in ("needLow", "needHigh", "gapLow", "gapHigh")] == [None] * 4
    days = {"targetDaysLow": 60, "targetDaysHigh": 180, "gapDaysLow": 0, "gapDaysHigh": 180}
    assert {name: earths[name] for name in days} == days
    # The buyer is registered in NL; the contract secures JP.
    assert tails(earths["firmInflowFrom"]) == {"jare-lynas-revised-2026"}
    assert earths["firmInflowLow"] == 5000
    assert earths["firmInflowHigh"] is None  # "at least"
    assert tail(earths["firmInflowBasis"]) == "oxide"
    seats = {line["id"]: line["country"] for line in recompute.table("organisations")}
    assert seats["jare"] == "NL"


def test_reserve_gap_takes_an_item(record_store: Store) -> None:
    rows = ask(record_store, find("C2"), country="JP", item="nickel", asOf=DAYS[0])
    assert [tail(r["item"]) for r in rows] == ["nickel"]
