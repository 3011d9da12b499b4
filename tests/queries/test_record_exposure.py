"""The questions on exposure asked of the whole record, against a recomputation from the tables."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from pyoxigraph import Store

from hedgerow.questions import find
from tests.queries import recompute_exposure as recompute
from tests.queries.answers import Row, Value, ask, same, tail, tails
from tests.queries.recompute import Line, table

TODAY = "2026-11-24"
#: Inside and just after two suspensions, inside a month in which a measure begins, before most, before all.
DAYS = [TODAY, "2026-11-10", "2026-11-11", "2026-02-15", "2025-06-01", "2015-01-01"]
PRODUCTS = sorted({line["product_id"] for line in table("composition")})
CODES = (
    "item",
    "via",
    "stage",
    "country",
    "contentBasis",
    "figureOf",
    "importShareBasis",
    "importMatch",
    "shareBasis",
    "match",
)


def plain(row: Row, name: str) -> Value:
    """A cell as the tables have it: the last part of an IRI, alone or alone in a list."""
    value = row[name]
    if isinstance(value, frozenset):
        assert len(value) == 1, value
        value = next(iter(value))
    return tail(value) if name in CODES else value


def check(row: Row, wanted: recompute.Row) -> None:
    for name, value in wanted.items():
        assert same(plain(row, name), value), (plain(row, "item"), name, row[name], value)


# B1, the chain of a product


def test_six_steps_are_as_deep_as_any_bill_of_materials() -> None:
    for product in PRODUCTS:
        assert max(reached.tier for reached in recompute.chain(product).values()) < recompute.STEPS


@pytest.mark.parametrize(("country", "least"), [("JP", "0.05"), ("EU", "0"), ("US", "0.3"), ("KR", "0.05")])
def test_chain_of_every_product(record_store: Store, country: str, least: str) -> None:
    for product in [*PRODUCTS, "gallium"]:
        rows = ask(record_store, find("B1"), item=product, country=country, least=least)
        wanted = recompute.product_chain(product, country, Decimal(least))
        keys = ("item", "stage", "country", "contentBasis", "state")
        found = {tuple(plain(r, name) for name in keys): r for r in rows}
        assert len(found) == len(rows) == len(wanted)
        for row in wanted:
            check(found[tuple(row[name] for name in keys)], row)


def test_chain_names_the_records_it_rests_on(record_store: Store) -> None:
    for row in ask(record_store, find("B1"), item="ndfeb-magnet", country="JP"):
        item, via = plain(row, "item"), plain(row, "via")
        wanted = {via or item}
        if row["stage"]:
            wanted.add("-".join(str(plain(row, name)) for name in ("figureOf", "country", "stage", "year")))
            wanted |= {plain(row, "figureOf")} - {item}
        if row["importShare"]:
            wanted.add(recompute.flow_record(recompute.best_series("JP", str(item))[str(plain(row, "country"))]))
        assert tails(row["records"]) == wanted


def test_chain_runs_down_tier_by_tier(record_store: Store) -> None:
    rows = ask(record_store, find("B1"), item="bev", country="JP")
    order = [(r["tier"], str(r["item"])) for r in rows]
    assert order == sorted(order, key=lambda pair: (Decimal(str(pair[0])), pair[1]))
    for item in {r["item"] for r in rows}:
        shares = [r["share"] for r in rows if r["item"] == item and r["share"] is not None]
        assert shares == sorted(shares, key=lambda share: -Decimal(str(share)))


def test_chain_of_a_magnet(record_store: Store) -> None:
    rows = ask(record_store, find("B1"))
    by_item = dict[Value, list[Row]]()
    for row in rows:
        by_item.setdefault(plain(row, "item"), []).append(row)
    assert {item: r[0]["tier"] for item, r in by_item.items()} == {
        **dict.fromkeys(["ndfeb-magnet"], 0),
        **dict.fromkeys(
            ["neodymium", "praseodymium", "dysprosium", "iron", "boron", "niobium", "aluminium", "copper"], 1
        ),
        **dict.fromkeys(["neodymium-oxide", "praseodymium-oxide", "dysprosium-oxide"], 2),
    }
    (magnet,) = by_item["ndfeb-magnet"]
    assert [plain(magnet, "country"), magnet["share"], magnet["year"]] == ["CN", Decimal("0.94"), 2024]
    # Customs code 850511 holds every permanent magnet of metal: it only comes near.
    assert (magnet["importShare"], plain(magnet, "importMatch")) == (Decimal("0.2758"), "proxy")
    dysprosium = by_item["dysprosium"][0]
    assert plain(dysprosium, "figureOf") == "magnet-rare-earths"
    assert (plain(dysprosium, "country"), dysprosium["share"]) == ("CN", Decimal("0.9128"))
    assert [r["state"] for r in by_item["iron"]] == ["no production on record"]
    assert [r["country"] for r in by_item["iron"]] == [None]


def test_chain_knows_where_a_quantity_is_missing(record_store: Store) -> None:
    rows = ask(record_store, find("B1"), item="bev", country="JP")
    missing = {plain(r, "item") for r in rows if r["quantityKnown"] == "false"}
    # No mass fraction of terbium and no dies per wafer were found; what lies below terbium is unknown per car too.
    assert missing == {"terbium", "terbium-oxide", "sic-substrate"}


# B2, single sources


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("threshold", ["0.95", "0.6", "1"])
def test_single_sources(record_store: Store, day: str, threshold: str) -> None:
    rows = ask(record_store, find("B2"), asOf=day, threshold=threshold)
    wanted = recompute.single_sources(Decimal(threshold), date.fromisoformat(day))
    found = {tuple(plain(r, name) for name in ("item", "stage", "contentBasis")): r for r in rows}
    assert len(found) == len(rows)
    assert set(found) == set(wanted)
    for key, row in wanted.items():
        check(found[key], row)
        assert found[key]["evidence"]
        lines = [
            line
            for line in table("production")
            if (line["material_id"], line["stage"], recompute.basis_code(line["content_basis"])) == key
            and line["year"] == str(row["year"])
        ]
        producers = {"-".join(line[n] for n in ("material_id", "country", "stage", "year")) for line in lines}
        assert producers <= tails(found[key]["records"])
        assert len(tails(found[key]["records"]) - producers) >= Decimal(str(row["agreements"]))
    shares = [(str(r["finding"]) == "partial source", -Decimal(str(r["topShare"]))) for r in rows]
    assert shares == sorted(shares)


def test_single_sources_of_the_default(record_store: Store) -> None:
    rows = ask(record_store, find("B2"), asOf=TODAY)
    single = [r for r in rows if r["finding"] == "single source"]
    assert [(plain(r, "item"), plain(r, "stage"), plain(r, "country")) for r in single] == [
        ("gallium", "refining", "CN"),
        ("anode-active-material", "refining", "CN"),
    ]
    gallium = single[0]
    assert [gallium[name] for name in ("topShare", "year", "control")] == [Decimal("0.9901"), 2025, "in force"]
    partial = {plain(r, "item") for r in rows if r["finding"] == "partial source"}
    assert "photoresist" in partial
    assert "antimony" not in partial  # one supplier named for 2020, but 15 countries for 2025


def test_single_sources_take_item_and_stage(record_store: Store) -> None:
    rows = ask(record_store, find("B2"), asOf=TODAY, item="anode-active-material", stage="component")
    assert [(plain(r, "stage"), r["finding"]) for r in rows] == [("component", "partial source")]


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2019-07-03", "not in force"),  # the day before
        ("2019-07-04", "in force"),
        ("2023-03-22", "in force"),
        ("2023-03-23", "in force"),  # the last day
        ("2023-03-24", "not in force"),
    ],
)
def test_a_control_that_came_and_went(record_store: Store, day: str, state: str) -> None:
    rows = ask(record_store, find("B2"), asOf=day, item="photoresist")
    assert [r["control"] for r in rows] == [state]


# B10, exposure of one country to another

PAIRS = [
    ("JP", "CN"),
    ("EU", "CN"),
    ("KR", "CN"),
    ("US", "CN"),
    ("DE", "CN"),
    ("CN", "US"),
    ("KR", "JP"),
    ("JP", "AU"),
    ("CN", "AU"),
]


def keyed(rows: list[Row]) -> dict[tuple[str, str, str], Row]:
    found = {(str(r["scope"]), str(plain(r, "item")), str(r["link"])): r for r in rows}
    assert len(found) == len(rows)
    return found


def check_exposure(row: Row, wanted: recompute.Row, key: tuple[str, str, str], pair: tuple[str, str], day: str) -> None:
    check(row, wanted)
    _, item, link = key
    importer, exporter = pair
    moment = date.fromisoformat(day)
    measures = recompute.controls(exporter, item, moment, importer)
    binding = {name for name, state in measures.items() if state != "not in force"}
    hedged = set(recompute.hedges(importer, exporter, item, moment))
    assert tails(row["controls"]) == binding
    assert tails(row["hedges"]) == hedged
    rests = binding | hedged | recompute.stock(importer, item)[1]
    if link.startswith("imports"):
        rests |= {recompute.flow_record(line) for line in flows(importer, exporter, item, "basket" in link)}
    else:
        rests.add(f"{item}-{exporter}-{link}-{row['periodLow']}")
    assert tails(row["records"]) == rests


def flows(importer: str, exporter: str, item: str, basket: bool) -> list[Line]:
    wanted = (importer, exporter, item, basket)
    return [
        line
        for line in table("trade")
        if (line["importer"], line["exporter"], line["material_id"], line["match"] == "basket") == wanted
    ]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_exposure_in_everything(record_store: Store, pair: tuple[str, str], day: str) -> None:
    rows = ask(record_store, find("B10"), importer=pair[0], exporter=pair[1], asOf=day)
    found, wanted = keyed(rows), recompute.exposures(*pair, None, date.fromisoformat(day))
    assert set(found) == set(wanted)
    for key, row in wanted.items():
        check_exposure(found[key], row, key, pair, day)
    shares = [-1 if r["shareHigh"] is None else Decimal(str(r["shareHigh"])) for r in rows]
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize(
    "item", ["gallium", "dysprosium", "rare-earths", "semiconductors", "cobalt", "crude-oil", "sic-substrate"]
)
@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_exposure_in_one_item_and_its_groups(record_store: Store, pair: tuple[str, str], item: str) -> None:
    rows = ask(record_store, find("B10"), importer=pair[0], exporter=pair[1], asOf=TODAY, item=item)
    found, wanted = keyed(rows), recompute.exposures(*pair, item, date.fromisoformat(TODAY))
    assert set(found) == set(wanted)
    assert ("same", item, "imports") in found  # what is asked for has a row, whatever is known
    for key, row in wanted.items():
        check_exposure(found[key], row, key, pair, TODAY)


def test_exposure_of_japan_to_china_in_gallium(record_store: Store) -> None:
    rows = ask(record_store, find("B10"), importer="JP", exporter="CN", item="gallium", asOf=TODAY)
    assert [(r["link"], r["shareLow"], r["shareHigh"], r["periodHigh"]) for r in rows] == [
        ("refining", Decimal("0.9901"), Decimal("0.9901"), "2025"),
        ("imports", Decimal("0.75"), Decimal("0.75"), "2020"),
        ("imports of a basket", Decimal("0.1916"), Decimal("0.1916"), "2024"),
    ]
    assert [plain(r, "match") for r in rows] == [None, "exact", "basket"]
    for row in rows:
        assert row["controlState"] == "in force"
        # The ban against the United States does not bind Japan.
        assert tails(row["controls"]) == {"cn-20230801-gallium", "cn-20250715-gallium", "cn-20260106-gallium-jp"}
        # Signed in 2025, to end some day of 2026; nothing shows that it is in force.
        assert tails(row["hedges"]) == {"jaga-alcoa-gallium-2025"}
        assert [row[name] for name in ("hedgesInForce", "hedgesBinding", "stock")] == [0, 0, "withheld"]
    assert rows[1]["unknown"] == "newer share of imports, whether some hedges are in force, stock"
    # 55 t as of 2025 are a record behind the row, and no share.
    assert any("yomiuri" in record for record in tails(rows[1]["records"]))


@pytest.mark.parametrize(
    ("importer", "item", "low", "high", "periods", "basis"),
    [
        ("JP", "rare-earths", "0.6", "0.796", ("2025-12 statement", "2024H1"), "mass"),
        ("EU", "gallium", "0.6794", "0.6794", ("2024", "2024"), "value"),
        ("EU", "graphite-synthetic", "0.65", "0.729", ("2024 projected", "2023"), "mass"),
        ("KR", "gallium", "0.98", "0.98", ("2024 ministry", "2024 ministry"), "as-reported"),
        ("US", "graphite-natural", "0.46", "0.46", ("2021-2024", "2021-2024"), "mass"),
    ],
)
def test_import_shares_from_china(
    record_store: Store, importer: str, item: str, low: str, high: str, periods: tuple[str, str], basis: str
) -> None:
    rows = ask(record_store, find("B10"), importer=importer, exporter="CN", item=item, asOf=TODAY)
    (row,) = [r for r in rows if (r["scope"], r["link"]) == ("same", "imports")]
    assert (row["shareLow"], row["shareHigh"]) == (Decimal(low), Decimal(high))
    assert (row["periodLow"], row["periodHigh"]) == periods
    assert plain(row, "shareBasis") == basis


@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("2024-12-02", "none on record"),  # the licence binds everybody, so it is left out below
        ("2024-12-03", "in force"),
        ("2025-11-08", "in force"),
        ("2025-11-09", "suspended"),
        ("2026-11-27", "suspended"),  # the last day
        ("2026-11-28", "unknown"),
    ],
)
def test_a_suspended_ban_against_the_united_states(record_store: Store, day: str, state: str) -> None:
    rows = ask(record_store, find("B10"), importer="US", exporter="CN", item="gallium", asOf=day)
    bans = [line for line in table("export_controls") if line["id"] == "cn-20241203-gallium-us"]
    found = recompute.control_state(bans[0], date.fromisoformat(day))
    assert found == ("not in force" if state == "none on record" else state)
    for row in rows:
        assert ("cn-20241203-gallium-us" in tails(row["controls"])) == (state != "none on record")
        assert ("state of some controls" in str(row["unknown"])) == (state == "unknown")


def test_a_supply_from_the_exporter_is_no_hedge(record_store: Store) -> None:
    to_china = ask(record_store, find("B10"), importer="DE", exporter="CN", item="sic-substrate", asOf=TODAY)
    to_japan = ask(record_store, find("B10"), importer="DE", exporter="JP", item="sic-substrate", asOf=TODAY)
    assert "infineon-sicc-2023" not in tails(to_china[0]["hedges"])
    assert "infineon-sicc-2023" in tails(to_japan[0]["hedges"])
    assert "infineon-resonac-2023" not in tails(to_japan[0]["hedges"])


def test_the_rest_of_the_world_is_nothing_to_be_exposed_to(record_store: Store) -> None:
    assert ask(record_store, find("B10"), importer="JP", exporter="ZZ", asOf=TODAY) == []


def test_every_figure_is_bound_where_its_inputs_are(record_store: Store) -> None:
    for importer, exporter in PAIRS:
        for row in ask(record_store, find("B10"), importer=importer, exporter=exporter, asOf=TODAY):
            stated = row["shareLow"] is not None
            assert (row["shareHigh"] is not None) == stated
            assert (row["shareBasis"] is not None) == stated
            is_made = not str(row["link"]).startswith("imports")
            assert (row["covered"] is not None) == (row["contentBasis"] is not None) == is_made
            assert (row["match"] is not None) == (stated and not is_made)
            assert (row["periodLow"] is not None) == (row["periodHigh"] is not None) == (stated or is_made)
            for name in ("hedgesInForce", "hedgesBinding", "controlState", "stock", "records"):
                assert row[name] is not None


def test_words_are_a_small_set(record_store: Store) -> None:
    unknown, states, links = Counter[str](), Counter[str](), Counter[str]()
    for importer, exporter in PAIRS:
        for day in DAYS[:2]:
            for row in ask(record_store, find("B10"), importer=importer, exporter=exporter, asOf=day):
                unknown.update(re.split(", ", str(row["unknown"] or "")))
                states.update([str(row["controlState"])])
                links.update([str(row["link"])])
    assert set(states) == {"in force", "suspended", "unknown", "not in force", "none on record"}
    assert set(links) == {"imports", "imports of a basket", "mining", "refining", "component", "assembly"}
    assert set(unknown) == {
        "",
        "imports",
        "share of imports",
        "newer share of imports",
        "share of the item in the basket",
        "share of production",
        "other producers",
        "state of some controls",
        "whether some hedges are in force",
        "stock",
    }
