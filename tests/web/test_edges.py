"""What is easily lost: caches, other origins, choices that do not exist, why an answer is what it is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal, NamedNode, Store

from hedgerow.graph.client import LocalGraph
from hedgerow.graph.project import build_store
from hedgerow.iri import DEFAULT_BASE, HR, XSD
from hedgerow.questions import find
from hedgerow.record import Statements
from hedgerow.settings import Settings
from hedgerow_web import create_app, i18n
from hedgerow_web.listing import FACET_SIZE
from tests.web.conftest import VIEW

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
QUERIES = Path(i18n.__file__).with_name("queries")
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


@pytest.mark.parametrize(
    "path",
    [
        "/doc/item/nickel.ttl",
        "/id/item/nickel",
        "/id/item/unobtainium",
        "/questions/bundle.json",
        "/questions/bundle.csv",
        "/questions/no-such.json",
        "/sparql",
        "/sparql?query=ASK%7B%7D",
        "/healthz",
        "/static/style.css",
        "/nowhere",
    ],
)
@pytest.mark.parametrize("accept", ["application/json", PAGE["Accept"]])
def test_every_answer_carries_the_security_headers(path: str, accept: str, web: FlaskClient) -> None:
    with web.get(path, headers={"Accept": accept}) as response:
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_cache_keeps_the_languages_of_an_answer_apart(form: str, web: FlaskClient) -> None:
    path = f"/questions/agreements-in-force.{form}"
    english = web.get(path, headers={"Accept-Language": "en"})
    japanese = web.get(path, headers={"Accept-Language": "ja"})
    assert english.data != japanese.data
    for response, language in ((english, "en"), (japanese, "ja")):
        assert {"Accept-Language", "Cookie"} <= set(response.vary.as_set(preserve_casing=True))
        assert response.headers["Content-Language"] == language


def test_a_script_elsewhere_may_read_version_and_links(web: FlaskClient) -> None:
    for path in ("/doc/item/nickel.ttl", "/questions/bundle.json", "/sparql?query=ASK%7B%7D"):
        exposed = web.get(path).headers["Access-Control-Expose-Headers"]
        assert {"ETag", "Link", "Content-Location", "Hedgerow-Version"} <= set(exposed.split(", "))
    assert "Access-Control-Expose-Headers" not in web.get("/about", headers=PAGE).headers


@pytest.mark.parametrize(
    "path", ["/", "/agreements", "/doc/item/nickel", "/doc/item/nickel.nt", "/questions/bundle.csv"]
)
def test_head_and_options_work_where_get_does(path: str, web: FlaskClient) -> None:
    whole, head = web.get(path, headers=PAGE), web.head(path, headers=PAGE)
    assert head.status_code == 200
    assert head.data == b""
    assert (head.headers["ETag"], head.content_length) == (whole.headers["ETag"], whole.content_length)
    assert web.options(path).status_code == 204


@pytest.mark.parametrize(("name", "value"), [("country", "XX"), ("item", "unobtainium")])
def test_a_record_that_is_not_there_is_no_empty_answer(name: str, value: str, web: FlaskClient) -> None:
    for form in ("json", "csv"):
        response = web.get(f"/questions/reserve-gap.{form}?{name}={value}")
        problem = json.loads(response.text)
        assert (response.status_code, response.mimetype) == (400, "application/problem+json")
        assert f"'{name}' is '{value}'" in problem["detail"]
        assert "It takes one of " in problem["remedy"]
    page = web.get(f"/questions/reserve-gap?lang=en&{name}={value}", headers=PAGE)
    assert page.status_code == 400
    assert f"no such {name}" in page.text
    assert f"<option selected>{value}</option>" in page.text


def test_what_mentions_a_thing_is_counted_whole_and_listed_once(web: FlaskClient, record_store: Store) -> None:
    source = f"{DEFAULT_BASE}/id/source/usgs-mcs-2026"
    asked = f"SELECT DISTINCT ?g {{ GRAPH ?g {{ ?s ?p <{source}> }} FILTER(?g != <{source}>) }}"
    others = {solution["g"].value for solution in record_store.query(asked)}  # type: ignore[union-attr, index]
    shares = {iri for iri in others if "/id/production-share/" in iri}
    page = web.get("/doc/source/usgs-mcs-2026?lang=en", headers=PAGE).text
    assert f'<h3>production share <span class="count">{len(shares)}</span></h3>' in page
    assert "The first 20 are shown." in page
    mentioned = page[page.index("Mentioned by") :]
    listed = re.findall(r'<li><a href="(/doc/[^"]+)">', mentioned)
    assert len(listed) == len(set(listed))


def test_an_agreement_says_why_it_is_or_is_not_in_force(web: FlaskClient) -> None:
    def why(name: str, language: str = "en") -> str:
        page = web.get(f"/doc/agreement/{name}?lang={language}", headers=PAGE).text
        match = re.search(r"<dd><span class=\"badge state-\w+\">([^<]+)</span>([^<]*)<span", page)
        assert match
        return f"{match[1]}:{match[2].strip()}"

    assert why("jare-lynas-revised-2026") == "yes:it has begun and has not ended"
    assert why("jare-lynas-2011") == "yes:it has begun and no end is stated"
    assert why("jare-lynas-revised-2026", "ja") == "はい:開始済みで、終了していない"
    assert why("a123-conoco-2010").startswith(("no:it has ended", "no:it was terminated"))


def test_every_agreement_has_a_reason_and_every_reason_a_translation(web: FlaskClient, record_store: Store) -> None:
    text = (QUERIES / "lists/agreement.rq").read_text("utf-8")
    reasons = set(re.findall(r'"(its? [^"]+|the day [^"]+)"', text))
    assert len(reasons) == 11
    assert reasons <= set(i18n._japanese())
    rows = list(record_store.query(text, use_default_graph_as_union=True))  # type: ignore[arg-type]
    assert {row["why"].value for row in rows} <= reasons  # type: ignore[index, union-attr]
    assert len(rows) == 283


def test_a_replaced_agreement_names_what_replaced_it(web: FlaskClient, record_store: Store) -> None:
    pairs = list(record_store.query(f"SELECT ?new ?old {{ GRAPH ?g {{ ?new <{HR}replaces> ?old }} }}"))  # type: ignore[arg-type]
    assert pairs
    for new, old in pairs:
        page = web.get(f"/doc{old.value.partition('/id')[2]}?lang=en", headers=PAGE).text
        assert re.search(rf'Replaced by <a href="/doc{re.escape(new.value.partition("/id")[2])}">', page)


def test_pages_say_which_view_they_rest_on(web: FlaskClient) -> None:
    for path in ("/", "/agreements", "/doc/agreement/jare-lynas-2011", "/doc/item/nickel", "/questions/bundle"):
        assert VIEW.version in web.get(path, headers=PAGE).text, path


def test_the_list_ends_where_it_ends_and_hides_no_choice(web: FlaskClient) -> None:
    beyond = web.get("/agreements?page=7", headers=PAGE)
    assert beyond.status_code == 404
    assert "The last page of this list is 6." in beyond.text
    page = web.get("/agreements?lang=en", headers=PAGE).text
    countries = len(set(re.findall(r"/agreements\?country=([A-Z]{2})", page)))
    assert countries > FACET_SIZE
    assert f"{countries - FACET_SIZE} more</summary>" in page


def test_the_search_takes_words_in_any_order_and_width(web: FlaskClient) -> None:
    for text in ("lynas JARE", "JARE lynas", "ｌｙｎａｓ jare"):
        page = web.get("/agreements", query_string={"lang": "en", "q": text}, headers=PAGE).text
        assert "/doc/agreement/jare-lynas-revised-2026" in page, text


def test_a_search_says_which_version_it_rests_on_whenever_it_is_asked(web: FlaskClient) -> None:
    first, second = (web.get("/search?q=dysprosium&lang=en", headers=PAGE) for _ in range(2))
    assert f"<code>{first.headers['Hedgerow-Version']}</code>" in first.text
    assert second.text == first.text


def test_the_form_of_the_endpoint_takes_an_example(web: FlaskClient) -> None:
    page = web.get("/sparql?lang=en", headers=PAGE).text
    assert 'href="/sparql?example=bundle"' in page
    assert "PREFIX skos:" in page
    filled = web.get("/sparql?example=bundle", headers=PAGE).text
    assert find("bundle").text.splitlines()[0].replace("<", "&lt;").replace(">", "&gt;") in filled
    assert web.get("/sparql?example=no-such", headers=PAGE).status_code == 404


def test_the_endpoint_leaves_nothing_unheeded(web: FlaskClient) -> None:
    for name in ("default-graph-uri", "named-graph-uri"):
        response = web.get("/sparql", query_string={"query": COUNT, name: "http://nowhere.example/"})
        assert response.status_code == 400
        assert json.loads(response.text)["detail"] == "There is no graph <http://nowhere.example/>."
        assert web.post("/sparql", data={"query": COUNT, name: "relative"}).status_code == 400
    for name in ("using-graph-uri", "using-named-graph-uri"):
        assert web.get("/sparql", query_string={"query": COUNT, name: "http://nowhere.example/"}).status_code == 400
    broken = web.post("/sparql", data=b"ASK { ?s ?p '\xff' }", content_type="application/sparql-query")
    assert broken.status_code == 400
    assert "not UTF-8" in json.loads(broken.text)["detail"]


def test_only_web_addresses_become_links() -> None:
    out = Statements(f"{DEFAULT_BASE}/id/party/evil")
    out.type(out.iri, "Company")
    out.label("Evil", "en")
    out.code(out.iri, "evidence", "evidence", "unverified")
    for address in ("javascript:alert(1)", "data:text/html,x", "https://example.org/fine"):
        # Intake refuses such an address; the page must not rely on it.
        out.add(out.iri, "website", Literal(address, datatype=NamedNode(XSD + "anyURI")))
    store = build_store([out.done().canonical], DEFAULT_BASE)
    page = create_app(Settings(), LocalGraph.of(store, VIEW)).test_client().get("/doc/party/evil", headers=PAGE).text
    assert "javascript:alert(1)" in page
    assert not re.search(r'href="(javascript|data):', page)
    assert 'href="https://example.org/fine"' in page


def test_an_id_leads_to_the_name_whatever_else_is_asked(web: FlaskClient) -> None:
    for query in ("", "?country=JP&lang=ja", "?name=x", "?endpoint=x&_method=POST", "?page=2&page=3"):
        response = web.get(f"/questions/C2{query}", headers=PAGE)
        assert (response.status_code, response.headers["Location"]) == (301, f"/questions/reserve-gap{query}")


def test_a_small_figure_is_no_zero_and_a_purity_no_one(web: FlaskClient) -> None:
    wanted = {
        "0.00001": "0.00001", "0.000123456": "0.0001235", "0.001": "0.001", "0": "0", "12.34567": "12.3457",
        "1250.5": "1,250", "0.99999": "0.99999", "0.9995": "0.9995", "1": "1",
    }  # fmt: skip
    with web.application.test_request_context("/"):
        assert {text: i18n.number(text) for text in wanted} == wanted


def test_sparql_of_a_site_without_a_graph_says_so_to_a_person(unbuilt: FlaskClient) -> None:
    response = unbuilt.get("/sparql", query_string={"query": "ASK {}"}, headers=PAGE)
    assert response.status_code == 503
    assert response.headers["Retry-After"]
