"""The engines of `endpoint.py`: how each takes the same statements in, starts, and stops. Installed by `install.sh`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import ClassVar, Self

from asked import first
from client import LIMIT, Client, Failed, GivenUp
from machine import confine, family, free_port, resident

HERE = Path(__file__).parent
#: Where the peers are installed; not part of the checkout.
INSTALLED = HERE.parent / ".cache" / "peers"
#: What nobody waits for any more may take so long before it is looked after, in seconds.
PAUSE = 1.0
#: The words of a command line.
Command = list[str | Path]
#: What an engine needs at most to read the data and answer, in seconds.
PATIENCE = 600


class Missing(Exception):
    """An engine cannot be had here, and why."""


@dataclass(frozen=True)
class World:
    """The same statements for all: a registry's home for ours, N-Quads for the others."""

    home: Path
    dump: Path
    statements: int


class Peer(ABC):
    """An engine that answers over HTTP. Each has a folder of its own for its data."""

    name: ClassVar[str]
    title: ClassVar[str]
    #: The part of the address behind the host.
    path: ClassVar[str] = "/"
    #: Whether a query is sent as a form, because the engine does not take it as such.
    form: ClassVar[bool] = False
    #: Whether its first process only holds the data for the others to begin with.
    keeper: ClassVar[bool] = False

    def __init__(self, world: World, folder: Path, **more: str) -> None:
        """`more` stands in its environment, too."""
        self.world, self.folder, self.port = world, folder, free_port()
        self.site = f"http://127.0.0.1:{self.port}"
        self.url = f"{self.site}{self.path}"
        self._more = more
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir()

    def __enter__(self) -> Self:
        """Load and start it. Raises Missing."""
        self.load()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @abstractmethod
    def command(self) -> Command:
        """What starts it."""

    def environment(self) -> dict[str, str]:
        """What it finds in its environment beside ours."""
        return {}

    def load(self) -> None:  # noqa: B027 - most read the data when they start
        """Take the data in, where that is a step of its own."""

    def start(self) -> None:
        """Start it and wait for its first answer. Raises Missing when none comes."""
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env=os.environ | self.environment() | self._more,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            client = self.client()
            try:
                client.post(first())
            except (OSError, HTTPException, Failed, GivenUp):
                time.sleep(0.02)
            else:
                return
            finally:
                client.close()
        self.stop()
        said = (self.folder / "output").read_text(errors="replace").strip().splitlines()
        raise Missing(f"it did not start: {said[-1] if said else 'it said nothing'}")

    def client(self) -> Client:
        """A new connection to it."""
        return Client(self.url, self.form)

    def free(self) -> None:
        """Rid it of a query that was given up."""
        self.stop()
        self.start()

    def settle(self) -> None:
        """Wait until it is done with what nobody waits for any more."""
        time.sleep(PAUSE)
        try:
            self.client().post(first())
        except GivenUp:
            self.free()

    @property
    def pid(self) -> int:
        """The id of its first process."""
        assert self._process is not None
        return self._process.pid

    def memory(self) -> float:
        """What its processes hold, in MB; what they share is counted once."""
        pids = family(self.pid)
        if self.keeper:
            return max(resident(pid) for pid in pids)
        return sum(resident(pid, proportional=True) for pid in pids)

    def confine(self, allowed: list[int]) -> None:
        """Let it run on these cores only."""
        confine(self.pid, allowed)

    def stop(self) -> None:
        """End it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


class Ours(Peer):
    """The registry, as `hedgerow serve` starts it."""

    name, title, path = "ours", "Hedgerow", "/sparql"

    def command(self) -> Command:
        """The whole site: graph process, workers, web processes."""
        return [sys.executable, "-m", "hedgerow", "serve", "--port", str(self.port)]

    def environment(self) -> dict[str, str]:
        """One client asks everything here, so no budget of query-seconds a client."""
        own = {"HEDGEROW_HOME": str(self.world.home), "HEDGEROW_DEMO": "0", "HEDGEROW_BUDGET_SECONDS": "0"}
        return own | {"HEDGEROW_QUERY_SECONDS": str(LIMIT)}


class Oxigraph(Peer):
    """The server of the engine that ours is built on, over its own store on disk."""

    name, title, path = "oxigraph", "Oxigraph server", "/query"

    def _program(self) -> Path:
        program = Path(sys.executable).with_name("oxigraph")
        if not program.exists():
            raise Missing("`oxigraph` is not installed: make install-dev")
        return program

    def load(self) -> None:
        """Bulk load."""
        command: Command = [self._program(), "load", "--location", self.folder / "store", "--file", self.world.dump]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def command(self) -> Command:
        """Its read-only server; the default graph is the union of all.

        Without its own deadline: with one, 0.5.13 ended in a load of 16 clients, as the system gave it no more threads.
        Who asks gives up by himself.
        """
        command: Command = [self._program(), "serve-read-only", "--location", self.folder / "store"]
        return [*command, "--bind", f"127.0.0.1:{self.port}", "--union-default-graph"]


class Virtuoso(Peer):
    """Virtuoso 7 of Debian, unpacked: nothing of it is installed into the system."""

    name, title, path = "virtuoso", "Virtuoso", "/sparql"
    #: A query sent as application/sparql-query is never answered by this version.
    form = True

    def __init__(self, world: World, folder: Path, **more: str) -> None:
        super().__init__(world, folder, **more)
        self._root = install("virtuoso")
        self._sql_port = free_port()

    def environment(self) -> dict[str, str]:
        """Where the libraries are that a small Debian lacks."""
        found = {str(path.parent) for path in self._root.glob("**/*.so*")}
        return {"LD_LIBRARY_PATH": ":".join(sorted(found))}

    def command(self) -> Command:
        """The server over the files of its folder."""
        return [self._root / "usr/bin/virtuoso-t", "+foreground", "+configfile", self.folder / "virtuoso.ini"]

    def load(self) -> None:
        """Bulk load without a log, as its manual advises; what it reads must lie in a folder it may read."""
        shutil.copy(self.world.dump, self.folder / "data.nq")
        settings = (HERE / "virtuoso.ini").read_text("utf-8")
        filled = settings.format(folder=self.folder, port=self.port, sql_port=self._sql_port, seconds=LIMIT)
        (self.folder / "virtuoso.ini").write_text(filled, "utf-8")
        self.start()
        steps = f"ld_dir('{self.folder}', 'data.nq', 'urn:none'); log_enable(2); rdf_loader_run(); checkpoint;"
        isql: Command = [self._root / "usr/bin/isql-vt", f"127.0.0.1:{self._sql_port}", "dba", "dba", f"exec={steps}"]
        subprocess.run(isql, check=True, env=os.environ | self.environment(), stdout=subprocess.DEVNULL)
        self.stop()


class RdflibEndpoint(Peer):
    """rdflib-endpoint over rdflib's store in memory, with rdflib's own evaluator."""

    name, title = "rdflib-endpoint", "rdflib-endpoint"
    keeper = True
    store: ClassVar[str] = "default"

    def __init__(self, world: World, folder: Path, **more: str) -> None:
        super().__init__(world, folder, **more)
        self._root = install("rdflib-endpoint")

    def command(self) -> Command:
        """Its server in its own environment."""
        return [self._root / "bin/python", HERE / "rdflib_server.py", self.world.dump, str(self.port), self.store]

    def environment(self) -> dict[str, str]:
        """Nothing of ours on its path."""
        return {"PYTHONPATH": ""}

    def free(self) -> None:
        """Kill the server; its parent, which holds the data, forks another."""
        for pid in family(self.pid)[1:]:
            os.kill(pid, signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                self.client().post(first())
            except (OSError, HTTPException, GivenUp):
                time.sleep(0.02)
            else:
                return
        raise Missing("it did not come back after a query that was given up")


class RdflibOxigraph(RdflibEndpoint):
    """rdflib-endpoint over an Oxigraph store in memory: its answers pass through rdflib's terms."""

    name, title = "rdflib-endpoint-oxigraph", "rdflib-endpoint, Oxigraph"
    store = "Oxigraph"


class Comunica(Peer):
    """Comunica over a store in memory, in one process."""

    name, title = "comunica", "Comunica"

    def __init__(self, world: World, folder: Path, **more: str) -> None:
        super().__init__(world, folder, **more)
        self._root = install("comunica")

    def command(self) -> Command:
        """A small server around its engine, with memory enough for a million statements."""
        server: Command = [HERE / "comunica.mjs", self._root, self.world.dump, str(self.port)]
        return [self._root / "node", "--max-old-space-size=16000", *server]


PEERS: Mapping[str, type[Peer]] = {
    peer.name: peer for peer in (Ours, Oxigraph, Virtuoso, RdflibEndpoint, RdflibOxigraph, Comunica)
}


def install(peer: str) -> Path:
    """The folder of a peer, installed if it is not yet. Raises Missing with the reason."""
    folder = INSTALLED / peer
    command: Command = ["sh", HERE / "install.sh", peer, folder]
    done = subprocess.run(command, env=os.environ | {"PYTHON": sys.executable}, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Missing(f"it does not install: {said[-1] if said else f'code {done.returncode}'}")
    return folder
