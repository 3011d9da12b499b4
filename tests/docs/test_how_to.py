"""The guides are followed word for word: what they write is written, what they promise comes out."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import Store

from hedgerow.iri import DEFAULT_BASE
from hedgerow.questions import read_question
from tests.conftest import RECORDS
from tests.queries import test_files
from tests.queries.answers import ask

ROOT = Path(__file__).parents[2]
QUESTION = (ROOT / "docs/how-to/add-a-question.md").read_text("utf-8")
SAFE = (ROOT / "docs/how-to/keep-it-safe.md").read_text("utf-8")
TABLE = (ROOT / "docs/how-to/add-a-table.md").read_text("utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout of one's own: the folders a newcomer touches."""
    for name in ("registry", "ontology", "queries"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_ledger_is_kept_safe_as_the_guide_says(home: Path, tmp_path: Path) -> None:
    env = {"HEDGEROW_HOME": str(home), "PATH": "/usr/bin:/bin"}
    followed = re.findall(r"^\$ hedgerow ([^\n]+)\n([^$`\n]+)$", SAFE, re.M)
    assert [words.split()[0] for words, _ in followed] == ["verify", "backup", "restore", "verify"]
    for words, said in followed:
        if words.startswith("restore"):
            for file in home.glob("ledger.*"):
                file.rename(tmp_path / file.name)
        command = [sys.executable, "-m", "hedgerow", *words.split()]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=True)
        assert done.stdout.startswith(said), words


def run(copy: Path, *words: str) -> str:
    env = {"PYTHONPATH": str(copy / "registry"), "HEDGEROW_HOME": str(copy / "var"), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "hedgerow", *words]
    return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=True).stdout


def test_a_question_is_added_by_adding_its_files(copy: Path, record_store: Store) -> None:
    files = re.findall(r"```\w+ (queries/\S+)\n(.*?)```", QUESTION, re.S)
    assert len(files) == 3
    for name, content in files:
        (copy / name).write_text(content, "utf-8")
    question = read_question(copy / "queries/reserves/prices-of-an-item.rq")
    for check in (
        test_files.test_header_speaks_both_languages,
        test_files.test_name_group_and_file_agree,
        test_files.test_columns_are_those_of_the_select,
        test_files.test_every_parameter_has_its_blocks_with_one_default,
        test_files.test_no_quotient_is_multiplied_without_a_cast,
        test_files.test_example_gives_the_expected_table,
    ):
        check(question)
    assert len(ask(record_store, question)) == 5
    listed = run(copy, "ask", "--format", "csv")
    assert "P1,prices-of-an-item" in listed.splitlines()


def test_a_table_is_added_by_following_the_steps(copy: Path) -> None:
    steps = re.findall(r'```\w+ (new|append|after "[^\n]*") (\S+)\n(.*?)```', TABLE, re.S)
    assert [step[0].split()[0] for step in steps] == ["new", *["append"] * 4, *["after"] * 2]
    for how, name, content in steps:
        path = copy / name
        if how == "new":
            assert not path.exists()
            path.write_text(content, "utf-8")
        elif how == "append":
            with path.open("a", encoding="utf-8") as file:
                file.write(content)
        else:
            line = how.removeprefix('after "').removesuffix('"') + "\n"
            text = path.read_text("utf-8")
            assert text.count(line) == 1, line
            path.write_text(text.replace(line, line + content), "utf-8")
    run(copy, "ontology", "write")
    assert "✗" not in run(copy, "ontology", "check", "--no-reasoner")
    report = run(copy, "check")
    assert re.search(r"^memberships\.csv +2 +2$", report, re.M)
    assert f"Would load: {RECORDS + 2} new" in report
    assert f"{RECORDS + 2} events appended." in run(copy, "load")
    asked = f"SELECT ?since {{ <{DEFAULT_BASE}/id/membership/HR-EU> hr:startsOn/hr:dateAsStated ?since }}"
    query = copy / "since.rq"
    query.write_text(f"PREFIX hr: <https://w3id.org/hedgerow/ns#>\n{asked}", "utf-8")
    assert run(copy, "query", str(query)).split() == ["since", "2013-07-01"]
    # A mistake in the new table is told like any other.
    with (copy / "registry/data/memberships.csv").open("a", encoding="utf-8") as file:
        file.write("XX,EU,2013-13-01,unverified,\n")
    env = {"PYTHONPATH": str(copy / "registry"), "HEDGEROW_HOME": str(copy / "var"), "PATH": "/usr/bin:/bin"}
    wrong = subprocess.run(
        [sys.executable, "-m", "hedgerow", "check"], cwd=copy, env=env, capture_output=True, text=True, check=False
    )
    assert wrong.returncode == 1
    assert "memberships.csv, row 4, country_id: There is no country 'XX'." in wrong.stdout
    assert "memberships.csv, row 4, since: '2013-13-01' is not a date." in wrong.stdout
