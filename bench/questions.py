"""What each question costs: in process, in a worker, over HTTP cold and cached; beside the Oxigraph server and rdflib.

    python bench/questions.py [--rdflib] [--size STATEMENTS]

Loads the shipped record into a folder of its own (or makes a registry of so many statements from it, `world.py`),
serves it, and prints medians in milliseconds and ratios to the engine in process, all from one run. Cold means that
the site runs the query and makes the answer with its labels; cached that it still has the engine's reply. The Oxigraph
server holds the same statements on disk and gives bare results. rdflib's own engine takes minutes on the larger
questions, so it is asked for by name, once a question, and given up after a limit.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen

from asked import Query
from machine import family, resident, words
from peers import Ours, Oxigraph, World
from world import home

from hedgerow.graph.client import GraphClient, LocalGraph
from hedgerow.intake.load import load
from hedgerow.ledger import Ledger
from hedgerow.paths import DATA
from hedgerow.questions import HISTORY, load_questions
from hedgerow.settings import Settings

RUNS = 15
#: No more runs once those of one thing have taken so long, in seconds.
LONG = 1.0
#: rdflib is given up after so many seconds.
RDFLIB_SECONDS = 20


def median_ms(act: Callable[[], object], runs: int = RUNS) -> float:
    """Median time of `act` after one warm-up, in milliseconds."""
    act()
    times: list[float] = []
    while len(times) < runs and sum(times) < LONG * 1000:
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def fetch(url: str) -> None:
    """A whole answer."""
    with urlopen(Request(url, headers={"Accept": "application/json"})) as answer:
        answer.read()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rdflib", action="store_true", help="ask rdflib's engine, too")
    parser.add_argument("--size", type=int, metavar="STATEMENTS", help="of a registry made from the record")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        settings = home(Path(folder), given.size) if given.size else shipped(Path(folder))
        local = LocalGraph(settings)
        print(f"graph: {local.status()['quads']} statements")
        dump = Path(folder, "dump.nq")
        local.dump(dump)
        world = World(settings.home, dump, int(local.status()["quads"]))
        ours = Ours(world, Path(folder, "kept"))
        with ours:
            cached = {name: median_ms(partial(fetch, address(ours.site, name))) for name in load_questions()}
        rdflib = rdflib_ms(settings, dump) if given.rdflib else {}
        # Nothing is kept between two requests, so that each is cold.
        bare = Ours(world, Path(folder, "bare"), HEDGEROW_CACHE_MEGABYTES="0")
        with Oxigraph(world, Path(folder, "oxigraph")) as oxigraph, bare:
            table(settings, local, bare.site, oxigraph, cached, rdflib)
            print(f"memory: {memory(bare.pid)}")


def shipped(folder: Path) -> Settings:
    """A home with the shipped record, loaded as everybody loads it."""
    settings = Settings(home=folder)
    start = time.perf_counter()
    with Ledger(settings.ledger, settings.base) as ledger:
        loaded = load(ledger, DATA, settings.base).appended
    seconds = time.perf_counter() - start
    print(f"load: {loaded} records with their checks in {seconds:.1f} s, {loaded / seconds:.0f} a second")
    return settings


def address(url: str, name: str) -> str:
    """Where a question is answered."""
    return f"{url}/questions/{name}.json"


def memory(parent: int) -> str:
    """Resident memory of the descendants of a process, as the kernel counts it, in MB."""
    return ", ".join(
        f"{'graph or worker' if 'hedgerow.graph' in words(pid) else 'web'} {resident(pid):.0f} MB"
        for pid in family(parent)
        if pid != parent
    )


def table(
    settings: Settings,
    local: LocalGraph,
    url: str,
    oxigraph: Oxigraph,
    cached: Mapping[str, float],
    rdflib: Mapping[str, float | None],
) -> None:
    """One line a question."""
    client, peer = GraphClient(settings), oxigraph.client()
    heads = ("engine", "worker", "HTTP", "cached", "oxigraph", "rdflib")
    print("".join([f"{'question':<32}", *(f"{head:>9}" for head in heads), "   ratios to the engine"]))
    for question in load_questions().values():
        text, name = question.bound({}, settings.base), question.name
        cold = median_ms(partial(fetch, address(url, name)))
        if question.over == HISTORY:  # its history is made of the ledger for each answer: no engine holds it
            print(f"{name:<32}{'-':>9}{'-':>9}{cold:>9.1f}{cached[name]:>9.1f}{'-':>9}{'-':>9}", flush=True)
            continue
        engine = median_ms(partial(local.query, text))
        worker = median_ms(partial(client.query, text))
        server = median_ms(partial(peer.post, Query(name, text)))
        found = (engine, worker, cold, cached[name], server, rdflib.get(name))
        ratios = " ".join(f"{value / engine:.2f}" for value in found[1:] if value)
        shown = "".join(f"{value:>9.1f}" if value else f"{'-':>9}" for value in found)
        print(f"{name:<32}{shown}   {ratios}", flush=True)


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


def rdflib_ms(settings: Settings, data: Path) -> dict[str, float | None]:
    """One run of each question on rdflib's own engine in a process of its own; None over the limit."""
    graph = [question for question in load_questions().values() if question.over != HISTORY]
    asked = {question.name: question.bound({}, settings.base) for question in graph}
    command = [sys.executable, "-c", _RDFLIB, str(data), str(RDFLIB_SECONDS)]
    done = subprocess.run(command, input=json.dumps(asked).encode(), stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    main()
