"""The power goes while events are appended: what was acknowledged is on the disk after it."""

from __future__ import annotations

import fcntl
import json
import os
import random
import struct
import subprocess
import time
from pathlib import Path

import pytest

from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Draft, Ledger
from tests.faults.common import disk, held, mount, unmount, writer

#: EXT4_IOC_SHUTDOWN: the file system stops at once; with NOLOGFLUSH what is not on the disk yet is lost.
SHUTDOWN, NOLOGFLUSH = 0x8004587D, 2


def cut_power(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NOLOGFLUSH))
    finally:
        os.close(descriptor)


def cut_and_check(folder: Path, seconds: float, acknowledged: dict[int, str], word: str) -> int:
    """Append until the power goes, mount what is left, compare; returns how many events were acknowledged."""
    path = folder / "home" / "ledger.sqlite"
    before = len(acknowledged)
    # Payloads that fill the log every few hundred events: cuts fall into the folding-in of the log, too.
    process = subprocess.Popen(
        writer(path, word, 5, 0, 6000), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(seconds)
    cut_power(folder)
    out, err = process.communicate(timeout=30)
    for line in out.splitlines(keepends=True):
        if line.endswith("\n"):
            acknowledged.update((position, digest) for position, digest in json.loads(line))
    # The writer was told, in words.
    assert process.returncode == 3, err
    assert "Traceback" not in err
    unmount(folder)
    mount(folder.with_suffix(".image"), folder)
    chain = held(path)
    assert acknowledged.items() <= chain.items()
    with Ledger(path, DEFAULT_BASE) as ledger:
        event = ledger.append("public", [Draft(f"{DEFAULT_BASE}/id/{word}", "assert", "curated", b"z", 0)])[0]
    acknowledged[event.position] = event.hash
    return len(acknowledged) - before


def test_three_power_cuts_lose_nothing_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(20261124)
    acknowledged: dict[int, str] = {}
    with disk(tmp_path / "disk", 256) as folder:
        for number in range(3):
            assert cut_and_check(folder, chance.uniform(0.3, 1.5), acknowledged, f"cut-{number}") > 5


def test_a_power_cut_is_a_real_one(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 64) as folder:
        (folder / "synced").write_bytes(b"x" * 9000)
        os.sync()
        (folder / "unsynced").write_bytes(b"x" * 9000)
        cut_power(folder)
        unmount(folder)
        mount(folder.with_suffix(".image"), folder)
        assert (folder / "synced").read_bytes() == b"x" * 9000
        assert not (folder / "unsynced").exists() or not (folder / "unsynced").read_bytes()


@pytest.mark.soak
def test_twenty_power_cuts_lose_nothing_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(int(time.time()))
    acknowledged: dict[int, str] = {}
    with disk(tmp_path / "disk", 1024) as folder:
        for number in range(20):
            assert cut_and_check(folder, chance.uniform(0.1, 3.0), acknowledged, f"cut-{number}") > 0
    print(f"20 cuts, {len(acknowledged)} events acknowledged, none lost")
