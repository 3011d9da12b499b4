"""A description: statements about the registry itself, as a document that names its own address.

The fixed half of each is a Turtle file beside this module, written with the default base and the address
`http://site.invalid`; a registry puts its own in their place. What varies is added in Python. No blank nodes: what has
no name of its own is named under the document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse, serialize

from hedgerow.graph.worker import sorted_prefixes
from hedgerow.iri import CODE, HR, RDF_TYPE, XSD, rebase

#: Suffix: media type, of the forms a description comes in.
FORMS = {
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
#: The namespaces a description uses, by the prefix its terms are written with.
PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "code": CODE,
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "formats": "http://www.w3.org/ns/formats/",
    "hr": HR,
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "void-ext": "http://ldf.fi/void-ext#",
    "vs": "http://www.w3.org/2003/06/sw-vocab-status/ns#",
    "xsd": XSD,
}
#: The address that the shipped files are written with instead of the site's.
PLACEHOLDER = "http://site.invalid"

Term = NamedNode | Literal
#: What a statement can be given: a term, a whole number, or a text by language.
Value = Term | int | Mapping[str, str]


def name(term: str) -> NamedNode:
    """A term of a known vocabulary.

    >>> name("void:triples")
    <NamedNode value=http://rdfs.org/ns/void#triples>
    """
    prefix, _, local = term.partition(":")
    return NamedNode(RDF_TYPE if term == "a" else PREFIXES[prefix] + local)


class Description:
    """The statements of one document; `version` is that of the view it tells of."""

    def __init__(self, address: str, version: str) -> None:
        self.address = address
        self.version = version
        self.triples: set[Triple] = set()

    def read(self, path: Path, base: str, site: str) -> None:
        """Add the statements of a shipped file, for a registry of that base at that address."""
        text = rebase(path.read_text("utf-8"), base).replace(PLACEHOLDER, site)
        self.triples |= {quad.triple for quad in parse(text, format=RdfFormat.TURTLE)}

    def part(self, word: str) -> NamedNode:
        """What is named under the document by that word."""
        return NamedNode(f"{self.address}#{word}")

    def add(self, subject: NamedNode, term: str, *values: Value) -> None:
        """State something with a term such as `void:triples`, or `a`."""
        for value in values:
            for each in _terms(value):
                self.triples.add(Triple(subject, name(term), each))

    def values(self, subject: NamedNode, term: str) -> list[Term]:
        """What is stated of a thing with a term, in order."""
        found = [t.object for t in self.triples if t.subject == subject and t.predicate == name(term)]
        return sorted((each for each in found if isinstance(each, NamedNode | Literal)), key=str)

    def texts(self, subject: NamedNode, term: str) -> dict[str, str]:
        """What is stated in words, by language; '' for words of none."""
        return {v.language or "": v.value for v in self.values(subject, term) if isinstance(v, Literal)}

    def copy(self, subject: NamedNode, terms: Iterable[str], other: Description) -> None:
        """Take over what another description states of a thing with some terms."""
        for term in terms:
            self.add(subject, term, *other.values(subject, term))

    def serialised(self, media_type: str) -> bytes:
        """The document in one of `FORMS`: the same bytes for the same statements."""
        form = RdfFormat.from_media_type(media_type)
        assert form is not None, media_type
        # The engine writes prefixes in no order: those of Turtle are sorted, RDF/XML goes without.
        turtle = form == RdfFormat.TURTLE
        body = serialize(sorted(self.triples, key=_order), format=form, prefixes=self._prefixes() if turtle else None)
        assert body is not None
        return sorted_prefixes(body) if turtle else body

    def _prefixes(self) -> dict[str, str]:
        written = {str(term) for triple in self.triples for term in (triple.predicate, triple.object)}
        used = {short: space for short, space in PREFIXES.items() if any(f"<{space}" in text for text in written)}
        return {**used, "": f"{self.address}#"}


def _terms(value: Value) -> list[Term]:
    if isinstance(value, Mapping):
        return [Literal(text, language=language) for language, text in value.items()]
    return [Literal(value)] if isinstance(value, int) else [value]


def _order(triple: Triple) -> tuple[str, str, str]:
    # By the bare IRI, so that a document comes before what is named under it: readers of streams need it so.
    subject = triple.subject
    return (subject.value if isinstance(subject, NamedNode) else "", triple.predicate.value, str(triple.object))
