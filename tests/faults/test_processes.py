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

from tests.conftest import running_site
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


@pytest.fixture(scope="module")
def site(loaded_home: Path) -> Iterator[str]:
    with running_site(loaded_home) as url:
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


def test_a_killed_graph_process_is_back_soon_and_told_meanwhile(loaded_home: Path, site: str) -> None:
    gone = []
    with load(site) as asked:
        for _ in range(3):
            before = processes(loaded_home, "hedgerow.graph")
            assert len(before) == 1
            away, bad = kill_and_watch(asked, before, 6)
            gone.append(away)
            assert bad
            assert {outcome.kind for outcome in bad} == {"told"}
            assert processes(loaded_home, "hedgerow.graph") != before
    print("graph process killed: seconds without an answer", [round(away, 2) for away in gone], dict(asked.counts()))
    assert min(gone) < patience()
    assert max(gone) < 3 * patience()


def test_killed_workers_are_not_noticed(loaded_home: Path, site: str) -> None:
    killed, silent = 0, 0.0
    with load(site) as asked:
        graph = processes(loaded_home, "hedgerow.graph")[0]
        for number in range(10):
            workers = children(graph)
            away, bad = kill_and_watch(asked, workers[:1] if number % 2 else workers, 1.2)
            silent = max(silent, away)
            killed += 1 if number % 2 else len(workers)
            assert bad == []
    assert silent < patience()
    print("workers killed:", killed, "longest silence", round(silent, 2), dict(asked.counts()))
    assert processes(loaded_home, "hedgerow.graph") == [graph]


def test_a_killed_web_process_cuts_its_own_requests_only(loaded_home: Path, site: str) -> None:
    gone = []
    with load(site) as asked:
        for _ in range(4):
            before = processes(loaded_home, "hedgerow.serve")
            assert len(before) == 2
            away, bad = kill_and_watch(asked, before[:1], 3)
            gone.append(away)
            assert {outcome.kind for outcome in bad} <= {"cut"}
            assert len(bad) <= 4  # at most what each of the four clients had under way
            assert len(processes(loaded_home, "hedgerow.serve")) == 2
    print("web process killed: longest silences", [round(away, 2) for away in gone], dict(asked.counts()))
    assert max(gone) < patience()


def test_all_web_processes_killed_at_once_are_back_soon(loaded_home: Path, site: str) -> None:
    with load(site) as asked:
        away, bad = kill_and_watch(asked, processes(loaded_home, "hedgerow.serve"), 6)
    print("all web processes killed: seconds without an answer", round(away, 2), dict(asked.counts()))
    assert {outcome.kind for outcome in bad} <= {"cut", "told"}
    assert away < patience()
