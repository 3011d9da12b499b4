"""A restore proves itself: whatever was changed in a backup is refused, and the home stays as it was."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from hedgerow.backup import LEDGER, MANIFEST, backup, restore
from hedgerow.errors import InputError, LedgerDamaged
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Draft, Ledger
from hedgerow.sources.curated import Curated
from hedgerow.verify import examine
from tests.faults.common import append_records, files, held, rows


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory: pytest.TempPathFactory, curated: Curated) -> Path:
    """A backup of 60 real events in two chains, and the home it was taken of; not to be changed."""
    folder = tmp_path_factory.mktemp("backed-up")
    with Ledger(folder / "home" / "ledger.sqlite", DEFAULT_BASE) as ledger:
        append_records(ledger, curated.records[::100][:50])
        append_records(ledger, curated.records[::100][50:60], tier="demo")
        backup(ledger, DEFAULT_BASE, folder / "backup")
    assert sorted(path.name for path in (folder / "backup").iterdir()) == [LEDGER, MANIFEST]
    return folder


def lost_home(folder: Path) -> Path:
    """A home whose ledger was lost: an anchor and the folder of running processes are left."""
    (folder / "run").mkdir(parents=True)
    (folder / "run" / "public.lock").touch()
    (folder / "ledger.anchor").write_bytes(b"public 90 " + b"a" * 64 + b" .\n")
    return folder / "ledger.sqlite"


def refusal(backup_folder: Path, target: Path) -> str:
    before = files(target.parent)
    with pytest.raises((InputError, LedgerDamaged)) as caught:
        restore(backup_folder, target, DEFAULT_BASE)
    assert caught.value.remedy
    assert files(target.parent) == before
    assert sorted(path.name for path in target.parent.iterdir()) == ["ledger.anchor", "run"]
    return type(caught.value).__name__


def test_a_restore_brings_every_byte_back_and_the_next_event_follows(backed_up: Path, tmp_path: Path) -> None:
    target = lost_home(tmp_path / "home")
    heads = restore(backed_up / "backup", target, DEFAULT_BASE)
    assert {tier: head.position for tier, head in heads.items()} == {"public": 50, "demo": 10}
    assert rows(target) == rows(backed_up / "home" / "ledger.sqlite")
    assert sorted(path.name for path in target.parent.iterdir()) == ["ledger.anchor", "ledger.sqlite", "run"]
    with Ledger(target, DEFAULT_BASE) as ledger:
        assert list(examine(ledger)) == []
        ledger.append("public", [Draft(f"{DEFAULT_BASE}/id/item/next", "assert", "curated", b"x", 0)])
    assert len(held(target)) == 51
    # The anchor of the restored ledger remembers the backup's ends: a loss of its end is seen.
    shutil.copy(backed_up / "backup" / LEDGER, target)
    with Ledger(target, DEFAULT_BASE) as ledger:
        assert "event 51 was acknowledged" in " ".join(str(damage) for damage in examine(ledger))


def test_every_changed_byte_of_the_manifest_is_refused(backed_up: Path, tmp_path: Path) -> None:
    target = lost_home(tmp_path / "home")
    spoiled = Path(shutil.copytree(backed_up / "backup", tmp_path / "backup"))
    content = (spoiled / MANIFEST).read_bytes()
    chance = random.Random(20261124)
    found: Counter[str] = Counter()
    for place, byte in enumerate(content):
        other = chance.choice([n for n in range(256) if n != byte])
        for changed in {other, byte ^ 1, byte ^ 32, 32 if byte != 32 else 9} - {byte}:
            (spoiled / MANIFEST).write_bytes(content[:place] + bytes([changed]) + content[place + 1 :])
            found[refusal(spoiled, target)] += 1
    for length in range(len(content)):
        (spoiled / MANIFEST).write_bytes(content[:length])
        found[refusal(spoiled, target)] += 1
    (spoiled / MANIFEST).write_bytes(content + b"\n")
    refusal(spoiled, target)
    print(len(content), "bytes of the manifest:", dict(found))
    (spoiled / MANIFEST).write_bytes(content)
    restore(spoiled, target, DEFAULT_BASE)


def test_changed_bytes_of_the_ledger_of_a_backup_are_refused(backed_up: Path, tmp_path: Path) -> None:
    target = lost_home(tmp_path / "home")
    spoiled = Path(shutil.copytree(backed_up / "backup", tmp_path / "backup"))
    content = (spoiled / LEDGER).read_bytes()
    chance = random.Random(20261124)
    for _ in range(200):
        place = chance.randrange(len(content))
        changed = content[place] ^ (1 << chance.randrange(8))
        (spoiled / LEDGER).write_bytes(content[:place] + bytes([changed]) + content[place + 1 :])
        assert refusal(spoiled, target) == "LedgerDamaged"
    for length in (0, 1, 4096, len(content) - 1):
        (spoiled / LEDGER).write_bytes(content[:length])
        assert refusal(spoiled, target) == "LedgerDamaged"
    (spoiled / LEDGER).unlink()
    assert refusal(spoiled, target) == "LedgerDamaged"


def test_a_backup_whose_chain_was_rewritten_with_its_manifest_is_refused(backed_up: Path, tmp_path: Path) -> None:
    target = lost_home(tmp_path / "home")
    spoiled = Path(shutil.copytree(backed_up / "backup", tmp_path / "backup"))
    db = sqlite3.connect(spoiled / LEDGER)
    db.execute("UPDATE payload SET bytes=CAST('forged' AS BLOB) WHERE tier='public' AND position=7")
    db.commit()
    db.close()
    manifest = json.loads((spoiled / MANIFEST).read_bytes())
    manifest["sha256"] = hashlib.sha256((spoiled / LEDGER).read_bytes()).hexdigest()
    (spoiled / MANIFEST).write_text(json.dumps(manifest, indent=1))
    assert refusal(spoiled, target) == "LedgerDamaged"


def test_a_home_that_holds_a_ledger_or_its_log_is_left_alone(backed_up: Path, tmp_path: Path) -> None:
    for left in ("ledger.sqlite", "ledger.sqlite-wal"):
        home = tmp_path / left / "home"
        home.mkdir(parents=True)
        (home / left).write_bytes(b"something")
        with pytest.raises(InputError, match=rf"There is a ledger at .*{left} already"):
            restore(backed_up / "backup", home / "ledger.sqlite", DEFAULT_BASE)
        assert files(home) == {left: b"something"}


def test_a_damaged_ledger_is_not_backed_up(backed_up: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(backed_up / "home", tmp_path / "home"))
    db = sqlite3.connect(home / "ledger.sqlite")
    db.execute("UPDATE event SET origin='other' WHERE tier='demo' AND position=3")
    db.commit()
    db.close()
    with Ledger(home / "ledger.sqlite", DEFAULT_BASE) as ledger:
        with pytest.raises(LedgerDamaged, match="Event 3 of the chain 'demo'"):
            backup(ledger, DEFAULT_BASE, tmp_path / "backup")
        assert list((tmp_path / "backup").iterdir()) == []


def test_a_folder_in_use_is_no_place_for_a_backup(backed_up: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    path = backed_up / "home" / "ledger.sqlite"
    with Ledger(path, DEFAULT_BASE) as ledger, pytest.raises(InputError, match="not empty"):
        backup(ledger, DEFAULT_BASE, tmp_path)
    assert files(tmp_path) == {"mine": b"keep"}
