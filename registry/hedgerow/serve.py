"""`hedgerow serve`: the supervisor of a first load, a graph process for each tier and several web processes.

The web processes share one listening socket and are plain WSGI; which application they run is named by its
import path, because nothing in this package may import the site. What belongs to the demonstration begins when the
public graph answers, at low priority, and whatever becomes of it the public site goes on.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import click
from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import build_http_date

from hedgerow.errors import CallError
from hedgerow.graph.connections import Caller, caller
from hedgerow.graph.fair import client_of
from hedgerow.graph.worker import die_with_parent
from hedgerow.ledger import Ledger
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC

#: How far whatever belongs to the demonstration gives way to the public site.
LOW_NICENESS = 5
#: The site's application factory.
APPLICATION = "hedgerow_web:create_app"
#: A process that dies again at once is restarted after this pause at most, in seconds.
MAX_PAUSE_SECONDS = 5.0
#: A process that ran so long did not die at once, in seconds.
STEADY_SECONDS = 5.0
#: Threads of a web process beyond those that the graph process can keep waiting: pages never wait for a thread.
SPARE_THREADS = 8
#: Connections a web process holds; one that is idle so long is closed, in seconds.
CONNECTIONS, IDLE_SECONDS = 1000, 15
#: A request must have come whole, and an answer must have been taken whole, so long after it began, in seconds.
REQUEST_SECONDS, ANSWER_SECONDS = 15, 300
#: Largest request the server takes in; the application has a closer limit.
MAX_BODY_BYTES, MAX_HEADER_BYTES = 1024 * 1024, 128 * 1024


@dataclass
class _Child:
    """One process to keep running, from when `ready` says so. `once`: when it is done it is done."""

    name: str
    command: list[str]
    once: bool = False
    ready: Callable[[], bool] = lambda: True
    niceness: int = 0
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    waits_until: float = field(default=0.0)


class Supervisor:
    """Starts the processes, restarts what dies, ends them together."""

    def __init__(self, settings: Settings, *, host: str, port: int) -> None:
        if sys.platform == "win32":
            raise CallError("'serve' does not run on Windows.", "Run it inside WSL 2.")
        self._settings = settings
        self._stopping = False
        self._listener = self._bind(host, port)
        settings.run.mkdir(parents=True, exist_ok=True)

    def _bind(self, host: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            listener.close()
            raise CallError(
                f"Cannot listen on {host}:{port}: {error.strerror}.", "Choose another with HOST and PORT."
            ) from None
        listener.listen(512)
        return listener

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        host, port = self._listener.getsockname()[:2]
        click.echo(f"Hedgerow on http://{f'[{host}]' if ':' in host else host}:{port} (home: {self._settings.home})")
        listening = str(self._listener.fileno())
        web = [
            _Child(f"web {n}", [sys.executable, "-m", "hedgerow.serve", listening])
            for n in range(self._settings.web_processes)
        ]
        graph = _Child("graph", [sys.executable, "-m", "hedgerow.graph", PUBLIC])
        children = [*web, graph, *(self._demonstration() if self._settings.demo else [])]
        first = self._first_load()
        try:
            if first:
                self._keep([*web, first], until_done=first)
            self._keep(children)
        finally:
            self._end(children + ([first] if first else []))

    def _demonstration(self) -> list[_Child]:
        """The load of the examples, and the graph process that follows once it has ended, well or not."""

        def public_answers() -> bool:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
                return probe.connect_ex(str(self._settings.socket(PUBLIC))) == 0

        command = [sys.executable, "-m", "hedgerow", "examples"]
        load = _Child("examples", command, once=True, ready=public_answers, niceness=LOW_NICENESS)

        def loaded() -> bool:
            return load.process is not None and load.process.poll() is not None and public_answers()

        graph = [sys.executable, "-m", "hedgerow.graph", DEMO]
        return [load, _Child(f"graph {DEMO}", graph, ready=loaded, niceness=LOW_NICENESS)]

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _first_load(self) -> _Child | None:
        with Ledger(self._settings.ledger, self._settings.base) as ledger:
            if ledger.head(PUBLIC).position:
                return None
        click.echo("The home is empty: loading the shipped record. The site shows its progress.")
        self._settings.progress.write_text('{"stage":"Starting","done":0,"total":1,"message":"Starting"}', "utf-8")
        return _Child("load", [sys.executable, "-m", "hedgerow", "load"], once=True)

    def _keep(self, children: list[_Child], until_done: _Child | None = None) -> None:
        while not self._stopping:
            for child in children:
                self._tend(child)
            if until_done and until_done.process and until_done.process.poll() is not None:
                if until_done.process.returncode:
                    raise CallError("The first load failed; see above.", "Mend the tables and start again.")
                return
            time.sleep(0.05)

    def _tend(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None or child.once:
                return
            # Whatever ran for a while is started again without a pause; what dies again at once, with a longer one.
            child.failures = 0 if now - child.started > STEADY_SECONDS else child.failures + 1
            child.waits_until = now + min(0.1 * (2**child.failures - 1), MAX_PAUSE_SECONDS)
            child.process = None
            click.echo(f"{child.name} ended with code {code}; starting it again.", err=True)
        if now >= child.waits_until and child.ready():
            child.started = now
            child.process = subprocess.Popen(
                child.command,
                pass_fds=[self._listener.fileno()],
                env=os.environ | {"HEDGEROW_HOME": str(self._settings.home), "HEDGEROW_BASE": self._settings.base},
            )
            if child.niceness:
                # A child that has ended is a zombie until it is polled, so its id is still its own.
                own = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PROCESS, child.process.pid, own + child.niceness)

    def _end(self, children: list[_Child]) -> None:
        running = [child.process for child in children if child.process and child.process.poll() is None]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._listener.close()


class _Refusal(ErrorTask):  # type: ignore[misc]
    """What the server itself refuses, in the shape of every other error."""

    def execute(self) -> None:
        """Answer, and close the connection."""
        error = self.request.error
        remedy = "Send less." if error.code in (413, 431) else "Send a request that is well-formed HTTP/1.1."
        problem = {"type": "about:blank", "title": error.reason, "status": error.code, "detail": str(error.body)}
        body = json.dumps(problem | {"remedy": remedy}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Task(WSGITask):  # type: ignore[misc]
    """An answer whose length is known, sent with fewer steps; every other as the server does."""

    wrote_header = False

    def write(self, data: bytes) -> None:
        """Send a piece of the answer: the head and a body that is whole in one, which is one packet."""
        if self.wrote_header or not self.has_body or not data or self.content_length != len(data):
            super().write(data)
            return
        head = self.build_response_header()
        self.wrote_header = True
        self.content_bytes_written = len(data)
        self.channel.write_soon(head + data)

    def build_response_header(self) -> bytes:
        """The head. Ours has the names of its headers as they are to be, and their order does not matter."""
        if self.version != "1.1" or self.content_length is None or not self.has_body:
            return bytes(super().build_response_header())
        if self.request.headers.get("CONNECTION", "").lower() == "close":
            self.set_close_on_finish()
        own = [("Server", self.channel.server.adj.ident), ("Date", build_http_date(self.start_time))]
        lines = [f"{name}: {value}" for name, value in (*self.response_headers, *own)]
        return "\r\n".join([f"HTTP/1.1 {self.status}", *lines, "", ""]).encode("latin-1")


class _Waker:
    """The server as one channel sees it: its loop is woken only where it has something to do there.

    A loop that is not woken goes on watching the channel for the next request, for one is read while another is served.
    """

    def __init__(self, server: Any, channel: HTTPChannel) -> None:
        self._server = server
        self._channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    def pull_trigger(self) -> None:
        """Wake the loop: something is left to send, to close, or to serve."""
        if self._channel.requests or self._channel.writable():
            self._server.pull_trigger()


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection with a deadline for each request and each answer: a byte now and then does not hold it open."""

    task_class = _Task
    error_task_class = _Refusal
    _doing: object = None
    _since = 0.0

    def __init__(self, server: Any, *more: Any, **named: Any) -> None:
        super().__init__(_Waker(server, self), *more, **named)

    def readable(self) -> bool:
        """Asked by the server in every round, once a second at least."""
        doing, limit = self.request, REQUEST_SECONDS
        if doing is None and self.total_outbufs_len and not self.requests:
            doing, limit = "answer", ANSWER_SECONDS
        now = time.monotonic()
        if doing is not self._doing:
            self._doing, self._since = doing, now
        if doing is not None and now - self._since > limit:
            self.handle_close()
            return False
        return bool(super().readable())


Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def _with_caller(application: Application) -> Application:
    """Tell the graph for whom it is asked, so that its workers are shared out fairly and none works for nobody."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        gone = environ.get("waitress.client_disconnected", lambda: False)
        caller.set(Caller(client_of(environ.get("REMOTE_ADDR", "")), gone))
        return application(environ, start_response)

    return call


def _behind(proxy: str) -> dict[str, object]:
    """What the server believes of a reverse proxy before it: for whom it asks, and by which address it is known."""
    if not proxy:
        return {}
    believed = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    return {"trusted_proxy": proxy, "trusted_proxy_count": 1, "trusted_proxy_headers": believed}


def web_process(listening: int) -> None:
    """One web process: waitress on the shared socket."""
    die_with_parent()
    settings = Settings.from_env()
    module, _, factory = APPLICATION.partition(":")
    application = getattr(importlib.import_module(module), factory)()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * CONNECTIONS  # a connection, and the spooled answer of it
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted if hard < 0 else min(hard, wanted)), hard))
    server = create_server(
        _with_caller(application),
        sockets=[socket.socket(fileno=listening)],
        threads=settings.queue + 2 * settings.workers + SPARE_THREADS,
        ident="hedgerow",
        clear_untrusted_proxy_headers=True,
        **_behind(settings.trusted_proxy),
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=5,
        asyncore_use_poll=True,
        # Read on while a request is answered: so it is seen when the client goes away.
        channel_request_lookahead=1,
        max_request_body_size=MAX_BODY_BYTES,
        max_request_header_size=MAX_HEADER_BYTES,
    )
    server.channel_class = _Channel
    # What is there now stays: it need not be looked through for rubbish again and again.
    gc.collect()
    gc.freeze()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server.run()


if __name__ == "__main__":
    web_process(int(sys.argv[1]))
