"""An answer as a workbook (Office Open XML): the rows, what they rest on as a whole, and what each of them rests on.

The same answer gives the same bytes: the workbook is dated by the day of the answer and by nothing else.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from hedgerow.errors import QueryTooLarge
from hedgerow.questions.header import Column, in_language

if TYPE_CHECKING:
    from hedgerow.questions.answer import Answer, Cell

#: What a sheet can hold: rows, links, characters of a cell, characters of an address.
ROWS, LINKS, CHARACTERS, ADDRESS = 1_048_576, 65_530, 32_767, 2_079
#: How wide a column is made, in characters.
_NARROWEST, _WIDEST = 9, 60
#: What ends a text that a cell cannot hold.
_CUT = " … (CSV)"

_WORDS = {
    "answer": {"en": "Answer", "ja": "答え"},
    "recorded": {"en": "What was on record by", "ja": "この時点までの記録"},
    "position": {"en": "{at} (position {position})", "ja": "{at}（位置 {position}）"},
    "footing": {"en": "Footing", "ja": "根拠"},
    "evidence": {"en": "Records", "ja": "レコードと出典"},
    "synthetic": {"en": " (synthetic)", "ja": "（架空）"},
    "question": {"en": "Question", "ja": "問い"},
    "id": {"en": "Number", "ja": "番号"},
    "parameter": {"en": "Parameter: {name}", "ja": "条件：{name}"},
    "none": {"en": "(not given)", "ja": "（指定なし）"},
    "asOf": {"en": "As of", "ja": "基準日"},
    "version": {"en": "Version of the record", "ja": "記録の版"},
    "tier": {"en": "Tier", "ja": "層"},
    "rows": {"en": "Rows", "ja": "行数"},
    "coverage": {"en": "What is known", "ja": "把握できている範囲"},
    "missing": {"en": "What is missing", "ja": "欠けているもの"},
    "assumptions": {"en": "What the answer assumes", "ja": "答えの前提"},
    "empty": {"en": "Empty cells", "ja": "空のセル"},
    "never": {
        "en": "Not known, or not applicable. Never a zero.",
        "ja": "不明、または該当なし。ゼロではない。",
    },
    "licence": {
        "en": "Licence of the compilation; facts keep their sources",
        "ja": "編集物の利用条件（事実は出典による）",
    },
    "address": {"en": "Address", "ja": "アドレス"},
    "notice": {"en": "Notice", "ja": "注意"},
    "invented": {
        "en": "Invented for demonstration, not evidence: nothing here may be cited.",
        "ja": "実演のための架空のデータであり、証拠ではありません。引用しないでください。",
    },
    "row": {"en": "Row", "ja": "行"},
    "record": {"en": "Record", "ja": "レコード"},
    "iri": {"en": "IRI of the record", "ja": "レコードのIRI"},
    "source": {"en": "Source", "ja": "出典"},
    "publisher": {"en": "Publisher", "ja": "発行者"},
    "terms": {"en": "Terms of use", "ja": "利用条件"},
}  # fmt: skip


@dataclass(frozen=True)
class Link:
    """A text or number that leads to an address, in the workbook (`internal:`) or outside."""

    address: str
    shown: str | int


Value = str | int | float | bool | date | Link | None


def write(answer: Answer) -> bytes:
    """The workbook. Raises QueryTooLarge where a sheet cannot hold all rows."""
    import xlsxwriter  # only who wants a workbook pays for it

    heads, rows = _answer(answer)
    evidence = _evidence(answer)
    if max(len(rows), sum(map(len, evidence))) >= ROWS:
        raise QueryTooLarge("The answer has more rows than a sheet can hold.", "Take it as CSV, or ask for less.")
    out = io.BytesIO()
    # A text is a text: nothing becomes a formula, an address or a number by how it looks.
    looks = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    book = xlsxwriter.Workbook(out, {"in_memory": True, **dict.fromkeys(looks, False)})
    day = datetime.fromisoformat(f"{answer.footing['asOf']}T00:00:00")
    book.set_properties({"title": answer.question.title[_in(answer)], "company": "Hedgerow", "created": day})
    names = [_word(answer, name) for name in ("answer", "footing", "evidence")]
    if answer.invented:
        names = [name + _word(answer, "synthetic") for name in names]
    counted = [[*row, way] for row, way in zip(rows, _ways(answer, evidence, names[2]), strict=True)]
    _Sheet(book, names[0], answer.invented).fill(heads, counted)
    _Sheet(book, names[1], answer.invented).fill(None, list(_footing(answer)))
    lines = [line for each in evidence for line in each]
    words = ("row", "record", "iri", "source", "publisher", "address", "terms")
    _Sheet(book, names[2], answer.invented).fill([_word(answer, word) for word in words], lines)
    book.close()
    return out.getvalue()


def _in(answer: Answer) -> str:
    return answer.language if answer.language in answer.question.title else "en"


def _word(answer: Answer, name: str) -> str:
    return in_language(_WORDS[name], answer.language)


def _shown(answer: Answer) -> list[Column]:
    """The columns of the sheet: a name and what it names are one cell, and the records of a row are the last."""
    named = {f"{column.name}Label" for column in answer.columns if column.type in ("iri", "code")}
    return [column for column in answer.columns if column.name not in named and column.name != "records"]


def _answer(answer: Answer) -> tuple[list[str], list[list[Value]]]:
    shown = _shown(answer)
    heads = [
        in_language(column.label, answer.language) + (f" ({column.unit})" if column.unit else "") for column in shown
    ]
    rows = [[_value(answer, column, row) for column in shown] for row in answer.rows]
    return [*heads, _word(answer, "evidence")], rows


def _value(answer: Answer, column: Column, row: Any) -> Value:
    value: Cell = row[column.name]
    if value is None or value == "":
        return None
    if column.type == "iri":
        return Link(answer.href(str(value)), str(row[f"{column.name}Label"]))
    if column.type == "code":
        return str(row[f"{column.name}Label"])
    if column.type == "iris":
        return "\n".join(answer.names.get(iri, iri) for iri in str(value).split())
    if column.type == "date":
        return _day(str(value))
    return value


def _day(text: str) -> date | str:
    """A date, or the text where a sheet has no such day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return day if day.year >= 1900 else text


def _ways(answer: Answer, evidence: list[list[list[Value]]], sheet: str) -> Iterator[Value]:
    """For each row the number of its records and the way to them."""
    begin = 2
    for row, lines in zip(answer.rows, evidence, strict=True):
        yield Link(f"internal:'{sheet}'!A{begin}", len(answer.records(row))) if lines else None
        begin += len(lines)


def _evidence(answer: Answer) -> list[list[list[Value]]]:
    """What each row rests on: a line for each record and source, beginning with the number of the row in its sheet."""
    return [
        [
            [number, *_line(answer, record, source)]
            for record in answer.records(row)
            for source in answer.evidence.get(record, ("",))  # a record without a source has its line too
        ]
        for number, row in enumerate(answer.rows, start=2)
    ]


def _line(answer: Answer, record: str, source: str) -> list[Value]:
    named: list[Value] = [Link(answer.href(record), answer.names.get(record, record)), record]
    if not source:
        return [*named, None, None, None, None]
    said = answer.sources[source]
    address = Link(said.address, said.address) if said.address else None
    titled = Link(answer.href(source), said.title or source)
    return [*named, titled, said.publisher or None, address, said.licence or None]


def _footing(answer: Answer) -> Iterator[list[Value]]:
    footing = answer.footing
    if answer.invented:
        yield [_word(answer, "notice"), _word(answer, "invented")]
    yield [_word(answer, "question"), in_language(answer.question.title, answer.language)]
    yield [_word(answer, "id"), footing["id"]]
    for name, value in footing["parameters"].items():
        yield [_word(answer, "parameter").format(name=name), value or _word(answer, "none")]
    yield [_word(answer, "asOf"), _day(str(footing["asOf"]))]
    if recorded := footing.get("recorded"):
        said = _word(answer, "position").format(at=recorded["at"], position=recorded["position"])
        yield [_word(answer, "recorded"), said]
    for name in ("version", "tier", "rows", "coverage", "missing", "assumptions"):
        if footing[name] != "":
            yield [_word(answer, name), footing[name]]
    yield [_word(answer, "empty"), _word(answer, "never")]
    yield [_word(answer, "licence"), Link(footing["licence"], footing["licence"])]
    yield [_word(answer, "address"), Link(answer.address, answer.address)]


class _Sheet:
    """One sheet: cells by their types, columns as wide as what stands in them."""

    def __init__(self, book: Any, name: str, invented: bool) -> None:
        self._sheet = book.add_worksheet(name)
        if invented:
            self._sheet.set_tab_color("#B45309")
        top = {"valign": "top"}
        self._head = book.add_format({**top, "bold": True, "text_wrap": True, "bottom": 1})
        self._plain = book.add_format({**top, "text_wrap": True})
        self._date = book.add_format({**top, "num_format": "yyyy-mm-dd", "align": "left"})
        self._link = book.add_format({**top, "text_wrap": True, "font_color": "#2B5A40", "underline": 1})
        self._links = 0

    def fill(self, heads: Sequence[str] | None, rows: Sequence[Sequence[Value]]) -> None:
        """Write the rows under their heads, which stay in sight and can be filtered by."""
        lines: list[Sequence[Value]] = [*([list(heads)] if heads else []), *rows]
        for number, line in enumerate(lines):
            for place, value in enumerate(line):
                self._cell(number, place, value, head=bool(heads) and not number)
        if heads:
            self._sheet.freeze_panes(1, 1)
            self._sheet.autofilter(0, 0, len(rows), len(heads) - 1)
        for place in range(len(lines[0]) if lines else 0):
            widest = max(_width(line[place]) for line in lines)
            self._sheet.set_column(place, place, min(max(widest + 2, _NARROWEST), _WIDEST))

    def _cell(self, row: int, column: int, value: Value, *, head: bool) -> None:
        form = self._head if head else self._plain
        if value is None:
            return
        if isinstance(value, bool):
            self._sheet.write_boolean(row, column, value, form)
        elif isinstance(value, int | float):
            self._sheet.write_number(row, column, value, form)
        elif isinstance(value, date):
            self._sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), self._date)
        elif isinstance(value, Link):
            self._linked(row, column, value)
        else:
            self._sheet.write_string(row, column, _held(value), form)

    def _linked(self, row: int, column: int, link: Link) -> None:
        self._links += 1
        if self._links > LINKS or len(link.address) > ADDRESS:
            self._cell(row, column, link.shown, head=False)
            return
        self._sheet.write_url(row, column, link.address, self._link, _held(str(link.shown)))
        if isinstance(link.shown, int):
            self._sheet.write_number(row, column, link.shown, self._link)  # the link stays


def _held(text: str) -> str:
    """What of a text a cell can hold; that it is cut is said at its end."""
    return text if len(text) <= CHARACTERS else text[: CHARACTERS - len(_CUT)] + _CUT


def _width(value: Value) -> int:
    """How wide a cell is when shown: wide characters count twice, of several lines the widest counts."""
    text = "" if value is None else str(value.shown if isinstance(value, Link) else value)
    return max(
        (sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n")), default=0
    )
