"""Figures on items (ore in the ground, demand, prices, substitution) and acts that bear on recovery."""

from __future__ import annotations

import re

from hedgerow.iri import code, slug, unit_slug
from hedgerow.record import Record, Statements
from hedgerow.sources.curated.common import coded, ends_after, footing, labels, note, quantity, start
from hedgerow.sources.dates import state_date
from hedgerow.sources.table import Row

_SCENARIO = re.compile(r"\b(STEPS|APS|NZE)\b")


def _about(out: Statements, row: Row, *, country: bool = True) -> None:
    item = row.refer("material_id", "item")
    if item:
        out.add(out.iri, "item", item)
    where = row.refer("country", "country") if country else None
    if where:
        out.add(out.iri, "country", where)


def _year(out: Statements, row: Row, term: str, column: str) -> None:
    if row[column]:
        year = row.year(column)
        if year is not None:
            out.add(out.iri, term, year)


def _percent(out: Statements, row: Row, term: str, column: str) -> None:
    value = row.decimal(column, 100)
    if value is not None:
        out.add(out.iri, term, value)


def _measured(out: Statements, row: Row, column: str, unit: str) -> None:
    """A mass on its content basis."""
    basis = row.code("content_basis", "content-basis", row["content_basis"] or "basis-unstated")
    basis_iri = code("content-basis", basis or "basis-unstated")
    out.add(out.iri, "contentBasis", basis_iri)
    amount = row.decimal(column)
    quantity(out, out.iri, low=amount, high=amount, unit=unit, basis=basis_iri)


def geological_reserve(row: Row) -> Record:
    """How much could be mined in one place: ore in the ground, never a stock."""
    name = f"{row['material_id']}-{row['country']}-{row['year']}-{slug(row['content_basis'])}"
    out = start(row, "geological-reserve", name)
    out.type(out.iri, "GeologicalReserve")
    out.label(f"{row['material_id']}, {row['country']}, {row['year']}", "en")
    _about(out, row)
    _year(out, row, "year", "year")
    _measured(out, row, "reserves_t", "t")
    footing(out, out.iri, row, sources="source_id")
    note(out, out.iri, row)
    return out.done()


def demand(row: Row) -> Record:
    """How much of an item is used in one place in one year, or is expected to be under a scenario.

    Rows of clean-energy technologies are part of the total rows; the name tells them apart.
    """
    found = _SCENARIO.search(row["note"])
    scenario = found[1] if found else ""
    part = "clean-energy" if "clean" in row["note"].lower() else "total"
    key = (row["material_id"], row["country"], row["year"], slug(row["kind"]), part, scenario.lower() or "none")
    out = start(row, "demand", "-".join((*key, slug(row["content_basis"]), slug(row["source_id"]))))
    out.type(out.iri, "DemandStatement")
    out.label(", ".join(filter(None, (row["material_id"], row["country"], row["year"], row["kind"], scenario))), "en")
    _about(out, row)
    _year(out, row, "year", "year")
    coded(out, out.iri, "demandKind", row, "kind", "demand-kind")
    out.text(out.iri, "scenario", scenario)
    _measured(out, row, "quantity", row.code("unit", "unit") or "as-stated")
    footing(out, out.iri, row, sources="source_id")
    note(out, out.iri, row)
    return out.done()


def price(row: Row) -> Record:
    """The price of an item in one year, in the unit published."""
    name = f"{row['material_id']}-{row['year']}-{slug(row['basis'])}-{unit_slug(row['unit'])}"
    out = start(row, "price", name)
    out.type(out.iri, "PriceObservation")
    out.label(f"{row['material_id']}, {row['year']}, {row['unit']}", "en")
    _about(out, row, country=False)
    _year(out, row, "year", "year")
    out.text(out.iri, "priceBasis", row["basis"], "en")
    amount = row.decimal("price")
    quantity(out, out.iri, low=amount, high=amount, unit=row.code("unit", "unit") or "as-stated")
    footing(out, out.iri, row, sources="source_id")
    note(out, out.iri, row)
    return out.done()


def substitution_profile(row: Row) -> Record:
    """How hard an item is to replace, recycle or win by itself."""
    out = start(row, "substitution-profile", row.name("material_id"))
    out.type(out.iri, "SubstitutionProfile")
    out.label(f"{row['material_id']}, substitution", "en")
    _about(out, row, country=False)
    _percent(out, row, "recyclingInputRatePercent", "eol_rir_pct")
    _percent(out, row, "companionalityPercent", "companionality_pct")
    out.text(out.iri, "importRelianceAsStated", row["us_net_import_reliance_pct"])
    _year(out, row, "importRelianceYear", "us_nir_year")
    coded(out, out.iri, "substitutionDifficulty", row, "substitution_difficulty", "substitution-difficulty")
    _year(out, row, "year", "year")
    footing(out, out.iri, row, sources="source_id")
    note(out, out.iri, row)
    return out.done()


def incentive(row: Row) -> Record:
    """An act, programme or target on recovery or supply."""
    out = start(row, "incentive", row.name("id"))
    out.type(out.iri, "Incentive")
    labels(out, row, "instrument")
    place = row.refer("jurisdiction", "country")
    if place:
        out.add(out.iri, "jurisdiction", place)
    coded(out, out.iri, "incentiveKind", row, "kind", "incentive-kind")
    out.text(out.iri, "statedValue", row["value"])
    out.text(out.iri, "statedUnit", row["unit"])
    begin, end = row.date("start_date"), row.date("end_date")
    ends_after(row, "end_date", begin, end)
    state_date(out, "startsOn", "start", begin)
    state_date(out, "endsOn", "end", end)
    out.text(out.iri, "targetMetric", row["target_metric"], "en")
    target = row.decimal("target_value")
    if target is not None:
        out.add(out.iri, "targetValue", target)
    out.text(out.iri, "targetUnit", row["target_unit"], "en")
    for item in row.refer_many("material_ids", "item"):
        out.add(out.iri, "forItem", item)
    for stage in row.many("stage"):
        out.code(out.iri, "forStage", "circular-stage", row.code("stage", "circular-stage", stage) or "")
    out.text(out.iri, "sourceText", row["text"], "en")
    footing(out, out.iri, row, sources="source_id", evidence="evidence")
    note(out, out.iri, row)
    return out.done()


def standard(row: Row) -> Record:
    """A published set of criteria, and the body that keeps it."""
    out = start(row, "standard", row.name("id"))
    out.type(out.iri, "Standard")
    labels(out, row, "name")
    for owner in row.refer_many("owner_id", "party"):
        out.add(out.iri, "ownedBy", owner)
    out.text(out.iri, "scope", row["scope"], "en")
    out.text(out.iri, "criteria", row["criteria"], "en")
    coded(out, out.iri, "standardKind", row, "kind", "standard-kind")
    coded(out, out.iri, "standardStatus", row, "status", "standard-status")
    out.text(out.iri, "versionAsStated", row["version_or_date"], "en")
    footing(out, out.iri, row, sources="source_id", evidence="evidence")
    note(out, out.iri, row)
    return out.done()
