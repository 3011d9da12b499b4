"""One flipped bit, one torn end: each is named with its place, or changes nothing that the ledger holds."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from hedgerow.cli import main
from hedgerow.errors import InputError, LedgerDamaged
from hedgerow.graph.project import fold
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Ledger
from hedgerow.sources.curated import Curated
from hedgerow.verify import examine, rebuild
from tests.faults.common import append_records, rows

Rows = dict[str, list[tuple[object, ...]]]
EVENTS = 300


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, curated: Curated) -> Path:
    """A closed ledger of 300 real records of every kind; not to be changed."""
    folder = tmp_path_factory.mktemp("whole")
    with Ledger(folder / "ledger.sqlite", DEFAULT_BASE) as ledger:
        append_records(ledger, curated.records[:: len(curated.records) // EVENTS][:EVENTS])
    assert sorted(path.name for path in folder.iterdir()) == ["ledger.anchor", "ledger.sqlite"]
    return folder


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory, curated: Curated) -> Path:
    """The same ledger as a killed writer leaves it: the last 200 events are in the log alone; not to be changed."""
    folder = tmp_path_factory.mktemp("logged")
    path = folder / "open" / "ledger.sqlite"
    chosen = curated.records[:: len(curated.records) // EVENTS][:EVENTS]
    with Ledger(path, DEFAULT_BASE) as ledger:
        append_records(ledger, chosen[:100])
    with Ledger(path, DEFAULT_BASE) as ledger:
        append_records(ledger, chosen[100:], group=50)
        for suffix in ("sqlite", "sqlite-wal", "anchor"):
            shutil.copy(path.parent / f"ledger.{suffix}", folder)
    shutil.rmtree(path.parent)
    assert (folder / "ledger.sqlite-wal").stat().st_size > 100_000
    return folder


def copy(source: Path, folder: Path) -> Path:
    """A copy of a ledger to be spoiled."""
    shutil.rmtree(folder, ignore_errors=True)
    return Path(shutil.copytree(source, folder)) / "ledger.sqlite"


def flip(path: Path, place: int, bit: int) -> None:
    with path.open("r+b", buffering=0) as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ (1 << bit)]))


def seeded(count: int, size: int, name: str) -> Iterator[tuple[int, int]]:
    """So many places and bits, spread over a file, the same in every run."""
    chance = random.Random(f"20261124 {name}")
    for _ in range(count):
        yield chance.randrange(size), chance.randrange(8)


def verdict(path: Path, before: Rows) -> str:
    """Named, harmless, or a failure: something the ledger holds is not what it was and nothing says so."""
    try:
        with Ledger(path, DEFAULT_BASE) as ledger:
            named = [str(damage) for damage in examine(ledger)]
    except (LedgerDamaged, InputError) as error:
        named = [str(error)]
        assert str(path) in named[0]
    if named:
        assert all(len(text) > 20 for text in named), named
        return "named"
    return "harmless" if rows(path) == before else "silent"


def flips(source: Path, spoiled: str, count: int, folder: Path) -> Counter[str]:
    """Flip one bit at a time in one of the files of a ledger; counts the verdicts."""
    before = rows(copy(source, folder / "before"))
    assert len(before["event"]) == EVENTS
    found: Counter[str] = Counter()
    for place, bit in seeded(count, (source / spoiled).stat().st_size, spoiled):
        path = copy(source, folder / "spoiled")
        flip(path.with_name(spoiled), place, bit)
        outcome = verdict(path, before)
        assert outcome != "silent", (spoiled, place, bit)
        found[outcome] += 1
    print(spoiled, dict(found))
    return found


def test_five_hundred_flipped_bits_of_a_ledger_are_named_or_harmless(whole: Path, tmp_path: Path) -> None:
    found = flips(whole, "ledger.sqlite", 500, tmp_path)
    assert found["named"] > 300, found


def test_flipped_bits_of_the_log_are_named_or_harmless(logged: Path, tmp_path: Path) -> None:
    found = flips(logged, "ledger.sqlite-wal", 150, tmp_path)
    assert found["named"] > 100, found


def test_flipped_bits_of_the_anchor_are_named_or_harmless(whole: Path, tmp_path: Path) -> None:
    found = flips(whole, "ledger.anchor", 150, tmp_path)
    assert found["named"] > 140, found


def test_flipped_bits_of_the_log_under_an_open_reader_are_named_or_harmless(logged: Path, tmp_path: Path) -> None:
    # An open reader has read the log already: its pages are taken as they are, without a look at their checksums.
    before = rows(copy(logged, tmp_path / "before"))
    found: Counter[str] = Counter()
    for place, bit in seeded(100, (logged / "ledger.sqlite-wal").stat().st_size, "open reader"):
        path = copy(logged, tmp_path / "spoiled")
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM event").fetchone() == (EVENTS,)
            flip(path.with_name("ledger.sqlite-wal"), place, bit)
            outcome = verdict(path, before)
            assert outcome != "silent", (place, bit)
            found[outcome] += 1
    print("log under an open reader", dict(found))
    assert found["named"] > 60, found


@pytest.mark.parametrize("torn", ["ledger.sqlite", "ledger.sqlite-wal", "ledger.anchor"])
def test_a_file_cut_at_any_length_is_named_or_harmless(torn: str, logged: Path, tmp_path: Path) -> None:
    before = rows(copy(logged, tmp_path / "before"))
    size = (logged / torn).stat().st_size
    chance = random.Random(torn)
    lengths = {0, 1, 31, 32, 100, 511, 512, 4095, 4096, size - 1, size - 77} | {
        chance.randrange(size) for _ in range(60)
    }
    found: Counter[str] = Counter()
    for length in sorted(length for length in lengths if 0 <= length < size):
        path = copy(logged, tmp_path / "torn")
        with path.with_name(torn).open("r+b") as file:
            file.truncate(length)
        outcome = verdict(path, before)
        assert outcome != "silent", (torn, length)
        found[outcome] += 1
    print(torn, "cut", dict(found))
    assert torn == "ledger.anchor" or set(found) == {"named"}


def test_no_graph_is_ever_built_from_a_flipped_bit(whole: Path, tmp_path: Path) -> None:
    with Ledger(copy(whole, tmp_path / "before"), DEFAULT_BASE) as ledger:
        before = fold(ledger)
    found: Counter[str] = Counter()
    for place, bit in seeded(300, (whole / "ledger.sqlite").stat().st_size, "graph"):
        path = copy(whole, tmp_path / "spoiled")
        flip(path, place, bit)
        try:
            with Ledger(path, DEFAULT_BASE) as ledger:
                state = fold(ledger)
        except (LedgerDamaged, InputError):
            found["refused"] += 1
        else:
            assert state == before, (place, bit)
            found["equal"] += 1
    print("graphs of a ledger with a flipped bit", dict(found))
    assert found["refused"] > 150


def test_the_commands_say_what_is_wrong_with_a_flipped_bit(whole: Path, tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for place, bit in seeded(40, (whole / "ledger.sqlite").stat().st_size, "commands"):
        for words in (["verify"], ["backup", "BACKUP"], ["export", "EXPORT"], ["rebuild"], ["verify"]):
            path = copy(whole, tmp_path / "spoiled")
            flip(path, place, bit)
            arguments = [str(tmp_path / "spoiled" / word) if word.isupper() else word for word in words]
            result = CliRunner().invoke(main, arguments, env={"HEDGEROW_HOME": str(path.parent)})
            assert result.exception is None or isinstance(result.exception, SystemExit), (words, place, bit, result)
            assert result.exit_code in (0, 1)
            assert result.output
            found[f"{words[0]} {result.exit_code}"] += 1
    print("commands and their exit codes", dict(found))
    assert found["verify 1"] > 40


def test_a_lost_end_stays_named_and_nothing_is_written_over_it(logged: Path, tmp_path: Path, curated: Curated) -> None:
    path = copy(logged, tmp_path / "home")
    path.with_name("ledger.sqlite-wal").unlink()
    with Ledger(path, DEFAULT_BASE) as ledger:
        with pytest.raises(LedgerDamaged, match="lost acknowledged events: event 300 of the chain 'public'"):
            append_records(ledger, curated.records[-20:])
        assert [str(damage) for damage in examine(ledger)] == [
            "The chain 'public' ends at 100, but event 300 was acknowledged."
        ]
        # What is derived is not made anew from a chain that lost its end, though nothing else would tell.
        ledger.connection.execute("DELETE FROM head")
        with pytest.raises(LedgerDamaged, match="ends at 100, but event 300"):
            rebuild(ledger)
        ledger.connection.execute("INSERT INTO head SELECT tier, position, hash FROM event WHERE position = 100")
    # Whoever writes on without the anchor and puts it back is told of every end that is gone.
    anchor = path.with_name("ledger.anchor")
    kept = anchor.rename(anchor.with_suffix(".kept"))
    with Ledger(path, DEFAULT_BASE) as ledger:
        append_records(ledger, curated.records[-250:], group=50)
    kept.rename(anchor)
    with Ledger(path, DEFAULT_BASE) as ledger:
        named = [str(damage) for damage in examine(ledger)]
    assert named == [
        f"Event {n} of the chain 'public' is not the one that was acknowledged." for n in (150, 200, 250, 300)
    ]


def test_a_torn_line_of_the_anchor_harms_no_other(whole: Path, tmp_path: Path, curated: Curated) -> None:
    anchor = copy(whole, tmp_path / "home").with_name("ledger.anchor")
    line = b"public 310 " + b"a" * 64 + b" ?\n"
    # A file system may also keep the length of a file and not what was written last: NULs instead.
    torn = [line[:length] for length in range(1, len(line) + 1)]
    torn += [line[:kept] + b"\0" * (len(line) - kept) for kept in range(len(line) - 3)]
    for rest in torn:
        path = copy(whole, tmp_path / "home")
        with anchor.open("ab") as file:
            file.write(rest)
        with Ledger(path, DEFAULT_BASE) as ledger:
            end = ledger.head("public")
            append_records(ledger, curated.records[1:3])
            assert list(examine(ledger)) == []
            assert ledger.anchor is not None
            assert [a.position for a in ledger.anchor.read()][-2:] == [end.position, end.position + 2]
