"""Dates known to a day, month or year: kept as stated, with the half-open UTC interval they can mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hedgerow.errors import InputError
from hedgerow.record import Statements, instant, text

_FORM = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)


@dataclass(frozen=True)
class StatedDate:
    """A date as written, and the interval [earliest, latest) it can mean."""

    stated: str
    earliest: datetime
    latest: datetime


def stated_date(value: str) -> StatedDate:
    """Read `2011`, `2011-03` or `2011-03-07`.

    >>> stated_date("2011-12").latest.isoformat()
    '2012-01-01T00:00:00+00:00'
    """
    match = _FORM.fullmatch(value)
    try:
        if match is None:
            raise ValueError
        year, month, day = (int(part) if part else 0 for part in match.groups())
        earliest = datetime(year, month or 1, day or 1, tzinfo=UTC)
        if day:
            latest = earliest + timedelta(days=1)
        elif month:
            latest = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        else:
            latest = datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InputError(f"'{value}' is not a date.", "Write 2011, 2011-03 or 2011-03-07.") from None
    return StatedDate(value, earliest, latest)


def state_date(out: Statements, term: str, fragment: str, date: StatedDate | None) -> None:
    """State a date as a part of the record."""
    if date is None:
        return
    part = out.part(fragment)
    out.add(out.iri, term, part)
    out.type(part, "StatedDate")
    out.add(part, "dateAsStated", text(date.stated))
    out.add(part, "earliest", instant(date.earliest))
    out.add(part, "latest", instant(date.latest))
