"""What controls reach, days of cover and recycling input, asked of the whole record, against a recomputation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from hedgerow.graph.project import build_store
from hedgerow.iri import CODE, DEFAULT_BASE, HR, RDF_TYPE, XSD, code, mint
from hedgerow.questions import find
from hedgerow.sources.curated import Curated
from tests.queries import recompute, recompute_reach
from tests.queries.answers import Row, ask, same, tail, tails

TODAY = "2026-11-24"
#: Before most controls; while five are suspended; the last day of that and the day after; past every suspension.
DAYS = [TODAY, "2024-06-15", "2026-02-15", "2026-11-10", "2026-11-11", "2027-01-01"]
COUNTRIES = ["JP", "KR", "US", "CN", "EU", "CL"]


def check(row: Row, figures: Mapping[str, object]) -> None:
    """Every figure of a row, each by the type of its column."""
    for name, wanted in figures.items():
        found = row[name]
        if isinstance(wanted, set):
            assert tails(found) == wanted, (row, name)
        elif isinstance(wanted, Decimal):
            assert isinstance(found, Decimal), (row, name, wanted)
            assert same(found, wanted), (row, name, wanted)
        else:
            assert wanted in (found, tail(found)), (row, name, wanted)


# Export controls.


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("country", COUNTRIES)
def test_what_each_control_reaches(record_store: Store, country: str, day: str) -> None:
    rows = {tail(r["control"]): r for r in ask(record_store, find("B6"), country=country, asOf=day)}
    assert set(rows) == {line["id"] for line in recompute.table("export_controls")}
    for line in recompute.table("export_controls"):
        row = rows[line["id"]]
        check(row, recompute_reach.control_reach(line, country, date.fromisoformat(day)))
        assert tail(row["imposedBy"]) == line["country"]
        assert tail(row["against"]) == (line["target_country"] or None)
        assert tail(row["item"]) == line["material_id"]
        assert tail(row["measure"]) == line["measure"].replace("_", "-")
        assert row["beginsAsStated"] == recompute_reach.start_of(line)
        assert row["suspendedUntilAsStated"] == (line["suspended_to"] or None)
        assert row["statusAsStated"] == line["status"]
        assert row["match"] is None
        behind = {line["id"]} | tails(row["productItems"]) | tails(row["agreements"])
        assert behind <= tails(row["records"])


@pytest.mark.parametrize(
    "item", ["dysprosium", "rare-earths", "bev", "rare-metals", "gallium", "small-signal-discrete"]
)
def test_the_controls_that_reach_an_item(record_store: Store, item: str) -> None:
    rows = ask(record_store, find("B6"), item=item, asOf=TODAY)
    wanted = {
        (line["id"], how)
        for line in recompute.table("export_controls")
        if (how := recompute_reach.reaches(line["material_id"], item))
    }
    assert {(tail(r["control"]), r["match"]) for r in rows} == wanted
    assert len(rows) == len(wanted) > 0


def test_controls_of_one_country(record_store: Store) -> None:
    rows = ask(record_store, find("B6"), imposedBy="NA", asOf=TODAY)
    assert len(rows) == 5
    assert {tail(r["imposedBy"]) for r in rows} == {"NA"}


def test_controls_on_japan_by_hand(record_store: Store) -> None:
    rows = ask(record_store, find("B6"), country="JP", asOf=TODAY)
    # 57 rows of the table are in force or were when last seen, and 2 have exemptions; 14 duties of the US on China
    # do not bind Japan, and nothing else in force is aimed at someone else.
    states = Counter((r["state"], r["binds"]) for r in rows)
    assert states["in force", "yes"] == 57 + 11 + 2 + 1 - 14
    assert states["suspended", "no"] == 5  # against the US, to 27 November 2026
    assert states["not in force", "no"] == 3  # Japan against Korea, ended in 2023
    by_id = {tail(r["control"]): r for r in rows}
    assert by_id["cn-20251108-holmium"]["state"] == "unknown"  # its suspension ran to 10 November 2026
    assert by_id["cd-20250222-cobalt"]["state"] == "not in force"
    assert by_id["my-20230911-rare-earths"]["state"] == "unknown"  # announced; entry into force not found
    quota = by_id["cd-20251016-cobalt"]
    assert tails(quota["withImposer"]) == {"jogmec-drc-2023"}
    assert tails(quota["productItems"]) == {"nmc811-cell", "nmc622-cell", "nca-cell", "smco-magnet"}
    assert quota["imposerShare"] == Decimal("0.7311")
    gallium = by_id["cn-20260106-gallium-jp"]
    assert gallium["products"] is None  # no bill of materials names gallium, which is not to say that nothing needs it
    assert (gallium["stock"], gallium["stockDays"], gallium["targetDaysHigh"]) == ("withheld", None, Decimal(180))
    # What is not replaced: the successive deals on Lynas are one.
    lynas = {name for name in tails(by_id["cn-20250404-dysprosium"]["agreements"]) if name.startswith("jare-lynas")}
    assert lynas == {"jare-lynas-revised-2026"}


def test_no_agreement_in_the_path_of_a_control_has_a_quantity_to_show(record_store: Store) -> None:
    """The assumptions say so; where one gets a quantity, the question owes a column for what is at risk."""
    firm = {
        term["agreement_id"]
        for term in recompute.table("agreement_terms")
        if (term["disclosure"], term["firmness"], term["quantity_kind"]) == ("disclosed", "binding", "annual")
        and (term["value_low"] or term["value_high"])
    }
    countries = {c for line in recompute.table("agreements") for c in recompute.split(line["beneficiary_countries"])}
    path = set[str]()
    for country in sorted(countries):
        for row in ask(record_store, find("B6"), country=country, asOf=TODAY):
            path |= tails(row["withImposer"])
    assert "jogmec-drc-2023" in path
    assert not path & firm


def test_controls_that_bite_stand_first(record_store: Store) -> None:
    rows = ask(record_store, find("B6"), country="JP", asOf=TODAY)
    ranks = [(r["state"] == "not in force", r["binds"] == "no", r["state"] != "in force") for r in rows]
    bites = [rank == (False, False, False) for rank in ranks]
    assert bites == sorted(bites, reverse=True)
    aimed = [tail(r["against"]) == "JP" for r in rows if r["state"] == "in force" and r["binds"] == "yes"]
    assert aimed == sorted(aimed, reverse=True)
    assert sum(aimed) == 10


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_figure_of_a_control_is_bound_where_its_inputs_are(record_store: Store, country: str) -> None:
    for row in ask(record_store, find("B6"), country=country, asOf=TODAY):
        assert (row["products"] is None) == (row["productItems"] is None)
        for name in ("agreementsInForce", "bindingInForce"):
            assert (row[name] is None) == (row["agreements"] is None), (row["control"], name)
        assert row["stock"] is not None
        assert row["coverage"] is not None
        assert (row["targetDaysLow"] is None) == (row["targetDaysHigh"] is None)


# Days of cover.


@pytest.mark.parametrize("day", [TODAY, "2024-06-15", "2015-01-01"])
@pytest.mark.parametrize("country", ["JP", "KR", "US", "EU", "CN", "IN", "EE", "CL"])
@pytest.mark.parametrize("item", [None, "nickel", "rare-earths", "neodymium"])
def test_days_of_cover(record_store: Store, item: str | None, country: str, day: str) -> None:
    asked = {"item": item} if item else {}
    rows = _by_stock(ask(record_store, find("C1"), country=country, asOf=day, **asked))
    wanted = {}
    for stock in recompute_reach.stocks(country):
        figures = recompute_reach.cover(stock, item, country, date.fromisoformat(day))
        if figures is not None:
            wanted[stock.pile, stock.item] = (stock, figures)
    assert set(rows) == set(wanted)
    for key, (stock, figures) in wanted.items():
        row = rows[key]
        check(row, figures)
        assert tail(row["status"]) == stock.status.replace("_", "-")
        assert tail(row["knowledge"]) == stock.knowledge
        wanted_from = f"none: {stock.knowledge}" if stock.knowledge != "known" else "none: neither days nor tonnes"
        assert row["daysFrom"] == ("as stated" if stock.days is not None else wanted_from)


def _by_stock(rows: list[Row]) -> dict[tuple[str | None, str | None], Row]:
    found = {(tail(r["stockpile"]), tail(r["item"])): r for r in rows}
    assert len(found) == len(rows)
    return found


def test_cover_of_korea_and_japan_by_hand(record_store: Store) -> None:
    korea = _by_stock(ask(record_store, find("C1"), country="KR", asOf=TODAY))
    rare = korea["kr-rare-metals-komir", "rare-metals"]
    assert (rare["daysLow"], rare["targetDaysLow"], rare["meets"]) == (Decimal(54), Decimal(100), "no")
    assert tail(rare["holder"]) == "komir"
    assert rare["statedOn"] == "2024-05-03"
    base = [row for (pile, _), row in korea.items() if pile == "kr-nonferrous-pps"]
    assert [(r["daysLow"], r["targetDaysLow"], r["meets"]) for r in base] == [(Decimal(50), Decimal(60), "no")] * 6
    assert "car makers" in str(korea["kr-neodymium-gunsan", "neodymium"]["stock"])
    japan = _by_stock(ask(record_store, find("C1"), country="JP", asOf=TODAY))
    today = japan["jp-national-rare-metals", "rare-metals"]
    assert (today["daysLow"], today["daysFrom"], today["meets"]) == (None, "none: withheld", "unknown")
    before = japan["jp-national-rare-metals-pre2020", "nickel"]
    assert (before["daysLow"], before["meets"]) == (Decimal(42), None)
    assert same(before["dailyNeedLow"], Decimal(47259) / 365)


def test_what_is_held_today_stands_first(record_store: Store) -> None:
    for country in ("JP", "US"):
        held = [tail(r["status"]) == "in-force" for r in ask(record_store, find("C1"), country=country, asOf=TODAY)]
        assert held == sorted(held, reverse=True)
        assert any(held)
        assert not all(held)


#: A stock of a thousand tonnes of everything that has a need, on the basis of the need and on another.
TONNES = Decimal(1000)


def _added(country: str) -> Iterator[recompute_reach.Stock]:
    before = date.fromisoformat(TODAY).year
    used, bought = recompute_reach.demands(country, before), recompute_reach.imports(country, before)
    for item in sorted({*used, *bought}):
        bases = {*used.get(item, {}), *({bought[item].basis} if item in bought else ())}
        for basis in sorted(bases | {"lce"}):
            name = f"added-{country}-{item}-{basis}".lower()
            target = (Decimal(30), Decimal(90))
            yield recompute_reach.Stock(name, item, "in_force", "known", None, target, TONNES, basis)


def _quads(stock: recompute_reach.Stock, country: str) -> Iterator[Quad]:
    pile = mint(DEFAULT_BASE, "stockpile", stock.pile)
    scheme = "content-basis" if "content" in stock.basis else "mass-basis"
    assert stock.target

    def say(subject: str, term: str, value: str | Decimal) -> Quad:
        known = isinstance(value, str)
        node = NamedNode(str(value)) if known else Literal(str(value), datatype=NamedNode(XSD + "decimal"))
        return Quad(NamedNode(subject), NamedNode(term), node, NamedNode(pile))

    yield say(pile, RDF_TYPE, HR + "Stockpile")
    yield say(pile, HR + "heldIn", mint(DEFAULT_BASE, "country", country))
    yield say(pile, HR + "stockOf", mint(DEFAULT_BASE, "item", stock.item))
    yield say(pile, HR + "stockStatus", code("stockpile-status", "in-force"))
    yield say(pile, HR + "knowledge", code("knowledge", "known"))
    yield say(pile, HR + "evidence", code("evidence", "unverified"))
    yield say(pile, HR + "hasQuantity", f"{pile}#quantity")
    yield say(f"{pile}#quantity", HR + "numericValue", TONNES)
    yield say(f"{pile}#quantity", HR + "hasUnit", code("unit", "t"))
    yield say(f"{pile}#quantity", HR + "massBasis", f"{CODE}{scheme}/{stock.basis}")
    yield say(pile, HR + "hasCoverTarget", f"{pile}#target")
    yield say(f"{pile}#target", HR + "lowerBound", stock.target[0])
    yield say(f"{pile}#target", HR + "upperBound", stock.target[1])
    yield say(f"{pile}#target", HR + "hasUnit", code("unit", "days"))


@pytest.fixture(scope="module")
def stocked_store(curated: Curated) -> Store:
    """The shipped record with stocks in tonnes, of which it has none."""
    store = build_store((record.canonical for record in curated.records), DEFAULT_BASE)
    for country in ("JP", "US"):
        for stock in _added(country):
            store.extend(_quads(stock, country))
    return store


@pytest.mark.parametrize("country", ["JP", "US"])
def test_stocks_in_tonnes_become_days(stocked_store: Store, country: str) -> None:
    rows = _by_stock(ask(stocked_store, find("C1"), country=country, asOf=TODAY))
    seen = Counter[object]()
    for stock in _added(country):
        row = rows[stock.pile, stock.item]
        figures = recompute_reach.cover(stock, None, country, date.fromisoformat(TODAY))
        assert figures is not None
        check(row, figures)
        worked = figures["daysLow"] is not None
        assert row["daysFrom"] == ("stock over need" if worked else "none: no need on that basis")
        seen[row["daysFrom"], row["needFrom"]] += 1
        seen[row["meets"]] += 1
    for how in ("demand", "imports"):
        assert seen["stock over need", how] > 1, (country, seen)
        assert seen["none: no need on that basis", how] > 1, (country, seen)
    assert min(seen[state] for state in ("yes", "no", "unknown")) > 0


# Recycling input.


@pytest.mark.parametrize("threshold", ["0.25", "0.08"])
@pytest.mark.parametrize("day", [TODAY, "2022-06-30"])
def test_recycling_input(record_store: Store, day: str, threshold: str) -> None:
    rows = {tail(r["item"]): r for r in ask(record_store, find("E4"), asOf=day, threshold=threshold)}
    assert set(rows) == recompute_reach.listed()
    for item, row in rows.items():
        assert item
        check(row, recompute_reach.recycling(item, date.fromisoformat(day), Decimal(threshold)))
        assert (row["evidence"] is None) == (row["rate"] is None)
        assert tails(row["plants"]) | tails(row["agreements"]) <= tails(row["records"])
        assert (row["euStrategic"] is not None) == ("eu-crm-strategic" in tails(row["records"]))


def test_recycling_input_is_ordered_by_what_is_open(record_store: Store) -> None:
    rows = ask(record_store, find("E4"), asOf=TODAY)
    both = [_open(r) for r in rows if r["rate"] is not None and r["topShare"] is not None]
    assert both == sorted(both, reverse=True)
    bound = [r["rate"] is not None and r["topShare"] is not None for r in rows]
    assert bound == sorted(bound, reverse=True)


def _open(row: Row) -> Decimal:
    rate, share = row["rate"], row["topShare"]
    assert isinstance(rate, Decimal)
    assert isinstance(share, Decimal)
    return share * (1 - rate)


def test_recycling_by_hand(record_store: Store) -> None:
    rows = {tail(r["item"]): r for r in ask(record_store, find("E4"), asOf=TODAY)}
    assert len(rows) == 57
    assert sum(r["rate"] is not None for r in rows.values()) == 46
    # Gallium: a zero that the source states. Tellurium: nobody states anything.
    assert (rows["gallium"]["rate"], rows["gallium"]["belowThreshold"]) == (Decimal(0), "yes")
    assert (rows["tellurium"]["rate"], rows["tellurium"]["belowThreshold"]) == (None, "unknown")
    assert {item for item, r in rows.items() if r["belowThreshold"] == "no"} == {"tungsten", "antimony"}
    dysprosium = rows["dysprosium"]
    assert (dysprosium["rate"], dysprosium["rateYear"]) == (Decimal("0.08"), Decimal(2020))
    assert (tail(dysprosium["shareOf"]), dysprosium["topShare"]) == ("magnet-rare-earths", Decimal("0.9128"))
    assert tails(dysprosium["plants"]) == {"caremag-lacq", "santoku-tsuruga", "cyclic-kingston"}
    assert dysprosium["plantsOperating"] == 2  # the one in Lacq is being built
    assert "jogmec-iwatani-caremag-2025" in tails(dysprosium["agreements"])
    # Lithium: refining of 2024 is tighter than mining of 2025.
    assert (tail(rows["lithium"]["stage"]), tail(rows["lithium"]["topCountry"])) == ("refining", "CN")


def test_an_asked_item_answers_though_no_list_names_it_itself(record_store: Store) -> None:
    rows = ask(record_store, find("E4"), item="lithium-carbonate", asOf=TODAY)
    assert [(tail(r["item"]), r["rate"], r["belowThreshold"]) for r in rows] == [("lithium-carbonate", None, "unknown")]
    assert [tail(r["item"]) for r in ask(record_store, find("E4"), item="cobalt", asOf=TODAY)] == ["cobalt"]
