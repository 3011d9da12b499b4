"""Questions: a `.rq` file with a header, typed parameters bound into it, run over a graph, an Answer out.

The file runs as it stands in any SPARQL engine. A parameter `p` is the block `VALUES ?p { ... }`; binding
replaces what is inside the braces with one typed term, so no text is ever spliced into a query.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode

from hedgerow import codes, record
from hedgerow.errors import CallError, InputError, NotFound
from hedgerow.graph.client import JSON, Graph
from hedgerow.graph.project import today
from hedgerow.iri import SLUG, XSD, code, rebase
from hedgerow.paths import QUERIES
from hedgerow.rq import split_header
from hedgerow.sources.dates import stated_date
from hedgerow.tiers import DEMO, name_of, named

#: The kinds of record a parameter may name.
RECORD_TYPES = ("country", "item", "party", "agreement", "stockpile", "source")
_PLAIN_TYPES = ("date", "integer", "decimal", "boolean")
COLUMN_TYPES = ("iri", "iris", "code", "string", "decimal", "integer", "date", "boolean")

_ID = re.compile(r"[A-Z][0-9]{1,3}", re.ASCII)

#: Characters of a refused value that its error repeats.
_REPEATED = 100

Cell = str | int | float | bool | None
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Parameter:
    """One parameter. `type` is a kind of record, `code:<list>`, date, integer, decimal or boolean."""

    name: str
    type: str
    default: str | None
    label: Texts

    def term(self, value: str | None, base: str) -> str:
        """The value as a SPARQL term, or UNDEF for none. Raises CallError naming what is accepted."""
        text = value if value not in (None, "") else self.default
        if text in (None, ""):
            return "UNDEF"
        assert text is not None
        if self.type in RECORD_TYPES:
            if not SLUG.match(text.removeprefix(f"{DEMO}/")):
                raise self._fault(text, f"a name of a {self.type}, as letters, digits and hyphens")
            return str(NamedNode(named(base, self.type, text)))
        if self.type.startswith("code:"):
            return str(NamedNode(self._code(text)))
        return self._plain(text)

    def _code(self, text: str) -> str:
        scheme = self.type.removeprefix("code:")
        if code(scheme, text) not in codes.known_codes():
            raise self._fault(text, f"one of {', '.join(codes.values(scheme))}")
        return code(scheme, text)

    def _plain(self, text: str) -> str:
        try:
            if self.type == "date":
                stated = stated_date(today().isoformat() if text == "today" else text)
                if len(stated.stated) != len("2026-01-31"):
                    raise InputError("not a day")
                return str(record.instant(stated.earliest))
            if self.type == "integer":
                return str(record.integer(text))
            if self.type == "boolean":
                if text not in ("true", "false"):
                    raise InputError("not true or false")
                return str(Literal(text, datatype=NamedNode(XSD + "boolean")))
            return str(record.decimal(text))
        except InputError:
            wanted = {"date": "a day, as 2026-11-24, or today", "boolean": "true or false"}
            raise self._fault(text, wanted.get(self.type, f"a number ({self.type})")) from None

    def _fault(self, text: str, wanted: str) -> CallError:
        return CallError(f"The parameter '{self.name}' is '{_short(text)}'.", f"It takes {wanted}.")


def _short(text: str) -> str:
    return text if len(text) <= _REPEATED else text[:_REPEATED] + "…"


@dataclass(frozen=True)
class Column:
    """One column of an answer."""

    name: str
    type: str
    unit: str | None
    label: Texts


#: What every row of the demonstration tier is marked with.
SYNTHETIC = Column("synthetic", "boolean", None, {"en": "Synthetic", "ja": "架空"})


@dataclass(frozen=True)
class Question:
    """One question: what it asks, why, with what parameters, giving what columns."""

    id: str
    name: str
    group: str
    tier: str
    title: Texts
    why: Texts
    assumptions: Texts
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    text: str
    path: Path

    def bound(self, values: Mapping[str, str], base: str) -> str:
        """The SPARQL with the parameters bound. Raises CallError for an unknown parameter or a bad value."""
        known = {parameter.name for parameter in self.parameters}
        for name in values:
            if name not in known:
                raise CallError(
                    f"The question '{self.name}' has no parameter '{name}'.",
                    f"It takes: {', '.join(sorted(known)) or 'none'}.",
                )
        terms = {p.name: [p.term(values.get(p.name), base)] for p in self.parameters}
        return bind(rebase(self.text, base), terms)

    def given(self, values: Mapping[str, str]) -> dict[str, str]:
        """Every parameter with the value in use, the default where none was given."""
        chosen = {p.name: values.get(p.name) or p.default or "" for p in self.parameters}
        return {name: today().isoformat() if value == "today" else value for name, value in chosen.items()}


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


def bind(text: str, terms: Mapping[str, Sequence[str]]) -> str:
    """Replace what is inside every `VALUES ?name { }` by the given terms, written as SPARQL terms.

    >>> bind("VALUES ?x { UNDEF }", {"x": ["<urn:a>"]})
    'VALUES ?x { <urn:a> }'
    """
    for name, values in terms.items():
        block = re.compile(rf"(VALUES\s+\?{re.escape(name)}\s*\{{)[^{{}}]*(\}})")
        inside = f" {' '.join(values)} "
        text, count = block.subn(lambda match, inside=inside: match[1] + inside + match[2], text)  # type: ignore[misc]
        if not count:
            raise InputError(f"The query has no block 'VALUES ?{name} {{ }}'.", "Add it where the value is used.")
    return text


@cache
def load_questions(folder: Path = QUERIES) -> Mapping[str, Question]:
    """All questions by name, in the order of their ids."""
    found = [read_question(path) for path in sorted(folder.glob("*/*.rq"))]
    for told in ("id", "name"):
        for value, count in Counter(getattr(question, told) for question in found).items():
            if count > 1:
                raise InputError(f"{count} questions have the {told} '{value}'.", "Give each its own.")
    return {question.name: question for question in sorted(found, key=lambda q: (q.id[0], int(q.id[1:])))}


def find(name: str) -> Question:
    """A question by its name or its id. Raises NotFound."""
    for question in load_questions().values():
        if name in (question.name, question.id) or name.upper() == question.id:
            return question
    raise NotFound(f"There is no question '{name}'.", f"There are: {', '.join(load_questions())}.")


def read_question(path: Path) -> Question:
    """Read one file: the `#+` lines are its header in YAML, the rest its SPARQL."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read: {error}.", "Save it as UTF-8 text.") from None
    header: Any
    header, body = split_header(text, path.name)
    try:
        question = Question(
            id=header["id"],
            name=str(header["name"]),
            group=header.get("group", path.parent.name),
            tier=header.get("tier", "public"),
            title=_texts(header["title"]),
            why=_texts(header["why"]),
            assumptions=_texts(header["assumptions"]) if header.get("assumptions") else {},
            parameters=tuple(_parameter(p) for p in header.get("parameters") or ()),
            columns=tuple(
                Column(str(c["name"]), str(c["type"]), c.get("unit"), _texts(c["label"])) for c in header["columns"]
            ),
            text=body,
            path=path,
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise InputError(f"The header of {path.name} cannot be read: {error!r}.", "Mend its #+ lines.") from None
    _check_header(question)
    return question


def _parameter(header: Mapping[str, Any]) -> Parameter:
    default = header.get("default")
    text = default.isoformat() if isinstance(default, date) else None if default is None else str(default)
    return Parameter(str(header["name"]), str(header["type"]), text, _texts(header["label"]))


def _texts(value: object) -> Texts:
    if not isinstance(value, dict) or not isinstance(value.get("en"), str):
        raise TypeError(f"{value!r} is no text in languages, as {{en: ...}}")
    return {str(language): str(text) for language, text in value.items()}


def _check_header(question: Question) -> None:
    if not _ID.fullmatch(str(question.id)):
        raise InputError(f"{question.path.name}: the id is '{question.id}'.", "Use a letter and a number, as B6.")
    for parameter in question.parameters:
        known = (*RECORD_TYPES, *_PLAIN_TYPES)
        if parameter.type not in known and not parameter.type.startswith("code:"):
            raise InputError(f"{question.path.name}: no parameter type '{parameter.type}'.", f"Known: {known}.")
    for column in question.columns:
        if column.type not in COLUMN_TYPES:
            raise InputError(f"{question.path.name}: no column type '{column.type}'.", f"Known: {COLUMN_TYPES}.")


def ask(graph: Graph, question: Question, values: Mapping[str, str], base: str, language: str = "en") -> Answer:
    """Run a question. Columns that hold a record or code get a column `<name>Label` after them.

    An answer of the demonstration tier has a last column `synthetic`, true in every row.
    """
    text = question.bound(values, base)
    for parameter in question.parameters:
        if parameter.type in RECORD_TYPES and values.get(parameter.name):
            _check_record(graph, parameter, values[parameter.name], base)
    reply = graph.query(text, solutions=JSON)
    bindings = json.loads(reply.body)["results"]["bindings"]
    rows = [{c.name: _cell(row.get(c.name), c.type) for c in question.columns} for row in bindings]
    labelled = [column for column in question.columns if column.type in ("iri", "code")]
    names = labels(graph, {str(row[c.name]) for row in rows for c in labelled if row[c.name]}, language)
    for row in rows:
        for column in labelled:
            value = row[column.name]
            row[f"{column.name}Label"] = names.get(str(value), str(value)) if value else None
    columns = [expanded for column in question.columns for expanded in _with_label(column)]
    if graph.tier == DEMO:
        columns.append(SYNTHETIC)
        for row in rows:
            row[SYNTHETIC.name] = True
    given = question.given(values)
    footing = {
        "question": question.name,
        "id": question.id,
        "parameters": given,
        "asOf": given.get("asOf", today().isoformat()),
        "version": reply.version,
        "tier": graph.tier,
        "assumptions": question.assumptions.get(language) or question.assumptions.get("en", ""),
        "rows": len(rows),
    }
    return Answer(question, tuple(columns), rows, footing)


_RECORDS = Path(__file__).with_name("records.rq")
#: Names an error message lists at most.
_NAMED = 40


def _check_record(graph: Graph, parameter: Parameter, value: str, base: str) -> None:
    """Refuse a record that is not there: an empty answer would read as 'nothing known of it'."""

    def names(record: str) -> list[str]:
        terms = {"record": [record], "kind": [str(Literal(parameter.type))]}
        found = json.loads(graph.query(bind(_RECORDS.read_text("utf-8"), terms), solutions=JSON).body)
        return [name_of(base, row["record"]["value"]) for row in found["results"]["bindings"]]

    if names(parameter.term(value, base)):
        return
    known = names("UNDEF")
    near = difflib.get_close_matches(value, known, 1)
    hint = f"Did you mean '{near[0]}'? " if near else ""
    some = ", ".join(known[:_NAMED]) + (f", … ({len(known)} in all)" if len(known) > _NAMED else "")
    raise CallError(
        f"The parameter '{parameter.name}' is '{_short(value)}'; there is no such {parameter.type}.",
        f"{hint}It takes one of {some}.",
    )


def _with_label(column: Column) -> list[Column]:
    if column.type not in ("iri", "code"):
        return [column]
    return [column, Column(f"{column.name}Label", "string", None, column.label)]


def _cell(binding: Mapping[str, str] | None, kind: str) -> Cell:
    if binding is None:
        return None
    value = binding["value"]
    if kind == "decimal":
        number = float(value)
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
    if kind == "integer":
        return int(float(value))
    if kind == "boolean":
        return value in ("true", "1")
    if kind == "date":
        return value[:10]
    return value


_LABELS = Path(__file__).with_name("labels.rq")
#: How many names are asked for in one query; keeps it under the size limit of the guard.
_LABEL_BATCH = 300


def labels(graph: Graph, iris: set[str], language: str) -> dict[str, str]:
    """What the things are called: in the language, else in English."""
    text = _LABELS.read_text("utf-8")
    wanted = sorted(iris)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _LABEL_BATCH):
        batch = [str(NamedNode(iri)) for iri in wanted[start : start + _LABEL_BATCH]]
        query = bind(text, {"thing": batch, "wanted": [str(Literal(language))]})
        for row in json.loads(graph.query(query, solutions=JSON).body)["results"]["bindings"]:
            found[row["thing"]["value"]] = row["label"]["value"]
    return found
