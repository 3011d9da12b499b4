"""Shapes and checks: each planted gap is caught by exactly the shape or check that is meant for it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from hedgerow import record
from hedgerow.graph.project import build_store
from hedgerow.intake.checks import run_checks
from hedgerow.intake.shapes import validate
from hedgerow.iri import DEFAULT_BASE, HR, RDFS_LABEL, XSD, code
from hedgerow.record import Record
from hedgerow.sources.curated import Curated

BASE = DEFAULT_BASE


def named(curated: Curated, kind: str, slug: str) -> Record:
    return next(r for r in curated.records if r.iri == f"{BASE}/id/{kind}/{slug}")


def changed(base: Record, part: str, term: str, value: object | None) -> Record:
    """The record with the values of one term of one of its things put in place, or removed with None."""
    subject = NamedNode(base.iri + part)
    predicate = NamedNode(term if ":" in term else HR + term)
    kept = {q for q in base.quads if not (q.subject == subject and q.predicate == predicate)}
    if value is not None:
        target = value if isinstance(value, Literal | NamedNode) else NamedNode(str(value))
        kept.add(Quad(subject, predicate, target, NamedNode(base.iri)))
    return Record(base.iri, frozenset(kept))


Plant = Callable[[Curated], Record]
JARE = ("agreement", "jare-lynas-revised-2026")
MINIMUM = "#min-purchase-ndpr-oxide-1"
GAPS: dict[str, tuple[Plant, str]] = {
    "no label": (lambda c: changed(named(c, *JARE), "", RDFS_LABEL, None), "Record-label"),
    "no evidence": (lambda c: changed(named(c, *JARE), "", "evidence", None), "Record-evidence"),
    "no day of the status": (lambda c: changed(named(c, *JARE), "", "statusAsOf", None), "Agreement-statusAsOf"),
    "code of another list": (lambda c: changed(named(c, *JARE), "", "legalStatus", code("stage", "mining")), "Agreement-legalStatus"),
    "a party that is an item": (lambda c: changed(named(c, *JARE), "", "hasParty", f"{BASE}/id/item/tin"), "Agreement-hasParty"),
    "no firmness": (lambda c: changed(named(c, *JARE), MINIMUM, "firmness", None), "Provision-firmness"),
    "no unit": (lambda c: changed(named(c, *JARE), MINIMUM + "-quantity", "hasUnit", None), "Quantity-hasUnit"),
    "a mass without basis": (lambda c: changed(named(c, *JARE), MINIMUM + "-quantity", "massBasis", None), "Mass"),
    "bounds swapped": (lambda c: changed(named(c, *JARE), MINIMUM + "-quantity", "upperBound", record.decimal("1")), "Quantity-ordered"),
    "a double for a decimal": (lambda c: changed(named(c, *JARE), MINIMUM + "-quantity", "lowerBound", Literal("5E3", datatype=NamedNode(XSD + "double"))), "Quantity-lowerBound"),
    "earliest after latest": (lambda c: changed(named(c, *JARE), "#start", "earliest", Literal("2031-01-01T00:00:00Z", datatype=NamedNode(XSD + "dateTime"))), "StatedDate-earliest"),
    "a share above one": (lambda c: changed(named(c, "production-share", "rare-earths-CN-mining-2024"), "", "share", record.decimal("1.2")), "ProductionShare-share"),
    "no year": (lambda c: changed(named(c, "production-share", "rare-earths-CN-mining-2024"), "", "year", None), "ProductionShare-year"),
    "no state of knowledge": (lambda c: changed(named(c, "stockpile", "eu-pilot"), "", "knowledge", None), "Stockpile-knowledge"),
    "an undisclosed term that covers": (lambda c: changed(named(c, *JARE), "#undisclosed-audit-right-all-1", "covers", f"{BASE}/id/item/tin"), "UndisclosedTerm-covers"),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("gap", GAPS)
def test_each_gap_is_caught_by_its_shape_alone(gap: str, curated: Curated) -> None:
    plant, shape = GAPS[gap]
    caught = {finding.rule for finding in validate([plant(curated)]) if finding.severity == "must"}
    # A wrong double is also below no decimal bound; every other gap has one name.
    assert caught - {"Quantity-ordered" if gap == "a double for a decimal" else ""} == {shape}


def staged(curated: Curated, *changes: Record) -> Store:
    payloads = {r.iri: r.canonical for r in curated.records if r.kind in ("agreement", "production-share", "party")}
    payloads |= {change.iri: change.canonical for change in changes}
    return build_store(payloads.values(), BASE)


def caught(store: Store, rule: str) -> set[str]:
    return {finding.record.rsplit("/", 1)[1] for finding in run_checks(store, BASE) if finding.rule == rule}


def test_findings_are_held_against_provisions(curated: Curated) -> None:
    before = caught(staged(curated), "findings-against-provisions")
    # From the notes: an offtake found that no commitment proves, and one that is proved but not found.
    assert {"apple-mp-2025", "koreazinc-lockheed-2025"} <= before
    assert "jare-lynas-revised-2026" not in before
    other = changed(named(curated, *JARE), "#finding-offtake", "finding", code("finding", "not-found"))
    assert caught(staged(curated, other), "findings-against-provisions") == before | {"jare-lynas-revised-2026"}


def test_an_end_before_the_beginning_is_caught(curated: Curated) -> None:
    early = Literal("2001-01-01T00:00:00Z", datatype=NamedNode(XSD + "dateTime"))
    assert caught(staged(curated), "end-before-begin") == set()
    wrong = changed(named(curated, *JARE), "#end", "latest", early)
    assert caught(staged(curated, wrong), "end-before-begin") == {"jare-lynas-revised-2026"}


def test_a_circle_of_replacements_is_caught(curated: Curated) -> None:
    assert caught(staged(curated), "replacement-cycle") == set()
    wrong = changed(named(curated, "agreement", "jare-lynas-2011"), "", "replaces", named(curated, *JARE).iri)
    assert len(caught(staged(curated, wrong), "replacement-cycle")) == 4


def test_shares_above_one_in_all_are_caught(curated: Curated) -> None:
    assert caught(staged(curated), "share-sum") == set()
    share = named(curated, "production-share", "rare-earths-US-mining-2024")
    wrong = changed(share, "", "share", record.decimal(Decimal("0.9")))
    assert len(caught(staged(curated, wrong), "share-sum")) == 1


def test_one_identifier_for_two_parties_is_caught(curated: Curated) -> None:
    before = caught(staged(curated), "same-identifier")
    one, two = named(curated, "party", "gov-jp"), named(curated, "party", "meti")
    wrong = changed(one, "#wikidata", "identifierValue", Literal("Q999999999"))
    lei = changed(wrong, "", "note", None)
    copy = {*two.quads}
    for quad in [q for q in lei.quads if "#wikidata" in str(q.subject) or "#wikidata" in str(q.object)]:
        subject = quad.subject.value.replace(one.iri, two.iri)  # type: ignore[union-attr]
        target = quad.object
        if isinstance(target, NamedNode):
            target = NamedNode(target.value.replace(one.iri, two.iri))
        copy.add(Quad(NamedNode(subject), quad.predicate, target, NamedNode(two.iri)))
    after = caught(staged(curated, wrong, Record(two.iri, frozenset(copy))), "same-identifier")
    assert len(after - before) == 1
