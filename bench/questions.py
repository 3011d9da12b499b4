"""What each question costs: in process, in a worker, over HTTP cold and cached; beside the Oxigraph server and rdflib.

    python bench/questions.py [--rdflib]

Loads the shipped record into a folder of its own, serves it, and prints medians in milliseconds and ratios to
the engine in process, all from one run. Cold means that the site runs the query and makes the answer with its
labels; cached that the client has the answer already. The Oxigraph server holds the same statements on disk and
gives bare results. rdflib's own engine takes minutes on the larger questions, so it is asked for by name, once a
question, with a limit.
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
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from hedgerow.graph.client import GraphClient, LocalGraph
from hedgerow.intake.load import load
from hedgerow.ledger import Ledger
from hedgerow.paths import DATA
from hedgerow.questions import load_questions
from hedgerow.settings import Settings

RUNS = 15
RDFLIB_SECONDS = 60


def median_ms(act: Callable[[], object], runs: int = RUNS) -> float:
    """Median time of `act` after one warm-up, in milliseconds."""
    act()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def fetch(url: str, etag: str = "") -> str:
    """A whole answer; with its ETag when the client has it already."""
    request = Request(url, headers={"Accept": "application/json", **({"If-None-Match": etag} if etag else {})})
    try:
        with urlopen(request) as answer:
            answer.read()
            return str(answer.headers["ETag"])
    except HTTPError as error:
        error.close()
        if error.code != 304:
            raise
        return etag


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
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        env = {**os.environ, "HEDGEROW_HOME": folder}
        command = [sys.executable, "-m", "hedgerow", "serve", "--port", str(port)]
        # Nothing is kept between two requests, so that each is cold.
        site = subprocess.Popen(command, env={**env, "HEDGEROW_CACHE_MEGABYTES": "0"}, stdout=subprocess.DEVNULL)
        peer = oxigraph(local, Path(folder))
        try:
            url = f"http://127.0.0.1:{port}"
            wait(url)
            table(settings, local, url, peer)
            print(f"memory: {memory(site.pid)}")
        finally:
            for process in (site, peer.process):
                process.terminate()
                process.wait()


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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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


def table(settings: Settings, local: LocalGraph, url: str, peer: Peer) -> None:
    """One line a question."""
    client = GraphClient(settings)
    heads = ("engine", "worker", "HTTP", "cached", "oxigraph", "rdflib")
    print("".join([f"{'question':<24}", *(f"{head:>9}" for head in heads), "   ratios to the engine"]))
    for question in load_questions().values():
        text = question.bound({}, settings.base)
        address = f"{url}/questions/{question.name}.json"
        etag = fetch(address)
        engine = median_ms(lambda text=text: local.query(text))  # type: ignore[misc]
        worker = median_ms(lambda text=text: client.query(text))  # type: ignore[misc]
        cold = median_ms(lambda address=address: fetch(address))  # type: ignore[misc]
        cached = median_ms(lambda address=address, etag=etag: fetch(address, etag))  # type: ignore[misc]
        server = median_ms(lambda text=text: peer.query(text))  # type: ignore[misc]
        other = rdflib_ms(local, text) if "--rdflib" in sys.argv else None
        found = (engine, worker, cold, cached, server, other)
        ratios = " ".join(f"{value / engine:.2f}" for value in found[1:] if value)
        shown = "".join(f"{value:>9.1f}" if value else f"{'-':>9}" for value in found)
        print(f"{question.name:<24}{shown}   {ratios}", flush=True)


_RDFLIB = """
import json, sys, time
from rdflib import Dataset
data, query = open(sys.argv[1], "rb").read(), open(sys.argv[2]).read()
world = Dataset(default_union=True)
world.parse(data=data, format="nquads")
start = time.perf_counter()
list(world.query(query))
print(json.dumps((time.perf_counter() - start) * 1000))
"""


def rdflib_ms(local: LocalGraph, text: str) -> float | None:
    """One run on rdflib's own engine in a process of its own, or None over the limit."""
    with tempfile.TemporaryDirectory() as folder:
        data, query = Path(folder, "data.nq"), Path(folder, "query.rq")
        local.dump(data)
        query.write_text(text, "utf-8")
        try:
            command = [sys.executable, "-c", _RDFLIB, str(data), str(query)]
            done = subprocess.run(command, capture_output=True, timeout=RDFLIB_SECONDS + 60, check=True)
        except subprocess.TimeoutExpired:
            return None
    return float(json.loads(done.stdout))


if __name__ == "__main__":
    main()
