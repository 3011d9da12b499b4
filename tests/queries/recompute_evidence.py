"""What is undisclosed, uncovered, contradicted or unused, once more from the tables, sharing no code with the queries."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import permutations

from pyoxigraph import NamedNode, Store

from tests.queries import recompute
from tests.queries.recompute import DAY, Group, Line, in_force, interval, members, slug, split, table

MATERIALS = ("element", "compound", "alloy", "fuel")
LISTS = (
    "eu_crm_critical",
    "eu_crm_strategic",
    "us_cml_2022",
    "us_cml_2025",
    "jp_specified_product",
    "jp_rare_metal_34",
    "jp_meti_support_15",
)


def code_slug(cell: str) -> str:
    """A cell as the last part of a code: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", cell.lower()).strip("-")


# A9


@dataclass(frozen=True)
class Gap:
    """A term that is withheld, said not to be public, or not found."""

    agreement: str
    in_force: str
    term: str
    item: str | None
    footing: str
    low: Decimal | None
    high: Decimal | None
    evidence: str
    sources: frozenset[str]


def gaps(day: date) -> Counter[Gap]:
    agreements = {line["id"]: line for line in table("agreements")}
    found = Counter[Gap]()
    for line in table("agreement_terms"):
        withheld = line["disclosure"] == "disclosed" and "redacted" in line["unit"].lower()
        if line["disclosure"] != "undisclosed" and not withheld:
            continue
        low, high = (Decimal(line[name]) if withheld and line[name] else None for name in ("value_low", "value_high"))
        found[
            Gap(
                line["agreement_id"],
                in_force(agreements[line["agreement_id"]], day),
                slug(line["term"]),
                line["material_id"] or None,
                "withheld" if withheld else "not found" if line["generated"] == "yes" else "stated",
                low,
                high,
                slug(line["evidence"]),
                frozenset(split(line["source_id"])),
            )
        ] += 1
    return found


# A10


def named_items() -> dict[str, set[str]]:
    """What each agreement names, by itself or in a provision."""
    named = {line["id"]: set(split(line["materials"])) for line in table("agreements")}
    for term in table("agreement_terms"):
        if term["disclosure"] == "disclosed" and term["material_id"]:
            named[term["agreement_id"]].add(term["material_id"])
    return named


def groups_of(item: str) -> set[str]:
    return {group for group, parts in members().items() if item in parts}


def reaching(day: date, country: str, force_only: bool) -> set[str]:
    """The items that the agreements which count name."""
    named = named_items()
    found = set[str]()
    for line in table("agreements"):
        secures = not country or country in split(line["beneficiary_countries"])
        if secures and not (force_only and in_force(line, day) == "no"):
            found |= named[line["id"]]
    return found


def control_counts(line: Line, day: date, country: str) -> bool:
    """Whether an export control is surely in force on a day, and bears on the country."""
    if line["measure"] == "tariff":
        return False
    if country and (line["country"] == country or line["target_country"] not in ("", country)):
        return False
    status = line["status"]
    kind = "in force" if status.startswith(("in force", "exemptions")) else status.split()[0].strip(";,")
    if kind not in ("in force", "suspended", "ended"):
        return False
    if (kind == "suspended" and not line["suspended_from"]) or (kind == "ended" and not line["end_date"]):
        return False
    length = {"year": 4, "month": 7}.get(line["date_precision"], 10)
    begun = day + DAY >= interval(line["start_date"][:length])[1]
    running = not line["end_date"] or day <= interval(line["end_date"])[0]
    paused = bool(line["suspended_from"]) and day >= interval(line["suspended_from"])[0]
    return begun and running and not paused


@dataclass
class Uncovered:
    """A material that no agreement reaches, and what it is exposed to."""

    kind: str
    lists: set[str]
    controls: set[str]
    stockpiles: set[str]
    related: set[str]
    stage: str | None = None
    year: int | None = None
    group: Group | None = None
    rows: int = 0


def tightest(item: str) -> tuple[str, int, Group] | None:
    """The stage with the largest named share, in the year that the question of concentration shows."""
    best: tuple[Decimal, int, str, str] | None = None
    found: Group | None = None
    for (name, stage, basis), years in recompute.concentration().items():
        year = recompute.shown_year(years)
        share = years[year].top[1]
        if name != item or share is None:
            continue
        rank = (share, year, code_slug(stage), code_slug(basis) or "basis-unstated")
        if best is None or rank > best:
            best, found = rank, years[year]
    return (best[2], best[1], found) if best and found else None


def uncovered(day: date, country: str = "", force_only: bool = False, by_name: bool = False) -> dict[str, Uncovered]:
    counted = reaching(day, country, force_only)
    inputs, products = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for line in table("composition"):
        inputs[line["product_id"]].add(line["input_material_id"])
        products[line["input_material_id"]].add(line["product_id"])
    found = dict[str, Uncovered]()
    for line in table("materials"):
        item = line["id"]
        groups = groups_of(item)
        reached = item in counted or (not by_name and bool(groups & counted))
        if line["kind"] not in MATERIALS or reached:
            continue
        near = members().get(item, set()) | inputs[item] | products[item] | groups
        aims = {item} | groups
        entry = Uncovered(
            line["kind"],
            {slug(name) for name in LISTS if line[name] not in ("", "no")},
            {c["id"] for c in table("export_controls") if c["material_id"] in aims and control_counts(c, day, country)},
            {
                s["id"]
                for s in table("stockpiles")
                if s["status"] == "in_force" and aims & set(split(s["material_ids"])) and country in ("", s["country"])
            },
            near & counted,
        )
        if tight := tightest(item):
            entry.stage, entry.year, entry.group = tight
            entry.rows = tight[2].rows
        found[item] = entry
    return found


# H2


@dataclass(frozen=True)
class Statement:
    """One row of a table: what it is about, what it measures and how, and where it was read."""

    key: tuple[str, ...]
    family: str
    figure: str
    value: Decimal
    unit: str
    period: str
    basis: str
    hs: str
    sources: frozenset[str]


@dataclass(frozen=True)
class Conflict:
    """Two figures on one thing. `high` is the larger one."""

    family: str
    figure: str
    key: tuple[str, ...]
    high: Decimal
    low: Decimal
    unit: str
    differs: str

    @property
    def difference(self) -> Decimal:
        return (self.high - self.low) / self.high

    @property
    def points(self) -> int:
        return sum(1 for part in self.differs.split(", ") if part and not part.endswith("not stated"))


def _figures(line: Line, key: tuple[str, ...], family: str, amount: str, mass_basis: str) -> Iterator[Statement]:
    sources = frozenset(split(line["source_id"]))
    period, hs = line.get("period", ""), line.get("hs_code", "")
    if line.get("share"):
        yield Statement(
            key, family, "share of ", Decimal(line["share"]), "", period, code_slug(line["share_basis"]), hs, sources
        )
    if line.get(amount):
        unit = line.get("unit") or "t"
        yield Statement(key, family, "", Decimal(line[amount]), unit, period, mass_basis, hs, sources)


def statements() -> Iterator[Statement]:
    for line in table("trade"):
        if line["exporter"] != "ZZ":
            key: tuple[str, ...] = (line["material_id"], line["importer"], line["exporter"], line["year"])
            yield from _figures(line, key, "imports", "quantity", code_slug(line["content_basis"]) or "basis-unstated")
    for line in table("production"):
        if line["country"] != "ZZ":
            content = code_slug(line["content_basis"]) or "basis-unstated"
            key = (line["material_id"], line["country"], line["stage"], content, line["year"])
            yield from _figures(line, key, "production", "quantity", content)
    for line in table("demand"):
        if "clean" not in line["note"].lower():
            scenario = re.search(r"\b(STEPS|APS|NZE)\b", line["note"])
            key = (line["material_id"], line["country"], line["kind"], scenario[1] if scenario else "", line["year"])
            yield from _figures(line, key, "use", "quantity", code_slug(line["content_basis"]) or "basis-unstated")
    for line in table("geological_reserves"):
        content = code_slug(line["content_basis"]) or "basis-unstated"
        key = (line["material_id"], line["country"], content, line["year"])
        yield from _figures(line, key, "geological reserve", "reserves_t", content)
    for line in table("prices"):
        yield from _figures(line, (line["material_id"], line["basis"], line["year"]), "price", "price", "")


def _part_of_year(period: str) -> str:
    found = re.match(r"\d{4}(-\d{2}|H[12]|Q[1-4])(?!\d)", period)
    return found[0] if found else ""


def _differs(one: Statement, other: Statement) -> str:
    unstated = {"", "as-reported", "basis-unstated"}
    name = "share basis" if one.figure else "mass basis"
    out = ["period"] if one.period != other.period else []
    if {one.basis, other.basis} & unstated:
        out += [f"{name} not stated"] if one.family != "price" else []
    elif one.basis != other.basis:
        out.append(name)
    if one.family == "imports":
        if not one.hs or not other.hs:
            out.append("customs code not stated")
        elif one.hs != other.hs:
            out.append("customs code")
    return ", ".join(out)


def conflicts(tolerance: Decimal, points: int) -> Counter[Conflict]:
    by_thing = defaultdict[tuple[object, ...], list[Statement]](list)
    for statement in statements():
        by_thing[statement.family, statement.figure, statement.key, statement.unit].append(statement)
    found = Counter[Conflict]()
    for alike in by_thing.values():
        for one, other in permutations(alike, 2):
            parts = {_part_of_year(one.period), _part_of_year(other.period)} - {""}
            if one.value <= other.value or one.sources & other.sources or len(parts) > 1:
                continue
            conflict = Conflict(one.family, one.figure, one.key, one.value, other.value, one.unit, _differs(one, other))
            if conflict.difference > tolerance and conflict.points <= points:
                found[conflict] += 1
    return found


def contradicted_findings() -> dict[tuple[str, str], str]:
    """Where a finding on the bundle and the provisions of the agreement disagree: what the finding says."""
    duty = {"binding", "best-effort", "option", "maximum"}
    proves = {
        "annual_quantity": ("offtake", duty),
        "min_purchase": ("offtake", duty),
        "share_of_output": ("offtake", duty),
        "audit_right": ("quality audit", {"binding"}),
        "sla_metric": ("service level", duty - {"maximum"}),
    }
    proven = set[tuple[str, str]]()
    for line in table("agreement_terms"):
        element, firm = proves.get(line["term"], ("", set[str]()))
        if line["disclosure"] == "disclosed" and line["firmness"] in firm:
            proven.add((line["agreement_id"], element))
    columns = {
        "offtake": "offtake_disclosed",
        "quality audit": "audit_right_disclosed",
        "service level": "sla_disclosed",
    }
    found = dict[tuple[str, str], str]()
    for line in table("agreements"):
        for element, column in columns.items():
            is_proven = (line["id"], element) in proven
            if line[column] == "yes" and not is_proven:
                found[line["id"], element] = "yes"
            elif line[column] == "no" and is_proven:
                found[line["id"], element] = "not found"
    return found


# H4

_NS = "https://w3id.org/hedgerow/"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_OWL = "http://www.w3.org/2002/07/owl#"
_KINDS = {
    f"{_OWL}Class": "class",
    f"{_OWL}ObjectProperty": "property",
    f"{_OWL}DatatypeProperty": "property",
    f"{_OWL}AnnotationProperty": "property",
    "http://www.w3.org/2004/02/skos/core#Concept": "code",
}


@dataclass
class Term:
    what: str
    uses: int
    questions: set[str]


def _values(store: Store, subject: NamedNode, predicate: str) -> Iterable[str]:
    return [str(q.object.value) for q in store.quads_for_pattern(subject, NamedNode(predicate), None)]  # type: ignore[union-attr]


def terms(store: Store) -> dict[str, Term]:
    """Every class, property and code: how often records and inferences use it, and the questions it serves."""
    uses = Counter[str]()
    subjects = dict[str, tuple[NamedNode, str]]()
    for quad in store:
        vocabulary = str(quad.graph_name).startswith((f"<{_NS}ns>", f"<{_NS}code/"))
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if not vocabulary:
            uses[predicate] += 1
            if isinstance(value, NamedNode):
                uses[value.value] += 1
        elif predicate == _TYPE and isinstance(subject, NamedNode) and (kind := _KINDS.get(str(value)[1:-1])):
            subjects[subject.value] = (subject, kind)
    # What describes the log of the registry is in no graph of records.
    log = f"{_NS}ns#RecordedChange"
    subjects = {
        name: (node, kind)
        for name, (node, kind) in subjects.items()
        if name != log and log not in _values(store, node, "http://www.w3.org/2000/01/rdf-schema#domain")
    }
    serves = {
        name: set(_values(store, node, "http://purl.org/dc/terms/subject")) for name, (node, _) in subjects.items()
    }
    of_list = defaultdict[str, set[str]](set)
    for name, (node, kind) in subjects.items():
        if kind == "property":
            for scheme in _values(store, node, "http://www.w3.org/2000/01/rdf-schema#seeAlso"):
                of_list[scheme] |= serves[name]
    for name, (node, kind) in subjects.items():
        if kind == "code":
            (scheme,) = _values(store, node, "http://www.w3.org/2004/02/skos/core#inScheme")
            serves[name] = of_list[scheme]
    return {name: Term(kind, uses[name], serves[name]) for name, (_, kind) in subjects.items()}
