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
        "allocation-decision": "AllocationDecision",
        "allocation-protocol": "AllocationProtocol",
        "analytic-model": "AnalyticModel",
        "audit": "Audit",
        "breach": "Breach",
        "chokepoint": "Chokepoint",
        "circular-process": "Collection PreTreatment Recovery",
        "claim": "Claim",
        "conformity-statement": "ConformityStatement",
        "country": "Country Group Area",
        "data-custody": "DataCustody",
        "dataset": "Dataset ProcessDataset QualityDataset FailureHistoryDataset",
        "delivery": "Delivery",
        "demand": "DemandStatement",
        "designation-list": "DesignationList",
        "disruption": "Disruption",
        "draw": "Draw",
        "draw-request": "DrawRequest",
        "early-warning": "EarlyWarning",
        "end-of-life-product": "EndOfLifeProduct",
        "equipment": "Equipment",
        "exchange-pool": "ExchangePool",
        "export-control": "ExportControl",
        "facility": "Facility",
        "geological-reserve": "GeologicalReserve",
        "hedge-portfolio": "HedgePortfolio",
        "incentive": "Incentive",
        "incentive-award": "IncentiveAward",
        "item": "Element Compound Alloy Fuel Component Device DataItem ItemGroup MaterialGrade",
        "lane": "Lane",
        "ledger-entry": "ContributionEntry DrawEntry ReplenishmentEntry LossEntry ReversalEntry",
        "lot": "Lot",
        "market-access-rule": "MarketAccessRule",
        "measurement": "Measurement",
        "party": "Company PublicBody Organization Group Alliance RecyclingAlliance",
        "price": "PriceObservation",
        "production-share": "ProductionShare",
        "qualification": "Qualification",
        "scenario": "Scenario",
        "service-level-measurement": "ServiceLevelMeasurement",
        "share-band": "ShareBand",
        "simulation-model": "SimulationModel",
        "simulation-run": "SimulationRun",
        "snapshot": "Snapshot",
        "source": "SourceDocument",
        "standard": "Standard EthicalStandard",
        "stockpile": "Stockpile JointStockpile",
        "substitution-profile": "SubstitutionProfile",
        "supply-relationship": "SupplyRelationship",
        "throughput-record": "ThroughputRecord",
        "throughput-target": "ThroughputTarget",
        "trade-flow": "TradeFlow",
        "trigger-event": "TriggerEvent",
        "trust-policy": "TrustPolicy",
        "urban-mine": "UrbanMine",
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
