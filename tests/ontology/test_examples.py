"""The worked examples: everything the ontology defines is inferred of them, and each planted fault is found.

A planted error contradicts the axioms and HermiT says so; a planted gap is caught by the shape or check that is meant
for it, and by no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from hedgerow.graph.client import LocalGraph
from hedgerow.graph.project import View, build_store, today
from hedgerow.intake.checks import run_checks
from hedgerow.intake.shapes import BINDING, validate
from hedgerow.iri import CODE, DEFAULT_BASE, HR, RDF_TYPE, XSD
from hedgerow.ledger import GENESIS, Head
from hedgerow.ontology.check import surrounded
from hedgerow.ontology.files import read_ontology
from hedgerow.ontology.reasoner import Inconsistent, classify, rules_and_reasoner, schema, statements
from hedgerow.paths import ONTOLOGY
from hedgerow.questions import ask, find
from hedgerow.record import Record
from hedgerow.sources.curated import Curated
from tests.conftest import as_recorded

pytestmark = [
    # owlready2 leaves files to the collector, which then warns wherever it happens to run.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
DEMO = f"{DEFAULT_BASE}/demo/id/"
PUBLIC = f"{DEFAULT_BASE}/id/"
Records = Mapping[str, Record]


@pytest.fixture(scope="module")
def examples(invented: list[Record]) -> Records:
    return {record.iri: record for record in invented}


@pytest.fixture(scope="module")
def around(examples: Records, curated: Curated) -> Records:
    """The examples with the public records they rest on."""
    return {record.iri: record for record in surrounded(list(examples.values()), curated.records)}


def node(value: object) -> NamedNode | Literal:
    """A code as `code:list/slug`, a class as `hr:Word`, a public record as `id:kind/slug`, a number as decimal."""
    if isinstance(value, NamedNode | Literal):
        return value
    if isinstance(value, bool):
        return Literal(str(value).lower(), datatype=NamedNode(XSD + "boolean"))
    if isinstance(value, int | float):
        return Literal(str(value), datatype=NamedNode(XSD + ("integer" if isinstance(value, int) else "decimal")))
    text = str(value)
    for prefix, namespace in (("code:", CODE), ("hr:", HR), ("id:", PUBLIC)):
        if text.startswith(prefix):
            return NamedNode(namespace + text.removeprefix(prefix))
    return NamedNode(DEMO + text)


def decimal(value: str) -> Literal:
    return Literal(value, datatype=NamedNode(XSD + "decimal"))


def changed(examples: Records, thing: str, term: str, *values: object) -> Record:
    """The record of a thing (`kind/slug#part`) with other values of one term, or none."""
    record = examples[DEMO + thing.partition("#")[0]]
    subject, predicate = NamedNode(DEMO + thing), NamedNode(term if ":" in term else HR + term)
    kept = {quad for quad in record.quads if (quad.subject, quad.predicate) != (subject, predicate)}
    return Record(
        record.iri, frozenset(kept | {Quad(subject, predicate, node(v), NamedNode(record.iri)) for v in values})
    )


# ------------------------------------------------------------------------------------------- what is inferred

INFERRED = {
    "agreement/asean-offtake": {"OfftakeAgreement", "BundledAgreement"},
    "agreement/ore-and-skill": {"OfftakeAgreement", "ResourceTechnologyAgreement"},
    "agreement/chip-exchange": {"MutualExchangeAgreement"},
    "agreement/magnet-loop": {"OfftakeAgreement"},
    "party/aoba-institute": {"TrustedParty"},
    "data-custody/mekong-process-aoba": {"TrustedCustody"},
    "item/recycled-dysprosium-oxide": {"SecondaryMaterial"},
    "party/kita-recycling": {"EligibleSupplier"},
}
#: Of these the record may never conclude more; the reasoner reads an open world and does not.
DEFINED = frozenset[str]().union(*INFERRED.values()) | {"TrustedJurisdiction", "CriticalMaterial"}
COMPUTED = {
    ("item/halden-salt", "a", "SingleSourcedMaterial"),
    ("equipment/crystalliser-2", "a", "BlackBoxEquipment"),
    ("audit/mekong-2026#finding-purity", "a", "Discrepant"),
    ("audit/mekong-2026#finding-footprint", "a", "Agreeing"),
    ("item/recycled-dysprosium-oxide", "closesLoopOf", "item/traction-motor"),
}


@pytest.fixture(scope="module")
def store(around: Records) -> Store:
    return build_store((record.canonical for record in around.values()), DEFAULT_BASE)


def test_hermit_infers_every_defined_class_and_the_rules_agree(around: Records) -> None:
    ontology = read_ontology(ONTOLOGY)
    inferred = classify(schema(ontology) + statements(around.values()))
    assert inferred.unsatisfiable == ()
    found: dict[str, set[str]] = {}
    for thing, kind in inferred.types:
        if kind.removeprefix(HR) in DEFINED and thing.startswith(DEMO):
            found.setdefault(thing.removeprefix(DEMO), set()).add(kind.removeprefix(HR))
    assert found == INFERRED
    assert rules_and_reasoner(list(around.values()), ontology, inferred) == []


def test_the_computed_classes(store: Store) -> None:
    graph = NamedNode(f"{DEFAULT_BASE}/graph/computed")
    found = {
        (
            quad.subject.value.removeprefix(DEMO),  # type: ignore[union-attr]
            "a" if quad.predicate.value == RDF_TYPE else quad.predicate.value.removeprefix(HR),
            quad.object.value.removeprefix(DEMO).removeprefix(HR),  # type: ignore[union-attr]
        )
        for quad in store.quads_for_pattern(None, None, None, graph)
    }
    assert {triple for triple in found if triple[1] not in ("sourceCountry", "becomes")} == COMPUTED
    # Four steps from what was thrown away to what goes into a motor again.
    assert ("end-of-life-product/motors-2025", "becomes", "item/recycled-dysprosium-oxide") in found


def test_no_term_is_without_use(curated: Curated, examples: Records) -> None:
    """Question H4 over the record and the examples: every class and property is used, every question has its terms."""
    records = [*curated.records, *examples.values()]
    everything = build_store(as_recorded(records), DEFAULT_BASE)
    graph = LocalGraph.of(everything, View("demo", Head(0, GENESIS), today()))
    rows = ask(graph, find("H4"), {}, DEFAULT_BASE).rows
    assert [row for row in rows if row["what"] != "code"] == []


def computed(records: Iterable[Record], thing: str) -> set[str]:
    graph = NamedNode(f"{DEFAULT_BASE}/graph/computed")
    made = build_store((record.canonical for record in records), DEFAULT_BASE)
    return {
        q.object.value.removeprefix(HR)
        for q in made.quads_for_pattern(NamedNode(DEMO + thing), NamedNode(RDF_TYPE), None, graph)
    }  # type: ignore[union-attr]


@pytest.mark.parametrize(("least", "verdict"), [("0.999", "Agreeing"), ("0.9996", "Discrepant")])
def test_a_claim_of_at_least_is_held_one_sided(least: str, verdict: str, around: Records) -> None:
    for term, values in (("numericValue", ()), ("upperBound", ()), ("lowerBound", (decimal(least),))):
        claim = changed(around, "claim/dyox-purity#quantity", term, *values)
        around = dict(around) | {claim.iri: claim}
    assert computed(around.values(), "audit/mekong-2026#finding-purity") == {verdict}


def test_a_right_that_names_a_machine_opens_no_other(around: Records) -> None:
    plant = changed(
        around, "facility/mekong-refinery", "usesEquipment", "equipment/extraction-line-7", "equipment/crystalliser-2"
    )
    named = dict(around) | {plant.iri: plant}
    assert computed(named.values(), "equipment/crystalliser-2") == {"BlackBoxEquipment"}
    whole = changed(around, "agreement/asean-offtake#data-audit", "appliesToEquipment")
    assert computed([*(dict(named) | {whole.iri: whole}).values()], "equipment/crystalliser-2") == set()


# ------------------------------------------------------------------------------------------- planted errors

Line = tuple[str, str, object]
SAME = "http://www.w3.org/2002/07/owl#differentFrom"
ERRORS: dict[str, list[Line]] = {
    "a draw is no provision": [("draw/kanto-2026-02", "a", "hr:Provision")],
    "a draw is no line of an account": [("ledger-entry/chip-store-5", "a", "hr:Draw")],
    "a country is no custodian": [("data-custody/mekong-process-aoba", "custodian", "id:country/JP"), ("id:country/JP", "a", "hr:Country")],
    "one custody, one jurisdiction": [("data-custody/mekong-process-aoba", "heldInJurisdiction", "id:country/DE"), ("id:country/DE", SAME, "id:country/JP")],
    "one lot, one item": [("lot/dyox-2026-17", "lotOf", "item/halden-salt"), ("item/halden-salt", SAME, "item/dysprosium-oxide-5n")],
    "a finding agrees or does not": [("audit/mekong-2026#finding-purity", "a", "hr:Agreeing"), ("audit/mekong-2026#finding-purity", "a", "hr:Discrepant")],
    "a lot goes into nothing": [("item/traction-magnet", "hasInput", "lot/dyox-2026-17")],
    "a grade is no device": [("item/dysprosium-oxide-5n", "a", "hr:Device")],
    "a double is no decimal": [("item/dysprosium-oxide-5n#purity", "minimumFraction", Literal("0.99999", datatype=NamedNode(XSD + "double")))],
    "a claim measures nothing": [("audit/mekong-2026#finding-purity", "comparesMeasurement", "claim/dyox-purity")],
    "a dataset keeps nothing": [("data-custody/mekong-process-aoba", "custodian", "dataset/mekong-process")],
    "a machine is no facility": [("equipment/extraction-line-7", "a", "hr:Facility")],
    "a line of an account has one kind": [("ledger-entry/chip-store-5", "a", "hr:LossEntry")],
    "collection is no recovery": [("circular-process/collection-2025", "a", "hr:Recovery")],
    "to extract is not to engineer": [("facility/outback-mine#extraction", "a", "hr:EngineeringCapability")],
    "to inspect is not to check data": [("agreement/asean-offtake#audit", "a", "hr:DataAuditRight")],
    "a measure is no disruption": [("disruption/gallium-stop", "a", "hr:ExportControl")],
    "a scenario is no state": [("scenario/gallium-90", "a", "hr:Snapshot")],
    "a pool is no stock": [("exchange-pool/legacy-chips", "holdsStock", "exchange-pool/legacy-chips")],
    "a standard is no statement": [("standard/responsible-separation", "a", "hr:ConformityStatement")],
}  # fmt: skip


def planted(lines: Iterable[Line]) -> bytes:
    def predicate(term: str) -> str:
        return RDF_TYPE if term == "a" else term if ":" in term else HR + term

    return "".join(f"{node(s)} <{predicate(p)}> {node(o)} .\n" for s, p, o in lines).encode()


@pytest.mark.parametrize("error", ERRORS)
def test_hermit_finds_each_planted_error(error: str, examples: Records) -> None:
    data = schema(read_ontology(ONTOLOGY)) + statements(examples.values())
    with pytest.raises(Inconsistent):
        classify(data + planted(ERRORS[error]))


def test_the_two_halves_of_sourcing_check_each_other(examples: Records, store: Store) -> None:
    """K01 says that one country makes it; the counting axiom that two do: one of them is wrong."""
    graph = NamedNode(f"{DEFAULT_BASE}/graph/computed")
    computed = "".join(f"{quad.triple} .\n" for quad in store.quads_for_pattern(None, None, None, graph)).encode()
    data = schema(read_ontology(ONTOLOGY)) + statements(examples.values()) + computed
    classify(data, strict=True)
    second: list[Line] = [
        ("item/halden-salt", "sourceCountry", "id:country/SE"),
        ("id:country/SE", SAME, "id:country/NO"),
    ]
    with pytest.raises(Inconsistent):
        classify(data + planted(second), strict=True)


# ------------------------------------------------------------------------------------------- planted gaps

Gap = tuple[str, str, tuple[object, ...]]
GAPS: dict[str, tuple[Gap, str]] = {
    "a grade without purity": (("item/dysprosium-oxide-5n", "hasPurity", ()), "MaterialGrade-hasPurity"),
    "a purity in percent": (("item/dysprosium-oxide-5n#purity", "minimumFraction", (decimal("99.999"),)), "PuritySpecification-minimumFraction"),
    "a lot of nothing": (("lot/controllers-2024-a", "lotOf", ()), "Lot-lotOf"),
    "a delivery that fulfils nothing": (("delivery/dyox-2026-q2", "fulfils", ()), "Delivery-fulfils"),
    "a share cap above one": (("exchange-pool/legacy-chips", "shareCap", (decimal("1.4"),)), "ExchangePool-shareCap"),
    "an entitlement without quantity": (("exchange-pool/legacy-chips#entitlement-kanto-motors", "hasQuantity", ()), "Entitlement-hasQuantity"),
    "a trigger without comparator": (("exchange-pool/legacy-chips#trigger-imports", "comparator", ()), "DrawTrigger-comparator"),
    "a request without an event": (("draw-request/kanto-2026-02", "reliesOn", ()), "DrawRequest-reliesOn"),
    "a draw that owes nothing": (("draw/kanto-2026-02", "creates", ()), "Draw-creates"),
    "a joint store of one": (("stockpile/chip-store", "heldFor", ("party/kanto-motors",)), "JointStockpile-heldFor"),
    "a share without its rule": (("allocation-decision/2026-03#share-kanto-motors", "bindingRule", ()), "AllocationShare-bindingRule"),
    "custody by nobody": (("data-custody/mekong-process-aoba", "custodian", ()), "DataCustody-custodian"),
    "a rule without effect": (("dataset/mekong-process#policy", "hasUsageRule", ()), "UsagePolicy-hasUsageRule"),
    "a model of nobody": (("analytic-model/extraction-twin", "trainedBy", ()), "AnalyticModel-trainedBy"),
    "a finding without tolerance": (("audit/mekong-2026#finding-purity", "toleranceFraction", ()), "AuditFinding-toleranceFraction"),
    "a yield above one": (("circular-process/recovery-2025#yield-dysprosium", "yieldFraction", (decimal("1.2"),)), "RecoveryYield-yieldFraction"),
    "a target of nothing": (("throughput-target/double-recovery", "targetFactor", (decimal("0"),)), "ThroughputTarget-targetFactor"),
    "a criterion without threshold": (("standard/responsible-separation#footprint", "threshold", ()), "Criterion-threshold"),
    "conformity by nobody": (("conformity-statement/kita-2025", "attestedBy", ()), "ConformityStatement-attestedBy"),
    "conformity without end": (("conformity-statement/kita-2025", "endsOn", ()), "ConformityStatement-endsOn"),
    "capacity lost twice": (("disruption/gallium-stop", "capacityLoss", (decimal("2"),)), "Disruption-capacityLoss"),
    "a run without seed": (("simulation-run/with-pool", "seed", ()), "SimulationRun-seed"),
    "a shortage of nothing": (("simulation-run/without-pool#shortage-1", "item", ()), "Shortage-item"),
    "a part with a gap in its account": (("ledger-entry/chip-store-6", "sequenceNumber", (9,)), "stock-ledger-gap"),
    "a reversal of another size": (("ledger-entry/chip-store-4#quantity", "numericValue", (decimal("29999"),)), "reversal"),
    "a draw above the entitlement": (("exchange-pool/legacy-chips#entitlement-kanto-motors-quantity", "numericValue", (decimal("25000"),)), "draw-limits"),
    "a draw below the floor": (("stockpile/chip-store#floor", "numericValue", (decimal("65000"),)), "draw-limits"),
    "a draw above what was asked": (("draw/kanto-2026-02#quantity", "numericValue", (decimal("45000"),)), "draw-agrees"),
    "a draw in another unit": (("exchange-pool/legacy-chips#entitlement-kanto-motors-quantity", "hasUnit", ("code:unit/wafer",)), "draw-limits"),
    "a draw on a foreign store": (("draw/kanto-2026-02", "drawnFrom", ("id:stockpile/eu-pilot",)), "draw-agrees"),
    "an event of no trigger": (("exchange-pool/legacy-chips", "hasTrigger", ("exchange-pool/legacy-chips#member-kanto-motors",)), "draw-agrees"),
    "an end before the beginning": (("conformity-statement/kita-2025", "endsOn", ("agreement/asean-offtake#signed",)), "end-before-begin"),
    "a finding on another grade": (("claim/dyox-purity", "aboutThing", ("item/dysprosium-oxide-3n",)), "finding-comparison"),
    "an entry without item": (("ledger-entry/chip-store-5", "item", ()), "LedgerEntry-item"),
    "throughput of anything": (("throughput-record/collection-JP-2025", "discardedFrom", ()), "ThroughputRecord-discardedFrom"),
    "a band of nobody": (("share-band/rare-earths-north", "countsPlace", ()), "ShareBand-countsPlace"),
    "ranks in a circle": (("allocation-protocol/controllers#transport", "ranksBefore", ("allocation-protocol/controllers#medical",)), "priority-cycle"),
    "a finding on another unit": (("claim/dyox-purity#quantity", "hasUnit", ("code:unit/percent",)), "finding-comparison"),
    "more out than in": (("circular-process/pre-treatment-2025#output", "numericValue", (decimal("900"),)), "mass-balance"),
    "exclusive but held twice": (("data-custody/controller-failures-cascade", "isExclusive", (True,)), "exclusive-custody"),
    "a status of long ago": (("agreement/magnet-loop", "statusAsOf", (Literal("2020-01-01T00:00:00Z", datatype=NamedNode(XSD + "dateTime")),)), "status-old"),
    "an offtake that delivers nothing": (("agreement/magnet-loop#offtake", "hasDeliveryTerm", ()), "BindingOfftake-hasDeliveryTerm"),
    "a service level without target": (("agreement/asean-offtake#service", "threshold", ()), "BindingServiceLevel-threshold"),
    "a duty of nobody": (("agreement/ore-and-skill#ore", "dutyBearer", ()), "BindingProvision"),
    "withheld without reason": (("agreement/asean-offtake#price-withheld", "withholdingReason", ()), "BindingWithheld-reason"),
}  # fmt: skip


def found(examples: Records, changes: Iterable[Record] = ()) -> set[tuple[str, str]]:
    """What shapes and checks of both kinds say of the examples, as rule and place."""
    records = dict(examples) | {record.iri: record for record in changes}
    told = list(validate(list(records.values())))
    told += validate([record for record in records.values() if record.kind == "agreement"], folder=BINDING)
    told += run_checks(build_store((record.canonical for record in records.values()), DEFAULT_BASE), DEFAULT_BASE)
    return {(finding.rule, finding.place) for finding in told}


@pytest.fixture(scope="module")
def before(examples: Records) -> set[tuple[str, str]]:
    return found(examples)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_examples_themselves_have_no_gap(before: set[tuple[str, str]]) -> None:
    assert before == set()


@pytest.mark.parametrize("gap", GAPS)
def test_each_gap_is_caught_by_its_shape_or_check_alone(
    gap: str, examples: Records, before: set[tuple[str, str]]
) -> None:
    (thing, term, values), rule = GAPS[gap]
    after = found(examples, [changed(examples, thing, term, *values)])
    assert {name for name, _ in after - before} == ({rule} if rule else set())


@pytest.mark.parametrize(("scheme", "good", "bad", "rule"), [
    ("cas", "7440-55-3", "7440-55-4", "cas-check-digit"),
    ("cas", "7440-55-3", "7440553", "cas-check-digit"),
    ("lei", "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R13", "lei-check-digits"),
])  # fmt: skip
def test_check_digits(scheme: str, good: str, bad: str, rule: str, examples: Records) -> None:
    record = examples[DEMO + "party/kanto-motors"]
    for value, caught in ((good, set()), (bad, {rule})):
        part = NamedNode(f"{record.iri}#identifier")
        more = [
            (NamedNode(record.iri), "hasIdentifier", part),
            (part, "identifierScheme", node(f"code:identifier-scheme/{scheme}")),
            (part, "identifierValue", Literal(value)),
        ]
        quads = {Quad(s, NamedNode(HR + p), o, NamedNode(record.iri)) for s, p, o in more}
        quads.add(Quad(part, NamedNode(RDF_TYPE), NamedNode(HR + "Identifier"), NamedNode(record.iri)))
        store = build_store([Record(record.iri, record.quads | quads).canonical], DEFAULT_BASE)
        assert {finding.rule for finding in run_checks(store, DEFAULT_BASE)} == caught


def test_messages_name_the_thing_in_both_languages(examples: Records) -> None:
    wrong = changed(examples, "simulation-run/with-pool", "seed")
    (finding,) = validate([wrong])
    assert finding.told("en").startswith('"Run with the pool (example)" (simulation-run/with-pool): Give exactly one')
    assert finding.told("ja").startswith("「プール有りの実行（例）」(simulation-run/with-pool): 「乱数の種」")
