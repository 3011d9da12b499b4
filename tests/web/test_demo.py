"""The demonstration at /demo: the whole site over its own graph, marked everywhere, and left by one link alone."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, Store, parse

from hedgerow.graph.client import LocalGraph
from hedgerow.iri import DEFAULT_BASE
from hedgerow.settings import Settings
from hedgerow_web import create_app
from tests.web.conftest import VIEW
from tests.web.test_pages import PAGES as PUBLIC_PAGES

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = [
    "/doc/agreement/asean-offtake",
    "/doc/party/kanto-motors",
    "/doc/exchange-pool/two-way",
    "/browse/exchange-pool",
    "/search?q=example",
    "/sparql?query=SELECT%20*%20%7B%20%3Fs%20a%20%3Chttps%3A//w3id.org/hedgerow/ns%23Company%3E%20%7D%20LIMIT%205",
    "/nothing",
    *(path for path in PUBLIC_PAGES if not path.startswith("/questions/") or "exposure" in path or "bundle" in path),
]


def addresses(page: str) -> set[str]:
    return {found.replace("&amp;", "&") for found in re.findall(r'(?:href|src|action)="([^"]*)"', page)}


@pytest.mark.parametrize("path", PAGES)
def test_no_link_of_a_page_leaves_the_demonstration_but_the_one_to_the_public_record(
    path: str, web: FlaskClient
) -> None:
    response = web.get(f"/demo{path}", headers=PAGE)
    page = response.text
    leaving = [a for a in addresses(page) if not a.startswith(("/demo/", "#", "https://", "http://"))]
    assert leaving == ["/"]
    assert page.count('class="banner"') == 1
    assert page.count('href="/"') == 1
    assert '<meta name="robots" content="noindex">' in page
    assert response.headers["Hedgerow-Tier"] == "demo"
    assert response.headers["X-Robots-Tag"] == "noindex"
    for link in response.headers.getlist("Link"):
        assert link.startswith(("</demo/", "<https://", "<http://")), link


def test_a_crawl_stays_inside_and_finds_everything(web: FlaskClient) -> None:
    found, visits = ["/demo/"], Counter[str]()
    seen = set(found)
    for address in found:
        # Of each list, and of each kind of record, a few: the pages of one are made by the same code.
        place = "/".join(address.partition("?")[0].split("/")[:4])
        visits[place] += 1
        if visits[place] > 3:
            continue
        with web.get(address, headers=PAGE) as response:
            # The form of the front page leads on to the brief that it chose.
            assert response.status_code == (303 if place == "/demo/brief" and address.count("/") == 2 else 200), address
            assert response.headers["Hedgerow-Tier"] == "demo"
            if response.mimetype != "text/html" or response.status_code == 303:
                continue
            page = response.text
        links = {link.partition("#")[0] for link in addresses(page)}
        assert [link for link in links if link[:1] == "/" and not link.startswith("/demo/")] == ["/"], address
        new = sorted(link for link in links - seen if link.startswith("/demo/"))
        seen.update(new)
        found += new
    assert sum(min(count, 3) for count in visits.values()) > 200
    assert {"/demo/doc/exchange-pool", "/demo/doc/agreement", "/demo/ns/Agreement", "/demo/sparql"} <= set(visits)


@pytest.mark.parametrize(("language", "says"), [("en", "not evidence"), ("ja", "証拠ではありません")])
def test_the_banner_speaks_both_languages(language: str, says: str, web: FlaskClient) -> None:
    page = web.get(f"/demo/?lang={language}", headers=PAGE).text
    assert says in page
    other = {"en": "ja", "ja": "en"}[language]
    assert f'href="/demo/?lang={other}"' in page


def test_a_thing_leads_to_its_description_under_the_prefix(web: FlaskClient) -> None:
    for kind, slug in (("agreement", "asean-offtake"), ("item", "nickel")):
        for accept, suffix in (("text/html", ""), ("text/turtle", ".ttl")):
            response = web.get(f"/demo/id/{kind}/{slug}", headers={"Accept": accept})
            assert response.status_code == 303
            assert response.headers["Location"] == f"/demo/doc/{kind}/{slug}{suffix}"
    assert web.get("/demo/id/item/unobtainium").status_code == 404
    for path in ("/ns/Agreement", "/code/stage"):
        response = web.get(f"/demo{path}", headers={"Accept": "text/turtle"})
        assert response.headers["Content-Location"] == f"/demo{path}.ttl"
    response = web.get("/demo/code/stage/refining", headers={"Accept": "text/html"})
    assert response.headers["Location"] == "/demo/code/stage#refining"
    assert web.get("/demo/questions/C2").headers["Location"] == "/demo/questions/reserve-gap"


def test_its_records_are_named_under_its_own_place(web: FlaskClient) -> None:
    response = web.get("/demo/doc/agreement/asean-offtake.nt")
    record = f"{DEFAULT_BASE}/demo/id/agreement/asean-offtake"
    subjects = {str(q.subject.value).partition("#")[0] for q in parse(response.data, format=RdfFormat.N_TRIPLES)}  # type: ignore[union-attr]
    assert subjects == {record}
    assert response.headers["Content-Disposition"] == 'inline; filename="synthetic-doc-agreement-asean-offtake.nt"'
    described = web.get("/demo/doc/agreement/asean-offtake", headers={"Accept": "text/turtle"})
    assert described.headers["Content-Disposition"].endswith('"synthetic-doc-agreement-asean-offtake.ttl"')


@pytest.mark.parametrize("name", ["bundle", "agreements-in-force", "reserve-gap"])
def test_every_row_of_an_answer_is_marked(name: str, web: FlaskClient) -> None:
    response = web.get(f"/demo/questions/{name}.json")
    answer = json.loads(response.text)
    assert [column["name"] for column in answer["columns"]][-1] == "synthetic"
    assert {row["synthetic"] for row in answer["rows"]} == {True}
    assert answer["footing"]["tier"] == "demo"
    assert "synthetic" in response.headers["Content-Disposition"]
    response = web.get(f"/demo/questions/{name}.csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert len(rows) == len(answer["rows"]) > 0
    assert {row["synthetic"] for row in rows} == {"true"}
    assert response.headers["Content-Disposition"] == f'inline; filename="synthetic-questions-{name}.csv"'
    public = json.loads(web.get(f"/questions/{name}.json").text)
    assert "synthetic" not in {*public["rows"][0], *(column["name"] for column in public["columns"])}
    assert public["footing"]["tier"] == "public"


def test_an_invented_record_can_be_asked_for(web: FlaskClient) -> None:
    page = web.get("/demo/questions/agreements-in-force?item=demo/dysprosium-oxide-5n", headers=PAGE).text
    assert "Bundled offtake of dysprosium oxide" in page
    answer = json.loads(web.get("/demo/questions/bundle.json").text)
    asked = [row["agreement"] for row in answer["rows"] if "/demo/" in row["agreement"]]
    prefix = f"{DEFAULT_BASE}/demo/id/agreement/"
    assert sorted(name.removeprefix(prefix) for name in asked) == [
        "asean-offtake",
        "chip-exchange",
        "magnet-loop",
        "ore-and-skill",
    ]


def test_sparql_answers_over_both(web: FlaskClient) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?a a <https://w3id.org/hedgerow/ns#Agreement> }"
    counts = []
    for root in ("", "/demo"):
        response = web.post(f"{root}/sparql", data={"query": query}, headers={"Accept": "text/csv"})
        counts.append(int(response.text.split()[1]))
    assert counts == [283, 287]
    assert response.headers["Content-Disposition"] == 'inline; filename="synthetic-sparql.csv"'
    assert "Hedgerow-Tier" in response.headers["Access-Control-Expose-Headers"]


def test_a_record_without_a_page_of_its_own_is_told_whole(web: FlaskClient) -> None:
    page = web.get("/demo/doc/exchange-pool/two-way?lang=en", headers=PAGE).text
    for said in (
        "Two-way pool (invented)",
        'href="/demo/ns/Organization"',
        'href="/demo/browse/exchange-pool"',
        'href="/demo/doc/party/kanto-motors">Kanto Motors (example)<',
        'href="/demo/doc/item/ndpr-oxide"',
        'href="/demo/ns/hasProvision"',
        "When three of five members say so",
        "Nobody has said how much",
        "evidence-synthetic",
    ):
        assert said in page, said
    # Each part once, the second way to it as a link.
    assert page.count('id="rule"') == page.count('id="term"') == 1
    assert page.count('href="#rule"') == 1
    assert "two-way" in web.get("/demo/browse/exchange-pool", headers=PAGE).text
    assert web.get("/demo/browse/agreement").headers["Location"] == "/demo/agreements"
    assert web.get("/demo/browse/nonsense").status_code == 404
    assert "exchange-pool" not in web.get("/browse", headers=PAGE).text
    hit = web.get("/demo/search?q=two-way", headers=PAGE).text
    assert 'href="/demo/doc/exchange-pool/two-way"' in hit


def test_a_finding_shows_its_verdict_and_names_the_rights_it_rests_on(web: FlaskClient) -> None:
    page = web.get("/demo/doc/audit/mekong-2026?lang=en", headers=PAGE).text
    assert page.count(">discrepant finding</a>") == page.count(">agreeing finding</a>") == 1
    assert "Bundled offtake of dysprosium oxide (example) › data audit" in page


def test_the_public_site_knows_it_by_one_link(web: FlaskClient, record_store: Store) -> None:
    assert web.get("/", headers=PAGE).text.count("/demo/") == 1
    assert web.get("/doc/agreement/asean-offtake").status_code == 404
    assert "Hedgerow-Tier" not in web.get("/").headers
    off = create_app(Settings(demo=0), LocalGraph.of(record_store, VIEW)).test_client()
    assert "demo" not in off.get("/about", headers=PAGE).text
    assert "/demo/" not in "".join(addresses(off.get("/ns/Agreement", headers=PAGE).text))
    for path in ("/demo", "/demo/", "/demo/doc/agreement/asean-offtake"):
        response = off.get(path, headers=PAGE)
        assert response.status_code == 404
        assert "This registry shows no demonstration." in response.text


def test_without_its_graph_the_public_site_is_whole(record_store: Store) -> None:
    client = create_app(Settings(), LocalGraph.of(record_store, VIEW)).test_client()
    assert client.get("/demo/", headers=PAGE).status_code == 503
    assert client.get("/agreements", headers=PAGE).status_code == 200
