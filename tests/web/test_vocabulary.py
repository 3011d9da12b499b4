"""Every term and code dereferences, as a page and in each form of RDF; every form says the same."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, RdfFormat, Store, parse

from hedgerow.codes import known_codes
from hedgerow.iri import CODE, HR
from hedgerow_web.negotiate import TRIPLES

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def words(record_store: Store) -> list[str]:
    defined = record_store.quads_for_pattern(
        None, NamedNode("http://www.w3.org/2000/01/rdf-schema#isDefinedBy"), None, None
    )
    return sorted(quad.subject.value.removeprefix(HR) for quad in defined)  # type: ignore[union-attr]


def test_every_term_has_its_page_and_its_statements(words: list[str], web: FlaskClient) -> None:
    assert len(words) > 200
    for word in words:
        page = web.get(f"/ns/{word}?lang=en", headers=PAGE)
        assert page.status_code == 200, word
        assert f"<code>hr:{word}</code>" in page.text
        triples = set(parse(web.get(f"/ns/{word}.nt").data, format=RdfFormat.N_TRIPLES))
        assert {t.subject.value for t in triples} == {HR + word}  # type: ignore[union-attr]


def test_every_code_leads_to_its_place_and_its_statements(web: FlaskClient) -> None:
    codes = sorted(code.removeprefix(CODE) for code in known_codes())
    assert len(codes) > 300
    for code in codes:
        name, _, slug = code.partition("/")
        people = web.get(f"/code/{code}", headers=PAGE)
        assert (people.status_code, people.headers["Location"]) == (303, f"/code/{name}#{slug}")
        assert f'<div id="{slug}">' in web.get(f"/code/{name}", headers=PAGE).text
        assert web.get(f"/code/{code}.ttl").mimetype == "text/turtle"


@pytest.mark.parametrize("path", ["/ns/OfftakeCommitment", "/code/stage", "/doc/item/gallium", "/ns"])
def test_negotiation_and_suffix_give_the_same(path: str, web: FlaskClient) -> None:
    reference = {str(t) for t in parse(web.get(f"{path}.nt").data, format=RdfFormat.N_TRIPLES)}
    for suffix, media in TRIPLES.items():
        asked = web.get(path, headers={"Accept": media})
        twin = web.get(f"{path}.{suffix}")
        assert asked.mimetype == twin.mimetype == media
        assert asked.data == twin.data
        assert asked.headers["Content-Location"] == f"{path}.{suffix}"
        assert "Accept" in asked.headers["Vary"]
        assert asked.headers["Access-Control-Allow-Origin"] == "*"
        if path != "/ns":  # class expressions hold blank nodes, which have other names in each form
            form = RdfFormat.from_media_type(media)
            assert {str(t) for t in parse(twin.data, format=form)} == reference
    links = web.get(path, headers=PAGE).headers.getlist("Link")
    assert [f'<{path}.{suffix}>; rel="alternate"; type="{media}"' for suffix, media in TRIPLES.items()] == links
    assert web.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_the_whole_ontology_has_its_axioms(web: FlaskClient) -> None:
    text = web.get("/ns.ttl").text
    assert "owl:equivalentClass" in text or "http://www.w3.org/2002/07/owl#equivalentClass" in text
    assert len(list(parse(web.get("/ns.jsonld").data, format=RdfFormat.JSON_LD))) == len(
        list(parse(text, format=RdfFormat.TURTLE))
    )


@pytest.mark.parametrize(
    "path",
    ["/ns/NoSuchTerm", "/ns/..", "/ns.pdf", "/code/no-such", "/code/stage/no-such", "/code/st%20age/x", "/ns/a b"],
)
def test_what_is_not_there_is_not_found(path: str, web: FlaskClient) -> None:
    response = web.get(path, headers={"Accept": "application/json"})
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")


def test_what_a_record_says_holds_what_is_inferred_and_its_licence(web: FlaskClient) -> None:
    said = {t.predicate.value for t in parse(web.get("/doc/item/bev.nt").data, format=RdfFormat.N_TRIPLES)}  # type: ignore[union-attr]
    assert {HR + "dependsOn", HR + "exposedTo", HR + "hasInput"} <= said
    licence = "http://purl.org/dc/terms/license"
    assert licence in {t.predicate.value for t in parse(web.get("/doc/party/jare.nt").data, format=RdfFormat.N_TRIPLES)}  # type: ignore[union-attr]
    closed = web.get("/doc/source/iea-policy-tracker.nt").data
    assert licence not in {t.predicate.value for t in parse(closed, format=RdfFormat.N_TRIPLES)}  # type: ignore[union-attr]
    assert "stays out of the open dump" in web.get("/doc/source/iea-policy-tracker?lang=en", headers=PAGE).text
    subjects = {t.subject.value for t in parse(web.get("/doc/item/bev.nt").data, format=RdfFormat.N_TRIPLES)}  # type: ignore[union-attr]
    assert all(subject.partition("#")[0].endswith("/id/item/bev") for subject in subjects)
