"""How an answer is looked at: the view and the order that were asked for, and the words its drawing needs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from hedgerow.errors import CallError
from hedgerow.questions import Answer, Cell, Question, View
from hedgerow.questions.header import in_language
from hedgerow_web import i18n

TABLE = View("table", {})
#: How the switch calls each kind of view.
NAMES = {
    "table": "Table",
    "bar": "Bars",
    "line": "Line over time",
    "stacked": "Stacked shares",
    "map": "World map",
    "flow": "Flows",
    "graph": "Network",
    "timeline": "Timeline",
}
ORDERS = ("asc", "desc")
#: A text of an answer that is longer is no word of a drawing.
_WORD = 60


def offered(question: Question) -> dict[str, View]:
    """The views of a question by what they are asked for as, in the order of its header; every answer has a table.

    A view is asked for by its kind; a second one of a kind as `bar-2`.
    """
    kinds = [view.kind for view in question.views]
    found: dict[str, View] = {}
    for at, view in enumerate(question.views if "table" in kinds else (*question.views, TABLE)):
        before = kinds[:at].count(view.kind)
        found[f"{view.kind}-{before + 1}" if before else view.kind] = view
    return found


def chosen(question: Question, asked: str | None) -> tuple[str, View]:
    """The view asked for, else the first, with what it is asked for as. Raises CallError naming those there are."""
    views = offered(question)
    key = asked or next(iter(views))
    if key not in views:
        raise CallError(f"The question '{question.name}' has no view '{key}'.", f"It has: {', '.join(views)}.")
    return key, views[key]


def name(question: Question, view: View) -> str:
    """How the switch calls a view: by its kind, and where there are several of it also by what it shows."""
    kind = i18n.translate(NAMES[view.kind])
    if sum(each.kind == view.kind for each in question.views) < 2:
        return kind
    part = next(part for part in ("value", "low", "high", "label", "country", "from") if part in view.columns)
    shown = next(column for column in question.columns if column.name == view.columns[part])
    return f"{kind}: {in_language(shown.label, i18n.language())}"


def in_order(answer: Answer, column: str | None, order: str | None) -> Sequence[Mapping[str, Cell]]:
    """The rows by one column, what is not known last in either order; without a column as the question has them.

    Raises CallError for a column or an order that there is not.
    """
    if order not in (None, "", *ORDERS):
        raise CallError(f"The order is '{order}'.", f"It takes {' or '.join(ORDERS)}.")
    if not column:
        return answer.rows
    names = [each.name for each in answer.columns]
    if column not in names:
        raise CallError(f"The answer has no column '{column}'.", f"It has: {', '.join(names)}.")
    shown = f"{column}Label" if f"{column}Label" in names else column
    known = [row for row in answer.rows if row[shown] not in (None, "")]
    unknown = [row for row in answer.rows if row[shown] in (None, "")]
    return sorted(known, key=lambda row: _rank(row[shown]), reverse=order == "desc") + unknown


def _rank(cell: Cell) -> tuple[float, str]:
    """Numbers by size, before texts; dates and years as stated stand in their order as texts."""
    return (float("inf"), cell.casefold()) if isinstance(cell, str) else (float(cell or 0), "")


def description(view: View) -> str:
    """A view as the drawing reads it."""
    return json.dumps({"kind": view.kind, "columns": dict(view.columns)})


def words(answer: Answer) -> dict[str, str]:
    """The units and the plain words of an answer that the site has in the reader's language."""
    plain = [column.name for column in answer.columns if column.type == "string" and not column.name.endswith("Label")]
    found = {str(row[name]) for row in answer.rows for name in plain if row[name]}
    found |= {column.unit for column in answer.columns if column.unit}
    told = {word: i18n.words(word) for word in found if len(word) <= _WORD}
    return {word: translated for word, translated in sorted(told.items()) if word != translated}
