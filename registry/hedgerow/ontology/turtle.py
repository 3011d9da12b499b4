"""One text for one graph: Turtle in a fixed order, one term a block, so that a diff shows what changed and no more.

rdflib's serializers sort the class expressions of a term by the names of their blank nodes, which change with every
run, and pyoxigraph's nests nothing; so the layout is made here. How a literal and an IRI are written is pyoxigraph's.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import urljoin

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from hedgerow.errors import InputError
from hedgerow.iri import CODE, HR, XSD, record_of
from hedgerow.ontology.files import OWL, PROPERTY_KINDS, RDF, RDFS, SKOS, TurtleFile

#: Columns a line may have before its values are put one below the other.
WIDTH = 116
#: The prefixes of every file, in their order. A file may bring more; a code list is named by its own name.
PREFIXES: Mapping[str, str] = {
    "hr": HR,
    "code": CODE,
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "owl": OWL,
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "qudt-unit": "http://qudt.org/vocab/unit/",
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": SKOS,
    "vann": "http://purl.org/vocab/vann/",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": XSD,
}
#: The predicates that come first, in their order; all others follow by their IRI.
_ORDER = (
    "rdf:type rdfs:subClassOf rdfs:subPropertyOf rdfs:domain rdfs:range owl:equivalentClass owl:equivalentProperty "
    "owl:disjointWith owl:disjointUnionOf owl:propertyDisjointWith owl:inverseOf owl:propertyChainAxiom owl:hasKey "
    "owl:onProperty owl:onClass owl:intersectionOf owl:unionOf owl:complementOf owl:oneOf owl:someValuesFrom "
    "owl:allValuesFrom owl:hasValue dcterms:title dcterms:abstract skos:prefLabel rdfs:label skos:altLabel "
    "skos:definition skos:example skos:scopeNote rdfs:comment dcterms:creator dcterms:created dcterms:license "
    "owl:versionInfo owl:versionIRI owl:priorVersion owl:imports skos:changeNote skos:notation skos:inScheme "
    "skos:topConceptOf skos:broader skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch "
    "skos:relatedMatch rdfs:seeAlso rdfs:isDefinedBy vs:term_status dcterms:subject owl:deprecated "
    "dcterms:isReplacedBy sh:targetClass sh:path sh:nodeKind sh:datatype sh:class sh:in sh:pattern sh:minCount "
    "sh:maxCount sh:minInclusive sh:minExclusive sh:maxInclusive sh:maxExclusive sh:uniqueLang sh:languageIn "
    "sh:lessThan sh:lessThanOrEquals sh:or sh:and sh:not sh:property sh:severity sh:message"
)


def _whole(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


_RANK = {_whole(name): rank for rank, name in enumerate(_ORDER.split())}
_LANGUAGES = {"en": "0", "ja": "1"}
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_CODE_LIST = re.compile(re.escape(CODE) + r"([a-z][a-z0-9-]*)/")
#: The datatypes whose literals Turtle has a short form for, with what that form looks like.
_SHORT = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
}

Node = NamedNode | BlankNode | Literal


def canonical(file: TurtleFile) -> str:
    """The text a file should have: its preamble, base, prefixes and statements in the fixed form."""
    return write(file.triples, prefixes=file.prefixes, base=file.base, preamble=file.preamble)


def write(
    triples: Iterable[Triple], *, prefixes: Mapping[str, str] | None = None, base: str | None = None, preamble: str = ""
) -> str:
    """The statements as Turtle. Raises InputError when a blank node stands in two places, as it then needs a name."""
    triples = list(triples)
    writer = _Writer(triples, _namespaces(prefixes or {}, triples), base)
    blocks = writer.blocks()
    head = [f"@base <{base}> .\n"] if base else []
    head += [f"@prefix {name}: <{iri}> .\n" for name, iri in writer.namespaces.items() if name in writer.used]
    text = preamble + "".join(head)
    previous_short = False
    for block in blocks:
        short = "\n" not in block
        text += ("" if short and previous_short else "\n" if text else "") + block + "\n"
        previous_short = short
    return text


def _namespaces(own: Mapping[str, str], triples: Iterable[Triple]) -> dict[str, str]:
    """Name and IRI of each prefix: the fixed ones, then those of the file and of code lists by name."""
    nodes = {node.value for t in triples for node in (t.subject, t.object) if isinstance(node, NamedNode)}
    lists = {found[1]: found[0] for iri in nodes if (found := _CODE_LIST.match(iri))}
    known = {*PREFIXES.values(), *lists.values()}
    more = {name: iri for name, iri in own.items() if iri not in known and not iri.startswith(CODE)} | lists
    return {**PREFIXES, **{name: iri for name, iri in sorted(more.items()) if name not in PREFIXES}}


class _Writer:
    def __init__(self, triples: Iterable[Triple], namespaces: Mapping[str, str], base: str | None) -> None:
        self.about: dict[NamedNode | BlankNode, dict[str, set[Node]]] = defaultdict(lambda: defaultdict(set))
        uses: Counter[BlankNode] = Counter()
        for triple in triples:
            subject, value = triple.subject, triple.object
            assert isinstance(subject, NamedNode | BlankNode)
            assert isinstance(value, NamedNode | BlankNode | Literal)
            self.about[subject][triple.predicate.value].add(value)
            if isinstance(value, BlankNode):
                uses[value] += 1
        if any(count > 1 for count in uses.values()):
            raise InputError("A blank node stands in two places.", "Give it a name.")
        self.nested = set(uses)
        self.namespaces = namespaces
        self.base = base
        self.used: set[str] = set()
        self.written: set[NamedNode | BlankNode] = set()

    def blocks(self) -> list[str]:
        """One block a subject: header, classes, properties, all else; what has no name comes last."""
        named = sorted((s for s in self.about if isinstance(s, NamedNode)), key=self._place)
        blocks = [self._block(self.term(subject), subject) for subject in named]
        unnamed = [s for s in self.about if isinstance(s, BlankNode) and s not in self.nested]
        blocks += sorted(self._block("[]", subject) for subject in unnamed)
        if len(self.written) < len(self.about):
            raise InputError("Blank nodes form a circle.", "Give one of them a name.")
        return blocks

    def _place(self, subject: NamedNode) -> tuple[int, str, str]:
        kinds = {kind.value for kind in self.about[subject][RDF + "type"]}
        if kinds & {OWL + "Ontology", SKOS + "ConceptScheme"}:
            group = 0
        elif OWL + "Class" in kinds:
            group = 1
        else:
            group = 2 if kinds & PROPERTY_KINDS else 3
        return group, record_of(subject.value), subject.value

    def _block(self, name: str, subject: NamedNode | BlankNode) -> str:
        lines = self._statements(subject, 4)
        joined = f"{name} {lines[0]} ." if len(lines) == 1 else ""
        if joined and "\n" not in joined:
            return joined
        return f"{name} " + " ;\n    ".join(lines) + " ."

    def _statements(self, subject: NamedNode | BlankNode, indent: int) -> list[str]:
        self.written.add(subject)
        about = self.about[subject]
        predicates = sorted((p for p in about if about[p]), key=lambda p: (_RANK.get(p, len(_RANK)), p))
        return [self._values(predicate, about[predicate], indent) for predicate in predicates]

    def _values(self, predicate: str, values: set[Node], indent: int) -> str:
        verb = "a" if predicate == RDF + "type" else self.term(NamedNode(predicate))
        flat = [self.node(value, indent if len(values) == 1 else indent + 4) for value in values]
        ordered = [text for _, text in sorted(zip(map(_kind, values), flat, strict=True))]
        line = " , ".join(ordered)
        if "\n" in line or indent + len(verb) + len(line) > WIDTH:
            line = f" ,\n{' ' * (indent + 4)}".join(ordered)
        return f"{verb} {line}"

    def node(self, node: Node, indent: int) -> str:
        """A value as Turtle; a node without a name with all that is said of it, in a line where it fits."""
        if not isinstance(node, BlankNode):
            return self.term(node)
        items = self._list(node)
        if items is not None:
            inner, ends, joint = [self.node(item, indent + 4) for item in items], "()", " "
        else:
            inner, ends, joint = self._statements(node, indent + 4), "[]", " ; "
        line = f"{ends[0]} {joint.join(inner)} {ends[1]}" if inner else ends
        if "\n" in line or indent + len(line) > WIDTH:
            pad = " " * (indent + 4)
            line = f"{ends[0]}\n{pad}" + f"{joint.rstrip()}\n{pad}".join(inner) + f"\n{' ' * indent}{ends[1]}"
        return line

    def _list(self, node: BlankNode) -> list[Node] | None:
        """The items of the RDF list that begins here, or None where there is no well-formed one."""
        items: list[Node] = []
        links: list[BlankNode] = []
        rest: Node = node
        while isinstance(rest, BlankNode):
            about = self.about[rest]
            firsts, rests = about.get(RDF + "first", set()), about.get(RDF + "rest", set())
            if rest in links or len(about) != 2 or len(firsts) != 1 or len(rests) != 1:
                return None
            links.append(rest)
            items += firsts
            (rest,) = rests
        if rest != NamedNode(RDF + "nil"):
            return None
        self.written.update(links)
        return items

    def term(self, node: NamedNode | Literal) -> str:
        """A name or literal in its shortest form."""
        if isinstance(node, Literal):
            return self._literal(node)
        iri = node.value
        if iri == RDF + "nil":
            return "()"
        for name, namespace in self.namespaces.items():
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                self.used.add(name)
                return f"{name}:{iri[len(namespace) :]}"
        return (self.base and _relative(iri, self.base)) or str(node)

    def _literal(self, literal: Literal) -> str:
        kind = literal.datatype.value
        if literal.language or kind == XSD + "string":
            return str(literal)
        if kind in _SHORT and _SHORT[kind].fullmatch(literal.value):
            return literal.value
        return f"{Literal(literal.value)}^^{self.term(literal.datatype)}"


def _kind(node: Node) -> tuple[int, str]:
    """Names before literals, English before Japanese, what has no name last."""
    if isinstance(node, Literal):
        language = node.language or ""
        return 1, _LANGUAGES.get(language, language)
    return (2, "") if isinstance(node, BlankNode) else (0, "")


def _relative(iri: str, base: str) -> str | None:
    folder = base[: base.rindex("/") + 1]
    rest = iri.removeprefix(folder)
    fits = rest != iri and ":" not in rest.partition("/")[0] and urljoin(base, rest) == iri
    return f"<{rest}>" if fits else None
