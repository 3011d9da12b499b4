"""The two ways to a graph: the running graph process by its socket, or a store built in this process."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Protocol

from pyoxigraph import RdfFormat, Store

from hedgerow.errors import (
    BudgetSpent,
    Busy,
    CallError,
    GraphNotReady,
    HedgerowError,
    NotFound,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
    Unavailable,
    ViewNotReady,
)
from hedgerow.graph import guard
from hedgerow.graph.connections import Answered, Connections, caller
from hedgerow.graph.frames import Header, pack
from hedgerow.graph.project import View, build_store, describe_view, fold, today
from hedgerow.graph.recorded import Moment
from hedgerow.graph.worker import Outlet, answer
from hedgerow.ledger import Ledger
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC

JSON = "application/sparql-results+json"
TURTLE = "text/turtle"
#: How long a client waits beyond a query's own deadline, in seconds.
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class How:
    """How a query is to be run, beside what it says."""

    #: Graphs seen together without a name, and by their names; they hold over what the query names. Neither: all.
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    #: A closer deadline than that of the graph, in seconds.
    seconds: float | None = None
    #: A large answer is wanted as a file.
    spooled: bool = False
    #: The IRI at which relative ones in the query begin; without one they are refused.
    base: str = ""


#: Over the whole view, in the time allowed, into memory.
PLAIN = How()


@dataclass(frozen=True)
class Reply:
    """A whole answer as the engine wrote it, and the version of the view it rests on.

    `file`: where a large answer is when it was asked for as `spooled`, at its beginning; `body` is empty then.
    """

    media_type: str
    body: bytes
    version: str
    millis: float
    file: IO[bytes] | None = None


class Graph(Protocol):
    """Something that answers SPARQL."""

    @property
    def tier(self) -> str:
        """Whose graph it is."""
        ...

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, how: How = PLAIN) -> Reply:
        """Run a query. `solutions` and `triples` are the media types wanted for each form of result."""
        ...

    def version(self) -> str:
        """The version of the view; the same as long as every answer is."""
        ...

    def status(self) -> Header:
        """The view: tier, version, position, day, quads, records."""
        ...


class GraphClient:
    """The running graph process of one tier, met at its socket in the home folder.

    `name`: what the socket of an earlier view is called.
    """

    def __init__(self, settings: Settings, tier: str = PUBLIC, name: str = "") -> None:
        self.tier = tier
        self._settings = settings
        self._connections = Connections(settings.socket(name or tier), settings.query_seconds + PATIENCE_SECONDS)

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, how: How = PLAIN) -> Reply:
        """Run a query in a worker. Raises the errors of `hedgerow.errors`."""
        guard.check(text)
        header: Header = {"op": "query", "client": caller.get().name, **_asked(solutions, triples, how)}
        return _reply(self._connections.ask(pack(header, text.encode("utf-8", "replace")), spooled=how.spooled))

    def version(self) -> str:
        """The version of the view the process holds."""
        return str(self.status()["version"])

    def status(self) -> Header:
        """The view the process holds."""
        return self._connections.ask(pack({"op": "status"})).header

    def view(self, then: Moment, day: date) -> GraphClient:
        """The process that holds an earlier view. Raises ViewNotReady while it is built, Busy when others are held."""
        header: Header = {"op": "view", "client": caller.get().name, "positions": then.positions, "day": str(day)}
        answered = self._connections.ask(pack(header)).header
        if "error" in answered:
            raise _error(answered)
        return GraphClient(self._settings, self.tier, answered["socket"])


class LocalGraph:
    """A store built from the ledger in this process: for commands when no graph process runs."""

    def __init__(
        self, settings: Settings, tier: str = PUBLIC, then: Moment | None = None, day: date | None = None
    ) -> None:
        """The live view, or what was on record `then`; as it is today or on a `day`."""
        with Ledger(settings.ledger, settings.base) as ledger:
            state = fold(ledger, tier, then.until if then else None)
        day = day or today()
        self._view = state.view(day)
        self._records = len(state.versions)
        self._store = build_store(state.statements(day, settings.base), settings.base)
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

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, how: How = PLAIN) -> Reply:
        """Run a query here, without a deadline. Raises the errors of `hedgerow.errors`."""
        guard.check(text)
        out = Outlet(1 << 30)
        header = answer(self._store, _asked(solutions, triples, how), text, out)
        return _reply(Answered(header | {"version": self._view.version}, out.rest()))

    def dump(self, path: Path) -> None:
        """Write the whole store as N-Quads."""
        self._store.dump(str(path), format=RdfFormat.N_QUADS)

    def version(self) -> str:
        """The version of the view this store holds."""
        return self._view.version

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
    return connect_running(settings, tier) or LocalGraph(settings, tier)


def connect_running(settings: Settings, tier: str) -> GraphClient | None:
    """The running graph process, None when there is none. Raises NotFound when the home is empty, too."""
    client = GraphClient(settings, tier)
    try:
        client.status()
    except GraphNotReady:
        if not (settings.ledger.exists() and _holds(settings, tier)):
            command, what = ("examples", "nothing invented") if tier == DEMO else ("load", "no records")
            raise NotFound(
                f"The home {settings.home} holds {what}.",
                f"Run 'hedgerow {command}' first, or set HEDGEROW_HOME to a home where that was done.",
            ) from None
        return None
    return client


def _holds(settings: Settings, tier: str) -> bool:
    with Ledger(settings.ledger, settings.base) as ledger:
        return bool(ledger.head(tier).position)


#: How long a command waits for an earlier view, and how often it asks, in seconds.
_BUILD_SECONDS, _ASK_SECONDS = 600, 0.2


def connect_then(settings: Settings, tier: str, then: Moment, day: date | None = None) -> Graph:
    """As `connect`, but what was on record then; as it is today or on a `day`. Waits until it is built."""
    live = connect_running(settings, tier)
    if live is None:
        return LocalGraph(settings, tier, then, day)
    end = time.monotonic() + _BUILD_SECONDS
    while True:
        try:
            return earlier(live, settings, then, day)
        except ViewNotReady:
            if time.monotonic() > end:
                raise
            time.sleep(_ASK_SECONDS)


def earlier(live: Graph, settings: Settings, then: Moment, day: date | None = None) -> Graph:
    """What was on record then: the live graph when nothing came since, else a process of its own.

    Raises ViewNotReady while that is built.
    """
    day = day or today()
    if live.version() == then.view(day).version:
        return live
    if int(live.status()["position"]) < then.head.position:
        raise ViewNotReady("The graph has not come to what was recorded last.", "Ask again in a moment.", retry_after=1)
    return GraphClient(settings, live.tier).view(then, day)


def _asked(solutions: str, triples: str, how: How) -> Header:
    """The header of a request."""
    header: Header = {"solutions": solutions, "graph": triples}
    if how.seconds:
        header["seconds"] = how.seconds
    if how.base:
        header["base"] = how.base
    if how.default_graphs or how.named_graphs:
        header |= {"default_graphs": how.default_graphs, "named_graphs": how.named_graphs}
    return header


def _reply(answered: Answered) -> Reply:
    header = answered.header
    if "error" in header:
        raise _error(header)
    version, millis = header.get("version", ""), float(header.get("millis", 0))
    return Reply(header["media_type"], answered.body, version, millis, answered.file)


def _error(header: Header) -> HedgerowError:
    detail = str(header["detail"])
    match header["error"]:
        case "syntax":
            return QuerySyntaxError(detail, int(header["line"]), int(header["column"]))
        case "timeout":
            return QueryTimeout(detail, "Ask for less, or add LIMIT and more selective patterns.")
        case "memory" | "too-large":
            return QueryTooLarge(detail, "Ask for less: add LIMIT, or aggregate.")
        case "building":
            return ViewNotReady(detail, "Ask again in a moment.", retry_after=3)
        case "failed":
            return Unavailable(detail, "Try again; 'hedgerow verify' looks for damage of the ledger.", retry_after=30)
        case "busy":
            return Busy(detail, "Try again in a few seconds.", retry_after=2)
        case "budget":
            remedy = "Wait as long as Retry-After says, or ask for less at a time."
            return BudgetSpent(detail, remedy, retry_after=int(header["retry_after"]))
        case "not-acceptable":
            return CallError(detail, "Ask for a media type of that form.")
        case "refused":
            return QueryRefused(
                detail, "Use what SPARQL 1.1 has, over graphs that are here: SELECT DISTINCT ?g { GRAPH ?g {} }."
            )
        case _:
            return QueryRefused(detail, "Write it simpler.")
