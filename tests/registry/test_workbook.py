"""An answer as a workbook, read by another program than the one that writes it: cells, links, sheets, bytes."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet
from pyoxigraph import Store

from hedgerow.errors import QueryTooLarge
from hedgerow.graph.client import LocalGraph
from hedgerow.iri import DEFAULT_BASE, LICENCE
from hedgerow.questions import Answer, Cell, Column, Source, ask, find, load_questions, with_evidence
from hedgerow.questions.forms import workbook
from tests.web.conftest import DEMO_VIEW, VIEW
from tests.web.test_spreadsheet import FORMULAS, HARMLESS

SITE = "https://registry.example"
FOOTING = {
    "question": "bundle", "id": "A1", "parameters": {"kind": "", "asOf": "2026-11-24"}, "asOf": "2026-11-24",
    "version": "v", "tier": "public", "registry": DEFAULT_BASE, "language": "en", "licence": LICENCE,
    "assumptions": "", "coverage": "", "missing": "", "rows": 0,
}  # fmt: skip


def answer(kinds: Mapping[str, str], rows: Sequence[Mapping[str, Cell]], **footing: str) -> Answer:
    columns = tuple(Column(name, kind, None, {"en": name, "ja": f"{name}の"}) for name, kind in kinds.items())
    return Answer(find("bundle"), columns, rows, {**FOOTING, "rows": len(rows), **footing}, site=SITE)


def read(made: Answer) -> Workbook:
    return load_workbook(io.BytesIO(made.to_xlsx()))


def cells(sheet: Worksheet) -> list[tuple[SheetCell, ...]]:
    return list(sheet.iter_rows())


@pytest.fixture(scope="module")
def graphs(record_store: Store, demo_store: Store) -> dict[str, LocalGraph]:
    return {"public": LocalGraph.of(record_store, VIEW), "demo": LocalGraph.of(demo_store, DEMO_VIEW)}


def answered(graph: LocalGraph, name: str, language: str = "en") -> Answer:
    asked = with_evidence(graph, ask(graph, find(name), {}, DEFAULT_BASE, language))
    return replace(asked, site=SITE)


@pytest.mark.parametrize("tier", ["public", "demo"])
@pytest.mark.parametrize("name", list(load_questions()))
def test_every_answer_has_its_cells_its_footing_and_its_sources(
    name: str, tier: str, graphs: dict[str, LocalGraph]
) -> None:
    made = answered(graphs[tier], name)
    book = load_workbook(io.BytesIO(made.to_xlsx()))
    rows, footing, records = (book[sheet] for sheet in book.sheetnames)
    mark = " (synthetic)" if tier == "demo" else ""
    assert book.sheetnames == [f"{sheet}{mark}" for sheet in ("Answer", "Footing", "Records")]
    labels = {f"{column.name}Label" for column in made.columns if column.type in ("iri", "code")}
    shown = [column for column in made.columns if column.name not in labels and column.name != "records"]
    head, *lines = cells(rows)
    assert [cell.value for cell in head] == [
        *(column.label["en"] + (f" ({column.unit})" if column.unit else "") for column in shown),
        "Records",
    ]
    assert (rows.freeze_panes, rows.auto_filter.ref) == ("B2", rows.dimensions)
    assert len(lines) == len(made.rows)
    for row, line in zip(made.rows, lines, strict=True):
        for column, cell in zip(shown, line, strict=False):
            check_cell(made, column, row, cell)
        count = len(made.records(row))
        assert line[-1].value == (count or None)
    told = {key.value: value for key, value in cells(footing)}
    assert told["Question"].value == made.question.title["en"]
    assert told["As of"].value == datetime.fromisoformat(made.footing["asOf"])
    assert told["Version of the record"].value == made.footing["version"]
    assert told["Rows"].value == len(made.rows)
    assert told["Address"].hyperlink.target == made.address
    assert ("Notice" in told) == (tier == "demo")
    head, *lines = cells(records)
    assert [cell.value for cell in head] == [
        "Row", "Record", "IRI of the record", "Source", "Publisher", "Address", "Terms of use",
    ]  # fmt: skip
    listed = [(line[0].value, line[2].value, line[3].value) for line in lines]
    assert listed == [
        (number, record, made.sources[source].title if source else None)
        for number, row in enumerate(made.rows, start=2)
        for record in made.records(row)
        for source in made.evidence.get(record, ("",))
    ]
    # The way from a row leads to the first line about it.
    for number, line in enumerate(cells(rows)[1:], start=2):
        if line[-1].value:
            place = line[-1].hyperlink.location
            assert records[place.rpartition("!")[2]].value == number
            assert place.startswith(f"'{records.title}'!")


def check_cell(made: Answer, column: Column, row: Mapping[str, Cell], cell: SheetCell) -> None:
    value = row[column.name]
    if value is None or value == "":
        assert cell.value is None
    elif column.type == "iri":
        assert cell.value == row[f"{column.name}Label"]
        assert cell.hyperlink.target == made.href(str(value)).partition("#")[0]
    elif column.type == "code":
        assert cell.value == row[f"{column.name}Label"]
    elif column.type == "iris":
        assert cell.value == "\n".join(made.names.get(iri, iri) for iri in str(value).split())
    elif column.type == "date":
        assert cell.value == datetime.fromisoformat(str(value))
    else:
        assert cell.value == value
        kind = {"decimal": "n", "integer": "n", "boolean": "b", "string": "s"}[column.type]
        assert cell.data_type == kind


def test_a_record_leads_to_the_site_where_one_is_known(graphs: dict[str, LocalGraph]) -> None:
    made = answered(graphs["demo"], "bundle")
    iris = [str(row["agreement"]) for row in made.rows]
    assert any(made.href(iri).startswith(f"{SITE}/demo/id/agreement/") for iri in iris)
    assert any(made.href(iri).startswith(f"{SITE}/id/agreement/") for iri in iris)
    assert made.href("https://example.org/x") == "https://example.org/x"
    assert made.address.startswith(f"{SITE}/demo/questions/bundle?asOf=")


def test_the_same_answer_gives_the_same_bytes(graphs: dict[str, LocalGraph]) -> None:
    made = answered(graphs["public"], "days-of-cover", "ja")
    first = made.to_xlsx()
    assert answered(graphs["public"], "days-of-cover", "ja").to_xlsx() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        text = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"W3CDTF\">([^<]*)<", text)) == {f"{made.footing['asOf']}T00:00:00Z"}


def test_it_speaks_japanese(graphs: dict[str, LocalGraph]) -> None:
    book = load_workbook(io.BytesIO(answered(graphs["demo"], "days-of-cover", "ja").to_xlsx()))
    assert book.sheetnames == ["答え（架空）", "根拠（架空）", "レコードと出典（架空）"]
    assert book["答え（架空）"]["A1"].value == "保有品目"
    told = {key.value: value.value for key, value in cells(book["根拠（架空）"])}
    assert "架空" in str(told["注意"])
    assert told["問い"] == find("days-of-cover").title["ja"]


def test_no_text_is_a_formula_a_link_or_a_number() -> None:
    texts = [*FORMULAS, *HARMLESS, "https://evil.example", "mailto:a@b.example", "007", "1e5", "TRUE", "2026-01-01"]
    made = answer({"text": "string"}, [{"text": text} for text in texts])
    for text, (cell, _) in zip(texts, cells(read(made)["Answer"])[1:], strict=True):
        assert cell.data_type == "s" or not text
        assert cell.hyperlink is None
        assert unescape(cell.value or "") == text
    with zipfile.ZipFile(io.BytesIO(made.to_xlsx())) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


@given(st.lists(st.tuples(st.text(), st.integers(-(2**53), 2**53) | st.floats(-1e300, 1e300))))
def test_whatever_is_written_is_read(rows: list[tuple[str, float]]) -> None:
    made = answer({"text": "string", "number": "decimal"}, [{"text": a, "number": b} for a, b in rows])
    found = cells(read(made)["Answer"])[1:]
    assert len(found) == len(rows)
    for (_, number), line in zip(rows, found, strict=True):
        assert float(line[1].value) == pytest.approx(number, rel=1e-15)  # a sheet has sixteen digits


def test_cells_have_the_types_of_their_columns() -> None:
    kinds = {"day": "date", "odd": "date", "old": "date", "yes": "boolean", "year": "integer", "share": "decimal"}
    row: dict[str, Cell] = {
        "day": "2024-02-29",
        "odd": "soon",
        "old": "1888-01-01",
        "yes": True,
        "year": 2024,
        "share": 0.5,
    }
    sheet = read(answer(kinds, [row, dict.fromkeys(kinds)]))["Answer"]
    assert sheet.max_row == 2  # what is not known has no cell
    line = cells(sheet)[1]
    assert [cell.value for cell in line][:-1] == [datetime(2024, 2, 29), "soon", "1888-01-01", True, 2024, 0.5]
    assert [cell.data_type for cell in line][:-1] == ["d", "s", "s", "b", "n", "n"]
    assert line[0].number_format == "yyyy-mm-dd"


def test_what_a_sheet_cannot_hold_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "x" * (workbook.CHARACTERS + 1)
    made = answer({"text": "string"}, [{"text": long}, {"text": long[1:]}])
    cut, whole = (line[0].value for line in cells(read(made)["Answer"])[1:])
    assert (len(cut), cut[-10:]) == (workbook.CHARACTERS, "xx … (CSV)")
    assert whole == long[1:]
    monkeypatch.setattr(workbook, "ROWS", 3)
    with pytest.raises(QueryTooLarge, match="Take it as CSV"):
        answer({"text": "string"}, [{"text": "x"}] * 3).to_xlsx()
    monkeypatch.setattr(workbook, "LINKS", 1)
    iri = f"{DEFAULT_BASE}/id/item/tin"
    linked = answer({"item": "iri", "itemLabel": "string"}, [{"item": iri, "itemLabel": "Tin"}] * 2)
    lines = cells(read(linked)["Answer"])[1:]
    assert [(line[0].value, bool(line[0].hyperlink)) for line in lines] == [("Tin", True), ("Tin", False)]


def test_a_record_without_a_source_has_its_line() -> None:
    item, lot = f"{DEFAULT_BASE}/id/item/tin", f"{DEFAULT_BASE}/id/lot/a"
    source = f"{DEFAULT_BASE}/id/source/s"
    made = Answer(
        find("bundle"),
        (Column("records", "iris", None, {"en": "Records", "ja": "レコード"}),),
        [{"records": f"{item} {lot}"}],
        {**FOOTING, "rows": 1},
        {item: "Tin"},
        {item: [source]},
        {source: Source("A yearbook", "A bureau", "https://bureau.example/y", "CC0")},
    )
    assert [[cell.value for cell in line] for line in cells(read(made)["Records"])[1:]] == [
        [2, "Tin", item, "A yearbook", "A bureau", "https://bureau.example/y", "CC0"],
        [2, lot, lot, None, None, None, None],
    ]


def test_who_wants_no_workbook_does_not_load_what_writes_it(tmp_path: Path) -> None:
    program = "import sys, hedgerow.cli; sys.exit('xlsxwriter' in sys.modules or 'pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=False).returncode == 0
