"""An append cut off, or refused by the system, at every single system call it makes on its files."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Draft, Ledger
from tests.faults.common import held, need

#: The calls by which an append changes the disk.
WRITES = ("pwrite64", "write", "fdatasync", "fsync", "ftruncate", "unlink", "rename", "openat")

#: Appends in one process; what fails is told and the next is tried with the same open ledger.
APPENDS = """
import json, sys
from pathlib import Path
from hedgerow.errors import HedgerowError
from hedgerow.ledger import Draft, Ledger
base = "https://w3id.org/hedgerow/registry"
todo = sys.argv[2:]
for _ in range(2):
    try:
        with Ledger(Path(sys.argv[1]), base) as ledger:
            while todo:
                word = todo.pop(0)
                drafts = [Draft(f"{base}/id/item/{word}-{n}", "assert", "curated", word.encode() * 50, 0)
                          for n in range(3)]
                try:
                    events = ledger.append("public", drafts)
                    print(json.dumps([word, [[e.position, e.hash] for e in events]]), flush=True)
                except HedgerowError as error:
                    print(json.dumps([word, type(error).__name__, str(error)]), file=sys.stderr, flush=True)
    except HedgerowError as error:
        print(json.dumps(["open", type(error).__name__, str(error)]), file=sys.stderr, flush=True)
"""


def prepare(folder: Path, start: str) -> Path:
    """A ledger to append to: none yet, one that was closed, one whose writer was killed with its log in use."""
    path = folder / "ledger.sqlite"
    if start != "new":
        ledger = Ledger(path, DEFAULT_BASE)
        drafts = [Draft(f"{DEFAULT_BASE}/id/item/{n}", "assert", "curated", b"y" * 300, 0) for n in range(20)]
        ledger.append("public", drafts[:10])
        ledger.append("public", drafts[10:])
        if start == "killed":
            for suffix in (".sqlite", ".sqlite-wal", ".anchor"):
                shutil.copy(path.with_suffix(suffix), folder / f"kept{suffix}")
            ledger.close()
            for suffix in (".sqlite", ".sqlite-wal", ".anchor"):
                (folder / f"kept{suffix}").replace(path.with_suffix(suffix))
        else:
            ledger.close()
    return path


def traced(path: Path, words: Sequence[str], *options: str) -> subprocess.CompletedProcess[str]:
    """Run appends under strace, looking at the calls on the files of the ledger only."""
    folder = path.parent
    places = [folder, *(folder / f"ledger.{s}" for s in ("sqlite", "sqlite-wal", "sqlite-shm", "anchor"))]
    filters = [word for place in places for word in ("-P", str(place))]
    command = [sys.executable, "-c", APPENDS, str(path), *words]
    return subprocess.run(
        [need("strace", "strace"), "-f", *filters, *options, *command], capture_output=True, text=True, timeout=60
    )


def places_of(folder: Path, start: str, calls: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Every call from opening a ledger through one append to closing it, with its number among those of its name."""
    folder.mkdir()
    trace = folder / "trace"
    done = traced(prepare(folder, start), ["first"], "-o", str(trace), "-e", f"trace={','.join(calls)}")
    assert done.returncode == 0, done.stderr
    counts = Counter(re.findall(r"^\d+ +(\w+)\(", trace.read_text(errors="replace"), re.MULTILINE))
    assert counts["pwrite64"] > 20
    assert counts["fdatasync"] >= 3
    for call, count in sorted(counts.items()):
        for number in range(1, count + 1):
            yield call, number


def check(path: Path, start: str, done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Nothing acknowledged is missing, nothing is half there or doubled; returns what failed, by what was tried."""
    acknowledged = [json.loads(line) for line in done.stdout.splitlines()]
    failed = {told[0]: told[1] for told in map(json.loads, re.findall(r"^\[.*\]$", done.stderr, re.MULTILINE))}
    assert "Traceback" not in done.stderr, done.stderr
    chain = held(path)
    for _, events in acknowledged:
        assert dict(events).items() <= chain.items()
    before = 0 if start == "new" else 20
    assert (len(chain) - before) % 3 == 0
    assert before + 3 * len(acknowledged) <= len(chain) <= before + 6
    with Ledger(path, DEFAULT_BASE) as ledger:
        there = ledger.latest("public")
        for word in ("first", "second"):
            if failed.get(word) == "NotWritten":
                assert f"{DEFAULT_BASE}/id/item/{word}-0" not in there
        ledger.append("public", [Draft(f"{DEFAULT_BASE}/id/item/after", "assert", "curated", b"z", 0)])
    assert len(held(path)) == len(chain) + 1
    return failed


@pytest.mark.parametrize("start", ["closed", *(pytest.param(s, marks=pytest.mark.soak) for s in ("new", "killed"))])
def test_a_kill_at_any_call_loses_and_halves_nothing(start: str, tmp_path: Path) -> None:
    killed = 0
    for call, number in places_of(tmp_path / "whole", start, WRITES):
        folder = tmp_path / f"{call}-{number}"
        folder.mkdir()
        path = prepare(folder, start)
        kill = f"inject={call}:signal=SIGKILL:when={number}"
        done = traced(path, ["first"], "-o", "/dev/null", "-e", f"trace={call}", "-e", kill)
        assert done.returncode == -9, (call, number, done)
        check(path, start, done)
        killed += 1
        shutil.rmtree(folder)
    assert killed > 30


@pytest.mark.parametrize(
    ("start", "error"),
    [
        ("closed", "EIO"),
        ("new", "ENOSPC"),
        pytest.param("closed", "ENOSPC", marks=pytest.mark.soak),
        pytest.param("new", "EIO", marks=pytest.mark.soak),
    ],
)
def test_a_refusal_at_any_call_is_told_and_the_next_append_stands(start: str, error: str, tmp_path: Path) -> None:
    told: Counter[str] = Counter()
    calls = (*WRITES, "pread64") if error == "EIO" else WRITES
    for call, number in places_of(tmp_path / "whole", start, calls):
        folder = tmp_path / f"{call}-{number}"
        folder.mkdir()
        path = prepare(folder, start)
        refuse = f"inject={call}:error={error}:when={number}"
        done = traced(
            path, ["first", "second"], "--seccomp-bpf", "-o", "/dev/null", "-e", f"trace={call}", "-e", refuse
        )
        assert done.returncode == 0, (call, number, done)
        failed = check(path, start, done)
        # Refused at its opening, SQLite opens a file to read only; the next opening writes again.
        readonly = call == "openat" and all("readonly" in line for line in done.stderr.splitlines())
        assert len(failed) <= (2 if readonly else 1), (call, number, failed)
        assert len(failed) + len(done.stdout.splitlines()) >= 2, (call, number, done)
        # A page of the schema that cannot be read is damage, by what SQLite says of it.
        known = {"NotWritten", "Unavailable", "HedgerowError"} | ({"LedgerDamaged"} if call == "pread64" else set())
        assert set(failed.values()) <= known, (call, number, done.stderr)
        told.update(failed.values() or ["nothing"])
        shutil.rmtree(folder)
    # What is refused while a ledger is closed or its log is folded in costs nothing and is tried again later.
    assert told["NotWritten"] > 10, told
    assert told["HedgerowError"] >= 2, told
