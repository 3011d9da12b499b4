"""Loading: nothing twice, one correction for one cell, withdrawal only when asked, all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from hedgerow.graph.project import fold
from hedgerow.intake.load import Report, load, validity
from hedgerow.intake.report import lines
from hedgerow.ledger import Draft, Ledger
from hedgerow.record import Record
from hedgerow.settings import Settings
from hedgerow.verify import verify
from tests.conftest import edit

NICKEL = "JP,AU,nickel,750210,2024,2024,0.5636,value,27184"


def run(home: Path, tables: Path, **options: bool) -> Report:
    settings = Settings(home=home)
    with Ledger(settings.ledger, settings.base) as ledger:
        return load(ledger, tables, settings.base, **options)


def position(home: Path) -> int:
    settings = Settings(home=home)
    with Ledger(settings.ledger, settings.base) as ledger:
        return verify(ledger, "public").position


def test_loading_the_same_tables_twice_appends_nothing(home: Path, tables: Path) -> None:
    before = position(home)
    report = run(home, tables)
    assert report.ok
    assert report.appended == 0
    assert report.unchanged == before == position(home)


def test_a_changed_cell_appends_exactly_one_correction(home: Path, tables: Path) -> None:
    before = position(home)
    edit(tables / "trade.csv", NICKEL, NICKEL.replace("27184", "27185"))
    assert run(home, tables, dry_run=True).appended == 0
    assert position(home) == before
    report = run(home, tables)
    assert (len(report.corrected), report.appended) == (1, 1)
    assert position(home) == before + 1
    assert run(home, tables).appended == 0


def test_a_moved_validity_is_an_amendment(home: Path, tables: Path) -> None:
    edit(tables / "agreements.csv", "2026-03-10,2026-03,2038", "2026-03-10,2026-03,2040")
    report = run(home, tables)
    assert [iri.rsplit("/", 1)[1] for iri in report.amended] == ["jare-lynas-revised-2026"]
    assert report.appended == 1


def test_a_removed_row_is_listed_and_withdrawn_only_when_asked(home: Path, tables: Path) -> None:
    before = position(home)
    path = tables / "trade.csv"
    lines_left = [line for line in path.read_text("utf-8").splitlines(keepends=True) if not line.startswith(NICKEL)]
    path.write_text("".join(lines_left), "utf-8")
    report = run(home, tables)
    assert len(report.gone) == 1
    assert report.appended == 0
    assert any("Add --withdraw" in line for line in lines(report, dry_run=False))
    report = run(home, tables, withdraw=True)
    assert report.withdrawn == report.gone
    assert position(home) == before + 1
    settings = Settings(home=home)
    with Ledger(settings.ledger, settings.base) as ledger:
        assert report.gone[0] not in fold(ledger).versions
    assert run(home, tables, withdraw=True).appended == 0


def test_a_withdrawn_row_that_comes_back_is_asserted_again(home: Path, tables: Path) -> None:
    path = tables / "trade.csv"
    whole = path.read_text("utf-8")
    path.write_text("".join(line for line in whole.splitlines(keepends=True) if not line.startswith(NICKEL)), "utf-8")
    run(home, tables, withdraw=True)
    path.write_text(whole, "utf-8")
    report = run(home, tables)
    assert (len(report.asserted), report.appended) == (1, 1)


def test_what_another_origin_wrote_later_is_a_conflict_and_not_applied(home: Path, tables: Path) -> None:
    settings = Settings(home=home)
    iri = f"{settings.base}/id/stockpile/eu-pilot"
    with Ledger(settings.ledger, settings.base) as ledger:
        payload = next(p for e, p in ledger.events("public") if e.record == iri)
        assert payload
        ledger.append("public", [Draft(iri, "correct", "user:editor", payload.replace(b"not public", b"secret"), 1)])
    edit(tables / "stockpiles.csv", "About ten states;", "Some ten states;")
    report = run(home, tables)
    assert report.conflicts == [iri]
    assert report.appended == 0
    assert any("conflict" in line for line in lines(report, dry_run=False))


def test_a_single_fault_means_that_nothing_is_written(home: Path, tables: Path) -> None:
    before = position(home)
    edit(tables / "trade.csv", NICKEL, NICKEL.replace("27184", "27185"))
    edit(tables / "agreement_parties.csv", "jare-lynas-2011,jare,buyer", "jare-lynas-2011,jarre,buyer")
    report = run(home, tables)
    assert not report.ok
    assert position(home) == before
    assert any("Nothing was written: 1 thing must be corrected first." in line for line in lines(report, dry_run=False))


def test_the_record_passes_every_rule_that_must_hold(tmp_path: Path, tables: Path) -> None:
    report = run(tmp_path / "fresh", tables, dry_run=True)
    assert [finding for finding in report.findings if finding.severity == "must"] == []
    assert len(report.asserted) == sum(count.records for count in report.counts)


def test_validity_comes_from_the_dates(curated: object) -> None:
    records: dict[str, Record] = {r.iri.rsplit("/", 1)[1]: r for r in curated.records if r.kind == "agreement"}  # type: ignore[attr-defined]
    assert validity(records["jare-lynas-revised-2026"]) == ("2026-03-01T00:00:00Z", "2039-01-01T00:00:00Z")


@pytest.mark.parametrize("table", ["agreements.csv", "materials.csv"])
def test_a_changed_label_is_one_correction_even_where_others_show_it(table: str, home: Path, tables: Path) -> None:
    old, new = {
        "agreements.csv": (
            "Revised JARE-Lynas availability and supply agreement to 2038",
            "Revised JARE-Lynas agreement",
        ),
        "materials.csv": (",Beryllium,", ",Beryllium metal,"),
    }[table]
    edit(tables / table, old, new)
    assert run(home, tables).appended == 1
