"""The axioms: HermiT classifies them, infers what is meant, finds planted errors; the rules say the same."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from rdflib import Graph

from hedgerow.iri import DEFAULT_BASE, HR
from hedgerow.ontology import reasoner
from hedgerow.ontology.files import Ontology, read_ontology
from hedgerow.ontology.reasoner import Inconsistent, Inferred, classify, rules_and_reasoner, schema, statements
from hedgerow.paths import ONTOLOGY
from hedgerow.record import Record, Statements
from hedgerow.sources.curated import Curated

pytestmark = [
    # owlready2 leaves files to the collector, which then warns wherever it happens to run.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
BASE = DEFAULT_BASE
AGREEMENT = f"{BASE}/id/agreement/synthetic"
OXIDE = f"{BASE}/id/item/synthetic-oxide"
MAGNET = f"{BASE}/id/item/synthetic-magnet"
Line = tuple[str, str, str]
#: A synthetic agreement with the three elements of the bundle, one that shares stock, and what is made where.
GOOD: Sequence[Line] = [
    (AGREEMENT, "a", "Agreement"),
    (AGREEMENT, "hasProvision", f"{AGREEMENT}#share"),
    (AGREEMENT, "hasProvision", f"{AGREEMENT}#audit"),
    (AGREEMENT, "hasProvision", f"{AGREEMENT}#service"),
    (f"{AGREEMENT}#share", "a", "ShareOfOutput"),
    (f"{AGREEMENT}#audit", "a", "QualityAuditRight"),
    (f"{AGREEMENT}#service", "a", "ServiceLevelCommitment"),
    (f"{AGREEMENT}#share", "covers", OXIDE),
    (f"{AGREEMENT}-2", "a", "Agreement"),
    (f"{AGREEMENT}-2", "hasProvision", f"{AGREEMENT}-2#draw"),
    (f"{AGREEMENT}-2#draw", "a", "MutualExchangeCommitment"),
    (OXIDE, "a", "Compound"),
    (MAGNET, "a", "Component"),
    (MAGNET, "hasInput", OXIDE),
    (f"{BASE}/id/facility/plant", "a", "Facility"),
    (f"{BASE}/id/facility/plant", "makes", OXIDE),
    (f"{BASE}/id/facility/plant", "locatedIn", f"{BASE}/id/country/XX"),
    (f"{BASE}/id/country/XX", "a", "Country"),
    (f"{BASE}/id/designation-list/list", "a", "DesignationList"),
    (f"{BASE}/id/designation-list/list#one", "a", "Designation"),
    (f"{BASE}/id/designation-list/list#one", "designates", OXIDE),
]
ERRORS = {
    "a provision is no agreement": [(f"{AGREEMENT}#share", "a", "Agreement")],
    "a country is no party": [(AGREEMENT, "hasParty", f"{BASE}/id/country/XX")],
    "a company is no public body": [(f"{BASE}/id/party/x", "a", "Company"), (f"{BASE}/id/party/x", "a", "PublicBody")],
    "an item is no party": [(AGREEMENT, "hasParty", OXIDE)],
    "a device is no material": [(OXIDE, "a", "Device")],
    "an undisclosed term is no provision": [(f"{AGREEMENT}#share", "a", "UndisclosedTerm")],
    "reading data is no audit right": [(f"{AGREEMENT}#audit", "a", "DataAccessProvision")],
    "a stockpile is no item": [(OXIDE, "a", "Stockpile")],
}


def records(lines: Sequence[Line]) -> list[Record]:
    made: dict[str, Statements] = {}
    for subject, term, value in lines:
        iri = subject.partition("#")[0]
        out = made.setdefault(iri, Statements(iri))
        if term == "a":
            out.type(subject, value)
        else:
            out.add(subject, term, value)
    return [out.done() for out in made.values()]


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return read_ontology(ONTOLOGY)


@pytest.fixture(scope="module")
def hermit(ontology: Ontology) -> Inferred:
    return classify(schema(ontology) + statements(records(GOOD)))


def test_no_class_is_empty_by_its_axioms(hermit: Inferred) -> None:
    assert hermit.unsatisfiable == ()


def test_hermit_infers_the_defined_classes(hermit: Inferred) -> None:
    found = {(thing, kind.removeprefix(HR)) for thing, kind in hermit.types}
    assert {(AGREEMENT, "BundledAgreement"), (AGREEMENT, "OfftakeAgreement")} <= found
    assert (f"{AGREEMENT}-2", "MutualExchangeAgreement") in found
    assert (f"{AGREEMENT}-2", "BundledAgreement") not in found
    assert (f"{AGREEMENT}-2", "OfftakeAgreement") not in found
    assert {(OXIDE, "CriticalMaterial"), (OXIDE, "Material"), (OXIDE, "Item")} <= found
    assert {kind.removeprefix(HR) for thing, kind in hermit.types if thing == MAGNET} == {"Component", "Item"}


def test_property_values_are_closed_over_chains_and_sub_properties(hermit: Inferred) -> None:
    found = {(s, p.removeprefix(HR), o) for s, p, o in hermit.values}
    country = f"{BASE}/id/country/XX"
    assert {(OXIDE, "exposedTo", country), (MAGNET, "exposedTo", country), (MAGNET, "dependsOn", OXIDE)} <= found
    assert (AGREEMENT, "concerns", OXIDE) in found
    assert (MAGNET, "madeInCountry", country) not in found


def test_the_rules_say_what_hermit_says(ontology: Ontology, hermit: Inferred) -> None:
    assert rules_and_reasoner(records(GOOD), ontology, hermit) == []
    classes, properties, closes = reasoner.concluded_by_rules()
    assert {HR + "BundledAgreement", HR + "CriticalMaterial"} <= classes
    assert {HR + "concerns", HR + "dependsOn", HR + "exposedTo", HR + "madeInCountry"} <= properties
    assert closes


def test_a_rule_that_says_less_is_told(ontology: Ontology, hermit: Inferred) -> None:
    # The records without the country are what a rule would give that does not follow the chain.
    less = [line for line in GOOD if line[1] != "locatedIn"]
    found = rules_and_reasoner(records(less), ontology, hermit)
    assert {(d.side, d.predicate.removeprefix(HR)) for d in found} == {
        ("reasoner", "madeInCountry"),
        ("reasoner", "exposedTo"),
    }


@pytest.mark.parametrize("error", ERRORS)
def test_hermit_finds_each_planted_error(error: str, ontology: Ontology) -> None:
    with pytest.raises(Inconsistent, match="which are disjoint"):
        classify(schema(ontology) + statements(records([*GOOD, *ERRORS[error]])))


def test_a_value_outside_its_range_is_named(ontology: Ontology) -> None:
    wrong = f'<{OXIDE}> <{HR}share> "much" .\n'.encode()
    with pytest.raises(Inconsistent, match=r'has "much" as hr:share, whose range is'):
        classify(schema(ontology) + wrong)


def test_every_literal_of_the_record_is_in_the_range_of_its_property(ontology: Ontology, curated: Curated) -> None:
    assert list(reasoner.out_of_range(schema(ontology) + statements(curated.records))) == []


OWN = """
@prefix hr: <https://w3id.org/hedgerow/ns#> .
@prefix code: <https://w3id.org/hedgerow/code/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
hr:A a owl:Class . hr:B a owl:Class ; owl:disjointWith hr:A .
hr:C a owl:Class ; rdfs:subClassOf hr:A , hr:B .
hr:p a owl:ObjectProperty . hr:tone a owl:AnnotationProperty .
"""


def test_an_empty_class_is_named_and_a_code_is_no_thing() -> None:
    graph = Graph().parse(data=OWN + "<urn:x> a hr:A ; hr:tone code:loud ; hr:p <urn:y> .")
    found = classify(graph)
    assert found.unsatisfiable == (HR + "C",)
    assert found.types == {("urn:x", HR + "A")}
    assert found.values == {("urn:x", HR + "p", "urn:y")}


def test_what_hermit_refuses_is_said_in_words() -> None:
    both = "hr:p a owl:TransitiveProperty , owl:FunctionalProperty ."
    with pytest.raises(reasoner.ReasonerRefused, match="HermiT refuses it"):
        classify(Graph().parse(data=OWN.replace("hr:C a owl:Class ; rdfs:subClassOf hr:A , hr:B .", both)))


def test_counting_axioms_are_added_on_demand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strict = tmp_path / "strict.ttl"
    monkeypatch.setattr(reasoner, "STRICT", strict)
    with pytest.raises(reasoner.InputError, match=r"no counting axioms in strict\.ttl"):
        classify(b"", strict=True)
    at_most = "hr:A rdfs:subClassOf [ a owl:Restriction ; owl:onProperty hr:p ; owl:maxCardinality 0 ] ."
    strict.write_text(OWN + at_most)
    graph = Graph().parse(data=OWN + "<urn:x> a hr:A ; hr:p <urn:y> .")
    classify(graph)
    with pytest.raises(Inconsistent):
        classify(graph, strict=True)


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "owlready2", None)
    with pytest.raises(reasoner.NoReasoner, match=r"pip install 'hedgerow\[reasoner\]'"):
        classify(b"")
