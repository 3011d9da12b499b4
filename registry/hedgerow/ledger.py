"""The ledger: an append-only event log, one hash chain per tier, in one SQLite file.

An event is acknowledged once its transaction is on disk. Its hash covers its header, which holds the hash
of the event before it in the same tier and the hash of its payload; payloads lie apart, so that one can be
erased for legal reasons while the chain still verifies. Nothing here knows what a payload says.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from hedgerow.errors import Conflict, InputError, LedgerDamaged

FORMAT = "1"
GENESIS = "0" * 64
EMPTY = hashlib.sha256(b"").hexdigest()
#: How long an append waits for another writer's transaction, in seconds.
LOCK_SECONDS = 30

Action = Literal["assert", "correct", "amend", "withdraw"]

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE event (
  tier TEXT NOT NULL, position INTEGER NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL,
  record TEXT NOT NULL, version INTEGER NOT NULL, action TEXT NOT NULL, origin TEXT NOT NULL,
  recorded_at TEXT NOT NULL, valid_from TEXT NOT NULL, valid_until TEXT NOT NULL,
  ontology TEXT NOT NULL, payload_hash TEXT NOT NULL, PRIMARY KEY (tier, position)
) WITHOUT ROWID, STRICT;
CREATE TABLE payload (
  tier TEXT NOT NULL, position INTEGER NOT NULL, bytes BLOB, erased TEXT,
  PRIMARY KEY (tier, position)
) STRICT;
CREATE TABLE head (tier TEXT PRIMARY KEY, position INTEGER NOT NULL, hash TEXT NOT NULL) WITHOUT ROWID, STRICT;
CREATE TABLE latest (
  tier TEXT NOT NULL, record TEXT NOT NULL, origin TEXT NOT NULL, position INTEGER NOT NULL,
  version INTEGER NOT NULL, action TEXT NOT NULL, payload_hash TEXT NOT NULL,
  valid_from TEXT NOT NULL, valid_until TEXT NOT NULL,
  PRIMARY KEY (tier, record, origin)
) WITHOUT ROWID, STRICT;
"""


@dataclass(frozen=True)
class Draft:
    """An event to be: what is said, by whom, of which version. `valid_*` are ISO instants or ''."""

    record: str
    action: Action
    origin: str
    payload: bytes
    expected_version: int
    valid_from: str = ""
    valid_until: str = ""
    ontology: str = ""


@dataclass(frozen=True)
class Event:
    """The header of one event. `position` and `previous` belong to the tier's own chain."""

    tier: str
    position: int
    previous: str
    record: str
    version: int
    action: Action
    origin: str
    recorded_at: str
    valid_from: str
    valid_until: str
    ontology: str
    payload_hash: str

    @property
    def hash(self) -> str:
        """SHA-256 of the header as compact JSON with sorted keys."""
        header = json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(header.encode()).hexdigest()


@dataclass(frozen=True)
class Head:
    """The end of a tier's chain."""

    position: int
    hash: str


@dataclass(frozen=True)
class Latest:
    """The last event of one origin about one record."""

    origin: str
    position: int
    version: int
    action: Action
    payload_hash: str
    valid_from: str
    valid_until: str


def utc_now() -> datetime:
    """The clock in use; tests pass their own."""
    return datetime.now(UTC)


class Ledger:
    """One ledger file. Any number of processes may append; SQLite puts the appends in one order."""

    def __init__(self, path: Path, base: str, clock: Callable[[], datetime] = utc_now) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._clock = clock
        self._db = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._prepare(base)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise LedgerDamaged(
                f"{path} cannot be opened: {error}.", "Restore it from a backup, or move it away and load again."
            ) from None
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Ledger:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _prepare(self, base: str) -> None:
        with self._transaction():
            if not self._db.execute("SELECT 1 FROM sqlite_master WHERE name='meta'").fetchone():
                for statement in _SCHEMA.split(";\n"):
                    if statement.strip():
                        self._db.execute(statement)
                self._db.executemany("INSERT INTO meta VALUES (?, ?)", [("format", FORMAT), ("base", base)])
        meta = dict(self._db.execute("SELECT key, value FROM meta").fetchall())
        if meta.get("format") != FORMAT:
            raise InputError(
                f"{self.path} has the format {meta.get('format')}; this program reads {FORMAT}.",
                "Use the program version that wrote it, or upgrade.",
            )
        if meta["base"] != base:
            raise InputError(
                f"{self.path} names its records under {meta['base']}, but HEDGEROW_BASE is {base}.",
                "Set HEDGEROW_BASE to the first, or use another HEDGEROW_HOME.",
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def head(self, tier: str) -> Head:
        """The end of a tier's chain; position 0 when it is empty."""
        row = self._db.execute("SELECT position, hash FROM head WHERE tier=?", (tier,)).fetchone()
        return Head(*row) if row else Head(0, GENESIS)

    def latest(self, tier: str) -> dict[str, list[Latest]]:
        """By record: the last event of each origin, the newest first."""
        rows = self._db.execute(
            "SELECT record, origin, position, version, action, payload_hash, valid_from, valid_until "
            "FROM latest WHERE tier=? ORDER BY record, position DESC",
            (tier,),
        )
        states: dict[str, list[Latest]] = {}
        for record, *rest in rows:
            states.setdefault(record, []).append(Latest(*rest))
        return states

    def append(self, tier: str, drafts: Sequence[Draft], expected_head: Head | None = None) -> list[Event]:
        """Append all drafts or none, in one transaction; they are on disk when this returns.

        Raises Conflict when a record's version, or the chain's head if one is given, is not the expected.
        """
        if not drafts:
            return []
        now = self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        events: list[Event] = []
        with self._transaction():
            head = self.head(tier)
            if expected_head is not None and head != expected_head:
                raise Conflict(
                    f"The chain '{tier}' has grown to position {head.position} meanwhile.", "Read it again and retry."
                )
            for draft in drafts:
                event = self._next(tier, head, draft, now)
                self._insert(event, draft.payload)
                head = Head(event.position, event.hash)
                events.append(event)
            self._db.execute("INSERT OR REPLACE INTO head VALUES (?, ?, ?)", (tier, head.position, head.hash))
        return events

    def _next(self, tier: str, head: Head, draft: Draft, now: str) -> Event:
        row = self._db.execute(
            "SELECT max(version) FROM latest WHERE tier=? AND record=?", (tier, draft.record)
        ).fetchone()
        version = row[0] or 0
        if version != draft.expected_version:
            raise Conflict(
                f"{draft.record} is at version {version}, not {draft.expected_version}.", "Read it again and retry."
            )
        return Event(
            tier=tier,
            position=head.position + 1,
            previous=head.hash,
            record=draft.record,
            version=version + 1,
            action=draft.action,
            origin=draft.origin,
            recorded_at=now,
            valid_from=draft.valid_from,
            valid_until=draft.valid_until,
            ontology=draft.ontology,
            payload_hash=hashlib.sha256(draft.payload).hexdigest(),
        )

    def _insert(self, event: Event, payload: bytes) -> None:
        self._db.execute(
            "INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                event.tier, event.position, event.previous, event.hash, event.record, event.version, event.action,
                event.origin, event.recorded_at, event.valid_from, event.valid_until, event.ontology,
                event.payload_hash,
            ),
        )  # fmt: skip
        self._db.execute("INSERT INTO payload VALUES (?,?,?,NULL)", (event.tier, event.position, payload))
        self._db.execute(
            "INSERT OR REPLACE INTO latest VALUES (?,?,?,?,?,?,?,?,?)",
            (
                event.tier, event.record, event.origin, event.position, event.version, event.action,
                event.payload_hash, event.valid_from, event.valid_until,
            ),
        )  # fmt: skip

    def events(self, tier: str, after: int = 0) -> Iterator[tuple[Event, bytes | None]]:
        """The events of a tier in order, each with its payload (None once erased)."""
        rows = self._db.execute(
            "SELECT e.tier, e.position, previous, record, version, action, origin, recorded_at, valid_from, "
            "valid_until, ontology, payload_hash, bytes FROM event e "
            "LEFT JOIN payload p ON p.tier = e.tier AND p.position = e.position "
            "WHERE e.tier=? AND e.position>? ORDER BY e.position",
            (tier, after),
        )
        for *header, payload in rows:
            yield Event(*header), payload

    def data_version(self) -> int:
        """A number that changes when another connection commits; cheap to poll."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0])

    def verify(self, tier: str) -> Head:
        """Walk the whole chain; raises LedgerDamaged naming the first position that does not fit."""
        head = Head(0, GENESIS)
        stored = dict(self._db.execute("SELECT position, hash FROM event WHERE tier=?", (tier,)).fetchall())
        erased = {
            row[0]
            for row in self._db.execute("SELECT position FROM payload WHERE tier=? AND erased IS NOT NULL", (tier,))
        }
        for event, payload in self.events(tier):
            place = f"Event {event.position} of the chain '{tier}' ({event.record})"
            if event.position != head.position + 1 or event.previous != head.hash:
                raise LedgerDamaged(f"{place} does not follow event {head.position}.", "Restore from a backup.")
            if event.hash != stored[event.position]:
                raise LedgerDamaged(f"The header of {place} does not match its hash.", "Restore from a backup.")
            whole = payload is not None and hashlib.sha256(payload).hexdigest() == event.payload_hash
            if not whole and event.position not in erased:
                raise LedgerDamaged(f"The payload of {place} does not match its hash.", "Restore from a backup.")
            head = Head(event.position, event.hash)
        if head != self.head(tier):
            raise LedgerDamaged(
                f"The chain '{tier}' ends at {head.position}, its head says {self.head(tier).position}.",
                "Restore from a backup.",
            )
        return head
