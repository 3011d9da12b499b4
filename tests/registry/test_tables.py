"""Reading the curated tables: every row is in a record, and every fault is named with file, row and column."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from hedgerow.iri import CODE, DEFAULT_BASE, HR
from hedgerow.paths import DATA
from hedgerow.sources.curated import TABLES, Curated, read_curated
from hedgerow.sources.table import MAX_CELL
from tests.conftest import RECORDS, edit


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_shipped_tables_have_no_problem(curated: Curated) -> None:
    assert curated.problems == []


def test_no_row_is_dropped_silently(curated: Curated) -> None:
    for count in curated.counts:
        assert count.rows == len(rows(count.file))
        assert count.records == count.rows or count.reason, count.file
    kinds = {kind: sum(record.kind == kind for record in curated.records) for kind in {r.kind for r in curated.records}}
    assert kinds["agreement"] == 283
    assert kinds["party"] == len(rows("organisations.csv"))
    assert kinds["production-share"] == len(rows("production.csv"))
    assert kinds["trade-flow"] == len(rows("trade.csv"))
    assert kinds["stockpile"] == len(rows("stockpiles.csv"))
    assert kinds["source"] == len(rows("sources.csv"))
    assert kinds["designation-list"] == 7
    for kind, file in {
        "facility": "facilities",
        "export-control": "export_controls",
        "geological-reserve": "geological_reserves",
        "demand": "demand",
        "price": "prices",
        "lane": "lanes",
        "chokepoint": "chokepoints",
        "incentive": "incentives",
        "standard": "standards",
        "substitution-profile": "substitutability",
    }.items():
        assert kinds[kind] == len(rows(f"{file}.csv")), kind
    assert len(curated.records) == RECORDS


def objects(curated: Curated, term: str) -> list[str]:
    return [q.object.value for r in curated.records for q in r.quads if q.predicate.value == HR + term]  # type: ignore[union-attr]


def test_parts_of_agreements_are_all_there(curated: Curated) -> None:
    terms = rows("agreement_terms.csv")
    disclosed = sum(row["disclosure"] == "disclosed" for row in terms)
    assert len(objects(curated, "hasProvision")) == disclosed
    assert len(objects(curated, "hasUndisclosedTerm")) == len(terms) - disclosed
    assert len(objects(curated, "hasParticipation")) == len(rows("agreement_parties.csv"))
    assert len(objects(curated, "hasFinding")) == 3 * 283
    assert len(objects(curated, "hasMembership")) == len(rows("item_members.csv"))
    assert len(objects(curated, "hasInputLine")) == len(rows("composition.csv"))
    plants = [name for row in rows("agreements.csv") for name in row["facility_ids"].split(";") if name]
    assert len(objects(curated, "appliesToFacility")) == len(plants)


def test_a_point_on_the_map_says_how_surely_it_is_meant(curated: Curated) -> None:
    grades = {
        record.iri.rsplit("/", 1)[1]: q.object.value.rsplit("/", 1)[1]  # type: ignore[union-attr]
        for record in curated.records
        if record.kind == "facility"
        for q in record.quads
        if q.predicate.value == HR + "evidence" and str(q.subject).endswith("#location>")
    }
    assert len(grades) == sum(bool(row["lat"]) for row in rows("facilities.csv"))
    assert grades["mt-weld"] == "unverified"  # "coordinates approximate and unverified"
    assert grades["kalgoorlie-lynas"] == "partly-cited"  # "coordinates approximate, 8 km from the centre"
    assert set(grades.values()) == {"cited", "partly-cited", "unverified"}


def test_every_cell_of_every_table_is_in_the_record_or_declared_untaken(curated: Curated) -> None:
    # Free texts and identifiers must be found back word for word; numbers and codes have tests of their own.
    texts = {q.object.value for r in curated.records for q in r.quads}
    for file, columns in {
        "agreements.csv": ["title_en", "title_ja", "summary", "note", "in_force_note"],
        "agreement_terms.csv": ["text", "note", "value", "unit"],
        "organisations.csv": ["name_en", "name_ja", "note", "controller_note", "seat_note", "website", "wikidata_qid"],
        "materials.csv": ["label_en", "label_ja", "note", "symbol", "cas_number"],
        "production.csv": ["note", "source_table"],
        "trade.csv": ["note", "period", "hs_code"],
        "stockpiles.csv": ["material", "text", "note", "legal_basis", "quantity", "unit"],
        "sources.csv": ["title", "publisher", "date", "url", "licence"],
        "facilities.csv": ["name", "note", "unit"],
        "export_controls.csv": ["instrument", "status", "coverage", "note"],
        "incentives.csv": ["instrument", "text", "note", "value", "unit", "target_metric", "target_unit"],
        "standards.csv": ["name", "scope", "criteria", "version_or_date", "note"],
        "demand.csv": ["note"],
        "prices.csv": ["basis", "note"],
        "lanes.csv": ["chokepoints", "note"],
        "composition.csv": ["unit_basis", "note", "quantity"],
        "substitutability.csv": ["us_net_import_reliance_pct", "note"],
        "geological_reserves.csv": ["note"],
    }.items():
        for number, row in enumerate(rows(file), start=2):
            for column in columns:
                assert not row[column] or row[column].strip() in texts, (file, number, column, row[column])


def test_evidence_and_sources_travel_with_each_statement(curated: Curated) -> None:
    for record in curated.records:
        grades = [
            q.object.value  # type: ignore[union-attr]
            for q in record.quads
            if q.predicate.value == HR + "evidence" and q.subject.value == record.iri  # type: ignore[union-attr]
        ]
        assert len(grades) == 1, record.iri
        assert grades[0].startswith(CODE + "evidence/")


Spoil = Callable[[Path], None]


def spoil_bytes(name: str, change: Callable[[bytes], bytes]) -> Spoil:
    def act(folder: Path) -> None:
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return act


def spoil(name: str, old: str, new: str) -> Spoil:
    return lambda folder: edit(folder / name, old, new)


NICKEL = "JP,AU,nickel,750210,2024,2024,0.5636,value,27184,t,gross,493167370,exact,cepii-baci-202601"

FAULTS: dict[str, tuple[Spoil, str]] = {
    "unknown material": (spoil("trade.csv", NICKEL, NICKEL.replace(",nickel,", ",nikel,")), r"trade.csv, row \d+, material_id: There is no item 'nikel'. Did you mean 'nickel'"),
    "unknown country": (spoil("trade.csv", NICKEL, NICKEL.replace(",AU,", ",XQ,")), r"trade.csv, row \d+, exporter: There is no country 'XQ'"),
    "unknown party": (spoil("agreement_parties.csv", "jare-lynas-2011,jare,buyer", "jare-lynas-2011,jarre,buyer"), "agreement_parties.csv, row 2, organisation_id: There is no party 'jarre'. Did you mean 'jare'"),
    "unknown source": (spoil("trade.csv", NICKEL, NICKEL.replace("cepii-baci-202601", "cepii")), r"trade.csv, row \d+, source_id: There is no source 'cepii'"),
    "unknown code": (spoil("agreement_parties.csv", "jare-lynas-2011,jare,buyer", "jare-lynas-2011,jare,byer"), "agreement_parties.csv, row 2, role: 'byer' is not in the code list 'role'. Did you mean 'buyer'"),
    "negative number": (spoil("trade.csv", NICKEL, NICKEL.replace("27184", "-27184")), r"trade.csv, row \d+, quantity: -27184 is negative"),
    "not a number": (spoil("trade.csv", NICKEL, NICKEL.replace("27184", "27k")), r"quantity: '27k' is not a plain decimal"),
    "overflow": (spoil("trade.csv", NICKEL, NICKEL.replace("27184", "9" * 30)), r"quantity: '9+' is out of range"),
    "share above one": (spoil("trade.csv", NICKEL, NICKEL.replace("0.5636", "56.36")), r"share: 56.36 is above 1"),
    "unknown basis": (spoil("trade.csv", NICKEL, NICKEL.replace(",gross,", ",net,")), r"content_basis: 'net' is not in the code list"),
    "unknown unit": (spoil("trade.csv", NICKEL, NICKEL.replace(",t,gross", ",bushel,gross")), r"unit: 'bushel' is not in the code list"),
    "end before start": (spoil("agreements.csv", "2026-03-10,2026-03,2038", "2026-03-10,2026-03,2021"), r"agreements.csv, row \d+, end_date: It ends \(2021\) before it begins \(2026-03\)"),
    "impossible date": (spoil("agreements.csv", "2026-03-10,2026-03,2038", "2026-02-30,2026-03,2038"), r"signed_date: '2026-02-30' is not a date"),
    "same id twice": (spoil_bytes("stockpiles.csv", lambda data: data + data.splitlines(keepends=True)[1]), "stockpiles.csv, row 28, id: The id 'jp-national-rare-metals' stands more than once"),
    "missing column": (spoil_bytes("countries.csv", lambda data: data.replace(b"label_ja,", b"", 1)), r"countries.csv, row 1: The header is not the expected \(missing: label_ja\)"),
    "extra column": (spoil_bytes("countries.csv", lambda data: data.replace(b",note\n", b",note,mood\n", 1)), r"\(not known: mood\)"),
    "reordered columns": (spoil_bytes("countries.csv", lambda data: data.replace(b"id,kind", b"kind,id", 1)), "the order differs"),
    "wrong encoding": (spoil_bytes("countries.csv", lambda data: data + "ZQ,country,Ünland,,cited,,\n".encode("latin-1")), r"countries.csv, line 253: Byte \d+ is not UTF-8"),
    "byte order mark": (spoil_bytes("countries.csv", lambda data: b"\xef\xbb\xbf" + data), "begins with a byte order mark"),
    "NUL": (spoil_bytes("countries.csv", lambda data: data + b"\0"), r"line 253: Byte \d+ is NUL"),
    "a very long cell": (spoil_bytes("countries.csv", lambda data: data + b"ZQ,country," + b"x" * 1_000_000 + b",,cited,,\n"), r"countries.csv, row 253, label_en: The cell holds 1000000 characters"),
    "too few cells": (spoil_bytes("countries.csv", lambda data: data + b"ZQ,country\n"), "row 253: The row has 2 cells, the header 7"),
    "open quote": (spoil_bytes("countries.csv", lambda data: data + b'ZQ,"country\n'), "Not CSV"),
    "a stranger's table": (lambda folder: (folder / "moods.csv").write_text("a\n") and None, "moods.csv: No reader knows this table"),
    "a table that is not there": (lambda folder: (folder / "trade.csv").unlink(), "trade.csv: The file cannot be read"),
    "directional control": (spoil("agreement_parties.csv", "jare-lynas-2011,jare,buyer", "jare-lynas-2011,jare\u202e,buyer"), r"U\+202E"),
    "an id that is none": (spoil("countries.csv", "JP,country", "J P,country"), r"countries.csv, row \d+, id: 'J P' cannot be an id"),
    "high below low": (spoil("composition.csv", ",0.24,0.2,0.325,", ",0.24,0.4,0.325,"), "composition.csv, row 2, quantity_max: 0.325 is below the lower bound 0.4"),
    "script in an address": (spoil("organisations.csv", "https://www.meti.go.jp,", "javascript:alert(1),"), "website: 'javascript:alert\\(1\\)' is not a web address"),
    "known without a quantity": (spoil("stockpiles.csv", "Same,planned", "Same,planed"), "status: 'planed' is not in the code list 'stockpile-status'. Did you mean 'planned'"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_named_with_its_place_and_remedy(fault: str, tables: Path) -> None:
    act, says = FAULTS[fault]
    act(tables)
    problems = read_curated(tables, DEFAULT_BASE).problems
    assert any(re.search(says, str(problem)) for problem in problems), [str(p) for p in problems[:5]]
    assert all(problem.remedy for problem in problems)


def test_a_huge_file_is_refused_before_it_is_read(tables: Path) -> None:
    with (tables / "trade.csv").open("ab") as file:
        file.truncate(200 * 1024 * 1024)
    problems = read_curated(tables, DEFAULT_BASE).problems
    assert any("larger than" in str(problem) for problem in problems)


def test_the_longest_cell_of_the_record_is_far_below_the_limit() -> None:
    longest = max(len(value) for table in TABLES for row in rows(table.file) for value in row.values())
    assert longest * 4 < MAX_CELL
