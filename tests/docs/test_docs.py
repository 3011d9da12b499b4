"""The documents say what is so: commands and settings are all there, the README's answers are the answers."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from hedgerow.cli import main
from hedgerow.settings import Settings
from hedgerow.sources.curated import TABLES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
REFERENCE = (ROOT / "docs/reference/commands.md").read_text("utf-8")


def test_every_command_and_setting_has_its_place() -> None:
    assert sorted(re.findall(r"### hedgerow (\w+)", REFERENCE)) == sorted(main.commands)
    source = (ROOT / "registry/hedgerow/settings.py").read_text("utf-8")
    documented = set(re.findall(r"^ +#: ([A-Z_]+):", source, re.M))
    assert set(re.findall(r"^\| `([A-Z_]+)`", REFERENCE, re.M)) == documented
    assert len(documented) == len(Settings.__dataclass_fields__)
    for name, default in re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)`", REFERENCE, re.M):
        field = name.removeprefix("HEDGEROW_").lower()
        assert str(getattr(Settings(), field)) == default


def blocks() -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", README, re.S):
        for line in block.splitlines():
            if line.startswith("$ hedgerow "):
                found.append((line.removeprefix("$ hedgerow "), []))
            else:
                found[-1][1].append(line)
    return found


@pytest.mark.parametrize(("command", "shown"), blocks(), ids=[command for command, _ in blocks()])
def test_the_answers_in_the_readme_are_the_answers(command: str, shown: list[str], loaded_home: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "hedgerow", *shlex.split(command)],
        env={"HEDGEROW_HOME": str(loaded_home), "PATH": "/usr/bin:/bin", "COLUMNS": "100", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown
    for line in shown:
        assert line in result.stdout


@pytest.mark.parametrize("path", sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]), ids=lambda p: p.name)
def test_local_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", path.read_text("utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target


def test_no_committed_file_names_a_registry_host_or_a_machine_path() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a checkout")
    forbidden = re.compile(
        "|".join(("pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", "/wo" + "rk/"))
    )
    for name in listed.stdout.splitlines():
        path = ROOT / name
        # What is vendored is held by its hash, and not ours to word.
        if path.suffix in (".png", ".csv", ".gz") or "/vendored/" in name or not path.is_file():
            continue
        match = forbidden.search(path.read_text("utf-8"))
        assert match is None, (name, match)


def test_the_lock_files_are_hashed_and_name_no_index() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text("utf-8")
        pins = re.findall(r"^[\w.-]+==\S+ \\\n +--hash=sha256:", text, re.M)
        assert len(pins) == len(re.findall(r"^[\w.-]+==", text, re.M)) > 10
        assert "://" not in text
        assert "--index" not in text


GUIDE = (ROOT / "docs/how-to/add-or-correct-a-row.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("file", "rows", "report"), re.findall(r"```csv (\S+)\n(.*?)```\n\n```report\n(.*?)```", GUIDE, re.S)
)
def test_each_row_of_the_guide_gives_its_report(
    file: str, rows: str, report: str, loaded_home: Path, tables: Path
) -> None:
    with (tables / file).open("a", encoding="utf-8") as table:
        table.write(rows)
    result = subprocess.run(
        [sys.executable, "-m", "hedgerow", "check", str(tables)],
        env={"HEDGEROW_HOME": str(loaded_home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    for line in report.splitlines():
        assert line in result.stdout
    assert result.returncode == (0 if "Would load" in report else 1)


def test_the_guide_names_every_table() -> None:
    assert {table.file for table in TABLES} == set(re.findall(r"`(\w+\.csv)`", GUIDE.partition("## 2.")[0]))


def test_every_shape_and_check_that_the_validation_page_names_exists() -> None:
    page = (ROOT / "docs/reference/validation.md").read_text("utf-8")
    shapes = "".join(path.read_text("utf-8") for path in (ROOT / "ontology/shapes").rglob("*.ttl"))
    there = set(re.findall(r"^s:([\w-]+) a sh:", shapes, re.M))
    there |= {path.stem for path in (ROOT / "ontology/checks").glob("*.rq")}
    rows = re.findall(r"^\| (S\d\d) \| [^|]+ \| ([^|]+) \|", page, re.M)
    assert [number for number, _ in rows] == [f"S{n:02}" for n in range(1, 26)]
    assert {name for _, cell in rows for name in re.findall(r"`([\w-]+)`", cell)} - {"amend", "correct"} <= there
