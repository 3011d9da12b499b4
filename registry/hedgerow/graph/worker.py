"""A worker: a fork of the graph process that answers queries on one frozen version, shut in.

It holds no descriptor but its socket, can open none, dies with its parent, and an alarm with its default
action kills it at the deadline in the middle of native code. A crash costs one fork.
"""

from __future__ import annotations

import ctypes
import errno
import io
import os
import re
import resource
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    serialize,
)

from hedgerow.graph.frames import Header, pack, receive

_PR_SET_PDEATHSIG = 1
_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
#: With the complement of a process's id it is the clock of that process.
_CPUCLOCK_SCHED = 2
#: A larger answer goes out in parts of this size, in bytes.
PART_BYTES = 256 * 1024
#: More than all the lines of prefixes of a document have, in bytes.
_HEAD_BYTES = 4096
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class _TooLarge(Exception):
    """The answer passed the byte cap."""


class Outlet(io.BytesIO):
    """Where an answer is written: what is too much for one frame goes out in parts, so that memory stays flat."""

    def __init__(self, cap: int, send: Callable[[bytes], None] | None = None) -> None:
        super().__init__()
        self._left = cap
        self._send = send
        self._held = bytearray()

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take a piece. Raises _TooLarge beyond the cap."""
        self._left -= len(data)
        if self._left < 0:
            raise _TooLarge
        self._held += data
        if self._send and len(self._held) >= PART_BYTES:
            self._send(self.rest())
        return len(data)

    def rest(self) -> bytes:
        """What was not sent as a part."""
        rest = bytes(self._held)
        self._held.clear()
        return rest


class _SortedHead(io.BytesIO):
    """Passes a document on with its lines of prefixes sorted: the engine orders them anew in each process."""

    def __init__(self, out: Outlet) -> None:
        super().__init__()
        self._out = out
        self._head: bytearray | None = bytearray()

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if self._head is None:
            return self._out.write(data)
        self._head += data
        if len(self._head) > _HEAD_BYTES:
            self.end()
        return len(data)

    def end(self) -> None:
        """The prefixes are all there."""
        if self._head is not None:
            self._out.write(sorted_prefixes(bytes(self._head)))
            self._head = None


def sorted_prefixes(turtle: bytes) -> bytes:
    """Turtle or TriG with its lines of prefixes, which come first, in one order."""
    lines = turtle.splitlines(keepends=True)
    head = [line for line in lines if line.startswith(b"@prefix ")]
    return b"".join([*sorted(head), *lines[len(head) :]])


def die_with_parent() -> None:
    """Be killed when the parent ends (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def shut_in(connection: socket.socket, address_limit: int) -> None:
    """Give up every descriptor but the socket, and the right to open any; prove it or exit."""
    keep = connection.fileno()
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.closerange(1, keep)
    os.closerange(keep + 1, 1 << 16)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (address_limit, address_limit))
    if not (_refused(socket.socket) and _refused(lambda: os.open(os.devnull, os.O_RDONLY))):
        os._exit(70)


def _refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError as error:
        return error.errno == errno.EMFILE
    return False


def address_space() -> int:
    """The address space this process has now, in bytes; read in the parent, before a fork."""
    return _pages("self", 0) * resource.getpagesize()


def data_bytes(pid: int) -> int:
    """What a process has asked for to write in, in bytes."""
    return _pages(str(pid), 5) * resource.getpagesize()


def _pages(process: str, column: int) -> int:
    """One of the sizes that the system tells of a process, in pages; 0 when it has ended, or where none are told."""
    try:
        with open(f"/proc/{process}/statm", encoding="ascii") as statm:  # noqa: PTH123 - on the way to every fork
            return int(statm.read().split()[column])
    except OSError:
        return 0


def leave_network() -> bool:
    """Move into an empty network namespace, where the kernel grants one. Workers inherit it."""
    if _LIBC is None:
        return False
    return any(_LIBC.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWNET | _CLONE_NEWUSER))


def computed(pid: int) -> float:
    """Seconds of processor a worker has used; on a busy machine a quick query takes long and is quick all the same."""
    if sys.platform != "linux":
        return time.monotonic()
    try:
        return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)
    except OSError:
        return 0.0  # It has ended.


def serve(store: Store, connection: socket.socket, cap: int, *, union: bool = True) -> NoReturn:
    """Answer queries until the socket closes. Never returns."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def send(part: bytes) -> None:
        connection.sendall(pack({"part": True}, part))

    while True:
        frame = receive(connection)
        if frame is None:
            os._exit(0)
        header, body = frame
        signal.setitimer(signal.ITIMER_REAL, float(header["seconds"]))
        start = time.perf_counter()
        out = Outlet(cap, send)
        reply = answer(store, header, body.decode("utf-8", "replace"), out, union=union)
        reply["millis"] = round((time.perf_counter() - start) * 1000, 3)
        connection.sendall(pack(reply, out.rest()))
        signal.setitimer(signal.ITIMER_REAL, 0)


def answer(store: Store, header: Header, text: str, out: Outlet, *, union: bool = True) -> Header:
    """Run one query and write the answer as asked: the reply's header. Errors become headers, and void what is written.

    `union`: what a query that names no graphs sees is all graphs together, not the default graph alone.
    """
    try:
        results = store.query(text, base_iri=header.get("base"), **_dataset(store, header, union=union))
        wanted = header["graph"] if isinstance(results, QueryTriples) else header["solutions"]
        if not wanted:
            form = "triples" if isinstance(results, QueryTriples) else "solutions"
            return {"error": "not-acceptable", "detail": f"The query gives {form}."}
        _serialize(results, wanted, out)
        return {"media_type": wanted}
    except SyntaxError as error:
        return _syntax(str(error))
    except _TooLarge:
        return {"error": "too-large", "detail": "The answer is larger than the limit."}
    except MemoryError:
        return {"error": "memory", "detail": "The query needed more memory than allowed."}
    except (OSError, ValueError, RuntimeError) as error:
        return {"error": "refused", "detail": str(error)}


def _dataset(store: Store, header: Header, *, union: bool) -> dict[str, Any]:
    """The graphs a query sees: those its request names, which hold over what its text names. Raises ValueError."""
    if not (header.get("default_graphs") or header.get("named_graphs")):
        return {"use_default_graph_as_union": union}
    return {
        "default_graph": [_graph(store, iri) for iri in header.get("default_graphs", ())],
        "named_graphs": [_graph(store, iri) for iri in header.get("named_graphs", ())],
    }


def _graph(store: Store, iri: str) -> NamedNode:
    graph = NamedNode(iri)
    if not store.contains_named_graph(graph):
        # An empty answer would look like one.
        raise ValueError(f"There is no graph <{iri}>.")
    return graph


def _serialize(results: QuerySolutions | QueryBoolean | QueryTriples, media_type: str, out: Outlet) -> None:
    if isinstance(results, QueryTriples):
        rdf = RdfFormat.from_media_type(media_type)
        assert rdf is not None
        if rdf in (RdfFormat.TURTLE, RdfFormat.TRIG):
            sorted_out = _SortedHead(out)
            serialize(results, sorted_out, format=rdf, prefixes=PREFIXES)
            sorted_out.end()
        else:
            serialize(results, out, format=rdf)
        return
    table = QueryResultsFormat.from_media_type(media_type)
    assert table is not None
    results.serialize(out, format=table)


#: Prefixes of written Turtle.
PREFIXES = {
    "hr": "https://w3id.org/hedgerow/ns#",
    "code": "https://w3id.org/hedgerow/code/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


#: What the engine says among the signs it expected, and the same in words.
_REASONS = {
    "Prefix not found": "the prefix of the name before this place is not declared",
    "The SELECT contains a variable that is unbound": "SELECT names a variable that is neither grouped nor aggregated",
}


def _syntax(message: str) -> Header:
    match = _PLACE.match(message)
    if not match:
        return {"error": "syntax", "detail": message[:300], "line": 0, "column": 0}
    line, column, rest = int(match[1]), int(match[2]), match[3]
    known = next((words for said, words in _REASONS.items() if said in rest), "")
    detail = known or (rest if len(rest) < 160 and "[" not in rest else "this is not what SPARQL allows here")
    return {"error": "syntax", "detail": f"Line {line}, column {column}: {detail}.", "line": line, "column": column}
