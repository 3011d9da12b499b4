"""What changed in the answer to a question, by the days on which the tier recorded something.

The answer of a day is that of the view of the day: what was on record by its end, as it was on that day. It never
changes once the day is over, so it is computed once and kept in the home, by question, parameters and view. One call
computes a few answers at most and begins to build one view at most; what is not there yet comes with a later call.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from hedgerow.errors import CallError, QueryTooLarge, Unavailable
from hedgerow.graph.client import Graph
from hedgerow.graph.recorded import Moment, at
from hedgerow.ledger import Ledger
from hedgerow.questions.answer import Cell
from hedgerow.questions.ask import ask
from hedgerow.questions.header import Column, Question
from hedgerow.settings import Settings

#: Days looked at, the newest first.
MOST_DAYS = 10
#: Answers that one call computes at most.
MOST_ASKED = 2
#: Answers kept of all questions, those not written for longest out first; and the largest of them, in bytes.
MOST_KEPT, MOST_BYTES = 2000, 1 << 20

Row = Mapping[str, Cell]
Rows = Sequence[Row]
#: Gives the graph of a moment on a day, or raises Unavailable while it has none.
GraphAt = Callable[[Moment, date], Graph]


@dataclass(frozen=True)
class Change:
    """A row that came, went or is another: `changed` names the columns with another value than in the row `before`."""

    kind: str
    row: Row
    before: Row = field(default_factory=dict)
    changed: Sequence[str] = ()


@dataclass(frozen=True)
class Day:
    """A day on which something was recorded and the answer became another one."""

    day: date
    then: Moment
    key: tuple[str, ...]
    changes: Sequence[Change]

    def count(self, kind: str) -> int:
        """How many rows were added, removed or changed."""
        return sum(change.kind == kind for change in self.changes)


@dataclass(frozen=True)
class Changes:
    """The days with changes, the newest first. Not `complete`: earlier days are still to come."""

    days: Sequence[Day]
    complete: bool
    #: When the tier recorded something last, '' for never.
    recorded_at: str = ""


def changes_of(
    settings: Settings, tier: str, question: Question, values: Mapping[str, str], language: str, graph_at: GraphAt
) -> Changes:
    """What changed in the answer on the last days on which the tier recorded something."""
    question.bound(values, settings.base)
    if not settings.ledger.exists():
        return Changes([], complete=True)
    with Ledger(settings.ledger, settings.base) as ledger:
        days = [(date.fromisoformat(day), at(ledger, tier, end)) for day, end in ledger.days(tier, MOST_DAYS + 1)]
    answers = _Answers(settings, question, values, language, graph_at)
    found: list[Rows] = []
    complete = True
    try:
        for day, then in days:
            found.append(answers.of(then, day, first=not found))
    except Unavailable:
        complete = False
    if len(found) == len(days) <= MOST_DAYS:
        found.append([])  # before anything was recorded
    changed = [_day(question, *days[n], found[n + 1], found[n]) for n in range(min(len(found) - 1, MOST_DAYS))]
    return Changes([day for day in changed if day.changes], complete, days[0][1].recorded_at if days else "")


def _day(question: Question, day: date, then: Moment, before: Rows, after: Rows) -> Day:
    key = key_of(question.columns, before, after)
    return Day(day, then, key, differences(question.columns, key, before, after))


def key_of(columns: Sequence[Column], *tables: Rows) -> tuple[str, ...]:
    """The columns that tell the rows of each table apart: the first of those that hold no number, as many as it takes.

    Where they do not suffice, years and other whole numbers help; else a row is only ever the same or another.
    """
    compared = [column for column in columns if column.name != "records"]
    words = [column.name for column in compared if column.type not in ("decimal", "integer", "iris")]
    wholes = [column.name for column in compared if column.type == "integer"]
    names = (*words, *wholes)
    for size in range(1, len(names) + 1):
        if all(len({_values(row, names[:size]) for row in rows}) == len(rows) for rows in tables):
            return names[:size]
    return tuple(column.name for column in compared)


def differences(columns: Sequence[Column], key: Sequence[str], before: Rows, after: Rows) -> list[Change]:
    """The rows of `after` that came or are another, in their order, and then those of `before` that went."""
    others = [column.name for column in columns if column.name not in (*key, "records")]
    old = {_values(row, key): row for row in before}
    new = {_values(row, key) for row in after}
    changes = []
    for row in after:
        known = old.get(_values(row, key))
        if known is None:
            changes.append(Change("added", row))
        elif moved := [name for name in others if _same(known[name]) != _same(row[name])]:
            changes.append(Change("changed", row, known, moved))
    return [*changes, *(Change("removed", row) for row in before if _values(row, key) not in new)]


def _values(row: Row, names: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(row[name] for name in names)


def _same(value: Cell) -> object:
    """A value as it is compared: a list of records has no order."""
    return Counter(value.split()) if isinstance(value, str) and " https://" in value else value


class _Answers:
    """The rows of one question on different days: kept ones, and a few that are computed."""

    def __init__(
        self, settings: Settings, question: Question, values: Mapping[str, str], language: str, graph_at: GraphAt
    ) -> None:
        self._settings, self._question, self._values, self._language = settings, question, values, language
        self._graph_at = graph_at
        self._asked = 0

    def of(self, then: Moment, day: date, *, first: bool) -> Rows:
        """The rows of a day. Raises Unavailable when they are not there yet."""
        values = dict(self._values)
        if any(parameter.name == "asOf" for parameter in self._question.parameters):
            values.setdefault("asOf", day.isoformat())
        on = self._question.day(values) or day
        path = self._path(then, values, on)
        try:
            kept: Rows = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError):
            pass
        else:
            return kept
        if self._asked == MOST_ASKED:
            raise Unavailable("Enough was computed for one answer.", "Ask again.")
        graph = self._graph_at(then, on)
        self._asked += 1
        try:
            rows = ask(graph, self._question, values, self._settings.base, self._language, then).rows
        except CallError as error:
            if first or type(error) is not CallError:
                raise
            rows = []  # What a parameter names was not on record yet.
        self._keep(path, rows)
        return rows

    def _path(self, then: Moment, values: Mapping[str, str], on: date) -> Path:
        text = self._question.bound(values, self._settings.base)
        name = hashlib.sha256(f"{self._question.name}\0{self._language}\0{text}".encode()).hexdigest()
        return self._settings.answers / f"{name[:32]}-{then.view(on).version}.json"

    def _keep(self, path: Path, rows: Rows) -> None:
        content = json.dumps(rows, ensure_ascii=False)
        if len(content) > MOST_BYTES:
            raise QueryTooLarge("The answer is too large to be followed day by day.", "Narrow it by a parameter.")
        # Others keep answers at the same time; and one that cannot be kept is an answer all the same.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            kept = sorted(path.parent.iterdir(), key=_written)
            for old in kept[: max(0, len(kept) - MOST_KEPT + 1)]:
                old.unlink(missing_ok=True)
            scratch = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
            scratch.write_text(content, "utf-8")
            scratch.replace(path)


def _written(path: Path) -> float:
    """When a file was written last; one that is gone meanwhile long ago."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
