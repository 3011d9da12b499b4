"""The ontology as its files describe it: modules, terms, and the statements about each.

Read from the files and not from the graph: class expressions have blank nodes, which the graph does not hold.
What the axioms mean is in `axioms.py`, how they are said in `words.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from hedgerow.iri import CODE, HR, ONTOLOGY_GRAPH
from hedgerow.paths import ONTOLOGY

VS = Namespace("http://www.w3.org/2003/06/sw-vocab-status/ns#")
_KINDS = {
    OWL.Class: "class",
    OWL.ObjectProperty: "object property",
    OWL.DatatypeProperty: "datatype property",
    OWL.AnnotationProperty: "annotation property",
}
#: The order in which modules build on each other and are shown; one that is not named comes last.
_ORDER = ("core", "material", "agreement", "pool", "custody", "circular", "resilience")
#: Media type: the name rdflib has for the form.
FORMS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
}
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Module:
    """One module. `name` is the last step of its IRI, `version` its version in three numbers."""

    name: str
    iri: str
    title: Texts
    abstract: Texts
    version: str
    version_iri: str
    licence: str
    created: str
    imports: tuple[str, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """One term. `parents` are named terms of the ontology; domain and range are all the names they mention."""

    iri: str
    kind: str
    module: str
    label: Texts
    definition: Texts
    examples: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    changes: tuple[str, ...]
    code_lists: tuple[str, ...]
    status: str
    parents: tuple[str, ...]
    domain: tuple[str, ...]
    range: tuple[str, ...]

    @property
    def name(self) -> str:
        """The term without its namespace."""
        return self.iri.removeprefix(HR)

    @property
    def is_class(self) -> bool:
        """Whether it is a class; else a property."""
        return self.kind == "class"


class Ontology:
    """The modules and terms of some files. The graph holds the files' statements, labels among them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def modules(self) -> Mapping[str, Module]:
        """The modules by name, each after those it builds on."""
        found = [self._module(iri) for iri in self.graph.subjects(RDF.type, OWL.Ontology) if isinstance(iri, URIRef)]
        return {m.name: m for m in sorted(found, key=lambda m: (_place(m.name), m.name))}

    @cached_property
    def terms(self) -> Mapping[str, Term]:
        """The terms by IRI: classes first, then by name."""
        kinds = {
            iri: kind
            for owl, kind in _KINDS.items()
            for iri in self.graph.subjects(RDF.type, owl)
            if isinstance(iri, URIRef) and iri.startswith(HR)
        }
        found = [self._term(iri, kind) for iri, kind in kinds.items()]
        return {str(t.iri): t for t in sorted(found, key=lambda t: (not t.is_class, t.name.casefold()))}

    def term(self, name: str) -> Term | None:
        """A term by its name without namespace."""
        return self.terms.get(HR + name)

    def label(self, iri: str, language: str = "en") -> str:
        """What a thing is called in a language, else in English, else its last step."""
        if iri in self.terms:
            label = self.terms[iri].label
            return label.get(language) or label.get("en") or short(iri)
        return _DATATYPES.get(iri, {}).get(language) or short(iri)

    def children(self, iri: str) -> list[Term]:
        """The terms directly below one."""
        return [term for term in self.terms.values() if iri in term.parents]

    def paths(self, iri: str) -> list[tuple[str, ...]]:
        """Every way from the top of the hierarchy down to the term, the term left out."""
        return sorted(self._paths(iri, ()))

    def _paths(self, iri: str, below: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        term = self.terms.get(iri)
        parents = [parent for parent in term.parents if parent not in below] if term else []
        if not parents:
            yield below
        for parent in parents:
            yield from self._paths(parent, (parent, *below))

    def ancestors(self, iri: str) -> list[str]:
        """The terms above one, the nearest first."""
        found: list[str] = []
        level = [iri]
        while level:
            level = [p for at in level if at in self.terms for p in self.terms[at].parents if p not in (*found, iri)]
            found += dict.fromkeys(level)
        return found

    def said_of(self, iri: str) -> list[tuple[str, list[Term]]]:
        """What may be said of a class: it and each class above it, with the properties whose domain it is."""
        rows = [(at, [t for t in self.properties() if at in t.domain]) for at in (iri, *self.ancestors(iri))]
        return [(at, terms) for at, terms in rows if terms]

    def values_of(self, iri: str) -> list[Term]:
        """The properties whose value is of a class."""
        return [term for term in self.properties() if iri in term.range]

    def properties(self) -> list[Term]:
        """Every property."""
        return [term for term in self.terms.values() if not term.is_class]

    def of_module(self, name: str) -> list[Term]:
        """The terms that a module defines."""
        return [term for term in self.terms.values() if term.module == name]

    def whole(self) -> Graph:
        """Every statement, and of what parts the whole consists: its name is also that of the graph it is kept in."""
        found = Graph()
        found += self.graph
        node = URIRef(ONTOLOGY_GRAPH)
        found.add((node, DCTERMS.title, Literal("The ontology of Hedgerow", lang="en")))
        found.add((node, DCTERMS.title, Literal("Hedgerowのオントロジー", lang="ja")))
        for module in self.modules.values():
            found.add((node, DCTERMS.hasPart, URIRef(module.iri)))
        return _bound(found)

    def about_term(self, iri: str) -> Graph:
        """The statements about a term, with the expressions they hold and the sets of disjoint terms it stands in."""
        node = URIRef(iri)
        found = self._closed([node])
        for kind in (OWL.AllDisjointClasses, OWL.AllDisjointProperties):
            for axiom in self.graph.subjects(RDF.type, kind):
                members = self.graph.value(axiom, OWL.members)
                if members is not None and node in Collection(self.graph, members):
                    found += self._closed([axiom])
        return _bound(found)

    def about_module(self, name: str) -> Graph:
        """The header of a module and the statements about every term it defines."""
        found = Graph()
        for node in [URIRef(self.modules[name].iri), *(URIRef(t.iri) for t in self.of_module(name))]:
            found += self.about_term(node)
        return _bound(found)

    def _closed(self, nodes: Iterable[Node]) -> Graph:
        found = Graph()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            for triple in self.graph.triples((node, None, None)):
                if triple not in found:
                    found.add(triple)
                    waiting += [triple[2]] if isinstance(triple[2], BNode) else []
        return found

    def _module(self, iri: URIRef) -> Module:
        return Module(
            name=short(iri),
            iri=str(iri),
            title=self._texts(iri, DCTERMS.title),
            abstract=self._texts(iri, DCTERMS.abstract),
            version=str(self.graph.value(iri, OWL.versionInfo) or ""),
            version_iri=str(self.graph.value(iri, OWL.versionIRI) or ""),
            licence=str(self.graph.value(iri, DCTERMS.license) or ""),
            created=str(self.graph.value(iri, DCTERMS.created) or ""),
            imports=self._all(iri, OWL.imports),
            changes=self._all(iri, SKOS.changeNote),
        )

    def _term(self, iri: URIRef, kind: str) -> Term:
        above = RDFS.subClassOf if kind == "class" else RDFS.subPropertyOf
        return Term(
            iri=str(iri),
            kind=kind,
            module=short(str(self.graph.value(iri, RDFS.isDefinedBy) or "")),
            label=self._texts(iri, RDFS.label),
            definition=self._texts(iri, SKOS.definition),
            examples=self._all(iri, SKOS.example),
            notes=self._all(iri, SKOS.scopeNote),
            sources=self._all(iri, DCTERMS.source),
            changes=self._all(iri, SKOS.changeNote),
            code_lists=tuple(at for at in self._all(iri, RDFS.seeAlso) if at.startswith(CODE)),
            status=str(self.graph.value(iri, VS.term_status) or ""),
            parents=tuple(at for at in self._all(iri, above) if at.startswith(HR)),
            domain=self._named(iri, RDFS.domain),
            range=self._named(iri, RDFS.range),
        )

    def _texts(self, iri: URIRef, predicate: URIRef) -> Texts:
        found = [o for o in self.graph.objects(iri, predicate) if isinstance(o, Literal)]
        return {str(o.language or "en"): str(o) for o in sorted(found, key=str, reverse=True)}

    def _all(self, iri: URIRef, predicate: URIRef) -> tuple[str, ...]:
        return tuple(sorted(str(o) for o in self.graph.objects(iri, predicate) if not isinstance(o, BNode)))

    def _named(self, iri: URIRef, predicate: URIRef) -> tuple[str, ...]:
        """The names that a domain or range mentions: itself, or each of a union."""
        found: list[str] = []
        for node in self.graph.objects(iri, predicate):
            union = self.graph.value(node, OWL.unionOf) if isinstance(node, BNode) else None
            members: list[Node] = list(Collection(self.graph, union)) if union is not None else [node]
            found += [str(member) for member in members if isinstance(member, URIRef)]
        return tuple(sorted(found))


_DATATYPES: Mapping[str, Texts] = {
    str(XSD.string): {"en": "text", "ja": "文字列"},
    str(RDF.PlainLiteral): {"en": "text in a language", "ja": "言語を伴う文章"},
    str(XSD.decimal): {"en": "number", "ja": "数値"},
    str(XSD.integer): {"en": "whole number", "ja": "整数"},
    str(XSD.boolean): {"en": "yes or no", "ja": "真偽"},
    str(XSD.dateTime): {"en": "instant", "ja": "時点"},
    str(XSD.date): {"en": "day", "ja": "日"},
    str(XSD.gYear): {"en": "year", "ja": "年"},
    str(XSD.anyURI): {"en": "web address", "ja": "ウェブの住所"},
}


def short(iri: str) -> str:
    """The last step of an IRI.

    >>> short("https://w3id.org/hedgerow/ns/core")
    'core'
    """
    return iri.replace("#", "/").rstrip("/").rpartition("/")[2]


def read(folder: Path = ONTOLOGY) -> Ontology:
    """The ontology in a folder: its modules and the labels beside them."""
    graph = Graph()
    for path in (*sorted(folder.glob("*.ttl")), *sorted((folder / "labels").glob("*.ttl"))):
        graph.parse(path, format="turtle")
    return Ontology(_bound(graph))


@cache
def shipped() -> Ontology:
    """The ontology that this registry ships. Read once."""
    return read()


def versions() -> Mapping[str, Path | None]:
    """The versions there are: the current one (its files are the ontology itself), and the folder of each older one."""
    current = {module.version: None for module in shipped().modules.values()}
    folder = ONTOLOGY / "releases"
    older = {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()} if folder.is_dir() else {}
    return {**older, **current}


@cache
def of_version(version: str) -> Ontology:
    """The ontology of a version that `versions` names."""
    folder = versions()[version]
    return shipped() if folder is None else read(folder)


@cache
def shapes() -> Graph:
    """The shapes of records, the binding ones among them."""
    return _parsed(sorted((ONTOLOGY / "shapes").rglob("*.ttl")))


@cache
def alignments() -> Mapping[str, Path]:
    """The files that align the ontology with others, by name."""
    return {path.stem: path for path in sorted((ONTOLOGY / "align").glob("*.ttl"))}


@cache
def alignment(name: str) -> Graph:
    """The statements of an alignment that `alignments` names."""
    return _parsed([alignments()[name]])


def _parsed(paths: Iterable[Path]) -> Graph:
    graph = Graph()
    for path in paths:
        graph.parse(path, format="turtle")
    return _bound(graph)


def serialised(graph: Graph, media_type: str) -> bytes:
    """A graph in one of the forms of `FORMS`, the same bytes for the same graph."""
    body = graph.serialize(format=FORMS[media_type], encoding="utf-8")
    if media_type == "application/n-triples":
        return b"".join(sorted(body.splitlines(keepends=True)))
    return body


def _place(module: str) -> int:
    return _ORDER.index(module) if module in _ORDER else len(_ORDER)


def _bound(graph: Graph) -> Graph:
    for prefix, namespace in (("hr", HR), ("code", CODE), ("hrm", f"{ONTOLOGY_GRAPH}/"), ("vs", str(VS))):
        graph.bind(prefix, namespace, replace=True)
    return graph
