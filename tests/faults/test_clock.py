"""A clock that jumps: the order is the position, and the views do not know the hour."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hedgerow.graph.project import Fold, Version, fold
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Action, Draft, Ledger
from hedgerow.sources.curated import Curated
from hedgerow.verify import examine

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
STEADY = [START + timedelta(seconds=n) for n in range(8)]
JUMPS = [
    START,
    START - timedelta(hours=1),
    START - timedelta(hours=1),
    START + timedelta(days=3653),
    START,
    START,
    datetime(1970, 1, 1, tzinfo=UTC),
    START + timedelta(seconds=1),
]


def written(path: Path, curated: Curated, hours: Sequence[datetime]) -> tuple[list[str], Fold]:
    """Eight rounds of events about the same few agreements, each round at its hour: the stamps kept, and the fold."""
    agreements = [record for record in curated.records if "/agreement/" in record.iri][:12]
    assert len(agreements) == 12
    clock = iter(hours)
    with Ledger(path, DEFAULT_BASE, clock=lambda: next(clock)) as ledger:
        for turn in range(len(hours)):
            drafts = []
            for number, record in enumerate(agreements[:6]):
                # Corrections alternate with amendments; the first agreement is withdrawn at the end.
                action: Action = "assert" if not turn else "correct" if turn % 2 else "amend"
                payload = agreements[number + 6 * (turn // 2 % 2)].canonical
                if (turn, number) == (len(hours) - 1, 0):
                    action, payload = "withdraw", b""
                year = 2000 + 5 * turn
                span = (f"{year}-01-01T00:00:00Z", f"{year + 5}-01-01T00:00:00Z")
                drafts.append(Draft(record.iri, action, "curated", payload, turn, *span))
            ledger.append("public", drafts)
        events = [event for event, _ in ledger.events("public")]
        assert [event.position for event in events] == list(range(1, 6 * len(hours) + 1))
        return [event.recorded_at for event in events[::6]], fold(ledger)


def test_a_jumping_clock_changes_no_order_no_chain_and_no_view(tmp_path: Path, curated: Curated) -> None:
    steady_stamps, steady = written(tmp_path / "steady" / "ledger.sqlite", curated, STEADY)
    jumped_stamps, jumped = written(tmp_path / "jumped" / "ledger.sqlite", curated, JUMPS)
    assert steady_stamps == sorted(set(steady_stamps))
    assert jumped_stamps[1:5] == [
        "2026-11-24T11:00:00.000Z", "2026-11-24T11:00:00.000Z", "2036-11-24T12:00:00.000Z", "2026-11-24T12:00:00.000Z",
    ]  # fmt: skip
    assert len(held_in_order(tmp_path / "steady")) == len(held_in_order(tmp_path / "jumped")) == 48
    assert len(jumped.versions) == 5
    assert {iri: unstamped(held) for iri, held in jumped.versions.items()} == {
        iri: unstamped(held) for iri, held in steady.versions.items()
    }
    for day in (date(1990, 1, 1), date(2008, 6, 1), date(2026, 11, 24), date(2036, 11, 25), date(2060, 1, 1)):
        assert {iri: jumped.chosen(iri, day) for iri in jumped.versions} == {
            iri: steady.chosen(iri, day) for iri in steady.versions
        }
    assert len({jumped.chosen(next(iter(jumped.versions)), date(year, 6, 1)) for year in (2006, 2016)}) == 2


def unstamped(versions: Iterable[Version]) -> list[Version]:
    """The versions but for what the clock said when they were recorded, which they tell as it is."""
    return [replace(version, recorded_at="") for version in versions]


def held_in_order(folder: Path) -> list[str]:
    """The states of a ledger's records name the last position, whatever the stamps; its chain is whole."""
    path = folder / "ledger.sqlite"
    with Ledger(path, DEFAULT_BASE) as ledger:
        assert list(examine(ledger)) == []
        events = [event for event, _ in ledger.events("public")]
        for record, states in ledger.latest("public").items():
            assert states[0].position == max(event.position for event in events if event.record == record)
    return [event.hash for event in events]
