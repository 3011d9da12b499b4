"""The site over a graph process whose store a test may replace, with the default graph as SPARQL has it.

The record is asked through the union of its graphs; the suites are not. All else is the process, the workers and the
site as they run: `python -m tests.conformance.engine` is the process.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Store, serialize

from hedgerow.errors import GraphNotReady
from hedgerow.graph.client import GraphClient
from hedgerow.graph.frames import Header, pack, receive
from hedgerow.graph.peers import Client
from hedgerow.graph.process import GraphProcess
from hedgerow.graph.project import View
from hedgerow.ledger import GENESIS, Head
from hedgerow.settings import Settings

from ..conftest import wait_for

_ROOT = Path(__file__).parents[2]


class SuiteProcess(GraphProcess):
    """A graph process that begins empty and takes one more operation: `load`, with the N-Quads it is to hold."""

    union = False
    _loads = 0

    def _build(self) -> Store:
        return Store()

    def _name_view(self) -> None:
        # No statement about the view: a suite knows of every graph there is.
        self._view = View(self._tier, Head(self._loads, GENESIS), self._day)
        self._quads = len(self._store)

    def _request(self, client: Client, header: Header, body: bytes) -> None:
        if header.get("op") != "load":
            super()._request(client, header, body)
            return
        self._store.clear()
        self._store.load(body, format=RdfFormat.N_QUADS)
        self._loads += 1
        self._name_view()
        for worker in list(self._workers):
            self._replace(worker)
        self._reply(client, self.status())


@dataclass(frozen=True)
class Answer:
    """A response, whole."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def media_type(self) -> str:
        """What the body is, without parameters."""
        return self.headers.get_content_type()

    def problem(self) -> dict[str, object]:
        """The body of a refusal, which says what to do."""
        assert self.media_type == "application/problem+json", (self.status, self.media_type, self.body[:300])
        stated: dict[str, object] = json.loads(self.body)
        assert stated["status"] == self.status
        assert stated["detail"]
        assert stated["remedy"]
        return stated


class Endpoint:
    """The site as a client meets it, and the way to put other data under it."""

    def __init__(self, settings: Settings, port: int) -> None:
        self._settings = settings
        self.host = f"127.0.0.1:{port}"

    def load(self, quads: Iterable[Quad]) -> None:
        """Replace all that the graph holds."""
        body = serialize(quads, format=RdfFormat.N_QUADS)
        assert body is not None
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(self._settings.socket()))
            connection.sendall(pack({"op": "load"}, body))
            answer = receive(connection)
        assert answer is not None

    def version(self) -> str:
        """The view held now."""
        return str(GraphClient(self._settings).status()["version"])

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request, with no header but Host and those given; in their names '_' stands for '-'."""
        with closing(HTTPConnection(self.host, timeout=60)) as connection:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())


@contextmanager
def endpoint(home: Path) -> Iterator[Endpoint]:
    """The site over an empty graph in a new home: its own web process, without kept answers, and the one above."""
    settings = Settings(home=home)
    env = os.environ | {
        "HEDGEROW_HOME": str(home),
        "HEDGEROW_WORKERS": "1",
        "HEDGEROW_CACHE_MEGABYTES": "0",
        "HEDGEROW_DEMO": "0",
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.fileno()
        web = [sys.executable, "-m", "hedgerow.webserver", str(number)]
        graph = [sys.executable, "-m", "tests.conformance.engine"]
        running = [subprocess.Popen(command, env=env, cwd=_ROOT, pass_fds=[number]) for command in (web, graph)]
        try:
            wait_for(lambda: _answers(settings))
            yield Endpoint(settings, listener.getsockname()[1])
        finally:
            for process in running:
                process.terminate()
                process.wait(10)


def _answers(settings: Settings) -> bool:
    try:
        return bool(GraphClient(settings).status())
    except GraphNotReady:
        return False


if __name__ == "__main__":
    SuiteProcess(Settings.from_env()).run()
