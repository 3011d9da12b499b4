"""Whether a ledger is whole: its file, its chains, what is derived from them, and how far it was acknowledged.

Each damage is named with its place, and one does not hide the next. What is derived (heads, states of records) can
be made anew from the events; an event itself can only come back from a backup.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from hedgerow.anchor import Anchored
from hedgerow.errors import HedgerowError, LedgerDamaged
from hedgerow.ledger import GENESIS, REPAIR, Event, Head, Ledger

_STATES = (
    "SELECT record, origin, position, version, action, payload_hash, valid_from, valid_until FROM latest WHERE tier=?"
)


@dataclass(frozen=True)
class Damage:
    """Something that does not fit: where, and what. `derived` when the events can make it anew."""

    place: str
    what: str
    derived: bool = False

    def __str__(self) -> str:
        return f"{self.place} {self.what}."


def verify(ledger: Ledger, tier: str) -> Head:
    """Walk a whole chain; raises LedgerDamaged naming the first place that does not fit."""
    for damage in examine(ledger, [tier]):
        raise LedgerDamaged(str(damage), REPAIR)
    return ledger.head(tier)


def examine(ledger: Ledger, tiers: Sequence[str] | None = None) -> Iterator[Damage]:
    """All that is wrong with a ledger; nothing when it is whole. `tiers`: only these chains."""
    yield from _guarded("The file", lambda: _file(ledger))
    anchored = ledger.anchor.read() if ledger.anchor else []
    if tiers is None:
        try:
            tiers = sorted({*ledger.tiers(), *(end.tier for end in anchored)})
        except HedgerowError as error:
            yield Damage("The list of chains", f"cannot be read: {error.__cause__ or error.detail}")
            return
    for tier in tiers:
        yield from _guarded(f"The chain '{tier}'", partial(_chain, ledger, tier))
        yield from _guarded(f"The states of '{tier}'", partial(_derived, ledger, tier))
        yield from _guarded("The anchor", partial(_anchor, ledger, tier, anchored))
    if ledger.anchor and ledger.anchor.garbled():
        yield Damage("The anchor", "holds lines that say nothing")


def rebuild(ledger: Ledger) -> int:
    """Make what is derived from the events anew; returns the number of rows made.

    Raises LedgerDamaged when a chain itself does not fit or lost its end: only a backup mends that.
    """
    made = 0
    anchored = ledger.anchor.read() if ledger.anchor else []
    with ledger.transaction():
        for tier in ledger.tiers():
            chain = _guarded(f"The chain '{tier}'", partial(_chain, ledger, tier))
            for damage in (*chain, *_anchor(ledger, tier, anchored)):
                if not damage.derived:
                    raise LedgerDamaged(str(damage), REPAIR)
            rows = list(_states(ledger, tier))
            ledger.connection.execute("DELETE FROM latest WHERE tier=?", (tier,))
            ledger.connection.executemany("INSERT INTO latest VALUES (?,?,?,?,?,?,?,?,?)", rows)
            ends = [(tier, event.position, event.hash) for event, _ in ledger.events(tier, proven=False)][-1:]
            ledger.connection.execute("DELETE FROM head WHERE tier=?", (tier,))
            ledger.connection.executemany("INSERT INTO head VALUES (?,?,?)", ends)
            made += len(rows) + len(ends)
    return made


def _guarded(place: str, look: Callable[[], Iterator[Damage]]) -> Iterator[Damage]:
    """What a look finds; where it cannot go on, that is a damage, too."""
    try:
        yield from look()
    except (HedgerowError, sqlite3.Error, LookupError, TypeError, ValueError) as error:
        yield Damage(place, f"cannot be read to its end: {error.__cause__ or error}")


def _file(ledger: Ledger) -> Iterator[Damage]:
    for (finding,) in ledger.connection.execute("PRAGMA integrity_check"):
        if finding != "ok":
            yield Damage("The file", str(finding).replace("\n", "; "))


def _chain(ledger: Ledger, tier: str) -> Iterator[Damage]:
    """Headers, links and payloads of one chain, and whether its head says where it ends."""
    db = ledger.connection
    stored = dict(db.execute("SELECT position, hash FROM event WHERE tier=?", (tier,)).fetchall())
    erased = {row[0] for row in db.execute("SELECT position FROM payload WHERE tier=? AND erased IS NOT NULL", (tier,))}
    end = Head(0, GENESIS)
    for event, payload in ledger.events(tier, proven=False):
        place = f"Event {event.position} of the chain '{tier}' ({event.record})"
        if event.position != end.position + 1:
            yield Damage(f"The chain '{tier}'", f"lacks what stands between {end.position} and {event.position}")
        elif event.previous != end.hash:
            yield Damage(place, f"does not follow event {end.position}")
        if event.hash != stored[event.position]:
            yield Damage(place, "has a header that does not match its hash")
        whole = payload is not None and hashlib.sha256(payload).hexdigest() == event.payload_hash
        if not whole and event.position not in erased:
            yield Damage(place, "has a payload that does not match its hash")
        end = Head(event.position, stored[event.position])
    if end != ledger.head(tier):
        head = ledger.head(tier)
        what = f"ends at {end.position}, its head says {head.position}"
        yield Damage(f"The chain '{tier}'", what, derived=end.position == head.position or head.position == 0)
    strays = db.execute(
        "SELECT position FROM payload p WHERE tier=? AND NOT EXISTS "
        "(SELECT 1 FROM event e WHERE e.tier = p.tier AND e.position = p.position)",
        (tier,),
    )
    for (position,) in strays:
        yield Damage(f"The payload {position} of the chain '{tier}'", "belongs to no event")


def _derived(ledger: Ledger, tier: str) -> Iterator[Damage]:
    """The states of records that are not what the events give."""
    held = {(row[0], row[1]): tuple(row[2:]) for row in ledger.connection.execute(_STATES, (tier,))}
    wanted = {(str(row[1]), str(row[2])): row[3:] for row in _states(ledger, tier)}
    for key in sorted(key for key in held.keys() | wanted.keys() if held.get(key) != wanted.get(key)):
        yield Damage(f"The state of {key[0]} by {key[1]}", "is not what the events give", derived=True)


def _states(ledger: Ledger, tier: str) -> Iterator[tuple[object, ...]]:
    """The rows of `latest` as the events give them."""
    latest: dict[tuple[str, str], Event] = {}
    for event, _ in ledger.events(tier, proven=False):
        latest[event.record, event.origin] = event
    for event in latest.values():
        yield (
            event.tier, event.record, event.origin, event.position, event.version, event.action,
            event.payload_hash, event.valid_from, event.valid_until,
        )  # fmt: skip


def _anchor(ledger: Ledger, tier: str, anchored: Sequence[Anchored]) -> Iterator[Damage]:
    """Whether all that was acknowledged is there: not the last end alone, for a chain may grow again after a loss."""
    stored = dict(ledger.connection.execute("SELECT position, hash FROM event WHERE tier=?", (tier,)).fetchall())
    ends = [end for end in anchored if end.tier == tier]
    lost = sorted(end.position for end in ends if end.position not in stored)
    if lost:
        last = max(stored, default=0)
        yield Damage(f"The chain '{tier}'", f"ends at {last}, but event {lost[-1]} was acknowledged")
    for end in ends:
        if end.position in stored and stored[end.position] != end.hash:
            yield Damage(f"Event {end.position} of the chain '{tier}'", "is not the one that was acknowledged")
