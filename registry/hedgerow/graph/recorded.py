"""What was on record: a position of a tier's own chain, named by its number or by an instant, and the view of it.

A tier above public also reads the public chain: as far as it had come when the tier's own event was recorded. So the
view of a position of the public chain never depends on any other chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hedgerow.errors import CallError
from hedgerow.graph.project import View, today
from hedgerow.ledger import GENESIS, Head, Ledger
from hedgerow.tiers import chains

#: The recorded instants of the ledger are written to the millisecond.
_STEP = timedelta(milliseconds=1)
#: An instant given to the second means the whole of it, as answers show the second alone.
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Moment:
    """An end that a tier's own chain had, when its event was recorded, and the ends of the other chains then."""

    tier: str
    head: Head
    recorded_at: str
    below: tuple[tuple[str, Head], ...] = ()

    @property
    def until(self) -> dict[str, int]:
        """By chain, the last position that was there."""
        return {chain: head.position for chain, head in ((self.tier, self.head), *self.below)}

    @property
    def positions(self) -> tuple[int, ...]:
        """The last position that was there: of the tier's own chain, and of those it reads beside it."""
        return tuple(self.until.values())

    def view(self, day: date) -> View:
        """The view of this moment on a day; only its name, for it says nothing of when its first event came."""
        return View(self.tier, self.head, day, self.below)


def moment(ledger: Ledger, tier: str, asked: str) -> Moment:
    """The moment a person names: a position, a day (to its end), an instant, or '' for the last event.

    A day or an instant means the last event of the tier's own chain recorded by then. Raises CallError naming the
    remedy.
    """
    last = ledger.head(tier).position
    remedy = f"Give a position from 1 to {last}, or a day from {ledger.recorded_at(tier, 1)[:10]} to today."
    if not last:
        raise CallError(f"The chain '{tier}' holds nothing yet.", "Load the record first.")
    if not asked:
        return now(ledger, tier)
    if asked.isascii() and asked.isdigit():
        position = int(asked) if len(asked) <= len(str(last)) else last + 1
        if not 1 <= position <= last:
            raise CallError(f"The chain '{tier}' has no position {asked[:40]}.", remedy)
    else:
        position = ledger.last_before(tier, _written(_after(asked, remedy)))
        if not position:
            raise CallError(f"Nothing was recorded in the chain '{tier}' by {asked}.", remedy)
    return at(ledger, tier, position)


def now(ledger: Ledger, tier: str) -> Moment:
    """The last event of the tier's own chain, beside all that the other chains hold by now, as the live view has it."""
    own = ledger.head(tier)
    below = tuple((chain, ledger.head(chain)) for chain in chains(tier) if chain != tier)
    return Moment(tier, own, ledger.recorded_at(tier, own.position) if own.position else "", below)


def at(ledger: Ledger, tier: str, position: int) -> Moment:
    """The moment of a position that is there."""
    recorded = ledger.recorded_at(tier, position)
    after = _written(datetime.fromisoformat(recorded) + _STEP)
    below = tuple(
        (chain, _end(ledger, chain, ledger.last_before(chain, after))) for chain in chains(tier) if chain != tier
    )
    return Moment(tier, _end(ledger, tier, position), recorded, below)


def _end(ledger: Ledger, chain: str, position: int) -> Head:
    return ledger.end(chain, position) or Head(0, GENESIS)


def _after(asked: str, remedy: str) -> datetime:
    """The first instant that no longer belongs to what was asked for."""
    try:
        if len(asked) == len("2026-01-31"):
            day = date.fromisoformat(asked)
            end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
            begun = day <= today()
        else:
            instant = datetime.fromisoformat(asked)
            end = instant.astimezone(UTC) + (_STEP if instant.microsecond else _SECOND)
            begun = instant <= datetime.now(UTC)  # raises TypeError without a time zone
    except (ValueError, TypeError, OverflowError):
        raise CallError(
            f"'{asked[:40]}' is no position, day or instant.", f"{remedy} An instant is written 2026-11-24T12:00:00Z."
        ) from None
    if not begun:
        raise CallError(f"'{asked[:40]}' is yet to come.", remedy)
    return end


def _written(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")
