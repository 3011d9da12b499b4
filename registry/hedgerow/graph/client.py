"""The two ways to a graph: the running graph process by its socket, or a store built in this process."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pyoxigraph import RdfFormat, Store

from hedgerow.errors import (
    Busy,
    CallError,
    GraphNotReady,
    HedgerowError,
    NotFound,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
)
from hedgerow.graph import guard
from hedgerow.graph.frames import Header, pack, receive
from hedgerow.graph.project import View, build_store, describe_view, fold, today
from hedgerow.graph.worker import answer
from hedgerow.ledger import Ledger
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC

JSON = "application/sparql-results+json"
TURTLE = "text/turtle"
#: How long a client waits beyond a query's own deadline, in seconds.
PATIENCE_SECONDS = 60
#: How often a waiting query is asked whether anyone still waits for it, in seconds.
GLANCE_SECONDS = 0.25


@dataclass(frozen=True)
class Caller:
    """For whom a query is: the client whose use is counted, and whether it has gone away meanwhile."""

    name: str
    gone: Callable[[], bool] = lambda: False


_NOBODY = Caller("")
#: The caller of this thread's queries; whoever answers clients sets it for each request.
caller: ContextVar[Caller] = ContextVar("caller", default=_NOBODY)


@dataclass(frozen=True)
class Reply:
    """A whole answer as the engine wrote it, and the version of the view it rests on."""

    media_type: str
    body: bytes
    version: str
    millis: float


class Graph(Protocol):
    """Something that answers SPARQL."""

    @property
    def tier(self) -> str:
        """Whose graph it is."""
        ...

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, seconds: float | None = None) -> Reply:
        """Run a query. `solutions` and `triples` are the media types wanted for each form of result."""
        ...

    def status(self) -> Header:
        """The view: tier, version, position, day, quads, records."""
        ...


class GraphClient:
    """The running graph process of one tier, met at its socket in the home folder."""

    def __init__(self, settings: Settings, tier: str = PUBLIC) -> None:
        self.tier = tier
        self._path = settings.socket(tier)
        self._patience = settings.query_seconds + PATIENCE_SECONDS

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, seconds: float | None = None) -> Reply:
        """Run a query in a worker. Raises the errors of `hedgerow.errors`."""
        guard.check(text)
        header: Header = {"op": "query", "solutions": solutions, "graph": triples, "client": caller.get().name}
        if seconds:
            header["seconds"] = seconds
        return _reply(*self._ask(header, text.encode("utf-8", "replace")))

    def status(self) -> Header:
        """The view the process holds."""
        return self._ask({"op": "status"}, b"")[0]

    def _ask(self, header: Header, body: bytes) -> tuple[Header, bytes]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(self._patience)
            try:
                connection.connect(str(self._path))
                connection.sendall(pack(header, body))
                self._wait(connection)
                frame = receive(connection)
            except TimeoutError:
                raise QueryTimeout("The graph process did not answer in time.", "Try again.") from None
            except OSError:
                frame = None
        if frame is None:
            raise GraphNotReady("There is no graph process at the socket.", "Start it with 'hedgerow serve'.")
        return frame

    def _wait(self, connection: socket.socket) -> None:
        """Until the answer begins. A caller that goes away ends its query: closing the socket frees the worker."""
        gone, end = caller.get().gone, time.monotonic() + self._patience
        ready = select.poll()
        ready.register(connection, select.POLLIN)
        while not ready.poll(GLANCE_SECONDS * 1000):
            if gone():
                raise CallError("The client went away before its answer.", "Ask again, and wait for it.")
            if time.monotonic() > end:
                raise TimeoutError


class LocalGraph:
    """A store built from the ledger in this process: for commands when no graph process runs."""

    def __init__(self, settings: Settings, tier: str = PUBLIC) -> None:
        with Ledger(settings.ledger, settings.base) as ledger:
            state = fold(ledger, tier)
        day = today()
        self._view = state.view(day)
        self._records = len(state.versions)
        self._store = build_store(state.payloads(day), settings.base)
        describe_view(self._store, self._view, settings.base)

    @classmethod
    def of(cls, store: Store, view: View, records: int = 0) -> LocalGraph:
        """Wrap a store that is there already."""
        graph = cls.__new__(cls)
        graph._store, graph._view, graph._records = store, view, records
        return graph

    @property
    def tier(self) -> str:
        """Whose graph it is."""
        return self._view.tier

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, seconds: float | None = None) -> Reply:
        """Run a query here, without a deadline. Raises the errors of `hedgerow.errors`."""
        guard.check(text)
        header, body = answer(self._store, {"solutions": solutions, "graph": triples}, text, 1 << 30)
        return _reply(header | {"version": self._view.version}, body)

    def dump(self, path: Path) -> None:
        """Write the whole store as N-Quads."""
        self._store.dump(str(path), format=RdfFormat.N_QUADS)

    def status(self) -> Header:
        """The view this store holds."""
        return {
            "tier": self._view.tier,
            "version": self._view.version,
            "position": self._view.head.position,
            "day": self._view.day.isoformat(),
            "quads": len(self._store),
            "records": self._records,
        }


def connect(settings: Settings, tier: str = PUBLIC) -> Graph:
    """The running graph process, or a store of our own when there is none. Raises NotFound on an empty home."""
    client = GraphClient(settings, tier)
    try:
        client.status()
    except GraphNotReady:
        graph = LocalGraph(settings, tier) if settings.ledger.exists() else None
        if graph is None or not graph.status()["position"]:
            command, what = ("examples", "nothing invented") if tier == DEMO else ("load", "no records")
            raise NotFound(
                f"The home {settings.home} holds {what}.",
                f"Run 'hedgerow {command}' first, or set HEDGEROW_HOME to a home where that was done.",
            ) from None
        return graph
    return client


def _reply(header: Header, body: bytes) -> Reply:
    if "error" in header:
        raise _error(header)
    return Reply(header["media_type"], body, header.get("version", ""), float(header.get("millis", 0)))


def _error(header: Header) -> HedgerowError:
    detail = str(header["detail"])
    match header["error"]:
        case "syntax":
            return QuerySyntaxError(detail, int(header["line"]), int(header["column"]))
        case "timeout":
            return QueryTimeout(detail, "Ask for less, or add LIMIT and more selective patterns.")
        case "memory" | "too-large":
            return QueryTooLarge(detail, "Ask for less: add LIMIT, or aggregate.")
        case "busy":
            return Busy(detail, "Try again in a few seconds.", retry_after=2)
        case "not-acceptable":
            return CallError(detail, "Ask for a media type of that form.")
        case _:
            return QueryRefused(detail, "Write it simpler.")
