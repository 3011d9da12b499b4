"""Incentives, and the materials none of them names, once more, from the tables, in plain Python."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from tests.queries.recompute import DAY, Line, interval, members, split, table

#: Columns of materials.csv that are lists, by the place whose list each is.
LISTS = {
    "EU": ("eu_crm_critical", "eu_crm_strategic"),
    "US": ("us_cml_2022", "us_cml_2025"),
    "JP": ("jp_specified_product", "jp_rare_metal_34", "jp_meti_support_15"),
}
MATERIALS = ("element", "compound", "alloy", "fuel")


def running(line: Line, day: date) -> str:
    """Yes, no or unknown, on a day."""
    start = interval(line["start_date"]) if line["start_date"] else None
    end = interval(line["end_date"]) if line["end_date"] else None
    if (start and day < start[0]) or (end and day >= end[1]):
        return "no"
    return "yes" if start and day + DAY >= start[1] and (not end or day <= end[0]) else "unknown"


def designated(place: str) -> dict[str, set[str]]:
    """The materials that lists of a place name themselves, groups left out, each with those lists."""
    out = defaultdict[str, set[str]](set)
    for line in table("materials"):
        for column in LISTS[place]:
            named = bool(line[column]) and line[column] not in ("no", "derived")
            if line["kind"] in MATERIALS and line["id"] not in members() and named:
                out[line["id"]].add(column.replace("_", "-"))
    return dict(out)


def without_incentive(place: str, stage: str, day: date) -> dict[str, dict[str, set[str]]]:
    """The designated materials that no measure of the place for the stage may name, with the measures that come near."""
    inputs = defaultdict[str, set[str]](set)
    for line in table("composition"):
        inputs[line["product_id"]].add(line["input_material_id"])
    found: dict[str, dict[str, set[str]]] = {}
    for material in designated(place):
        near = defaultdict[str, set[str]](set)
        for line in table("incentives"):
            named = split(line["material_ids"])
            itself = material in named or any(material in members().get(n, ()) for n in named)
            product = any(material in inputs[n] for n in named)
            if stage not in split(line["stage"]):
                continue
            here, state = line["jurisdiction"] == place, running(line, day)
            ahead = bool(line["start_date"]) and day < interval(line["start_date"])[0]
            if itself:
                kind = ("comingIncentives" if ahead else "pastIncentives") if state == "no" else "naming"
                if here:
                    near[kind].add(line["id"])
                elif state != "no":
                    near["elsewhere"].add(line["id"])
            if product and here and state != "no":
                near["throughProducts"].add(line["id"])
        if not near.pop("naming", None):
            found[material] = dict(near)
    return found
