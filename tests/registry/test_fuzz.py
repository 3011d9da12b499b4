"""Every reader under random and spoilt input: only the project's own errors, always with a place, never half a record.

The same code runs a few seconds a reader in `make test` and long in `make soak`.
"""

from __future__ import annotations

import csv
import functools
import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from hedgerow import record
from hedgerow.errors import InputError
from hedgerow.iri import DEFAULT_BASE
from hedgerow.paths import DATA, QUERIES
from hedgerow.questions import read_question
from hedgerow.record import Record
from hedgerow.sources.curated import TABLES, read_curated
from hedgerow.sources.dates import stated_date
from hedgerow.sources.rdf import read_rdf
from hedgerow.sources.table import Context, Problem, read_table
from tests.registry.rdf_world import FORMS, source, stockpile, written

#: How long each reader is tried, in seconds: 30 s in all, and 10 minutes in the long run. A try of the tables takes
#: a tenth of a second, one of a single text less than a thousandth.
SECONDS = {"curated rows": 6, "decimal": 1, "integer": 1, "text": 1, "web address": 1, "IRI": 1, "date": 1}
OTHERS, LONG = 2, 20
#: Examples between two looks at the clock.
ROUND = 25

#: Fragments with a meaning somewhere.
TOKENS = [
    "", " ", "\n", "\r\n", "\0", "\ufeff", '"', "'", '""', ",", ";", "|", "<", ">", "{", "}", "[", "]", "(", ")", ".", "#",
    "\\", "\\u0000", "\\uD800", "_:b", "_:b1 ", "<<( ", ")>>", "<<", "a", "@", "@en", "@en--ltr", "^^", "@prefix x: <urn:x> .\n",
    "@base <urn:y> .\n", "<urn:z>", "<javascript:alert(1)>", "<https://ex\u202eample.org/>", "<https://exаmple.org/>", "https://[",
    "https://a℀b/", "1e400", "-1", "0x1F", "01", "1.50", "9" * 30, "9" * 5000, "0." + "0" * 40 + "1", "٣", "NaN", "INF", "true",
    "2026-02-30", "9999", "9999-12-31", "0000", "0001-01-01T00:00:00+14:00", "null", '"@context": "http://127.0.0.1:9/",',
    '"@context": null,', '"@vocab": "",', '"@id": 1,', '"@type": ["a", 1],', '"@list": [1],', '"@reverse": {},', "<!DOCTYPE a>",
    "<!--", "-->", "<![CDATA[", "]]>", "&amp;", "&x;", "<?xml version='1.1'?>", 'rdf:parseType="Literal"', 'rdf:nodeID="a"', "xmlns:",
    "#+ ", "#+ a: [", "#+ title: 1\n", "#+ columns: {a: b}\n", "!!python/object:os.system {}", "&a [*a]", "? ", "- ", ": ",
    "ニッケル", "e\u0301", "\u202e", "\u0085", "\u2028", "𝒳", "/id/", "/id/source/", "/id/agreement/a#b",
]  # fmt: skip

pieces = st.one_of(
    st.sampled_from(TOKENS).map(str.encode),
    st.sampled_from([t for t in TOKENS if t and len(t) < 100]).flatmap(
        lambda token: st.integers(2, 150).map(lambda times: (token * times).encode())
    ),
    st.binary(max_size=8),
    st.text(max_size=12).map(lambda text: text.encode("utf-8", "surrogatepass")),
)
#: One change of bytes: where (in thousandths of the length), how many bytes go, what comes.
changes = st.lists(st.tuples(st.integers(0, 1000), st.sampled_from([0, 0, 1, 3, 40]), pieces), min_size=1, max_size=3)
texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(TOKENS),
    st.lists(st.sampled_from(TOKENS), max_size=4).map("".join),
    st.from_regex(r"[-+]?[0-9]{0,40}(\.[0-9]{0,40})?", fullmatch=True),
    st.from_regex(r"https?://[^/]{0,12}/.{0,8}", fullmatch=True),
)


def spoilt(data: bytes, how: list[tuple[int, int, bytes]]) -> bytes:
    for where, gone, comes in how:
        at = len(data) * where // 1000
        data = data[:at] + comes + data[at + gone :]
    return data


def complete(problems: list[Problem], lines: int | None = None) -> None:
    """Every problem names a place that is there, and a remedy."""
    for problem in problems:
        assert problem.file, problem
        assert problem.message, problem
        assert problem.remedy, problem
        assert 0 <= problem.row <= (lines or problem.row), problem


def whole(made: Record) -> None:
    """A record that was accepted is the same after its bytes were read back."""
    again = Record.parse(made.iri, made.canonical)
    assert again == made
    assert again.digest == made.digest


def kept(literal: Literal) -> None:
    """A literal that was accepted is the same after the engine stored it, and made again."""
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), literal))
    assert next(iter(store)).object == literal
    record.check_literal(literal)


def told(call: Callable[[], object]) -> object | None:
    """The result of a call that may only fail with an error that says what to do."""
    try:
        return call()
    except InputError as error:
        fault = error
    assert fault.detail
    assert fault.remedy
    return None


def maker(make: Callable[[str], Literal]) -> Callable[[str, Path], None]:
    def check(value: str, _: Path) -> None:
        literal = told(lambda: make(value))
        if literal is not None:
            assert isinstance(literal, Literal)
            kept(literal)
            assert make(literal.value) == literal

    return check


def check_iri(value: str, _: Path) -> None:
    if told(lambda: (record.check_iri(value), True)):
        assert NamedNode(value).value == value


def check_date(value: str, _: Path) -> None:
    date = told(lambda: stated_date(value))
    if date is not None:
        assert date.stated == value  # type: ignore[attr-defined]
        assert date.earliest < date.latest  # type: ignore[attr-defined]
        kept(record.instant(date.earliest))  # type: ignore[attr-defined]
        kept(record.instant(date.latest))  # type: ignore[attr-defined]


def check_parse(how: list[tuple[int, int, bytes]], _: Path) -> None:
    made = stockpile()
    data = spoilt(made.canonical, how)
    found = told(lambda: Record.parse(made.iri, data))
    if isinstance(found, Record):
        assert found.canonical == data
        whole(found)


def check_rdf(suffix: str) -> Callable[[list[tuple[int, int, bytes]], Path], None]:
    clean = written([source(), stockpile()], suffix)

    def check(how: list[tuple[int, int, bytes]], folder: Path) -> None:
        path = folder / f"memo{suffix}"
        path.write_bytes(spoilt(clean, how))
        read = read_rdf(path, DEFAULT_BASE)
        complete(read.problems, len(re.findall(rb"\r\n?|\n", path.read_bytes())) + 1)
        if not read.problems:
            for made in read.records:
                made.check()
                whole(made)

    return check


def check_table(how: list[tuple[int, int, bytes]], folder: Path) -> None:
    table = next(table for table in TABLES if table.file == "countries.csv")
    path = folder / table.file
    path.write_bytes(spoilt((DATA / table.file).read_bytes()[:3000], how))
    context = Context(DEFAULT_BASE)
    rows = list(read_table(path, table.columns, context))
    complete(context.problems)
    for row in rows:
        assert list(row.cells) == list(table.columns)
    assert rows or context.problems


@functools.cache
def small_tables() -> dict[str, list[list[str]]]:
    """The first rows of every table, with the rows they point at."""
    whole_tables = {t.file: list(csv.reader(io.StringIO((DATA / t.file).read_text("utf-8")))) for t in TABLES}
    taken = {file: set(range(min(9, len(rows)))) for file, rows in whole_tables.items()}
    todo = [(file, number) for file, numbers in taken.items() for number in numbers]
    by_name: dict[str, list[tuple[str, int]]] = {}
    for table in TABLES:
        for number, row in enumerate(whole_tables[table.file]):
            if table.key:
                by_name.setdefault(row[table.columns.index(table.key)], []).append((table.file, number))
    while todo:
        file, number = todo.pop()
        for cell in whole_tables[file][number]:
            for name in re.split("[;|]", cell):
                for target in by_name.get(name.strip(), []):
                    if target[1] not in taken[target[0]]:
                        taken[target[0]].add(target[1])
                        todo.append(target)
    return {file: [rows[number] for number in sorted(taken[file])] for file, rows in whole_tables.items()}


def as_csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


#: Changes of cells: which table, row and column (in thousandths), and the new value, or None for one of its column.
cells = st.lists(
    st.tuples(
        st.sampled_from([table.file for table in TABLES]),
        st.integers(0, 999),
        st.integers(0, 999),
        st.one_of(texts, st.none()),
    ),
    min_size=1,
    max_size=10,
)


def check_curated(how: list[tuple[str, int, int, str | None]], folder: Path) -> None:
    changed = {file: [list(row) for row in rows] for file, rows in small_tables().items()}
    for file, down, across, value in how:
        rows = changed[file]
        column = across * len(rows[0]) // 1000
        row = 1 + down * (len(rows) - 1) // 1000
        rows[row][column] = rows[1 + (row * 7) % (len(rows) - 1)][column] if value is None else value
    for file, rows in changed.items():
        (folder / file).write_bytes(as_csv(rows))
    curated = read_curated(folder, DEFAULT_BASE)
    complete(curated.problems)
    if not curated.problems:
        for made in curated.records:
            made.check()
        assert len({made.iri for made in curated.records}) == len(curated.records)
        for made in curated.records[:: max(1, len(curated.records) // 10)]:
            whole(made)


@functools.cache
def questions() -> list[bytes]:
    return [path.read_bytes() for path in sorted(QUERIES.glob("*/*.rq"))]


def check_question(how: tuple[int, list[tuple[int, int, bytes]]], folder: Path) -> None:
    number, spoil = how
    data = questions()[number % len(questions())]
    # Most changes go into the header, which is what is read.
    head = data.rindex(b"#+") + 2
    path = folder / "asked.rq"
    path.write_bytes(spoilt(data[:head], spoil) + data[head:])
    question = told(lambda: read_question(path))
    if question is not None:
        assert re.fullmatch("[A-Z][0-9]+", question.id)  # type: ignore[attr-defined]
        for parameter in question.parameters:  # type: ignore[attr-defined]
            assert isinstance(parameter.name, str)
            assert parameter.label["en"]
        for column in question.columns:  # type: ignore[attr-defined]
            assert isinstance(column.label["en"], str)


Check = Callable[..., None]
READERS: dict[str, tuple[st.SearchStrategy[object], Check]] = {
    "decimal": (texts, maker(record.decimal)),
    "integer": (texts, maker(record.integer)),
    "text": (texts, maker(record.text)),
    "web address": (texts, maker(record.web_address)),
    "IRI": (texts, check_iri),
    "date": (st.one_of(texts, st.from_regex(r"\d{4}(-\d\d(-\d\d)?)?", fullmatch=True)), check_date),
    "record": (changes, check_parse),
    "table": (changes, check_table),
    "curated rows": (cells, check_curated),
    "question": (st.tuples(st.integers(0, 99), changes), check_question),
    **{f"RDF {suffix}": (changes, check_rdf(suffix)) for suffix in FORMS},
}


def hammer(reader: str, folder: Path, seconds: float, start: int) -> int:
    """Try one reader until the time is over; each round begins with another seed. Gives the number of tries."""
    strategy, check = READERS[reader]
    tries = 0

    @settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def once(value: object) -> None:
        nonlocal tries
        tries += 1
        check(value, folder)

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start += 1
        seed(start)(once)()
    return tries


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_knows_no_error_but_our_own(reader: str, tmp_path: Path) -> None:
    assert hammer(reader, tmp_path, SECONDS.get(reader, OTHERS), 0) >= ROUND


@pytest.mark.soak
@pytest.mark.parametrize("reader", READERS)
def test_a_reader_knows_no_error_but_our_own_for_long(reader: str, tmp_path: Path) -> None:
    start = time.time_ns()
    print(f"seeds from {start}")
    print(f"{reader}: {hammer(reader, tmp_path, SECONDS.get(reader, OTHERS) * LONG, start)} tries")


def test_the_small_tables_have_no_problem(tmp_path: Path) -> None:
    # Otherwise a change would be lost among faults that were there before.
    for file, rows in small_tables().items():
        (tmp_path / file).write_bytes(as_csv(rows))
    assert [str(problem) for problem in read_curated(tmp_path, DEFAULT_BASE).problems] == []
