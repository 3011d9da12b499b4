"""The answer to a question: its rows, their columns, and its footing - what it rests on."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hedgerow.questions.header import Column, Question

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Answer:
    """The rows of an answer with their footing: what the answer rests on."""

    question: Question
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Cell]]
    footing: Mapping[str, Any]

    def to_json(self, language: str = "en") -> str:
        """The answer as JSON: `columns`, `rows` (objects by column name), `footing`."""
        columns = [
            {"name": c.name, "label": c.label.get(language, c.label["en"]), "type": c.type, "unit": c.unit}
            for c in self.columns
        ]
        answer = {
            "question": {"id": self.question.id, "name": self.question.name},
            "columns": columns,
            "rows": self.rows,
            "footing": self.footing,
        }
        return json.dumps(answer, ensure_ascii=False, indent=1)

    def to_csv(self, *, spreadsheet: bool = False) -> str:
        """The rows as CSV with a header of column names; nothing known is an empty cell.

        Made for a `spreadsheet`, no cell is run as a formula: a text that one would take for it begins with an
        apostrophe, every text stands in quotes, and the file says by its first character that it is UTF-8.
        """
        out = io.StringIO()
        if spreadsheet:
            out.write("\ufeff")
            writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
        else:
            writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(column.name for column in self.columns)
        for row in self.rows:
            cells = (_csv_cell(row[column.name]) for column in self.columns)
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
