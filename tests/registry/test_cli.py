"""The command line as a stranger uses it: a process, its output, its exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Store

from hedgerow import cli
from hedgerow.graph.client import LocalGraph
from hedgerow.questions import FORMS
from tests.conftest import RECORDS, edit
from tests.web.conftest import DEMO_VIEW


def run(home: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hedgerow", *words],
        env={"PATH": os.environ["PATH"], "HEDGEROW_HOME": str(home), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        input=stdin,
        timeout=120,
    )


def test_ask_alone_lists_the_questions(tmp_path: Path) -> None:
    text = run(tmp_path, "ask")
    assert text.returncode == 0
    listing = json.loads(run(tmp_path, "ask", "--format", "json").stdout)
    assert [q["id"] for q in listing][:2] == ["A1", "A2"]
    assert {"id", "name", "parameters", "columns"} <= set(listing[0])
    for question in listing:
        assert question["name"] in text.stdout


def test_the_same_answer_in_every_form(loaded_home: Path) -> None:
    answer = json.loads(run(loaded_home, "ask", "reserve-gap", "--country", "JP", "--format", "json").stdout)
    table = run(loaded_home, "ask", "C2", "--country", "JP")
    rows = list(csv.DictReader(io.StringIO(run(loaded_home, "ask", "c2", "--format", "csv").stdout)))
    assert set(answer) >= {"columns", "rows", "footing"}
    assert len(answer["rows"]) == len(rows) > 10
    assert [column["name"] for column in answer["columns"]] == list(rows[0])
    assert table.returncode == 0
    assert f"{len(rows)} rows" in table.stdout
    assert "Nickel" in table.stdout
    one = run(loaded_home, "ask", "C2", "--item", "nickel").stdout
    assert "Year of need" in one
    assert "2024" in one
    assert "1 row " in one
    japanese = run(loaded_home, "ask", "C2", "--lang", "ja")
    assert "ニッケル" in japanese.stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["ask", "no-such-question"], 2, "There is no question 'no-such-question'. There are: "),
        (["ask", "reserve-gap", "--planet", "Mars"], 2, "has no parameter 'planet'. It takes: "),
        (["ask", "reserve-gap", "--country"], 2, "--country has no value"),
        (["ask", "reserve-gap", "--asOf", "yesterday"], 2, "It takes a day, as 2026-11-24, or today"),
        (["ask", "reserve-gap", "--country", "J P"], 2, "It takes a name of a country"),
        (["ask", "reserve-gap", "--country", "XX"], 2, "there is no such country. It takes one of AD, "),
        (["ask", "reserve-gap", "--item", "nikel"], 2, "there is no such item. Did you mean 'nickel'? "),
        (["ask", "reserve-gap", "JP"], 2, "'JP' is not an option"),
        (["ask", "bundle", "--kind", "gift"], 2, "It takes one of "),
        (["load", "/no/such/folder"], 2, "There is no folder"),
        (["frobnicate"], 2, "No such command"),
        (["serve", "--port", "99999"], 2, "99999"),
    ],
)
def test_a_call_at_fault_is_told_what_to_do(words: list[str], code: int, says: str, loaded_home: Path) -> None:
    result = run(loaded_home, *words)
    assert result.returncode == code
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_query_reads_a_file_or_standard_input(loaded_home: Path, tmp_path: Path) -> None:
    asked = "SELECT (COUNT(*) AS ?n) { ?a a <https://w3id.org/hedgerow/ns#Agreement> }"
    path = tmp_path / "count.rq"
    path.write_text(asked)
    for words, stdin in ((["query", str(path)], ""), (["query"], asked)):
        result = run(loaded_home, *words, stdin=stdin)
        assert (result.returncode, result.stdout.split()) == (0, ["n", "283"])
    turtle = run(
        loaded_home,
        "query",
        "--format",
        "turtle",
        stdin="CONSTRUCT WHERE { ?a a <https://w3id.org/hedgerow/ns#Stockpile> }",
    )
    assert "hr:Stockpile" in turtle.stdout
    wrong = run(loaded_home, "query", stdin="SELECT * {\n ?s ?p }")
    assert wrong.returncode == 2
    assert "Line 2, column" in wrong.stderr


def test_an_empty_home_is_said_and_not_made(tmp_path: Path) -> None:
    for words in (["ask", "bundle"], ["query"]):
        result = run(tmp_path / "home", *words, stdin="ASK {}")
        assert result.returncode == 2
        assert "holds no records. Run 'hedgerow load' first" in result.stderr
    assert not (tmp_path / "home").exists()


def test_check_says_what_load_would_do_and_writes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    checked = run(home, "check")
    assert checked.returncode == 0, checked.stdout
    assert f"Would load: {RECORDS} new, 0 unchanged." in checked.stdout
    assert "agreement_terms.csv" in checked.stdout
    assert not home.exists() or not list(home.rglob("*.sqlite"))


def test_a_fault_in_a_table_is_exit_1_with_its_place(tables: Path, home: Path) -> None:
    edit(tables / "agreement_parties.csv", "jare-lynas-2011,jare,buyer", "jare-lynas-2011,jarre,buyer")
    for command in ("check", "load"):
        result = run(home, command, str(tables))
        assert result.returncode == 1
        assert "agreement_parties.csv, row 2, organisation_id: There is no party 'jarre'." in result.stdout
        assert "Did you mean 'jare'?" in result.stdout
        assert "Nothing was written: 1 thing must be corrected first." in result.stdout


def within(home: Path, *words: str) -> Result:
    """The same in this process, so that a fault can be planted."""
    return CliRunner().invoke(cli.main, words, env={"HEDGEROW_HOME": str(home)})


BEGINNINGS = {"xlsx": b"PK", "turtle": b"@prefix", "csv": b"item,", "json": b"{", "spreadsheet": b"\xef\xbb\xbf"}


def test_an_answer_is_written_to_a_file_whole_or_not_at_all(
    demo_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = LocalGraph.of(demo_store, DEMO_VIEW)
    monkeypatch.setattr(cli, "graph_of", lambda *_: (graph, None))
    asked = ["ask", "days-of-cover", "--tier", "demo", "--format"]
    for form in FORMS:
        file = tmp_path / form.name
        result = within(tmp_path, *asked, form.name, "--output", str(file))
        assert (result.exit_code, result.stdout) == (0, "")
        assert file.read_bytes().startswith(BEGINNINGS[form.name])
        assert file.read_bytes() == within(tmp_path, *asked, form.name).stdout_bytes
    there = sorted(tmp_path.iterdir())
    before = [path.read_bytes() for path in there]

    def full(path: Path, _: bytes) -> None:
        path.touch()
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    result = within(tmp_path, *asked, "csv", "--output", str(tmp_path / "xlsx"))
    assert (result.exit_code, "No space left on device" in result.output) == (1, True)
    assert sorted(tmp_path.iterdir()) == there
    assert [path.read_bytes() for path in there] == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ask", "bundle", "--output", "x"], "A table is for the terminal"),
        (["ask", "--format", "xlsx"], "The list of questions does not come as xlsx"),
    ],
)
def test_what_makes_no_sense_of_a_form_is_said(words: list[str], says: str, tmp_path: Path) -> None:
    result = within(tmp_path, *words)
    assert (result.exit_code, says in result.output) == (2, True)
