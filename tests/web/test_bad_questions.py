"""Questions asked wrongly, and parameters that try to become part of the query."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Store
from rdflib.plugins.sparql.parser import parseQuery

from hedgerow import cli
from hedgerow.errors import CallError
from hedgerow.graph.guard import MAX_NESTING, MAX_PATH_STEPS, MAX_PATTERNS, MAX_QUERY_BYTES
from hedgerow.iri import DEFAULT_BASE
from hedgerow.questions import FORMS, RECORD_TYPES, RECORDED, Parameter, Question, load_questions
from hedgerow.rq import bind

PAGE = {"Accept": "text/html"}
PAIRS = [(question, parameter) for question in load_questions().values() for parameter in question.parameters]
INJECTIONS = [
    "x } } SELECT * { ?s ?p ?o",
    "nickel> } #",
    "> } ; DROP ALL #",
    'JP"',
    "JP'",
    '"""',
    "'''",
    "JP\\",
    "\\u003e",
    "JP%3E",
    "{",
    "}",
    "#",
    "JP # comment",
    "JP\n}",
    "JP\r\nUNDEF",
    "JP\t",
    "JP\x00",
    "\x00",
    "JP\u202e",
    "\u2066JP\u2069",
    "JP\u200b",
    "ＪＰ",
    "日本",
    "Никель",
    "١٢",
    "²",
    "../../etc/passwd",
    "../item/nickel",
    "http://example.org/x",
    "<http://example.org/x>",
    "?x",
    "$x",
    "UNDEF <urn:a>",
    "a" * 10_000,
    "1" * 10_000,
    "-",
    " JP",
    "JP ",
    "JP JP",
    "1e400",
    "NaN",
    "INF",
    "0x10",
    "1_000",
    "true false",
    "2026-02-30",
    "2026-01-01T00:00:00Z",
    "2026-01-01 UNDEF",
    "99999-01-01",
    "\\0",
    "{{7*7}}",
    "\ud800",
    "UNION",
    "SERVICE",
    "SELECT",
    "a } UNION { SERVICE <http://evil.example/> { ?s ?p ?o } } {",
    "nickel> . SERVICE <http://evil.example/sparql",
    "nickel> UNION <urn:a",
    "nickel\\u003E",
    "nickel%3E%20%7D",
    "%00",
    "JP\u200e",
    "JP\u2028}",
    "JP\x1f",
    "JP\x7f",
    "JP\ufeff",
    "UNDEF",
    "demo/a",
    "demo/../a",
    "demo//a",
    "-0",
    "+5",
    "0005.50",
    "5.",
    "999999999999999999999",
    "0001-01-01",
]


def _blocks(text: str, name: str) -> list[str]:
    return re.findall(rf"VALUES\s+\?{name}\s*\{{([^{{}}]*)\}}", text)


@pytest.mark.parametrize(("question", "parameter"), PAIRS, ids=lambda pair: pair.name)
def test_no_value_of_a_parameter_becomes_part_of_the_query(question: Question, parameter: Parameter) -> None:
    # With a known good value the query is parsed once; every accepted value may differ in that one term only.
    plain = question.bound({}, DEFAULT_BASE)
    refused = []
    for value in INJECTIONS:
        try:
            bound = question.bound({parameter.name: value}, DEFAULT_BASE)
        except CallError as error:
            refused.append(error)
            continue
        terms = {term.strip() for term in _blocks(bound, parameter.name)}
        assert len(terms) == 1
        term = terms.pop()
        # Putting the default back gives the query as it was: nothing else has moved.
        default = parameter.term(None, DEFAULT_BASE)
        assert bind(bound, {parameter.name: [default]}) == plain
        assert list(Store().query(f"SELECT ?x {{ VALUES ?x {{ {term} }} }}")) != []
        if parameter.type in RECORD_TYPES or parameter.type.startswith("code:"):
            place = (f"{DEFAULT_BASE}/id/{parameter.type}/", f"{DEFAULT_BASE}/demo/id/{parameter.type}/")
            assert NamedNode(term[1:-1]).value.startswith((*place, "https://w3id.org/hedgerow/code/"))
    assert len(refused) > len(INJECTIONS) / 2
    for error in refused:
        assert f"'{parameter.name}'" in error.detail
        assert error.remedy.startswith("It takes ")


@pytest.mark.parametrize(("question", "parameter"), PAIRS, ids=lambda pair: pair.name)
def test_the_site_answers_every_such_value_with_a_reason_or_rows(
    question: Question, parameter: Parameter, web: FlaskClient
) -> None:
    for value in (v for v in INJECTIONS if not any("\ud800" <= c <= "\udfff" for c in v)):
        response = web.get(f"/questions/{question.name}.json", query_string={parameter.name: value})
        # A site without a ledger knows no other state than the live one, for a question that would need it.
        known = (200, 400, 404) if question.over == RECORDED else (200, 400)
        assert response.status_code in known, (value, response.text[:200])
        if response.status_code == 400:
            problem = json.loads(response.text)
            assert response.mimetype == "application/problem+json"
            assert f"'{parameter.name}'" in problem["detail"]
            assert problem["remedy"]
            assert len(response.data) < 16_000


#: For each type a value that no query names otherwise, and one that looks like a piece of one and is taken.
USUAL = {"date": "2031-07-13", "integer": "7351", "decimal": "0.7351", "record": "item/another-name"}
ODD = {"date": "0001-01-01", "integer": "-7351", "decimal": "-0005.50", "record": "item/UNION.SERVICE_--"}


def parsed(question: Question, values: dict[str, str]) -> str:
    """The query as another parser reads it, with a mark in the place of each term that was put into it."""
    read = whole = repr(parseQuery(question.bound(values, DEFAULT_BASE)))
    for parameter in question.parameters:
        if parameter.name in values:
            term = parameter.term(values[parameter.name], DEFAULT_BASE)
            where = parseQuery(f"SELECT * {{ ?s ?p {term} }}")[1]["where"]
            shown = repr(where["part"][0]["triples"][0][2])
            assert shown in whole
            read = read.replace(shown, "a term")  # two parameters may have been given the same
    return read


@pytest.mark.parametrize("question", load_questions().values(), ids=lambda question: question.name)
def test_whatever_is_taken_leaves_the_parsed_query_as_it_is(question: Question) -> None:
    usual, odd = {}, {}
    for number, parameter in enumerate(question.parameters):
        if parameter.type == "boolean" or parameter.type.startswith("code:"):
            # A closed list: what is not in it is refused, so there is nothing to parse.
            for value in INJECTIONS:
                with pytest.raises(CallError):
                    question.bound({parameter.name: value}, DEFAULT_BASE)
            continue
        usual[parameter.name] = USUAL.get(parameter.type, f"another-name-{number}")
        odd[parameter.name] = ODD.get(parameter.type, f"demo/UNION.SERVICE_--{'a' * 5000}{number}")
    if usual:
        assert parsed(question, odd) == parsed(question, usual)


#: One parameter of each type.
TYPES = {parameter.type: (question, parameter) for question, parameter in PAIRS}


@pytest.mark.parametrize(("question", "parameter"), TYPES.values(), ids=list(TYPES))
def test_the_command_refuses_what_the_site_refuses(question: Question, parameter: Parameter, tmp_path: Path) -> None:
    env = {"HEDGEROW_HOME": str(tmp_path)}
    option = re.sub("([A-Z])", r"-\1", parameter.name).lower()
    for value in (v for v in INJECTIONS if "\x00" not in v and "\ud800" not in v):  # no system hands these on
        told = CliRunner().invoke(cli.main, ["ask", question.name, f"--{option}={value}"], env=env)
        try:
            parameter.term(value, DEFAULT_BASE)
            says = "holds no records"  # it went as far as there was something to ask
        except CallError as error:
            says = error.remedy
            assert f"'{parameter.name}'" in told.output
        assert says in told.output, value[:100]
        assert told.exit_code == 2
        assert len(told.output) < 16_000
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("question", load_questions().values(), ids=lambda question: question.name)
def test_no_form_of_an_answer_lets_a_value_through(question: Question, web: FlaskClient) -> None:
    parameter = question.parameters[0]
    refused = next(value for value in INJECTIONS if value.startswith("x }"))
    for hostile in (refused, '"><script>alert(1)</script>', "'; DROP ALL; #"):
        asked = {parameter.name: hostile}
        for form in FORMS:
            response = web.get(f"/questions/{question.name}.{form.suffix}", query_string={**asked, **form.asked})
            assert (response.status_code, response.mimetype) == (400, "application/problem+json"), form.name
            assert json.loads(response.text)["remedy"]
        for path in ("", "/embed"):
            response = web.get(f"/questions/{question.name}{path}", query_string=asked, headers=PAGE)
            assert response.status_code == 400
            assert "<script" not in response.text
            framed = "frame-ancestors *" if path else "frame-ancestors 'none'"
            assert framed in response.headers["Content-Security-Policy"]
            assert "script-src" not in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "asked",
    [
        "item=tin&item=nickel", "item=tin&item=tin", "item=&item=tin", "lang=en&lang=ja", "item=tin&page=1&page=2",
        "item=tin%00", "item=%00", "item=tin%3E", "item=%22", "item=%E2%80%AE", "item=%ED%A0%80", "item=%FF", "item=%",
        "item=tin%253E", "item=tin%0A", "item=tin%20%7D", "item%5B%5D=tin", "item%00=tin", "%3Fitem=tin", "=tin",
        "Item=tin", "itemLabel=tin", "asOf=2026-11-24%00", "country=JP%23",
    ],
)  # fmt: skip
def test_what_an_address_spells_out_is_refused_or_plain(asked: str, web: FlaskClient) -> None:
    for path in ("reserve-gap.json", "reserve-gap.csv", "reserve-gap.xlsx", "reserve-gap.ttl", "reserve-gap/embed"):
        response = web.get(f"/questions/{path}?{asked}")
        assert response.status_code == 400, path
        assert response.mimetype == "application/problem+json"
        assert "Traceback" not in response.text
    assert web.get(f"/questions/reserve-gap?{asked}", headers=PAGE).status_code == 400


def test_a_parameter_given_twice_is_told(web: FlaskClient) -> None:
    problem = json.loads(web.get("/questions/reserve-gap.json?item=tin&item=nickel").text)
    assert problem["detail"] == "The parameter 'item' is given 2 times."
    told = CliRunner().invoke(cli.main, ["ask", "reserve-gap", "--item", "tin", "--item", "nickel"])
    assert (told.exit_code, "The parameter 'item' is given twice" in told.output) == (2, True)


def test_a_value_that_does_not_fit_is_not_repeated_whole(web: FlaskClient) -> None:
    problem = json.loads(web.get("/questions/reserve-gap.json", query_string={"item": "a-" * 5000 + "!"}).text)
    assert len(problem["detail"]) < 300


def test_an_unknown_question_or_parameter_is_named_with_those_there_are(web: FlaskClient) -> None:
    response = web.get("/questions/reserve-gab.json")
    assert response.status_code == 404
    assert "reserve-gap" in json.loads(response.text)["remedy"]
    response = web.get("/questions/reserve-gap.json?nonsense=1")
    assert response.status_code == 400
    problem = json.loads(response.text)
    assert "'nonsense'" in problem["detail"]
    assert "item" in problem["remedy"]


@pytest.mark.parametrize(
    "asked",
    ["asOf=tomorrow", "asOf=2026", "asOf=", "asOf=2026-13-01", "item=Nickel%20Metal", "lang=xx", "page=0", "page=x"],
)
def test_a_value_of_the_wrong_type_is_a_fault_of_the_call(asked: str, web: FlaskClient) -> None:
    response = web.get(f"/questions/reserve-gap?{asked}", headers=PAGE)
    assert response.status_code == (200 if asked in ("asOf=", "lang=xx") else 400)


def test_the_page_publishes_the_limits(web: FlaskClient) -> None:
    page = web.get("/sparql?lang=en", headers=PAGE).text
    limits = page[page.index("<h2>Limits") :]
    for text in (
        "10 seconds a query",
        f"{MAX_QUERY_BYTES:,} bytes",
        f"nested at most {MAX_NESTING} deep",
        f"at most {MAX_PATTERNS} triple patterns, and {MAX_PATH_STEPS} steps in a path",
        "1,024 MiB of memory and 32 MiB of answer",
        "503",
        "no SERVICE, no updates",
    ):
        assert text in limits
    assert "最大200個" in web.get("/sparql?lang=ja", headers=PAGE).text


def test_a_query_comes_once_and_whole(web: FlaskClient) -> None:
    form, sparql = "application/x-www-form-urlencoded", "application/sparql-query"
    asked = [
        ("GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", None, None, "two queries"),
        ("POST", "/sparql", form, b"query=ASK%7B%7D&query=ASK%7B%7D", "two queries"),
        ("POST", "/sparql?query=ASK%7B%7D", form, b"query=ASK%7B%7D", "two queries"),
        ("POST", "/sparql?query=ASK%7B%7D", sparql, b"ASK{}", "two queries"),
        ("GET", "/sparql?update=CLEAR%20ALL", None, None, "Updates"),
        ("GET", "/sparql?query=ASK%7B%7D&update=CLEAR%20ALL", None, None, "Updates"),
        ("POST", "/sparql", form, b"update=CLEAR+ALL", "Updates"),
        ("POST", "/sparql", "application/sparql-update", b"CLEAR ALL", "Updates"),
        ("POST", "/sparql", form, b"", "no query"),
        ("POST", "/sparql", sparql, b"", "empty"),
        ("POST", "/sparql", sparql, b"ASK { ?s ?p '\xff' }", "UTF-8"),
        ("GET", "/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%27%FF%27%20%7D", None, None, "UTF-8"),
        ("POST", "/sparql", form, b"query=ASK%20%7B%20%3Fs%20%3Fp%20%27%FF%27%20%7D", "UTF-8"),
        ("GET", "/sparql?query=ASK%7B%7D&default-graph-uri=a", None, None, "default-graph-uri"),
        ("GET", "/sparql?query=ASK%7B%7D&format=yaml", None, None, "yaml"),
        ("GET", "/sparql?query=ASK%7B%7D&timeout=11", None, None, "timeout"),
        ("GET", "/sparql?query=ASK%7B%7D&timeout=soon", None, None, "timeout"),
        ("GET", "/sparql?query=ASK%7B%7D" + "&a=b" * 1000, None, None, "too many parameters"),
    ]
    for method, path, media_type, body, reason in asked:
        response = web.open(path, method=method, data=body, content_type=media_type)
        problem = json.loads(response.text)
        assert (response.status_code, response.mimetype) == (400, "application/problem+json"), path
        assert reason in problem["detail"]
        assert problem["remedy"]
    for media_type in (None, "text/plain", "application/json", "multipart/form-data; boundary=x", "nonsense", ";;;"):
        response = web.post("/sparql", data=b"ASK{}", content_type=media_type)
        assert response.status_code == 415, media_type
    assert web.post("/sparql", data=b"ASK{}", content_type=f"{sparql}; charset=utf-8").status_code == 200
    assert web.get("/sparql?query=ASK+%7b%7d").status_code == 200
    assert web.head("/sparql?query=ASK%7B%7D").data == b""
    assert web.options("/sparql").status_code == 204
    for method in ("PUT", "DELETE", "PATCH"):
        response = web.open("/sparql?query=ASK%7B%7D", method=method)
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]
