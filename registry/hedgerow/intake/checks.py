"""The second layer of validation: checks that compare records or compute, run once by the engine."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import QuerySolutions, Store

from hedgerow.intake.shapes import Finding
from hedgerow.iri import rebase, record_of
from hedgerow.paths import ONTOLOGY
from hedgerow.rq import split_header


def run_checks(store: Store, base: str) -> Iterator[Finding]:
    """What every `ontology/checks/*.rq` finds in a store that holds the staged records."""
    for path in sorted((ONTOLOGY / "checks").glob("*.rq")):
        header, text = split_header(path.read_text("utf-8"), path.name)
        assert isinstance(header, dict)
        solutions = store.query(rebase(text, base), use_default_graph_as_union=True)
        assert isinstance(solutions, QuerySolutions)
        for row in solutions:
            place = row["record"]
            record = record_of(getattr(place, "value", ""))
            message = getattr(row["message"], "value", "")
            yield Finding(record, record, header["severity"], path.stem, message)
