"""What export controls reach, days of cover and recycling input once more, from the tables, in plain Python."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from tests.queries.recompute import (
    DAY,
    Group,
    Line,
    concentration,
    in_force,
    interval,
    matches,
    members,
    reserves,
    split,
    table,
    within,
)
from tests.queries.recompute_exposure import replaced

NINETY = Decimal("0.9")
UNSTATED = "basis-unstated"


def basis_slug(cell: str) -> str:
    """The name of a content basis in its code list."""
    return re.sub(r"[^a-z0-9]+", "-", cell.lower()).strip("-") or UNSTATED


# Export controls.


def _passed(stated: str, day: date) -> str:
    """Whether a last day is over."""
    first, after = interval(stated)
    return "yes" if day >= after else "no" if day <= first else "unknown"


def _come(stated: str, day: date) -> str:
    """Whether a first day has come, whichever day of its month or year it is."""
    first, after = interval(stated)
    return "no" if day < first else "yes" if day + DAY >= after else "unknown"


def start_of(line: Line) -> str:
    return line["start_date"][: {"year": 4, "month": 7}.get(line["date_precision"], 10)]


def state(line: Line, day: date) -> str:
    """In force, suspended, unknown or not in force."""
    begun = _come(start_of(line), day)
    ended = _passed(line["end_date"], day) if line["end_date"] else "no"
    if begun == "no" or ended == "yes":
        return "not in force"
    if "unknown" in (begun, ended) or "announced" in line["status"] or line["status"] == "not re-checked":
        return "unknown"
    if line["suspended_from"] and line["suspended_to"]:
        paused, resumed = _come(line["suspended_from"], day), _passed(line["suspended_to"], day)
        if paused == "yes" and resumed == "no":
            return "suspended"
        if paused == "yes" and line["status"].startswith("suspended"):
            return "unknown"
    return "in force"


def binds(line: Line, country: str) -> str:
    if line["country"] == country:
        return "yes" if line["measure"] == "tariff" else "no"
    return "yes" if line["target_country"] in ("", country) else "no"


@cache
def inputs() -> dict[str, set[str]]:
    """What goes into an item, all the way down."""
    direct = defaultdict[str, set[str]](set)
    for line in table("composition"):
        direct[line["product_id"]].add(line["input_material_id"])
    found = dict[str, set[str]]()
    for product in direct:
        todo, seen = list(direct[product]), set[str]()
        while todo:
            part = todo.pop()
            if part not in seen:
                seen.add(part)
                todo += direct.get(part, ())
        found[product] = seen
    return found


def products(item: str) -> set[str]:
    """What depends on an item or on a member of it, and is neither."""
    parts = {item, *members().get(item, ())}
    return {product for product, needs in inputs().items() if needs & parts} - parts


def reaches(controlled: str, item: str) -> str | None:
    """How a control on one item reaches another."""
    if controlled == item:
        return "same"
    if item in members().get(controlled, ()):
        return "group"
    if controlled in members().get(item, ()):
        return "member"
    parts = {controlled, *members().get(controlled, ())}
    return "input" if inputs().get(item, set()) & parts else None


@cache
def seats() -> dict[str, set[str]]:
    """The countries in which the parties of an agreement are registered."""
    country = {line["id"]: line["country"] for line in table("organisations")}
    found = defaultdict[str, set[str]](set)
    for line in table("agreement_parties"):
        found[line["agreement_id"]].add(country[line["organisation_id"]])
    return dict(found)


def securing(item: str, country: str, day: date) -> list[Line]:
    """Agreements on an item that secure a country, may be in force and have not been replaced."""
    named = matches(item)
    return [
        line
        for line in table("agreements")
        if line["id"] in named
        and line["id"] not in replaced(day)
        and line["status"] in ("in_force", "signed")
        and country in split(line["beneficiary_countries"])
        and in_force(line, day) != "no"
    ]


Shown = tuple[str, str, int, Group]  # item, stage, year, its shares


@cache
def shown_shares() -> dict[str, list[Shown]]:
    """Per item and stage the group of the year shown: the latest well covered one, else the latest with shares."""
    best = dict[tuple[str, str], tuple[tuple[object, ...], Shown]]()
    for (item, stage, basis), years in concentration().items():
        for year, group in years.items():
            if not group.shares:
                continue
            rank = (group.covered >= NINETY, year, basis_slug(basis))
            if (item, stage) not in best or rank > best[item, stage][0]:
                best[item, stage] = (rank, (item, stage, year, group))
    found = defaultdict[str, list[Shown]](list)
    for (item, _), (_, shown) in best.items():
        found[item].append(shown)
    return dict(found)


def imposer_share(item: str, country: str) -> Decimal | None:
    """The largest share of a country over the stages of the item, else of its groups."""
    for level in ([item], [group for group in within(item) if group != item]):
        shares = [
            group.shares[country]
            for name in level
            for _, _, _, group in shown_shares().get(name, ())
            if country in group.shares
        ]
        if shares:
            return max(shares)
    return None


Figures = dict[str, object]


def control_reach(line: Line, country: str, day: date) -> Figures:
    """Every figure of one control."""
    item = line["material_id"]
    depend, agreements = products(item), securing(item, country, day)
    sure = [one for one in agreements if in_force(one, day) == "yes"]
    reserve = reserves(country).get(item)
    target = reserve.target if reserve else None
    bound = binds(line, country)
    outside = bound != "no" and line["country"] != country
    return {
        "state": state(line, day),
        "binds": bound,
        "products": Decimal(len(depend)) if depend else None,
        "productItems": depend,
        "agreementsInForce": Decimal(len(sure)) if agreements else None,
        "bindingInForce": Decimal(sum(one["binding"] == "yes" for one in sure)) if agreements else None,
        "agreements": {one["id"] for one in agreements},
        "withImposer": {one["id"] for one in agreements if line["country"] in seats()[one["id"]]}
        if outside
        else set[str](),
        "imposerShare": imposer_share(item, line["country"]),
        "stock": reserve.state if reserve else "none on record",
        "stockDays": reserve.days if reserve else None,
        "targetDaysLow": target and target[0],
        "targetDaysHigh": target and target[1],
    }


# Days of cover.


@dataclass(frozen=True)
class Stock:
    """One stock of one item. `tonnes` and `basis` only where a test adds a stock in tonnes."""

    pile: str
    item: str
    status: str
    knowledge: str
    days: Decimal | None = None
    target: tuple[Decimal, Decimal] | None = None
    tonnes: Decimal | None = None
    basis: str = ""


def stocks(country: str) -> list[Stock]:
    found = []
    for line in table("stockpiles"):
        if line["country"] != country:
            continue
        days = Decimal(line["quantity"]) if line["quantity"] and line["unit"].startswith("days") else None
        low = Decimal(line["target_days"]) if line["target_days"] else None
        target = (low, Decimal(line["target_days_max"] or low)) if low is not None else None
        for item in split(line["material_ids"]):
            known = days if line["knowledge"] == "known" else None
            found.append(Stock(line["id"], item, line["status"], line["knowledge"], known, target))
    return found


@dataclass
class Need:
    """What a country needs of an item in a year, in tonnes."""

    low: Decimal
    high: Decimal
    basis: str
    year: int
    origin: str
    records: int


TONNES = {"t": Decimal(1), "kg": Decimal("0.001"), "kt": Decimal(1000)}


def demands(country: str, before: int) -> dict[str, dict[str, Need]]:
    """Demand by item and basis, of the latest year on that basis."""
    series = defaultdict[tuple[str, str, int], list[Decimal]](list)
    for line in table("demand"):
        used = line["country"] == country and line["kind"] in ("use", "apparent consumption")
        if used and line["unit"] in TONNES and int(line["year"]) < before:
            key = (line["material_id"], basis_slug(line["content_basis"]), int(line["year"]))
            series[key].append(Decimal(line["quantity"]) * TONNES[line["unit"]])
    found = defaultdict[str, dict[str, Need]](dict)
    for (item, basis, year), masses in sorted(series.items(), key=lambda entry: entry[0][2]):
        found[item][basis] = Need(min(masses), max(masses), basis, year, "demand", len(masses))
    return dict(found)


def imports(country: str, before: int) -> dict[str, Need]:
    """Imports of the latest full year with masses, where at least half of them has one."""
    fits = {
        "exact": (3, "imports"),
        "dominant": (2, "imports, mostly this item"),
        "proxy": (1, "imports, near this item"),
    }
    series = defaultdict[str, dict[tuple[object, ...], list[Line]]](lambda: defaultdict(list))
    for line in table("trade"):
        massed = line["importer"] == country and line["quantity"] and line["unit"] == "t"
        if massed and line["match"] in fits and line["period"] == line["year"] and int(line["year"]) < before:
            measure = {"mass": 2, "value": 1}.get(line["share_basis"], 0)
            names = (line["source_id"], line["hs_code"], line["content_basis"])
            series[line["material_id"]][int(line["year"]), fits[line["match"]][0], measure, *names].append(line)
    found = dict[str, Need]()
    for item, each in series.items():
        rank = max(each)
        lines = each[rank]
        covered = sum((Decimal(line["share"] or 0) for line in lines if rank[2]), Decimal(0))
        if item in members() or covered < Decimal("0.5"):
            continue
        low = sum((Decimal(line["quantity"]) for line in lines), Decimal(0))
        basis = lines[0]["content_basis"] or UNSTATED
        origin = fits[lines[0]["match"]][1]
        found[item] = Need(low, low / min(covered, Decimal(1)), basis, int(lines[0]["year"]), origin, len(lines))
    return found


def need(item: str, basis: str, country: str, before: int) -> Need | None:
    """The need taken for a stock on some basis: that basis first, then demand, the latest year, the last name.

    A basis that nobody states is the same as none.
    """
    used, bought = demands(country, before).get(item, {}), imports(country, before).get(item)
    if basis and basis in used:
        return used[basis]
    if bought and basis not in ("", UNSTATED) and bought.basis == basis:
        return bought
    return max(used.values(), key=lambda one: (one.year, one.basis)) if used else bought


def cover(stock: Stock, asked: str | None, country: str, day: date) -> Figures | None:
    """Every figure of one stock, or nothing where it does not hold the item asked for."""
    how = "same" if asked in (None, stock.item) else None
    if asked and asked in members().get(stock.item, ()):
        how = "group"
    elif asked and stock.item in members().get(asked, ()):
        how = "member"
    if how is None:
        return None
    needed = need(asked if asked and how == "group" else stock.item, stock.basis, country, day.year)
    low = high = stock.days
    stated = stock.basis not in ("", UNSTATED)
    if stock.tonnes is not None and needed and stated and needed.basis == stock.basis and how != "group":
        low, high = stock.tonnes * 365 / needed.high, stock.tonnes * 365 / needed.low
    meets = None
    if stock.status == "in_force":
        meets = "unknown"
        if stock.target and low is not None and high is not None:
            meets = "yes" if low >= stock.target[1] else "no" if high < stock.target[0] else "unknown"
    parts = members().get(stock.item)
    return {
        "members": Decimal(len(parts)) if parts else None,
        "match": how if asked else None,
        "daysLow": low,
        "daysHigh": high,
        "targetDaysLow": stock.target and stock.target[0],
        "targetDaysHigh": stock.target and stock.target[1],
        "meets": meets,
        "dailyNeedLow": needed and needed.low / 365,
        "dailyNeedHigh": needed and needed.high / 365,
        "needBasis": needed and needed.basis,
        "needFrom": needed and needed.origin,
        "needYear": Decimal(needed.year) if needed else None,
    }


# Recycling input.

LISTS = (
    "eu_crm_critical",
    "eu_crm_strategic",
    "us_cml_2022",
    "us_cml_2025",
    "jp_rare_metal_34",
    "jp_meti_support_15",
)
MATERIALS = ("element", "compound", "alloy", "fuel")


def rates() -> dict[str, Line]:
    return {line["material_id"]: line for line in table("substitutability")}


def listed() -> set[str]:
    """Materials with a rate, and those that a list of materials names."""
    named = {
        line["id"]
        for line in table("materials")
        if line["kind"] in MATERIALS and any(line[column] == "yes" for column in LISTS)
    }
    return named | {item for item, line in rates().items() if line["eol_rir_pct"]}


def tightest(item: str) -> Shown | None:
    """The stage shown: own figures before those of a group, well covered ones first, then the largest share."""
    for level in ([item], [group for group in within(item) if group != item]):
        shown = [one for name in level for one in shown_shares().get(name, ())]
        if shown:
            return max(shown, key=lambda one: (one[3].covered >= NINETY, max(one[3].shares.values()), one[2]))
    return None


def _touching(item: str, named: Iterable[str]) -> bool:
    return any(item == name or item in members().get(name, ()) or name in members().get(item, ()) for name in named)


def plants(item: str) -> dict[str, str]:
    """Recycling plants of a material with their status."""
    return {
        line["id"]: line["status"]
        for line in table("facilities")
        if line["stage"] == "recycling" and _touching(item, split(line["materials"]))
    }


def recycling_agreements(item: str, day: date) -> set[str]:
    """Recycling alliances, and agreements on a recycling plant, that may be signed and may not have ended."""

    def stands(line: Line) -> bool:
        signed = line["signed_date"] or line["start_date"]
        begun = not signed or interval(signed)[0] <= day
        return begun and not (line["end_date"] and interval(line["end_date"])[1] <= day)

    recycling = {line["id"] for line in table("facilities") if line["stage"] == "recycling"}
    return {
        line["id"]
        for line in table("agreements")
        if line["status"] in ("in_force", "signed")
        and (line["type"] == "recycling_alliance" or recycling & set(split(line["facility_ids"])))
        and stands(line)
        and line["id"] in matches(item)
    }


def recycling(item: str, day: date, threshold: Decimal) -> Figures:
    """Every figure of one material."""
    profile = rates().get(item, defaultdict(str))
    marks = {line["id"]: line["eu_crm_strategic"] for line in table("materials")}
    rate = Decimal(profile["eol_rir_pct"]) / 100 if profile["eol_rir_pct"] else None
    shown, sites = tightest(item), plants(item)
    top = shown[3].top if shown else (None, None)
    running = sum(status in ("operating", "ramp-up") for status in sites.values())
    return {
        "rate": rate,
        "rateYear": Decimal(profile["year"]) if rate is not None else None,
        "belowThreshold": "unknown" if rate is None else "yes" if rate < threshold else "no",
        "euStrategic": {"yes": "named", "derived": "derived"}.get(marks[item]),
        "topCountry": top[0],
        "topShare": top[1],
        "stage": shown and shown[1],
        "shareYear": Decimal(shown[2]) if shown else None,
        "partial": ("false" if shown[3].covered >= NINETY else "true") if shown else None,
        "shareOf": shown and shown[0],
        "companionality": Decimal(profile["companionality_pct"]) / 100 if profile["companionality_pct"] else None,
        "substitution": profile["substitution_difficulty"] or None,
        "plantsOperating": Decimal(running) if sites else None,
        "plants": set(sites),
        "agreements": recycling_agreements(item, day),
    }
