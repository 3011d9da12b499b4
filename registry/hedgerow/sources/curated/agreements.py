"""Agreements: one record each, with its parties, findings and terms as parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hedgerow.iri import code, slug
from hedgerow.record import Record, Statements, instant
from hedgerow.sources.curated.common import coded, ends_after, footing, in_order, labels, note, quantity, start
from hedgerow.sources.dates import state_date, stated_date
from hedgerow.sources.table import Row

#: The day on which the table was compiled: a status is as its source had it, at the latest then.
COMPILED = "2026-11-23"

_SECTOR = {
    "rare-earth": "rare-earths",
    "battery": "batteries",
    "chip": "semiconductors",
    "cross": "cross-sector",
    "precedent": "precedent",
}
_BINDING = {"yes": "binding", "no": "non-binding", "unclear": "unclear"}
_FINDING = {"yes": "yes", "partial": "partial", "no": "not-found"}
_ELEMENTS = {
    "offtake": "offtake_disclosed",
    "quality-audit": "audit_right_disclosed",
    "service-level": "sla_disclosed",
}

_ANY = frozenset({"binding", "best-effort", "option", "maximum", "plant-capacity", "target", "unknown"})
_DUTY = frozenset({"binding", "best-effort", "option", "maximum"})
#: Term: the provision class it proves, and the firmness without which it proves none. A press figure or
#: a plant's capacity is no commitment, and a remark that no audit clause was seen is no audit right.
_PROVISIONS: dict[str, tuple[str, frozenset[str]]] = {
    "annual_quantity": ("OfftakeCommitment", _DUTY),
    "min_purchase": ("OfftakeCommitment", _DUTY),
    "share_of_output": ("ShareOfOutput", _DUTY),
    "audit_right": ("QualityAuditRight", frozenset({"binding"})),
    "sla_metric": ("ServiceLevelCommitment", frozenset({"binding", "best-effort", "option"})),
    "stock_contribution": ("StockpileCommitment", _DUTY),
    "drawdown_quantity": ("MutualExchangeCommitment", _DUTY),
    "priority_right": ("PriorityRight", _ANY),
    "price_formula": ("PriceProvision", _ANY),
    "price_floor": ("PriceFloorProvision", _ANY),
    "tax_or_subsidy": ("FinancingProvision", _ANY),
    "data_access": ("DataAccessProvision", _ANY),
    "emergency_trigger": ("TriggerProvision", _ANY),
    "replenishment": ("ReplenishmentProvision", _ANY),
    "delivery_lead_time": ("DeliveryLeadTime", _ANY),
    "tenor": ("TenorProvision", _ANY),
    "esg_standard": ("EthicsProvision", _ANY),
    "governing_law": ("GoverningLawProvision", _ANY),
}


def agreements(rows: Sequence[Row], parties: Sequence[Row], terms: Sequence[Row]) -> Iterator[Record]:
    """One record per agreement; its parties and terms are parts of it."""
    parties_of, terms_of = _by_agreement(parties), _by_agreement(terms)
    for row in rows:
        yield _agreement(row, parties_of.get(row["id"], []), terms_of.get(row["id"], []))


def _by_agreement(rows: Sequence[Row]) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        if row.refer("agreement_id", "agreement"):
            grouped.setdefault(row["agreement_id"], []).append(row)
    return grouped


def _agreement(row: Row, parties: list[Row], terms: list[Row]) -> Record:
    out = start(row, "agreement", row.name("id"))
    out.type(out.iri, "Agreement")
    labels(out, row, "title_en", "title_ja")
    coded(out, out.iri, "agreementKind", row, "type", "agreement-kind")
    coded(out, out.iri, "legalStatus", row, "status", "agreement-status")
    out.add(out.iri, "statusAsOf", instant(stated_date(COMPILED).earliest))
    _dates(out, row)
    tenor = row.decimal("term_years")
    if tenor is not None:
        out.add(out.iri, "tenorYears", tenor)
    out.code(out.iri, "inSector", "sector", _mapped(row, "chain", _SECTOR))
    out.code(out.iri, "bindingForce", "binding-force", _mapped(row, "binding", _BINDING))
    coded(out, out.iri, "publicConfidence", row, "public_confidence", "public-confidence")
    out.text(out.iri, "summary", row["summary"], "en")
    out.text(out.iri, "inForceNote", row["in_force_note"], "en")
    _links(out, row)
    _findings(out, row)
    for party in parties:
        _participation(out, party)
    _terms(out, terms)
    footing(out, out.iri, row, sources="source_ids", evidence="evidence")
    note(out, out.iri, row)
    return out.done()


def _mapped(row: Row, column: str, words: dict[str, str]) -> str:
    if row[column] not in words:
        row.problem(column, f"'{row[column]}' is not known here.", f"Use one of: {', '.join(words)}.")
    return words.get(row[column], "")


def _dates(out: Statements, row: Row) -> None:
    dates = {column: row.date(column) for column in ("signed_date", "start_date", "end_date")}
    end = dates["end_date"]
    # A contract can be ended before its planned start, but nothing ends before it is signed.
    begin = dates["signed_date"] if row["status"] == "terminated" else dates["start_date"] or dates["signed_date"]
    ends_after(row, "end_date", begin, end)
    state_date(out, "signedOn", "signed", dates["signed_date"])
    state_date(out, "startsOn", "start", dates["start_date"])
    state_date(out, "endsOn", "end", dates["end_date"])


def _links(out: Statements, row: Row) -> None:
    for column, term, kind in (
        ("materials", "concerns", "item"),
        ("beneficiary_countries", "benefits", "country"),
        ("replaces", "replaces", "agreement"),
        ("part_of", "partOfFrame", "agreement"),
        ("facility_ids", "appliesToFacility", "facility"),
    ):
        for iri in row.refer_many(column, kind):
            out.add(out.iri, term, iri)
    basis = row["beneficiary_basis"].replace("'", "")
    out.code(
        out.iri,
        "beneficiaryBasis",
        "beneficiary-basis",
        row.code("beneficiary_basis", "beneficiary-basis", basis) or "",
    )


def _findings(out: Statements, row: Row) -> None:
    for element, column in _ELEMENTS.items():
        part = out.part(f"finding-{element}")
        out.add(out.iri, "hasFinding", part)
        out.type(part, "DisclosureFinding")
        out.code(part, "element", "bundle-element", element)
        out.code(part, "finding", "finding", _mapped(row, column, _FINDING))
        footing(out, part, row, sources="source_ids", evidence="evidence")


def _participation(out: Statements, row: Row) -> None:
    party = row.refer("organisation_id", "party")
    role = row.code("role", "role")
    if not party or not role:
        return
    part = out.part(f"party-{row['organisation_id']}-{role}")
    out.add(out.iri, "hasParty", party)
    out.add(out.iri, "hasParticipation", part)
    out.type(part, "Participation")
    out.add(part, "participant", party)
    out.code(part, "role", "role", role)


def _terms(out: Statements, rows: list[Row]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        name = f"{slug(row['term'])}-{slug(row['material_id']) or 'all'}"
        seen[name] = seen.get(name, 0) + 1
        fragment = f"{name}-{seen[name]}"
        if row["disclosure"] == "undisclosed":
            _undisclosed(out, row, out.part(f"undisclosed-{fragment}"))
        else:
            _provision(out, row, out.part(fragment))


def _stated(out: Statements, row: Row, part: str) -> None:
    coded(out, part, "termKind", row, "term", "term-kind")
    out.text(part, "statedValue", row["value"])
    out.text(part, "statedUnit", row["unit"])
    out.text(part, "sourceText", row["text"], "en")
    footing(out, part, row, sources="source_id", evidence="evidence")
    note(out, part, row)


def _undisclosed(out: Statements, row: Row, part: str) -> None:
    out.add(out.iri, "hasUndisclosedTerm", part)
    out.type(part, "UndisclosedTerm")
    _stated(out, row, part)
    item = row.refer("material_id", "item")
    if item:
        out.add(part, "aboutItem", item)
    coded(out, part, "quantityKind", row, "quantity_kind", "quantity-kind")
    out.code(part, "absenceBasis", "absence-basis", "not-found" if row["generated"] == "yes" else "stated")


def _provision(out: Statements, row: Row, part: str) -> None:
    out.add(out.iri, "hasProvision", part)
    out.type(part, "Provision")
    _stated(out, row, part)
    item = row.refer("material_id", "item")
    if item:
        out.add(part, "covers", item)
    coded(out, part, "disclosure", row, "disclosure", "disclosure")
    firmness = row.code("firmness", "firmness")
    out.code(part, "firmness", "firmness", firmness or "")
    proves, when = _PROVISIONS.get(row["term"], ("", frozenset()))
    if proves and firmness in when:
        out.type(part, proves)
    coded(out, part, "quantityKind", row, "quantity_kind", "quantity-kind")
    _amount(out, row, part)
    if "redacted" in row["unit"].lower():
        withheld = f"{part}-withheld"
        out.add(part, "hasWithheldValue", withheld)
        out.type(withheld, "WithheldValue")
        out.add(withheld, "withheldIn", part)
        out.code(withheld, "withholdingReason", "withholding-reason", "redacted")


def _amount(out: Statements, row: Row, part: str) -> None:
    low, high = row.decimal("value_low"), row.decimal("value_high")
    in_order(row, "value_high", low, high)
    basis = None
    if row["content_basis"] not in ("", "not-applicable"):
        name = row.code("content_basis", "mass-basis")
        basis = code("mass-basis", name) if name else None
    unit = row.code("unit_code", "unit")
    if (low is not None or high is not None) and unit is None:
        row.problem("unit_code", "A number stands without a unit.", "Give a unit code, or as-stated.")
        return
    quantity(out, part, low=low, high=high, unit=unit or "as-stated", basis=basis)
