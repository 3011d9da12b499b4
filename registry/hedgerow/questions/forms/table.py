"""An answer as CSV: exact, or made for a spreadsheet so that no cell is run."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hedgerow.questions.answer import Answer, Cell


def write(answer: Answer, *, spreadsheet: bool) -> str:
    """The rows under a header of column names; nothing known is an empty cell."""
    out = io.StringIO()
    if spreadsheet:
        out.write("\ufeff")
        writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
    else:
        writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(column.name for column in answer.columns)
    for row in answer.rows:
        cells = (_csv_cell(row[column.name]) for column in answer.columns)
        writer.writerow([_harmless(cell) if spreadsheet else cell for cell in cells])
    return out.getvalue()


def _csv_cell(value: Cell) -> str | int | float:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


#: What spreadsheets take for the start of a formula, the wide forms in Japanese ones too; behind apostrophes, so that
#: one can be taken away again. A plain number is none.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?", re.ASCII)


def _harmless(cell: str | int | float) -> str | int | float:
    """A cell that no spreadsheet runs.

    >>> _harmless("=1+1"), _harmless("-5.2"), _harmless("'=1+1")
    ("'=1+1", '-5.2', "''=1+1")
    """
    formula = isinstance(cell, str) and _FORMULA.match(cell) and not _NUMBER.fullmatch(cell)
    return f"'{cell}" if formula else cell
