"""The documents that programs find a registry by, as they are served, and the blocks that pages carry for them."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from hedgerow.exchange.description import FORMS, name
from hedgerow.iri import DEFAULT_BASE
from tests.web.conftest import DEMO_VIEW, VIEW

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
DOCUMENTS = ["/catalog", "/.well-known/void", "/.well-known/sparql-examples"]


def quads(body: bytes, media_type: str) -> set[Quad]:
    return set(parse(body, format=RdfFormat.from_media_type(media_type)))


@pytest.mark.parametrize(("root", "version"), [("", VIEW.version), ("/demo", DEMO_VIEW.version)])
@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_comes_in_every_form_and_names_its_version(
    path: str, root: str, version: str, web: FlaskClient
) -> None:
    whole = quads(web.get(f"{root}{path}", headers={"Accept": "text/turtle"}).data, "text/turtle")
    assert len(whole) > 200
    for media_type in FORMS.values():
        response = web.get(f"{root}{path}", headers={"Accept": media_type})
        assert response.status_code == 200
        assert response.mimetype == media_type
        assert response.headers["Hedgerow-Version"] == version
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "Accept" in response.headers["Vary"]
        assert quads(response.data, media_type) == whole
    assert web.get(f"{root}{path}", headers={"Accept": "image/png"}).status_code == 406
    told = web.get(f"{root}{path}.nt" if path == "/catalog" else f"{root}{path}", headers={"Accept": "*/*"}).text
    # Links lead to this host and mount; what the registry names is under its base.
    assert f"http://localhost{root}/sparql" in told
    assert "http://localhost/" in told or root
    assert (f"{DEFAULT_BASE}/demo" in told) == bool(root)
    assert ("http://localhost/demo" in told) == bool(root)


@pytest.mark.parametrize("path", DOCUMENTS[1:])
def test_turtle_is_what_a_program_gets_that_says_nothing(path: str, web: FlaskClient) -> None:
    for headers in ({}, {"Accept": "*/*"}, PAGE):
        assert web.get(path, headers=headers).content_type == "text/turtle; charset=utf-8"


def test_the_catalogue_has_twins_by_suffix(web: FlaskClient) -> None:
    for suffix, media_type in FORMS.items():
        for root in ("", "/demo"):
            response = web.get(f"{root}/catalog.{suffix}", headers=PAGE)
            assert response.mimetype == media_type
            assert quads(response.data, media_type)
            assert ("synthetic-" in response.headers.get("Content-Disposition", "")) == bool(root)
    assert web.get("/catalog.pdf").status_code == 404
    links = web.get("/catalog", headers=PAGE).headers.getlist("Link")
    assert '</catalog.ttl>; rel="alternate describedby"; type="text/turtle"' in links


def test_every_way_to_the_data_that_the_catalogue_names_is_there(web: FlaskClient) -> None:
    for root in ("", "/demo"):
        found = {
            quad.object.value
            for quad in quads(web.get(f"{root}/catalog.nt").data, FORMS["nt"])
            if isinstance(quad.object, NamedNode) and quad.object.value.startswith("http://localhost")
        }
        assert len(found) > 8
        for address in found:
            place = address.removeprefix("http://localhost")
            assert place.startswith(f"{root}/")
            with web.get(place, headers=PAGE) as response:
                assert response.status_code == 200, address


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "text/turtle"),
        ("*/*", "text/turtle"),
        ("text/turtle", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ('application/ld+json;profile="x"', "application/ld+json"),
        ("application/n-quads;q=0.8,application/n-triples;q=0.9", "application/n-triples"),
        ("application/trig", "application/trig"),
    ],
)
@pytest.mark.parametrize(("root", "version"), [("", VIEW.version), ("/demo", DEMO_VIEW.version)])
def test_an_endpoint_that_is_asked_nothing_describes_itself(
    accept: str, media_type: str, root: str, version: str, web: FlaskClient
) -> None:
    headers = {"Accept": accept} if accept else {}
    response = web.get(f"{root}/sparql", base_url="https://registry.example/", headers=headers)
    assert response.status_code == 200
    assert response.mimetype == media_type
    assert response.headers["Hedgerow-Version"] == version
    endpoint = NamedNode(f"https://registry.example{root}/sparql")
    told = {quad.triple for quad in quads(response.data, media_type)}
    assert [t.object for t in told if t.subject == endpoint and t.predicate == name("sd:endpoint")] == [endpoint]
    by_name = web.get(f"{root}/sparql?format=nt", base_url="https://registry.example/", headers=PAGE)
    assert {quad.triple for quad in quads(by_name.data, "application/n-triples")} == told


def test_whoever_takes_no_description_is_told_that_there_is_no_query(web: FlaskClient) -> None:
    for accept in ("application/sparql-results+json", "text/csv"):
        response = web.get("/sparql", headers={"Accept": accept})
        assert response.status_code == 400
        assert json.loads(response.text)["detail"] == "There is no query."
    assert web.post("/sparql", data={"format": "ttl"}).status_code == 400
    assert web.get("/sparql", headers=PAGE).mimetype == "text/html"


@pytest.mark.parametrize("host", ["a/b", "x>y", "a b", 'a"b', "a.example:http"])
def test_a_host_that_is_none_comes_into_no_document(host: str, web: FlaskClient) -> None:
    response = web.get("/catalog.ttl", headers={"Host": host})
    assert response.status_code == 400
    assert "Host" in json.loads(response.text)["detail"]


def blocks(page: str) -> list[dict[str, object]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert page.count("<script") == len(found)
    return [json.loads(block) for block in found]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_pages_carry_data_for_search_engines(language: str, web: FlaskClient) -> None:
    (catalog,) = blocks(web.get(f"/?lang={language}", headers=PAGE).text)
    assert catalog["@type"] == "DataCatalog"
    assert catalog["url"] == "http://localhost/catalog"
    assert isinstance(catalog["dataset"], list)
    assert [each["@id"] for each in catalog["dataset"]] == [DEFAULT_BASE, "https://w3id.org/hedgerow/ns"]
    (told,) = blocks(web.get(f"/catalog?lang={language}", headers=PAGE).text)
    assert isinstance(told["@graph"], list)
    record, ontology = told["@graph"]
    assert record["@type"] == "Dataset"
    assert record["version"] == VIEW.version
    assert record["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert record["temporalCoverage"] == "1974-11-18/2040-12-31"
    assert {"name", "description", "publisher", "distribution", "keywords"} <= set(record)
    assert [way["encodingFormat"] for way in ontology["distribution"]][-1] == "text/turtle"
    assert ("重要" in record["name"]) == (language == "ja")
    (invented,) = blocks(web.get("/demo/?lang=en", headers=PAGE).text)
    assert "synthetic" in str(invented["name"])


@pytest.mark.parametrize(
    ("path", "kind", "holds"),
    [
        ("/doc/party/jare", "Organization", "name"),
        ("/doc/country/JP", "Country", "name"),
        ("/doc/facility/lynas-malaysia", "Place", "geo"),
        ("/doc/source/usgs-mcs-2026", "CreativeWork", "url"),
    ],
)
def test_a_record_says_what_it_is_in_words_of_the_web(path: str, kind: str, holds: str, web: FlaskClient) -> None:
    (told,) = blocks(web.get(path, headers=PAGE).text)
    assert told["@type"] == kind
    assert told["@id"] == f"{DEFAULT_BASE}{path.replace('/doc/', '/id/')}"
    assert told["mainEntityOfPage"] == f"http://localhost{path}"
    assert told[holds]
    assert blocks(web.get("/doc/stockpile/eu-pilot", headers=PAGE).text) == []


def test_a_label_cannot_end_the_block_it_stands_in(hostile: FlaskClient) -> None:
    page = hostile.get("/doc/party/evil?lang=en", headers=PAGE).text
    (told,) = blocks(page)
    assert told["name"] == [{"@value": "<script>alert(1)</script> & Co", "@language": "en"}]
    assert "alert(1)</script>" not in page


def test_the_page_says_how_to_cite_what_may_be_cited(web: FlaskClient) -> None:
    page = web.get("/catalog?lang=en", headers=PAGE).text
    for said in ("How to cite", VIEW.version, "CC BY 4.0", "The Hedgerow founders", "1974-11-18 to 2040-12-31"):
        assert said in page, said
    assert "引用の方法" in web.get("/catalog?lang=ja", headers=PAGE).text
    invented = web.get("/demo/catalog?lang=en", headers=PAGE).text
    assert "How to cite" not in invented
    assert "not to be cited" in invented
