"""A ledger of an earlier version opens, verifies, projects to the same answers, and takes today's record.

`tests/fixtures/ledger-0.1.0.sqlite.gz` was written by the first version that had a ledger: 132 records of the curated
tables, then a correction by an editor, a withdrawal and an amendment.
"""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from hedgerow.graph.project import build_store, fold
from hedgerow.intake.load import load
from hedgerow.iri import DEFAULT_BASE, RDFS_LABEL
from hedgerow.ledger import Ledger
from hedgerow.paths import DATA
from hedgerow.questions import find
from hedgerow.record import Record
from hedgerow.settings import Settings
from hedgerow.verify import examine
from tests.conftest import RECORDS
from tests.queries.answers import ask, tail

FIXTURE = Path(__file__).parents[1] / "fixtures/ledger-0.1.0.sqlite.gz"
HEAD = "eaa92795c57fb3283ab96aed82819719c6e5aefbb2e896735f8007faec76be2d"
REVISED = f"{DEFAULT_BASE}/id/agreement/jare-lynas-revised-2026"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(home=tmp_path)
    settings.ledger.write_bytes(gzip.decompress(FIXTURE.read_bytes()))
    return settings


def test_it_is_whole_and_ends_where_it_ended(settings: Settings) -> None:
    with Ledger(settings.ledger, settings.base) as ledger:
        assert list(examine(ledger)) == []
        head = ledger.head("public")
        assert (head.position, head.hash) == (135, HEAD)
        for event, payload in ledger.events("public"):
            if payload:
                assert Record.parse(event.record, payload).digest == event.payload_hash


def test_it_projects_to_the_same_answers(settings: Settings) -> None:
    with Ledger(settings.ledger, settings.base) as ledger:
        state = fold(ledger)
    assert len(state.versions) == 131
    store = build_store(state.payloads(date(2026, 11, 24)), DEFAULT_BASE)
    labels = f'SELECT ?l {{ <{REVISED}> <{RDFS_LABEL}> ?l FILTER(LANG(?l) = "en") }}'
    solutions = store.query(labels, use_default_graph_as_union=True)
    assert next(iter(solutions))["l"].value.startswith("Corrected: ")  # type: ignore[arg-type, index, union-attr]
    in_force = ask(store, find("A1"), item="ndpr-oxide", asOf="2026-11-24")
    assert {(tail(row["agreement"]), row["inForce"]) for row in in_force} == {
        ("jare-lynas-revised-2026", "yes"),
        ("jare-lynas-2011", "yes"),
        ("jare-lynas-2019", "yes"),
        ("jare-lynas-hre-2023", "yes"),
    }
    gallium = ask(store, find("B3"), item="gallium", stage="refining", year="2024")
    # Russia's share was withdrawn.
    assert [(tail(row["topCountry"]), row["countries"]) for row in gallium] == [("CN", 2)]


def test_it_takes_the_record_of_today(settings: Settings) -> None:
    with Ledger(settings.ledger, settings.base) as ledger:
        report = load(ledger, DATA, settings.base)
        assert report.ok
        assert report.conflicts == [REVISED]  # the editor wrote later; what is curated is not put over it
        assert list(examine(ledger)) == []
        assert ledger.head("public").position > 135
        assert len(fold(ledger).versions) == RECORDS
        assert load(ledger, DATA, settings.base).appended == 0
