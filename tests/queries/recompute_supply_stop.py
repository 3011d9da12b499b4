"""What is lost when supplies stop, once more from the tables, in plain Python, sharing no code with the question."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.queries import recompute_exposure as exposure
from tests.queries.recompute import Reserve, firm, in_force, members, reserves, slug, split, table, within
from tests.queries.recompute_exposure import Row

Key = tuple[str, str, str]  # scope, item, link


def supply_stop(importer: str, exporter: str, item: str | None, day: date) -> dict[Key, Row]:
    """Every figure by scope, item and link; the shares and words that the exposure has too come from there."""
    stocks, inflow = _stocks(importer), _inflow(importer, exporter, day)
    found = dict[Key, Row]()
    for key, seen in exposure.exposures(importer, exporter, item, day).items():
        _, subject, link = key
        lost = _lost(importer, exporter, subject, link)
        if link == "imports" and not _flows(importer, exporter, subject, basket=False) and subject != item:
            continue  # controlled by name, never imported from there
        found[key] = {
            **{name: seen[name] for name in ("shareLow", "shareHigh", "shareBasis", "match", "controlState")},
            **{name: seen[name] for name in ("hedgesInForce", "hedgesBinding", "stock")},
            "period": _both(seen["periodLow"], seen["periodHigh"]),
            **_remains(seen, link),
            **lost,
            **_cover(stocks.get(subject), seen, link),
            **inflow.get(subject, dict.fromkeys(("firmInflowLow", "firmInflowHigh", "firmInflowBasis"))),
            "products": Decimal(len(_products(subject))),
        }
    return found


def _both(one: object, other: object) -> str | None:
    return None if one is None else str(one) if one == other else f"{one}, {other}"


def _remains(seen: Row, link: str) -> Row:
    low, high = seen["shareLow"], seen["shareHigh"]
    if link == "imports of a basket" or not isinstance(low, Decimal) or not isinstance(high, Decimal):
        return {"remainsLow": None, "remainsHigh": None}
    return {"remainsLow": 1 - high, "remainsHigh": 1 - low}


def _flows(importer: str, exporter: str, item: str, *, basket: bool) -> list[dict[str, str]]:
    return [
        line
        for line in table("trade")
        if (line["importer"], line["exporter"], line["material_id"]) == (importer, exporter, item)
        and (line["match"] == "basket") == basket
    ]


def _lost(importer: str, exporter: str, item: str, link: str) -> Row:
    """Of the masses for a year the best one, and what those like it say of that year and the year before."""
    nothing: Row = dict.fromkeys(("lostLow", "lostHigh", "lostBasis", "lostPeriod"))
    if link not in ("imports", "imports of a basket"):
        return nothing
    basket = link == "imports of a basket"
    weighed = [
        line
        for line in _flows(importer, exporter, item, basket=basket)
        if line["quantity"] and line["unit"] == "t"
        if line["period"] == line["year"] or line["period"].startswith("as of ")
    ]
    if not weighed:
        return nothing

    def basis(line: dict[str, str]) -> str:
        return slug(line["content_basis"]) or "basis-unstated"

    def rank(line: dict[str, str]) -> tuple[object, ...]:
        full = line["period"] == line["year"]
        return int(line["year"]), exposure.FITS.get(line["match"], 0), full, basis(line), line["match"]

    best = max(weighed, key=rank)
    alike = [
        line
        for line in weighed
        if (line["match"], basis(line)) == (best["match"], basis(best)) and int(line["year"]) >= int(best["year"]) - 1
    ]
    masses = [Decimal(line["quantity"]) for line in alike]
    periods = sorted(line["period"] for line in alike)
    return {
        "lostLow": None if basket else min(masses),
        "lostHigh": max(masses),
        "lostBasis": basis(best),
        "lostPeriod": _both(periods[0], periods[-1]),
    }


def _stocks(importer: str) -> dict[str, Reserve]:
    """What is held of each item; a pure group held is held itself here, beside its members."""
    held = reserves(importer)
    for line in table("stockpiles"):
        if line["country"] != importer or line["status"] != "in_force":
            continue
        for item in set(split(line["material_ids"])) - held.keys():
            held[item] = _alone(importer, item)
    return held


def _alone(importer: str, item: str) -> Reserve:
    reserve = Reserve()
    for line in table("stockpiles"):
        kept = set(split(line["material_ids"]))
        if line["country"] != importer or line["status"] != "in_force":
            continue
        level = 0 if item in kept else 1 if kept & exposure.groups_of(item) else None
        if level is None:
            continue
        days = Decimal(line["quantity"]) if line["quantity"] and line["unit"].startswith("days") else None
        reserve.stocks[level].append((line["knowledge"], days))
        if line["target_days"]:
            low = Decimal(line["target_days"])
            reserve.targets[level].append((low, Decimal(line["target_days_max"] or low)))
    return reserve


def _cover(reserve: Reserve | None, seen: Row, link: str) -> Row:
    """The days held, and those aimed at, over the share of imports lost."""
    out: Row = dict.fromkeys(("coverLow", "coverHigh", "coverAtTargetLow", "coverAtTargetHigh"))
    low, high = seen["shareLow"], seen["shareHigh"]
    if reserve is None or link != "imports" or not isinstance(low, Decimal) or not isinstance(high, Decimal) or not low:
        return out
    if reserve.days is not None:
        out |= {"coverLow": reserve.days / high, "coverHigh": reserve.days / low}
    if reserve.target:
        least, most = reserve.target
        out |= {"coverAtTargetLow": least / high, "coverAtTargetHigh": most / low}
    return out


def _inflow(importer: str, exporter: str, day: date) -> dict[str, Row]:
    """Firm inflow by item, without agreements that are supplied from the exporter."""
    lines = firm(importer, day)
    counted = {(line.agreement["id"], item) for line in lines for item in within(line.item)}
    found = dict[str, Row]()
    for item in {item for _, item in counted}:
        own = [
            line
            for line in lines
            if item in within(line.item)
            and line.agreement["id"] not in exposure.supplied_from(exporter)
            and not any((frame, item) in counted for frame in split(line.agreement["part_of"]))
        ]
        bases = {line.basis for line in own}
        if len(bases) != 1:
            continue
        sure = [line.low or Decimal(0) for line in own if in_force(line.agreement, day) == "yes"]
        highs = [line.high for line in own if line.high is not None]
        found[item] = {
            "firmInflowLow": sum(sure, Decimal(0)),
            "firmInflowHigh": sum(highs, Decimal(0)) if len(highs) == len(own) else None,
            "firmInflowBasis": bases.pop(),
        }
    return found


def _products(item: str) -> set[str]:
    """Everything above an item, or above a member of it."""
    found, below = set[str](), {item} | members().get(item, set())
    while below:
        above = {line["product_id"] for line in table("composition") if line["input_material_id"] in below}
        below = above - found
        found |= above
    return found - {item}
