"""What the ontology demands of a term: its axioms, parsed from the files into plain values.

A class expression is a `Named` class or datatype, a `Compound`, a `Restriction`, a `Ranged` datatype or a literal
`Value`. An axiom is a kind with its operands. How they are said is in `words.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from hedgerow.errors import InputError


@dataclass(frozen=True)
class Named:
    """A class, property, datatype or individual with a name."""

    iri: str


@dataclass(frozen=True)
class Value:
    """A literal."""

    text: str


@dataclass(frozen=True)
class Inverse:
    """A property read from its value."""

    of: Named


@dataclass(frozen=True)
class Compound:
    """`kind` is and, or, not, one-of."""

    kind: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True)
class Restriction:
    """What is said by a property. `kind` is some, only, value, self, min, max, exactly; `count` goes with the last."""

    property: Named | Inverse
    kind: str
    filler: Expression | None = None
    count: int = 0


@dataclass(frozen=True)
class Ranged:
    """A datatype cut to a range: facet names (minInclusive, ...) with their values."""

    datatype: Named
    facets: tuple[tuple[str, str], ...]


Expression = Named | Value | Compound | Restriction | Ranged


@dataclass(frozen=True)
class Axiom:
    """One axiom about a term, which is its first operand unless the kind says otherwise.

    Kinds of classes: defined, subclass, disjoint, all-disjoint, partition, key. Kinds of properties: domain, range,
    sub-property, same-property, inverse, chain (result, then its steps), disjoint-properties, and the characteristics
    (functional, inverse-functional, transitive, symmetric, asymmetric, reflexive, irreflexive).
    """

    kind: str
    operands: tuple[Expression | Inverse, ...]


_CHARACTERISTICS = {
    OWL.FunctionalProperty: "functional",
    OWL.InverseFunctionalProperty: "inverse-functional",
    OWL.TransitiveProperty: "transitive",
    OWL.SymmetricProperty: "symmetric",
    OWL.AsymmetricProperty: "asymmetric",
    OWL.ReflexiveProperty: "reflexive",
    OWL.IrreflexiveProperty: "irreflexive",
}
#: Predicate: kind, and whether the axiom is told on the page of its object, too.
_SIMPLE: Mapping[URIRef, tuple[str, bool]] = {
    OWL.equivalentClass: ("defined", False),
    RDFS.subClassOf: ("subclass", False),
    OWL.disjointWith: ("disjoint", True),
    RDFS.domain: ("domain", False),
    RDFS.range: ("range", False),
    RDFS.subPropertyOf: ("sub-property", False),
    OWL.equivalentProperty: ("same-property", True),
    OWL.inverseOf: ("inverse", True),
    OWL.propertyDisjointWith: ("disjoint-properties", True),
}
_LISTS: Mapping[URIRef, str] = {
    OWL.propertyChainAxiom: "chain",
    OWL.disjointUnionOf: "partition",
    OWL.hasKey: "key",
}
_CARDINALITIES = {
    OWL.minCardinality: "min",
    OWL.maxCardinality: "max",
    OWL.cardinality: "exactly",
    OWL.minQualifiedCardinality: "min",
    OWL.maxQualifiedCardinality: "max",
    OWL.qualifiedCardinality: "exactly",
}
_QUANTIFIERS = {OWL.someValuesFrom: "some", OWL.allValuesFrom: "only", OWL.hasValue: "value"}


def axioms(graph: Graph, iri: str) -> list[Axiom]:
    """The axioms about a term, in the order in which they are best read. Raises InputError for a broken one."""
    return list(dict.fromkeys(_axioms(graph, URIRef(iri))))


def _axioms(graph: Graph, term: URIRef) -> Iterator[Axiom]:
    own = Named(str(term))
    for predicate, (kind, mutual) in _SIMPLE.items():
        for node in _sorted(graph, graph.objects(term, predicate)):
            yield Axiom(kind, (own, expression(graph, node)))
        if mutual:
            for name in sorted(str(node) for node in graph.subjects(predicate, term) if isinstance(node, URIRef)):
                yield Axiom(kind, (own, Named(name)))
    for predicate, kind in _LISTS.items():
        for node in graph.objects(term, predicate):
            yield Axiom(kind, (own, *(_role_or_class(graph, member) for member in Collection(graph, node))))
    for owl, kind in _CHARACTERISTICS.items():
        if (term, RDF.type, owl) in graph:
            yield Axiom(kind, (own,))
    yield from _disjoint_sets(graph, term)


def _disjoint_sets(graph: Graph, term: URIRef) -> Iterator[Axiom]:
    for node in graph.subjects(RDF.type, OWL.AllDisjointClasses):
        members = graph.value(node, OWL.members)
        found = list(Collection(graph, members)) if members is not None else []
        if term in found:
            yield Axiom("all-disjoint", tuple(expression(graph, member) for member in found))


def expression(graph: Graph, node: Node) -> Expression:
    """A class expression. Raises InputError for a form that OWL does not have, naming what it holds."""
    if isinstance(node, URIRef):
        return Named(str(node))
    if isinstance(node, Literal):
        return Value(str(node))
    for predicate, kind in ((OWL.intersectionOf, "and"), (OWL.unionOf, "or"), (OWL.oneOf, "one-of")):
        members = graph.value(node, predicate)
        if members is not None:
            return Compound(kind, tuple(expression(graph, member) for member in Collection(graph, members)))
    for predicate in (OWL.complementOf, OWL.datatypeComplementOf):
        inner = graph.value(node, predicate)
        if inner is not None:
            return Compound("not", (expression(graph, inner),))
    if (node, OWL.onProperty, None) in graph:
        return _restriction(graph, node)
    if (node, OWL.onDatatype, None) in graph:
        return _ranged(graph, node)
    held = ", ".join(sorted(str(p).rpartition("#")[2] for p in graph.predicates(node)))
    raise InputError(f"A class expression holds {held or 'nothing'}.", "Write it as OWL 2 maps it to RDF.")


def _restriction(graph: Graph, node: Node) -> Restriction:
    role = _role(graph, graph.value(node, OWL.onProperty))
    for predicate, kind in _QUANTIFIERS.items():
        value = graph.value(node, predicate)
        if value is not None:
            return Restriction(role, kind, expression(graph, value))
    if graph.value(node, OWL.hasSelf) is not None:
        return Restriction(role, "self")
    for predicate, kind in _CARDINALITIES.items():
        count = graph.value(node, predicate)
        if count is not None:
            filler = graph.value(node, OWL.onClass) or graph.value(node, OWL.onDataRange)
            return Restriction(role, kind, expression(graph, filler) if filler is not None else None, int(str(count)))
    raise InputError("A restriction says nothing about its property.", "Add someValuesFrom or another of OWL's words.")


def _ranged(graph: Graph, node: Node) -> Ranged:
    members = graph.value(node, OWL.withRestrictions)
    facets = [
        (str(predicate).removeprefix(str(XSD)), str(value))
        for member in (Collection(graph, members) if members is not None else ())
        for predicate, value in graph.predicate_objects(member)
    ]
    return Ranged(Named(str(graph.value(node, OWL.onDatatype))), tuple(sorted(facets)))


def _role(graph: Graph, node: Node | None) -> Named | Inverse:
    if isinstance(node, BNode):
        return Inverse(Named(str(graph.value(node, OWL.inverseOf))))
    return Named(str(node))


def _role_or_class(graph: Graph, node: Node) -> Expression | Inverse:
    if isinstance(node, BNode) and (node, OWL.inverseOf, None) in graph:
        return _role(graph, node)
    return expression(graph, node)


def _sorted(graph: Graph, nodes: Iterator[Node]) -> list[Node]:
    """Names first; expressions in the order of what they hold, for blank nodes have no order of their own."""
    return sorted(nodes, key=lambda node: (isinstance(node, BNode), str(expression(graph, node))))
