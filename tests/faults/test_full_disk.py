"""A disk that fills: the error is clear, reads go on, and the same process writes again once there is room."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from hedgerow.backup import backup
from hedgerow.errors import NotWritten, Unavailable
from hedgerow.graph.client import GraphClient
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Draft, Ledger
from hedgerow.settings import Settings
from hedgerow.sources.curated import Curated
from tests.conftest import RECORDS, running_graph, wait_for
from tests.faults.common import append_records, disk, files, held, rows


def room(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def fill(folder: Path, leave: int = 0) -> Path:
    """Fill a disk with one file, but for about so many bytes."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        size = 0
        for step in (1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                while room(folder) >= leave + step:
                    os.posix_fallocate(file.fileno(), size, step)
                    size += step
    return filler


def draft(name: str, weight: int = 400) -> Draft:
    return Draft(f"{DEFAULT_BASE}/id/item/{name}", "assert", "curated", b"x" * weight, 0)


def hedgerow(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HEDGEROW_HOME": str(home), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "hedgerow", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)


def test_an_append_on_a_full_disk_is_told_and_the_same_process_writes_again(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 64) as folder:
        path = folder / "home" / "ledger.sqlite"
        with Ledger(path, DEFAULT_BASE) as ledger:
            acknowledged = [ledger.append("public", [draft(f"before-{n}")])[0] for n in range(20)]
            filler = fill(folder)
            refused: list[NotWritten] = []
            for number in range(400):
                try:
                    acknowledged += ledger.append("public", [draft(f"full-{number}"), draft(f"also-{number}")])
                except NotWritten as error:
                    refused.append(error)
                    head = ledger.head("public")
                    assert [event for event, _ in ledger.events("public")] == acknowledged
                    assert head.hash == acknowledged[-1].hash
                if len(refused) == 20:
                    break
            assert len(refused) == 20
            assert all("Free space" in error.remedy for error in refused)
            filler.unlink()
            acknowledged += ledger.append("public", [draft("after")])
            assert [event for event, _ in ledger.events("public")] == acknowledged
        assert held(path) == {event.position: event.hash for event in acknowledged}


def test_a_full_disk_keeps_nobody_from_reading(tmp_path: Path, curated: Curated) -> None:
    with disk(tmp_path / "disk", 64) as folder:
        settings = Settings(home=folder / "home")
        with Ledger(settings.ledger, settings.base) as ledger:
            append_records(ledger, curated.records[:100])
        with running_graph(settings):
            client = GraphClient(settings)
            count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
            before = client.query(count).body
            filler = fill(folder)
            assert client.query(count).body == before
            shown = hedgerow(settings.home, "verify")
            assert (shown.returncode, shown.stderr) == (0, "")
            assert "100 events" in shown.stdout
            filler.unlink()
            with Ledger(settings.ledger, settings.base) as ledger:
                append_records(ledger, curated.records[100:110])
            wait_for(lambda: client.status()["position"] == 110)


def test_a_first_reader_on_a_full_disk_is_answered_or_told_what_to_do(tmp_path: Path, curated: Curated) -> None:
    with disk(tmp_path / "disk", 64) as folder:
        home = folder / "home"
        with Ledger(home / "ledger.sqlite", DEFAULT_BASE) as ledger:
            append_records(ledger, curated.records[:100])
        filler = fill(folder)
        shown = hedgerow(home, "verify")
        assert "Traceback" not in shown.stderr
        assert shown.returncode == 0 or "Free space" in shown.stderr, shown.stderr
        filler.unlink()
        assert hedgerow(home, "verify").returncode == 0


def outcome_of_backup(ledger: Ledger, target: Path) -> str:
    """'fits', or how it was refused; a refusal leaves nothing behind."""
    try:
        backup(ledger, DEFAULT_BASE, target)
    except (NotWritten, Unavailable, OSError) as error:
        refusal = error
    else:
        for path in target.iterdir():
            path.unlink()
        return "fits"
    assert "Free space" in str(refusal) or isinstance(refusal, OSError)
    assert list(target.iterdir()) == []
    return type(refusal).__name__


def test_a_backup_that_does_not_fit_leaves_nothing_behind(tmp_path: Path, curated: Curated) -> None:
    path = tmp_path / "home" / "ledger.sqlite"
    with disk(tmp_path / "disk", 64) as folder, Ledger(path, DEFAULT_BASE) as ledger:
        append_records(ledger, curated.records[:300], group=100)
        target = folder / "backup"
        target.mkdir()
        size = path.stat().st_size + path.with_name("ledger.sqlite-wal").stat().st_size
        told: Counter[str] = Counter()
        for leave in range(0, size + 200_000, 24_000):
            filler = fill(folder, leave)
            told[outcome_of_backup(ledger, target)] += 1
            filler.unlink()
        print("backups on a disk with too little room:", dict(told))
        assert told["NotWritten"] > 5
        assert told["fits"] > 0


@pytest.mark.parametrize("megabytes", [20, *(pytest.param(m, marks=pytest.mark.soak) for m in (1, 9, 38))])
def test_a_load_on_a_disk_that_fills_half_way_leaves_the_ledger_as_it_was(
    megabytes: int, tmp_path: Path, curated: Curated
) -> None:
    with disk(tmp_path / "disk", 96) as folder:
        home = folder / "home"
        with Ledger(home / "ledger.sqlite", DEFAULT_BASE) as ledger:
            append_records(ledger, curated.records[:20])
        before, bytes_before = rows(home / "ledger.sqlite"), files(home)
        filler = fill(folder, leave=megabytes << 20)
        loaded = hedgerow(home, "load")
        assert loaded.returncode == 1
        assert "Traceback" not in loaded.stderr
        assert loaded.stderr.startswith("Nothing was written: ")
        assert "Free space" in loaded.stderr
        assert rows(home / "ledger.sqlite") == before
        assert files(home)["ledger.sqlite"] == bytes_before["ledger.sqlite"]
        filler.unlink()
        again = hedgerow(home, "load")
        assert again.returncode == 0, again.stderr
        assert len(held(home / "ledger.sqlite")) == RECORDS


@pytest.mark.soak
def test_a_load_whose_log_fits_but_not_the_file_stands(tmp_path: Path) -> None:
    with disk(tmp_path / "disk", 96) as folder:
        home = folder / "home"
        filler = fill(folder, leave=60 << 20)
        assert hedgerow(home, "load").returncode == 0
        assert (home / "ledger.sqlite-wal").exists()
        assert f"{RECORDS} events" in hedgerow(home, "verify").stdout
        filler.unlink()
        assert len(held(home / "ledger.sqlite")) == RECORDS
        assert not (home / "ledger.sqlite-wal").exists()
