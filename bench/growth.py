"""How everything grows: load, rules and each question at 100 k, 300 k, 1 M and 3 M statements.

    python bench/growth.py [SIZE ...]

Each size runs in a process of its own, so that its peak of memory is its own. Prints medians in milliseconds and,
last, by how much each grew for ten times the data.
"""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import time
from pathlib import Path

from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat, Store

sys.path.insert(0, str(Path(__file__).parent))

import world

from hedgerow.graph.project import build_store
from hedgerow.iri import DEFAULT_BASE
from hedgerow.questions import HISTORY, load_questions

SIZES = (100_000, 300_000, 1_000_000, 3_000_000)
RUNS = 5
#: Questions of the present; those of the history are asked of a ledger's events, which the copies do not have.
QUESTIONS = {name: question for name, question in load_questions().items() if question.over != HISTORY}
#: A question slower than this is run once only, in seconds.
SLOW = 3.0


def measure(size: int) -> dict[str, object]:
    """Load so many statements, run the rules, ask every question with its defaults."""
    start = time.perf_counter()
    content = list(world.payloads(size))
    made = time.perf_counter() - start
    start = time.perf_counter()
    Store().bulk_load(b"".join(content), format=RdfFormat.N_QUADS)
    loaded = time.perf_counter() - start
    start = time.perf_counter()
    store = build_store(content, DEFAULT_BASE)
    built = time.perf_counter() - start
    times = {name: ask(store, question.bound({}, DEFAULT_BASE)) for name, question in QUESTIONS.items()}
    return {
        "records": len(content),
        "quads": len(store),
        "make_s": made,
        "load_s": loaded,
        "build_s": built,
        "questions_ms": times,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def ask(store: Store, text: str) -> float:
    """Median time of a question, its answer serialised, in milliseconds."""
    times: list[float] = []
    while len(times) < RUNS and not (times and times[0] > SLOW * 1000):
        start = time.perf_counter()
        solutions = store.query(text, use_default_graph_as_union=True)
        assert isinstance(solutions, QuerySolutions)
        solutions.serialize(format=QueryResultsFormat.JSON)
        times.append((time.perf_counter() - start) * 1000)
    return sorted(times)[len(times) // 2]


def main() -> None:
    """Measure each size in a process of its own and print the table."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(int(sys.argv[2]))))
        return
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    found = []
    for size in sizes:
        one = subprocess.run(
            [sys.executable, __file__, "--one", str(size)], check=True, stdout=subprocess.PIPE, text=True
        )
        found.append(json.loads(one.stdout))
    print("".join([f"{'':<28}", *(f"{each['quads']:>12,}" for each in found), "   growth a decade"]))
    for name in ("records", "load_s", "build_s", "peak_mb"):
        print("".join([f"{name:<28}", *(f"{each[name]:>12,.1f}" for each in found)]))
    for name in QUESTIONS:
        row = [each["questions_ms"][name] for each in found]
        print("".join([f"{name:<28}", *(f"{ms:>12,.1f}" for ms in row), f"{decade(found, row):>12.1f}"]))


def decade(found: list[dict[str, float]], row: list[float]) -> float:
    """By how much it grows for ten times the statements: 10 is linear. From the first size to the last."""
    if len(row) < 2:
        return float("nan")
    return 10 ** (math.log10(row[-1] / row[0]) / math.log10(found[-1]["quads"] / found[0]["quads"]))


if __name__ == "__main__":
    main()
