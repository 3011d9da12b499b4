"""The guide to other tools is followed word for word, with a running site in the place of its address."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.node import node, package
from tests.docs.conftest import ADDRESS

pytestmark = pytest.mark.xdist_group("clients")

GUIDE = (Path(__file__).parents[2] / "docs/how-to/query-from-your-tools.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", GUIDE, re.S | re.M)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the query of the guide, and an `npx` that finds Comunica where the tests have it."""
    ((_, name, query),) = [block for block in BLOCKS if block[0] == "sparql"]
    (tmp_path / name).write_text(query, "utf-8")
    npx = tmp_path / "npx"
    script = package("@comunica/query-sparql") / "bin/query.js"
    npx.write_text(f'#!/bin/sh\n[ "$1" = comunica-sparql ] || exit 1\nshift\nexec "{node()}" "{script}" "$@"\n')
    npx.chmod(0o755)
    return tmp_path


def shell(command: str, folder: Path) -> str:
    env = {"PATH": f"{folder}:/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


CONSOLE = [
    (command, said)
    for language, mark, text in BLOCKS
    if (language, mark) == ("console", "run")
    for command, said in re.findall(r"^\$ ([^\n]+)\n((?:(?!\$ )[^\n]*\n)*)", text, re.M)
]


@pytest.mark.parametrize(("command", "said"), CONSOLE, ids=[command[:60] for command, _ in CONSOLE])
def test_each_command_says_what_the_guide_says(command: str, said: str, site: str, folder: Path) -> None:
    if "--etag-compare" in command:  # which goes on from the one before it
        shell(next(before for before, _ in CONSOLE if "--etag-save" in before).replace(ADDRESS, site), folder)
    assert shell(command.replace(ADDRESS, site), folder).splitlines() == said.splitlines()


PYTHON = [
    (text, BLOCKS[place + 1])
    for place, (language, mark, text) in enumerate(BLOCKS)
    if (language, mark) == ("python", "run")
]


@pytest.mark.parametrize(("program", "after"), PYTHON, ids=["urllib", "SPARQLWrapper", "rdflib", "pandas"])
def test_each_program_prints_what_the_guide_says(
    program: str, after: tuple[str, str, str], site: str, folder: Path
) -> None:
    command = [sys.executable, "-c", program.replace(ADDRESS, site)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True, env={"LANG": "C.UTF-8"})
    assert after[0] == "text"
    assert done.stdout == after[2]


def test_only_what_cannot_be_run_here_is_not_run() -> None:
    left = [language for language, mark, _ in BLOCKS if not mark and language != "text"]
    assert left == ["r", "powerquery"]
    assert GUIDE.lower().count("not run here") == len(left)
