"""What is invented and what is not never share a tier: the evidence of a record says where it belongs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode

from hedgerow.intake.shapes import Finding
from hedgerow.iri import HR, code
from hedgerow.record import Record
from hedgerow.tiers import DEMO

#: The evidence of what is invented.
SYNTHETIC = NamedNode(code("evidence", "synthetic"))
_EVIDENCE = NamedNode(HR + "evidence")
RULE = "Tier-evidence"


def belonging(records: Iterable[Record], tier: str) -> Iterator[Finding]:
    """A finding for each record that may not stand in the tier, by its own evidence and that of its parts."""
    for record in records:
        stated = [quad for quad in record.quads if quad.predicate == _EVIDENCE]
        places = sorted(str(quad.subject.value) for quad in stated if (quad.object == SYNTHETIC) != (tier == DEMO))  # type: ignore[union-attr]
        if tier == DEMO and not any(quad.subject == NamedNode(record.iri) for quad in stated):
            places.append(record.iri)
        for place in places:
            yield Finding(record.iri, place, "must", RULE, _DEMO if tier == DEMO else _PUBLIC, record.labels)


_DEMO = {
    "en": "What stands in the demonstration tier is invented and says so: give it the evidence synthetic.",
    "ja": "実演の層に置くものは架空であり、そう記す必要があります。evidence を synthetic としてください。",
}
_PUBLIC = {
    "en": "It is invented (evidence synthetic), and so no part of the record: keep it among the examples.",
    "ja": "架空（evidence が synthetic）であり、記録の一部ではありません。例の中に置いてください。",
}
