"""The graph process: holds one tier's view in memory, follows the ledger, hands queries to forked workers.

Single-threaded on purpose: a fork is a consistent frozen view only while there is one thread. It never runs
a query itself; it relays frames between clients and workers.
"""

from __future__ import annotations

import contextlib
import gc
import math
import os
import selectors
import signal
import socket
import time
from datetime import date

from pyoxigraph import Store

from hedgerow.errors import Unavailable
from hedgerow.graph.fair import DOUBT_SECONDS, Use
from hedgerow.graph.frames import RECEIVED_BYTES, Header, pack
from hedgerow.graph.line import Line
from hedgerow.graph.peers import Client, Worker, cause, take_lock
from hedgerow.graph.project import (
    Fold,
    build_store,
    describe_view,
    fold,
    infer,
    replace_record,
    today,
    unread,
)
from hedgerow.graph.views import Views
from hedgerow.graph.worker import address_space, computed, data_bytes, die_with_parent, leave_network, serve, shut_in
from hedgerow.ledger import Ledger
from hedgerow.settings import Settings
from hedgerow.tiers import PUBLIC

#: How often the ledger is looked at, and so at most how often the inferred graph is recomputed, in seconds.
POLL_SECONDS = 0.5
#: A worker that its own alarm did not kill is killed this much later, in seconds.
GRACE_SECONDS = 2.0
#: A query that has computed longer than this is a long one: it goes on beside the workers, where there is room.
QUICK_SECONDS = 0.25
#: How often that is looked at while a query runs, in seconds.
GLANCE_SECONDS = 0.05
#: What a query costs its client that is left alone while it runs, beside what it computed, in seconds.
ABANDONED_SECONDS = 1.0
#: A worker is held when so much of its answer waits to be taken by its client, in bytes.
HELD_BYTES = 1 << 20
#: A worker with more memory than so many times what it began with and so many bytes is replaced after a long query.
KEPT_SHARE, KEPT_BYTES = 1.25, 64 << 20
#: Long queries, and those of clients not known as light, give way to all else.
LOW_NICENESS = 10
BUDGET_SPENT = "The queries from your address have lately used all the computing time one address may use."


class GraphProcess:
    """One tier's graph, its workers and its clients."""

    #: What a query that names no graphs sees: all of them together, or the default graph alone.
    union = True

    def __init__(self, settings: Settings, tier: str = PUBLIC, name: str = "") -> None:
        """`name`: what its socket and its lock are called, that of the tier without one."""
        self._settings = settings
        self._tier = tier
        self._name = name or tier
        self._selector = selectors.DefaultSelector()
        self._workers: list[Worker] = []
        self._use = Use()
        self._line = Line(self._use, settings.workers)
        self._dying: list[int] = []
        self._stopping = False
        settings.run.mkdir(parents=True, exist_ok=True)
        self._lock = take_lock(settings.run / f"{self._name}.lock", self._name)
        self._views = Views(settings, self._name, self._use)
        self._offline = leave_network()
        self._ledger = Ledger(settings.ledger, settings.base)
        self._seen = self._ledger.data_version()
        self._polled = time.monotonic()
        self._fold, self._day = self._read()
        self._store = self._build()
        self._glanced = 0.0
        self._name_view()

    def _read(self) -> tuple[Fold, date]:
        """What is held: how far the ledger is read, and the day."""
        return fold(self._ledger, self._tier), today()

    def _build(self) -> Store:
        return build_store(self._fold.statements(self._day, self._settings.base), self._settings.base)

    def _name_view(self) -> None:
        self._view = self._fold.view(self._day)
        describe_view(self._store, self._view, self._settings.base)
        # The store counts one by one, which is too long for every answer to `status`.
        self._quads = len(self._store)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        path = self._settings.socket(self._name)
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        mask = os.umask(0o177)
        self._listener.bind(str(path))
        os.umask(mask)
        self._listener.listen(256)
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        # What is there now stays, in the workers too: it need not be looked through for rubbish again and again.
        gc.collect()
        gc.freeze()
        self._fill_workers()
        try:
            while not self._stopping:
                for key, events in self._selector.select(self._pause()):
                    self._handle(key.data, events)
                self._look_round()
        finally:
            path.unlink(missing_ok=True)
            self._views.end()
            for worker in self._workers:
                os.kill(worker.pid, signal.SIGKILL)

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _look_round(self) -> None:
        """What has to be done now and then, whatever comes in meanwhile."""
        now = time.monotonic()
        if now - self._glanced < GLANCE_SECONDS / 2:
            return
        self._glanced = now
        self._kill_overdue()
        self._set_long_aside()
        self._reap()
        self._fill_workers()
        self._assign()
        self._views.tend()
        self._follow()

    def _pause(self) -> float:
        watching = any(worker.busy and not worker.long for worker in self._workers)
        return min(
            GLANCE_SECONDS if watching else POLL_SECONDS, max(0.0, self._polled + POLL_SECONDS - time.monotonic())
        )

    def _handle(self, peer: Client | Worker | None, events: int) -> None:
        if peer is None:
            self._accept()
        elif isinstance(peer, Worker):
            self._from_worker(peer)
        else:
            if events & selectors.EVENT_WRITE:
                self._write(peer)
            if events & selectors.EVENT_READ:
                self._from_client(peer)

    # clients

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # none is there any more, or there is no room for it
            connection, _ = self._listener.accept()
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ, Client(connection))

    def _from_client(self, client: Client) -> None:
        try:
            data = client.connection.recv(RECEIVED_BYTES)
            frame = client.reader.feed(data) if data else None
        except BlockingIOError:
            return
        except (OSError, ValueError):
            data, frame = b"", None
        if not data:
            self._drop(client)
        elif frame:
            self._request(client, *frame)

    def _request(self, client: Client, header: Header, body: bytes) -> None:
        if header.get("op") == "status":
            self._reply(client, self.status())
            return
        client.waiting = (header, body)
        if wait := self._use.wait(client.name, self._settings.budget_seconds):
            self._reply(client, {"error": "budget", "detail": BUDGET_SPENT, "retry_after": math.ceil(wait)})
            return
        if header.get("op") == "view":
            self._reply(client, self._views.open(header))
            return
        self._line.join(client)
        self._assign()
        self._cut_queue()

    def status(self) -> Header:
        """What this process holds: the answer to `status`."""
        return {
            "tier": self._tier,
            "version": self._view.version,
            "position": self._view.head.position,
            "day": self._day.isoformat(),
            "quads": self._quads,
            "records": len(self._fold.versions),
            "workers": sum(worker.busy or not worker.low for worker in self._workers),
            "offline": self._offline,
        }

    def _reply(self, client: Client, header: Header, body: bytes = b"") -> None:
        client.waiting = client.worker = None
        client.retries, client.long, client.began = 0, False, False
        client.out += pack(header, body)
        self._write(client)

    def _pass_on(self, worker: Worker, header: Header, body: bytes) -> None:
        """Give a client a part of its answer; the worker has to wait while the client does not take it."""
        if (client := worker.client) is None:
            return
        client.began = True
        client.out += pack(header, body)
        self._write(client)
        if len(client.out) > HELD_BYTES and client.worker is worker:
            worker.held = True
            self._selector.unregister(worker.connection)

    def _write(self, client: Client) -> None:
        try:
            sent = client.connection.send(client.out) if client.out else 0
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(client)
            return
        del client.out[:sent]
        if client.blocked != bool(client.out):
            client.blocked = bool(client.out)
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.blocked else 0)
            self._selector.modify(client.connection, wanted, client)
        if (worker := client.worker) is not None and worker.held and len(client.out) < HELD_BYTES // 2:
            worker.held = False
            self._selector.register(worker.connection, selectors.EVENT_READ, worker)

    def _again(self, client: Client) -> None:
        """A query goes back to the queue: what was sent of its answer is void."""
        if client.began:
            client.began = False
            client.out += pack({"again": True})
            self._write(client)

    def _drop(self, client: Client) -> None:
        """The client went away: nobody waits for its query any more."""
        if client.connection.fileno() < 0:
            return
        self._selector.unregister(client.connection)
        client.connection.close()
        self._line.leave(client)
        if (worker := client.worker) is not None:
            self._use.doubt(client.name, ABANDONED_SECONDS)
            self._release(worker)
            self._replace(worker)
            self._assign()

    # workers

    def _fill_workers(self) -> None:
        """Have as many workers as there may be at full priority; those lowered are beside them.

        Where the system gives no process more, those there are go on, and it is tried again when it is looked round.
        """
        with contextlib.suppress(OSError):
            while sum(not worker.low for worker in self._workers) < self._settings.workers:
                self._workers.append(self._fork())

    def _fork(self) -> Worker:
        ours, theirs = socket.socketpair()
        limit = address_space() + self._settings.worker_megabytes * 1024 * 1024
        pid = os.fork()
        if pid == 0:
            try:
                for number in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, signal.SIG_DFL)
                die_with_parent()
                shut_in(theirs, limit)
                serve(self._store, theirs, self._settings.answer_megabytes * 1024 * 1024, union=self.union)
            finally:
                os._exit(71)
        theirs.close()
        worker = Worker(pid, ours, self._view.version, data=data_bytes(pid))
        self._selector.register(ours, selectors.EVENT_READ, worker)
        return worker

    def _replace(self, worker: Worker) -> None:
        """End a worker, and fork another where one is missing."""
        self._workers.remove(worker)
        if not worker.held:
            self._selector.unregister(worker.connection)
        worker.connection.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.pid, signal.SIGKILL)
        self._dying.append(worker.pid)
        if not self._stopping:
            self._fill_workers()

    def _reap(self) -> None:
        # Giving back a gigabyte takes its time, and longer on a busy machine: it is never waited for.
        self._dying = [pid for pid in self._dying if os.waitpid(pid, os.WNOHANG) == (0, 0)]

    def _long(self) -> int:
        return sum(worker.long for worker in self._workers)

    def _assign(self) -> None:
        while chosen := self._line.next(self._workers):
            client, worker = chosen
            header, body = client.waiting or ({}, b"")
            seconds = min(float(header.get("seconds") or self._settings.query_seconds), self._settings.query_seconds)
            worker.client, worker.busy, client.worker = client, True, worker
            worker.computed = computed(worker.pid)
            worker.dies_at = time.monotonic() + seconds + GRACE_SECONDS
            if not (worker.low or self._use.light(client.name)):
                self._lower(worker)
                self._fill_workers()
            try:
                worker.connection.sendall(pack(header | {"seconds": seconds}, body))
            except OSError:
                self._lost(worker)
                continue
            if client.long:
                self._set_aside(worker)

    def _cut_queue(self) -> None:
        """Send away those for whom the waiting line has no room."""
        idle = sum(not worker.busy for worker in self._workers)
        for client in self._line.beyond(self._settings.queue + idle):
            self._reply(client, {"error": "busy", "detail": "Every query worker is taken and the queue is full."})

    def _set_long_aside(self) -> None:
        """Let a long query run on beside the workers; without room it is stopped, and begins anew when there is."""
        quick = [worker for worker in self._workers if worker.busy and not worker.long]
        for worker in quick:
            if computed(worker.pid) - worker.computed < QUICK_SECONDS:
                continue
            # Whoever asks long queries is no light client for a while, however many of him there are.
            self._use.doubt(worker.client.name if worker.client else "", DOUBT_SECONDS)
            if self._long() < self._settings.workers:
                self._set_aside(worker)
            elif (client := self._release(worker)) is not None:
                self._replace(worker)
                client.long = True
                self._line.join(client)
                self._again(client)
        self._assign()
        self._cut_queue()

    def _set_aside(self, worker: Worker) -> None:
        worker.long = True
        self._lower(worker)
        self._fill_workers()

    def _lower(self, worker: Worker) -> None:
        worker.low = True
        own = os.getpriority(os.PRIO_PROCESS, 0)  # nobody may raise what began lower still
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PROCESS, worker.pid, max(own, LOW_NICENESS))

    def _release(self, worker: Worker) -> Client | None:
        """Take a worker's query from it, and charge whose it was."""
        client, worker.client, worker.busy = worker.client, None, False
        if worker.held:
            worker.held = False
            self._selector.register(worker.connection, selectors.EVENT_READ, worker)
        if client is not None:
            client.worker = None
            self._use.add(client.name, max(0.0, computed(worker.pid) - worker.computed))
        return client

    def _from_worker(self, worker: Worker) -> None:
        if worker not in self._workers:
            return  # It was replaced while this event was waiting.
        try:
            data = worker.connection.recv(RECEIVED_BYTES)
        except OSError:
            data = b""
        if not data:
            self._lost(worker)
            return
        frame = worker.reader.feed(data)
        while frame is not None and frame[0].get("part"):
            self._pass_on(worker, *frame)
            frame = worker.reader.next()
        if frame is None or worker not in self._workers:
            return  # Not whole yet; or its client went away meanwhile, and the worker with it.
        header, body = frame
        client = self._release(worker)
        if client is not None:
            self._reply(client, header | {"version": worker.version}, body)
        spare = sum(other.low and not other.busy for other in self._workers)
        # A new one would have to be given the whole graph's pages anew by the system, page by page.
        grown = worker.long and data_bytes(worker.pid) > worker.data * KEPT_SHARE + KEPT_BYTES
        if grown or spare > max(1, self._settings.workers - 1) or worker.version != self._view.version:
            self._replace(worker)
        worker.long = False
        self._assign()

    def _lost(self, worker: Worker) -> None:
        """A worker died in a query: say why, by the way it ended."""
        client = self._release(worker)
        # Its own end is already on the way: a process gives its memory back before its socket.
        ended = os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)
        assert ended is not None  # only with WNOHANG
        code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
        self._replace(worker)
        if client is not None and code == -signal.SIGKILL and client.retries < self._settings.workers:
            # Someone else killed the worker, not the query: try another. All of them may have been killed at once.
            client.retries += 1
            self._line.join(client, first=True)
            self._again(client)
        elif client is not None:
            self._reply(client, cause(code, self._settings, client.seconds) | {"version": worker.version})
        self._assign()

    def _kill_overdue(self) -> None:
        now = time.monotonic()
        for worker in list(self._workers):
            if worker.busy and now > worker.dies_at:
                client = self._release(worker)
                self._replace(worker)
                if client is not None:
                    reason = cause(-signal.SIGALRM, self._settings, client.seconds)
                    self._reply(client, reason | {"version": worker.version})

    # the ledger

    def _follow(self) -> None:
        """Take what the ledger has gained, and the new day at midnight UTC."""
        if time.monotonic() - self._polled < POLL_SECONDS:
            return
        self._polled = time.monotonic()
        # While the system refuses a look at the ledger, the view held stands.
        with contextlib.suppress(Unavailable):
            self._catch_up()

    def _catch_up(self) -> None:
        seen, day = self._ledger.data_version(), today()
        if seen == self._seen and day == self._day:
            return
        touched = self._take_events() if seen != self._seen else set()
        if day != self._day:
            touched |= {name for name, held in self._fold.versions.items() if len(held) > 1}
        self._seen, moved, self._day = seen, day != self._day, day
        for record in touched:
            replace_record(self._store, record, self._fold.version(record, day), self._settings.base)
        if touched:
            infer(self._store, self._settings.base)
        if touched or moved:
            self._name_view()
            for worker in [w for w in self._workers if not w.busy]:
                self._replace(worker)

    def _take_events(self) -> set[str]:
        # All are read before one is applied: cut off in between, fold and store would part.
        events = list(unread(self._ledger, self._fold))
        for event, payload in events:
            self._fold.apply(event, payload)
        return {event.record for event, _ in events}
