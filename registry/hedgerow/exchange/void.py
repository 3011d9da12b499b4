"""What a view holds, in figures: a VoID description, with partitions by class and property.

Everything is counted as the endpoint sees it, over all graphs together, by queries through the graph's own door; so it
works alike on the running graph process and on a store of one's own. Classes are counted in batches, so that no
query is long however large the record: at 3 M statements the longest takes some two seconds, all of them fifteen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from hedgerow.errors import Busy
from hedgerow.exchange import catalogue
from hedgerow.exchange.description import PREFIXES, Description, name
from hedgerow.graph.client import JSON, Graph
from hedgerow.iri import HR, rebase
from hedgerow.rq import bind
from hedgerow.settings import Settings
from hedgerow.tiers import chains, dataset, prefix, tier_of

#: Where the document lies under the base, and on a site.
PLACE = ".well-known/void"
#: Things whose statements one query counts, at most, unless one class has more.
BATCH = 50_000
#: How often it is tried to count all in one version of a graph that moves on meanwhile.
TRIES = 3
_QUERIES = Path(__file__).with_name("queries")
#: What is told of the data set here as well as in the catalogue.
_SHARED = (
    *("dcterms:title", "dcterms:description", "dcterms:license", "dcterms:publisher", "foaf:homepage", "hr:evidence"),
    *("dcat:version", "dcterms:issued", "dcterms:modified"),
)

Row = Mapping[str, str]


class _Moved(Exception):
    """The graph came to another version between two counts."""


class Counts:
    """The figures of one version of a graph."""

    def __init__(self, graph: Graph, base: str) -> None:
        self.version = ""
        self._graph, self._base = graph, base
        self.totals = next(self._rows("statements"))
        spaces = [str(Literal(prefix(base, tier))) for tier in reversed(chains(graph.tier))]
        self.entities = next(self._rows("entities", space=spaces))["entities"]
        self.classes = list(self._rows("classes"))
        self.properties = list(self._rows("properties"))
        batches = list(_batches(self.classes))
        self.of_class = [row for batch in batches for row in self._rows("class-properties", **{"class": batch})]
        self.values = [row for batch in batches for row in self._rows("class-values", **{"class": batch})]

    def _rows(self, query: str, **terms: Sequence[str]) -> Iterator[Row]:
        text = bind(rebase((_QUERIES / f"{query}.rq").read_text("utf-8"), self._base), terms)
        reply = self._graph.query(text, solutions=JSON)
        if reply.version != (self.version or reply.version):
            raise _Moved
        self.version = reply.version
        for row in json.loads(reply.body)["results"]["bindings"]:
            yield {column: cell["value"] for column, cell in row.items()}


def _batches(classes: Sequence[Row]) -> Iterator[list[str]]:
    batch: list[str] = []
    things = 0
    for row in classes:
        if batch and things + int(row["entities"]) > BATCH:
            yield batch
            batch, things = [], 0
        batch.append(str(NamedNode(row["class"])))
        things += int(row["entities"])
    if batch:
        yield batch


def count(graph: Graph, base: str) -> Counts:
    """Count what a graph holds, all in one version. Raises Busy when it does not stand still for that."""
    for _ in range(TRIES):
        try:
            return Counts(graph, base)
        except _Moved:
            continue
    raise Busy("The record is being written to, so it cannot be counted.", "Try again in a few seconds.")


def describe(graph: Graph, settings: Settings, site: str) -> Description:
    """The view of a graph in figures; `site` is the address of its pages, as `http://example.org/demo`."""
    return _Telling(count(graph, settings.base), graph, settings, site).out


class _Telling:
    def __init__(self, counts: Counts, graph: Graph, settings: Settings, site: str) -> None:
        self.whole = NamedNode(dataset(settings.base, graph.tier))
        self.out = Description(f"{self.whole.value}/{PLACE}", counts.version)
        self._document()
        self._dataset(catalogue.describe(graph, settings, site), settings, graph.tier, site)
        self._totals(counts, settings.base)
        for row in counts.properties:
            self._property(self.whole, row, row["property"])
        for row in counts.classes:
            self._class(row)
        for row in counts.of_class:
            self._property(self._part(row["class"]), row, row["class"], row["property"])
        for row in counts.values:
            self._value(row)

    def _part(self, *iris: str) -> NamedNode:
        return self.out.part("-".join(map(_word, iris)))

    def _document(self) -> None:
        document = NamedNode(self.out.address)
        self.out.add(document, "a", name("void:DatasetDescription"))
        self.out.add(document, "foaf:primaryTopic", self.whole)
        self.out.add(document, "dcterms:title", {"en": "What the record holds", "ja": "この記録に含まれるもの"})

    def _dataset(self, entry: Description, settings: Settings, tier: str, site: str) -> None:
        out, whole = self.out, self.whole
        out.add(whole, "a", name("void:Dataset"))
        out.copy(whole, _SHARED, entry)
        for publisher in out.values(whole, "dcterms:publisher"):
            if isinstance(publisher, NamedNode):
                out.copy(publisher, ("a", "foaf:name"), entry)
        out.add(whole, "void:sparqlEndpoint", NamedNode(f"{site}/sparql"))
        for seen in chains(tier):
            out.add(whole, "void:uriSpace", Literal(prefix(settings.base, seen)))
        for form in ("Turtle", "N-Triples", "JSON-LD", "RDF_XML"):
            out.add(whole, "void:feature", name(f"formats:{form}"))

    def _totals(self, counts: Counts, base: str) -> None:
        out, whole = self.out, self.whole
        out.add(whole, "void:triples", int(counts.totals["statements"]))
        out.add(whole, "void:distinctSubjects", int(counts.totals["subjects"]))
        out.add(whole, "void:distinctObjects", int(counts.totals["objects"]))
        out.add(whole, "void:entities", int(counts.entities))
        out.add(whole, "void:classes", len(counts.classes))
        out.add(whole, "void:properties", len(counts.properties))
        terms = {row["class"] for row in counts.classes} | {row["property"] for row in counts.properties}
        out.add(whole, "void:vocabulary", *(NamedNode(space) for space in sorted({_space(term) for term in terms})))
        examples = {_kind(row["first"]): row["first"] for row in counts.classes if _is_record(row["first"], base)}
        out.add(whole, "void:exampleResource", *map(NamedNode, examples.values()))

    def _class(self, row: Row) -> None:
        part = self._part(row["class"])
        self.out.add(self.whole, "void:classPartition", part)
        self.out.add(part, "void:class", NamedNode(row["class"]))
        self.out.add(part, "void:entities", int(row["entities"]))

    def _property(self, whole: NamedNode, row: Row, *iris: str) -> None:
        part = self._part(*iris)
        self.out.add(whole, "void:propertyPartition", part)
        self.out.add(part, "void:property", NamedNode(row["property"]))
        self.out.add(part, "void:triples", int(row["statements"]))
        if "subjects" in row:
            self.out.add(part, "void:distinctSubjects", int(row["subjects"]))
            self.out.add(part, "void:distinctObjects", int(row["objects"]))

    def _value(self, row: Row) -> None:
        kind, datatype = row.get("kind"), row.get("datatype")
        if not (kind or datatype):
            return  # the value is a name that nothing is said of here
        within = (row["class"], row["property"])
        part = self._part(*within, kind or datatype or "")
        if kind:
            self.out.add(self._part(*within), "void:classPartition", part)
            self.out.add(part, "void:class", NamedNode(kind))
        else:
            self.out.add(self._part(*within), "void-ext:datatypePartition", part)
            self.out.add(part, "void-ext:datatype", NamedNode(datatype or ""))
        self.out.add(part, "void:triples", int(row["statements"]))


def _is_record(iri: str, base: str) -> bool:
    return "#" not in iri and tier_of(base, iri) is not None


def _kind(iri: str) -> str:
    return iri.rsplit("/", 2)[-2]


def _space(iri: str) -> str:
    """The namespace of a term: up to its last # or /."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def _word(iri: str) -> str:
    """What stands for a term in the name of a partition: its own word, with a prefix where it is not ours."""
    local = iri.removeprefix(_space(iri))
    if iri == HR + local:
        return local
    known = next((prefix for prefix, space in PREFIXES.items() if iri == space + local), None)
    return f"{known}.{local}" if known else hashlib.sha256(iri.encode()).hexdigest()[:12]
