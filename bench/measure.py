"""What is measured of each engine at one size: queries, answers, requests a second, memory."""

from __future__ import annotations

import logging
import math
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from pathlib import Path

import world
from answers import difference, ordered, rows
from asked import SOLUTIONS, STATEMENTS, Query, points, queries
from client import LIMIT, Failed, GivenUp
from load import Load, Rate, rate
from machine import cores, resident
from peers import Command, Missing, Ours, Peer, World
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat, Store

from hedgerow.graph.project import fold
from hedgerow.ledger import Ledger
from hedgerow.settings import Settings

#: Runs of a query after one to warm up; one alone when that took longer than `SLOW` seconds.
RUNS, SLOW = 15, 3.0
#: What HTTP adds is measured for the point query, in so many runs, and for those that take the engine longer, in ms.
POINTS, LONG = 200, 50
CLIENTS = (1, 4, 16)
#: The question whose kept answer is asked for again and again.
KEPT = "agreements-in-force"

Ask = Callable[[Query], tuple[str, bytes]]


@dataclass
class Column:
    """What was measured of one engine at one size; `missing` says why nothing was."""

    name: str
    title: str
    missing: str = ""
    load_s: float = 0.0
    memory: tuple[float, float] = (0.0, 0.0)
    #: By query: milliseconds, or in words why there are none.
    times: dict[str, list[float] | str] = field(default_factory=dict)
    differences: dict[str, str] = field(default_factory=dict)
    #: By load, clients, and whether on one core.
    rates: dict[tuple[str, int, bool], Rate | str] = field(default_factory=dict)


@dataclass
class Section:
    """All that was measured at one size. `added`: by query, the engine's own time and that over HTTP, in ms."""

    size: str
    statements: int
    rows: dict[str, int] = field(default_factory=dict)
    columns: list[Column] = field(default_factory=list)
    added: dict[str, tuple[float, float]] = field(default_factory=dict)


def timed(ask: Ask, query: Query, seconds: float) -> tuple[tuple[str, bytes], list[float]]:
    """The first answer, and times in milliseconds: of as many runs after it as fit, or a slow one's own."""
    first, answer = once(ask, query)
    if first > SLOW * 1000:
        return answer, [first]
    times: list[float] = []
    end = time.perf_counter() + seconds
    while len(times) < RUNS and (len(times) < 3 or time.perf_counter() < end):
        times.append(once(ask, query)[0])
    return answer, times


def once(ask: Ask, query: Query) -> tuple[float, tuple[str, bytes]]:
    """Milliseconds and the answer."""
    start = time.perf_counter()
    answer = ask(query)
    return (time.perf_counter() - start) * 1000, answer


class InProcess:
    """The engine itself over a store in memory, in this process: what the others are compared with."""

    def __init__(self, dump: Path) -> None:
        self._store = Store()
        self._store.bulk_load(path=str(dump), format=RdfFormat.N_QUADS)

    def ask(self, query: Query) -> tuple[str, bytes]:
        """An answer, serialised."""
        found = self._store.query(query.text, use_default_graph_as_union=True)
        if isinstance(found, QuerySolutions | QueryBoolean):
            return SOLUTIONS, found.serialize(format=QueryResultsFormat.JSON) or b""
        return STATEMENTS, found.serialize(format=RdfFormat.N_TRIPLES) or b""


class Bench:
    """One size: the statements, the engine in process, and what it answered."""

    def __init__(self, size: str, folder: Path, seconds: int, before: dict[tuple[str, str], float]) -> None:
        """`before`: by engine and query the ms at smaller sizes, infinite when it was given up; gains ours."""
        self._folder, self._seconds, self._before = folder, seconds, before
        triples = "1" if size == "record" else size  # the first copy is always whole
        make: Command = [sys.executable, Path(world.__file__), triples, folder]
        made = subprocess.run(make, check=True, stdout=subprocess.PIPE, text=True)
        self.world = World(folder / "home", folder / "data.nq", int(made.stdout))
        self.section = Section(size, self.world.statements)
        self._right: dict[str, list[tuple[str, ...]]] = {}

    def in_process(self) -> None:
        """Load the engine into this process and ask it everything."""
        column = Column("in-process", "Engine in process")
        self.section.columns.append(column)
        before = resident(os.getpid())
        start = time.perf_counter()
        self._engine = InProcess(self.world.dump)
        column.load_s = time.perf_counter() - start
        loaded = resident(os.getpid()) - before
        for query in queries():
            answer, column.times[query.name] = timed(self._engine.ask, query, self._seconds)
            self._right[query.name] = rows(*answer)
        column.memory = (loaded, resident(os.getpid()) - before)
        self.section.rows = {name: len(found) for name, found in self._right.items()}

    def _leave_out(self, kind: type[Peer]) -> bool:
        """Whether so much was slow for a peer at a smaller size that a larger one takes all its time."""
        slow = sum(name == kind.name and ms > SLOW * 1000 for (name, _), ms in self._before.items())
        if slow * 3 <= len(queries()):
            return False
        missing = f"{slow} of {len(queries())} queries took it over {SLOW:.0f} s at a smaller size"
        self.section.columns.append(Column(kind.name, kind.title, missing))
        return True

    def peer(self, kind: type[Peer], loads: Sequence[Load]) -> None:
        """Start a peer, ask it everything, load it, stop it."""
        if self._leave_out(kind):
            return
        column = Column(kind.name, kind.title)
        kept = Column("ours-kept", "Hedgerow, kept")
        self.section.columns += [column, kept] if kind is Ours else [column]
        try:
            peer = kind(self.world, self._folder / kind.name)
            start = time.perf_counter()
            peer.load()
            peer.start()
        except (Missing, subprocess.CalledProcessError) as error:
            column.missing = str(error)
            return
        try:
            column.load_s = time.perf_counter() - start
            loaded = peer.memory()
            logging.info("  answers after %.1f s", column.load_s)
            # Light loads first: whoever has asked for much is served after others for a while.
            for load in loads[:-1]:
                self._load(peer, column, load)
            if isinstance(peer, Ours):
                self._ours(peer, column, kept)
            else:
                self._ask_all(peer, peer.client().post, column)
            for load in loads[-1:]:
                self._load(peer, column, load)
            column.memory = (loaded, peer.memory())
        except (Missing, OSError, HTTPException, subprocess.CalledProcessError) as error:
            # What was measured of it until then stands.
            column.missing = f"measured in part: {error}"
        finally:
            peer.stop()

    def _ours(self, peer: Peer, column: Column, kept: Column) -> None:
        number, client = count(), peer.client()

        def cold(query: Query) -> tuple[str, bytes]:
            return client.post(query, f"{time.time_ns()}-{next(number)}")

        self._ask_all(peer, cold, column)
        self._ask_all(peer, client.get, kept)
        logging.info("  beside the engine in process")
        for query in queries():
            alone = self.section.columns[0].times[query.name]
            if isinstance(column.times[query.name], str) or isinstance(alone, str):
                continue
            if query.name != "point" and statistics.median(alone) < LONG:
                continue
            runs = POINTS if query.name == "point" else len(alone)
            # One after the other, so that whatever else the machine does is in both.
            pairs = [(once(self._engine.ask, query)[0], once(cold, query)[0]) for _ in range(runs)]
            engine, wire = zip(*pairs, strict=True)
            self.section.added[query.name] = (statistics.median(engine), statistics.median(wire))

    def _ask_all(self, peer: Peer, ask: Ask, column: Column) -> None:
        logging.info("  asking %s", column.name)
        for query in queries():
            if self._before.get((column.name, query.name)) == math.inf:
                column.times[query.name] = "not asked"
                continue
            try:
                answer, times = timed(ask, query, self._seconds)
                column.times[query.name] = times
                self._before[column.name, query.name] = statistics.median(times)
                self._compare(query, answer, column)
            except GivenUp:
                column.times[query.name] = f"over {LIMIT} s"
                logging.info("  %s is over the limit", query.name)
                self._before[column.name, query.name] = math.inf
                peer.free()
            except (Failed, HTTPException, OSError, ValueError) as error:
                column.times[query.name] = "fails"
                column.differences[query.name] = f"{type(error).__name__}: {error}"
                if isinstance(error, ConnectionError | EOFError):  # it broke
                    peer.free()

    def _compare(self, query: Query, answer: tuple[str, bytes], column: Column) -> None:
        told = difference(self._right[query.name], rows(*answer), in_order=ordered(query.text))
        if told:
            column.differences[query.name] = told

    def _load(self, peer: Peer, column: Column, load: Load) -> None:
        """On one core with each number of clients, then with the most on all."""
        here = cores()
        kinds = [(clients, True) for clients in CLIENTS if len(here) > 1] + [(CLIENTS[-1], False)]
        if any(isinstance(column.times.get(query.name), str) for query in load.queries):
            column.rates |= {(load.title, *kind): "some fail" for kind in kinds}
            return
        logging.info("  %s", load.title)
        for clients, pinned in kinds:
            peer.confine(here[:1] if pinned else here)
            core = here[1] if pinned else None
            try:
                column.rates[load.title, clients, pinned] = rate(peer, load, clients, self._seconds, core, self._folder)
            except Missing as error:
                column.rates[load.title, clients, pinned] = str(error)
            peer.settle()

    def _records(self) -> list[str]:
        settings = Settings(home=self.world.home)
        with Ledger(settings.ledger, settings.base) as ledger:
            return sorted(fold(ledger).versions)

    def loads(self) -> list[Load]:
        """What the peers are loaded with."""
        kept = next(query for query in queries() if query.name == KEPT)
        return [
            Load("point, never the same", points(self._records()), "GET", vary=True),
            Load(f"{KEPT}, always the same", [kept], "GET", vary=False),
            Load("all queries in turn, never the same", queries(), "POST", vary=True),
        ]
