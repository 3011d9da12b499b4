"""The curated tables: their columns, what becomes of each row, and the count of what went in and came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hedgerow.iri import SLUG
from hedgerow.record import Record
from hedgerow.sources.curated import facts, flows, items, places, plain
from hedgerow.sources.curated.agreements import agreements
from hedgerow.sources.table import Context, Problem, Row, read_table


@dataclass(frozen=True)
class Table:
    """One CSV file. `kind` is the kind of record a row becomes, or belongs to as a part."""

    file: str
    columns: tuple[str, ...]
    kind: str
    #: The column that names the record, when the rows name one.
    key: str = ""
    #: Said in the report when a row is a part of another record, or makes more than one.
    becomes: str = ""
    #: Columns that are read but not taken, each with the reason.
    untaken: Mapping[str, str] = field(default_factory=dict)


def _columns(header: str) -> tuple[str, ...]:
    return tuple(header.split(","))


TABLES: tuple[Table, ...] = (
    Table(
        "sources.csv",
        _columns("id,publisher,title,date,url,licence,redistribute,rows_citing"),
        "source",
        key="id",
        untaken={"rows_citing": "a count of other rows; the graph counts them itself"},
    ),
    Table(
        "countries.csv",
        _columns("id,kind,label_en,label_ja,evidence,source_id,note"),
        "country",
        key="id",
    ),
    Table(
        "organisations.csv",
        _columns(
            "id,name_en,name_ja,kind,country,lei,wikidata_qid,website,note,controller_id,controller_note,seat_note"
        ),
        "party",
        key="id",
    ),
    Table(
        "materials.csv",
        _columns(
            "id,alias_ids,label_en,label_ja,kind,symbol,cas_number,hs2022,eu_crm_critical,eu_crm_strategic,"
            "us_cml_2022,us_cml_2025,jp_specified_product,jp_rare_metal_34,jp_meti_support_15,wikidata_qid,"
            "source_id,note"
        ),
        "item",
        key="id",
        becomes="each row is an item record; its seven list columns make 7 designation lists",
    ),
    Table(
        "item_members.csv",
        _columns("group_id,member_id,evidence,source_id,note"),
        "item",
        becomes="a membership inside the group's item record",
    ),
    Table(
        "composition.csv",
        _columns(
            "product_id,input_material_id,quantity,quantity_min,quantity_max,unit,unit_basis,loss_factor,year,"
            "source_id,note"
        ),
        "item",
        becomes="a bill of materials line inside the product's item record",
    ),
    Table(
        "facilities.csv",
        _columns("id,name,operator_id,country,lat,lon,stage,materials,capacity,unit,status,evidence,source_id,note"),
        "facility",
        key="id",
    ),
    Table(
        "chokepoints.csv",
        _columns("id,name_en,name_ja,lat,lon,source_id,note"),
        "chokepoint",
        key="id",
    ),
    Table(
        "lanes.csv",
        _columns("from_country,to_country,mode,typical_days,chokepoints,source_id,note"),
        "lane",
    ),
    Table(
        "export_controls.csv",
        _columns(
            "id,country,target_country,material_id,measure,instrument,start_date,date_precision,end_date,"
            "suspended_from,suspended_to,status,coverage,source_id,note"
        ),
        "export-control",
        key="id",
    ),
    Table(
        "geological_reserves.csv",
        _columns("material_id,country,reserves_t,content_basis,year,source_id,note"),
        "geological-reserve",
    ),
    Table(
        "demand.csv",
        _columns("country,material_id,year,quantity,unit,content_basis,kind,source_id,note"),
        "demand",
    ),
    Table(
        "prices.csv",
        _columns("material_id,year,price,unit,basis,source_id,note"),
        "price",
    ),
    Table(
        "substitutability.csv",
        _columns(
            "material_id,economic_importance,supply_risk,eol_rir_pct,eu_import_reliance_pct,"
            "us_net_import_reliance_pct,us_nir_year,substitution_difficulty,companionality_pct,year,source_id,note"
        ),
        "substitution-profile",
        untaken={
            "economic_importance": "empty in every row: not found in readable form",
            "supply_risk": "empty in every row: not found in readable form",
            "eu_import_reliance_pct": "empty in every row: not found in readable form",
        },
    ),
    Table(
        "incentives.csv",
        _columns(
            "id,instrument,jurisdiction,kind,value,unit,start_date,end_date,target_metric,target_value,target_unit,"
            "material_ids,stage,text,evidence,source_id,note"
        ),
        "incentive",
        key="id",
    ),
    Table(
        "standards.csv",
        _columns("id,name,owner_id,scope,criteria,kind,status,version_or_date,evidence,source_id,note"),
        "standard",
        key="id",
    ),
    Table(
        "production.csv",
        _columns(
            "material_id,country,stage,year,quantity,unit,content_basis,share,share_basis,source_id,source_table,note"
        ),
        "production-share",
    ),
    Table(
        "trade.csv",
        _columns(
            "importer,exporter,material_id,hs_code,year,period,share,share_basis,quantity,unit,content_basis,"
            "value_usd,match,source_id,note"
        ),
        "trade-flow",
    ),
    Table(
        "stockpiles.csv",
        _columns(
            "id,holder_id,country,material,material_ids,quantity,unit,knowledge,target_days,target_days_max,"
            "legal_basis,status,text,evidence,source_id,note"
        ),
        "stockpile",
        key="id",
    ),
    Table(
        "agreements.csv",
        _columns(
            "id,title_en,title_ja,type,status,signed_date,start_date,end_date,term_years,materials,chain,binding,"
            "public_confidence,offtake_disclosed,audit_right_disclosed,sla_disclosed,evidence,summary,source_ids,note,"
            "beneficiary_countries,beneficiary_basis,replaces,part_of,facility_ids,in_force_note"
        ),
        "agreement",
        key="id",
    ),
    Table(
        "agreement_parties.csv",
        _columns("agreement_id,organisation_id,role"),
        "agreement",
        becomes="a participation inside the agreement's record",
    ),
    Table(
        "agreement_terms.csv",
        _columns(
            "agreement_id,term,material_id,value,unit,text,disclosure,evidence,source_id,note,quantity_kind,unit_code,"
            "value_low,value_high,content_basis,firmness,generated"
        ),
        "agreement",
        becomes="a provision, or an undisclosed term, inside the agreement's record",
        untaken={"firmness": "of undisclosed terms only: it is always unknown there"},
    ),
)


#: The column that names the record, by table; a name that stands twice is told there.
TABLE_KEYS = {table.file: table.key for table in TABLES}


@dataclass(frozen=True)
class TableCount:
    """What one table gave: rows in, records out, and why the two differ."""

    file: str
    rows: int
    records: int
    reason: str
    untaken: Mapping[str, str]


@dataclass
class Curated:
    """All records of a folder of tables, with every problem and the count per table."""

    records: list[Record]
    problems: list[Problem]
    counts: list[TableCount]


def read_curated(folder: Path, base: str, step: Callable[[str, int], None] | None = None) -> Curated:
    """Read every table of the folder. `step(file, rows)` is told as each table is done."""
    context = Context(base)
    tables = {table.file: list(read_table(folder / table.file, table.columns, context)) for table in TABLES}
    _learn_names(tables, context)
    records: list[Record] = []
    counts: list[TableCount] = []
    for table in TABLES:
        rows = tables[table.file]
        built = list(_build(table.file, tables, context))
        records += built
        reason = "" if len(built) == len(rows) else table.becomes or "see the problems of this table"
        counts.append(TableCount(table.file, len(rows), len(built), reason, table.untaken))
        if step:
            step(table.file, len(rows))
    _report_strangers(folder, context)
    return Curated(records, context.problems, counts)


def _learn_names(tables: Mapping[str, list[Row]], context: Context) -> None:
    faulty = {problem.file for problem in context.problems}
    for table in TABLES:
        if not table.key:
            continue
        if table.file in faulty:
            context.unsure.add(table.kind)
        names = Counter(row[table.key] for row in tables[table.file])
        # A name that cannot be an id is told with its own row; no other row may point at it.
        context.names[table.kind] = {name for name in names if SLUG.match(name)}
        for row in tables[table.file]:
            if names[row[table.key]] > 1:
                row.problem(table.key, f"The id '{row[table.key]}' stands more than once.", "Keep one row.")


def _build(file: str, tables: Mapping[str, list[Row]], context: Context) -> Iterator[Record]:
    rows = tables[file]
    if file == "materials.csv":
        yield from items.items(rows, tables["item_members.csv"], tables["composition.csv"])
        yield from items.designation_lists(rows, context)
    elif file == "agreements.csv":
        yield from agreements(rows, tables["agreement_parties.csv"], tables["agreement_terms.csv"])
    elif build := _PLAIN.get(file):
        yield from _each(build, rows)


def _each(build: Callable[[Row], Record], rows: Iterable[Row]) -> Iterator[Record]:
    """One record a row; a row that makes the same record as one before it is a problem."""
    seen: dict[str, int] = {}
    for row in rows:
        record = build(row)
        first = seen.setdefault(record.iri, row.number)
        if first == row.number:
            yield record
        elif not TABLE_KEYS[row.file]:
            name = record.iri.partition("/id/")[2]
            row.problem("", f"It makes the same record as row {first}: {name}.", "Merge them, or tell them apart.")


_PLAIN: Mapping[str, Callable[[Row], Record]] = {
    "sources.csv": plain.source,
    "countries.csv": plain.country,
    "organisations.csv": plain.party,
    "production.csv": flows.production_share,
    "trade.csv": flows.trade_flow,
    "stockpiles.csv": flows.stockpile,
    "facilities.csv": places.facility,
    "chokepoints.csv": places.chokepoint,
    "lanes.csv": places.lane,
    "export_controls.csv": places.export_control,
    "geological_reserves.csv": facts.geological_reserve,
    "demand.csv": facts.demand,
    "prices.csv": facts.price,
    "substitutability.csv": facts.substitution_profile,
    "incentives.csv": facts.incentive,
    "standards.csv": facts.standard,
}


def _report_strangers(folder: Path, context: Context) -> None:
    known = {table.file for table in TABLES}
    for path in sorted(folder.glob("*.csv")):
        if path.name not in known:
            context.problems.append(
                Problem(
                    path.name, 0, "", "No reader knows this table.", f"Remove it; known: {', '.join(sorted(known))}."
                )
            )
