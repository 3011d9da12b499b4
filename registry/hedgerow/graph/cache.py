"""Answers kept by the version of the graph: asked again, they cost no query. Bounded in bytes, oldest out first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from hedgerow.graph.client import JSON, TURTLE, Graph, Reply
from hedgerow.graph.frames import Header

#: For so long the version last seen is taken as the present one, in seconds.
VERSION_SECONDS = 0.1
#: An answer larger than this part of the budget is passed on and not kept.
LARGEST_PART = 8
#: Answers kept at most: an entry takes about a kilobyte that the budget does not see.
MAX_ENTRIES = 20_000

Key = tuple[str, str, str]


class CachedGraph:
    """A graph that remembers its answers until its version moves on."""

    def __init__(self, graph: Graph, budget: int) -> None:
        self._graph = graph
        self._budget = budget
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Reply] = OrderedDict()
        self._bytes = 0
        self._version = ""
        self._seen = float("-inf")

    @property
    def tier(self) -> str:
        """Whose graph it is."""
        return self._graph.tier

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, seconds: float | None = None) -> Reply:
        """Run a query, or give the answer kept. Raises the errors of `hedgerow.errors`."""
        key = (text, solutions, triples)
        version = self._present()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept.version == version:
                self._kept.move_to_end(key)
                return kept
        reply = self._graph.query(text, solutions, triples, seconds)
        with self._lock:
            self._keep(key, reply)
        return reply

    def status(self) -> Header:
        """The view of the graph itself."""
        return self._graph.status()

    def _present(self) -> str:
        now = time.monotonic()
        if now - self._seen > VERSION_SECONDS:
            version = str(self._graph.status()["version"])
            with self._lock:
                self._version, self._seen = version, now
        return self._version

    def _keep(self, key: Key, reply: Reply) -> None:
        self._drop(key)
        if len(reply.body) > self._budget // LARGEST_PART:
            return
        self._kept[key] = reply
        self._bytes += _size(key, reply)
        while self._bytes > self._budget or len(self._kept) > MAX_ENTRIES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Key) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self._bytes -= _size(key, old)


def _size(key: Key, reply: Reply) -> int:
    return len(key[0]) + len(reply.body)
