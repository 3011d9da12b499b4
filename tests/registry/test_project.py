"""From events to a view: which version is held, and what the rules add."""

from __future__ import annotations

import itertools
from datetime import date

from pyoxigraph import NamedNode, Quad, Store

from hedgerow.graph.project import Fold, infer
from hedgerow.iri import DEFAULT_BASE, HR
from hedgerow.ledger import GENESIS, Action, Event

RECORD = "https://example.org/r/id/agreement/a"


def event(position: int, action: Action, valid_from: str = "", valid_until: str = "") -> Event:
    return Event("public", position, GENESIS, RECORD, position, action, "curated", "", valid_from, valid_until, "", "")


def folded(*steps: tuple[Action, str, str, bytes]) -> Fold:
    state = Fold()
    for number, (action, start, end, payload) in enumerate(steps, start=1):
        state.apply(event(number, action, start, end), payload)
    return state


def test_the_version_valid_that_day_is_held_else_the_last_before_else_the_first_after() -> None:
    state = folded(
        ("assert", "2020-01-01T00:00:00Z", "2022-01-01T00:00:00Z", b"first"),
        ("amend", "2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z", b"second"),
    )
    held = {year: state.chosen(RECORD, date(year, 6, 1)) for year in (2019, 2021, 2023, 2025, 2027)}
    assert held == {2019: b"first", 2021: b"first", 2023: b"first", 2025: b"second", 2027: b"second"}


def test_the_intervals_are_half_open() -> None:
    state = folded(
        ("assert", "2020-01-01T00:00:00Z", "2022-01-01T00:00:00Z", b"first"),
        ("amend", "2022-01-01T00:00:00Z", "", b"second"),
    )
    assert state.chosen(RECORD, date(2021, 12, 31)) == b"first"
    assert state.chosen(RECORD, date(2022, 1, 1)) == b"second"


def test_a_correction_replaces_and_a_withdrawal_removes() -> None:
    assert folded(("assert", "", "", b"a"), ("correct", "", "", b"b")).chosen(RECORD, date(2026, 1, 1)) == b"b"
    assert folded(("assert", "", "", b"a"), ("withdraw", "", "", b"")).chosen(RECORD, date(2026, 1, 1)) is None


def test_no_inference_repeats_an_asserted_triple(record_store: Store) -> None:
    seen: set[tuple[object, object, object]] = set()
    for quad in record_store:
        triple = (quad.subject, quad.predicate, quad.object)
        assert triple not in seen, quad
        seen.add(triple)


def test_inference_is_recomputed_whole(record_store: Store) -> None:
    graph = NamedNode(f"{DEFAULT_BASE}/graph/inferred")
    before = set(record_store.quads_for_pattern(None, None, None, graph))
    assert before
    stale = Quad(NamedNode("urn:s"), NamedNode("urn:p"), NamedNode("urn:o"), graph)
    record_store.add(stale)
    infer(record_store, DEFAULT_BASE)
    assert set(record_store.quads_for_pattern(None, None, None, graph)) == before


def test_the_view_holds_no_blank_node(record_store: Store) -> None:
    for quad in record_store:
        assert not str(quad.subject).startswith("_:")
        assert not str(quad.object).startswith("_:")


def test_a_bill_of_materials_of_ten_levels_is_followed_to_its_end() -> None:
    graph = NamedNode("https://example.org/g")
    items = [NamedNode(f"https://example.org/item/{n}") for n in range(11)]
    store = Store()
    store.extend(Quad(a, NamedNode(HR + "hasInput"), b, graph) for a, b in itertools.pairwise(items))
    infer(store, DEFAULT_BASE)
    below = {q.object.value for q in store.quads_for_pattern(items[0], NamedNode(HR + "dependsOn"), None, None)}  # type: ignore[union-attr]
    assert below == {item.value for item in items[1:]}
