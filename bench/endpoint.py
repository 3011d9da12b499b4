"""The endpoint beside what people would use instead: the same statements, the same queries, answers compared.

    python bench/endpoint.py [--size record] [--size 1000000] [--only ours,oxigraph] [--seconds 4] [--markdown FILE]

For each size: a home with so many statements (`record` is what is shipped; more come from `world.py`), its whole view
as N-Quads, and every engine in turn over them: time until it answers, every query, memory. At the first size, too,
requests a second under several clients. Progress goes to the error stream, the tables to the output and the file.
Answers are compared with those of the engine in process. A query that takes an engine longer than the limit is not
asked of it at a larger size, and an engine that needs over three seconds for more than a third is left out there.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from measure import Bench, Section
from peers import PEERS, RdflibOxigraph
from report import markdown

#: Asked when none is named: rdflib-endpoint evaluates in rdflib whatever its store is, so once is enough.
USUAL = [name for name in PEERS if name != RdflibOxigraph.name]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", action="append", metavar="N|record", help="statements at least; may be repeated")
    parser.add_argument("--only", default=",".join(USUAL), metavar="NAME,...", help=f"of {', '.join(PEERS)}")
    parser.add_argument("--seconds", type=int, default=4, help="of a load; and for which a query is asked again")
    parser.add_argument("--no-load", action="store_true", help="leave the requests a second out")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables here, too")
    given = parser.parse_args()
    chosen = given.only.split(",")
    if unknown := set(chosen) - set(PEERS):
        parser.error(f"no engine {', '.join(sorted(unknown))}; there are {', '.join(PEERS)}")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S", stream=sys.stderr)
    started = time.monotonic()
    sections: list[Section] = []
    before: dict[tuple[str, str], float] = {}
    for size in given.size or ["record", "1000000"]:
        with tempfile.TemporaryDirectory() as folder:
            logging.info("%s: making the data", size)
            bench = Bench(size, Path(folder), given.seconds, before)
            logging.info("%s: %d statements; the engine in process", size, bench.world.statements)
            bench.in_process()
            loads = [] if sections or given.no_load else bench.loads()
            for name in chosen:
                logging.info("%s: %s", size, name)
                bench.peer(PEERS[name], loads)
                if given.markdown:  # after each, so that a run cut short leaves what it has
                    given.markdown.write_text(markdown([*sections, bench.section]), "utf-8")
            sections.append(bench.section)
    logging.info("done in %.1f minutes", (time.monotonic() - started) / 60)
    print(markdown(sections))


if __name__ == "__main__":
    main()
