"""The guide to asking from Python is followed word for word: against a running site, and against a home."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import copy_home
from tests.docs.conftest import ADDRESS

pytestmark = pytest.mark.xdist_group("clients")

GUIDE = (Path(__file__).parents[2] / "docs/how-to/ask-from-python.md").read_text("utf-8")
PROGRAMS = re.findall(r"^```python run( home)?\n(.*?)^```\n\n```text\n(.*?)^```$", GUIDE, re.S | re.M)


def test_every_program_of_the_guide_is_run() -> None:
    assert GUIDE.count("```python") == GUIDE.count("```text") == len(PROGRAMS) == 5


@pytest.mark.parametrize(("home", "program", "said"), PROGRAMS, ids=["address", "home", "holds", "table", "error"])
def test_each_program_prints_what_the_guide_says(
    home: str, program: str, said: str, site: str, loaded_home: Path, tmp_path: Path
) -> None:
    copy_home(loaded_home, tmp_path)
    env = {"LANG": "C.UTF-8", **({"HEDGEROW_HOME": str(tmp_path / "home")} if home else {})}
    command = [sys.executable, "-c", program.replace(ADDRESS, site)]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (said.replace(ADDRESS, site), "")
