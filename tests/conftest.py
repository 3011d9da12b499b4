"""Worlds shared by the tests: the shipped record as a store, as a loaded home, and a running graph process."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser
from pyoxigraph import Store

from hedgerow.errors import GraphNotReady
from hedgerow.graph.client import GraphClient
from hedgerow.graph.project import Version, build_store, noted
from hedgerow.intake.load import examples, load
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Draft, Ledger
from hedgerow.paths import DATA, EXAMPLES
from hedgerow.record import Record
from hedgerow.settings import Settings
from hedgerow.sources.curated import Curated, read_curated
from hedgerow.sources.rdf import read_rdf
from hedgerow.tiers import DEMO, PUBLIC
from tests.browser.screenshots import chromium

#: Records of the shipped tables; a changed table changes it, on purpose.
RECORDS = 5962


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="the long runs")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # The long runs are another command (make soak), not skipped tests of this one.
    if not config.getoption("--soak"):
        long = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(scope="session")
def curated() -> Curated:
    """The shipped tables as records."""
    return read_curated(DATA, DEFAULT_BASE)


@pytest.fixture(scope="session")
def invented() -> list[Record]:
    """The shipped examples as records."""
    read = [read_rdf(path, DEFAULT_BASE, DEMO, shipped=True) for path in sorted(EXAMPLES.glob("*.ttl"))]
    assert [problem for file in read for problem in file.problems] == []
    return [record for file in read for record in file.records]


@pytest.fixture(scope="session")
def record_store(curated: Curated) -> Store:
    """The shipped record as a store with its inferences; not to be changed."""
    return build_store(as_recorded(curated.records), DEFAULT_BASE)


@pytest.fixture(scope="session")
def demo_store(curated: Curated, invented: list[Record]) -> Store:
    """The record with the shipped examples above it, as the demonstration shows them; not to be changed."""
    return build_store(as_recorded([*curated.records, *invented]), DEFAULT_BASE)


def as_recorded(records: Iterable[Record]) -> Iterator[bytes]:
    """What a view holds of records that were all recorded at one instant, in their first version."""
    for record in records:
        version = Version("", "", record.canonical, 1, "2026-11-24T09:00:00.000Z")
        yield version.payload + noted(record.iri, version, DEFAULT_BASE)


@pytest.fixture(scope="session")
def recorded_home(curated: Curated, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the shipped record as its first events, without a load's checks; not to be changed."""
    home = tmp_path_factory.mktemp("recorded")
    settings = Settings(home=home)
    drafts = [Draft(record.iri, "assert", "curated", record.canonical, 0) for record in curated.records]
    with Ledger(settings.ledger, settings.base) as ledger:
        ledger.append(PUBLIC, drafts)
    return home


@pytest.fixture(scope="session")
def loaded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which the shipped record was loaded; not to be changed, so copy it: a site writes its examples."""
    home = tmp_path_factory.mktemp("loaded") / "home"
    settings = Settings(home=home)
    with Ledger(settings.ledger, settings.base) as ledger:
        assert load(ledger, DATA, settings.base).ok
    return home


@pytest.fixture(scope="session")
def demo_home(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loaded home with the shipped examples in the demonstration tier; not to be changed, copy it."""
    home = copy_home(loaded_home, tmp_path_factory.mktemp("demo"))
    settings = Settings(home=home)
    with Ledger(settings.ledger, settings.base) as ledger:
        assert examples(ledger, EXAMPLES, settings.base).ok
    return home


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one Chromium of a run: two at once in one process is more than Playwright bears."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def home(loaded_home: Path, tmp_path: Path) -> Path:
    """A loaded home of one's own."""
    return copy_home(loaded_home, tmp_path)


def copy_home(home: Path, folder: Path) -> Path:
    """A home of one's own in a folder."""
    return Path(shutil.copytree(home, folder / "home", ignore=shutil.ignore_patterns("run")))


@contextmanager
def running_site(home: Path, env: dict[str, str] | None = None, *, ready: bool = True) -> Iterator[str]:
    """`hedgerow serve` over a home: its address, once it answers (`ready`: once the graph does)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "hedgerow", "serve", "--port", str(port)],
        env={"HEDGEROW_HOME": str(home), "PATH": "/usr/bin:/bin", **(env or {})},
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: get(f"{url}/{'readyz' if ready else 'healthz'}")[0] == 200, 90)
        yield url
    finally:
        process.terminate()
        process.wait(15)


def get(url: str, accept: str = "application/json", data: bytes | None = None) -> tuple[int, str]:
    """Status and body of a request; status 0 when nobody listens."""
    request = Request(url, data=data, headers={"Accept": accept})
    try:
        with urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (URLError, ConnectionError):
        return 0, ""


@contextmanager
def running_graph(
    settings: Settings, env: dict[str, str] | None = None, tier: str = PUBLIC
) -> Iterator[subprocess.Popen[bytes]]:
    """A graph process of a tier over a home, ready to answer."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hedgerow.graph", tier],
        env={"HEDGEROW_HOME": str(settings.home), "PATH": "/usr/bin:/bin", **(env or {})},
    )
    try:
        wait_for(lambda: _ready(settings, tier))
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _ready(settings: Settings, tier: str) -> bool:
    try:
        return bool(GraphClient(settings, tier).status())
    except GraphNotReady:
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something is so, or fail."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    """A copy of the shipped tables, to be changed."""
    return Path(shutil.copytree(DATA, tmp_path / "tables"))


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that stands exactly once in a file."""
    content = path.read_text("utf-8")
    assert content.count(old) == 1, (path.name, old, content.count(old))
    path.write_text(content.replace(old, new), "utf-8")
