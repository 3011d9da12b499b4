"""The answers on exposure once more, from the tables, in plain Python, sharing no code with the questions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from tests.queries.recompute import DAY, Line, in_force, interval, members, slug, split, table

WELL = Decimal("0.9")
FITS = {"exact": 3, "dominant": 2, "proxy": 1}
MEASURES = {"mass": 2, "value": 1}
KNOWN = ["known", "withheld", "unknown"]
STEPS = 6

Cell = None | str | Decimal
Row = dict[str, Cell]


def basis_code(cell: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", cell.lower()).strip("-") or "basis-unstated"


def groups_of(item: str) -> set[str]:
    return {group for group, parts in members().items() if item in parts}


# Production


@dataclass(frozen=True)
class Figures:
    """What is said of one item, stage and content basis in one year."""

    lines: tuple[Line, ...]

    @property
    def named(self) -> dict[str, Decimal]:
        return {x["country"]: Decimal(x["share"]) for x in self.lines if x["share"] and x["country"] != "ZZ"}

    @property
    def covered(self) -> Decimal:
        return sum(self.named.values(), Decimal(0))

    @property
    def well(self) -> bool:
        return self.covered >= WELL


@cache
def production() -> dict[tuple[str, str], dict[str, dict[int, Figures]]]:
    """By item and stage, then content basis, then year."""
    found = defaultdict[tuple[str, str], dict[str, dict[int, list[Line]]]](dict)
    for line in table("production"):
        years = found[line["material_id"], line["stage"]].setdefault(basis_code(line["content_basis"]), {})
        years.setdefault(int(line["year"]), []).append(line)
    return {
        key: {basis: {y: Figures(tuple(lines)) for y, lines in years.items()} for basis, years in bases.items()}
        for key, bases in found.items()
    }


def shown(years: dict[int, Figures]) -> tuple[int, Figures]:
    """The latest well covered year, else the latest."""
    year = max([year for year, figures in years.items() if figures.well] or years)
    return year, years[year]


def worth_showing(item: str) -> Iterator[tuple[str, str, int, Figures]]:
    """Stage, basis, year and figures; where some are well covered, only those."""
    for (made, stage), bases in production().items():
        if made != item:
            continue
        chosen = {basis: shown(years) for basis, years in bases.items()}
        some_well = any(figures.well for _, figures in chosen.values())
        for basis, (year, figures) in chosen.items():
            if figures.well or not some_well:
                yield stage, basis, year, figures


def made(item: str) -> bool:
    return any(line["material_id"] == item for line in table("production"))


def stand_in(item: str) -> str | None:
    """Whose production is shown: the item's, else the smallest group's."""
    if made(item):
        return item
    able = [(len(members()[group]), group) for group in groups_of(item) if made(group)]
    return min(able)[1] if able else None


# Trade


def flow_record(line: Line) -> str:
    parts = [line["importer"], line["exporter"], line["material_id"], line["hs_code"] or "no-hs", line["period"]]
    return re.sub(r"[^A-Za-z0-9._]+", "-", "-".join([*parts, line["share_basis"] or "no-share", line["source_id"]]))


def rank(line: Line) -> tuple[int, ...]:
    """The better the higher: year, fit of the code, full year, mass before value."""
    full = int(line["period"] == line["year"])
    return int(line["year"]), FITS.get(line["match"], 0), full, MEASURES.get(line["share_basis"], 0)


def best_series(importer: str, item: str) -> dict[str, Line]:
    """The shares of imports in the best series, by origin."""
    series = defaultdict[tuple[object, ...], list[Line]](list)
    for line in table("trade"):
        if (
            (line["importer"], line["material_id"]) != (importer, item)
            or not line["share"]
            or line["match"] == "basket"
        ):
            continue
        for source in split(line["source_id"]):
            name = (*rank(line), source, line["hs_code"], slug(line["share_basis"]), line["period"])
            series[name].append(line)
    if not series:
        return {}
    return {line["exporter"]: line for line in series[max(series)]}


# The chain of a product


@dataclass
class Reached:
    tier: int
    via: set[str]
    ways: int = 0
    quantity_known: bool = True


def chain(product: str) -> dict[str, Reached]:
    """Every item below the product: all ways down, one after another."""
    inputs = defaultdict[str, list[tuple[str, bool]]](list)
    for line in table("composition"):
        known = any(line[name] for name in ("quantity", "quantity_min", "quantity_max"))
        inputs[line["product_id"]].append((line["input_material_id"], known))
    found = {product: Reached(0, set(), 1)}
    level = [(product, True)]
    for tier in range(1, STEPS + 1):
        below = []
        for upper, all_known in level:
            for item, known in inputs[upper]:
                reached = found.setdefault(item, Reached(tier, set()))
                reached.ways += 1
                reached.quantity_known &= all_known and known
                if reached.tier == tier:
                    reached.via.add(upper)
                below.append((item, all_known and known))
        level = below
    return found


def product_chain(product: str, country: str, least: Decimal) -> list[Row]:
    rows = []
    for item, reached in chain(product).items():
        head: Row = {
            "tier": Decimal(reached.tier),
            "item": item,
            "via": min(reached.via, default=None),
            "paths": Decimal(reached.ways),
            "quantityKnown": str(reached.quantity_known).lower() if reached.tier else None,
        }
        imports = best_series(country, item)
        body = list(_producers(item, imports, least)) or list(_origins(imports, least))
        for row in body:
            rows.append(head | row | _imported(imports.get(str(row["country"]))))
    return rows


def _imported(line: Line | None) -> Row:
    if line is None:
        return dict.fromkeys(("importShare", "importPeriod", "importShareBasis", "importMatch"))
    return {
        "importShare": Decimal(line["share"]),
        "importPeriod": line["period"],
        "importShareBasis": slug(line["share_basis"]),
        "importMatch": line["match"],
    }


def _producers(item: str, imports: dict[str, Line], least: Decimal) -> Iterator[Row]:
    stands = stand_in(item)
    for stage, basis, year, figures in worth_showing(stands) if stands else ():
        for line in figures.lines:
            country, share = line["country"], Decimal(line["share"]) if line["share"] else None
            supplies = country in imports and Decimal(imports[country]["share"]) >= least
            small = share is not None and share < least and share < max(figures.named.values())
            if country == "ZZ" or (small and not supplies):
                continue
            yield {
                "state": "share not known" if share is None else "known" if figures.well else "partial",
                "stage": stage,
                "country": country,
                "share": share,
                "year": Decimal(year),
                "contentBasis": basis,
                "figureOf": stands,
            }


def _origins(imports: dict[str, Line], least: Decimal) -> Iterator[Row]:
    empty: Row = dict.fromkeys(("stage", "country", "share", "year", "contentBasis", "figureOf"))
    yield empty | {"state": "no production on record"}
    for country, line in imports.items():
        if country != "ZZ" and Decimal(line["share"]) >= least:
            yield empty | {"state": "imports only", "country": country}


# Controls


def control_state(line: Line, day: date) -> str:
    """In force, suspended, unknown or not in force, on a day."""
    length = {"year": 4, "month": 7}.get(line["date_precision"], 10)
    first, after = interval(line["start_date"][:length])
    last = interval(line["end_date"]) if line["end_date"] else None
    status = line["status"]
    if day < first or (last and day >= last[1]):
        return "not in force"
    if status.startswith("ended") and not last:
        return "not in force"
    if day + DAY < after or (last and day > last[0]) or status.startswith(("announced", "as announced", "not re-")):
        return "unknown"
    pause = interval(line["suspended_from"]) if line["suspended_from"] else None
    resume = interval(line["suspended_to"]) if line["suspended_to"] else None
    if not status.startswith("suspended") and not (pause and resume):
        return "in force"  # an exemption without an end leaves it in force
    if pause and day < pause[0]:
        return "in force"
    if resume and day >= resume[1]:
        return "unknown" if status.startswith("suspended") else "in force"
    return "suspended"


STATES = ["in force", "suspended", "unknown", "not in force"]


def controls(country: str, item: str, day: date, against: str | None = None) -> dict[str, str]:
    """Measures of a country on an item or a group of it and their states; with `against`, those that bind it."""
    return {
        line["id"]: control_state(line, day)
        for line in table("export_controls")
        if line["country"] == country
        and line["material_id"] in {item} | groups_of(item)
        and line["measure"] != "tariff"
        and (against is None or line["target_country"] in ("", against))
    }


def strongest(states: Iterable[str]) -> str:
    return min(states, key=STATES.index, default="none on record")


# Agreements


@cache
def concerned() -> dict[str, set[str]]:
    """The items that an agreement names, by its own list or by what its provisions cover."""
    named = {line["id"]: set(split(line["materials"])) for line in table("agreements")}
    for term in table("agreement_terms"):
        if term["disclosure"] == "disclosed" and term["material_id"]:
            named[term["agreement_id"]].add(term["material_id"])
    return named


def concerning(item: str) -> list[Line]:
    """The agreements that name an item, a group of it or a member of it."""
    wanted = {item} | groups_of(item) | members().get(item, set())
    return [line for line in table("agreements") if concerned()[line["id"]] & wanted]


@cache
def supplied_from(country: str) -> frozenset[str]:
    seats = {line["id"]: line["country"] for line in table("organisations")}
    return frozenset(
        line["agreement_id"]
        for line in table("agreement_parties")
        if line["role"] == "supplier" and seats[line["organisation_id"]] == country
    )


@cache
def replaced(day: date) -> frozenset[str]:
    """Agreements that another one has replaced by a day."""
    gone = set[str]()
    for line in table("agreements"):
        stated = line["start_date"] or line["signed_date"]
        if not stated or interval(stated)[0] <= day:
            gone.update(split(line["replaces"]))
    return frozenset(gone)


def hedges(importer: str, exporter: str, item: str, day: date) -> dict[str, tuple[bool, bool]]:
    """The hedges of an item: whether surely in force, and whether binding too."""
    found = {}
    for line in concerning(item):
        state = in_force(line, day)
        if line["status"] not in ("in_force", "signed") or state == "no":
            continue
        if importer not in split(line["beneficiary_countries"]):
            continue
        if line["id"] in replaced(day) | supplied_from(exporter):
            continue
        found[line["id"]] = (state == "yes", state == "yes" and line["binding"] == "yes")
    return found


def stock(country: str, item: str) -> tuple[str, set[str]]:
    """What is known of the stock of an item: its own, else that of a group of it."""
    own, grouped = list[Line](), list[Line]()
    for line in table("stockpiles"):
        if line["country"] == country and line["status"] == "in_force":
            held = set(split(line["material_ids"]))
            if item in held:
                own.append(line)
            elif held & groups_of(item):
                grouped.append(line)
    states = [line["knowledge"] for line in own or grouped]
    return max(states, key=KNOWN.index, default="none on record"), {line["id"] for line in own + grouped}


# Single sources


def single_sources(threshold: Decimal, day: date) -> dict[tuple[str, str, str], Row]:
    found = dict[tuple[str, str, str], Row]()
    for (item, stage), bases in production().items():
        chosen = {basis: shown(years) for basis, years in bases.items()}
        told = any(figures.covered >= Decimal("0.95") for _, figures in chosen.values())
        for basis, (year, figures) in chosen.items():
            if not figures.named:
                continue
            top = max(figures.named.values())
            country = min(name for name, share in figures.named.items() if share == top)
            if figures.covered >= Decimal("0.95"):
                finding = "single source" if top >= threshold else None
            else:
                finding = "partial source" if len(figures.named) == 1 and not told else None
            if finding is None:
                continue
            row = next(line for line in figures.lines if line["country"] == country)
            agreements = [line for line in concerning(item) if in_force(line, day) == "yes"]
            found[item, stage, basis] = {
                "finding": finding,
                "country": country,
                "topShare": top,
                "covered": figures.covered,
                "year": Decimal(year),
                "control": strongest(controls(country, item, day).values()),
                "agreements": Decimal(len(agreements)),
                "sources": Decimal(len(set(split(row["source_id"])))),
            }
    return found


# Exposure of one country to another


def exposures(importer: str, exporter: str, item: str | None, day: date) -> dict[tuple[str, str, str], Row]:
    """By scope, item and link."""
    items = [line["id"] for line in table("materials")]
    subjects = (
        [(item, "same"), *((group, "group") for group in groups_of(item))] if item else [(x, "same") for x in items]
    )
    found = dict[tuple[str, str, str], Row]()
    for subject, scope in subjects:
        links = dict[str, Row]()
        for basket in (False, True):
            row = _import_link(importer, exporter, subject, basket)
            if row:
                links["imports of a basket" if basket else "imports"] = row
        measures = controls(exporter, subject, day, importer)
        binding = {name for name, state in measures.items() if state != "not in force"}
        by_name = {line["id"] for line in table("export_controls") if line["material_id"] == subject}
        if "imports" not in links and (subject == item or binding & by_name):
            links["imports"] = _no_figures() | {"unknown": "imports"}
        links |= _production_links(exporter, subject)
        hedged = hedges(importer, exporter, subject, day)
        known, _ = stock(importer, subject)
        also = [
            "state of some controls" if "unknown" in measures.values() else "",
            "whether some hedges are in force" if not all(sure for sure, _ in hedged.values()) else "",
            "stock" if known != "known" else "",
        ]
        for link, row in links.items():
            unknown = [*str(row["unknown"]).split(", "), *also]
            standing: Row = {
                "controlState": strongest(measures.values()),
                "hedgesInForce": Decimal(sum(sure for sure, _ in hedged.values())),
                "hedgesBinding": Decimal(sum(firm for _, firm in hedged.values())),
                "stock": known,
                "unknown": ", ".join(part for part in unknown if part) or None,
            }
            found[scope, subject, link] = row | standing
    return found


def _no_figures() -> Row:
    names = ("shareLow", "shareHigh", "periodLow", "periodHigh", "shareBasis", "match", "contentBasis", "covered")
    return dict.fromkeys(names)


def _import_link(importer: str, exporter: str, item: str, basket: bool) -> Row | None:
    trade = [
        line
        for line in table("trade")
        if (line["importer"], line["material_id"], line["match"] == "basket") == (importer, item, basket)
    ]
    there = [line for line in trade if line["exporter"] == exporter]
    if not there:
        return None
    doubts = ["share of the item in the basket"] if basket else []
    stated = [line for line in there if line["share"]]
    if not stated:
        return _no_figures() | {"unknown": ", ".join([*doubts, "share of imports"])}
    best = max(stated, key=lambda line: (rank(line), slug(line["share_basis"]), line["match"]))
    alike = [
        line
        for line in stated
        if (line["match"], line["share_basis"]) == (best["match"], best["share_basis"])
        and int(line["year"]) >= int(best["year"]) - 1
    ]
    low = min(alike, key=lambda line: (Decimal(line["share"]), line["period"]))
    high = max(alike, key=lambda line: (Decimal(line["share"]), line["period"]))
    if max(int(line["year"]) for line in trade) > int(best["year"]):
        doubts.append("newer share of imports")
    return _no_figures() | {
        "shareLow": Decimal(low["share"]),
        "shareHigh": Decimal(high["share"]),
        "periodLow": low["period"],
        "periodHigh": high["period"],
        "shareBasis": slug(best["share_basis"]),
        "match": best["match"],
        "unknown": ", ".join(doubts),
    }


def _production_links(exporter: str, item: str) -> dict[str, Row]:
    found = {}
    for (made_item, stage), bases in production().items():
        if made_item != item:
            continue
        every = [(basis, year, figures) for basis, years in bases.items() for year, figures in years.items()]
        well = [entry for entry in every if entry[2].well]
        theirs = [entry for entry in every if any(line["country"] == exporter for line in entry[2].lines)]
        stated = [entry for entry in theirs if exporter in entry[2].named]
        chosen = max(well or stated or theirs, key=lambda entry: (entry[1], entry[2].covered, entry[0]), default=None)
        line = next((x for x in chosen[2].lines if x["country"] == exporter), None) if chosen else None
        if chosen is None or line is None:
            continue
        basis, year, figures = chosen
        share = Decimal(line["share"]) if line["share"] else None
        doubts = ["share of production"] if share is None else []
        doubts += [] if figures.well else ["other producers"]
        found[stage] = _no_figures() | {
            "shareLow": share,
            "shareHigh": share,
            "periodLow": str(year),
            "periodHigh": str(year),
            "shareBasis": slug(line["share_basis"]) or None,
            "contentBasis": basis,
            "covered": figures.covered,
            "unknown": ", ".join(doubts),
        }
    return found
