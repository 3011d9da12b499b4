"""The first layer of validation: SHACL core shapes over records, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import pyshacl
from rdflib import Graph, Literal, Namespace
from rdflib.term import Node

from hedgerow.iri import record_of
from hedgerow.paths import ONTOLOGY
from hedgerow.record import Record

#: Records validated in one run: fewer cost more in set-up, more cost nothing less.
BATCH = 200
_SH = Namespace("http://www.w3.org/ns/shacl#")


@dataclass(frozen=True)
class Finding:
    """What a shape or check says of a record. `severity` is must or should."""

    record: str
    place: str
    severity: str
    rule: str
    message: str


@cache
def _shapes() -> Graph:
    graph = Graph()
    for path in sorted((ONTOLOGY / "shapes").glob("*.ttl")):
        graph.parse(path, format="turtle")
    return graph


def validate(records: Sequence[Record], step: Callable[[int], None] | None = None) -> Iterator[Finding]:
    """What the shapes find; `step` is told how many records are done."""
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        yield from _validate(batch)
        if step:
            step(len(batch))


def _validate(batch: Sequence[Record]) -> Iterator[Finding]:
    data = Graph()
    triples = b"".join(
        line[: line.rindex(b" <")] + b" .\n" for record in batch for line in record.canonical.splitlines()
    )
    data.parse(data=triples, format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=_shapes(), inference="none", advanced=False)
    assert isinstance(report, Graph)
    for result in report.objects(None, _SH.result):
        focus = str(report.value(result, _SH.focusNode))
        severity = "must" if report.value(result, _SH.resultSeverity) == _SH.Violation else "should"
        value = report.value(result, _SH.value)
        message = _english(report, result) + (f" Found: {value}." if value is not None else "")
        rule = str(report.value(result, _SH.sourceShape)).rpartition("#")[2]
        yield Finding(record_of(focus), focus, severity, rule, message)


def _english(report: Graph, result: Node) -> str:
    messages = [m for m in report.objects(result, _SH.resultMessage) if isinstance(m, Literal)]
    return next((str(m) for m in messages if m.language in (None, "en")), "does not fit its shape.")
