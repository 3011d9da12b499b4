"""What is undisclosed, uncovered, contradicted or unused, asked of the whole record, against a recomputation."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from pyoxigraph import Store

from hedgerow.paths import ONTOLOGY
from hedgerow.questions import find, load_questions
from tests.queries import recompute, recompute_evidence
from tests.queries.answers import Row, Value, ask, same, tail, tails
from tests.queries.recompute_evidence import Conflict, Gap

DAYS = ["2026-11-24", "2025-10-10", "2015-01-01"]
COMMERCIAL = ("offtake", "equity_with_offtake")


def text(value: Value) -> str | None:
    return None if value is None else str(value)


def number(value: Value) -> Decimal:
    assert isinstance(value, Decimal), value
    return value


# A9: undisclosed and withheld terms


def _gap(row: Row) -> Gap:
    low, high = row["bandLow"], row["bandHigh"]
    assert low is None or isinstance(low, Decimal)
    assert high is None or isinstance(high, Decimal)
    return Gap(
        str(tail(row["agreement"])),
        str(row["inForce"]),
        str(tail(row["term"])),
        tail(row["item"]),
        str(row["footing"]),
        low,
        high,
        str(tail(row["evidence"])),
        frozenset(tails(row["sources"])),
    )


@pytest.mark.parametrize("day", DAYS)
def test_undisclosed_terms(record_store: Store, day: str) -> None:
    rows = ask(record_store, find("A9"), asOf=day)
    assert Counter(map(_gap, rows)) == recompute_evidence.gaps(date.fromisoformat(day))
    for row in rows:
        assert tails(row["records"]) == {tail(row["agreement"])}
        assert (tail(row["reason"]) == "redacted") == (row["footing"] == "withheld")
        assert row["text"]


def test_withheld_and_stated_stand_before_what_was_not_found(record_store: Store) -> None:
    rows = ask(record_store, find("A9"), asOf=DAYS[0])
    order = [
        (
            ["withheld", "stated", "not found"].index(str(r["footing"])),
            ["yes", "unknown", "no"].index(str(r["inForce"])),
        )
        for r in rows
    ]
    assert order == sorted(order)


def test_undisclosed_terms_by_hand(record_store: Store) -> None:
    rows = ask(record_store, find("A9"), asOf=DAYS[0])
    assert Counter(r["footing"] for r in rows) == {"withheld": 19, "stated": 30, "not found": 179}
    # Of the redacted contracts one alone is surely in force: AMD's wafer supply agreement.
    current = [tail(r["agreement"]) for r in rows if r["footing"] == "withheld" and r["inForce"] == "yes"]
    assert current == ["amd-gf-wsa-2009"]
    lynas = [r for r in rows if tail(r["agreement"]) == "jare-lynas-2019" and r["footing"] == "stated"]
    assert [(tail(r["term"]), tail(r["item"])) for r in lynas] == [("annual-quantity", "ndpr-oxide")]


def test_no_withheld_value_on_record_has_a_band(record_store: Store) -> None:
    for row in ask(record_store, find("A9"), asOf=DAYS[0]):
        assert [row[name] for name in ("bandLow", "bandHigh", "bandUnit", "bandBasis")] == [None] * 4


def test_what_was_looked_for_throughout_is_as_the_assumptions_say(record_store: Store) -> None:
    """Audit right and service level of every commercial agreement whose flag is no and that has no such term."""
    has = {(t["agreement_id"], t["term"]) for t in recompute.table("agreement_terms") if t["disclosure"] == "disclosed"}
    wanted = {
        (line["id"], recompute.slug(term))
        for line in recompute.table("agreements")
        for term, flag in (("audit_right", "audit_right_disclosed"), ("sla_metric", "sla_disclosed"))
        if line["type"] in COMMERCIAL and line[flag] == "no" and (line["id"], term) not in has
    }
    rows = ask(record_store, find("A9"), asOf=DAYS[0])
    found = {(tail(r["agreement"]), tail(r["term"])) for r in rows if r["footing"] == "not found"}
    assert found == wanted


@pytest.mark.parametrize(
    ("given", "keep"),
    [
        ({"agreement": "mp-shenghe-2024"}, lambda line, gap: gap.agreement == "mp-shenghe-2024"),
        ({"kind": "offtake"}, lambda line, gap: line["type"] == "offtake"),
        ({"sector": "rare-earths"}, lambda line, gap: line["chain"] == "rare-earth"),
        ({"term": "annual-quantity"}, lambda line, gap: gap.term == "annual-quantity"),
        ({"country": "JP"}, lambda line, gap: "JP" in recompute.split(line["beneficiary_countries"])),
        (
            {"country": "JP", "sector": "rare-earths", "term": "price-formula"},
            lambda line, gap: (
                "JP" in recompute.split(line["beneficiary_countries"])
                and line["chain"] == "rare-earth"
                and gap.term == "price-formula"
            ),
        ),
    ],
)
def test_undisclosed_terms_take_parameters(record_store: Store, given: dict[str, str], keep) -> None:  # type: ignore[no-untyped-def]
    agreements = {line["id"]: line for line in recompute.table("agreements")}
    wanted = Counter(
        {
            gap: count
            for gap, count in recompute_evidence.gaps(date.fromisoformat(DAYS[0])).items()
            if keep(agreements[gap.agreement], gap)
        }
    )
    rows = ask(record_store, find("A9"), asOf=DAYS[0], **given)
    assert wanted
    assert Counter(map(_gap, rows)) == wanted


# A10: materials without an agreement


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("country", ["", "JP", "KR", "EU", "CN"])
@pytest.mark.parametrize(("in_force", "by_name"), [("false", "false"), ("true", "false"), ("true", "true")])
def test_items_without_agreement(record_store: Store, day: str, country: str, in_force: str, by_name: str) -> None:
    given = {"asOf": day, "inForce": in_force, "byName": by_name} | ({"country": country} if country else {})
    rows = {str(tail(r["item"])): r for r in ask(record_store, find("A10"), **given)}
    wanted = recompute_evidence.uncovered(date.fromisoformat(day), country, in_force == "true", by_name == "true")
    assert set(rows) == set(wanted)
    for item, entry in wanted.items():
        _check_uncovered(item, rows[item], entry)


def _check_uncovered(item: str, row: Row, entry: recompute_evidence.Uncovered) -> None:
    assert row["kind"] == entry.kind
    assert tails(row["lists"]) == entry.lists
    for name, found in (
        ("designations", entry.lists),
        ("controls", entry.controls),
        ("stockpiles", entry.stockpiles),
    ):
        assert row[name] == len(found), (item, name, row[name], found)
    assert tails(row["related"]) == entry.related, item
    records = tails(row["records"])
    assert {item} | entry.lists | entry.controls | entry.stockpiles <= records
    assert len(records) == 1 + len(entry.lists) + len(entry.controls) + len(entry.stockpiles) + entry.rows, item
    figures = ("topCountry", "topShare", "stage", "year", "covered", "partial")
    if entry.group is None:
        assert [row[name] for name in figures] == [None] * len(figures), item
        return
    country, share = entry.group.top
    assert (tail(row["topCountry"]), tail(row["stage"])) == (country, entry.stage), item
    assert same(row["topShare"], share), item
    assert row["year"] == entry.year, item
    assert same(row["covered"], entry.group.covered), item
    assert row["partial"] == ("true" if entry.group.covered < Decimal("0.9") else "false")


def test_the_most_exposed_material_stands_first(record_store: Store) -> None:
    for country in ("", "JP"):
        given = {"country": country} if country else {}
        rows = ask(record_store, find("A10"), asOf=DAYS[0], **given)
        rank = [
            (
                number(r["designations"]) > 0,
                number(r["controls"]),
                -1 if r["topShare"] is None else 0 if tail(r["topCountry"]) == country else number(r["topShare"]),
            )
            for r in rows
        ]
        assert rank == sorted(rank, reverse=True)


def test_items_without_agreement_by_hand(record_store: Store) -> None:
    rows = {str(tail(r["item"])): r for r in ask(record_store, find("A10"), asOf=DAYS[0])}
    assert len(rows) == 15
    # Gallium nitride: under the Chinese licence of August 2023, on all seven lists, in no production table.
    nitride = rows["gallium-nitride"]
    assert [nitride[name] for name in ("designations", "controls", "topShare")] == [7, 1, None]
    # Aluminium: the Indonesian bauxite ban, the Korean stock of non-ferrous metals, and what it goes into.
    aluminium = rows["aluminium"]
    assert [aluminium[name] for name in ("controls", "stockpiles")] == [1, 1]
    assert {"id-20230610-aluminium", "kr-nonferrous-pps"} <= tails(aluminium["records"])
    assert "ndfeb-magnet" in tails(aluminium["related"])
    # The Japanese licence on exports of hydrogen fluoride to Korea ended in March 2023.
    assert rows["hydrogen-fluoride"]["controls"] == 0
    before = {str(tail(r["item"])): r for r in ask(record_store, find("A10"), asOf="2022-01-01")}
    assert before["hydrogen-fluoride"]["controls"] == 1


def test_only_what_a_list_designates(record_store: Store) -> None:
    every = {tail(r["item"]) for r in ask(record_store, find("A10"), asOf=DAYS[0])}
    named = {tail(r["item"]) for r in ask(record_store, find("A10"), asOf=DAYS[0], critical="true")}
    rest = {tail(r["item"]) for r in ask(record_store, find("A10"), asOf=DAYS[0], critical="false")}
    assert rest == {"iron", "promethium"}
    assert named == every - rest


# H2: contradictions


def _conflict(row: Row) -> Conflict:
    prop = str(row["property"])
    figure = "share of " if prop.startswith("share of ") else ""
    return Conflict(
        prop.removeprefix(figure),
        figure,
        (str(tail(row["subject"])), str(tail(row["place"])), str(tail(row["origin"])), str(row["year"])),
        number(row["valueA"]),
        number(row["valueB"]),
        tail(row["unit"]) or "",
        text(row["differs"]) or "",
    )


@pytest.mark.parametrize("tolerance", ["0.05", "0", "0.3"])
@pytest.mark.parametrize("differing", ["0", "1", "2", "3"])
def test_contradicting_figures(record_store: Store, tolerance: str, differing: str) -> None:
    rows = ask(record_store, find("H2"), tolerance=tolerance, differing=differing)
    figures = [r for r in rows if r["valueA"] is not None]
    wanted = recompute_evidence.conflicts(Decimal(tolerance), int(differing))
    assert {conflict.family for conflict in wanted} <= {"imports"}  # the other families hold one source per thing
    assert Counter(map(_conflict, figures)) == wanted
    for row in figures:
        assert same(row["difference"], _conflict(row).difference)
        assert len(tails(row["records"])) == 2
        assert row["sourceA"]
        assert row["sourceB"]
        assert row["statedA"]
        assert row["statedB"]
    ranks = [(_conflict(r).points, -number(r["difference"])) for r in figures]
    assert ranks == sorted(ranks)


def test_contradicted_findings(record_store: Store) -> None:
    rows = [r for r in ask(record_store, find("H2")) if r["valueA"] is None]
    wanted = recompute_evidence.contradicted_findings()
    found = {(str(tail(r["subject"])), str(r["property"]).removeprefix("finding on ")): r for r in rows}
    assert len(found) == len(rows) == 51
    assert {key: row["statedA"] for key, row in found.items()} == wanted
    for row in rows:
        proven = row["statedA"] == "not found"
        assert row["statedB"] == ("a provision proves it" if proven else "no provision proves it")
        assert row["sourceA"]
        assert bool(row["sourceB"]) == proven


def test_contradictions_by_hand(record_store: Store) -> None:
    rows = ask(record_store, find("H2"), differing="1")
    # The only figures that differ in nothing but their source: Chilean lithium carbonate in Japan, 2024.
    strict = ask(record_store, find("H2"), differing="0")[0]
    assert (tail(strict["subject"]), strict["property"]) == ("lithium-carbonate", "imports")
    assert [strict["valueA"], strict["valueB"], tail(strict["unit"])] == [5945, 5143, "t"]
    assert same(strict["difference"], Decimal(802) / Decimal(5945))
    # The Japanese dependence on Chinese rare earths in 2024, as three publishers have it.
    earths = [r for r in rows if tail(r["subject"]) == "rare-earths" and tail(r["place"]) == "JP"]
    pairs = {(r["valueA"], r["valueB"]): tails(r["sourceA"]) | tails(r["sourceB"]) for r in earths}
    assert pairs == {
        (Decimal("0.796"), Decimal("0.63")): {"argus-jp-ree-2024", "nikkei-cna-2025-06"},
        (Decimal("0.796"), Decimal("0.7")): {"argus-jp-ree-2024", "jogmec-wsj-2025"},
        (Decimal("0.7"), Decimal("0.63")): {"jogmec-wsj-2025", "nikkei-cna-2025-06"},
    }
    assert {r["differs"] for r in earths} == {"period, customs code not stated"}


def test_different_months_are_not_compared(record_store: Store) -> None:
    rows = ask(record_store, find("H2"), differing="3", tolerance="0", item="ndfeb-magnet")
    assert [r for r in rows if r["valueA"] is not None] == []


def test_contradictions_take_an_item(record_store: Store) -> None:
    every = ask(record_store, find("H2"))
    rows = ask(record_store, find("H2"), item="graphite-natural")
    figures = [r for r in every if tail(r["subject"]) == "graphite-natural"]
    named = recompute_evidence.named_items()
    findings = [r for r in every if "graphite-natural" in named.get(str(tail(r["subject"])), set())]
    assert figures
    assert findings
    assert sorted(map(str, rows)) == sorted(map(str, figures + findings))


# H4: terms without data


def test_every_use_of_every_term(record_store: Store) -> None:
    rows = [r for r in ask(record_store, find("H4"), all="true") if r["what"] != "question"]
    wanted = recompute_evidence.terms(record_store)
    assert {str(r["term"]) for r in rows} == set(wanted)
    assert len(rows) == len(wanted)
    for row in rows:
        term = wanted[str(row["term"])]
        assert [row["what"], row["uses"]] == [term.what, term.uses], row["term"]
        assert (text(row["questions"]) or "") == ", ".join(sorted(term.questions)), row["term"]
        assert row["within"]


def test_every_question_with_its_terms(record_store: Store) -> None:
    rows = {str(r["questions"]): r for r in ask(record_store, find("H4"), all="true") if r["what"] == "question"}
    terms = [term for term in recompute_evidence.terms(record_store).values() if term.what != "code"]
    for question in {question for term in terms for question in term.questions}:
        serving = [term for term in terms if question in term.questions]
        row = rows.pop(question)
        assert row["terms"] == len(serving)
        assert row["withData"] == sum(1 for term in serving if term.uses)
        question_ = next(each for each in load_questions().values() if each.id == question)
        assert tail(row["term"]) == f"sparql-examples#{question_.name}"
        assert tail(row["reason"]) == (f"sparql-examples#{question_.name}-missing" if question_.missing else None)
    assert rows == {}


def test_what_has_no_data(record_store: Store) -> None:
    rows = ask(record_store, find("H4"))
    unused = {name for name, term in recompute_evidence.terms(record_store).items() if not term.uses}
    terms = [r for r in rows if r["what"] != "question"]
    assert {str(r["term"]) for r in terms} == unused
    assert {r["uses"] for r in terms} == {Decimal(0)}
    # A question that has no row on the record says what it lacks; every other one has rows.
    lacking = {str(r["questions"]) for r in rows if r["reason"]}
    assert {q.id for q in load_questions().values() if q.missing} == lacking
    # What 0.1.0 had all has data; what came after it waits for public data. No identifier is an LEI.
    first = {
        line for path in (ONTOLOGY / "releases/0.1.0").glob("*.ttl") for line in path.read_text("utf-8").split("\n")
    }
    names = {term.rpartition("#")[2] for term in unused}
    assert [name for name in names if f"hr:{name} a owl:Class ;" in first] == []
    assert {"Draw", "TrustedCustody", "trainedOn"} <= names
    assert [r["questions"] for r in rows if tail(r["term"]) == "lei"] == ["C2"]
    assert not any(line["lei"] for line in recompute.table("organisations"))
