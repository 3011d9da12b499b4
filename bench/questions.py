"""What each question costs: in process, in a worker, over HTTP cold and cached; beside the Oxigraph server and rdflib.

    python bench/questions.py [--rdflib]

Loads the shipped record into a folder of its own, serves it, and prints medians in milliseconds and ratios to
the engine in process, all from one run. Cold means that the site runs the query and makes the answer with its
labels; cached that it still has the engine's reply. The Oxigraph server holds the same statements on disk and
gives bare results. rdflib's own engine takes minutes on the larger questions, so it is asked for by name, once a
question, and given up after a limit.
"""

from __future__ import annotations

import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from hedgerow.graph.client import GraphClient, LocalGraph
from hedgerow.intake.load import load
from hedgerow.ledger import Ledger
from hedgerow.paths import DATA
from hedgerow.questions import load_questions
from hedgerow.settings import Settings

RUNS = 15
#: rdflib is given up after so many seconds.
RDFLIB_SECONDS = 20


def median_ms(act: Callable[[], object], runs: int = RUNS) -> float:
    """Median time of `act` after one warm-up, in milliseconds."""
    act()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def fetch(url: str) -> None:
    """A whole answer."""
    with urlopen(Request(url, headers={"Accept": "application/json"})) as answer:
        answer.read()


def wait(url: str) -> None:
    """Until the site is ready."""
    for _ in range(600):
        try:
            fetch(f"{url}/readyz")
        except (URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the site did not start")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder))
        start = time.perf_counter()
        with Ledger(settings.ledger, settings.base) as ledger:
            loaded = load(ledger, DATA, settings.base).appended
        seconds = time.perf_counter() - start
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(f"load: {loaded} records with their checks in {seconds:.1f} s, {loaded / seconds:.0f} a second")
        local = LocalGraph(settings)
        print(f"graph: {local.status()['quads']} statements")
        with site(folder) as (url, _):
            cached = {name: median_ms(partial(fetch, address(url, name))) for name in load_questions()}
        rdflib = rdflib_ms(settings, local) if "--rdflib" in sys.argv else {}
        peer = oxigraph(local, Path(folder))
        try:
            # Nothing is kept between two requests, so that each is cold.
            with site(folder, HEDGEROW_CACHE_MEGABYTES="0") as (url, pid):
                table(settings, local, url, peer, cached, rdflib)
                print(f"memory: {memory(pid)}")
        finally:
            peer.process.terminate()
            peer.process.wait()


def address(url: str, name: str) -> str:
    """Where a question is answered."""
    return f"{url}/questions/{name}.json"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def site(folder: str, **env: str) -> Iterator[tuple[str, int]]:
    """A running site over a home: its address and the id of its first process."""
    port = free_port()
    command = [sys.executable, "-m", "hedgerow", "serve", "--port", str(port)]
    running = subprocess.Popen(
        command, env={**os.environ, "HEDGEROW_HOME": folder, "HEDGEROW_DEMO": "0", **env}, stdout=subprocess.DEVNULL
    )
    try:
        wait(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}", running.pid
    finally:
        running.terminate()
        running.wait()


@dataclass
class Peer:
    """A running Oxigraph server over the same statements."""

    process: subprocess.Popen[bytes]
    url: str

    def query(self, text: str) -> bytes:
        """The answer as JSON."""
        accept = {"Accept": "application/sparql-results+json", "Content-Type": "application/sparql-query"}
        with urlopen(Request(self.url, data=text.encode(), headers=accept)) as answer:
            return bytes(answer.read())


def oxigraph(local: LocalGraph, folder: Path) -> Peer:
    """Load the store's statements into an Oxigraph server's own store and start it."""
    dump, place = folder / "dump.nq", folder / "oxigraph"
    local.dump(dump)
    program = Path(sys.executable).with_name("oxigraph")
    load = [program, "load", "--location", place, "--file", dump]
    subprocess.run(load, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    port = free_port()
    serve = [program, "serve-read-only", "--location", place, "--bind", f"127.0.0.1:{port}", "--union-default-graph"]
    peer = Peer(subprocess.Popen(serve, stderr=subprocess.DEVNULL), f"http://127.0.0.1:{port}/query")
    for _ in range(200):
        try:
            peer.query("ASK {}")
        except (URLError, ConnectionError):
            time.sleep(0.05)
        else:
            break
    return peer


def memory(parent: int) -> str:
    """Resident memory of a process and its descendants, as the kernel counts it, in MB."""
    parents, sizes, names = {}, {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                names[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            parents[int(entry.name)] = int(stat[1])
            sizes[int(entry.name)] = int(stat[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    ours = {parent}
    while more := {pid for pid, above in parents.items() if above in ours} - ours:
        ours |= more
    told = [
        f"{'graph or worker' if 'hedgerow.graph' in names[p] else 'web'} {sizes[p]:.0f} MB"
        for p in sorted(ours - {parent})
    ]
    return ", ".join(told)


def table(
    settings: Settings,
    local: LocalGraph,
    url: str,
    peer: Peer,
    cached: Mapping[str, float],
    rdflib: Mapping[str, float | None],
) -> None:
    """One line a question."""
    client = GraphClient(settings)
    heads = ("engine", "worker", "HTTP", "cached", "oxigraph", "rdflib")
    print("".join([f"{'question':<24}", *(f"{head:>9}" for head in heads), "   ratios to the engine"]))
    for question in load_questions().values():
        text, name = question.bound({}, settings.base), question.name
        engine = median_ms(partial(local.query, text))
        worker = median_ms(partial(client.query, text))
        cold = median_ms(partial(fetch, address(url, name)))
        server = median_ms(partial(peer.query, text))
        found = (engine, worker, cold, cached[name], server, rdflib.get(name))
        ratios = " ".join(f"{value / engine:.2f}" for value in found[1:] if value)
        shown = "".join(f"{value:>9.1f}" if value else f"{'-':>9}" for value in found)
        print(f"{name:<24}{shown}   {ratios}", flush=True)


_RDFLIB = """
import json, signal, sys, time
from rdflib import Dataset
def give_up(*_):
    raise TimeoutError
signal.signal(signal.SIGALRM, give_up)
world, found = Dataset(default_union=True), {}
world.parse(data=open(sys.argv[1], "rb").read(), format="nquads")
for name, query in json.load(sys.stdin).items():
    signal.alarm(int(sys.argv[2]))
    start = time.perf_counter()
    try:
        list(world.query(query))
        found[name] = (time.perf_counter() - start) * 1000
    except TimeoutError:
        found[name] = None
    finally:
        signal.alarm(0)
print(json.dumps(found))
"""


def rdflib_ms(settings: Settings, local: LocalGraph) -> dict[str, float | None]:
    """One run of each question on rdflib's own engine in a process of its own; None over the limit."""
    asked = {question.name: question.bound({}, settings.base) for question in load_questions().values()}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder, "data.nq")
        local.dump(data)
        command = [sys.executable, "-c", _RDFLIB, str(data), str(RDFLIB_SECONDS)]
        done = subprocess.run(command, input=json.dumps(asked).encode(), stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    main()
