"""Asking a question of a graph: parameters checked and bound, rows read by the types of their columns."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from hedgerow.errors import CallError
from hedgerow.graph.client import JSON, Graph
from hedgerow.graph.project import today
from hedgerow.graph.recorded import Moment
from hedgerow.iri import LICENCE, RDF_TYPE, RDFS_LABEL
from hedgerow.questions.answer import Answer, Cell, Source
from hedgerow.questions.header import ANY_RECORD, RECORD_TYPES, Column, Parameter, Question, in_language, short
from hedgerow.rq import bind
from hedgerow.tiers import DEMO, name_of

#: What every row of the demonstration tier is marked with.
SYNTHETIC = Column("synthetic", "boolean", None, {"en": "Synthetic", "ja": "架空"})


def ask(
    graph: Graph,
    question: Question,
    values: Mapping[str, str],
    base: str,
    language: str = "en",
    then: Moment | None = None,
    past: Graph | None = None,
) -> Answer:
    """Run a question. Columns that hold a record or code get a column `<name>Label` after them.

    An answer of the demonstration tier has a last column `synthetic`, true in every row. `with_evidence` adds what
    the rows rest on. `then`: which moment the graph is of, when it is an earlier one. `past`: the history that a
    question over it is asked of; names are the graph's.
    """
    text = question.bound(values, base)
    for parameter in question.parameters:
        # A record that has been withdrawn has a history, too.
        if values.get(parameter.name) and not _holds(past):
            _check_record(graph, parameter, values[parameter.name], base)
    reply = (past or graph).query(text, solutions=JSON)
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
        "registry": base,
        "language": language,
        "licence": LICENCE,
        "assumptions": in_language(question.assumptions, language),
        "coverage": _coverage(past or graph, question, values, base, language),
        "missing": "" if rows else in_language(question.missing, language),
        "rows": len(rows),
    }
    if then:
        footing["recorded"] = {"position": then.head.position, "at": then.recorded_at}
    return Answer(question, tuple(columns), rows, footing)


def with_evidence(graph: Graph, answer: Answer) -> Answer:
    """The answer with the names of what stands in its lists, and with the sources of the records it rests on."""
    lists = [column.name for column in answer.columns if column.type == "iris"]
    listed = {iri for row in answer.rows for name in lists for iri in str(row[name] or "").split()}
    resting = sorted({iri for row in answer.rows for iri in answer.records(row)})
    names = labels(graph, listed | set(resting), answer.language)
    text = _SOURCES.read_text("utf-8")
    evidence: dict[str, list[str]] = {}
    sources: dict[str, Source] = {}
    for batch in _batched(resting):
        found = graph.query(bind(text, {"record": batch, "wanted": [str(Literal(answer.language))]}), solutions=JSON)
        for row in json.loads(found.body)["results"]["bindings"]:
            said = {name: bound["value"] for name, bound in row.items()}
            record, source = said.pop("record"), said.pop("source")
            evidence.setdefault(record, []).append(source)
            sources[source] = Source(**said)
    return replace(answer, names=dict(sorted(names.items())), evidence=evidence, sources=dict(sorted(sources.items())))


def _coverage(graph: Graph, question: Question, values: Mapping[str, str], base: str, language: str) -> str:
    """How much of what is asked about is known, as a sentence; '' where the question does not count it."""
    if question.coverage is None:
        return ""
    reply = graph.query(question.bound_coverage(values, base), solutions=JSON)
    (counted,) = json.loads(reply.body)["results"]["bindings"]
    counts = {name: counted[name]["value"] for name in ("known", "total")}
    return in_language(question.coverage.sentence, language).format(**counts)


def _holds(past: Graph | None) -> bool:
    """Whether there is a history, and anything in it."""
    return past is not None and past.status()["quads"] > 0


_RECORDS = Path(__file__).with_name("records.rq")
#: Names an error message lists at most.
_NAMED = 40


def _check_record(graph: Graph, parameter: Parameter, value: str, base: str) -> None:
    """Refuse a record that is not there: an empty answer would read as 'nothing known of it'."""
    if parameter.type == ANY_RECORD:
        raise CallError(f"No record '{short(value)}' is on record.", "Its page names it: /doc/KIND/NAME is KIND/NAME.")
    if parameter.type not in RECORD_TYPES:
        return

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
        f"The parameter '{parameter.name}' is '{short(value)}'; there is no such {parameter.type}.",
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
    if kind == "iris":  # a set: the engine tells it in the order in which it was loaded
        return " ".join(sorted(set(value.split())))
    return value


#: Words of RDF itself, which no graph here names.
_WORDS = {RDF_TYPE: {"en": "class", "ja": "クラス"}, RDFS_LABEL: {"en": "name", "ja": "名称"}}
_LABELS = Path(__file__).with_name("labels.rq")
_SOURCES = Path(__file__).with_name("sources.rq")
#: How many things are asked for in one query; keeps it under the size limit of the guard.
_BATCH = 300


def _batched(iris: Sequence[str]) -> Iterator[list[str]]:
    """The IRIs as terms of SPARQL, so many at a time."""
    for start in range(0, len(iris), _BATCH):
        yield [str(NamedNode(iri)) for iri in iris[start : start + _BATCH]]


def labels(graph: Graph, iris: set[str], language: str) -> dict[str, str]:
    """What the things are called: in the language, else in English."""
    text = _LABELS.read_text("utf-8")
    found: dict[str, str] = {}
    for batch in _batched(sorted(iris)):
        query = bind(text, {"thing": batch, "wanted": [str(Literal(language))]})
        for row in json.loads(graph.query(query, solutions=JSON).body)["results"]["bindings"]:
            found[row["thing"]["value"]] = row["label"]["value"]
    return {iri: texts.get(language, texts["en"]) for iri, texts in _WORDS.items() if iri in iris} | found
