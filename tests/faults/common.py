"""What the fault tests share: small real ledgers, what a ledger holds byte for byte, a disk of one's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Draft, Ledger
from hedgerow.record import Record
from hedgerow.verify import examine

#: Every row of every table, in one order.
_TABLES = {
    "meta": "SELECT * FROM meta ORDER BY key",
    "event": "SELECT * FROM event ORDER BY tier, position",
    "payload": "SELECT * FROM payload ORDER BY tier, position",
    "head": "SELECT * FROM head ORDER BY tier",
    "latest": "SELECT * FROM latest ORDER BY tier, record, origin",
}

#: Opens a ledger and appends groups of small events for ever, or so many; tells each group once it is acknowledged.
#: Arguments: the ledger, a word for the names, events in a group, groups (0: for ever), size of a payload.
WRITER = """
import json, sys, itertools
from pathlib import Path
from hedgerow.ledger import Draft, Ledger
from hedgerow.errors import HedgerowError
path, word, size, groups, weight = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:6])
base = "https://w3id.org/hedgerow/registry"
try:
    with Ledger(path, base) as ledger:
        print("ready", flush=True)
        for group in itertools.count():
            if groups and group == groups:
                break
            drafts = [Draft(f"{base}/id/item/{word}-{group}-{n}", "assert", "curated", b"x" * weight, 0)
                      for n in range(size)]
            events = ledger.append("public", drafts)
            print(json.dumps([[e.position, e.hash] for e in events]), flush=True)
except HedgerowError as error:
    print(f"{type(error).__name__}: {error}", file=sys.stderr)
    sys.exit(3)
"""


def writer(path: Path, word: str, size: int, groups: int, weight: int = 200) -> list[str]:
    """The command that runs WRITER."""
    return [sys.executable, "-c", WRITER, str(path), word, str(size), str(groups), str(weight)]


def need(tool: str, package: str) -> str:
    """The path of a tool, or a failure that says how to get it: a fault test never passes by not running."""
    found = shutil.which(tool, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if not found:
        pytest.fail(f"This test drives {tool}: apt-get install {package} (or sh tests/components.sh as root)")
    return found


def append_records(ledger: Ledger, records: Sequence[Record], group: int = 10, tier: str = "public") -> None:
    """Append real records in small groups."""
    for start in range(0, len(records), group):
        batch = records[start : start + group]
        ledger.append(tier, [Draft(r.iri, "assert", "curated", r.canonical, 0) for r in batch])


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that a ledger holds: chains, payloads, heads, states."""
    with Ledger(path, DEFAULT_BASE) as ledger:
        return {name: ledger.connection.execute(query).fetchall() for name, query in _TABLES.items()}


def held(path: Path, tier: str = "public") -> dict[int, str]:
    """Position and hash of every event of a chain in which nothing is wrong and no record is doubled."""
    with Ledger(path, DEFAULT_BASE) as ledger:
        damages = [str(damage) for damage in examine(ledger)]
        assert damages == [], damages
        found = {event.position: event.hash for event, _ in ledger.events(tier)}
        assert len(ledger.latest(tier)) == len(found)
        return found


def files(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, byte for byte."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def mount(image: Path, folder: Path) -> None:
    """Mount an image of a disk."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run([need("mount", "mount"), "-o", "loop", image, folder], capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"Root, loop devices and mounts are needed here: {done.stderr.strip()}")


def unmount(folder: Path) -> None:
    """Let go of a disk."""
    subprocess.run([need("umount", "mount"), folder], check=True, capture_output=True)


@contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A file system of one's own: ext4 on a loop device. The image lies beside the place it is mounted at."""
    image = folder.with_suffix(".image")
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    subprocess.run([need("mkfs.ext4", "e2fsprogs"), "-q", "-F", "-m", "0", image], check=True)
    mount(image, folder)
    try:
        yield folder
    finally:
        unmount(folder)
        image.unlink()
