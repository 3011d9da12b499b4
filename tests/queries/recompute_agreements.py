"""What agreements promise, when they end and who stands behind them, once more from the tables, in plain Python."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache

from tests.queries.answers import Row
from tests.queries.recompute import DAY, MONTHS, Line, Need, bundled, in_force, interval, needs, slug, split, table
from tests.queries.recompute_exposure import concerned, replaced

TO_YEAR = {"t/y": 1, "t/month": MONTHS}
OFFTAKES = ("offtake", "equity_with_offtake")
DUTY = ("binding", "best-effort", "option", "maximum")
RUNNING = ("operating", "ramp-up", "pilot", "reduced", "restricted-2025")


def standing(day: date) -> list[Line]:
    """The agreements that are no precedents and that no later one has replaced."""
    return [line for line in table("agreements") if line["chain"] != "precedent" and line["id"] not in replaced(day)]


def maybe_in_force(day: date, country: str = "") -> list[Line]:
    """Those of them that are not surely out of force, of one country or of all."""
    return [
        line
        for line in standing(day)
        if in_force(line, day) != "no" and (not country or country in split(line["beneficiary_countries"]))
    ]


def provisions(agreement: str) -> list[Line]:
    return [t for t in table("agreement_terms") if t["agreement_id"] == agreement and t["disclosure"] != "undisclosed"]


def stated(term: Line, name: str) -> Decimal | None:
    return Decimal(term[name]) * TO_YEAR[term["unit_code"]] if term[name] else None


def annual(agreement: str) -> Iterator[Line]:
    """The provisions that promise tonnes for a year."""
    for term in provisions(agreement):
        tonnes = term["quantity_kind"] == "annual" and term["unit_code"] in TO_YEAR and term["material_id"]
        if tonnes and term["firmness"] != "plant-capacity" and (term["value_low"] or term["value_high"]):
            yield term


def largest(figures: Iterable[Decimal | None]) -> Decimal | None:
    return max((figure for figure in figures if figure is not None), default=None)


def comparable(item: str, basis: str, need: Need | None) -> bool:
    """Whether a quantity and need are of one basis; what a compound weighs as itself is its gross mass."""
    return need is not None and (basis == need.basis or (need.basis == "gross" and item.endswith(f"-{basis}")))


# Who stands behind them.


@cache
def chain_of_control(party: str) -> frozenset[str]:
    """A party and all that control it."""
    above = split({line["id"]: line["controller_id"] for line in table("organisations")}[party])
    return frozenset({party}).union(*(chain_of_control(one) for one in above))


def ends_of_control(party: str) -> set[str]:
    controllers = {line["id"]: line["controller_id"] for line in table("organisations")}
    return {one for one in chain_of_control(party) if not controllers[one]}


@cache
def seats() -> dict[str, str]:
    return {line["id"]: line["country"] for line in table("organisations")}


def partners(agreement: str, country: str) -> set[str]:
    """Where the parties are registered that are not the country's own; one without a seat stands for itself."""
    parties = {line["organisation_id"] for line in table("agreement_parties") if line["agreement_id"] == agreement}
    abroad = {party for party in parties if country not in {seats()[one] for one in chain_of_control(party)}}
    return {seats()[party] or party for party in abroad}


def tells_quantity(agreement: str) -> bool:
    return any(
        term["quantity_kind"] in ("annual", "total") and (term["value_low"] or term["value_high"])
        for term in provisions(agreement)
    )


def by_partner(country: str, day: date) -> dict[tuple[str | None, str], dict[str, int]]:
    """Agreements of a country by partner and binding force: how many there are, in force, and so on."""
    found = defaultdict[tuple[str | None, str], dict[str, int]](lambda: defaultdict(int))
    forces = {"yes": "binding", "no": "non-binding", "unclear": "unclear"}
    states = {"yes": "inForce", "unknown": "unknown", "no": "notInForce"}
    for line in standing(day):
        if country not in split(line["beneficiary_countries"]):
            continue
        for partner in partners(line["id"], country) or {None}:
            counts = found[partner, forces[line["binding"]]]
            counts["agreements"] += 1
            counts[states[in_force(line, day)]] += 1
            counts["withQuantity"] += tells_quantity(line["id"])
            counts["bundled"] += line["id"] in bundled()
    return found


def foreign_controlled() -> dict[tuple[str, str, str, str], set[str]]:
    """Running facilities by operator, country, and the controller and its country where that is another."""
    found = defaultdict[tuple[str, str, str, str], set[str]](set)
    for site in table("facilities"):
        if site["status"] not in RUNNING or not makes(site):
            continue
        for operator in split(site["operator_id"]):
            for controller in ends_of_control(operator):
                place = seats()[controller]
                if place and place != site["country"]:
                    found[operator, site["country"], controller, place].add(site["id"])
    return found


def makes(site: Line) -> list[str]:
    return [] if site["stage"] in ("port", "stockpile") else split(site["materials"])


# What they promise, against need.


@dataclass
class Promise:
    """What one agreement promises of an item for a year, on one basis."""

    low: Decimal | None
    high: Decimal | None


@dataclass
class Covered:
    """What all agreements promise of an item, on one basis."""

    agreements: int = 0
    binding: list[tuple[bool, Promise]] = field(default_factory=list)
    other: list[tuple[bool, Promise]] = field(default_factory=list)
    most: list[Decimal | None] = field(default_factory=list)


def _total(promises: list[tuple[bool, Promise]]) -> tuple[Decimal | None, Decimal | None]:
    if not promises:
        return None, None
    low = sum((promise.low or Decimal(0) for sure, promise in promises if sure), Decimal(0))
    return low, _sum([promise.high for _, promise in promises])


def _sum(figures: list[Decimal | None]) -> Decimal | None:
    known = [figure for figure in figures if figure is not None]
    return sum(known, Decimal(0)) if len(known) == len(figures) else None


def _promise(terms: list[Line]) -> Promise:
    return Promise(
        largest(stated(term, "value_low") for term in terms), largest(stated(term, "value_high") for term in terms)
    )


def need_covered(country: str, day: date) -> dict[tuple[str, str | None], Row]:
    """By item and basis of what is promised: the promises, and what part of need they are."""
    agreements = maybe_in_force(day, country)
    standing_frames = {line["id"] for line in table("agreements") if line["status"] in ("in_force", "signed")}
    named = defaultdict[str, int](int)
    promised = defaultdict[tuple[str, str], Covered](Covered)
    for line in agreements:
        for item in concerned()[line["id"]]:
            named[item] += 1
        frames = [frame for frame in split(line["part_of"]) if frame in standing_frames]
        framed = {term["material_id"] for frame in frames for term in annual(frame)}
        sure = in_force(line, day) == "yes"
        groups = defaultdict[tuple[str, str], list[Line]](list)
        for term in annual(line["id"]):
            if term["material_id"] not in framed:
                groups[term["material_id"], slug(term["content_basis"])].append(term)
        for key, terms in groups.items():
            covered = promised[key]
            covered.agreements += 1
            binding = [term for term in terms if term["firmness"] == "binding"]
            other = [term for term in terms if term["firmness"] != "binding"]
            covered.binding += [(sure, _promise(binding))] if binding else []
            covered.other += [(sure, _promise(other))] if other else []
            covered.most.append(_promise(terms).high)
    found = dict[tuple[str, str | None], Row]()
    for item, count in named.items():
        bases = [basis for of, basis in promised if of == item]
        for basis in bases or [None]:
            found[item, basis] = _covered_row(
                item, basis, promised.get((item, basis or "")), count, needs(country).get(item)
            )
    return found


def _covered_row(item: str, basis: str | None, covered: Covered | None, named: int, need: Need | None) -> Row:
    row: Row = {"agreements": Decimal(named), "needLow": need and need.low, "needHigh": need and need.high}
    covered = covered or Covered()
    binding, other = _total(covered.binding), _total(covered.other)
    most = _sum(covered.most) if covered.most else None
    row |= {"withQuantity": Decimal(covered.agreements), "allHigh": most}
    row |= {"bindingLow": binding[0], "bindingHigh": binding[1], "otherLow": other[0], "otherHigh": other[1]}
    same = basis is not None and comparable(item, basis, need)
    row["shareLow"] = (binding[0] or Decimal(0)) / need.high if same and need else None
    row["shareHigh"] = most / need.low if same and need and most is not None else None
    return row


def plus(day: date, months: int) -> date:
    """A day so many months later, the last of its month where there is no such day."""
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of(line: Line) -> tuple[date, date, str] | None:
    """Between which days an agreement ends, as stated or by its start and term."""
    if line["end_date"]:
        return *interval(line["end_date"]), "stated"
    if line["start_date"] and line["term_years"]:
        first, after = interval(line["start_date"])
        term = int(Decimal(line["term_years"]) * MONTHS)
        return plus(first, term), plus(after, term), "start and term"
    return None


def is_offtake(line: Line) -> bool:
    quantities = ("annual_quantity", "min_purchase", "share_of_output")
    return line["type"] in OFFTAKES or any(
        term["term"] in quantities and term["firmness"] in DUTY for term in provisions(line["id"])
    )


def ending_offtakes(months: int, day: date) -> dict[tuple[str, str, str, str | None], Row]:
    """The offtakes that end within the months, by agreement, item, country secured and basis."""
    found = dict[tuple[str, str, str, str | None], Row]()
    window = plus(day + DAY, months)
    for line in filter(is_offtake, maybe_in_force(day)):
        end = end_of(line)
        if end is None or end[0] >= window or end[1] <= day:
            continue
        first, after, basis_of_end = end
        for item in concerned()[line["id"]]:
            groups = defaultdict[str | None, list[Line]](list)
            for term in annual(line["id"]):
                if term["material_id"] == item:
                    groups[slug(term["content_basis"])].append(term)
            for basis, terms in (groups or {None: []}).items():
                promise = _promise(terms)
                for country in split(line["beneficiary_countries"]):
                    need = needs(country).get(item)
                    same = basis is not None and comparable(item, basis, need)
                    found[line["id"], item, country, basis] = {
                        "ends": first.isoformat(),
                        "endBasis": basis_of_end,
                        "within": "yes" if after <= window else "unknown",
                        "inForce": in_force(line, day),
                        "annualLow": promise.low,
                        "annualHigh": promise.high,
                        "shareOfNeedLow": promise.low / need.high
                        if same and need and promise.low is not None
                        else None,
                        "shareOfNeedHigh": promise.high / need.low
                        if same and need and promise.high is not None
                        else None,
                    }
    return found


def bundles(day: date) -> dict[str, tuple[set[str], set[str], set[str]]]:
    """By item the bundled agreements that may be in force, the controllers and the countries of their suppliers."""
    found = defaultdict[str, tuple[set[str], set[str], set[str]]](lambda: (set(), set(), set()))
    for line in maybe_in_force(day):
        if line["id"] not in bundled():
            continue
        suppliers = [
            party["organisation_id"]
            for party in table("agreement_parties")
            if party["agreement_id"] == line["id"] and party["role"] == "supplier"
        ]
        for item in concerned()[line["id"]]:
            agreements, controllers, countries = found[item]
            agreements.add(line["id"])
            controllers.update(*(ends_of_control(supplier) for supplier in suppliers))
            countries.update(seats()[supplier] for supplier in suppliers)
    return found


def mines_and_plants() -> set[tuple[str, str, str]]:
    """Agreements that name a mine and a plant in two countries, with the two."""
    sites = {line["id"]: line for line in table("facilities")}
    found = set()
    for line in table("agreements"):
        named = [sites[one] for one in split(line["facility_ids"])]
        for mine in (site for site in named if site["stage"] == "mine"):
            for plant in (site for site in named if site["stage"] not in ("mine", "port", "stockpile")):
                if mine["country"] != plant["country"]:
                    found.add((line["id"], mine["id"], plant["id"]))
    return found


def rests_on(agreement: Line) -> dict[str, int]:
    """The facilities that an agreement rests on, with the nearest tier."""
    suppliers = {
        party["organisation_id"]
        for party in table("agreement_parties")
        if party["agreement_id"] == agreement["id"] and party["role"] == "supplier"
    }
    items = concerned()[agreement["id"]]
    inputs = {line["input_material_id"] for line in table("composition") if line["product_id"] in items}
    found = dict.fromkeys(split(agreement["facility_ids"]), 0)
    for site in table("facilities"):
        if suppliers & set(split(site["operator_id"])):
            made = set(makes(site))
            tier = 0 if made & items else 1 if made & inputs else None
            if tier is not None:
                found[site["id"]] = min(tier, found.get(site["id"], tier))
    return found


def shared_facilities(day: date, separate: bool) -> dict[tuple[str, str, str], int]:
    """Pairs of agreements with a facility that both rest on, and its tier."""
    parties = defaultdict[str, set[str]](set)
    for party in table("agreement_parties"):
        parties[party["agreement_id"]].add(party["organisation_id"])
    lines = maybe_in_force(day)
    resting = {line["id"]: rests_on(line) for line in lines}
    one_deal = {
        frozenset((line["id"], other)) for line in lines for other in split(line["replaces"]) + split(line["part_of"])
    }
    found = {}
    for one in resting:
        for other in resting:
            if one >= other or frozenset((one, other)) in one_deal or (separate and parties[one] & parties[other]):
                continue
            for facility in resting[one].keys() & resting[other].keys():
                found[one, other, facility] = max(resting[one][facility], resting[other][facility])
    return found
