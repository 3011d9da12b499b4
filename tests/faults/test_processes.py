"""`hedgerow serve` under load while its processes are killed: it answers again by itself, and never wrongly."""

from __future__ import annotations

import http.client
import itertools
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from tests.conftest import copy_home, get, running_site, wait_for
from tests.registry.test_serve import processes

pytestmark = pytest.mark.xdist_group("serve")

POINT = "SELECT * { <https://w3id.org/hedgerow/registry/id/item/nickel> ?p ?o } ORDER BY ?p ?o"
COUNT = "SELECT (COUNT(*) AS ?n) { ?a a <https://w3id.org/hedgerow/ns#Agreement> }"
#: Promised for a machine that does nothing else.
SECONDS = 2.0


def patience() -> float:
    """The seconds promised, stretched by as much as this machine is asked for more than it has."""
    return SECONDS * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


@dataclass
class Outcome:
    """What came of a request: `kind` is right, told (503 with Retry-After), cut, or wrong."""

    kind: str
    begun: float
    ended: float
    what: str = ""


@dataclass
class Load:
    """Requests that go on until stopped, and what came of each."""

    site: str
    outcomes: list[Outcome] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def ask(self, path: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.site).netloc, timeout=20)
        try:
            connection.request("GET", path, headers={"Accept": "text/csv, application/json;q=0.9"})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def go_on(self, number: int) -> None:
        query = (POINT, COUNT)[number % 2]
        right = self.ask(f"/sparql?query={quote(query)}")[2]
        for turn in itertools.count():
            if self.stopped.is_set():
                return
            # Each is a new text: no answer comes out of a cache.
            path = f"/sparql?query={quote(f'{query} # {number} {turn}')}"
            begun = time.monotonic()
            try:
                status, headers, body = self.ask(path)
            except (OSError, http.client.HTTPException) as error:
                kind, what = "cut", repr(error)
            else:
                told = status == 503 and headers["Retry-After"] is not None
                kind = "right" if (status, body) == (200, right) else "told" if told else "wrong"
                what = f"{status} {body[:200]!r}" if kind != "right" else ""
            self.outcomes.append(Outcome(kind, begun, time.monotonic(), what))
            time.sleep(0.1 if kind == "told" else 0.01)

    def counts(self) -> Counter[str]:
        return Counter(outcome.kind for outcome in self.outcomes)


@contextmanager
def load(site: str) -> Iterator[Load]:
    """Four clients that ask without end."""
    asked = Load(site)
    threads = [threading.Thread(target=asked.go_on, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(0.5)
        yield asked
    finally:
        asked.stopped.set()
        for thread in threads:
            thread.join()
    assert not [o.what for o in asked.outcomes if o.kind == "wrong"]
    assert asked.counts()["right"] > 20


#: How a graph process of each tier is called.
PUBLIC, DEMO = "hedgerow.graph\0public", "hedgerow.graph\0demo"


@pytest.fixture(scope="module")
def site_home(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_home(loaded_home, tmp_path_factory.mktemp("processes"))


@pytest.fixture(scope="module")
def site(site_home: Path) -> Iterator[str]:
    with running_site(site_home) as url:
        wait_for(lambda: get(f"{url}/demo/readyz")[0] == 200, 90)
        yield url


def children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def kill_and_watch(asked: Load, pids: list[int], seconds: float) -> tuple[float, list[Outcome]]:
    """Kill; the longest time without a right answer from then on, and every answer that was not right."""
    killed = time.monotonic()
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    time.sleep(seconds)
    after = [outcome for outcome in list(asked.outcomes) if outcome.ended > killed]
    right = [killed, *sorted(outcome.ended for outcome in after if outcome.kind == "right"), killed + seconds]
    return max(b - a for a, b in itertools.pairwise(right)), [o for o in after if o.kind != "right"]


def test_a_killed_graph_process_is_back_soon_and_told_meanwhile(site_home: Path, site: str) -> None:
    gone, demonstration = [], processes(site_home, DEMO)
    with load(site) as asked:
        for _ in range(3):
            before = processes(site_home, PUBLIC)
            assert len(before) == 1
            away, bad = kill_and_watch(asked, before, 6)
            gone.append(away)
            assert bad
            assert {outcome.kind for outcome in bad} == {"told"}
            assert processes(site_home, PUBLIC) != before
            assert len(demonstration) == 1
            assert processes(site_home, DEMO) == demonstration
    print("graph process killed: seconds without an answer", [round(away, 2) for away in gone], dict(asked.counts()))
    assert min(gone) < patience()
    assert max(gone) < 3 * patience()


def test_killed_workers_are_not_noticed(site_home: Path, site: str) -> None:
    killed, silent = 0, 0.0
    with load(site) as asked:
        graph = processes(site_home, PUBLIC)[0]
        for number in range(10):
            workers = children(graph)
            away, bad = kill_and_watch(asked, workers[:1] if number % 2 else workers, 1.2)
            silent = max(silent, away)
            killed += 1 if number % 2 else len(workers)
            assert bad == []
    assert silent < patience()
    print("workers killed:", killed, "longest silence", round(silent, 2), dict(asked.counts()))
    assert processes(site_home, PUBLIC) == [graph]


def test_a_killed_web_process_cuts_its_own_requests_only(site_home: Path, site: str) -> None:
    gone = []
    with load(site) as asked:
        for _ in range(4):
            before = processes(site_home, "hedgerow.webserver")
            assert len(before) == 2
            away, bad = kill_and_watch(asked, before[:1], 3)
            gone.append(away)
            assert {outcome.kind for outcome in bad} <= {"cut"}
            assert len(bad) <= 4  # at most what each of the four clients had under way
            assert len(processes(site_home, "hedgerow.webserver")) == 2
    print("web process killed: longest silences", [round(away, 2) for away in gone], dict(asked.counts()))
    assert max(gone) < patience()


def test_all_web_processes_killed_at_once_are_back_soon(site_home: Path, site: str) -> None:
    with load(site) as asked:
        away, bad = kill_and_watch(asked, processes(site_home, "hedgerow.webserver"), 6)
    print("all web processes killed: seconds without an answer", round(away, 2), dict(asked.counts()))
    assert {outcome.kind for outcome in bad} <= {"cut", "told"}
    assert away < patience()


def test_a_killed_graph_process_of_the_demonstration_is_not_noticed_by_the_public_site(
    site_home: Path, site: str
) -> None:
    with load(site) as asked:
        _, bad = kill_and_watch(asked, processes(site_home, DEMO), 6)
        assert bad == []
    wait_for(lambda: get(f"{site}/demo/readyz")[0] == 200, 30)
