"""`hedgerow serve`: the supervisor of a first load, a graph process for each tier and several web processes.

The web processes share one listening socket (`webserver.py`). What belongs to the demonstration begins when the
public graph answers, at low priority, and whatever becomes of it the public site goes on.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import click

from hedgerow.errors import CallError
from hedgerow.ledger import Ledger
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC

#: How far whatever belongs to the demonstration gives way to the public site.
LOW_NICENESS = 5
#: A process that dies again at once is restarted after this pause at most, in seconds.
MAX_PAUSE_SECONDS = 5.0
#: A process that ran so long did not die at once, in seconds.
STEADY_SECONDS = 5.0


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
            _Child(f"web {n}", [sys.executable, "-m", "hedgerow.webserver", listening])
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
