"""What `tests/clients/install.sh` put beside this file: packages, and a Node that is new enough for them."""

from __future__ import annotations

import subprocess
from pathlib import Path

MODULES = Path(__file__).with_name("node_modules")


def package(name: str) -> Path:
    """The folder of an installed package."""
    folder = MODULES / name
    assert folder.is_dir(), f"{name} is missing: run 'sh tests/components.sh'"
    return folder


def node() -> Path:
    """The Node the packages ask for; the one of the machine may be too old."""
    found = sorted(MODULES.glob("node-*/bin/node"))
    assert found, "Node is missing: run 'sh tests/components.sh'"
    return found[0]


def run(script: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A script of a package, run to its end."""
    return subprocess.run(
        [node(), script, *words],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
