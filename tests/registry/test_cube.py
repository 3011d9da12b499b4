"""An answer as an RDF Data Cube: well-formed by the integrity constraints of the Recommendation, and the same rows."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store

from hedgerow.graph.client import LocalGraph
from hedgerow.iri import DEFAULT_BASE, LICENCE
from hedgerow.questions import Answer, ask, find, load_questions, with_evidence
from hedgerow.questions.forms.cube import QB
from tests.web.conftest import DEMO_VIEW, VIEW

CONSTRAINTS = sorted(Path(__file__).with_name("cube").glob("*.rq"))
#: What is broken, so that each constraint is seen to fail: what is removed, what is put in its place.
BREAKS = {
    "ic-01": ("qb:dataSet <urn:set> ; <urn:row> 1", "qb:dataSet <urn:set> , <urn:other> ; <urn:row> 1"),
    "ic-02": ("qb:structure <urn:structure> ;", ""),
    "ic-03": ("qb:measure <urn:gap> ;", "qb:attribute <urn:gap> ;"),
    "ic-04": ("rdfs:range xsd:integer", "rdfs:label 'row'"),
    "ic-05": ("qb:codeList <urn:list> ;", ""),
    "ic-06": ("qb:measure <urn:gap> ;", "qb:measure <urn:gap> ; qb:componentRequired false ;"),
    "ic-11": ("<urn:row> 2 ;", ""),
    "ic-12": ("<urn:row> 2 ;", "<urn:row> 1 ;"),
    "ic-13": ("qb:componentRequired false", "qb:componentRequired true"),
    "ic-14": ("<urn:gap> 'NaN'^^xsd:double ;", ""),
    "ic-19": ("skos:inScheme <urn:list>", "skos:inScheme <urn:another>"),
    "unused": ("a qb:DataSet ;", "a qb:DataSet ; qb:slice <urn:slice> ;"),
}
WHOLE = """
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
<urn:set> a qb:DataSet ; qb:structure <urn:structure> ; rdfs:label "a set" .
<urn:structure> a qb:DataStructureDefinition ; qb:component <urn:c1> , <urn:c2> , <urn:c3> , <urn:c4> .
<urn:c1> qb:dimension <urn:row> .
<urn:c2> qb:dimension <urn:kind> .
<urn:c3> qb:measure <urn:gap> ; qb:order 3 .
<urn:c4> qb:attribute <urn:note> ; qb:componentRequired false .
<urn:row> a qb:DimensionProperty ; rdfs:range xsd:integer .
<urn:kind> a qb:DimensionProperty ; rdfs:range skos:Concept ; qb:codeList <urn:list> ; rdfs:label "kind" .
<urn:gap> a qb:MeasureProperty .
<urn:note> a qb:AttributeProperty .
<urn:list> a skos:ConceptScheme .
<urn:code> a skos:Concept ; skos:inScheme <urn:list> .
<urn:o1> a qb:Observation ; qb:dataSet <urn:set> ; <urn:row> 1 ; <urn:kind> <urn:code> ; <urn:gap> 4.5 ; <urn:note> "x" .
<urn:o2> a qb:Observation ; qb:dataSet <urn:set> ; <urn:row> 2 ; <urn:gap> 'NaN'^^xsd:double ; <urn:kind> <urn:code> .
"""


def loaded(turtle: str) -> Store:
    store = Store()
    store.load(turtle.encode(), format=RdfFormat.TURTLE)
    return store


def broken(store: Store) -> list[str]:
    """The constraints that do not hold."""
    return [path.stem for path in CONSTRAINTS if store.query(path.read_text("utf-8"))]


def test_each_constraint_sees_what_it_is_for() -> None:
    assert broken(loaded(WHOLE)) == []
    assert sorted(BREAKS) == [path.stem for path in CONSTRAINTS]
    for name, (part, instead) in BREAKS.items():
        assert WHOLE.count(part) == 1, name
        assert name in broken(loaded(WHOLE.replace(part, instead))), name


@pytest.fixture(scope="module")
def graphs(record_store: Store, demo_store: Store) -> dict[str, LocalGraph]:
    return {"public": LocalGraph.of(record_store, VIEW), "demo": LocalGraph.of(demo_store, DEMO_VIEW)}


def answered(graph: LocalGraph, name: str, language: str = "en", **values: str) -> Answer:
    return with_evidence(graph, ask(graph, find(name), values, DEFAULT_BASE, language))


@pytest.mark.parametrize("tier", ["public", "demo"])
@pytest.mark.parametrize("name", list(load_questions()))
def test_every_answer_is_a_well_formed_cube_of_the_same_rows(
    name: str, tier: str, graphs: dict[str, LocalGraph]
) -> None:
    answer = answered(graphs[tier], name)
    turtle = answer.to_turtle()
    assert turtle == answered(graphs[tier], name).to_turtle()
    store = loaded(turtle)
    assert broken(store) == []
    place = f"{DEFAULT_BASE}/demo" if tier == "demo" else DEFAULT_BASE
    told = f"{place}/questions/{name}"
    observations = list(store.quads_for_pattern(None, None, NamedNode(f"{QB}Observation")))
    assert len(observations) == len(answer.rows)
    labels = {f"{column.name}Label" for column in answer.columns if column.type in ("iri", "code")}
    for number, row in enumerate(answer.rows, start=1):
        observation = NamedNode(f"{told}{answer.query}#row-{number}")
        said = {
            column.name: [
                q.object for q in store.quads_for_pattern(observation, NamedNode(f"{told}#{column.name}"), None)
            ]
            for column in answer.columns
            if column.name not in labels and column.name != "records"
        }
        for column in answer.columns:
            if column.name in said:
                check_cell(
                    row[column.name], column.type, said[column.name], measure=is_measure(store, told, column.name)
                )
        resting = store.quads_for_pattern(observation, NamedNode("http://www.w3.org/ns/prov#wasDerivedFrom"), None)
        assert {q.object.value for q in resting} == set(answer.records(row))  # type: ignore[union-attr]
    (licence,) = store.quads_for_pattern(None, NamedNode("http://purl.org/dc/terms/license"), None)
    assert licence.object == NamedNode(LICENCE)
    synthetic = NamedNode("https://w3id.org/hedgerow/code/evidence/synthetic")
    marked = list(store.quads_for_pattern(NamedNode(told + answer.query), None, synthetic))
    assert bool(marked) == (tier == "demo")


def is_measure(store: Store, told: str, column: str) -> bool:
    return bool(list(store.quads_for_pattern(NamedNode(f"{told}#{column}"), None, NamedNode(f"{QB}MeasureProperty"))))


def check_cell(value: object, kind: str, terms: list[object], *, measure: bool) -> None:
    if value in (None, ""):
        # A figure that is not known is no number; anything else that is not known is not said.
        assert [math.isnan(float(term.value)) for term in terms] == ([True] if measure else [])  # type: ignore[attr-defined]
    elif kind in ("iri", "code", "iris"):
        assert {term.value for term in terms} == set(str(value).split())  # type: ignore[attr-defined]
        assert all(isinstance(term, NamedNode) for term in terms)
    else:
        (term,) = terms
        assert isinstance(term, Literal)
        assert term.datatype.value.rpartition("#")[2] == kind
        read = (
            float(term.value)
            if kind in ("integer", "decimal")
            else term.value == "true"
            if kind == "boolean"
            else term.value
        )
        assert read == value


def test_a_figure_brings_its_unit_and_its_name_in_both_languages(graphs: dict[str, LocalGraph]) -> None:
    store = loaded(answered(graphs["public"], "reserve-gap", "ja").to_turtle())
    column = NamedNode(f"{DEFAULT_BASE}/questions/reserve-gap#gapLow")
    unit = NamedNode("http://purl.org/linked-data/sdmx/2009/attribute#unitMeasure")
    (found,) = store.quads_for_pattern(column, unit, None)
    assert found.object == NamedNode("https://w3id.org/hedgerow/code/unit/t")
    named = store.quads_for_pattern(column, NamedNode("http://www.w3.org/2000/01/rdf-schema#label"), None)
    assert {q.object.language for q in named} == {"en", "ja"}  # type: ignore[union-attr]


def test_an_answer_without_rows_is_a_cube_without_observations(graphs: dict[str, LocalGraph]) -> None:
    answer = answered(graphs["public"], "agreements-in-force")
    empty = Answer(answer.question, answer.columns, [], {**answer.footing, "rows": 0})
    store = loaded(empty.to_turtle())
    assert broken(store) == []
    assert not list(store.quads_for_pattern(None, None, NamedNode(f"{QB}Observation")))
