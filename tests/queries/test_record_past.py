"""The ages of the record once more: the dates of the sources from their table, in plain Python."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from pyoxigraph import NamedNode, Store

from hedgerow.iri import HR
from hedgerow.paths import DATA
from hedgerow.questions import find
from hedgerow.sources.curated import Curated
from tests.queries.answers import ask, tail
from tests.queries.recompute import interval

#: Other dates, as "n.d.", say nothing of an age.
_PLAIN = re.compile(r"[0-9]{4}(-[0-9]{2}){0,2}")


def dated() -> dict[str, tuple[date, date]]:
    """By source, the first and the last day its date can mean."""
    with (DATA / "sources.csv").open(encoding="utf-8", newline="") as lines:
        stated = {line["id"]: line["date"] for line in csv.DictReader(lines) if _PLAIN.fullmatch(line["date"])}
    intervals = {source: interval(text) for source, text in stated.items()}
    return {source: (first, after - timedelta(days=1)) for source, (first, after) in intervals.items()}


def cited(curated: Curated) -> dict[str, set[str]]:
    """By record, the sources that it or a part of it names."""
    said = NamedNode(f"{HR}statedIn")
    found = {
        record.iri: {str(tail(quad.object.value)) for quad in record.quads if quad.predicate == said}  # type: ignore[union-attr]
        for record in curated.records
    }
    return {iri: sources for iri, sources in found.items() if sources}


@pytest.mark.parametrize(
    ("day", "limit"), [(date(2026, 11, 24), 730), (date(2028, 3, 1), 1461), (date(2024, 2, 29), 0)]
)
def test_every_age_is_that_of_the_youngest_source(day: date, limit: int, curated: Curated, record_store: Store) -> None:
    dates, expected = dated(), {}
    for record, sources in cited(curated).items():
        youngest = max((dates[source][1] for source in sources if source in dates), default=None)
        if youngest is not None and (day - youngest).days > limit:
            firsts = [dates[source][0] for source in sources if source in dates and dates[source][1] == youngest]
            expected[record] = (Decimal((day - youngest).days), Decimal((day - max(firsts)).days))
    rows = ask(record_store, find("H3"), asOf=day.isoformat(), days=str(limit))
    assert {row["record"]: (row["ageDaysLow"], row["ageDaysHigh"]) for row in rows} == expected
    assert len(rows) == len(expected) > 100
    assert [row["ageDaysLow"] for row in rows] == sorted((low for low, _ in expected.values()), reverse=True)


def test_coverage_counts_the_records_with_a_dated_source(curated: Curated, record_store: Store) -> None:
    dates, sources = dated(), cited(curated)
    (counts,) = record_store.query(
        find("H3").bound_coverage({}, "https://w3id.org/hedgerow/registry"), use_default_graph_as_union=True
    )  # type: ignore[misc]
    known = sum(bool(named & dates.keys()) for named in sources.values())
    assert (int(counts["known"].value), int(counts["total"].value)) == (known, len(sources))
