"""The rules of good form: each catches one planted fault and nothing else; the ontology breaks none."""

from __future__ import annotations

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from hedgerow.ontology.files import read_ontology
from hedgerow.ontology.hygiene import breaches, load_rules
from hedgerow.paths import ONTOLOGY

PREFIXES = """
@prefix hr: <https://w3id.org/hedgerow/ns#> .
@prefix m: <https://w3id.org/hedgerow/ns/> .
@prefix code: <https://w3id.org/hedgerow/code/> .
@prefix tone: <https://w3id.org/hedgerow/code/tone/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix vs: <http://www.w3.org/2003/06/sw-vocab-status/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def term(name: str, kind: str, label: str, ja: str, more: str = "", module: str = "first") -> str:
    return f"""hr:{name} a owl:{kind} ; rdfs:label "{label}"@en , "{ja}"@ja ;
  skos:definition "what {label} means here"@en , "{ja}の意味"@ja ; skos:example "One."@en ;
  rdfs:isDefinedBy m:{module} ; vs:term_status "testing" ; dcterms:subject "A1" {more} .
"""


def header(name: str, more: str = "") -> str:
    return f"""m:{name} a owl:Ontology ; dcterms:title "{name}"@en ; dcterms:abstract "All."@en ; dcterms:creator "Us" ;
  dcterms:created "2026-11-24"^^xsd:date ; dcterms:license <https://creativecommons.org/licenses/by/4.0/> ;
  owl:versionInfo "0.1.0" ; owl:versionIRI <https://w3id.org/hedgerow/ns/0.1.0/{name}> ; skos:changeNote "New."@en {more} .
"""


def concept(name: str, label: str, ja: str) -> str:
    return f"""tone:{name} a skos:Concept ; skos:prefLabel "{label}"@en , "{ja}"@ja ; rdfs:label "{label}"@en , "{ja}"@ja ;
  skos:definition "said so"@en , "そう言う"@ja ; skos:notation "{name}" ; skos:inScheme code:tone .
"""


#: A tiny ontology without fault.
SOUND = (
    header("first")
    + header("second", "; owl:imports m:first")
    + term("Boat", "Class", "boat", "舟")
    + term("Raft", "Class", "AI raft", "いかだ", "; rdfs:subClassOf hr:Boat")
    + term("carries", "ObjectProperty", "carries", "運ぶ", "; rdfs:domain hr:Boat")
    + term("length", "DatatypeProperty", "length", "長さ", "; rdfs:range xsd:decimal")
    + term("Sail", "Class", "sail", "帆", "; rdfs:subClassOf hr:Boat", "second")
    + """code:tone a skos:ConceptScheme ; rdfs:label "Tones"@en ; owl:versionInfo "0.1.0" ;
  dcterms:license <https://creativecommons.org/licenses/by/4.0/> .
"""
    + concept("loud", "loud", "大きい")
    + concept("soft", "soft", "小さい")
)
#: For each rule what is put in place of what, in the sound ontology; with nothing to replace, it is added.
FAULTS = {
    "cardinality": ("", "hr:Boat rdfs:subClassOf [ a owl:Restriction ; owl:onProperty hr:carries ; owl:minCardinality 1 ] ."),
    "class-cycle": ("", "hr:Boat rdfs:subClassOf hr:Raft ."),
    "class-name": ("", term("Long_boat", "Class", "long boat", "長い舟")),
    "code-list-incomplete": ('"Tones"@en ; owl:versionInfo "0.1.0" ;', '"Tones"@en ;'),
    "complex-property": ("", "hr:carries a owl:TransitiveProperty , owl:FunctionalProperty ."),
    "concept-address": ('skos:notation "loud"', 'skos:notation "noisy"'),
    "concept-definition-ja": ('"said so"@en , "そう言う"@ja', '"said so"@en'),
    "concept-incomplete": ('; skos:notation "loud"', ""),
    "concept-label": ('skos:prefLabel "loud"@en , "大きい"@ja', 'skos:prefLabel "loud"@en'),
    "concept-label-duplicate": ('"soft"@en', '"loud"@en'),
    "datatype-forbidden": ("rdfs:range xsd:decimal", "rdfs:range xsd:date"),
    "definition-article": ('"what boat means here"', '"A thing that floats"'),
    "definition-capital": ('"what boat means here"', '"Thing that floats"'),
    "definition-circular": ('"what boat means here"', '"boat that floats"'),
    "definition-duplicate": ('"what boat means here"', '"what sail means here"'),
    "definition-missing": (' , "舟の意味"@ja', ""),
    "definition-several": ("", 'hr:Boat skos:definition "vessel"@en .'),
    "deprecated-referenced": ("", "hr:Boat owl:deprecated true ; dcterms:isReplacedBy hr:Sail ."),
    "deprecated-unreplaced": ("", "hr:length owl:deprecated true ."),
    "example-missing": ("", term("Oar", "Class", "oar", "櫂").replace('skos:example "One."@en ;', "")),
    "foreign-term": ("", term("Oar", "Class", "oar", "櫂").replace("hr:Oar", "<http://example.org/Oar>")),
    "genus-missing": ("", "hr:Sail owl:equivalentClass [ a owl:Restriction ; owl:onProperty hr:carries ; owl:someValuesFrom hr:Raft ] ."),
    "has-key": ("", "hr:Boat owl:hasKey ( hr:length ) ."),
    "header-incomplete": ('dcterms:abstract "All."@en ;', ""),
    "import-cycle": ("", "m:first owl:imports m:second ."),
    "import-missing": ("", "hr:Boat owl:disjointWith hr:Sail ."),
    "import-outside": ("", "m:first owl:imports <http://www.w3.org/ns/prov#> ."),
    "label-case": ('"boat"@en', '"Boat"@en'),
    "label-duplicate": ('"AI raft"@en', '"sail"@en'),
    "label-missing": ('"boat"@en , "舟"@ja', '"boat"@en'),
    "label-several": ("", 'hr:Boat rdfs:label "vessel"@en .'),
    "module-missing": ("", term("Oar", "Class", "oar", "櫂").replace("rdfs:isDefinedBy m:first ;", "")),
    "module-unknown": ("", term("Oar", "Class", "oar", "櫂", module="third")),
    "own-parent": ("", "hr:Boat rdfs:subClassOf hr:Boat ."),
    "prior-version-missing": ("0.1.0", "0.2.0"),
    "property-cycle": ("", "hr:carries rdfs:subPropertyOf hr:carries ."),
    "property-name": ("", term("Holds", "ObjectProperty", "holds", "持つ", "; rdfs:domain hr:Boat")),
    "property-unplaced": ("; rdfs:domain hr:Boat", ""),
    "punning": ("", "hr:Raft a hr:Boat ."),
    "question-missing": ('; dcterms:subject "A1" ; rdfs:domain', '; dcterms:subject "boats" ; rdfs:domain'),
    "redundant-parent": ("", "hr:Sail rdfs:subClassOf hr:Raft ."),
    "same-as": ("", "hr:Boat owl:sameAs hr:Sail ."),
    "several-domains": ("", "hr:carries rdfs:domain hr:Raft ."),
    "status-missing": ('vs:term_status "testing" ; dcterms:subject "A1" ; rdfs:domain', 'vs:term_status "new" ; dcterms:subject "A1" ; rdfs:domain'),
    "text-whitespace": ('"One."', '"One. "'),
    "untyped-term": ("", "hr:Boat rdfs:seeAlso hr:Boot ."),
    "version-mismatch": ("ns/0.1.0/first", "ns/0.2.0/first"),
}  # fmt: skip


def triples(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(PREFIXES + text, format=RdfFormat.TURTLE)]


def broken(text: str) -> set[str]:
    return {breach.rule.name for breach in breaches(triples(text), load_rules())}


def test_the_sound_ontology_breaks_no_rule() -> None:
    assert broken(SOUND) == set()


def test_each_rule_has_a_planted_fault() -> None:
    assert sorted(FAULTS) == sorted(rule.name for rule in load_rules())


@pytest.mark.parametrize("rule", FAULTS)
def test_each_fault_breaks_its_rule_alone(rule: str) -> None:
    old, new = FAULTS[rule]
    assert old in SOUND
    assert broken(SOUND.replace(old, new) if old else SOUND + new) == {rule}


def test_a_break_names_the_term_and_what_is_wrong() -> None:
    (found,) = breaches(triples(SOUND + "hr:Boat rdfs:subClassOf hr:Boat ."), load_rules())
    assert (found.term, found.message) == ("https://w3id.org/hedgerow/ns#Boat", "It is its own parent.")


def test_the_ontology_breaks_no_rule() -> None:
    ontology = read_ontology(ONTOLOGY)
    found = [
        (breach.rule.name, breach.term, breach.message)
        for breach in breaches(ontology.triples("labels", "codes"), load_rules())
        if breach.rule.severity == "error"
    ]
    assert found == []


def test_what_lies_above_a_transitive_property_is_no_simple_one() -> None:
    # A functional property above a transitive one is as forbidden as the transitive one itself.
    planted = "hr:carries a owl:TransitiveProperty ; rdfs:subPropertyOf hr:bears ."
    above = term("bears", "ObjectProperty", "bears", "担う", "; a owl:FunctionalProperty ; rdfs:range hr:Boat")
    assert broken(SOUND + planted + above) == {"complex-property"}
