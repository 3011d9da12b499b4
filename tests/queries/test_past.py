"""The questions about the past, over ledgers written here: what was believed, what changed, what stands behind."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from hedgerow.errors import CallError
from hedgerow.graph.client import LocalGraph
from hedgerow.graph.recorded import moment
from hedgerow.ledger import Action, Draft, Ledger
from hedgerow.questions import Answer, ask, find, history, history_of
from hedgerow.record import Statements, instant, text
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC, prefix


def offtake(status: str, value: str, *, tier: str = PUBLIC, name: str = "tin") -> tuple[str, bytes]:
    """An agreement with one provision."""
    out = Statements(f"{prefix(Settings().base, tier)}agreement/{name}")
    out.type(out.iri, "Agreement")
    out.label(f"{name} offtake", "en")
    out.code(out.iri, "legalStatus", "agreement-status", status)
    out.code(out.iri, "agreementKind", "agreement-kind", "offtake")
    out.code(out.iri, "evidence", "evidence", "cited")
    out.add(out.iri, "statusAsOf", instant(datetime.fromisoformat("2020-01-01T00:00:00+00:00")))
    part = out.part("quantity")
    out.add(out.iri, "hasProvision", part)
    out.type(part, "Provision")
    out.code(part, "termKind", "term-kind", "annual-quantity")
    out.code(part, "evidence", "evidence", "cited")
    out.add(part, "statedValue", text(value))
    return out.iri, out.done().canonical


def record(
    settings: Settings, day: str, made: tuple[str, bytes], action: Action = "assert", tier: str = PUBLIC, **valid: str
) -> None:
    iri, payload = made
    with Ledger(settings.ledger, settings.base, lambda: datetime.fromisoformat(f"{day}T09:00:00+00:00")) as ledger:
        version = max((latest.version for latest in ledger.latest(tier).get(iri, [])), default=0)
        ledger.append(tier, [Draft(iri, action, "curated", payload, version, **valid)])


def answer(settings: Settings, name: str, tier: str = PUBLIC, recorded: str = "", **values: str) -> Answer:
    question = find(name)
    with Ledger(settings.ledger, settings.base) as ledger:
        then = moment(ledger, tier, recorded)
    graph = LocalGraph(settings, tier, then, question.day(values))
    return ask(graph, question, values, settings.base, "en", then, history_of(settings, tier, question, values, then))


def shown(found: Answer, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[column] for column in columns) for row in found.rows]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Signed, then found to be in force, corrected, amended as of 2026, withdrawn; beside it another one, invented."""
    made = Settings(home=tmp_path)
    record(made, "2026-11-20", offtake("in-force", "4000"))
    record(made, "2026-11-21", offtake("in-force", "5000"), "correct")
    record(made, "2026-11-22", offtake("in-force", "9000"), "amend", valid_from="2026-01-01T00:00:00Z")
    record(made, "2026-11-23", offtake("in-force", "7", tier=DEMO, name="ours"), tier=DEMO)
    record(made, "2026-11-24", (offtake("in-force", "")[0], b""), "withdraw")
    return made


@pytest.mark.parametrize(
    ("recorded", "as_of", "rows"),
    [
        ("1", "2025-06-01", [(1, "4000", "2026-11-20T09:00:00Z")]),
        ("2026-11-21", "2025-06-01", [(2, "5000", "2026-11-21T09:00:00Z")]),
        ("3", "2025-06-01", [(2, "5000", "2026-11-21T09:00:00Z")]),  # known, but valid later
        ("3", "2026-06-01", [(3, "9000", "2026-11-22T09:00:00Z")]),
        ("2026-11-22", "2019-06-01", [(2, "5000", "2026-11-21T09:00:00Z")]),
        ("", "2026-06-01", []),
    ],
)
def test_what_was_believed_depends_on_both_days(
    recorded: str, as_of: str, rows: list[tuple[object, ...]], settings: Settings
) -> None:
    found = answer(settings, "A4", recorded=recorded, asOf=as_of)
    assert shown(found, "version", "value", "recordedAt") == rows
    assert found.footing["version"].endswith(as_of)


def test_the_last_two_versions_are_held_against_each_other(settings: Settings) -> None:
    found = answer(settings, "A5", recorded="3", agreement="tin")
    assert shown(found, "fromVersion", "toVersion", "provision", "change", "oldValue", "newValue", "amendment") == [
        (2, 3, "quantity", "changed", "5000", "9000", "amend")
    ]
    assert shown(found, "effectiveFrom") == [("2026-01-01",)]
    first = answer(settings, "A5", recorded="1", agreement="tin")
    assert {row["change"] for row in first.rows} == {"added"}
    assert ("quantity", "statedValue") in {
        (row["provision"], str(row["property"]).rpartition("#")[2]) for row in first.rows
    }
    gone = answer(settings, "A5", agreement="tin")
    assert {row["change"] for row in gone.rows} == {"removed"}
    assert len(gone.rows) == len(first.rows)
    assert [row["amendment"] for row in gone.rows][:1] == ["withdraw"]
    both = {"from": "1", "to": "2"}
    assert shown(answer(settings, "A5", agreement="tin", **both), "oldValue", "newValue") == [("4000", "5000")]
    assert answer(settings, "A5", agreement="tin", **{"from": "7"}).rows == []


def test_what_changed_since_is_what_the_ledger_says(settings: Settings) -> None:
    found = answer(settings, "H1")
    with Ledger(settings.ledger, settings.base) as ledger:
        events = [event for event, _ in ledger.events(PUBLIC)][::-1]
    assert shown(found, "graph", "change", "position", "version", "checksum") == [
        (event.record, event.action, event.position, event.version, event.payload_hash) for event in events
    ]
    assert shown(answer(settings, "H1", since="3"), "position") == [(4,)]
    assert shown(answer(settings, "H1", since="1", until="3"), "position") == [(3,), (2,)]
    assert shown(answer(settings, "H1", recorded="2"), "position") == [(2,), (1,)]
    assert answer(settings, "H1", since="99").rows == []


def test_each_tier_has_its_own_history(settings: Settings, tmp_path: Path) -> None:
    assert shown(answer(settings, "H1", DEMO), "position", "synthetic") == [(1, True)]
    assert answer(settings, "A5", DEMO, agreement="demo/ours").rows
    assert answer(settings, "A5", DEMO, agreement="tin").rows, "a tier sees the public chain"
    with pytest.raises(CallError):
        answer(settings, "A5", agreement="demo/ours")


def test_a_long_history_is_cut_to_its_newest_part(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_CHANGES", 2)
    assert shown(answer(settings, "H1"), "position") == [(4,), (3,)]
    assert shown(answer(settings, "H1", until="2"), "position") == [(2,), (1,)]
    monkeypatch.setattr(history, "MOST_CHANGES", 1000)
    monkeypatch.setattr(history, "MOST_VERSIONS", 2)
    values: Mapping[str, str] = {"agreement": "tin"}
    past = history_of(settings, PUBLIC, find("A5"), values)
    assert past is not None
    graphs = past.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", solutions="text/csv").body.decode().split()
    assert sorted(graph.rpartition("/")[2] for graph in graphs[1:]) == ["3", "history"]  # the fourth says nothing


def test_the_checksum_behind_a_record_is_that_of_its_statements(settings: Settings) -> None:
    found = answer(settings, "D8", recorded="3", record="agreement/tin")
    assert shown(found, "statement", "value", "version") == [("the whole record", None, 3), ("quantity", "9000", 3)]
    assert {row["checksum"] for row in found.rows} == {hashlib.sha256(offtake("in-force", "9000")[1]).hexdigest()}
    with pytest.raises(CallError, match="No record 'agreement/zinc'"):
        answer(settings, "D8", record="agreement/zinc")
    with pytest.raises(CallError, match="a kind and a name"):
        answer(settings, "D8", record="tin")
