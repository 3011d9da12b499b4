"""What each question costs: in process, in a worker, over HTTP cold and cached, and beside plain rdflib.

    python bench/questions.py [--rdflib]

Loads the shipped record into a folder of its own, serves it, and prints medians in milliseconds and ratios to
the engine in process, all from one run. rdflib's own engine takes minutes on the larger questions, so it is
asked for by name, once a question, with a limit.
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
        site = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            wait(url)
            table(settings, local, url)
        finally:
            site.terminate()
            site.wait()


def table(settings: Settings, local: LocalGraph, url: str) -> None:
    """One line a question."""
    client = GraphClient(settings)
    print(f"{'question':<24}{'engine':>9}{'worker':>9}{'HTTP':>9}{'cached':>9}{'rdflib':>10}   ratios to the engine")
    for question in load_questions().values():
        text = question.bound({}, settings.base)
        address = f"{url}/questions/{question.name}.json"
        etag = fetch(address)
        engine = median_ms(lambda text=text: local.query(text))  # type: ignore[misc]
        worker = median_ms(lambda text=text: client.query(text))  # type: ignore[misc]
        cold = median_ms(lambda address=address: fetch(address))  # type: ignore[misc]
        cached = median_ms(lambda address=address, etag=etag: fetch(address, etag))  # type: ignore[misc]
        other = rdflib_ms(local, text) if "--rdflib" in sys.argv else None
        ratios = " ".join(f"{value / engine:.2f}" for value in (worker, cold, cached, other) if value)
        shown = f"{other:.0f}" if other else "-"
        print(f"{question.name:<24}{engine:>9.1f}{worker:>9.1f}{cold:>9.1f}{cached:>9.1f}{shown:>10}   {ratios}")


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
