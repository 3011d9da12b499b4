"""What a record may be and say: the kinds of record, and the words of the ontology. Read once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pyoxigraph import NamedNode, RdfFormat, parse

from hedgerow.iri import HR, RDF_TYPE, RDFS_LABEL
from hedgerow.paths import ONTOLOGY

_OWL = "http://www.w3.org/2002/07/owl#"

#: Each kind of record, as in `<base>/id/<kind>/<name>` of any tier, with the classes a thing of that kind may have.
KINDS: Mapping[str, frozenset[str]] = {
    kind: frozenset(HR + name for name in names.split())
    for kind, names in {
        "agreement": "Agreement",
        "chokepoint": "Chokepoint",
        "country": "Country Group Area",
        "demand": "DemandStatement",
        "designation-list": "DesignationList",
        "export-control": "ExportControl",
        "facility": "Facility",
        "geological-reserve": "GeologicalReserve",
        "incentive": "Incentive",
        "item": "Element Compound Alloy Fuel Component Device DataItem ItemGroup",
        "lane": "Lane",
        "party": "Company PublicBody Organization Group",
        "price": "PriceObservation",
        "production-share": "ProductionShare",
        "source": "SourceDocument",
        "standard": "Standard",
        "stockpile": "Stockpile",
        "substitution-profile": "SubstitutionProfile",
        "trade-flow": "TradeFlow",
    }.items()
}


@cache
def classes() -> frozenset[str]:
    """The IRIs of the ontology's classes."""
    return _defined("Class")


@cache
def properties() -> frozenset[str]:
    """The IRIs a statement may have as its predicate: the ontology's properties, class and label."""
    return _defined("ObjectProperty", "DatatypeProperty", "AnnotationProperty") | {RDF_TYPE, RDFS_LABEL}


def _defined(*kinds: str) -> frozenset[str]:
    wanted = {NamedNode(_OWL + kind) for kind in kinds}
    return frozenset(
        quad.subject.value
        for path in sorted(ONTOLOGY.glob("*.ttl"))
        for quad in parse(path=path, format=RdfFormat.TURTLE)
        if quad.predicate.value == RDF_TYPE and quad.object in wanted
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(HR)
    )
