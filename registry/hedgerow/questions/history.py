"""The history of the record as a small graph, made on the spot from the ledger for the questions asked of it.

It describes recorded changes of one chain: those of the record that a parameter names, with the statements of its
versions, each version in a graph of its own (`<record>/v/<n>`); else the newest of those after the position `since`
and up to `until`. However long the ledger, it holds no more than the bounds below say, so it is made and asked in the
process that answers: some tens of milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, RdfFormat, Store

from hedgerow.graph.client import LocalGraph
from hedgerow.graph.project import View, today
from hedgerow.graph.recorded import Moment, now
from hedgerow.iri import HR, RDF_TYPE, XSD
from hedgerow.ledger import GENESIS, Event, Head, Ledger
from hedgerow.questions.header import ANY_RECORD, HISTORY, RECORD_TYPES, Question
from hedgerow.settings import Settings
from hedgerow.tiers import dataset, tier_of

#: Changes described at most, the newest first.
MOST_CHANGES = 400
#: Of one record, versions whose statements are held at most, the newest first; and their bytes.
MOST_VERSIONS, MOST_BYTES = 100, 4 << 20


def history_of(
    settings: Settings, tier: str, question: Question, values: Mapping[str, str], then: Moment | None = None
) -> LocalGraph | None:
    """The history that a question is asked of with these parameters, up to a moment; None when it is asked of a view.

    Raises CallError for a parameter that makes no sense.
    """
    if question.over != HISTORY:
        return None
    question.bound(values, settings.base)  # A bad parameter is said before anything is read.
    chosen = {**question.given({}), **{name: value for name, value in values.items() if value}}
    records = [
        parameter.term(chosen.get(parameter.name), settings.base).strip("<>")
        for parameter in question.parameters
        if parameter.type in (*RECORD_TYPES, ANY_RECORD)
    ]
    if not settings.ledger.exists():
        return LocalGraph.of(Store(), View(tier, Head(0, GENESIS), today()))
    with Ledger(settings.ledger, settings.base) as ledger:
        then = then or now(ledger, tier)
        if records:
            changes = _of_record(ledger, records[0], then.until, tier_of(settings.base, records[0]))
        else:
            end = then.head.position
            since, until = (int(chosen.get(name) or default) for name, default in (("since", 0), ("until", end)))
            changes = _newest(ledger, tier, since, min(until, end))
        return LocalGraph.of(graph_of(changes, settings.base, statements=bool(records)), then.view(today()))


def _of_record(ledger: Ledger, record: str, until: Mapping[str, int], chain: str | None) -> list[tuple[Event, bytes]]:
    if chain is None or chain not in until:
        return []
    found = ledger.events(chain, until=until[chain], record=record)
    return [(event, payload or b"") for event, payload in found][-MOST_CHANGES:]


def _newest(ledger: Ledger, tier: str, since: int, until: int) -> list[tuple[Event, bytes]]:
    after = max(since, until - MOST_CHANGES, 0)
    return [(event, b"") for event, _ in ledger.events(tier, after, until)] if after < until else []


def graph_of(changes: Iterable[tuple[Event, bytes]], base: str, *, statements: bool) -> Store:
    """The graph of some changes, in the order recorded; with the `statements` of the versions they give, or without."""
    store = Store()
    newest = list(changes)[::-1]
    parts = [_described(event, base) for event, _ in newest]
    size = 0
    for event, payload in newest[: MOST_VERSIONS if statements else 0]:
        if (size := size + len(payload)) > MOST_BYTES:
            break
        parts.append(_in_graph(payload, event.record, version_of(event)))
    store.bulk_load(b"".join(parts), format=RdfFormat.N_QUADS)
    return store


def version_of(event: Event) -> str:
    """The name of the version that an event gives, which is that of its graph."""
    return f"{event.record}/v/{event.version}"


def _described(event: Event, base: str) -> bytes:
    """One change in words of the ontology, as N-Quads."""
    change, graph = f"<{dataset(base, event.tier)}/change/{event.position}>", f"<{base}/graph/history>"
    return "".join(f"{change} <{term}> {value} {graph} .\n" for term, value in _said(event)).encode()


def _said(event: Event) -> Iterator[tuple[str, str]]:
    yield RDF_TYPE, f"<{HR}RecordedChange>"
    yield f"{HR}changeOf", f"<{event.record}>"
    yield f"{HR}givesVersion", f"<{version_of(event)}>"
    for name, text in (("changeKind", event.action), ("checksum", event.payload_hash), ("origin", event.origin)):
        yield HR + name, str(Literal(text))
    for name, number in (("position", event.position), ("versionNumber", event.version)):
        yield HR + name, f'"{number}"^^<{XSD}integer>'
    for name, instant in (
        ("recordedAt", event.recorded_at),
        ("validFrom", event.valid_from),
        ("validUntil", event.valid_until),
    ):
        if instant:
            yield HR + name, f'"{instant}"^^<{XSD}dateTime>'


def _in_graph(payload: bytes, record: str, graph: str) -> bytes:
    """The statements of a record, moved to another graph. Canonical lines end with the record's name and a point."""
    end, other = f" <{record}> .\n".encode(), f" <{graph}> .\n".encode()
    return b"".join(line.removesuffix(end) + other for line in payload.splitlines(keepends=True))
