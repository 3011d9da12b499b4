"""Questions asked wrongly, and parameters that try to become part of the query."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Store

from hedgerow.errors import CallError
from hedgerow.graph.guard import MAX_NESTING, MAX_PATH_STEPS, MAX_PATTERNS, MAX_QUERY_BYTES
from hedgerow.iri import DEFAULT_BASE
from hedgerow.questions import RECORD_TYPES, Parameter, Question, load_questions
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
            assert NamedNode(term[1:-1]).value.startswith(
                (f"{DEFAULT_BASE}/id/{parameter.type}/", "https://w3id.org/hedgerow/code/")
            )
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
        assert response.status_code in (200, 400), (value, response.text[:200])
        if response.status_code == 400:
            problem = json.loads(response.text)
            assert response.mimetype == "application/problem+json"
            assert f"'{parameter.name}'" in problem["detail"]
            assert problem["remedy"]
            assert len(response.data) < 16_000


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
