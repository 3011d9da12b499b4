"""The catalogue as people read it: its description in one language, for pages and for search engines."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from hedgerow.exchange.description import Description
from hedgerow.iri import ONTOLOGY_GRAPH


@dataclass(frozen=True)
class Distribution:
    """One way to have a set of data."""

    title: str
    description: str
    address: str
    media_type: str


@dataclass(frozen=True)
class Entry:
    """A set of data as a reader sees it in the catalogue; dates are days, '' where there is none."""

    iri: str
    title: str
    description: str
    licence: str
    publisher: str
    version: str
    issued: str
    modified: str
    period: tuple[str, str] | None
    keywords: tuple[str, ...]
    landing: str
    distributions: tuple[Distribution, ...]


@dataclass(frozen=True)
class Catalogue:
    """The catalogue as a reader sees it."""

    iri: str
    title: str
    description: str
    licence: str
    publisher: str
    rights: str
    provenance: str
    entries: tuple[Entry, ...]


class _Reading:
    """A description read in one language."""

    def __init__(self, out: Description, language: str) -> None:
        self.out = out
        self.language = language

    def text(self, subject: NamedNode, term: str) -> str:
        texts = self.out.texts(subject, term)
        return texts.get(self.language) or texts.get("en") or next(iter(texts.values()), "")

    def all(self, subject: NamedNode, term: str) -> list[NamedNode]:
        return [value for value in self.out.values(subject, term) if isinstance(value, NamedNode)]

    def one(self, subject: NamedNode, term: str) -> str:
        return next((value.value for value in self.all(subject, term)), "")

    def publisher(self, subject: NamedNode) -> str:
        return next((self.text(agent, "foaf:name") for agent in self.all(subject, "dcterms:publisher")), "")

    def words(self, subject: NamedNode, term: str) -> tuple[str, ...]:
        literals = [value for value in self.out.values(subject, term) if isinstance(value, Literal)]
        return tuple(value.value for value in literals if value.language == self.language)


def read(out: Description, language: str) -> Catalogue:
    """A catalogue in the reader's language: the record first, then the ontology."""
    reading, whole = _Reading(out, language), NamedNode(out.address)
    entries = sorted(reading.all(whole, "dcat:dataset"), key=lambda each: each.value == ONTOLOGY_GRAPH)
    return Catalogue(
        iri=out.address,
        title=reading.text(whole, "dcterms:title"),
        description=reading.text(whole, "dcterms:description"),
        licence=reading.one(whole, "dcterms:license"),
        publisher=reading.publisher(whole),
        rights=reading.text(out.part("rights"), "rdfs:label"),
        provenance=reading.text(out.part("provenance"), "rdfs:label"),
        entries=tuple(_entry(reading, each) for each in entries),
    )


def _entry(reading: _Reading, whole: NamedNode) -> Entry:
    periods = [
        (reading.text(period, "dcat:startDate"), reading.text(period, "dcat:endDate"))
        for period in reading.all(whole, "dcterms:temporal")
    ]
    return Entry(
        iri=whole.value,
        title=reading.text(whole, "dcterms:title"),
        description=reading.text(whole, "dcterms:description"),
        licence=reading.one(whole, "dcterms:license"),
        publisher=reading.publisher(whole),
        version=reading.text(whole, "dcat:version"),
        issued=reading.text(whole, "dcterms:issued")[:10],
        modified=reading.text(whole, "dcterms:modified")[:10],
        period=periods[0] if periods else None,
        keywords=reading.words(whole, "dcat:keyword"),
        landing=reading.one(whole, "dcat:landingPage"),
        distributions=tuple(
            Distribution(
                title=reading.text(each, "dcterms:title"),
                description=reading.text(each, "dcterms:description"),
                address=reading.one(each, "dcat:downloadURL") or reading.one(each, "dcat:accessURL"),
                media_type=reading.one(each, "dcat:mediaType").partition("/media-types/")[2],
            )
            for each in reading.all(whole, "dcat:distribution")
        ),
    )
