"""What a registry publishes: a catalogue in DCAT 3, by the European application profile DCAT-AP 3.0.1.

Its texts and terms are in the Turtle files beside this module; what varies is the version, the dates, the period
covered, who publishes, and where the site is. Each tier has a catalogue of its own: the public one knows nothing of
what is invented.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from hedgerow.documentation.described import shipped
from hedgerow.exchange.description import Description, name
from hedgerow.graph.client import JSON, Graph
from hedgerow.iri import LICENCE, ONTOLOGY_GRAPH, XSD, rebase
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, dataset

#: Where the document lies under the base, and on a site.
PLACE = "catalog"
_HERE = Path(__file__).parent
_AVAILABLE = NamedNode("http://publications.europa.eu/resource/authority/planned-availability/AVAILABLE")


def describe(graph: Graph, settings: Settings, site: str) -> Description:
    """The catalogue of a tier; `site` is the address of its pages, as `http://example.org/demo`."""
    own = dataset(settings.base, graph.tier)
    out = Description(f"{own}/{PLACE}", graph.version())
    # The files name the public record; what they say of themselves is named under the tier they are read for.
    for file in ("catalogue", "demonstration" if graph.tier == DEMO else "record"):
        out.read(_HERE / f"{file}.ttl", own, site)
    out.add(out.part("publisher"), "foaf:name", Literal(settings.publisher))
    _ontology(out)
    _record(out, NamedNode(own), graph, settings.base)
    for distribution in _all(out, "dcat:Distribution"):
        _everywhere(out, distribution)
    return out


def _record(out: Description, whole: NamedNode, graph: Graph, base: str) -> None:
    out.add(whole, "dcterms:identifier", Literal(whole.value))
    out.add(whole, "dcat:version", Literal(out.version))
    for term, instant in _row(graph, "dates", base).items():
        for told in (whole, NamedNode(out.address), out.part("by-query"), out.part("by-record")):
            out.add(told, f"dcterms:{term}", Literal(instant, datatype=NamedNode(f"{XSD}dateTime")))
    period = _row(graph, "period", base)
    if period:
        covered = out.part("period")
        out.add(whole, "dcterms:temporal", covered)
        out.add(covered, "a", name("dcterms:PeriodOfTime"))
        for term, day in (("dcat:startDate", period["from"]), ("dcat:endDate", period["until"])):
            out.add(covered, term, Literal(day, datatype=NamedNode(f"{XSD}date")))


def _ontology(out: Description) -> None:
    modules = shipped().modules.values()
    ontology = NamedNode(ONTOLOGY_GRAPH)
    out.add(ontology, "dcat:version", Literal(max(module.version for module in modules)))
    first = min(module.created for module in modules)
    out.add(ontology, "dcterms:issued", Literal(first, datatype=NamedNode(f"{XSD}date")))


def _everywhere(out: Description, distribution: NamedNode) -> None:
    """What holds of every form the data come in."""
    out.add(distribution, "dcterms:license", NamedNode(LICENCE))
    out.add(distribution, "dcterms:rights", out.part("rights"))
    out.add(distribution, "dcatap:availability", _AVAILABLE)
    out.add(distribution, "odrl:hasPolicy", out.part("policy"))
    out.add(distribution, "dcat:accessURL", *out.values(distribution, "dcat:downloadURL"))


def _row(graph: Graph, query: str, base: str) -> Mapping[str, str]:
    """The one row of an answer, or nothing: an empty record has no dates."""
    text = rebase((_HERE / "queries" / f"{query}.rq").read_text("utf-8"), base)
    rows = json.loads(graph.query(text, solutions=JSON).body)["results"]["bindings"]
    return {column: cell["value"] for column, cell in rows[0].items()} if rows else {}


def _all(out: Description, kind: str) -> list[NamedNode]:
    found = {t.subject for t in out.triples if t.predicate == name("a") and t.object == name(kind)}
    return sorted((each for each in found if isinstance(each, NamedNode)), key=lambda each: each.value)
