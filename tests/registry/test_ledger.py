from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hedgerow.errors import Conflict, InputError, LedgerDamaged
from hedgerow.ledger import GENESIS, Draft, Head, Ledger
from hedgerow.verify import verify

BASE = "https://example.org/r"


def draft(name: str, version: int = 0, payload: bytes = b"x") -> Draft:
    return Draft(f"{BASE}/id/item/{name}", "assert" if not version else "correct", "curated", payload, version)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite", BASE, clock=lambda: datetime(2026, 11, 24, tzinfo=UTC))


def test_an_append_continues_the_chain_of_its_tier_only(ledger: Ledger) -> None:
    ledger.append("public", [draft("a"), draft("b")])
    ledger.append("demo", [draft("a")])
    third = ledger.append("public", [draft("a", 1)])[0]
    assert (third.position, third.version) == (3, 2)
    assert ledger.head("public") == Head(3, third.hash)
    assert ledger.head("demo").position == 1
    demo = next(iter(ledger.events("demo")))[0]
    assert demo.previous == GENESIS
    assert verify(ledger, "public") == ledger.head("public")


def test_a_stale_version_or_head_is_a_conflict_and_nothing_is_written(ledger: Ledger) -> None:
    head = ledger.head("public")
    ledger.append("public", [draft("a")])
    with pytest.raises(Conflict, match="version 1, not 0"):
        ledger.append("public", [draft("b"), draft("a")])
    with pytest.raises(Conflict, match="grown"):
        ledger.append("public", [draft("c")], expected_head=head)
    assert ledger.head("public").position == 1
    assert len(list(ledger.events("public"))) == 1


def test_a_changed_byte_anywhere_is_found_and_named(ledger: Ledger) -> None:
    ledger.append("public", [draft(name, payload=name.encode() * 40) for name in "abcde"])
    spoil = [
        ("UPDATE event SET origin='x' WHERE position=3", "Event 3"),
        ("UPDATE event SET hash=replace(hash, substr(hash,1,1), 'z') WHERE position=2", "Event 2|Event 3"),
        ("UPDATE payload SET bytes=CAST('nope' AS BLOB) WHERE position=4", "Event 4"),
        ("DELETE FROM event WHERE position=5", "ends at 4"),
        ("DELETE FROM payload WHERE position=1", "Event 1"),
    ]
    for statement, says in spoil:
        copy = ledger.path.with_name("copy.sqlite")
        copy.unlink(missing_ok=True)
        with sqlite3.connect(copy) as target, sqlite3.connect(ledger.path) as source:
            source.backup(target)
            target.execute(statement)
            target.commit()
        target.close()
        source.close()
        with Ledger(copy, BASE) as spoiled, pytest.raises(LedgerDamaged, match=says):
            verify(spoiled, "public")


def test_an_erased_payload_leaves_the_chain_whole(ledger: Ledger) -> None:
    ledger.append("public", [draft("a"), draft("b")])
    with sqlite3.connect(ledger.path) as db:
        db.execute('UPDATE payload SET bytes=NULL, erased=\'{"reason":"court order"}\' WHERE position=1')
    db.close()
    assert verify(ledger, "public").position == 2


def test_another_base_is_refused(ledger: Ledger) -> None:
    ledger.append("public", [draft("a")])
    with pytest.raises(InputError, match="HEDGEROW_BASE"):
        Ledger(ledger.path, "https://other.example/r")


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"this is not a database, " * 100)
    with pytest.raises(LedgerDamaged, match="cannot be opened"):
        Ledger(path, BASE)


def _append_many(path: str, name: str) -> None:
    with Ledger(Path(path), BASE) as ledger:
        for number in range(40):
            ledger.append("public", [draft(f"{name}-{number}")])


def test_several_processes_append_and_none_loses(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append_many, args=(str(path), name)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with Ledger(path, BASE) as ledger:
        assert verify(ledger, "public").position == 160
        assert len(ledger.latest("public")) == 160
