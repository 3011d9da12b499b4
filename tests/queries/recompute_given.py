"""What agreements give, once more from the tables, in plain Python, sharing no code with the question."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.queries.recompute import MONTHS, Line, in_force, matches, members, slug, split, table
from tests.queries.recompute_exposure import Row, replaced

FOUND = {"yes": "yes", "partial": "partial", "no": "not found", "": None}


def given(item: str | None, country: str | None, day: date) -> dict[str, Row]:
    """By agreement: its state, its quantity for a year, its findings."""
    named = matches(item) if item else {}
    found = dict[str, Row]()
    for line in table("agreements"):
        name = line["id"]
        if name in replaced(day) or line["chain"] == "precedent" or (item and name not in named):
            continue
        if country and country not in split(line["beneficiary_countries"]):
            continue
        found[name] = {
            "inForce": in_force(line, day),
            "match": named[name][0] if item else None,
            "offtake": FOUND[line["offtake_disclosed"]],
            "qualityAudit": FOUND[line["audit_right_disclosed"]],
            "serviceLevel": FOUND[line["sla_disclosed"]],
            "endsAsStated": line["end_date"] or None,
            **_quantity(name, item),
        }
    return found


def _quantity(agreement: str, item: str | None) -> Row:
    promised = [line for line in table("agreement_terms") if _promises(line, agreement, item)]
    binding = [line for line in promised if line["firmness"] == "binding"]
    out: Row = dict.fromkeys(("quantityLow", "quantityHigh", "quantityBasis", "firmness"))
    if len(binding) != 1 and len(promised) != 1:
        return out | {"quantity": "several" if promised else _silence(agreement)}
    (line,) = binding if len(binding) == 1 else promised
    times = {"t/y": 1, "t/month": MONTHS}[line["unit_code"]]
    return {
        "quantity": "known",
        "quantityLow": Decimal(line["value_low"]) * times if line["value_low"] else None,
        "quantityHigh": Decimal(line["value_high"]) * times if line["value_high"] else None,
        "quantityBasis": slug(line["content_basis"]),
        "firmness": line["firmness"],
    }


def _promises(line: Line, agreement: str, item: str | None) -> bool:
    covered = line["material_id"]
    groups = {group for group, parts in members().items() if item in parts}
    wanted = {item} | groups | members().get(item or "", set())
    return (
        line["agreement_id"] == agreement
        and (line["disclosure"], line["quantity_kind"]) == ("disclosed", "annual")
        and line["unit_code"] in ("t/y", "t/month")
        and bool(line["value_low"] or line["value_high"])
        and bool(covered)
        and (item is None or covered in wanted)
    )


def _silence(agreement: str) -> str:
    """Nothing about a quantity, or that it is not public; what is struck out is not in a column of the tables."""
    silent = {
        line["term"]
        for line in table("agreement_terms")
        if line["agreement_id"] == agreement and line["disclosure"] == "undisclosed"
    }
    return "undisclosed" if silent & {"annual_quantity", "min_purchase"} else "none on record"
