"""The ledger: an append-only event log, one hash chain per tier, in one SQLite file.

An event is acknowledged once its transaction is on disk. Its hash covers its header, which holds the hash
of the event before it in the same tier and the hash of its payload; payloads lie apart, so that one can be
erased for legal reasons while the chain still verifies. Nothing here knows what a payload says.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal

from hedgerow.anchor import Anchor
from hedgerow.errors import Conflict, HedgerowError, InputError, LedgerDamaged, NotWritten, Unavailable

FORMAT = "1"
GENESIS = "0" * 64
#: What to do about damage.
REPAIR = "Restore from a backup; 'hedgerow verify' lists all that is wrong."
EMPTY = hashlib.sha256(b"").hexdigest()
#: How long an append waits for another writer's transaction, in seconds.
LOCK_SECONDS = 30
#: Beyond every position.
_LAST = (1 << 63) - 1
#: The answers of SQLite that speak of the system around the file; every other speaks of the file itself.
_SYSTEM = {
    getattr(sqlite3, f"SQLITE_{name}")
    for name in ["BUSY", "CANTOPEN", "FULL", "IOERR", "LOCKED", "NOMEM", "PERM", "PROTOCOL", "READONLY"]
}

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

    @cached_property
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
        self._anchor = None if str(path) == ":memory:" else Anchor(path.with_suffix(".anchor"))
        self._sound: set[str] = set()
        with self._reading():
            self._db = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)
        try:
            with self._reading():
                self._write_ahead()
                self._db.execute("PRAGMA synchronous=FULL")
                self._prepare(base)
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

    def _write_ahead(self) -> None:
        # Of two who open a new file at once SQLite refuses one without waiting for its lock: each holds what
        # the other needs. So we wait ourselves.
        until = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
            time.sleep(0.01)

    def _prepare(self, base: str) -> None:
        any_table = "SELECT 1 FROM sqlite_master"
        # Only a new file takes the writers' lock: a full disk or a long append keeps nobody from reading.
        if not self._db.execute(any_table).fetchone():
            with self.transaction():
                if not self._db.execute(any_table).fetchone():
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
        if meta.get("base") != base:
            raise InputError(
                f"{self.path} names its records under {meta.get('base')}, but HEDGEROW_BASE is {base}.",
                "Set HEDGEROW_BASE to the first, or use another HEDGEROW_HOME.",
            )

    @property
    def connection(self) -> sqlite3.Connection:
        """The open file, for those who examine or mend it."""
        return self._db

    @property
    def anchor(self) -> Anchor | None:
        """What is remembered outside the file; None for a ledger in memory."""
        return self._anchor

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within stands, or none of it. Raises NotWritten when the disk refuses."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            # Where SQLite gave the transaction up itself, there is none to roll back.
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error | OSError):
                raise self._refused(error, NotWritten) from error
            raise

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """Says what SQLite says in our errors: Unavailable when the system refused, LedgerDamaged else."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._refused(error, Unavailable) from error

    def _refused(self, error: sqlite3.Error | OSError, kind: type[NotWritten | Unavailable]) -> HedgerowError:
        if isinstance(error, OSError):
            return kind(f"{error.filename or self.path}: {error.strerror}.", "Free space or mend the disk; try again.")
        # What Python itself refuses to read, as text that is not UTF-8, has no code of SQLite's.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return kind(f"{self.path}: {error}.", "Wait for the other writer; then try again.")
        if code in _SYSTEM:
            return kind(f"{self.path}: {error}.", "Free space, or mend the disk or its rights; then try again.")
        return LedgerDamaged(
            f"{self.path} cannot be opened or read: {error}.",
            "Run 'hedgerow verify'; if it finds the ledger damaged, too, move it away and restore a backup.",
        )

    def head(self, tier: str) -> Head:
        """The end of a tier's chain; position 0 when it is empty."""
        with self._reading():
            row = self._db.execute("SELECT position, hash FROM head WHERE tier=?", (tier,)).fetchone()
        return Head(*row) if row else Head(0, GENESIS)

    def end(self, tier: str, position: int) -> Head | None:
        """The end a tier's chain had at a position; None when it has none there."""
        with self._reading():
            row = self._db.execute("SELECT hash FROM event WHERE tier=? AND position=?", (tier, position)).fetchone()
        return Head(position, row[0]) if row else None

    def recorded_at(self, tier: str, position: int) -> str:
        """When the event at a position was recorded; '' when there is none."""
        with self._reading():
            query = "SELECT recorded_at FROM event WHERE tier=? AND position=?"
            row = self._db.execute(query, (tier, position)).fetchone()
        return str(row[0]) if row else ""

    def last_before(self, tier: str, instant: str) -> int:
        """The position of the last event recorded before an instant, as `recorded_at` is written; 0 for none."""
        with self._reading():
            query = "SELECT max(position) FROM event WHERE tier=? AND recorded_at<?"
            row = self._db.execute(query, (tier, instant)).fetchone()
        return int(row[0] or 0)

    def days(self, tier: str, most: int) -> list[tuple[str, int]]:
        """The last days on which something was recorded, the newest first, each with its last position."""
        with self._reading():
            rows = self._db.execute(
                "SELECT substr(recorded_at, 1, 10) AS day, max(position) FROM event WHERE tier=? "
                "GROUP BY day ORDER BY day DESC LIMIT ?",
                (tier, most),
            ).fetchall()
        return [(str(day), int(position)) for day, position in rows]

    def latest(self, tier: str) -> dict[str, list[Latest]]:
        """By record: the last event of each origin, the newest first."""
        states: dict[str, list[Latest]] = {}
        with self._reading():
            rows = self._db.execute(
                "SELECT record, origin, position, version, action, payload_hash, valid_from, valid_until "
                "FROM latest WHERE tier=? ORDER BY record, position DESC",
                (tier,),
            )
            for record, *rest in rows:
                states.setdefault(record, []).append(Latest(*rest))
        return states

    def append(self, tier: str, drafts: Sequence[Draft], expected_head: Head | None = None) -> list[Event]:
        """Append all drafts or none, in one transaction; they are on disk when this returns.

        Raises Conflict when a record's version, or the chain's head if one is given, is not the expected;
        NotWritten when the system refuses; LedgerDamaged when the chain lost what was acknowledged.
        """
        if not drafts:
            return []
        now = self._clock().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        events: list[Event] = []
        with self.transaction():
            self._insist_on_acknowledged(tier)
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
            line = self._anchor.open_line(tier, head.position, head.hash) if self._anchor else 0
        self._acknowledge(line, head)
        return events

    def _insist_on_acknowledged(self, tier: str) -> None:
        """Refuse to write onto a chain that lost its end. Looked at once: a file is cut while nobody has it open."""
        if self._anchor is None or tier in self._sound:
            return
        ends = [end for end in self._anchor.read() if end.tier == tier]
        if ends:
            last = max(ends, key=lambda end: end.position)
            query = "SELECT hash FROM event WHERE tier=? AND position=?"
            if self._db.execute(query, (tier, last.position)).fetchone() != (last.hash,):
                raise LedgerDamaged(
                    f"{self.path} lost acknowledged events: event {last.position} of the chain '{tier}' is not there.",
                    f"Move it away and restore a backup; or move {self._anchor.path} away to go on without them.",
                )
        self._sound.add(tier)

    def _acknowledge(self, line: int, head: Head) -> None:
        if self._anchor is None:
            return
        try:
            self._anchor.close_line(line)
        except OSError as error:
            # Neither a success nor 'nothing was written': the truth is told.
            raise HedgerowError(
                f"The events up to {head.position} are in {self.path}, but {self._anchor.path} could not be synced: "
                f"{error.strerror}.",
                "Mend the disk, run 'hedgerow verify', and try again: what is there is not written twice.",
            ) from error

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

    def events(
        self, tier: str, after: int = 0, until: int | None = None, *, record: str = "", proven: bool = True
    ) -> Iterator[tuple[Event, bytes | None]]:
        """The events of a tier in order, each with its payload (None once erased): all, or those of one record.

        Raises LedgerDamaged at the first that does not match its hash or does not follow: nothing is ever answered
        from a damaged event. Who looks for damage takes them as they are, not `proven`.
        """
        end: Head | None = Head(0, GENESIS) if not after else None
        with self._reading():
            rows = self._db.execute(
                "SELECT e.tier, e.position, previous, record, version, action, origin, recorded_at, valid_from, "
                "valid_until, ontology, payload_hash, bytes, erased, hash FROM event e "
                "LEFT JOIN payload p ON p.tier = e.tier AND p.position = e.position "
                "WHERE e.tier=? AND e.position>? AND e.position<=? AND ? IN ('', record) ORDER BY e.position",
                (tier, after, _LAST if until is None else until, record),
            )
            for *header, payload, erased, stored in rows:
                event = Event(*header)
                end = None if record else end  # those of one record do not follow one another
                if proven and not _follows(event, payload, erased is not None, stored, end):
                    raise LedgerDamaged(
                        f"Event {event.position} of the chain '{tier}' in {self.path} is not what was written.",
                        REPAIR,
                    )
                end = Head(event.position, stored)
                yield event, payload

    def data_version(self) -> int:
        """A number that changes when another connection commits; cheap to poll."""
        with self._reading():
            row = self._db.execute("PRAGMA data_version").fetchone()
        return int(row[0])

    def tiers(self) -> list[str]:
        """The chains of this ledger."""
        with self._reading():
            rows = self._db.execute("SELECT DISTINCT tier FROM event UNION SELECT tier FROM head ORDER BY 1").fetchall()
        return [row[0] for row in rows]

    def settle(self) -> None:
        """Fold the log into the file, so that the file alone is the ledger until the next append."""
        with self._reading():
            self._db.execute("PRAGMA journal_mode=DELETE")

    def copy_to(self, path: Path) -> None:
        """Write a whole and consistent copy into a new file, while others may append. Raises NotWritten."""
        try:
            with contextlib.closing(sqlite3.connect(path)) as copy:
                self._db.backup(copy)
                copy.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            raise self._refused(error, NotWritten) from error


def _follows(event: Event, payload: bytes | None, erased: bool, stored: str, end: Head | None) -> bool:
    """Whether an event matches its hash and its payload, and stands behind the one before."""
    try:
        whole = erased or (payload is not None and hashlib.sha256(payload).hexdigest() == event.payload_hash)
        return whole and event.hash == stored and end in (None, Head(event.position - 1, event.previous))
    except (TypeError, ValueError):
        return False  # A flipped bit can make a text a blob.
