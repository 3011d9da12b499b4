"""Rules and HermiT conclude the same of 500 generated agreements and all that hangs on them."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from hedgerow.iri import DEFAULT_BASE, HR
from hedgerow.ontology.files import read_ontology
from hedgerow.ontology.reasoner import classify, concluded_by_rules, rules_and_reasoner, schema, statements
from hedgerow.paths import ONTOLOGY
from hedgerow.record import Record, Statements

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
AGREEMENTS, ITEMS, SITES, PARTIES = 500, 60, 40, 30
PROVISIONS = ("OfftakeCommitment", "ShareOfOutput", "QualityAuditRight", "ServiceLevelCommitment", "MutualExchangeCommitment", "CapabilityContribution", "EthicsProvision")  # fmt: skip
CAPABILITIES = ("ExtractionCapability", "ProcessingCapability", "EngineeringCapability")


class World:
    """Records made from one seed: the same statements every time."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.made: dict[str, Statements] = {}

    def record(self, name: str, *kinds: str) -> tuple[str, Statements]:
        iri = f"{DEFAULT_BASE}/id/{name}"
        out = self.made.setdefault(iri, Statements(iri))
        for kind in kinds:
            out.type(iri, kind)
        return iri, out

    def some(self, names: list[str], most: int) -> list[str]:
        return self.random.sample(names, self.random.randint(0, most))


def generated(seed: int) -> list[Record]:
    world = World(seed)
    rnd = world.random
    countries = [world.record(f"country/{chr(65 + n)}{chr(65 + n)}", "Country")[0] for n in range(12)]
    items: list[str] = []
    for n in range(ITEMS):
        kind = rnd.choice(("Element", "Compound", "Alloy", "Component", "Device", "MaterialGrade"))
        iri, out = world.record(f"item/i{n}", kind)
        for target in world.some(
            items[-8:], min(2, len(items))
        ):  # only earlier ones: a bill of materials has no circle
            out.add(iri, "hasInput", target)
        items.append(iri)
    capabilities: list[str] = []
    sites: list[str] = []
    for n in range(SITES):
        iri, out = world.record(f"facility/f{n}", "Facility")
        out.add(iri, "locatedIn", rnd.choice(countries))
        for target in world.some(items, 3):
            out.add(iri, "makes", target)
        for kind in world.some(list(CAPABILITIES), 2):
            part = out.part(kind)
            out.type(part, kind)
            out.add(iri, "hasCapability", part)
            capabilities.append(part)
        sites.append(iri)
    standards = [world.record(f"standard/s{n}", "EthicalStandard" if n % 2 else "Standard")[0] for n in range(6)]
    parties: list[str] = []
    for n in range(PARTIES):
        iri, out = world.record(f"party/p{n}", rnd.choice(("Company", "PublicBody", "Organization")))
        if rnd.random() < 0.5:
            part = out.part("capability")
            out.type(part, rnd.choice(CAPABILITIES))
            out.add(iri, "hasCapability", part)
        parties.append(iri)
        statement, said = world.record(f"conformity-statement/c{n}", "ConformityStatement")
        said.add(statement, "attestedFor", iri)
        said.add(statement, rnd.choice(("attests", "refutes")), rnd.choice(standards))
    policy, out = world.record("trust-policy/t", "TrustPolicy")
    for target in [*world.some(parties, 10), *world.some(countries, 5)]:
        out.add(policy, "trusts", target)
    for n in range(60):
        iri, out = world.record(f"data-custody/d{n}", "DataCustody")
        out.add(iri, "custodian", rnd.choice(parties))
        out.add(iri, "heldInJurisdiction", rnd.choice(countries))
    for n in range(30):
        iri, out = world.record(f"circular-process/r{n}", rnd.choice(("Collection", "PreTreatment", "Recovery")))
        out.add(iri, "processOutput", rnd.choice(items))
    named, out = world.record("designation-list/l", "DesignationList")
    for n, target in enumerate(rnd.sample(items, 20)):
        part = out.part(f"e{n}")
        out.type(part, "Designation")
        out.add(named, "hasDesignation", part)
        out.add(part, "designates", target)
    for n in range(AGREEMENTS):
        iri, out = world.record(f"agreement/a{n}", "Agreement")
        for target in rnd.sample(parties, 2):
            out.add(iri, "hasParty", target)
        for m in range(rnd.randint(1, 5)):
            part, kind = out.part(f"v{m}"), rnd.choice(PROVISIONS)
            out.type(part, kind)
            out.add(iri, "hasProvision", part)
            if kind == "CapabilityContribution":
                out.add(part, "contributesCapability", rnd.choice(capabilities))
            for target in world.some(items, 2):
                out.add(part, "covers", target)
    return [out.done() for out in world.made.values()]


def test_rules_and_reasoner_agree_on_500_generated_agreements() -> None:
    records = generated(20261124)
    ontology = read_ontology(ONTOLOGY)
    inferred = classify(schema(ontology) + statements(records))
    assert rules_and_reasoner(records, ontology, inferred) == []
    # None of what the rules conclude is missing from the world, else the two would agree on nothing.
    classes, properties, _ = concluded_by_rules()
    members = Counter(kind for _, kind in inferred.types)
    links = Counter(term for _, term, _ in inferred.values)
    assert [name.removeprefix(HR) for name in classes if members[name] < 3] == []
    assert [name.removeprefix(HR) for name in properties if links[name] < 3 and name.startswith(HR)] == []
