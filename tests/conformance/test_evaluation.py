"""The queries of the W3C's suites for SPARQL 1.1 and 1.0, over HTTP, beside the engine by itself.

What is claimed: the endpoint fails nowhere the engine does not. `deviations.txt` names where the engine fails, and
why; `refused.txt` names what the guard does not let through. Both fail here when they are no longer true.

Left out: `entailment` (66 tests: the endpoint answers from the statements there are, the rules' among them) and
`service` (7 tests: they need other endpoints, and SERVICE is refused). Updates are in test_protocol.py.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urljoin

import pytest
from pyoxigraph import BlankNode, NamedNode, Quad, QueryBoolean, QueryResultsFormat, QueryTriples, Store

from .compare import Answer, of_body, of_file, of_results, same
from .engine import Answer as Response
from .engine import Endpoint
from .suites import Case, queries, read, statements

pytestmark = pytest.mark.xdist_group("conformance")

LEFT_OUT = {"entailment": 66, "service": 7}
#: They order strings beside numbers, which SPARQL leaves open.
ANY_ORDER = {"functions/plus-1", "functions/plus-2"}
TABLES = ("application/sparql-results+json", "application/sparql-results+xml", "text/tab-separated-values")
STATEMENTS = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")
UNPARSED = "The query does not parse"

_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]*)>", re.IGNORECASE)
_ORDER = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)


def _listed(name: str) -> dict[str, str]:
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    found = [line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#")]
    listed = {name: reason for name, reason in found}  # noqa: C416 - with a reason each
    assert len(listed) == len(found)
    return listed


DEVIATIONS, REFUSED = _listed("deviations.txt"), _listed("refused.txt")
CASES = [case for case in queries() if case.name.partition("/")[0] not in LEFT_OUT]
#: A folder of updates also has some that must not parse, which its manifest calls queries.
UPDATES = "delete-insert"
EVALUATED = [case for case in CASES if case.kind == "QueryEvaluationTest"]
SPREADSHEETS = [case for case in CASES if case.kind == "CSVResultFormatTest"]
SYNTAX = [
    case
    for case in CASES
    if "SyntaxTest" in case.kind and "Update" not in case.kind and not case.name.startswith(f"{UPDATES}/")
]


def test_every_query_of_the_suites_is_asked() -> None:
    assert (len(EVALUATED), len(SPREADSHEETS), len(SYNTAX)) == (429, 3, 297)
    for folder, count in LEFT_OUT.items():
        assert sum(case.name.startswith(f"{folder}/") for case in queries()) == count
    known = {case.name for case in [*EVALUATED, *SPREADSHEETS, *SYNTAX]}
    assert DEVIATIONS.keys() <= known
    assert REFUSED.keys() <= known


def test_the_reference_says_how_many_pass() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/conformance.md").read_text("utf-8")
    for about, cases in (("evaluation", [*EVALUATED, *SPREADSHEETS]), ("syntax", SYNTAX)):
        deviations, refused = (sum(case.name in listed for case in cases) for listed in (DEVIATIONS, REFUSED))
        passed = len(cases) - deviations - refused
        line = f"{about} of queries | {len(cases)} | {passed} | {deviations} deviations of the engine"
        assert line + (f", {refused} refused on purpose" if refused else "") in page


@pytest.mark.parametrize("case", EVALUATED, ids=lambda case: case.name)
def test_evaluation(case: Case, there: Endpoint) -> None:
    store = _held(case, there)
    expected = of_file(case.result)
    if _ORDER.search(case.text) and case.name not in ANY_ORDER:
        # RDF states the places of its rows, or has no order; every other form is in order.
        expected.ordered |= not case.result.endswith(".ttl")
    try:
        results = store.query(case.text, base_iri=case.request)
    except SyntaxError:
        assert case.name in DEVIATIONS
        assert _ask(there, case, TABLES[0]).problem()["title"] == UNPARSED
        return
    forms = STATEMENTS if isinstance(results, QueryTriples) else TABLES[: 2 if isinstance(results, QueryBoolean) else 3]
    engine = of_results(results)
    assert same(expected, engine, lax=case.lax) != (case.name in DEVIATIONS)
    engine.ordered = expected.ordered
    for form in forms:
        answer = _ask(there, case, form)
        assert (answer.status, answer.media_type) == (200, form)
        assert same(engine, of_body(answer.body, form))


@pytest.mark.parametrize("case", SPREADSHEETS, ids=lambda case: case.name)
def test_csv(case: Case, there: Endpoint) -> None:
    store = _held(case, there)
    engine = store.query(case.text, base_iri=case.request).serialize(format=QueryResultsFormat.CSV)
    answer = _ask(there, case, "text/csv")
    assert (answer.status, answer.media_type) == (200, "text/csv")
    assert same(_cells(read(case.result)), _cells(engine)) != (case.name in DEVIATIONS)
    assert same(_cells(engine), _cells(answer.body))


@pytest.mark.parametrize("case", SYNTAX, ids=lambda case: case.name)
def test_syntax(case: Case, there: Endpoint) -> None:
    answer = _ask(there, case, "*/*")
    title = "" if answer.status == 200 else answer.problem()["title"]
    if case.name in REFUSED:
        assert answer.status == 400
        assert title == "The query is refused"
        return
    # A function that nobody here knows is a fault of another kind.
    parsed = title != UNPARSED
    assert answer.status == (200 if not title else 400)
    assert parsed == _parses(case)
    assert (parsed == case.kind.startswith("Positive")) != (case.name in DEVIATIONS)


def _held(case: Case, there: Endpoint) -> Store:
    """Load what a case is about, there and into a store of our own."""
    quads = list(_dataset(case))
    there.load(quads)
    store = Store()
    store.extend(quads)
    return store


def _dataset(case: Case) -> Iterator[Quad]:
    """The files of a case: as default graph, and as graphs of their name where it or its query says so."""
    for address in case.data:
        for quad in statements(address):
            yield Quad(quad.subject, quad.predicate, quad.object)
    named = {urljoin(case.request, name) for name in _FROM.findall(case.text)}
    for address in sorted({*case.graphs, *named}):
        for quad in statements(address):
            yield Quad(quad.subject, quad.predicate, quad.object, NamedNode(address))


def _ask(there: Endpoint, case: Case, accept: str) -> Response:
    return there.send("GET", f"/sparql?query={quote(case.based, safe='')}", Accept=accept)


def _parses(case: Case) -> bool:
    try:
        Store().query(case.text, base_iri=case.request)
    except SyntaxError:
        return False
    except RuntimeError:
        return True
    return True


def _cells(body: bytes) -> Answer:
    """CSV as an answer; the order of the columns of SELECT * is the engine's own."""
    head, *rows = csv.reader(io.StringIO(body.decode("utf-8"), newline=""))
    order = sorted(range(len(head)), key=head.__getitem__)
    return Answer(tuple(sorted(head)), [tuple(_cell(row[place]) for place in order) for row in rows])


def _cell(text: str) -> object:
    return BlankNode(text[2:]) if text.startswith("_:") else text
