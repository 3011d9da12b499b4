"""kill -9 during a load: every acknowledged event is there, none twice, the graph equals a rebuild."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hedgerow.graph.client import GraphClient, LocalGraph
from hedgerow.graph.project import fold
from hedgerow.ledger import Ledger
from hedgerow.paths import DATA
from hedgerow.settings import Settings
from tests.conftest import RECORDS, running_graph
from tests.faults.common import held

#: Appends small groups of events through the real ledger and tells each group once it is acknowledged.
WRITER = """
import json, sys
from pathlib import Path
from hedgerow.ledger import Draft, Ledger
from hedgerow.paths import DATA
from hedgerow.settings import Settings
from hedgerow.sources.curated import read_curated
settings = Settings(home=Path(sys.argv[1]))
records = read_curated(DATA, settings.base).records
print("ready", flush=True)
with Ledger(settings.ledger, settings.base) as ledger:
    known = ledger.latest("public")
    todo = [record for record in records if record.iri not in known]
    size = int(sys.argv[2])
    for start in range(0, len(todo), size):
        batch = todo[start : start + size]
        events = ledger.append("public", [Draft(r.iri, "assert", "curated", r.canonical, 0) for r in batch])
        print(json.dumps([[e.position, e.hash] for e in events]), flush=True)
"""


def test_twenty_kills_during_a_load_lose_and_double_nothing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    acknowledged: dict[int, str] = {}
    chance = random.Random(20261124)
    for _ in range(20):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(settings.home), "7"], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.15))
        os.kill(writer.pid, signal.SIGKILL)
        for line in writer.stdout:
            if line.endswith("\n"):
                acknowledged.update((position, digest) for position, digest in json.loads(line))
        writer.stdout.close()
        writer.wait()
        assert acknowledged.items() <= held(settings.ledger).items()
    assert len(acknowledged) > 100
    subprocess.run([sys.executable, "-c", WRITER, str(settings.home), "500"], check=True, stdout=subprocess.DEVNULL)
    with running_graph(settings):
        dump = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
        running = GraphClient(settings).query(dump, triples="application/n-triples").body
        rebuilt = LocalGraph(settings).query(dump, triples="application/n-triples").body
        assert sorted(running.splitlines()) == sorted(rebuilt.splitlines())
        with Ledger(settings.ledger, settings.base) as ledger:
            assert len(fold(ledger).versions) == RECORDS


@pytest.mark.parametrize("seconds", [0.5, 2.5, 6.0])
def test_a_killed_load_command_leaves_all_or_nothing(seconds: float, tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-m", "hedgerow", "load", str(DATA)]
    env = {**os.environ, "HEDGEROW_HOME": str(home)}
    load = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    load.kill()
    load.wait()
    settings = Settings(home=home)
    assert len(held(settings.ledger)) in (0, RECORDS)
    shutil.rmtree(home)


@pytest.mark.soak
def test_two_hundred_kills(tmp_path: Path) -> None:
    for number in range(10):
        test_twenty_kills_during_a_load_lose_and_double_nothing(tmp_path / str(number))
