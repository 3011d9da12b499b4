"""A registry of any size, shaped like the shipped record: seeded, so that every run measures the same data.

Each copy of the record keeps the places and gets its own items, parties, agreements and figures: the names of its
records end in the number of the copy, its decimals are moved by up to a tenth. Copy 0 is the record itself.

    python bench/world.py SIZE FOLDER

makes a registry's home of so many statements, FOLDER/home, and what a query sees of it as N-Quads, FOLDER/data.nq; a
process of its own, so that whoever measures memory starts without it. Prints how many statements that is.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from hedgerow.graph.client import LocalGraph
from hedgerow.intake.load import CURATED, ONTOLOGY_VERSION
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Draft, Ledger
from hedgerow.paths import DATA
from hedgerow.settings import Settings
from hedgerow.sources.curated import read_curated
from hedgerow.tiers import PUBLIC

SEED = 20261124
#: Kinds of record that every copy shares.
SHARED = frozenset({"country", "chokepoint"})
_RECORD = re.compile(rf"(<{re.escape(DEFAULT_BASE)}/id/([a-z-]+)/[^>#]+)".encode())
_DECIMAL = re.compile(rb'"(-?[0-9]+(?:\.[0-9]+)?)"\^\^<http://www\.w3\.org/2001/XMLSchema#decimal>')
#: Decimals that are no measure and stay as they are.
_FIXED = (b"#latitude>", b"#longitude>", b"#targetValue>")


def payloads(triples: int) -> Iterator[bytes]:
    """The canonical bytes of records, until they hold at least so many statements."""
    record = [(r.kind, r.canonical) for r in read_curated(DATA, DEFAULT_BASE).records]
    count, number = 0, 0
    chance = random.Random(SEED)
    while count < triples:
        for kind, content in record:
            if number and kind in SHARED:
                continue
            payload = _copy(content, number, chance) if number else content
            count += payload.count(b"\n")
            yield payload
            if count >= triples and number:
                return
        number += 1
        if number == 1 and count >= triples:
            return


def home(folder: Path, triples: int) -> Settings:
    """A registry's home that holds these records: written straight to the ledger, without the checks of a load."""
    settings = Settings(home=folder)
    drafts = []
    for content in payloads(triples):
        record = content.rpartition(b"<")[2].partition(b">")[0].decode()  # the graph of its last statement
        drafts.append(Draft(record, "assert", CURATED, content, 0, ontology=ONTOLOGY_VERSION))
    with Ledger(settings.ledger, settings.base) as ledger:
        ledger.append(PUBLIC, drafts)
    return settings


def _copy(content: bytes, number: int, chance: random.Random) -> bytes:
    def renamed(match: re.Match[bytes]) -> bytes:
        return match[1] if match[2].decode() in SHARED else match[1] + b"-%d" % number

    lines = [_RECORD.sub(renamed, line) for line in content.splitlines(keepends=True)]
    factor = Decimal(chance.randint(900, 1000)) / 1000
    return b"".join(line if any(word in line for word in _FIXED) else _moved(line, factor) for line in lines)


def _moved(line: bytes, factor: Decimal) -> bytes:
    """A decimal times a factor up to one, so that a share stays a share and bounds stay in order."""

    def moved(match: re.Match[bytes]) -> bytes:
        number = (Decimal(match[1].decode()) * factor).quantize(Decimal("0.000001"))
        plain = f"{number:f}".rstrip("0").rstrip(".") or "0"
        return b'"%s"^^<http://www.w3.org/2001/XMLSchema#decimal>' % plain.encode()

    return _DECIMAL.sub(moved, line)


if __name__ == "__main__":
    graph = LocalGraph(home(Path(sys.argv[2], "home"), int(sys.argv[1])))
    graph.dump(Path(sys.argv[2], "data.nq"))
    print(graph.status()["quads"])
