"""The first layer of validation: SHACL core shapes over records, in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pyshacl
from rdflib import Graph, Literal, Namespace

from hedgerow.iri import record_of
from hedgerow.paths import ONTOLOGY
from hedgerow.record import Record

#: Records validated in one run: fewer cost more in set-up, more cost nothing less.
BATCH = 200
_SH = Namespace("http://www.w3.org/ns/shacl#")


@dataclass(frozen=True)
class Finding:
    """What a shape or check says of a record. `severity` is must or should.

    `place` is the record or a part of it; `messages` and `labels` (those of the record) are kept by language.
    """

    record: str
    place: str
    severity: str
    rule: str
    messages: Mapping[str, str]
    labels: Mapping[str, str]

    @property
    def message(self) -> str:
        """The message in English."""
        return self.messages["en"]

    def told(self, language: str) -> str:
        """Which thing, by its label and address, and what is wrong with it."""
        label = self.labels.get(language) or self.labels.get("en", "")
        address = self.place.partition("/id/")[2] or self.place
        if language == "ja":
            return f"「{label}」({address}): {self.messages.get('ja') or self.message}"
        return f'"{label}" ({address}): {self.message}'


#: The folders of shapes: what every record must be, and what a binding agreement that somebody enters must also say.
RECORD, BINDING = "shapes", "shapes/binding"


@cache
def _shapes(folder: str) -> Graph:
    graph = Graph()
    for path in sorted((ONTOLOGY / folder).glob("*.ttl")):
        graph.parse(path, format="turtle")
    return graph


def validate(
    records: Sequence[Record], step: Callable[[int], None] | None = None, folder: str = RECORD
) -> Iterator[Finding]:
    """What the shapes of a folder find; `step` is told how many records are done."""
    for start in range(0, len(records), BATCH):
        batch = records[start : start + BATCH]
        yield from _validate(batch, _shapes(folder))
        if step:
            step(len(batch))


def _validate(batch: Sequence[Record], shapes: Graph) -> Iterator[Finding]:
    data = Graph()
    triples = b"".join(
        line[: line.rindex(b" <")] + b" .\n" for record in batch for line in record.canonical.splitlines()
    )
    data.parse(data=triples, format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False)
    assert isinstance(report, Graph)
    labels = {record.iri: record.labels for record in batch}
    for result in report.objects(None, _SH.result):
        focus = str(report.value(result, _SH.focusNode))
        severity = "must" if report.value(result, _SH.resultSeverity) == _SH.Violation else "should"
        value = report.value(result, _SH.value)
        found = None if value is None or str(value) == focus else str(value)
        told = {m.language or "en": str(m) for m in report.objects(result, _SH.resultMessage) if isinstance(m, Literal)}
        record = record_of(focus)
        messages = {lang: text + (_FOUND[lang].format(found) if found else "") for lang, text in told.items()}
        rule = str(report.value(result, _SH.sourceShape)).rpartition("#")[2]
        yield Finding(record, focus, severity, rule, messages, labels.get(record, {}))


#: What stands in the place, said after the message.
_FOUND = {"en": " Found: {}.", "ja": " 現在の値: {}。"}
