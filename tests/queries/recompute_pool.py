"""Pools, draws and stock accounts once more, from the worked examples, in plain Python, sharing no code with the questions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache

from rdflib import Graph, Namespace
from rdflib.namespace import RDF
from rdflib.term import Node

from hedgerow.iri import HR as TERMS
from hedgerow.paths import EXAMPLES
from tests.queries.recompute import DAY, interval

HR = Namespace(TERMS)
SIGNS = {HR.ContributionEntry: 1, HR.ReplenishmentEntry: 1, HR.DrawEntry: -1, HR.LossEntry: -1}
YEAR_DAYS = 365
Figures = dict[str, object]


@cache
def world() -> Graph:
    graph = Graph()
    for path in sorted(EXAMPLES.glob("*.ttl")):
        graph.parse(path)
    return graph


def one(thing: Node, term: Node) -> Node:
    (found,) = world().objects(thing, term)
    return found


def name(thing: Node) -> str:
    return str(thing).rsplit("/", 1)[-1]


def amount(thing: Node, term: Node = HR.hasQuantity) -> Decimal:
    return Decimal(str(one(one(thing, term), HR.numericValue)))


def days(thing: Node, term: Node = HR.happenedOn) -> tuple[date, date]:
    """The days a date of a thing can mean: the first, and the day after the last."""
    return interval(str(one(one(thing, term), HR.dateAsStated)))


def happened(thing: Node, day: date) -> bool:
    return days(thing)[0] <= day


def live(entry: Node, day: date) -> bool:
    """An entry posted by the day that no reversal had cancelled by then."""
    undone = any(happened(reversal, day) for reversal in world().subjects(HR.reverses, entry))
    return happened(entry, day) and not undone


def posted(kind: Node, cause: Node, day: date) -> Decimal:
    """What live entries of a kind for one cause come to."""
    entries = world().subjects(HR.postedFor, cause)
    return sum((amount(e) for e in entries if (e, RDF.type, kind) in world() and live(e, day)), Decimal(0))


def draws(membership: Node, day: date) -> Iterator[Node]:
    """The approved draws of a member up to the day, but those whose every entry was reversed."""
    for request in world().subjects(HR.requestedBy, membership):
        for draw in world().subjects(HR.approves, request):
            entries = [e for e in world().subjects(HR.postedFor, draw) if (e, RDF.type, HR.DrawEntry) in world()]
            cancelled = entries and all(any(True for _ in world().subjects(HR.reverses, e)) for e in entries)
            if happened(draw, day) and not cancelled:
                yield draw


# The account of a stockpile.


def change(entry: Node) -> Decimal:
    kind = one(entry, RDF.type)
    if kind == HR.ReversalEntry:
        return -SIGNS[one(one(entry, HR.reverses), RDF.type)] * amount(entry)
    return SIGNS[kind] * amount(entry)


def account(stockpile: Node, day: date) -> list[tuple[int, Decimal, Decimal]]:
    """Number, change and balance of each entry up to the day."""
    entries = [e for e in world().subjects(HR.entryOn, stockpile) if happened(e, day)]
    rows, balance = [], Decimal(0)
    for entry in sorted(entries, key=lambda e: int(str(one(e, HR.sequenceNumber)))):
        balance += change(entry)
        rows.append((int(str(one(entry, HR.sequenceNumber))), change(entry), balance))
    return rows


# Entitlements, and what can be drawn.


def members() -> Iterator[tuple[Node, Node]]:
    """Every pool with each of its memberships."""
    yield from world().subject_objects(HR.hasPoolMembership)


def used(membership: Node, entitlement: Node, day: date) -> Decimal:
    first, after = days(entitlement, HR.startsOn)[0], days(entitlement, HR.endsOn)[1]
    return sum((amount(d) for d in draws(membership, day) if first <= days(d)[0] < after), Decimal(0))


def entitlements(day: date) -> dict[tuple[str, str], Figures]:
    """Of each member and first day of a period: state, entitled, drawn, left, lapsed."""
    out: dict[tuple[str, str], Figures] = {}
    for _, membership in members():
        for entitlement in world().objects(membership, HR.hasEntitlement):
            start, end = days(entitlement, HR.startsOn), days(entitlement, HR.endsOn)
            over, ahead = day >= end[1], day < start[0]
            sure = day + DAY >= start[1] and day <= end[0]
            entitled, drawn = amount(entitlement), used(membership, entitlement, day)
            out[name(one(membership, HR.member)), start[0].isoformat()] = {
                "period": "over" if over else "not begun" if ahead else "running" if sure else "unknown",
                "entitled": entitled,
                "drawn": drawn,
                "left": Decimal(0) if over else entitled - drawn,
                "lapsed": entitled - drawn if over else None,
            }
    return out


def holding(membership: Node, day: date) -> Decimal:
    """What a member holds drawn: approved less returned, never below zero."""
    taken = list(draws(membership, day))
    back = sum((posted(HR.ReplenishmentEntry, one(d, HR.creates), day) for d in taken), Decimal(0))
    return max(Decimal(0), sum((amount(d) for d in taken), Decimal(0)) - back)


def drawable(day: date, speed: str) -> dict[str, Figures]:
    """Of each member: the four limits, the least of them, and its name."""
    out: dict[str, Figures] = {}
    for pool, membership in members():
        stockpile = one(pool, HR.holdsStock)
        entries = [e for e in world().subjects(HR.entryOn, stockpile) if live(e, day)]
        given = sum(
            (change(e) for e in entries if one(e, RDF.type) in (HR.ContributionEntry, HR.LossEntry)), Decimal(0)
        )
        back = sum((amount(e) for e in entries if one(e, RDF.type) == HR.ReplenishmentEntry), Decimal(0))
        taken = sum((amount(d) for _, m in members() for d in draws(m, day)), Decimal(0))
        running = [
            e
            for e in world().objects(membership, HR.hasEntitlement)
            if days(e, HR.startsOn)[0] <= day < days(e, HR.endsOn)[1]
        ]
        (term,) = [t for t in world().objects(stockpile, HR.hasReleaseTerm) if name(one(t, HR.releaseSpeed)) == speed]
        limits = {
            "entitlement": amount(running[0]) - used(membership, running[0], day) if running else None,
            "share cap": Decimal(str(one(pool, HR.shareCap))) * given - holding(membership, day),
            "stock above the floor": given + back - taken - amount(stockpile, HR.holdsFloor),
            "release speed": amount(term),
        }
        known = {k: max(Decimal(0), v) for k, v in limits.items() if v is not None}
        factor = min(known, key=lambda k: known[k])
        opened = any(happened(event, day) for event in world().subjects(RDF.type, HR.TriggerEvent))
        if not opened:
            factor = "no event meets a trigger"
        elif not running:
            factor = "no entitlement on the day"
        out[name(one(membership, HR.member))] = {
            "available": known[factor] if factor in known else Decimal(0),
            "limitingFactor": factor,
            "entitlementLeft": known.get("entitlement"),
            "capLeft": known["share cap"],
            "stockAboveFloor": known["stock above the floor"],
            "releasable": known["release speed"],
        }
    return out


# What is owed, and who gives.


def overdue(day: date) -> dict[str, Figures]:
    """Of each draw with something outstanding past its day: owed, returned, outstanding, days late."""
    out: dict[str, Figures] = {}
    for draw, duty in world().subject_objects(HR.creates):
        returned = posted(HR.ReplenishmentEntry, duty, day)
        first, after = days(duty, HR.dueOn)
        if happened(draw, day) and amount(duty) > returned and day > first:
            out[name(draw)] = {
                "owed": amount(duty),
                "returned": returned,
                "outstanding": amount(duty) - returned,
                "daysLateLow": Decimal(max(0, (day - after).days + 1)),
                "daysLateHigh": Decimal((day - first).days),
            }
    return out


def positions(day: date) -> dict[str, Figures]:
    """Of each member: put in, drawn, returned, net, and the days that its entitlement covers."""
    out: dict[str, Figures] = {}
    for _, membership in members():
        member = one(membership, HR.member)
        given = posted(HR.ContributionEntry, membership, day)
        taken = list(draws(membership, day))
        drawn = sum((posted(HR.DrawEntry, d, day) for d in taken), Decimal(0))
        back = sum((posted(HR.ReplenishmentEntry, one(d, HR.creates), day) for d in taken), Decimal(0))
        needs = [s for s in world().subjects(HR.ofParty, member) if (s, RDF.type, HR.DemandStatement) in world()]
        needs = [s for s in needs if int(str(one(s, HR.year))) <= day.year]
        running = [
            amount(e)
            for e in world().objects(membership, HR.hasEntitlement)
            if days(e, HR.startsOn)[0] <= day < days(e, HR.endsOn)[1]
        ]
        covered = sum(running, Decimal(0)) * YEAR_DAYS / amount(needs[0]) if needs and running else None
        out[name(member)] = {
            "contributed": given,
            "drawn": drawn,
            "returned": back,
            "net": given + back - drawn,
            "protectionDaysLow": covered,
            "protectionDaysHigh": covered,
        }
    return out


def shares() -> dict[tuple[str, str], Figures]:
    """Of each decision and party: asked for, given, and the ratio."""
    out: dict[tuple[str, str], Figures] = {}
    for decision, share in world().subject_objects(HR.hasShare):
        asked, given = amount(share, HR.requestedQuantity), amount(share)
        ratio = given / asked
        out[name(decision), name(one(share, HR.shareTo))] = {
            "requestedLow": asked,
            "allocatedHigh": given,
            "ratioLow": ratio,
            "ratioHigh": ratio,
            "sharedOut": amount(decision),
        }
    return out
