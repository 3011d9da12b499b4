"""What the workbench reads: names, examples, limits; and that every word of its scripts is translated."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import QueryBoolean, QuerySolutions, Store

from hedgerow.iri import CODE, DEFAULT_BASE, HR
from hedgerow.questions import HISTORY, load_questions
from hedgerow_web import i18n

PAGE = {"Accept": "text/html,*/*;q=0.8"}
STATIC = Path(i18n.__file__).parent / "static" / "workbench"


def settings(page: str) -> dict[str, object]:
    """What the page tells its scripts."""
    block = re.search(r'<script type="application/json" id="workbench-settings">(.*?)</script>', page, re.S)
    assert block
    told: dict[str, object] = json.loads(block[1])
    return told


def test_the_page_brings_a_query_along(web: FlaskClient) -> None:
    query = 'SELECT ("</script><b>" AS ?x) {}'
    page = web.get("/workbench", query_string={"query": query, "lang": "en"}, headers=PAGE)
    assert page.status_code == 200
    assert settings(page.text)["query"] == query
    assert "<b>" not in page.text
    assert "/sparql?query=SELECT+%28%22%3C%2Fscript%3E" in page.text  # where scripts do not run
    asked = web.get("/workbench?example=C2&country=KR&asOf=", headers=PAGE)
    assert f"VALUES ?country {{ <{DEFAULT_BASE}/id/country/KR> }}" in str(settings(asked.text)["query"])
    assert web.get("/workbench?example=unheard-of", headers=PAGE).status_code == 404
    assert web.get("/workbench?example=reserve-gap&colour=red", headers=PAGE).status_code == 400
    demo = settings(web.get("/demo/workbench", headers=PAGE).text)
    assert (demo["endpoint"], demo["tier"], demo["synthetic"]) == ("/demo/sparql", "demo", True)


def test_terms_have_names_uses_prefixes_and_places(web: FlaskClient, record_store: Store) -> None:
    told = web.get("/workbench/terms.json").get_json()
    terms = {term["iri"]: term for term in told["terms"]}
    assert len(terms) == len(told["terms"]) > 1000
    agreement = terms[f"{HR}Agreement"]
    assert (agreement["kind"], agreement["en"], agreement["ja"]) == ("class", "agreement", "協定・契約")
    found = record_store.query(f"SELECT ?s {{ ?s a <{HR}Agreement> }}", use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    assert agreement["uses"] == len(list(found)) > 100
    assert terms[f"{HR}hasParty"]["kind"] == "property"
    assert terms["http://www.w3.org/2000/01/rdf-schema#label"]["uses"] > 1000
    assert terms[f"{CODE}stage/refining"]["kind"] == "code"
    assert terms[f"{DEFAULT_BASE}/id/item/gallium"]["ja"] == "ガリウム"
    assert {term["kind"] for term in terms.values()} == {"class", "property", "code", "record"}
    assert [iri for iri, term in terms.items() if iri.startswith(HR) and not (term.get("en") and term.get("ja"))] == []
    prefixes = told["prefixes"]
    assert len(set(prefixes.values())) == len(prefixes)
    assert (prefixes["hr"], prefixes["item"]) == (HR, f"{DEFAULT_BASE}/id/item/")
    places = dict(told["places"])
    assert places[f"{CODE}stage/"] == "/code/stage#"
    for space, iri in ((f"{DEFAULT_BASE}/id/", "item/gallium"), (HR, "Agreement"), (f"{CODE}stage/", "refining")):
        assert web.get(places[space] + iri, headers=PAGE).status_code == 200


def test_the_demonstration_names_its_own_records(web: FlaskClient) -> None:
    told = web.get("/demo/workbench/terms.json").get_json()
    assert told["prefixes"]["demo-exchange-pool"] == f"{DEFAULT_BASE}/demo/id/exchange-pool/"
    assert dict(told["places"])[f"{DEFAULT_BASE}/demo/id/"] == "/demo/doc/"
    public = web.get("/workbench/terms.json").text
    assert "/demo/" not in public
    assert "demo-" not in public


def test_every_example_runs_and_those_of_the_workbench_find_something(web: FlaskClient, record_store: Store) -> None:
    examples = {example["name"]: example for example in web.get("/workbench/examples.json").get_json()}
    assert {name for name, q in load_questions().items() if q.over != HISTORY} < set(examples)
    own = [example for name, example in examples.items() if name not in load_questions()]
    assert len(own) == 5
    for example in own:
        answer = record_store.query(example["query"], use_default_graph_as_union=True)
        assert bool(answer) if isinstance(answer, QueryBoolean) else next(iter(answer), None), example["name"]
    for example in examples.values():
        assert example["title"]["en"].isascii()
        assert not example["title"]["ja"].isascii()
        assert example["why"]["ja"]
    gap = examples["reserve-gap"]
    assert f"VALUES ?country {{ <{DEFAULT_BASE}/id/country/JP> }}" in gap["query"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_things_are_named_in_the_readers_language(method: str, web: FlaskClient) -> None:
    part = f"{DEFAULT_BASE}/id/agreement/jare-lynas-2011#signed"
    iris = [f"{DEFAULT_BASE}/id/item/nickel", f"{HR}Agreement", part, "urn:x", "http://example.org/nothing"]
    given = {"query_string" if method == "get" else "data": {"iri": iris}}
    for language, nickel in (("en", "Nickel"), ("ja", "ニッケル")):
        response = getattr(web, method)("/workbench/names.json", headers={"Accept-Language": language}, **given)
        told = response.get_json()
        assert told[iris[0]] == nickel
        assert told[part].endswith("› signed")
        assert set(told) == set(iris[:3])
        assert {"Accept-Language", "Cookie"} <= set(response.vary)
    wrong = web.post("/workbench/names.json", data={"iri": ["http://a b"]})
    assert (wrong.status_code, wrong.mimetype) == (400, "application/problem+json")
    assert web.post("/workbench/names.json", data={"iri": ["urn:x"] * 1001}).status_code == 400


def test_every_text_of_the_scripts_is_known_and_translated(web: FlaskClient) -> None:
    said = set()
    for path in STATIC.glob("*.js"):
        source = path.read_text("utf-8")
        said |= set(re.findall(r'\btext\(\s*(?:[\w.]+ [=!<>?]+ "?[\w.]*"? \? )?"([^"]+)"', source))
        said |= set(re.findall(r'"([^"\n]*\{(?:first|many|took|column|line)\}[^"\n]*)"', source))
        said |= set(re.findall(r'(?:title|remedy): "([^"]+)"', source))
    assert len(said) > 40
    for language in i18n.LANGUAGES:
        page = web.get(f"/workbench?lang={language}", headers=PAGE).text
        block = re.search(r'id="view-texts">(.*?)</script>', page, re.S)
        assert block
        texts = json.loads(block[1])
        assert said - set(texts) == set()
        assert all((words == english) == (language == "en") for english, words in texts.items() if len(english) > 4)
