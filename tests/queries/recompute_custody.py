"""Audits, promised masses, replacements and recycling once more, from the tables and the examples, in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache

from pyoxigraph import RdfFormat, parse

from hedgerow.iri import DEFAULT_BASE
from hedgerow.paths import EXAMPLES
from tests.queries.recompute import MONTHS, Line, in_force, interval, slug, split, table
from tests.queries.recompute_exposure import replaced

MASS = {"kg": Decimal(1), "t": Decimal(1000), "kt": Decimal(1000000)}
A_YEAR = {"t/y": Decimal(1000), "t/month": Decimal(12000)}
KINDS = ("Collection", "PreTreatment", "Recovery")
Span = tuple[Decimal, Decimal]


def months(first: date, last: date) -> int:
    """Whole months from one day to another."""
    return MONTHS * (last.year - first.year) + last.month - first.month - (last.day < first.day)


# The record: what is promised for a year, what may be audited, who supplies what.


@cache
def _lines() -> dict[str, Line]:
    return {line["id"]: line for line in table("agreements")}


def may_bind(name: str, day: date) -> bool:
    """Whether an agreement was made and may be in force."""
    line = _lines()[name]
    return line["status"] in ("in_force", "signed") and in_force(line, day) != "no"


def audit_rights() -> dict[str, set[str]]:
    """The agreements with a binding right to audit, and the items that the rights cover."""
    found = defaultdict[str, set[str]](set)
    for term in table("agreement_terms"):
        if (term["term"], term["disclosure"], term["firmness"]) == ("audit_right", "disclosed", "binding"):
            found[term["agreement_id"]] |= {term["material_id"]} - {""}
    return dict(found)


def is_audited(agreement: str, item: str) -> bool:
    """Whether an agreement gives a right to audit an item; one that names none is on all of them."""
    covers = audit_rights().get(agreement)
    return covers is not None and (not covers or item in covers)


def age(name: str, day: date) -> int | None:
    """Months that an agreement is in force on a day, at most."""
    stated = _lines()[name]["start_date"] or _lines()[name]["signed_date"]
    return months(interval(stated)[0], day) if stated else None


def _yearly() -> list[Line]:
    return [
        term
        for term in table("agreement_terms")
        if term["term"] in ("annual_quantity", "min_purchase")
        and (term["disclosure"], term["firmness"], term["quantity_kind"]) == ("disclosed", "binding", "annual")
        and term["unit_code"] in A_YEAR
        and term["material_id"]
        and (term["value_low"] or term["value_high"])
    ]


@dataclass
class Promise:
    """What is promised of an item for a year, in kilograms; `high` is None where one promise has no upper end."""

    low: Decimal
    high: Decimal | None
    agreements: set[str]
    audited: bool


def promises(day: date) -> dict[tuple[str, str], Promise]:
    """By item and basis."""
    terms = _yearly()
    framed = {(term["agreement_id"], term["material_id"]) for term in terms}
    found = dict[tuple[str, str], Promise]()
    for term in terms:
        name, item = term["agreement_id"], term["material_id"]
        frame = _lines()[name]["part_of"]
        if not may_bind(name, day) or name in replaced(day):
            continue
        if (frame, item) in framed and may_bind(frame, day):
            continue
        times = A_YEAR[term["unit_code"]]
        sure = in_force(_lines()[name], day) == "yes"
        low = Decimal(term["value_low"] or 0) * times if sure else Decimal(0)
        high = Decimal(term["value_high"]) * times if term["value_high"] else None
        key = (item, slug(term["content_basis"]))
        promise = found.setdefault(key, Promise(Decimal(0), Decimal(0), set(), audited=False))
        promise.low += low
        promise.high = None if high is None or promise.high is None else promise.high + high
        promise.agreements.add(name)
        promise.audited |= is_audited(name, item)
    return found


def suppliers(country: str, day: date) -> dict[tuple[str, str], set[str]]:
    """Item and supplier, and the agreements that secure the country, where none gives a right to audit."""
    named = {line["id"]: set(split(line["materials"])) for line in table("agreements")}
    for term in table("agreement_terms"):
        if term["disclosure"] == "disclosed" and term["material_id"]:
            named[term["agreement_id"]].add(term["material_id"])
    found = defaultdict[tuple[str, str], set[str]](set)
    for part in table("agreement_parties"):
        name = part["agreement_id"]
        secures = country in split(_lines()[name]["beneficiary_countries"])
        if part["role"] == "supplier" and secures and may_bind(name, day) and name not in replaced(day):
            for item in named[name]:
                found[item, part["organisation_id"]].add(name)
    return {key: names for key, names in found.items() if not any(is_audited(name, key[0]) for name in names)}


def recycling_capacity() -> dict[tuple[str, str | None], tuple[Decimal | None, int]]:
    """By country and wording the capacity of plants that run, and their number; under None those that state none."""
    found = dict[tuple[str, str | None], tuple[Decimal | None, int]]()
    for line in table("facilities"):
        if line["stage"] != "recycling" or line["status"] not in ("operating", "ramp-up"):
            continue
        key = (line["country"], line["unit"] if line["capacity"] else None)
        total, count = found.get(key, (Decimal(0) if line["capacity"] else None, 0))
        found[key] = (None if total is None else total + Decimal(line["capacity"]), count + 1)
    return found


# The worked examples, which hold what the record does not.

Thing = dict[str, list[str]]


def _short(iri: str) -> str:
    for base in (f"{DEFAULT_BASE}/demo/id/", f"{DEFAULT_BASE}/id/"):
        if iri.startswith(base):
            return iri.removeprefix(base)
    return iri.rpartition("/")[2].rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2]


@cache
def world() -> dict[str, Thing]:
    """Everything the examples say, by the short names of things and terms."""
    found = defaultdict[str, Thing](lambda: defaultdict(list))
    for path in sorted(EXAMPLES.glob("*.ttl")):
        for triple in parse(path=path, format=RdfFormat.TURTLE):
            value = triple.object.value  # type: ignore[union-attr]
            literal = not str(triple.object).startswith("<")
            found[_short(triple.subject.value)][_short(triple.predicate.value)].append(  # type: ignore[union-attr]
                value if literal else _short(value)
            )
    return dict(found)


def of(kind: str) -> Iterator[tuple[str, Thing]]:
    for name, thing in sorted(world().items()):
        if kind in thing.get("type", ()):
            yield name, thing


def one(thing: Thing, term: str) -> str | None:
    values = thing.get(term, [])
    return values[0] if values else None


def part(thing: Thing, term: str) -> Thing:
    return world()[thing[term][0]]


def span(mass: Thing, times: Decimal | None = None) -> Span:
    """The least and the most of a quantity that has both, in kilograms where it is a mass."""
    factor = MASS[mass["hasUnit"][0]] if times is None else times
    return Decimal(mass["lowerBound"][0]) * factor, Decimal(mass["upperBound"][0]) * factor


@dataclass
class Comparison:
    """A claim against its measurements."""

    claimed: Decimal
    measured: Decimal
    difference: Decimal
    tolerance: Decimal
    uncertainty: Decimal

    @property
    def finding(self) -> str:
        return "discrepant" if self.difference > max(self.tolerance, self.uncertainty) else "agreeing"


def comparisons() -> dict[str, Comparison]:
    """By claim: difference, tolerance and twice the combined standard uncertainty, in the unit of the claim."""
    found = dict[str, Comparison]()
    for _, finding in of("AuditFinding"):
        claim = part(finding, "comparesClaim")
        claimed = Decimal(part(claim, "hasQuantity")["numericValue"][0])
        readings = [world()[name] for name in finding["comparesMeasurement"]]
        values = [Decimal(part(reading, "hasQuantity")["numericValue"][0]) for reading in readings]
        errors = [Decimal(one(reading, "standardUncertainty") or 0) for reading in readings]
        measured = sum(values, Decimal(0)) / len(values)
        square = Decimal(one(claim, "standardUncertainty") or 0) ** 2
        square += sum((error * error for error in errors), Decimal(0)) / len(errors) ** 2
        tolerance = Decimal(finding["toleranceFraction"][0]) * abs(claimed)
        found[finding["comparesClaim"][0]] = Comparison(
            claimed, measured, abs(claimed - measured), tolerance, 2 * square.sqrt()
        )
    return found


def _alike(record: Thing) -> tuple[str | None, ...]:
    terms = ("circularStage", "country", "discardedFrom", "throughputOf")
    return (*(one(record, term) for term in terms), one(part(record, "hasQuantity"), "massBasis"))


@dataclass
class Progress:
    """How far a target has come."""

    year: int
    low: Decimal
    high: Decimal
    path: Decimal
    target: Decimal


def progress(day: date) -> dict[str, Progress]:
    """By target: the factor of the last full year, and the one on the straight line to the target."""
    found = dict[str, Progress]()
    for name, target in of("ThroughputTarget"):
        base = part(target, "baselineOf")
        begun, due = int(base["year"][0]), int(part(target, "dueOn")["earliest"][0][:4])
        later = [r for _, r in of("ThroughputRecord") if _alike(r) == _alike(base) and int(r["year"][0]) < day.year]
        now = max(later, key=lambda record: int(record["year"][0]))
        least, most = span(part(base, "hasQuantity"))
        low, high = span(part(now, "hasQuantity"))
        year, wanted = int(now["year"][0]), Decimal(target["targetFactor"][0])
        path = 1 + (wanted - 1) * (min(year, due) - begun) / (due - begun)
        found[name] = Progress(year, low / most, high / least, path, wanted)
    return found


def _following(thing: str) -> Iterator[tuple[str, Thing]]:
    for kind in KINDS:
        yield from ((name, process) for name, process in of(kind) if thing in process["processInput"])


def chains(batch: str) -> Iterator[list[Thing]]:
    """The processes from a batch to each recovery, over at most four of them."""
    todo: list[tuple[str, list[Thing]]] = [(batch, [])]
    while todo:
        at, way = todo.pop()
        for _, process in _following(at):
            if "Recovery" in process["type"]:
                yield [*way, process]
            elif len(way) < 3:
                todo += [(output, [*way, process]) for output in process["processOutput"]]


def stated_yield(process: Thing, item: str) -> Decimal | None:
    for name in process.get("hasYield", ()):
        if item in world()[name]["item"]:
            return Decimal(world()[name]["yieldFraction"][0])
    return None


def chain_yield(chain: list[Thing], item: str) -> Decimal:
    """The product of the yields of a chain after collection."""
    product = Decimal(1)
    for process in chain:
        if "Collection" not in process["type"]:
            stated = stated_yield(process, item)
            assert stated is not None
            product *= stated
    return product


def recovered(mine: Thing) -> Span:
    """What was got out of the batches of an urban mine, of its material."""
    item = mine["item"][0]
    low = high = Decimal(0)
    for name, batch in of("EndOfLifeProduct"):
        root = not any(name in process["processOutput"] for kind in KINDS for _, process in of(kind))
        if root and all(batch[term] == mine[term] for term in ("country", "discardedFrom", "year")):
            for *_, last in chains(name):
                for stated in (world()[y] for y in last["hasYield"] if item in world()[y]["item"]):
                    least, most = span(part(stated, "outputMass"))
                    low, high = low + least, high + most
    return low, high


def utilisation(plant: str, day: date) -> Decimal:
    """Throughput of the last full year over the capacity of a plant, both in tonnes."""
    years = {
        int(record["year"][0]): span(part(record, "hasQuantity"))[0]
        for _, record in of("ThroughputRecord")
        if one(record, "throughputOf") == plant and int(record["year"][0]) < day.year
    }
    inflow, (capacity, _) = years[max(years)], span(part(world()[plant], "capacity"), Decimal(1000))
    return inflow / capacity
