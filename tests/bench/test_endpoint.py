"""The parts of the bench of the endpoint that compute: answers brought to one form, compared, and set in tables."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

import answers
import asked
import load
import measure
import report

XSD = "http://www.w3.org/2001/XMLSchema#"


def _json(*cells: dict[str, str]) -> bytes:
    return json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": cell} for cell in cells]}}).encode()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("0.50", XSD + "decimal", None), ("5.0E-1", XSD + "double", None), True),
        (("1234567", XSD + "integer", None), ("1234567.0", XSD + "decimal", None), True),
        (("0.3333333333", XSD + "decimal", None), ("0.33334", XSD + "decimal", None), False),
        (("-0", XSD + "decimal", None), ("0", XSD + "integer", None), True),
        (("1", XSD + "integer", None), ("1", XSD + "string", None), False),
        (("a", "", None), ("a", XSD + "string", None), True),
        (("a", "", "en"), ("a", "", "EN"), True),
        (("a", "", "en"), ("a", "", None), False),
        (("http://a/ http://b/", "", None), ("http://b/ http://a/", "", None), True),
        (("b a", "", None), ("a b", "", None), False),
        (("true", XSD + "boolean", None), ("true", "", None), False),
        (("2026-11-23T00:00:00Z", XSD + "dateTime", None), ("2026-11-23T00:00:00+00:00", XSD + "dateTime", None), True),
    ],
)
def test_literals_are_the_same_by_value(one: tuple[str, str, str], other: tuple[str, str, str], same: bool) -> None:
    assert (answers.literal(*one) == answers.literal(*other)) is same


def test_rows_of_every_form_of_answer() -> None:
    old = {"type": "typed-literal", "datatype": XSD + "integer", "value": "7"}
    assert answers.rows("application/sparql-results+json", _json({"type": "uri", "value": "urn:a"}, old)) == [
        ("<urn:a>",),
        ("7",),
    ]
    unbound = b'{"head":{"vars":["x","y"]},"results":{"bindings":[{"y":{"type":"literal","value":"b"}}]}}'
    assert answers.rows("application/sparql-results+json", unbound) == [("", '"b"')]
    assert answers.rows("application/json", b'{"head":{},"boolean":true}') == [("true",)]
    assert answers.rows("application/n-triples", b'<urn:a> <urn:b> "c"@en .') == [("<urn:a>", "<urn:b>", '"c"@en')]
    with pytest.raises(ValueError, match="text/html"):
        answers.rows("text/html", b"<p>")
    with pytest.raises(ValueError, match="char"):
        answers.rows("application/json", b'{"head": The operation has been cancelled')


def test_a_difference_is_told_by_its_first_row() -> None:
    wanted = [("a", "1"), ("b", "2")]
    assert answers.difference(wanted, [("b", "2"), ("a", "1")], in_order=False) is None
    assert "another order from row 1" in str(answers.difference(wanted, wanted[::-1], in_order=True))
    assert answers.difference(wanted, wanted[:1], in_order=False) == "1 rows instead of 2; without b 2"
    assert answers.difference(wanted, [*wanted, ("c", "3")], in_order=False) == "3 rows instead of 2; with c 3"
    assert (
        answers.difference(wanted, [("a", "1"), ("b", "")], in_order=True) == "1 of 2 rows differ; nothing instead of 2"
    )
    # As many rows, one of them twice.
    assert "1 of 2 rows differ" in str(answers.difference(wanted, [("a", "1"), ("a", "1")], in_order=False))


def test_an_order_is_that_of_the_whole_query() -> None:
    assert answers.ordered("SELECT * { ?a ?b ?c } ORDER BY ?a")
    assert not answers.ordered("SELECT * { { SELECT ?a { ?a ?b ?c } ORDER BY ?a } }")
    assert {query.name for query in asked.queries() if not answers.ordered(query.text)} == {"point", "agreement"}


def test_percentile() -> None:
    assert report.percentile([3.0], 0.95) == 3.0
    assert report.percentile(list(range(1, 101)), 0.95) == 95
    assert report.percentile(list(range(1, 101)), 0.5) == 50
    assert report.percentile([1, 2, 3], 0.95) == 3


def test_what_wrk_counted() -> None:
    found = load.read("Running 2s test\n  10 requests\nfigures 1000 2000000 3 1 2 500 900\n")
    assert (found.per_second, found.median_ms, found.worst_ms, found.failed) == (498.5, 0.5, 0.9, 6)


def test_slow_queries_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    query = asked.first()

    def ask(_: asked.Query) -> tuple[str, bytes]:
        calls.append(1)
        return "", b"%d" % len(calls)

    answer, times = measure.timed(ask, query, 60)
    assert (answer, len(times), len(calls)) == (("", b"1"), measure.RUNS, measure.RUNS + 1)
    calls.clear()
    assert len(measure.timed(ask, query, 0)[1]) == 3 == len(calls) - 1
    calls.clear()
    monkeypatch.setattr(measure, "SLOW", -1.0)
    assert len(measure.timed(ask, query, 60)[1]) == 1 == len(calls)


def test_the_tables_say_what_is_missing_over_the_limit_and_different() -> None:
    ours = measure.Column("ours", "Hedgerow", load_s=1.0, memory=(10, 20), times={"point": [2.0], "long": [100.0]})
    peer = measure.Column("peer", "Peer", load_s=2.0, memory=(30, 40), times={"point": [4.0], "long": "over 20 s"})
    peer.differences["point"] = "0 rows instead of 1"
    peer.rates["a load", 4, True] = load.Rate(1234.5, 1.5, 9.0, 2)
    gone = measure.Column("gone", "Gone", missing="it does not install: no network")
    section = measure.Section("record", 1000, {"point": 1, "long": 0}, [ours, peer, gone], {"point": (0.1, 1.1)})
    text = report.markdown([section])
    assert "- Gone: it does not install: no network." in text
    assert "| point | 1 | 2.00 / 2.00 | 4.00 / 4.00 |" in text
    assert "| long | 0 | 100 / 100 | over 20 s |" in text
    assert "| point | 1 | 2.00 |" in text
    assert "| long | 0 | over 200 |" in text
    assert "| point | 0.10 | 1.10 | +1.00 | +1000% |" in text
    assert "| a load | 4 | one | 1,234 (1.50, 2 failed) |" in text
    assert "| Peer | 2.0 | 30 | 40 |" in text
    assert "- Peer, point: 0 rows instead of 1." in text
