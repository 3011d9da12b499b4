"""The graph process: holds one tier's view in memory, follows the ledger, hands queries to forked workers.

Single-threaded on purpose: a fork is a consistent frozen view only while there is one thread. It never runs
a query itself; it relays frames between clients and workers.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import selectors
import signal
import socket
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from hedgerow.errors import Conflict
from hedgerow.graph.frames import Header, Reader, pack
from hedgerow.graph.project import (
    TIER,
    View,
    build_store,
    describe_view,
    fold,
    infer,
    replace_record,
    today,
)
from hedgerow.graph.worker import address_space, die_with_parent, serve, shut_in
from hedgerow.ledger import Ledger
from hedgerow.settings import Settings

#: How often the ledger is looked at, and so at most how often the inferred graph is recomputed, in seconds.
POLL_SECONDS = 0.5
#: A worker that its own alarm did not kill is killed this much later, in seconds.
GRACE_SECONDS = 2.0
_CLONE_NEWNET, _CLONE_NEWUSER = 0x40000000, 0x10000000


@dataclass(eq=False)
class _Client:
    connection: socket.socket
    reader: Reader = field(default_factory=Reader)
    out: bytearray = field(default_factory=bytearray)
    waiting: tuple[Header, bytes] | None = None
    retries: int = 0
    worker: _Worker | None = None


@dataclass(eq=False)
class _Worker:
    pid: int
    connection: socket.socket
    version: str
    reader: Reader = field(default_factory=Reader)
    client: _Client | None = None
    busy: bool = False
    dies_at: float = 0.0


def leave_network() -> bool:
    """Move into an empty network namespace, where the kernel grants one. Workers inherit it."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWNET | _CLONE_NEWUSER))


class GraphProcess:
    """One tier's graph, its workers and its clients."""

    def __init__(self, settings: Settings, tier: str = TIER) -> None:
        self._settings = settings
        self._tier = tier
        self._selector = selectors.DefaultSelector()
        self._workers: list[_Worker] = []
        self._queue: deque[_Client] = deque()
        self._stopping = False
        settings.run.mkdir(parents=True, exist_ok=True)
        self._lock = self._take_lock(settings.run / f"{tier}.lock")
        self._offline = leave_network()
        self._ledger = Ledger(settings.ledger, settings.base)
        self._seen = self._ledger.data_version()
        self._polled = time.monotonic()
        self._fold = fold(self._ledger, tier)
        self._day = today()
        self._store = build_store(self._fold.payloads(self._day), settings.base)
        self._name_view()

    def _take_lock(self, path: Path) -> int:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise Conflict(
                f"Another graph process of the tier '{self._tier}' holds {path}.", "Stop it first, or use that one."
            ) from None
        return lock

    def _name_view(self) -> None:
        self._view = View(self._tier, self._fold.head, self._day)
        describe_view(self._store, self._view, self._settings.base)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        path = self._settings.socket(self._tier)
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        mask = os.umask(0o177)
        self._listener.bind(str(path))
        os.umask(mask)
        self._listener.listen(256)
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._fill_workers()
        try:
            while not self._stopping:
                for key, events in self._selector.select(self._pause()):
                    self._handle(key.data, events)
                self._kill_overdue()
                self._follow()
        finally:
            path.unlink(missing_ok=True)
            for worker in self._workers:
                os.kill(worker.pid, signal.SIGKILL)

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _pause(self) -> float:
        return max(0.0, POLL_SECONDS - (time.monotonic() - self._polled))

    def _handle(self, peer: _Client | _Worker | None, events: int) -> None:
        if peer is None:
            self._accept()
        elif isinstance(peer, _Worker):
            self._from_worker(peer)
        else:
            if events & selectors.EVENT_WRITE:
                self._write(peer)
            if events & selectors.EVENT_READ:
                self._from_client(peer)

    # clients

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            connection, _ = self._listener.accept()
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ, _Client(connection))

    def _from_client(self, client: _Client) -> None:
        try:
            data = client.connection.recv(1 << 18)
            frame = client.reader.feed(data) if data else None
        except BlockingIOError:
            return
        except (OSError, ValueError):
            data, frame = b"", None
        if not data:
            self._drop(client)
        elif frame:
            self._request(client, *frame)

    def _request(self, client: _Client, header: Header, body: bytes) -> None:
        if header.get("op") == "status":
            self._reply(client, self.status())
            return
        client.waiting = (header, body)
        if len(self._queue) >= self._settings.queue and not self._idle():
            self._reply(client, {"error": "busy", "detail": "Every query worker is taken and the queue is full."})
            return
        self._queue.append(client)
        self._assign()

    def status(self) -> Header:
        """What this process holds: the answer to `status`."""
        return {
            "tier": self._tier,
            "version": self._view.version,
            "position": self._view.head.position,
            "day": self._day.isoformat(),
            "quads": len(self._store),
            "records": len(self._fold.versions),
            "workers": len(self._workers),
            "offline": self._offline,
        }

    def _reply(self, client: _Client, header: Header, body: bytes = b"") -> None:
        client.waiting = client.worker = None
        client.retries = 0
        client.out += pack(header, body)
        self._write(client)

    def _write(self, client: _Client) -> None:
        try:
            sent = client.connection.send(client.out) if client.out else 0
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(client)
            return
        del client.out[:sent]
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.out else 0)
        self._selector.modify(client.connection, wanted, client)

    def _drop(self, client: _Client) -> None:
        """The client went away: nobody waits for its query any more."""
        if client.connection.fileno() < 0:
            return
        self._selector.unregister(client.connection)
        client.connection.close()
        if client in self._queue:
            self._queue.remove(client)
        if client.worker is not None:
            self._replace(client.worker)
            self._assign()

    # workers

    def _fill_workers(self) -> None:
        while len(self._workers) < self._settings.workers:
            self._workers.append(self._fork())

    def _fork(self) -> _Worker:
        ours, theirs = socket.socketpair()
        limit = address_space() + self._settings.worker_megabytes * 1024 * 1024
        pid = os.fork()
        if pid == 0:
            try:
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, signal.SIG_DFL)
                die_with_parent()
                shut_in(theirs, limit)
                serve(self._store, theirs, self._settings.answer_megabytes * 1024 * 1024)
            finally:
                os._exit(71)
        theirs.close()
        worker = _Worker(pid, ours, self._view.version)
        self._selector.register(ours, selectors.EVENT_READ, worker)
        return worker

    def _replace(self, worker: _Worker) -> int:
        """End a worker and fork another; returns how it ended, as a wait status."""
        self._workers.remove(worker)
        self._selector.unregister(worker.connection)
        worker.connection.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
        _, status = os.waitpid(worker.pid, 0)
        if not self._stopping:
            self._fill_workers()
        return status

    def _idle(self) -> _Worker | None:
        return next((worker for worker in self._workers if not worker.busy), None)

    def _assign(self) -> None:
        while self._queue and (worker := self._idle()):
            client = self._queue.popleft()
            if client.waiting is None:
                continue
            header, body = client.waiting
            seconds = min(float(header.get("seconds") or self._settings.query_seconds), self._settings.query_seconds)
            worker.client, worker.busy, client.worker = client, True, worker
            worker.dies_at = time.monotonic() + seconds + GRACE_SECONDS
            try:
                worker.connection.sendall(pack(header | {"seconds": seconds}, body))
            except OSError:
                self._lost(worker)

    def _from_worker(self, worker: _Worker) -> None:
        if worker not in self._workers:
            return  # It was replaced while this event was waiting.
        try:
            data = worker.connection.recv(1 << 20)
        except OSError:
            data = b""
        if not data:
            self._lost(worker)
            return
        frame = worker.reader.feed(data)
        if frame is None:
            return
        header, body = frame
        client, worker.client, worker.busy = worker.client, None, False
        if client is not None:
            self._reply(client, header | {"version": worker.version}, body)
        if worker.version != self._view.version:
            self._replace(worker)
        self._assign()

    def _lost(self, worker: _Worker) -> None:
        """A worker died in a query: say why, by the way it ended."""
        client = worker.client
        # Its own end is already on the way; the kill in _replace finds it dead or makes it so.
        with contextlib.suppress(ChildProcessError):
            os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
        code = os.waitstatus_to_exitcode(self._replace(worker))
        if client is not None and code == -signal.SIGKILL and client.retries < self._settings.workers:
            # Someone else killed the worker, not the query: try another. All of them may have been killed at once.
            client.retries, client.worker = client.retries + 1, None
            self._queue.appendleft(client)
        elif client is not None:
            self._reply(client, _cause(code, self._settings) | {"version": worker.version})
        self._assign()

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for worker in list(self._workers):
            if worker.busy and now > worker.dies_at:
                client = worker.client
                self._replace(worker)
                if client is not None:
                    self._reply(client, _cause(-signal.SIGALRM, self._settings) | {"version": worker.version})

    # the ledger

    def _follow(self) -> None:
        """Take what the ledger has gained, and the new day at midnight UTC."""
        if time.monotonic() - self._polled < POLL_SECONDS:
            return
        self._polled = time.monotonic()
        seen, day = self._ledger.data_version(), today()
        if seen == self._seen and day == self._day:
            return
        touched = self._take_events() if seen != self._seen else set()
        if day != self._day:
            touched |= {name for name, held in self._fold.versions.items() if len(held) > 1}
        self._seen, moved, self._day = seen, day != self._day, day
        for record in touched:
            replace_record(self._store, record, self._fold.chosen(record, day))
        if touched:
            infer(self._store, self._settings.base)
        if touched or moved:
            self._name_view()
            for worker in [w for w in self._workers if not w.busy]:
                self._replace(worker)

    def _take_events(self) -> set[str]:
        touched = set()
        for event, payload in self._ledger.events(self._tier, self._fold.head.position):
            self._fold.apply(event, payload)
            touched.add(event.record)
        return touched


def _cause(code: int, settings: Settings) -> Header:
    if code == -signal.SIGALRM:
        return {"error": "timeout", "detail": f"The query was stopped after {settings.query_seconds} seconds."}
    if code == -signal.SIGABRT:
        limit = settings.worker_megabytes
        return {"error": "memory", "detail": f"The query needed more than {limit} MiB of memory."}
    return {"error": "crash", "detail": "The query broke its worker, most likely by its nesting."}
