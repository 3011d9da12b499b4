"""Reading one CSV table strictly: every cell keeps its file, row and column, so a report can point at it."""

from __future__ import annotations

import csv
import difflib
import io
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyoxigraph

from hedgerow import record
from hedgerow.codes import known_codes, values
from hedgerow.errors import InputError
from hedgerow.iri import SLUG, code, mint, slug, unit_slug
from hedgerow.sources.dates import StatedDate, stated_date

#: A file larger than this is refused before it is read, in bytes.
MAX_FILE_BYTES = 64 * 1024 * 1024
#: A cell longer than this is refused, in characters.
MAX_CELL = 20_000
#: After this many problems in one table the rest is only counted.
MAX_PROBLEMS = 200
_SEPARATORS = re.compile(r"[;|]")
# The reader's own limit (131,072) is told without the column; MAX_CELL is the one that counts.
csv.field_size_limit(MAX_FILE_BYTES)


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, and what to do. Row 1 is the header; row 0 means the whole file.

    Where there are no rows, or none could be made out, `unit` says what is counted instead.
    """

    file: str
    row: int
    column: str
    message: str
    remedy: str
    unit: Literal["row", "line"] = "row"

    def __str__(self) -> str:
        place = self.file + (f", {self.unit} {self.row}" if self.row else "")
        place += f", {self.column}" if self.column else ""
        return f"{place}: {self.message} {self.remedy}"


@dataclass
class Context:
    """What a row may refer to: the registry's base and the known names of each kind."""

    base: str
    names: dict[str, set[str]] = field(default_factory=dict)
    #: Kinds whose table has a fault of its own: which names it lacks because of that cannot be said.
    unsure: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def iri(self, kind: str, name: str) -> str:
        """The IRI of a record of this registry."""
        return mint(self.base, kind, name)


class Row:
    """One line of a table. Each reader states a problem and returns nothing when the cell is wrong."""

    def __init__(self, file: str, number: int, cells: dict[str, str], context: Context) -> None:
        self.file = file
        self.number = number
        self.cells = cells
        self.context = context

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def problem(self, column: str, message: str, remedy: str) -> None:
        """State what is wrong with a cell."""
        self.context.problems.append(Problem(self.file, self.number, column, message, remedy))

    def name(self, column: str) -> str:
        """A record's own name: letters, digits, dot, hyphen and underscore."""
        value = self[column]
        if not SLUG.match(value):
            self.problem(column, f"'{value}' cannot be an id.", "Use letters, digits and hyphens only.")
            return f"row-{self.number}"
        return value

    def many(self, column: str) -> list[str]:
        """The parts of a cell that holds several values, joined by ; or |."""
        return [part.strip() for part in _SEPARATORS.split(self[column]) if part.strip()]

    def refer(self, column: str, kind: str, name: str | None = None) -> str | None:
        """The IRI of the record a cell names; an unknown name is a problem."""
        value = self[column] if name is None else name
        if not value:
            return None
        known = self.context.names.get(kind, set())
        if value not in known:
            if kind in self.context.unsure:
                return None
            near = difflib.get_close_matches(value, sorted(known), 1)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            self.problem(column, f"There is no {kind} '{value}'.", f"{hint}Correct it, or add the {kind} first.")
            return None
        return self.context.iri(kind, value)

    def refer_many(self, column: str, kind: str) -> list[str]:
        """The IRIs of all records a cell names."""
        found = (self.refer(column, kind, name) for name in self.many(column))
        return [iri for iri in found if iri]

    def code(self, column: str, scheme: str, value: str | None = None) -> str | None:
        """The slug of a code; one that the list lacks is a problem."""
        raw = self[column] if value is None else value
        if not raw:
            return None
        name = unit_slug(raw) if scheme == "unit" else slug(raw)
        if code(scheme, name) not in known_codes():
            near = difflib.get_close_matches(name, values(scheme), 1)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            self.problem(
                column, f"'{raw}' is not in the code list '{scheme}'.", f"{hint}Known: {', '.join(values(scheme))}."
            )
            return None
        return name

    def decimal(self, column: str, high: int | None = None, low: int = 0) -> pyoxigraph.Literal | None:
        """A number from `low` (zero unless told otherwise) to `high`."""
        if not self[column]:
            return None
        try:
            number = record.decimal(self[column])
        except InputError as error:
            self.problem(column, error.detail, error.remedy)
            return None
        if float(number.value) < low:
            fault = "is negative" if low == 0 else f"is below {low}"
            self.problem(
                column, f"{self[column]} {fault}.", "Give zero or more." if low == 0 else f"Give {low} or more."
            )
            return None
        if high is not None and float(number.value) > high:
            self.problem(column, f"{self[column]} is above {high}.", f"Give a number from {low} to {high}.")
            return None
        return number

    def year(self, column: str) -> pyoxigraph.Literal | None:
        """A calendar year."""
        if re.fullmatch(r"(1[89]|2[01])\d\d", self[column], re.ASCII):
            return record.integer(self[column])
        self.problem(column, f"'{self[column]}' is not a year.", "Write four digits, as 2024.")
        return None

    def date(self, column: str) -> StatedDate | None:
        """A date known to the day, month or year."""
        if not self[column]:
            return None
        try:
            return stated_date(self[column])
        except InputError as error:
            self.problem(column, error.detail, error.remedy)
            return None


def read_table(path: Path, columns: Iterable[str], context: Context) -> Iterator[Row]:
    """The rows of a table whose header must be exactly `columns`, in order; problems go to the context."""
    expected = list(columns)
    content = read_text(path, context.problems)
    if content is None:
        return
    problems = len(context.problems)
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                if not _header(path.name, cells, expected, context):
                    return
                continue
            if len(context.problems) - problems > MAX_PROBLEMS:
                context.problems.append(
                    Problem(path.name, number, "", "There are more problems.", "Correct the first ones, then check.")
                )
                return
            if len(cells) != len(expected):
                context.problems.append(
                    Problem(
                        path.name, number, "", f"The row has {len(cells)} cells, the header {len(expected)}.",
                        "Quote cells that hold a comma or a line end.",
                    )
                )  # fmt: skip
                continue
            row = Row(path.name, number, {c: v.strip() for c, v in zip(expected, cells, strict=True)}, context)
            if _cells_fit(row):
                yield row
        if number == 0:
            _header(path.name, [], expected, context)
    except csv.Error as error:
        context.problems.append(Problem(path.name, number + 1, "", f"Not CSV: {error}.", "Mend the quotes."))


def _cells_fit(row: Row) -> bool:
    fits = True
    for column, value in row.cells.items():
        if len(value) > MAX_CELL:
            row.problem(column, f"The cell holds {len(value)} characters.", f"At most {MAX_CELL} are taken.")
            fits = False
            continue
        try:
            record.text(value)
        except InputError as error:
            row.problem(column, error.detail, error.remedy)
            fits = False
    return fits


def read_text(path: Path, problems: list[Problem]) -> str | None:
    """What a file of UTF-8 text holds, or None and a problem that names the place."""

    def fault(message: str, remedy: str, line: int = 0) -> None:
        problems.append(Problem(path.name, line, "", message, remedy, "line"))

    try:
        # A pipe or device has no end; only a file is read.
        if not stat.S_ISREG(path.stat().st_mode):
            fault("It is not a file.", "Put a file in its place.")
            return None
        if path.stat().st_size > MAX_FILE_BYTES:
            fault(f"The file is larger than {MAX_FILE_BYTES // 1024**2} MiB.", "Split it.")
            return None
        data = path.read_bytes()
    except OSError as error:
        fault(f"The file cannot be read: {error.strerror}.", "Put it there and allow reading.")
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        fault("The file begins with a byte order mark.", "Save it as UTF-8 without BOM.", 1)
        return None
    if b"\0" in data:
        at = data.index(b"\0")
        fault(f"Byte {at} is NUL.", "Save it as UTF-8 text.", data.count(b"\n", 0, at) + 1)
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault(f"Byte {error.start} is not UTF-8.", "Save the file as UTF-8.", line)
        return None


def _header(file: str, cells: list[str], expected: list[str], context: Context) -> bool:
    if cells == expected:
        return True
    missing = [c for c in expected if c not in cells]
    extra = [c for c in cells if c not in expected]
    parts = [f"missing: {', '.join(missing)}"] if missing else []
    parts += [f"not known: {', '.join(extra)}"] if extra else []
    parts = parts or ["the order differs"]
    context.problems.append(
        Problem(file, 1, "", f"The header is not the expected ({'; '.join(parts)}).", f"Use: {','.join(expected)}")
    )
    return False
