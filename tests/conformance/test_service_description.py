"""The three tests of the SPARQL 1.1 Service Description, under the names the suite gives them."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Dataset, Literal, NamedNode, RdfFormat, parse

from hedgerow.iri import DEFAULT_BASE, RDF_TYPE

from .engine import Endpoint

pytestmark = pytest.mark.xdist_group("conformance")

SD = "http://www.w3.org/ns/sparql-service-description#"
#: Each property of the vocabulary: the classes its subject may have, and those of its object, None where it is open.
PROPERTIES = {
    "endpoint": ({"Service"}, None),
    "feature": ({"Service"}, {"Feature"}),
    "defaultEntailmentRegime": ({"Service"}, {"EntailmentRegime"}),
    "defaultSupportedEntailmentProfile": ({"Service"}, {"EntailmentProfile"}),
    "entailmentRegime": ({"NamedGraph"}, {"EntailmentRegime"}),
    "supportedEntailmentProfile": ({"NamedGraph"}, {"EntailmentProfile"}),
    "extensionFunction": ({"Service"}, {"Function"}),
    "extensionAggregate": ({"Service"}, {"Aggregate"}),
    "languageExtension": ({"Service"}, {"Feature"}),
    "supportedLanguage": ({"Service"}, {"Language"}),
    "propertyFeature": ({"Service"}, {"Feature"}),
    "defaultDataset": ({"Service"}, {"Dataset"}),
    "availableGraphs": ({"Service"}, {"GraphCollection"}),
    "resultFormat": ({"Service"}, None),
    "inputFormat": ({"Service"}, None),
    "defaultGraph": ({"Dataset"}, {"Graph"}),
    "namedGraph": ({"Dataset", "GraphCollection"}, {"NamedGraph"}),
    "name": ({"NamedGraph"}, None),
    "graph": ({"NamedGraph"}, {"Graph"}),
}
CLASSES = {
    *("Service", "Language", "Function", "Aggregate", "EntailmentRegime", "EntailmentProfile"),
    *("GraphCollection", "Dataset", "Graph", "NamedGraph", "Feature"),
}
#: The members the vocabulary itself states of a class: they need no type in the document.
MEMBERS = {
    "Language": {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"},
    "Feature": {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs", "BasicFederatedQuery"},
}
#: A Dataset is a GraphCollection.
ABOVE = {"Dataset": {"GraphCollection"}}
#: What only the addresses of a form or regime can be: they are named outside the vocabulary.
_OUTSIDE = ("http://www.w3.org/ns/formats/", "http://www.w3.org/ns/entailment/", "http://www.w3.org/ns/owl-profile/")


def _described(there: Endpoint) -> Dataset:
    answer = there.send("GET", "/sparql", Accept="text/turtle")
    assert answer.status == 200
    return Dataset(parse(answer.body, format=RdfFormat.TURTLE))


def test_returns_rdf(there: Endpoint) -> None:
    for form in (RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.RDF_XML, RdfFormat.JSON_LD):
        answer = there.send("GET", "/sparql", Accept=form.media_type)
        assert (answer.status, answer.media_type) == (200, form.media_type)
        assert list(parse(answer.body, format=form))


def test_has_endpoint_triple(there: Endpoint) -> None:
    """One sd:Service has as sd:endpoint the address asked, or the one it is known by."""
    found = _described(there)
    (service,) = found.quads_for_predicate(NamedNode(f"{SD}endpoint"))
    assert service.object.value in (f"http://{there.host}/sparql", f"{DEFAULT_BASE}/sparql")
    assert "Service" in _classes(found, service.subject)


def test_conforms_to_schema(there: Endpoint) -> None:
    """Every class and property of the namespace is one of the vocabulary's, at the place it is for."""
    found = _described(there)
    used = [quad for quad in found if quad.predicate.value.startswith(SD)]
    assert used
    for quad in used:
        name = quad.predicate.value.removeprefix(SD)
        assert name in PROPERTIES, name
        subjects, objects = PROPERTIES[name]
        assert subjects & _classes(found, quad.subject), (name, quad.subject)
        assert not isinstance(quad.object, Literal), quad
        if objects and not quad.object.value.startswith(_OUTSIDE):
            assert objects & _classes(found, quad.object), (name, quad.object)
    for quad in found.quads_for_predicate(NamedNode(RDF_TYPE)):
        if quad.object.value.startswith(SD):
            assert quad.object.value.removeprefix(SD) in CLASSES


def _classes(found: Dataset, node: NamedNode | BlankNode) -> set[str]:
    """The classes of the vocabulary a node has: as stated, as the vocabulary has it, or as its class implies."""
    types = [q.object.value for q in found.quads_for_subject(node) if q.predicate.value == RDF_TYPE]
    stated = {name.removeprefix(SD) for name in types if name.startswith(SD)}
    stated |= {name for name, members in MEMBERS.items() if node.value.removeprefix(SD) in members}
    return stated.union(*(ABOVE.get(name, set()) for name in stated))
