"""Axioms in words: Turtle in, a sentence out, in English and Japanese."""

from __future__ import annotations

import pytest
from rdflib import Graph

from hedgerow.documentation.axioms import axioms
from hedgerow.documentation.described import Ontology, read
from hedgerow.documentation.words import Name, said
from hedgerow.errors import InputError
from hedgerow.iri import HR

HEAD = """
@prefix hr: <https://w3id.org/hedgerow/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
hr:Agreement a owl:Class ; rdfs:label "agreement"@en , "協定"@ja .
hr:Offtake a owl:Class ; rdfs:label "offtake"@en , "引取り"@ja .
hr:Audit a owl:Class ; rdfs:label "audit"@en , "監査"@ja .
hr:Facility a owl:Class ; rdfs:label "facility"@en , "施設"@ja .
hr:hasProvision a owl:ObjectProperty ; rdfs:label "has provision"@en , "条項を持つ"@ja .
hr:custodian a owl:ObjectProperty ; rdfs:label "custodian"@en , "保管者"@ja .
hr:madeAt a owl:ObjectProperty ; rdfs:label "made at"@en , "製造施設"@ja .
hr:locatedIn a owl:ObjectProperty ; rdfs:label "located in"@en , "所在国"@ja .
hr:madeIn a owl:ObjectProperty ; rdfs:label "made in country"@en , "製造国"@ja .
hr:dependsOn a owl:ObjectProperty ; rdfs:label "depends on"@en , "依存先"@ja .
hr:designates a owl:ObjectProperty ; rdfs:label "designates"@en , "指定する"@ja .
hr:share a owl:DatatypeProperty ; rdfs:label "share"@en , "割合"@ja .
"""
SOME = "[ a owl:Restriction ; owl:onProperty hr:hasProvision ; owl:someValuesFrom hr:{} ]"

TABLE = [
    (
        "Agreement",
        f"hr:Agreement owl:equivalentClass [ owl:intersectionOf ( hr:Facility {SOME.format('Offtake')} ) ] .",
        "An agreement is exactly a facility that has some provision that is an offtake.",
        "協定とは、施設のうち、条項に引取りを一つ以上持つもののことである。",
    ),
    (
        "Agreement",
        f"hr:Agreement owl:equivalentClass [ owl:intersectionOf ( hr:Facility {SOME.format('Offtake')} "
        f"{SOME.format('Audit')} ) ] .",
        "An agreement is exactly a facility that has some provision that is an offtake, and has some provision that is "
        "an audit.",
        "協定とは、施設のうち、条項に引取りを一つ以上持ち、条項に監査を一つ以上持つもののことである。",
    ),
    (
        "Agreement",
        "hr:Agreement owl:equivalentClass [ owl:unionOf ( hr:Offtake hr:Audit ) ] .",
        "An agreement is exactly an offtake or an audit.",
        "協定とは、引取りまたは監査のことである。",
    ),
    ("Offtake", "hr:Offtake rdfs:subClassOf hr:Audit .", "Every offtake is an audit.", "引取りはすべて、監査である。"),
    (
        "Agreement",
        "hr:Agreement rdfs:subClassOf [ a owl:Restriction ; owl:onProperty hr:hasProvision ; "
        'owl:minCardinality "2"^^xsd:nonNegativeInteger ] .',
        "Every agreement has at least 2 provisions.",
        "協定はすべて、条項に値を2つ以上持つ。",
    ),
    (
        "Agreement",
        "hr:Agreement rdfs:subClassOf [ a owl:Restriction ; owl:onProperty hr:custodian ; "
        'owl:maxQualifiedCardinality "1"^^xsd:nonNegativeInteger ; owl:onClass hr:Facility ] .',
        "Every agreement has at most 1 custodian that is a facility.",
        "協定はすべて、保管者に施設を1つまで持つ。",
    ),
    (
        "Agreement",
        "hr:Agreement rdfs:subClassOf [ a owl:Restriction ; owl:onProperty hr:madeAt ; owl:allValuesFrom hr:Facility ] .",
        "Every agreement is made at nothing but a facility.",
        "協定はすべて、製造施設に施設以外を持たない。",
    ),
    (
        "Agreement",
        "hr:Agreement rdfs:subClassOf [ a owl:Restriction ; owl:onProperty hr:designates ; owl:someValuesFrom "
        "[ owl:complementOf hr:Audit ] ] .",
        "Every agreement designates anything but an audit.",
        "協定はすべて、監査でないものを一つ以上指定する。",
    ),
    (
        "Agreement",
        "hr:Agreement rdfs:subClassOf [ a owl:Restriction ; owl:onProperty [ owl:inverseOf hr:designates ] ; "
        "owl:someValuesFrom hr:Audit ] .",
        "Every agreement is what an audit designates.",
        "協定はすべて、監査が指定する。",
    ),
    (
        "Agreement",
        "hr:Agreement rdfs:subClassOf [ a owl:Restriction ; owl:onProperty hr:share ; owl:someValuesFrom "
        "[ a rdfs:Datatype ; owl:onDatatype xsd:decimal ; owl:withRestrictions ( [ xsd:minInclusive 0 ] "
        "[ xsd:maxInclusive 1 ] ) ] ] .",
        "Every agreement has some share that is a number of at most 1 and at least 0.",
        "協定はすべて、割合に1以下、かつ0以上の数値を一つ以上持つ。",
    ),
    (
        "Audit",
        "hr:Offtake owl:disjointWith hr:Audit .",
        "Nothing is both an audit and an offtake.",
        "監査であり、同時に引取りでもあるものはない。",
    ),
    (
        "Audit",
        "[] a owl:AllDisjointClasses ; owl:members ( hr:Offtake hr:Audit hr:Facility ) .",
        "Nothing is more than one of these: an offtake, an audit or a facility.",
        "次のうち二つ以上に当たるものはない：引取り、監査または施設。",
    ),
    (
        "Agreement",
        "hr:Agreement owl:disjointUnionOf ( hr:Offtake hr:Audit ) .",
        "An agreement is always exactly one of these: an offtake or an audit.",
        "協定は必ず次のうちちょうど一つに当たる：引取りまたは監査。",
    ),
    (
        "Agreement",
        "hr:Agreement owl:hasKey ( hr:share hr:custodian ) .",
        "No two are the same in share and custodian, where each is an agreement.",
        "協定は、割合、かつ保管者が同じなら同一である。",
    ),
    (
        "designates",
        "hr:designates owl:inverseOf hr:madeAt .",
        "It is the inverse of “made at”: if a designates b, then b is made at a.",
        "「製造施設」の逆である。aがbを指定するならば、bの製造施設はaである。",
    ),
    (
        "madeAt",
        "hr:designates owl:inverseOf hr:madeAt .",
        "It is the inverse of “designates”: if a is made at b, then b designates a.",
        "「指定する」の逆である。aの製造施設がbならば、bはaを指定する。",
    ),
    (
        "madeIn",
        "hr:madeIn owl:propertyChainAxiom ( hr:madeAt hr:locatedIn ) .",
        "It follows from: “made at”, then “located in”. If a is made at b and b is located in c, then a is made in "
        "country c.",
        "次の順にたどって導かれる：「製造施設」、次に「所在国」。aの製造施設がbで、bの所在国がcならば、aの製造国はcである。",
    ),
    (
        "dependsOn",
        "hr:dependsOn a owl:TransitiveProperty .",
        "If a depends on b and b depends on c, then a depends on c.",
        "aの依存先がbで、bの依存先がcならば、aの依存先はcである。",
    ),
    (
        "designates",
        "hr:designates a owl:TransitiveProperty .",
        "If a designates b and b designates c, then a designates c.",
        "aがbを指定する、かつbがcを指定するならば、aはcを指定する。",
    ),
    (
        "custodian",
        "hr:custodian a owl:FunctionalProperty .",
        "It has at most one value: if a has the custodian b and a has the custodian c, then b and c are the same.",
        "値は一つまでである。aの保管者がbで、aの保管者がcならば、bとcは同じものである。",
    ),
    (
        "custodian",
        "hr:custodian a owl:InverseFunctionalProperty .",
        "A value belongs to one thing only: if a has the custodian b and c has the custodian b, then a and c are the "
        "same.",
        "一つの値は一つのものだけに属する。aの保管者がbで、cの保管者がbならば、aとcは同じものである。",
    ),
    (
        "hasProvision",
        "hr:hasProvision rdfs:subPropertyOf hr:dependsOn .",
        "If a has the provision b, then a depends on b.",
        "aの条項がbならば、aの依存先はbである。",
    ),
    (
        "madeAt",
        "hr:madeAt rdfs:domain hr:Agreement .",
        "If a is made at b, then a is an agreement.",
        "aの製造施設がbならば、aは協定である。",
    ),
    (
        "dependsOn",
        "hr:dependsOn a owl:IrreflexiveProperty .",
        "It never holds of a thing with itself.",
        "どのものについても、自分自身との間では成り立たない。",
    ),
    (
        "dependsOn",
        "hr:dependsOn a owl:AsymmetricProperty .",
        "If a depends on b, then never the other way round.",
        "aの依存先がbならば、その逆は成り立たない。",
    ),
    (
        "madeAt",
        "hr:madeAt owl:propertyDisjointWith hr:designates .",
        "Never both: a is made at b, and a designates b.",
        "次の二つは両立しない：aの製造施設はbである、aはbを指定する。",
    ),
]


@pytest.mark.parametrize(("term", "turtle", "english", "japanese"), TABLE, ids=[f"{t[0]}-{t[2][:40]}" for t in TABLE])
def test_an_axiom_is_said(term: str, turtle: str, english: str, japanese: str) -> None:
    ontology = Ontology(Graph().parse(data=HEAD + turtle, format="turtle"))
    found = axioms(ontology.graph, HR + term)
    for language, sentence in (("en", english), ("ja", japanese)):
        told = said(found, lambda iri, language=language: ontology.label(iri, language), language)  # type: ignore[misc]
        assert [str(one) for one in told] == [sentence]


def test_words_that_name_a_term_lead_to_it() -> None:
    ontology = Ontology(Graph().parse(data=HEAD + "hr:Offtake owl:disjointWith hr:Audit .", format="turtle"))
    (sentence,) = said(axioms(ontology.graph, HR + "Audit"), ontology.label, "en")
    assert [part for part in sentence.parts if isinstance(part, Name)] == [
        Name(HR + "Audit", "audit"),
        Name(HR + "Offtake", "offtake"),
    ]


def test_an_expression_that_is_none_is_refused_by_what_it_holds() -> None:
    graph = Graph().parse(data=HEAD + "hr:Audit rdfs:subClassOf [ owl:versionInfo 1 ] .", format="turtle")
    with pytest.raises(InputError, match="versionInfo"):
        axioms(graph, HR + "Audit")


def test_every_axiom_of_the_shipped_ontology_is_said_in_both_languages() -> None:
    ontology = read()
    for iri in ontology.terms:
        found = axioms(ontology.graph, iri)
        for language in ("en", "ja"):
            told = said(found, lambda at, language=language: ontology.label(at, language), language)  # type: ignore[misc]
            assert len(told) == len(found)
            assert all(str(one).endswith((".", "。")) and "{" not in str(one) for one in told)
