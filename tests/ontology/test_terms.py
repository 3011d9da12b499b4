"""The words in use: all defined, none forgotten; and how they are found in files of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import NamedNode

from hedgerow.iri import CODE, HR
from hedgerow.ontology.files import Ontology, read_ontology
from hedgerow.ontology.terms import undefined, uses
from hedgerow.paths import ONTOLOGY
from hedgerow.record import Record
from hedgerow.sources.curated import Curated


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return read_ontology(ONTOLOGY)


def test_every_term_used_is_defined_and_every_property_is_used(
    curated: Curated, invented: list[Record], ontology: Ontology
) -> None:
    defined = ontology.classes | ontology.properties
    used = {
        node.value
        for record in [*curated.records, *invented]
        for quad in record.quads
        for node in (quad.predicate, quad.object)
        if isinstance(node, NamedNode) and node.value.startswith(HR)
    }
    assert used - defined == set()
    # What no record asserts is inferred, or a class above those that are.
    inferred = {"Party", "Place", "Item", "Material", "OfftakeAgreement", "BundledAgreement", "MutualExchangeAgreement"}
    inferred |= {"CriticalMaterial", "designatedBy", "madeAt", "madeInCountry", "dependsOn", "exposedTo"}
    inferred |= {"Alliance", "Capability", "CircularProcess", "Criterion", "Dataset", "LedgerEntry"}
    inferred |= {"ResourceTechnologyAgreement", "contributedCapability", "TrustedParty", "TrustedJurisdiction"}
    inferred |= {"TrustedCustody", "trustedBy", "SecondaryMaterial", "outputOf", "EligibleSupplier", "hasConformity"}
    inferred |= {"SingleSourcedMaterial", "sourceCountry", "BlackBoxEquipment", "Agreeing", "Discrepant"}
    inferred |= {"becomes", "closesLoopOf"}
    # What the registry says of its own log.
    inferred |= {"RecordedChange", "changeKind", "changeOf", "checksum", "givesVersion", "origin", "position"}
    inferred |= {"recordedAt", "validFrom", "validUntil", "versionNumber"}
    assert {term.removeprefix(HR) for term in defined - used} <= inferred


def test_every_code_the_record_uses_exists(curated: Curated, ontology: Ontology) -> None:
    used = {
        quad.object.value
        for record in curated.records
        for quad in record.quads
        if isinstance(quad.object, NamedNode) and quad.object.value.startswith(CODE)
    }
    assert used - ontology.codes == set()


FILES = {
    "a.rq": """#+ parameters:
#+   - {name: stage, type: "code:stage", default: mining}
# hr:Comment is none.
PREFIX hr: <https://w3id.org/hedgerow/ns#>
prefix role: <https://w3id.org/hedgerow/code/role/>
SELECT ?x WHERE {
  ?x a hr:Agreement ; hr:legalStatus <https://w3id.org/hedgerow/code/agreement-status/in-force> , 'hr:a' , "hr:\\"b" .
  ?x hr:hasParty/hr:registeredIn|^hr:makes ?y . FILTER(?y != role:seller && ?z<3)
  FILTER(STRSTARTS(STR(?x), "https://w3id.org/hedgerow/code/term-kind/") && ?a > ?b) . ?x hr:last 1.
}""",
    "b.ttl": """@prefix own: <https://w3id.org/hedgerow/ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
own:Mine a <http://www.w3.org/2002/07/owl#Class> ; sh:path own:kept ; sh:description '''own:no
own:no''' ; sh:pattern "^https://w3id.org/hedgerow/code/(role|stage)/" .
""",
    "c.py": 'HR = "h"\nfirst = HR + "Agreement"\nsecond = f(code("role", "seller"))\nthird = HR + name + code(kind, "x")\n',
}
FOUND = {
    "a.rq": {
        (2, "code:stage"), (7, "hr:Agreement"), (7, "hr:legalStatus"), (7, "code:agreement-status/in-force"),
        (8, "hr:hasParty"), (8, "hr:registeredIn"), (8, "hr:makes"), (8, "code:role/seller"), (9, "code:term-kind"), (9, "hr:last"),
    },
    "b.ttl": {(3, "hr:kept"), (4, "code:role"), (4, "code:stage")},
    "c.py": {(2, "hr:Agreement"), (3, "code:role/seller")},
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_words_are_told_from_what_only_looks_like_them(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(FILES[name], "utf-8")
    found = {(use.line, use.iri.replace(HR, "hr:").replace(CODE, "code:")) for use in uses(path)}
    assert found == FOUND[name]


def test_what_is_defined_nowhere_is_told_with_its_line(tmp_path: Path, ontology: Ontology) -> None:
    path = tmp_path / "a.rq"
    path.write_text("PREFIX hr: <https://w3id.org/hedgerow/ns#>\nASK { ?a a hr:Agreement ;\n hr:hasPartty ?b }")
    (use,) = undefined([path], ontology.classes | ontology.properties | ontology.codes)
    assert (use.path, use.line, use.iri) == (path, 3, HR + "hasPartty")
