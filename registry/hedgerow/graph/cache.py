"""Answers kept by the version of the graph: asked again, they cost no query. Bounded in bytes, oldest out first."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from hedgerow.graph.client import JSON, PLAIN, TURTLE, Graph, How, Reply
from hedgerow.graph.frames import Header

#: For so long the version last seen is taken as the present one, in seconds.
VERSION_SECONDS = 0.1
#: An answer larger than this part of the budget is passed on and not kept.
LARGEST_PART = 8
#: Answers kept at most: an entry takes about a kilobyte that the budget does not see.
MAX_ENTRIES = 20_000

#: Functions that give something else each time. A word too many costs a query, no more.
_UNSTABLE = ("NOW(", "RAND(", "UUID(", "BNODE(")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def is_stable(text: str) -> bool:
    """Whether a query gives the same answer as long as the graph is the same.

    >>> is_stable("SELECT * { ?s ?p ?o }"), is_stable("SELECT (now () AS ?n) {}")
    (True, False)
    """
    if "(" not in text:
        return True
    squeezed = "".join(text.upper().split())
    return not any(called in squeezed for called in _UNSTABLE)


class Kept(Generic[K, V]):
    """Things kept within a budget of bytes, the one not asked for longest out first. Any thread may use it."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: K) -> V | None:
        """What is kept under a key."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Keep something of that many bytes, unless it is too large a part of the budget."""
        with self._lock:
            self._drop(key)
            if size > self._budget // LARGEST_PART:
                return
            self._held[key] = value, size
            self._bytes += size
            while self._bytes > self._budget or len(self._held) > MAX_ENTRIES:
                self._drop(next(iter(self._held)))

    def _drop(self, key: K) -> None:
        if old := self._held.pop(key, None):
            self._bytes -= old[1]


class CachedGraph:
    """A graph that remembers its answers until its version moves on."""

    def __init__(self, graph: Graph, budget: int) -> None:
        #: The graph itself, which keeps nothing.
        self.behind = graph
        self._kept: Kept[tuple[str, str, str, How], Reply] = Kept(budget)
        self._lock = threading.Lock()
        self._version = ""
        self._seen = float("-inf")

    @property
    def tier(self) -> str:
        """Whose graph it is."""
        return self.behind.tier

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, how: How = PLAIN) -> Reply:
        """Run a query, or give the answer kept. Raises the errors of `hedgerow.errors`."""
        key = (text, solutions, triples, how)
        kept = self._kept.get(key)
        if kept is not None and kept.version == self.version():
            return kept
        reply = self.behind.query(text, solutions, triples, how)
        if reply.file is None and is_stable(text):
            self._kept.put(key, reply, len(text) + len(reply.body))
        return reply

    def status(self) -> Header:
        """The view of the graph itself."""
        return self.behind.status()

    def version(self) -> str:
        """The version of the view, as it was at most a tenth of a second ago."""
        now = time.monotonic()
        if now - self._seen > VERSION_SECONDS:
            version = self.behind.version()
            with self._lock:
                self._version, self._seen = version, now
        return self._version
