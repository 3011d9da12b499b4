"""`hedgerow serve`: the supervisor of a first load, one graph process and several web processes.

The web processes share one listening socket and are plain WSGI; which application they run is named by its
import path, because nothing in this package may import the site.
"""

from __future__ import annotations

import importlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

import click

from hedgerow.errors import CallError
from hedgerow.graph.project import TIER
from hedgerow.graph.worker import die_with_parent
from hedgerow.ledger import Ledger
from hedgerow.settings import Settings

#: The site's application factory.
APPLICATION = "hedgerow_web:create_app"
#: A process that dies again at once is restarted after this pause at most, in seconds.
MAX_PAUSE_SECONDS = 5.0
THREADS = 8


@dataclass
class _Child:
    """One process to keep running. `once` is for the first load: when it is done it is done."""

    name: str
    command: list[str]
    once: bool = False
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
        graph = _Child("graph", [sys.executable, "-m", "hedgerow.graph", TIER])
        children = [*web, graph]
        first = self._first_load()
        try:
            if first:
                self._keep([*web, first], until_done=first)
            self._keep(children)
        finally:
            self._end(children + ([first] if first else []))

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _first_load(self) -> _Child | None:
        with Ledger(self._settings.ledger, self._settings.base) as ledger:
            if ledger.head(TIER).position:
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
            child.failures = 0 if now - child.started > 30 else child.failures + 1
            child.waits_until = now + min(0.1 * 2**child.failures, MAX_PAUSE_SECONDS)
            child.process = None
            click.echo(f"{child.name} ended with code {code}; starting it again.", err=True)
        if now >= child.waits_until:
            child.started = now
            child.process = subprocess.Popen(
                child.command,
                pass_fds=[self._listener.fileno()],
                env=os.environ | {"HEDGEROW_HOME": str(self._settings.home), "HEDGEROW_BASE": self._settings.base},
            )

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


def web_process(listening: int) -> None:
    """One web process: waitress on the shared socket."""
    import waitress

    die_with_parent()
    module, _, factory = APPLICATION.partition(":")
    application = getattr(importlib.import_module(module), factory)()
    listener = socket.socket(fileno=listening)
    waitress.serve(
        application, sockets=[listener], threads=THREADS, ident="hedgerow", clear_untrusted_proxy_headers=True
    )


if __name__ == "__main__":
    web_process(int(sys.argv[1]))
