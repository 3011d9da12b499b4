"""Observations by country: shares of production, flows of trade, and stockpiles."""

from __future__ import annotations

import re

from hedgerow.iri import code
from hedgerow.record import Record, Statements
from hedgerow.sources.curated.common import coded, footing, in_order, note, quantity, start
from hedgerow.sources.table import Row

_DAYS = re.compile(r"days\b")


def production_share(row: Row) -> Record:
    """What one country makes of one item at one stage in one year."""
    key = "-".join((row["material_id"], row["country"], row["stage"], row["year"]))
    out = start(row, "production-share", key)
    out.type(out.iri, "ProductionShare")
    _observed(out, row, ("country",))
    # Made of names that do not change: a label copied from another record would change with it.
    out.label(f"{row['material_id']}, {row['stage']}, {row['country']}, {row['year']}", "en")
    coded(out, out.iri, "inStage", row, "stage", "stage")
    _share(out, row)
    content = row.code("content_basis", "content-basis", row["content_basis"] or "basis-unstated") or "basis-unstated"
    basis = code("content-basis", content)
    out.add(out.iri, "contentBasis", basis)
    _mass(out, row, basis)
    out.text(out.iri, "sourceTable", row["source_table"])
    footing(out, out.iri, row, sources="source_id")
    note(out, out.iri, row)
    return out.done()


def trade_flow(row: Row) -> Record:
    """What one importer takes of one item from one origin in one period, by one source and measure."""
    parts = (row["importer"], row["exporter"], row["material_id"], row["hs_code"] or "no-hs", row["period"])
    key = "-".join((*parts, row["share_basis"] or "no-share", row["source_id"]))
    out = start(row, "trade-flow", re.sub(r"[^A-Za-z0-9._]+", "-", key))
    out.type(out.iri, "TradeFlow")
    _observed(out, row, ("importer", "exporter"))
    out.label(f"{row['material_id']}, {row['exporter']} to {row['importer']}, {row['period']}", "en")
    out.text(out.iri, "hsCode", row["hs_code"])
    out.text(out.iri, "period", row["period"])
    _share(out, row)
    basis = row.code("content_basis", "mass-basis", row["content_basis"] or "basis-unstated")
    _mass(out, row, code("mass-basis", basis or "basis-unstated"))
    value = row.decimal("value_usd")
    if value is not None:
        part = out.part("value")
        out.add(out.iri, "hasValue", part)
        out.type(part, "MonetaryAmount")
        out.add(part, "numericValue", value)
        out.code(part, "hasCurrency", "unit", "usd")
    coded(out, out.iri, "codeMatch", row, "match", "code-match")
    footing(out, out.iri, row, sources="source_id")
    note(out, out.iri, row)
    return out.done()


def _observed(out: Statements, row: Row, countries: tuple[str, ...]) -> None:
    item = row.refer("material_id", "item")
    if item:
        out.add(out.iri, "item", item)
    for column in countries:
        where = row.refer(column, "country")
        if where:
            out.add(out.iri, column, where)
    year = row.year("year")
    if year is not None:
        out.add(out.iri, "year", year)


def _share(out: Statements, row: Row) -> None:
    share = row.decimal("share", 1)
    if share is not None:
        out.add(out.iri, "share", share)
    coded(out, out.iri, "shareBasis", row, "share_basis", "share-basis")


def _mass(out: Statements, row: Row, basis: str) -> None:
    amount = row.decimal("quantity")
    if amount is None:
        return
    unit = row.code("unit", "unit") or "as-stated"
    quantity(out, out.iri, low=amount, high=amount, unit=unit, basis=basis)


def stockpile(row: Row) -> Record:
    """A stock held for a reserve purpose: what is held, by whom, and what is known of how much."""
    out = start(row, "stockpile", row.name("id"))
    out.type(out.iri, "Stockpile")
    out.label(f"{row['material']}, {row['country'] or row['holder_id']}", "en")
    out.text(out.iri, "stockAsStated", row["material"], "en")
    for term, column, kind in (("heldBy", "holder_id", "party"), ("heldIn", "country", "country")):
        iri = row.refer(column, kind)
        if iri:
            out.add(out.iri, term, iri)
    for item in row.refer_many("material_ids", "item"):
        out.add(out.iri, "stockOf", item)
    coded(out, out.iri, "stockStatus", row, "status", "stockpile-status")
    coded(out, out.iri, "knowledge", row, "knowledge", "knowledge")
    _stock(out, row)
    _target(out, row)
    out.text(out.iri, "legalBasis", row["legal_basis"], "en")
    out.text(out.iri, "sourceText", row["text"], "en")
    footing(out, out.iri, row, sources="source_id", evidence="evidence")
    note(out, out.iri, row)
    return out.done()


def _stock(out: Statements, row: Row) -> None:
    out.text(out.iri, "statedValue", row["quantity"])
    out.text(out.iri, "statedUnit", row["unit"])
    amount = row.decimal("quantity")
    if amount is None:
        if row["knowledge"] == "known":
            row.problem("knowledge", "It says known, but there is no quantity.", "Use withheld or unknown.")
        return
    # Only a cover in days is a unit of ours; every other wording is kept as stated.
    unit = "days" if _DAYS.match(row["unit"]) else "as-stated"
    quantity(out, out.iri, low=amount, high=amount, unit=unit)


def _target(out: Statements, row: Row) -> None:
    low, high = row.decimal("target_days"), row.decimal("target_days_max")
    if low is None:
        return
    in_order(row, "target_days_max", low, high)
    part = out.part("target")
    out.add(out.iri, "hasCoverTarget", part)
    out.type(part, "CoverTarget")
    out.add(part, "lowerBound", low)
    out.add(part, "upperBound", high or low)
    out.code(part, "hasUnit", "unit", "days")
