"""What holds for every question: its header, its parameters, its columns, its example."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store
from rdflib import Dataset
from rdflib.query import ResultRow

from hedgerow.errors import InputError
from hedgerow.iri import DEFAULT_BASE
from hedgerow.paths import QUERIES as FOLDER
from hedgerow.questions import HISTORY, Question, history_of, load_questions
from hedgerow.settings import Settings
from hedgerow.tiers import PUBLIC
from tests.queries.answers import Row, ask, differences, read

QUESTIONS = list(load_questions().values())
#: What is no operator: comments, strings, IRIs.
_NOISE = re.compile(r'"[^"\n]*"|<[^<>\s]*>|#[^\n]*')
_DIVIDED_OPERAND = re.compile(r"\([^()]*/[^()]*\)\s*\*|\*\s*\([^()]*/[^()]*\)|[\w.]+\s*/\s*[?\w.]+\s*\*")
_BOUND = re.compile(r"BIND\((?P<body>.*) AS \?(?P<name>\w+)\)")

every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: str(q.id))


def projected(text: str) -> list[str]:
    """The names of the outermost SELECT, in order."""
    body = text[text.index("SELECT") + len("SELECT") : text.index("\nWHERE")]
    while (shorter := re.sub(r"\((?:[^()]*[^()\s])?\s+AS\s+(\?\w+)\)", r"\1", body)) != body or "(" in body:
        body = shorter if shorter != body else re.sub(r"\([^()]*\)", "", body)
    return re.findall(r"\?(\w+)", re.sub(r"IF\b|IRI\b", "", body))


@every_question
def test_header_speaks_both_languages(question: Question) -> None:
    texts = [question.title, question.why, question.assumptions]
    texts += [p.label for p in question.parameters] + [c.label for c in question.columns]
    texts += [question.missing] if question.missing else []
    texts += [question.coverage.sentence] if question.coverage else []
    for text in texts:
        assert set(text) == {"en", "ja"}, text
        assert text["en"].isascii(), text
        assert re.search("[\u3040-\u30ff\u4e00-\u9fff]", text["ja"]), text


@every_question
def test_name_group_and_file_agree(question: Question) -> None:
    assert question.path.stem == question.name
    assert question.path.parent.name == question.group


@every_question
def test_columns_are_those_of_the_select(question: Question) -> None:
    assert projected(question.text) == [column.name for column in question.columns]


@every_question
def test_every_parameter_has_its_blocks_with_one_default(question: Question) -> None:
    blocks = dict[str, set[str]]()
    for name, content in re.findall(r"VALUES\s+\?(\w+)\s*\{([^{}]*)\}", question.text):
        blocks.setdefault(name, set()).add(content.strip())
    for parameter in question.parameters:
        assert len(blocks[parameter.name]) == 1, parameter.name
        if parameter.default not in (None, "today"):
            assert blocks[parameter.name] == {parameter.term(None, DEFAULT_BASE).split("^^")[0].strip('"')}


@every_question
def test_no_quotient_is_multiplied_without_a_cast(question: Question) -> None:
    text = _NOISE.sub("", question.text)
    for line in text.splitlines():
        divided = _DIVIDED_OPERAND.search(line)
        assert not divided or "xsd:double" in line, line
        bound = _BOUND.search(line)
        if bound and "/" in bound["body"] and "xsd:double" not in line:
            name = bound["name"]
            assert not re.search(rf"\?{name}\b\s*\*|\*\s*\?{name}\b", text), f"?{name} is a quotient and is multiplied"


@every_question
def test_it_answers_on_the_record_or_says_what_is_missing_and_answers_on_the_examples(
    question: Question, record_store: Store, demo_store: Store, recorded_home: Path
) -> None:
    if question.over == HISTORY:
        past = history_of(Settings(home=recorded_home), PUBLIC, question, {})
        assert past is not None
        assert json.loads(past.query(question.bound({}, DEFAULT_BASE)).body)["results"]["bindings"]
    elif question.missing:
        assert ask(record_store, question) == [], "it has rows, so nothing is missing"
        assert ask(demo_store, question), "the worked examples have no row either"
    else:
        assert ask(record_store, question)


@every_question
def test_coverage_counts_a_part_of_a_whole(question: Question, record_store: Store) -> None:
    if question.coverage is None:
        return
    text = question.bound_coverage({}, DEFAULT_BASE)
    found = record_store.query(text, use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    (row,) = found
    assert 0 <= int(row["known"].value) <= int(row["total"].value)
    for sentence in question.coverage.sentence.values():
        assert sentence.format(known=1, total=2) != sentence


def beside(question: Question, suffix: str) -> str:
    path = question.path.with_name(question.name + suffix)
    return path.read_text("utf-8") if path.exists() else "{}"


def expected(question: Question) -> list[Row]:
    rows = list(csv.DictReader(beside(question, ".expected.csv").splitlines()))
    assert list(rows[0]) == [column.name for column in question.columns]
    return [{c.name: read(c, row[c.name]) for c in question.columns} for row in rows]


def given(question: Question) -> dict[str, str]:
    values: dict[str, str] = json.loads(beside(question, ".example.json"))
    assert "asOf" in values or "asOf" not in {p.name for p in question.parameters}
    return values


@every_question
def test_example_gives_the_expected_table(question: Question) -> None:
    store = Store()
    store.load(beside(question, ".example.trig"), format=RdfFormat.TRIG)
    assert differences(ask(store, question, **given(question)), expected(question)) == []


@every_question
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_another_engine_gives_the_same_rows(question: Question) -> None:
    dataset = Dataset(default_union=True)
    dataset.parse(data=beside(question, ".example.trig"), format="trig")
    rows: list[Row] = []
    for found in dataset.query(question.bound(given(question), DEFAULT_BASE)):
        assert isinstance(found, ResultRow)
        cells = found.asdict()
        rows.append({c.name: read(c, str(cells[c.name]) if c.name in cells else None) for c in question.columns})
    assert differences(rows, expected(question)) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("#+ id: B3", "#+ id: P1a", "the id is 'P1a'"),
        ("#+ id: B3", "#+ id: B6", "2 questions have the id 'B6'"),
        ("#+ name: concentration", "#+ name: bundle", "2 questions have the name 'bundle'"),
    ],
)
def test_a_name_or_id_is_one_question(old: str, new: str, says: str, tmp_path: Path) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "queries")
    path = folder / "exposure/concentration.rq"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(InputError, match=re.escape(says)):
        load_questions(folder)
