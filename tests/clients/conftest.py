"""One running site, the same record asked in this process, and a server of another maker beside it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hedgerow.graph.client import LocalGraph
from hedgerow.settings import Settings
from tests.conftest import copy_home, get, running_site, wait_for

#: Soon enough for a test to see a query stopped, late enough for every other one on a busy machine.
DEADLINE_SECONDS = 4


@pytest.fixture(scope="session")
def site(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running site over the shipped record, without the demonstration."""
    home = copy_home(loaded_home, tmp_path_factory.mktemp("clients"))
    env = {
        "HEDGEROW_WEB_PROCESSES": "1",
        "HEDGEROW_DEMO": "0",
        "HEDGEROW_QUERY_SECONDS": str(DEADLINE_SECONDS),
        "HEDGEROW_BUDGET_SECONDS": "0",
    }
    with running_site(home, env) as url:
        yield url


@pytest.fixture(scope="session")
def endpoint(site: str) -> str:
    """The address queries are sent to."""
    return f"{site}/sparql"


@pytest.fixture(scope="session")
def here(loaded_home: Path) -> LocalGraph:
    """The same record in this process: what every client must be told."""
    return LocalGraph(Settings(home=loaded_home))


@pytest.fixture(scope="session")
def oxigraph() -> Iterator[str]:
    """The address of an empty Oxigraph server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{probe.getsockname()[1]}"
    program = Path(sys.executable).with_name("oxigraph")
    with subprocess.Popen([program, "serve", "--bind", place], stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: get(f"http://{place}/query", "*/*")[0] != 0)
            yield f"http://{place}"
        finally:
            process.terminate()
