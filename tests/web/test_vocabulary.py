"""Every term and code dereferences, as a page and in each form of RDF; every form says the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Store, parse

from hedgerow.codes import known_codes
from hedgerow.documentation import described
from hedgerow.documentation.described import shipped
from hedgerow.documentation.guide import patterns
from hedgerow.documentation.usage import Examples
from hedgerow.iri import CODE, HR
from hedgerow.paths import ONTOLOGY
from hedgerow_web.negotiate import TRIPLES
from hedgerow_web.pages import modelling, vocabulary

FIXTURE = Path(__file__).parents[1] / "fixtures/examples"
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
        named = [t.subject for t in triples if not isinstance(t.subject, BlankNode)]
        assert {subject.value for subject in named} == {HR + word}  # type: ignore[union-attr]


def test_every_code_leads_to_its_place_and_its_statements(web: FlaskClient) -> None:
    codes = sorted(code.removeprefix(CODE) for code in known_codes())
    assert len(codes) > 300
    for code in codes:
        name, _, slug = code.partition("/")
        people = web.get(f"/code/{code}", headers=PAGE)
        assert (people.status_code, people.headers["Location"]) == (303, f"/code/{name}#{slug}")
        assert f'<div id="{slug}">' in web.get(f"/code/{name}", headers=PAGE).text
        assert web.get(f"/code/{code}.ttl").mimetype == "text/turtle"


@pytest.mark.parametrize("path", ["/ns/OfftakeCommitment", "/ns/pool", "/code/stage", "/doc/item/gallium", "/ns"])
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
    said = [f'<{path}.{suffix}>; rel="alternate describedby"; type="{media}"' for suffix, media in TRIPLES.items()]
    assert [link for link in links if "alternate" in link] == said
    assert web.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_the_whole_ontology_has_its_axioms(web: FlaskClient) -> None:
    text = web.get("/ns.ttl").text
    assert "owl:equivalentClass" in text or "http://www.w3.org/2002/07/owl#equivalentClass" in text
    assert len(list(parse(web.get("/ns.jsonld").data, format=RdfFormat.JSON_LD))) == len(
        list(parse(text, format=RdfFormat.TURTLE))
    )


@pytest.mark.parametrize(
    "path",
    [
        "/ns/NoSuchTerm",
        "/ns/..",
        "/ns.pdf",
        "/ns/a b",
        "/ns/0.0.0/",
        "/ns/0.0.0/core",
        "/ns/0.0.0.ttl",
        "/ns/rules/no-such",
        "/ns/shapes/..",
        "/code/no-such",
        "/code/stage/no-such",
        "/code/st%20age/x",
    ],
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


def test_a_term_page_tells_its_axioms_its_place_and_its_uses(web: FlaskClient) -> None:
    page = web.get("/ns/BundledAgreement?lang=en", headers=PAGE).text
    assert '<a href="/ns/Agreement">agreement</a> <span aria-hidden="true">›</span> <b>bundled agreement</b>' in page
    words = re.sub(r"<[^>]+>", "", page)
    assert "A bundled agreement is exactly an agreement that has some provision that is an offtake commitment" in words
    assert '<a href="/ns/rules/R07-kinds-of-agreement">' in page
    assert '<a href="/questions/bundle">' in page
    assert '<a href="/ns/hasProvision">has provision</a>' in page
    japanese = re.sub(r"<[^>]+>", "", web.get("/ns/BundledAgreement?lang=ja", headers=PAGE).text)
    assert "三点一体の協定とは、協定・契約のうち、条項に引取りの約束を一つ以上持ち" in japanese


def test_a_term_page_shows_the_shortest_example(web: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No worked example uses it yet." in web.get("/ns/Area?lang=en", headers=PAGE).text
    monkeypatch.setattr(vocabulary, "examples", lambda: Examples(FIXTURE))
    page = web.get("/ns/hasUnit?lang=en", headers=PAGE).text
    assert "&lt;agreement/oxide#quantity&gt; a hr:Quantity ;\n    hr:hasUnit unit:t ;" in page
    assert 'href="/demo/doc/agreement/oxide#quantity"' in page


def test_turtle_of_a_term_is_exactly_what_is_said_of_it(web: FlaskClient) -> None:
    text = web.get("/ns/BundledAgreement", headers={"Accept": "text/turtle"}).text
    assert text.count("a owl:Restriction") == 3
    assert "owl:equivalentClass [ a owl:Class ;" in text
    assert "hr:Provision a " not in text


def test_every_module_has_its_page_its_diagram_and_its_data(web: FlaskClient) -> None:
    for name, module in shipped().modules.items():
        page = web.get(f"/ns/{name}?lang=en", headers=PAGE).text
        assert page.count("<svg") == 1
        for term in shipped().of_module(name):
            if term.is_class:
                assert f'<text x="8" y="36" class="code-name">{term.name}</text>' in page
        for address in (f"/ns/{name}", f"/ns/{module.version}/{name}"):
            triples = set(parse(web.get(f"{address}.nt").data, format=RdfFormat.N_TRIPLES))
            subjects = {t.subject.value for t in triples if not isinstance(t.subject, BlankNode)}  # type: ignore[union-attr]
            assert {module.iri, *(term.iri for term in shipped().of_module(name))} == subjects


def test_a_version_iri_dereferences(web: FlaskClient) -> None:
    for module in shipped().modules.values():
        path = module.version_iri.removeprefix("https://w3id.org/hedgerow")
        assert web.get(path, headers=PAGE).status_code == 200
        turtle = web.get(path, headers={"Accept": "text/turtle"})
        assert (turtle.mimetype, turtle.headers["Content-Location"]) == ("text/turtle", f"{path}.ttl")
        assert f"owl:versionIRI <{module.version_iri}>" in turtle.text
    version = next(iter(shipped().modules.values())).version
    assert web.get(f"/ns/{version}").location == f"/ns/{version}/"
    assert web.get(f"/ns/{version}.nt").data == web.get("/ns.nt").data
    missing = web.get("/ns/0.0.0/core", headers={"Accept": "application/json"})
    assert version in missing.text


def test_an_older_version_is_what_was_released(
    web: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "core.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n<https://w3id.org/hedgerow/ns/core> a owl:Ontology ;\n"
        '  owl:versionInfo "0.0.9" ; owl:versionIRI <https://w3id.org/hedgerow/ns/0.0.9/core> .\n'
    )
    monkeypatch.setattr(described, "versions", lambda: {"0.0.9": tmp_path})
    monkeypatch.setattr(described, "of_version", lambda version: described.read(tmp_path))
    assert "An older version" in web.get("/ns/0.0.9/?lang=en", headers=PAGE).text
    assert '"0.0.9"' in web.get("/ns/0.0.9/core.ttl").text


def test_the_index_is_filtered_by_its_form(web: FlaskClient) -> None:
    page = web.get("/ns/?lang=en&q=audit&kind=class&module=agreement", headers=PAGE).text
    assert re.findall(r'<div id="(\w+)"><dt>', page) == ["BundledAgreement", "DataAuditRight", "QualityAuditRight"]
    assert '<option value="agreement" selected>' in page
    assert "No term fits." in web.get("/ns/?lang=en&q=unobtainium", headers=PAGE).text
    whole = web.get("/ns/?lang=en", headers=PAGE).text
    assert len(re.findall(r'<div id="(\w+)"><dt>', whole)) == len(shipped().terms)


def test_the_guide_shows_the_records_themselves(
    web: FlaskClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert web.get("/ns/how-to-model?lang=en", headers=PAGE).text.count("<h2>") == 10
    path = tmp_path / "patterns.yaml"
    path.write_text(
        "- {id: x, title: {en: One way, ja: 方法}, text: {en: Do so., ja: こうする。}, terms: [Quantity, NoSuchTerm],"
        " records: ['agreement/oxide#quantity'], question: C2}\n",
        "utf-8",
    )
    monkeypatch.setattr(modelling, "patterns", lambda: patterns(path))
    monkeypatch.setattr(modelling, "examples", lambda: Examples(FIXTURE))
    page = web.get("/ns/how-to-model?lang=en", headers=PAGE).text
    assert "hr:massBasis mass-basis:oxide ." in page
    assert '<a href="/ns/Quantity">quantity</a>, <code>NoSuchTerm</code>' in page
    assert 'href="/questions/reserve-gap"' in page


def test_the_mission_links_what_is_built(web: FlaskClient) -> None:
    page = web.get("/ns/mission?lang=en", headers=PAGE).text
    assert page.count('<tr id="point-') == 44
    assert '<a href="/ns/BundledAgreement">bundled agreement</a>' in page
    assert '<a href="/questions/bundle" aria-label="A2: ' in page


def test_every_rule_check_and_shape_has_its_text(web: FlaskClient) -> None:
    for folder, suffix in (("rules", "rq"), ("checks", "rq"), ("shapes", "ttl")):
        for path in (ONTOLOGY / folder).glob(f"*.{suffix}"):
            page = web.get(f"/ns/{folder}/{path.stem}?lang=en", headers=PAGE)
            assert page.status_code == 200
            assert "<pre" in page.text
    assert '<section id="PriceObservation">' in web.get("/ns/shapes/core", headers=PAGE).text
    title = web.get("/ns/checks/end-before-begin?lang=ja", headers=PAGE).text
    assert "開始より前に終わるもの" in title
