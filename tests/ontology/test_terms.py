"""The vocabulary: every term described in two languages, nothing undefined, nothing unused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import NamedNode
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef

from hedgerow.iri import CODE, HR
from hedgerow.paths import ONTOLOGY, QUERIES
from hedgerow.sources.curated import Curated

VS = Namespace("http://www.w3.org/2003/06/sw-vocab-status/ns#")
MODULES = ("core", "material", "agreement", "pool", "circular", "resilience")
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


@pytest.fixture(scope="module")
def ontology() -> Graph:
    graph = Graph()
    for path in [*ONTOLOGY.glob("*.ttl"), *(ONTOLOGY / "labels").glob("*.ttl")]:
        graph.parse(path)
    return graph


@pytest.fixture(scope="module")
def terms(ontology: Graph) -> list[URIRef]:
    return sorted({s for kind in KINDS for s in ontology.subjects(RDF.type, kind) if isinstance(s, URIRef)})


def test_each_module_has_a_complete_header(ontology: Graph) -> None:
    for name in MODULES:
        module = URIRef(f"https://w3id.org/hedgerow/ns/{name}")
        wanted = (DCTERMS.title, DCTERMS.abstract, DCTERMS.creator, DCTERMS.license, OWL.versionInfo, OWL.versionIRI)
        for term in (*wanted, SKOS.changeNote):
            assert list(ontology.objects(module, term)), (name, term)


def test_each_term_is_labelled_defined_and_placed(ontology: Graph, terms: list[URIRef]) -> None:
    assert len(terms) > 140
    for term in terms:
        assert str(term).startswith(HR), term
        for described in (RDFS.label, SKOS.definition):
            languages = sorted(str(getattr(o, "language", "")) for o in ontology.objects(term, described))
            assert languages == ["en", "ja"], (term, described)
        assert list(ontology.objects(term, SKOS.example)) or list(ontology.objects(term, SKOS.scopeNote)), term
        assert list(ontology.objects(term, RDFS.isDefinedBy)), term
        assert list(ontology.objects(term, VS.term_status)), term
        assert list(ontology.objects(term, DCTERMS.subject)), term


def test_no_two_terms_share_a_label_or_definition(ontology: Graph, terms: list[URIRef]) -> None:
    for described in (RDFS.label, SKOS.definition):
        said = Counter(
            str(o).casefold()
            for t in terms
            for o in ontology.objects(t, described)
            if getattr(o, "language", "") == "en"
        )
        assert [text for text, count in said.items() if count > 1] == []


def test_every_term_used_is_defined_and_every_property_is_used(curated: Curated, terms: list[URIRef]) -> None:
    defined = {str(term) for term in terms}
    used = {
        node.value
        for record in curated.records
        for quad in record.quads
        for node in (quad.predicate, quad.object)
        if isinstance(node, NamedNode) and node.value.startswith(HR)
    }
    assert used - defined == set()
    # What no record asserts is inferred, or a class above those that are.
    inferred = {"Party", "Place", "Item", "Material", "OfftakeAgreement", "BundledAgreement", "MutualExchangeAgreement"}
    inferred |= {"CriticalMaterial", "designatedBy", "madeAt", "madeInCountry", "dependsOn", "exposedTo"}
    assert {term.removeprefix(HR) for term in defined - used} <= inferred


@pytest.mark.parametrize(
    "folder", [QUERIES, ONTOLOGY / "rules", ONTOLOGY / "checks", ONTOLOGY / "shapes"], ids=lambda p: p.name
)
def test_no_file_names_a_term_that_does_not_exist(folder: Path, terms: list[URIRef]) -> None:
    import re

    defined = {str(term).removeprefix(HR) for term in terms}
    files = [path for path in folder.rglob("*") if path.suffix in (".rq", ".ttl", ".trig")]
    assert files
    for path in files:
        text = re.sub(r'"[^"\n]*"', "", path.read_text("utf-8"))
        # A fixture about the ontology itself defines the terms it speaks of.
        own = set(re.findall(r"\bhr:(\w+) a owl:", text)) if path.suffix == ".trig" else set()
        assert set(re.findall(r"\bhr:(\w+)", text)) - defined - own == set(), path.name


def test_every_concept_has_its_names_and_every_code_used_exists(curated: Curated) -> None:
    graph = Graph()
    for path in (ONTOLOGY / "codes").glob("*.ttl"):
        graph.parse(path)
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    for concept in concepts:
        for described in (SKOS.prefLabel, RDFS.label):
            languages = sorted(str(getattr(o, "language", "")) for o in graph.objects(concept, described))
            assert languages == ["en", "ja"], concept
        assert list(graph.objects(concept, SKOS.definition)), concept
        assert str(graph.value(concept, SKOS.notation)) == str(concept).rpartition("/")[2]
        assert graph.value(concept, SKOS.inScheme) == URIRef(str(concept).rpartition("/")[0])
    used = {
        quad.object.value
        for record in curated.records
        for quad in record.quads
        if isinstance(quad.object, NamedNode) and quad.object.value.startswith(CODE)
    }
    assert used - {str(concept) for concept in concepts} == set()
