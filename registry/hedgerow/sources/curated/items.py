"""Items (materials, components, devices, groups of them) and the official lists that name them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hedgerow.iri import code, mint
from hedgerow.record import Record, Statements
from hedgerow.sources.curated.common import footing, identifier, in_order, labels, note, quantity, start
from hedgerow.sources.table import Context, Row

_ITEM_CLASS = {
    "element": "Element",
    "compound": "Compound",
    "alloy": "Alloy",
    "fuel": "Fuel",
    "component": "Component",
    "device": "Device",
    "data": "DataItem",
    "group": "ItemGroup",
}
_HS = re.compile(r"\d{4}(\d\d)?", re.ASCII)
_BASIS = {"yes": "named", "derived": "derived"}

#: Column of materials.csv: the list's slug, its titles, the source that holds it, and the place whose list it is.
DESIGNATION_LISTS = {
    "eu_crm_critical": (
        "eu-crm-critical",
        "EU critical raw materials, Regulation (EU) 2024/1252 Annex II",
        "EU重要原材料（規則 (EU) 2024/1252 附属書II）",
        "eu-crma-2024",
        "EU",
    ),
    "eu_crm_strategic": (
        "eu-crm-strategic",
        "EU strategic raw materials, Regulation (EU) 2024/1252 Annex I",
        "EU戦略的原材料（規則 (EU) 2024/1252 附属書I）",
        "eu-crma-2024",
        "EU",
    ),
    "us_cml_2022": (
        "us-cml-2022",
        "US critical minerals list of 2022",
        "米国重要鉱物リスト2022年版",
        "usgs-cml-2025",
        "US",
    ),
    "us_cml_2025": (
        "us-cml-2025",
        "US critical minerals list of 2025",
        "米国重要鉱物リスト2025年版",
        "usgs-cml-2025",
        "US",
    ),
    "jp_specified_product": (
        "jp-specified-product",
        "Japan: specified critical products under the Economic Security Promotion Act",
        "日本：経済安全保障推進法の特定重要物資",
        "jp-esa-2022",
        "JP",
    ),
    "jp_rare_metal_34": (
        "jp-rare-metal-34",
        "Japan: the 34 rare metals",
        "日本：レアメタル34鉱種",
        "jp-meti-2025",
        "JP",
    ),
    "jp_meti_support_15": (
        "jp-meti-support-15",
        "Japan: minerals eligible for METI critical-mineral support",
        "日本：経済産業省の重要鉱物支援対象",
        "jp-meti-2025",
        "JP",
    ),
}


def items(rows: Sequence[Row], members: Sequence[Row], inputs: Sequence[Row]) -> Iterator[Record]:
    """One record per item; the members of a group and the inputs of a product lie in its own record."""
    by_group, by_product = _grouped(members, "group_id"), _grouped(inputs, "product_id")
    for row in rows:
        yield _item(row, by_group.get(row["id"], []), by_product.get(row["id"], []))


def _grouped(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        if row.refer(column, "item"):
            grouped.setdefault(row[column], []).append(row)
    return grouped


def _item(row: Row, members: list[Row], inputs: list[Row]) -> Record:
    out = start(row, "item", row.name("id"))
    name = _ITEM_CLASS.get(row["kind"])
    if name is None:
        row.problem("kind", f"'{row['kind']}' is not a kind of item.", f"Use one of: {', '.join(_ITEM_CLASS)}.")
    out.type(out.iri, name or "Item")
    labels(out, row, "label_en", "label_ja")
    out.text(out.iri, "symbol", row["symbol"])
    for alias in row.many("alias_ids"):
        out.text(out.iri, "aliasId", alias)
    identifier(out, "cas", "cas", row["cas_number"])
    identifier(out, "wikidata", "wikidata", row["wikidata_qid"])
    for hs in row.many("hs2022"):
        if not _HS.fullmatch(hs):
            row.problem("hs2022", f"'{hs}' is not an HS code.", "Write four or six digits.")
            continue
        identifier(out, f"hs2022-{hs}", "hs-2022", hs)
    footing(out, out.iri, row, sources="source_id")
    note(out, out.iri, row)
    for member in members:
        _member(out, member)
    for line in inputs:
        _input(out, line)
    return out.done()


def _input(out: Statements, row: Row) -> None:
    item = row.refer("input_material_id", "item")
    if not item:
        return
    part = out.part(f"input-{row['input_material_id']}")
    out.add(out.iri, "hasInput", item)
    out.add(out.iri, "hasInputLine", part)
    out.type(part, "BillOfMaterialsLine")
    out.add(part, "inputItem", item)
    unit = row.code("unit", "unit") or "as-stated"
    stated = row.decimal("quantity")
    low, high = row.decimal("quantity_min") or stated, row.decimal("quantity_max") or stated
    in_order(row, "quantity_max", low, high)
    basis = code("mass-basis", "basis-unstated") if unit == "kg" else None
    quantity(out, part, low=low, high=high, unit=unit, basis=basis)
    if stated is not None:
        out.text(part, "statedValue", row["quantity"])
    out.text(part, "perUnit", row["unit_basis"])
    loss = row.decimal("loss_factor", 1)
    if loss is not None:
        out.add(part, "lossFactor", loss)
    if row["year"]:
        year = row.year("year")
        if year is not None:
            out.add(part, "year", year)
    footing(out, part, row, sources="source_id")
    note(out, part, row)


def _member(out: Statements, row: Row) -> None:
    item = row.refer("member_id", "item")
    if not item:
        return
    out.add(out.iri, "memberItem", item)
    part = out.part(f"member-{row['member_id']}")
    out.add(out.iri, "hasMembership", part)
    out.type(part, "ItemMembership")
    out.add(part, "item", item)
    footing(out, part, row, sources="source_id", evidence="evidence")
    note(out, part, row)


def designation_lists(rows: Sequence[Row], context: Context) -> Iterator[Record]:
    """One record per official list: what it names, what it names through an element, what was not assessed."""
    known, places = context.names.get("source", set()), context.names.get("country", set())
    for column, (slug, english, japanese, source, place) in DESIGNATION_LISTS.items():
        out = Statements(mint(context.base, "designation-list", slug))
        out.type(out.iri, "DesignationList")
        out.label(english, "en")
        out.label(japanese, "ja")
        out.code(out.iri, "evidence", "evidence", "cited")
        if source in known:
            out.add(out.iri, "statedIn", context.iri("source", source))
        if place in places:
            out.add(out.iri, "jurisdiction", context.iri("country", place))
        for row in rows:
            _designation(out, row, column)
        yield out.done()


def _designation(out: Statements, row: Row, column: str) -> None:
    item = row.refer("id", "item")
    value = row[column]
    if not item or value == "no":
        return
    if not value:
        # An empty cell of the product column means: under no specified product.
        if column != "jp_specified_product":
            out.add(out.iri, "notAssessed", item)
        return
    if column != "jp_specified_product" and value not in _BASIS:
        row.problem(column, f"'{value}' is not a mark of a list.", "Use yes, derived, no, or leave it empty.")
        return
    part = out.part(row["id"])
    out.add(out.iri, "hasDesignation", part)
    out.type(part, "Designation")
    out.add(part, "designates", item)
    out.code(part, "designationBasis", "designation-basis", _BASIS.get(value, "named"))
    if column == "jp_specified_product":
        for product in row.many(column):
            out.text(part, "designationClass", product)
