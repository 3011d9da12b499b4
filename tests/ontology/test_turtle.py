"""The canonical form: reading it back gives the same graph, and it is the same text whatever the order it came in."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from hedgerow.errors import InputError
from hedgerow.iri import HR, XSD
from hedgerow.ontology.files import OWL, RDF, RDFS, TurtleFile, read_ontology, read_turtle
from hedgerow.ontology.turtle import WIDTH, canonical, write
from hedgerow.paths import ONTOLOGY

FILES = list(read_ontology(ONTOLOGY).all_files())


def same(one: set[Triple] | frozenset[Triple], other: set[Triple]) -> bool:
    sides = []
    for triples in (one, other):
        data = Dataset(Quad(*triple) for triple in triples)
        data.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        sides.append(set(map(str, data)))
    return sides[0] == sides[1]


def read(text: str) -> set[Triple]:
    return {quad.triple for quad in parse(text, format=RdfFormat.TURTLE)}


def file(tmp_path: Path, text: str) -> TurtleFile:
    path = tmp_path / "a.ttl"
    path.write_text(text, "utf-8")
    return read_turtle(path)


@pytest.mark.parametrize("turtle", FILES, ids=lambda file: file.path.name)
def test_each_file_says_the_same_in_its_form(turtle: TurtleFile, tmp_path: Path) -> None:
    text = canonical(turtle)
    assert same(turtle.triples, read(text))
    assert canonical(file(tmp_path, text)) == text
    shuffled = list(turtle.triples)
    random.Random(1).shuffle(shuffled)
    assert write(shuffled, prefixes=turtle.prefixes, base=turtle.base, preamble=turtle.preamble) == text


NAMES = st.sampled_from([NamedNode(HR + name) for name in ("A", "B", "c", "d", "e.", "x/y")])
LITERALS = st.one_of(
    st.builds(Literal, st.text(st.characters(codec="utf-8"), max_size=8)),
    st.builds(lambda text, tag: Literal(text, language=tag), st.text("aé日\n\"\\'", max_size=6), st.sampled_from(["en", "ja", "de"])),
    st.builds(
        lambda text, kind: Literal(text, datatype=NamedNode(XSD + kind)),
        st.sampled_from(["1", "-1", "1.", "1.0", "+.5", "1e3", "true", "no", ""]),
        st.sampled_from(["integer", "decimal", "double", "boolean", "date"]),
    ),
)  # fmt: skip
#: A graph as nested values: a name, a literal, a list of values, or an expression of predicates and values.
VALUES = st.recursive(
    st.one_of(NAMES, LITERALS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(NAMES, st.lists(inner, min_size=1, max_size=2), max_size=3)
    ),
    max_leaves=12,
)


def flat(subject: NamedNode | BlankNode, predicate: NamedNode, value: object, into: set[Triple]) -> None:
    if isinstance(value, NamedNode | Literal):
        into.add(Triple(subject, predicate, value))
    elif isinstance(value, dict):
        node = BlankNode()
        into.add(Triple(subject, predicate, node))
        for inner, values in value.items():
            for one in values:
                flat(node, inner, one, into)
    else:
        assert isinstance(value, list)
        for item in value:
            link = BlankNode()
            into.add(Triple(subject, predicate, link))
            flat(link, NamedNode(RDF + "first"), item, into)
            subject, predicate = link, NamedNode(RDF + "rest")
        into.add(Triple(subject, predicate, NamedNode(RDF + "nil")))


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, min_size=1, max_size=3), min_size=1, max_size=3))
def test_any_graph_says_the_same_in_its_form(graph: dict[NamedNode, dict[NamedNode, object]]) -> None:
    triples: set[Triple] = set()
    for subject, statements in graph.items():
        for predicate, value in statements.items():
            flat(subject, predicate, value, triples)
    text = write(triples)
    assert same(triples, read(text))
    renamed = serialize(triples, format=RdfFormat.N_TRIPLES)
    assert renamed is not None
    # Blank nodes of other names give the same text.
    assert write(quad.triple for quad in parse(renamed, format=RdfFormat.N_TRIPLES, rename_blank_nodes=True)) == text


SMALL = """# Why this file is here,
# in two lines.
@prefix ex: <http://example.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix hr: <https://w3id.org/hedgerow/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
# Not kept.
hr:holds a owl:ObjectProperty ; rdfs:domain hr:B .
ex:one a hr:B .
hr:B rdfs:label "び"@ja , "b"@en ; rdfs:comment "It holds."@en ; a owl:Class ; owl:disjointWith hr:A ;
  rdfs:subClassOf [ owl:someValuesFrom hr:A ; owl:onProperty hr:holds ; a owl:Restriction ] .
hr:A a owl:Class .
<https://w3id.org/hedgerow/ns/small> a owl:Ontology .
[] owl:members ( hr:A hr:B ) ; a owl:AllDisjointClasses .
"""
WRITTEN = """# Why this file is here,
# in two lines.
@prefix hr: <https://w3id.org/hedgerow/ns#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix ex: <http://example.org/> .

<https://w3id.org/hedgerow/ns/small> a owl:Ontology .
hr:A a owl:Class .

hr:B a owl:Class ;
    rdfs:subClassOf [ a owl:Restriction ; owl:onProperty hr:holds ; owl:someValuesFrom hr:A ] ;
    owl:disjointWith hr:A ;
    rdfs:label "b"@en , "び"@ja ;
    rdfs:comment "It holds."@en .

hr:holds a owl:ObjectProperty ;
    rdfs:domain hr:B .

ex:one a hr:B .

[] a owl:AllDisjointClasses ;
    owl:members ( hr:A hr:B ) .
"""


def test_the_form_is_this(tmp_path: Path) -> None:
    assert canonical(file(tmp_path, SMALL)) == WRITTEN


def test_records_keep_their_base_and_stand_together(tmp_path: Path) -> None:
    text = canonical(
        file(
            tmp_path,
            """@base <https://w3id.org/hedgerow/registry/id/> .
@prefix hr: <https://w3id.org/hedgerow/ns#> .
@prefix stages: <https://w3id.org/hedgerow/code/stage/> .
<item/tin-2> a hr:Element . <item/tin#x> a hr:Identifier . <item/tin> a hr:Element ; hr:inStage stages:mining .
""",
        )
    )
    assert (
        text
        == """@base <https://w3id.org/hedgerow/registry/id/> .
@prefix hr: <https://w3id.org/hedgerow/ns#> .
@prefix stage: <https://w3id.org/hedgerow/code/stage/> .

<item/tin> a hr:Element ;
    hr:inStage stage:mining .

<item/tin#x> a hr:Identifier .
<item/tin-2> a hr:Element .
"""
    )


def test_lines_are_no_wider_than_a_screen() -> None:
    for turtle in FILES:
        for line in canonical(turtle).splitlines():
            # A text is never broken, so one value alone may be wider.
            assert len(line) <= WIDTH + 4 or line.count('"') > 1 or " , " not in line, line


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<urn:a> <urn:p> _:x . <urn:b> <urn:p> _:x .", "in two places"),
        ("_:x <urn:p> _:y . _:y <urn:p> _:x .", "form a circle"),
    ],
)
def test_what_needs_the_name_of_a_blank_node_is_refused(text: str, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        write(read(text))


def test_a_file_that_does_not_parse_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.ttl is not Turtle"):
        file(tmp_path, "hr:A a")


def test_the_axioms_of_a_term_stand_in_its_block() -> None:
    text = write(read(f"<{HR}A> a <{OWL}Class> . <{HR}A> <{OWL}disjointWith> <{HR}B> . <{HR}A> <{RDFS}label> 'a'@en ."))
    assert "hr:A a owl:Class ;\n    owl:disjointWith hr:B ;\n    rdfs:label" in text
