"""Two at once: loads, first openings, a backup under writing. Nothing is doubled, nothing half taken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from hedgerow.backup import backup, restore
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Ledger
from tests.conftest import RECORDS
from tests.faults.common import held, rows, writer


@pytest.mark.parametrize("apart", [0.0, pytest.param(1.0, marks=pytest.mark.soak)])
def test_of_two_loads_at_once_one_loads_and_the_other_says_so(apart: float, tmp_path: Path) -> None:
    home = tmp_path / "home"
    env = {"PATH": os.environ["PATH"], "HEDGEROW_HOME": str(home), "LANG": "C.UTF-8"}
    loads = []
    for _ in range(2):
        command = [sys.executable, "-m", "hedgerow", "load"]
        pipe = subprocess.PIPE
        loads.append(subprocess.Popen(command, env=env, stdout=pipe, stderr=pipe, text=True))
        time.sleep(apart)
    told = [(*load.communicate(timeout=120), load.returncode) for load in loads]
    assert all("Traceback" not in err for _, err, _ in told)
    assert [out for out, _, _ in told if f"{RECORDS} events appended" in out], told
    other = next((out, err, code) for out, err, code in told if f"{RECORDS} events appended" not in out)
    unchanged = other[2] == 0 and f"{RECORDS} unchanged" in other[0]
    conflict = other[2] == 1 and "Someone else wrote first: " in other[1] and "retry" in other[1]
    assert unchanged or conflict, other
    assert len(held(home / "ledger.sqlite")) == RECORDS


def test_several_processes_make_one_new_ledger(tmp_path: Path) -> None:
    for number in range(5):
        path = tmp_path / str(number) / "ledger.sqlite"
        pipe = subprocess.PIPE
        writers = [subprocess.Popen(writer(path, f"w{n}", 3, 4), stdout=pipe, stderr=pipe, text=True) for n in range(6)]
        told = [(*process.communicate(timeout=60), process.returncode) for process in writers]
        acknowledged: dict[int, str] = {}
        for out, err, code in told:
            assert (code, err) == (0, "")
            for line in out.splitlines()[1:]:
                acknowledged.update((position, digest) for position, digest in json.loads(line))
        assert len(acknowledged) == 6 * 4 * 3
        assert held(path) == acknowledged


def test_a_new_ledger_opened_by_several_at_one_instant_waits_for_its_turn(tmp_path: Path) -> None:
    at_once = 6
    start = Barrier(at_once)

    def opening(path: Path) -> None:
        start.wait(timeout=30)
        with Ledger(path, DEFAULT_BASE):
            pass

    with ThreadPoolExecutor(at_once) as threads:
        for number in range(100):
            list(threads.map(opening, [tmp_path / str(number) / "ledger.sqlite"] * at_once))


def test_a_backup_taken_while_others_write_proves_itself_and_restores(tmp_path: Path) -> None:
    path = tmp_path / "home" / "ledger.sqlite"
    with Ledger(path, DEFAULT_BASE) as ledger:
        writing = subprocess.Popen(writer(path, "w", 5, 0, 3000), stdout=subprocess.PIPE, text=True)
        assert writing.stdout is not None
        try:
            assert writing.stdout.readline() == "ready\n"
            ends = []
            for number in range(5):
                acknowledged = json.loads(writing.stdout.readline())[-1]
                heads = backup(ledger, DEFAULT_BASE, tmp_path / f"backup-{number}")
                assert heads["public"].position >= acknowledged[0]
                ends.append(heads["public"])
        finally:
            writing.kill()
            writing.communicate()
    assert sorted({end.position for end in ends}) == [end.position for end in ends]
    chain = held(path)
    for number, end in enumerate(ends):
        restored = tmp_path / f"restored-{number}" / "ledger.sqlite"
        assert restore(tmp_path / f"backup-{number}", restored, DEFAULT_BASE) == {"public": end}
        part = {position: digest for position, digest in chain.items() if position <= end.position}
        assert held(restored) == part
        whole = rows(path)
        assert rows(restored)["payload"] == whole["payload"][: end.position]
