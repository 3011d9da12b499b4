"""The arithmetic of the questions once more, from the tables, in plain Python, sharing no code with them."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from hedgerow.paths import DATA

Line = dict[str, str]
COMPILED = date(2026, 11, 23)
MONTHS = 12
DAY = timedelta(days=1)


@cache
def table(name: str) -> tuple[Line, ...]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def split(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace("|", ";").split(";") if part.strip()]


def slug(cell: str) -> str:
    return cell.lower().replace("_", "-").replace(" ", "-")


@cache
def members() -> dict[str, set[str]]:
    found = defaultdict[str, set[str]](set)
    for line in table("item_members"):
        found[line["group_id"]].add(line["member_id"])
    return dict(found)


def interval(stated: str) -> tuple[date, date]:
    """The days a date can mean: the first, and the day after the last."""
    parts = [int(part) for part in stated.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0] + 1, 1, 1)
    if len(parts) == 2:
        year, month = parts
        return date(year, month, 1), date(year + month // MONTHS, month % MONTHS + 1, 1)
    first = date(*parts)
    return first, first + DAY


def in_force(agreement: Line, day: date) -> str:
    """Yes, no or unknown, on a day."""
    stated = agreement["start_date"] or agreement["signed_date"]
    if stated:
        first, after = interval(stated)
        begun = "no" if day < first else "yes" if day + DAY >= after else "unknown"
    else:
        begun = "yes" if day >= COMPILED else "unknown"
    ended = "no"
    if agreement["end_date"]:
        first, after = interval(agreement["end_date"])
        ended = "yes" if day >= after else "no" if day <= first else "unknown"
    status = agreement["status"]
    if begun == "no" or ended == "yes" or status in ("announced", "proposed"):
        return "no"
    if status == "terminated":
        return "no" if day >= COMPILED else "unknown"
    return "yes" if (status, begun, ended) == ("in_force", "yes", "no") else "unknown"


def matches(item: str) -> dict[str, tuple[str, str]]:
    """The agreements that name an item, a group of it or a member of it: how, and what they name."""
    groups = {group for group, parts in members().items() if item in parts}
    parts = members().get(item, set())
    named = {line["id"]: set(split(line["materials"])) for line in table("agreements")}
    for term in table("agreement_terms"):
        if term["disclosure"] == "disclosed" and term["material_id"]:
            named[term["agreement_id"]].add(term["material_id"])
    found = dict[str, tuple[str, str]]()
    for agreement, items in named.items():
        for how, wanted in (("same", {item}), ("group", groups), ("member", parts)):
            if items & wanted:
                found[agreement] = (how, min(items & wanted))
                break
    return found


def bundled() -> set[str]:
    """The agreements whose provisions prove all three elements."""
    duty = {"binding", "best-effort", "option", "maximum"}
    proves = {
        "annual_quantity": (1, duty),
        "min_purchase": (1, duty),
        "share_of_output": (1, duty),
        "audit_right": (2, {"binding"}),
        "sla_metric": (3, duty - {"maximum"}),
    }
    found = defaultdict[str, set[int]](set)
    for term in table("agreement_terms"):
        element, firm = proves.get(term["term"], (0, set[str]()))
        if term["disclosure"] == "disclosed" and term["firmness"] in firm:
            found[term["agreement_id"]].add(element)
    return {agreement for agreement, elements in found.items() if elements >= {1, 2, 3}}


@dataclass
class Group:
    """The shares of one item, stage, year and content basis."""

    shares: dict[str, Decimal] = field(default_factory=dict)
    without: int = 0
    rows: int = 0

    @property
    def covered(self) -> Decimal:
        return sum(self.shares.values(), Decimal(0))

    @property
    def low(self) -> Decimal:
        return sum((share * share for share in self.shares.values()), Decimal(0))

    @property
    def high(self) -> Decimal:
        return self.low + max(Decimal(0), 1 - self.covered) ** 2

    @property
    def top(self) -> tuple[str | None, Decimal | None]:
        if not self.shares:
            return None, None
        largest = max(self.shares.values())
        return min(c for c, share in self.shares.items() if share == largest), largest


Key = tuple[str, str, str]  # item, stage, basis


def concentration() -> dict[Key, dict[int, Group]]:
    """Every group, by item, stage and basis, then by year."""
    found = defaultdict[Key, dict[int, Group]](dict)
    for line in table("production"):
        key = (line["material_id"], line["stage"], line["content_basis"])
        group = found[key].setdefault(int(line["year"]), Group())
        group.rows += 1
        if not line["share"]:
            group.without += 1
        elif line["country"] != "ZZ":
            group.shares[line["country"]] = Decimal(line["share"])
    return dict(found)


def shown_year(years: dict[int, Group]) -> int:
    """The latest year that is covered to 90 percent, else the latest."""
    full = [year for year, group in years.items() if group.covered >= Decimal("0.9")]
    return max(full or years)


@dataclass
class Need:
    low: Decimal
    high: Decimal
    basis: str
    year: int
    fit: str
    sources: set[str]


def needs(country: str) -> dict[str, Need]:
    """Imports of the latest full year with masses, where at least half comes with one."""
    series = defaultdict[tuple[str, ...], list[Line]](list)
    for line in table("trade"):
        plain = line["importer"] == country and line["quantity"] and line["unit"] == "t"
        if plain and line["period"] == line["year"] and line["match"] != "basket":
            names = ("material_id", "year", "match", "share_basis", "source_id", "hs_code", "content_basis")
            series[tuple(line[name] for name in names)].append(line)
    fits = {"exact": 3, "dominant": 2, "proxy": 1}
    measures = {"mass": 2, "value": 1}
    best = dict[str, tuple[str, ...]]()

    def rank(key: tuple[str, ...]) -> tuple[object, ...]:
        _, year, fit, measure, source, code, basis = key
        return int(year), fits[fit], measures.get(measure, 0), source, code, basis

    for key in series:
        if key[0] not in best or rank(key) > rank(best[key[0]]):
            best[key[0]] = key
    found = dict[str, Need]()
    for item, key in best.items():
        lines = series[key]
        covered = sum((Decimal(line["share"] or 0) for line in lines if key[3] in measures), Decimal(0))
        if item in members() or covered < Decimal("0.5"):
            continue
        low = sum((Decimal(line["quantity"]) for line in lines), Decimal(0))
        sources = {source for line in lines for source in split(line["source_id"])}
        basis = slug(key[6]) or "basis-unstated"
        found[item] = Need(low, low / min(covered, Decimal(1)), basis, int(key[1]), key[2], sources)
    return found


@dataclass
class Inflow:
    low: Decimal = Decimal(0)
    high: Decimal | None = Decimal(0)
    bases: set[str] = field(default_factory=set)
    agreements: set[str] = field(default_factory=set)
    own: bool = True


@dataclass(frozen=True)
class Firm:
    agreement: Line
    item: str
    low: Decimal | None
    high: Decimal | None
    basis: str


def firm(country: str, day: date) -> list[Firm]:
    """Binding quantities for a year, of agreements for the country that may be in force and are not replaced."""
    agreements = {line["id"]: line for line in table("agreements")}
    gone = set[str]()
    for line in agreements.values():
        stated = line["start_date"] or line["signed_date"]
        if not stated or interval(stated)[0] <= day:
            gone.update(split(line["replaces"]))
    found = []
    for term in table("agreement_terms"):
        agreement = agreements[term["agreement_id"]]
        times = {"t/y": 1, "t/month": MONTHS}.get(term["unit_code"])
        is_firm = (term["disclosure"], term["firmness"], term["quantity_kind"]) == ("disclosed", "binding", "annual")
        if not is_firm or not times or not (term["value_low"] or term["value_high"]):
            continue
        if agreement["status"] not in ("in_force", "signed") or in_force(agreement, day) == "no":
            continue
        if country not in split(agreement["beneficiary_countries"]) or agreement["id"] in gone:
            continue
        low, high = (Decimal(term[name]) * times if term[name] else None for name in ("value_low", "value_high"))
        found.append(Firm(agreement, term["material_id"], low, high, slug(term["content_basis"])))
    return found


def inflows(country: str, day: date) -> dict[str, Inflow]:
    """Firm inflow by item, its own and that of its members."""
    lines = firm(country, day)
    counted = defaultdict[str, set[str]](set)
    for line in lines:
        for item in within(line.item):
            counted[line.agreement["id"]].add(item)
    found = defaultdict[str, Inflow](Inflow)
    for line in lines:
        for item in within(line.item):
            if any(item in counted[frame] for frame in split(line.agreement["part_of"])):
                continue
            inflow = found[item]
            inflow.agreements.add(line.agreement["id"])
            inflow.bases.add(line.basis)
            inflow.own &= item == line.item
            if in_force(line.agreement, day) == "yes":
                inflow.low += line.low or 0
            inflow.high = None if line.high is None or inflow.high is None else inflow.high + line.high
    return dict(found)


def within(item: str) -> Iterable[str]:
    """The item and every group of it."""
    return [item, *(group for group, parts in members().items() if item in parts)]


@dataclass
class Reserve:
    """What is held of an item in a country; level 0 is the item itself, 1 a group of it."""

    stocks: dict[int, list[tuple[str, Decimal | None]]] = field(default_factory=lambda: defaultdict(list))
    targets: dict[int, list[tuple[Decimal, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    records: set[str] = field(default_factory=set)

    @property
    def state(self) -> str:
        states = [state for state, _ in self.stocks[min(self.stocks)]]
        return max(states, key=["known", "withheld", "unknown"].index)

    @property
    def days(self) -> Decimal | None:
        amounts = [days for _, days in self.stocks[min(self.stocks)]]
        known = [days for days in amounts if days is not None]
        return sum(known, Decimal(0)) if self.state == "known" and len(known) == len(amounts) else None

    @property
    def target(self) -> tuple[Decimal, Decimal] | None:
        if not self.targets:
            return None
        bounds = self.targets[min(self.targets)]
        return min(low for low, _ in bounds), max(high for _, high in bounds)


def reserves(country: str) -> dict[str, Reserve]:
    kinds = {line["id"]: line["kind"] for line in table("materials")}
    found = defaultdict[str, Reserve](Reserve)
    for line in table("stockpiles"):
        if line["country"] != country or line["status"] != "in_force":
            continue
        levels = dict[str, int]()
        for item in split(line["material_ids"]):
            parts = members().get(item, set())
            if not (parts and kinds[item] == "group"):
                levels[item] = 0
            for part in parts:
                levels.setdefault(part, 1)
        for item in split(line["material_ids"]):
            if item in levels:
                levels[item] = 0
        days = Decimal(line["quantity"]) if line["quantity"] and line["unit"].startswith("days") else None
        for item, level in levels.items():
            found[item].records.add(line["id"])
            found[item].stocks[level].append((line["knowledge"], days))
            if line["target_days"]:
                low = Decimal(line["target_days"])
                found[item].targets[level].append((low, Decimal(line["target_days_max"] or low)))
    return dict(found)


Figures = dict[str, object]


def reserve_gap(country: str, day: date) -> dict[str, Figures]:
    """Every figure of the reserve gap, by item."""
    need_of, inflow_of = needs(country), inflows(country, day)
    return {item: _gap(reserve, need_of.get(item), inflow_of.get(item)) for item, reserve in reserves(country).items()}


def _gap(reserve: Reserve, need: Need | None, inflow: Inflow | None) -> Figures:
    one = inflow if inflow and len(inflow.bases) == 1 else None
    out: Figures = {
        "needLow": need and need.low,
        "needHigh": need and need.high,
        "needBasis": need and need.basis,
        "needYear": Decimal(need.year) if need else None,
        "needMatch": need and need.fit,
        "stock": reserve.state,
        "stockDays": reserve.days,
        "firmInflowLow": one and one.low,
        "firmInflowHigh": one and one.high,
        "firmInflowBasis": one and min(one.bases),
    }
    for name in ("targetDaysLow", "targetDaysHigh", "gapDaysLow", "gapDaysHigh", "gapLow", "gapHigh"):
        out[name] = None
    if reserve.target:
        low, high = reserve.target
        held = reserve.days
        least = low - (held if held is not None else low)
        most = high - (held or 0)
        if need and one and one.own and one.bases == {need.basis}:
            least = least - low * one.high / need.low if one.high is not None else Decimal(0)
            most -= high * one.low / need.high
        least, most = max(least, Decimal(0)), max(most, Decimal(0))
        out |= {"targetDaysLow": low, "targetDaysHigh": high, "gapDaysLow": least, "gapDaysHigh": most}
        if need:
            out |= {"gapLow": need.low * least / 365, "gapHigh": need.high * most / 365}
    return out
