"""A question: what the header of its `.rq` file says, and its SPARQL with typed parameters bound into it.

The file runs as it stands in any SPARQL engine. A parameter `p` is the block `VALUES ?p { ... }`; binding
replaces what is inside the braces with one typed term, so no text is ever spliced into a query.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode

from hedgerow import codes, record
from hedgerow.errors import CallError, InputError, NotFound
from hedgerow.graph.project import today
from hedgerow.iri import SLUG, XSD, code, rebase
from hedgerow.paths import QUERIES
from hedgerow.rq import bind, split_header, takes
from hedgerow.sources.dates import stated_date
from hedgerow.tiers import DEMO, named

#: The kinds of record a parameter may name.
RECORD_TYPES = (
    "country",
    "item",
    "party",
    "agreement",
    "stockpile",
    "source",
    "facility",
    "standard",
    "exchange-pool",
    "dataset",
    "lot",
    "scenario",
    "simulation-run",
    "allocation-protocol",
    "allocation-decision",
)
#: The type of a parameter that names a record of any kind, as `item/nickel` or `demo/item/nickel`.
ANY_RECORD = "record"
#: How the file beside a question ends that counts how much of what it asks about is known.
COVERAGE = ".coverage.rq"
_PLAIN_TYPES = ("date", "integer", "decimal", "boolean")
COLUMN_TYPES = ("iri", "iris", "code", "string", "decimal", "integer", "date", "boolean")

#: The ways an answer is drawn, and for each what the header names columns for; those with a question mark may be left
#: out. A bar has a `value`, or a range from `low` to `high`.
VIEW_KINDS: Mapping[str, tuple[str, ...]] = {
    "table": (),
    "bar": ("label", "value?", "low?", "high?", "series?"),
    "line": ("x", "value", "series?"),
    "stacked": ("label", "value", "series"),
    "map": ("country", "value?"),
    "flow": ("from", "to", "value?"),
    "graph": ("from", "to", "label?"),
    "timeline": ("label", "start", "end?", "series?"),
}

#: What a question is asked of: the graph as it is held; the view of the day `asOf`, for which what was on record at
#: the time named by `recorded` is asked for; the history of the record.
VIEW, RECORDED, HISTORY = "view", "recorded", "history"

_ID = re.compile(r"[A-Z][0-9]{1,3}", re.ASCII)

#: Characters of a refused value that its error repeats.
_REPEATED = 100

Texts = Mapping[str, str]


def in_language(texts: Texts, language: str) -> str:
    """A text in the language, else in English, else ''."""
    return texts.get(language) or texts.get("en", "")


@dataclass(frozen=True)
class Parameter:
    """One parameter. `type` is a kind of record, `record` for any, `code:<list>`, date, integer, decimal or boolean."""

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
        if self.type == ANY_RECORD:
            kind, _, slug = text.removeprefix(f"{DEMO}/").partition("/")
            if not (SLUG.match(kind) and SLUG.match(slug)):
                raise self._fault(text, "a kind and a name, as item/nickel")
            tier = f"{DEMO}/" if text.startswith(f"{DEMO}/") else ""
            return str(NamedNode(named(base, kind, tier + slug)))
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
        return CallError(f"The parameter '{self.name}' is '{short(text)}'.", f"It takes {wanted}.")


def short(text: str) -> str:
    """A refused value as an error repeats it."""
    return text if len(text) <= _REPEATED else text[:_REPEATED] + "…"


@dataclass(frozen=True)
class Column:
    """One column of an answer."""

    name: str
    type: str
    unit: str | None
    label: Texts


@dataclass(frozen=True)
class View:
    """One way to draw an answer: its kind, and the columns that play the parts of it (`label`, `value` ...)."""

    kind: str
    columns: Mapping[str, str]


@dataclass(frozen=True)
class Coverage:
    """How much of what a question asks about is known: a sentence with `{known}` and `{total}`, and its query."""

    sentence: Texts
    text: str


@dataclass(frozen=True)
class Asked:
    """What a question is called: its number, its name, and what it asks in words."""

    id: str
    name: str
    title: Texts


@dataclass(frozen=True)
class Question(Asked):
    """One question: what it asks, why, with what parameters, giving what columns.

    `views` are the ways to draw its answer beside the table, the first one the first to be shown. `missing` says
    which data the public record lacks where it has no row. `over`: what it is asked of.
    """

    group: str
    tier: str
    why: Texts
    assumptions: Texts
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    views: tuple[View, ...]
    missing: Texts
    coverage: Coverage | None
    over: str
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
        return bind(rebase(self.text, base), self._terms(values, base))

    def bound_coverage(self, values: Mapping[str, str], base: str) -> str:
        """The SPARQL that counts what is covered; it takes those parameters that it has a block for."""
        assert self.coverage is not None
        text = rebase(self.coverage.text, base)
        return bind(text, {name: term for name, term in self._terms(values, base).items() if takes(text, name)})

    def _terms(self, values: Mapping[str, str], base: str) -> dict[str, list[str]]:
        return {p.name: [p.term(values.get(p.name), base)] for p in self.parameters}

    def day(self, values: Mapping[str, str]) -> date | None:
        """The day of the view it is asked of; None: as the graph is held. Raises CallError for a bad value."""
        if self.over != RECORDED:
            return None
        (term,) = (p.term(values.get(p.name), "") for p in self.parameters if p.name == "asOf")
        return date.fromisoformat(term[1:11])

    def given(self, values: Mapping[str, str]) -> dict[str, str]:
        """Every parameter with the value in use, the default where none was given."""
        chosen = {p.name: values.get(p.name) or p.default or "" for p in self.parameters}
        return {name: today().isoformat() if value == "today" else value for name, value in chosen.items()}


@cache
def load_questions(folder: Path = QUERIES) -> Mapping[str, Question]:
    """All questions by name, in the order of their ids."""
    paths = (path for path in sorted(folder.glob("*/*.rq")) if not path.name.endswith(COVERAGE))
    found = [read_question(path) for path in paths]
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
            views=tuple(_view(v) for v in header.get("views") or ()),
            missing=_texts(header["missing"]) if header.get("missing") else {},
            coverage=_coverage(path.with_name(path.stem + COVERAGE)),
            over=str(header.get("over", VIEW)),
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


def _view(header: Mapping[str, Any]) -> View:
    return View(str(header["kind"]), {str(k): str(v) for k, v in header.items() if k != "kind"})


def _coverage(path: Path) -> Coverage | None:
    if not path.exists():
        return None
    header, body = split_header(path.read_text("utf-8"), path.name)
    return Coverage(_texts(header), body)


def _texts(value: object) -> Texts:
    if not isinstance(value, dict) or not isinstance(value.get("en"), str):
        raise TypeError(f"{value!r} is no text in languages, as {{en: ...}}")
    return {str(language): str(text) for language, text in value.items()}


def _check_header(question: Question) -> None:
    if not _ID.fullmatch(str(question.id)):
        raise InputError(f"{question.path.name}: the id is '{question.id}'.", "Use a letter and a number, as B6.")
    if question.over not in (VIEW, RECORDED, HISTORY):
        raise InputError(f"{question.path.name}: over '{question.over}'.", f"Known: {VIEW}, {RECORDED}, {HISTORY}.")
    if question.over == RECORDED and "asOf" not in {parameter.name for parameter in question.parameters}:
        raise InputError(f"{question.path.name} has no parameter asOf.", "The view it is asked of is of a day.")
    for parameter in question.parameters:
        known = (*RECORD_TYPES, ANY_RECORD, *_PLAIN_TYPES)
        if parameter.type not in known and not parameter.type.startswith("code:"):
            raise InputError(f"{question.path.name}: no parameter type '{parameter.type}'.", f"Known: {known}.")
    for column in question.columns:
        if column.type not in COLUMN_TYPES:
            raise InputError(f"{question.path.name}: no column type '{column.type}'.", f"Known: {COLUMN_TYPES}.")
    for view in question.views:
        _check_view(question, view)


def _check_view(question: Question, view: View) -> None:
    if view.kind not in VIEW_KINDS:
        raise InputError(f"{question.path.name}: no view '{view.kind}'.", f"Known: {', '.join(VIEW_KINDS)}.")
    parts = VIEW_KINDS[view.kind]
    columns = {column.name for column in question.columns}
    for part, column_name in view.columns.items():
        if part not in {known.removesuffix("?") for known in parts} or column_name not in columns:
            raise InputError(
                f"{question.path.name}: the view '{view.kind}' names the column '{column_name}' for '{part}'.",
                f"It takes {', '.join(parts) or 'none'}, each a column of the question.",
            )
    lacking = [part for part in parts if not part.endswith("?") and part not in view.columns]
    if lacking:
        raise InputError(
            f"{question.path.name}: the view '{view.kind}' has no {', '.join(lacking)}.", "Name a column for it."
        )
