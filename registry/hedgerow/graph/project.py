"""Ledger to graph: which version of each record a view holds, and the store built from it.

A view is named by a tier, an instant D and a ledger position K: of every record known at K it holds the
version valid at D, else the last before, else the first after. A tier above public folds the public chain and its
own. A store can always be thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, parse

from hedgerow.errors import InputError
from hedgerow.iri import EXAMPLE_QUERIES, HR, ONTOLOGY_GRAPH, RDF_TYPE, RDFS_LABEL, XSD, rebase
from hedgerow.ledger import GENESIS, Event, Head, Ledger
from hedgerow.paths import ONTOLOGY, QUERIES
from hedgerow.rq import split_header
from hedgerow.tiers import DEMO, PUBLIC, chains, dataset

#: Each pass follows the bills of materials one level further down; more levels than this are a circle of rules.
MAX_RULE_PASSES = 64
_LABEL = NamedNode(RDFS_LABEL)


@dataclass(frozen=True)
class View:
    """What a graph was built from; `version` names it in every answer. `below`: the ends of the other chains read.

    `issued` and `modified` are when the first and the last event read were recorded, '' when there is none.
    """

    tier: str
    head: Head
    day: date
    below: tuple[tuple[str, Head], ...] = ()
    issued: str = ""
    modified: str = ""

    @property
    def version(self) -> str:
        """Of each chain read, its own first: the tier, position and start of the head's hash; then D."""
        ends = [(self.tier, self.head), *self.below]
        named = [f"{tier}-{head.position}-{head.hash[:12]}" for tier, head in ends]
        return "-".join([*named, self.day.isoformat()])


@dataclass(frozen=True)
class Version:
    """One version of a record: the interval it is valid in, its bytes, its number and when it was recorded."""

    valid_from: str
    valid_until: str
    payload: bytes
    number: int = 0
    recorded_at: str = ""


@dataclass
class Fold:
    """The state of the chains a tier sees: where they end, and every record's versions in the order recorded."""

    tier: str = PUBLIC
    heads: dict[str, Head] = field(default_factory=dict)
    versions: dict[str, list[Version]] = field(default_factory=dict)
    issued: str = ""
    modified: str = ""

    @property
    def head(self) -> Head:
        """The end of the tier's own chain."""
        return self.end(self.tier)

    def end(self, chain: str) -> Head:
        """How far a chain was read."""
        return self.heads.get(chain, Head(0, GENESIS))

    def view(self, day: date) -> View:
        """The name of the view of that day."""
        below = tuple((chain, self.end(chain)) for chain in chains(self.tier) if chain != self.tier)
        return View(self.tier, self.head, day, below, self.issued, self.modified)

    def apply(self, event: Event, payload: bytes | None) -> None:
        """Take one event: a correction replaces the version it corrects, an amendment adds one."""
        self.heads[event.tier] = Head(event.position, event.hash)
        # Several chains are read one after the other, and a clock can be set back.
        self.issued = min(self.issued or event.recorded_at, event.recorded_at)
        self.modified = max(self.modified, event.recorded_at)
        held = self.versions.setdefault(event.record, [])
        if event.action == "withdraw":
            held.clear()
        else:
            if event.action == "correct" and held:
                held.pop()
            held.append(Version(event.valid_from, event.valid_until, payload or b"", event.version, event.recorded_at))
        if not held:
            del self.versions[event.record]

    def chosen(self, record: str, day: date) -> bytes | None:
        """The bytes of the version a view of that day holds, or None when the record is withdrawn."""
        version = self.version(record, day)
        return version.payload if version else None

    def version(self, record: str, day: date) -> Version | None:
        """The version a view of that day holds, or None when the record is withdrawn."""
        held = self.versions.get(record)
        if not held:
            return None
        instant = f"{day.isoformat()}T00:00:00Z"
        valid = [v for v in held if v.valid_from <= instant and (not v.valid_until or instant < v.valid_until)]
        if valid:
            return valid[-1]
        before = [v for v in held if v.valid_until and v.valid_until <= instant]
        if before:
            return max(before, key=lambda v: v.valid_until)
        return min(held, key=lambda v: v.valid_from)

    def payloads(self, day: date) -> Iterator[bytes]:
        """The bytes of every record of a view."""
        for record in self.versions:
            yield self.chosen(record, day) or b""

    def statements(self, day: date, base: str) -> Iterator[bytes]:
        """The bytes of every record of a view, each with what the ledger says of its version."""
        for record in self.versions:
            if version := self.version(record, day):
                yield version.payload + noted(record, version, base)


def fold(ledger: Ledger, tier: str = PUBLIC, until: Mapping[str, int] | None = None) -> Fold:
    """Read whatever a tier sees: all, or of each chain as far as `until` says."""
    state = Fold(tier)
    for event, payload in unread(ledger, state, until):
        state.apply(event, payload)
    return state


def unread(ledger: Ledger, state: Fold, until: Mapping[str, int] | None = None) -> Iterator[tuple[Event, bytes | None]]:
    """The events that the chains have gained since they were read."""
    for chain in chains(state.tier):
        yield from ledger.events(chain, state.end(chain).position, until[chain] if until else None)


def today() -> date:
    """The day of the live view, in UTC."""
    return datetime.now(UTC).date()


def build_store(payloads: Iterable[bytes], base: str) -> Store:
    """A store of ontology, code lists and the given records, with the rules run."""
    store = Store()
    store.extend(_ontology())
    store.extend(_questions(base))
    store.bulk_load(b"".join(payloads), format=RdfFormat.N_QUADS)
    infer(store, base)
    return store


def noted(record: str, version: Version, base: str) -> bytes:
    """What the ledger says of a record's version, in `<base>/graph/recorded`: its number, when it was recorded."""
    says = ((f"{HR}versionNumber", "integer", version.number), (f"{HR}recordedAt", "dateTime", version.recorded_at))
    lines = (f'<{record}> <{term}> "{value}"^^<{XSD}{kind}> <{base}/graph/recorded> .\n' for term, kind, value in says)
    return "".join(lines).encode()


def replace_record(store: Store, record: str, version: Version | None, base: str) -> None:
    """Put another version of a record in place of the one held."""
    store.remove_graph(NamedNode(record))
    for quad in list(store.quads_for_pattern(NamedNode(record), None, None, NamedNode(f"{base}/graph/recorded"))):
        store.remove(quad)
    if version:
        store.extend(parse(version.payload + noted(record, version, base), format=RdfFormat.N_QUADS))


def _ontology() -> Iterator[Quad]:
    # Class expressions need blank nodes, which the view does not hold: the reasoner reads the files.
    graph = NamedNode(ONTOLOGY_GRAPH)
    for path in [*sorted(ONTOLOGY.glob("*.ttl")), *sorted((ONTOLOGY / "labels").glob("*.ttl"))]:
        yield from _named(path, graph)
    for path in sorted((ONTOLOGY / "codes").glob("*.ttl")):
        yield from _named(path, NamedNode(f"https://w3id.org/hedgerow/code/{path.stem}"))


def _questions(base: str) -> Iterator[Quad]:
    """What the questions are called and, where the public record cannot answer one, which data it lacks."""
    graph = NamedNode(f"{base}/graph/questions")
    for path in sorted(QUERIES.glob("*/*.rq")):
        header, _ = split_header(path.read_text("utf-8"), path.name)
        if not isinstance(header, dict) or "id" not in header:
            continue  # what counts the coverage of a question
        question = NamedNode(f"{base}/{EXAMPLE_QUERIES}#{header['name']}")
        yield Quad(question, NamedNode(RDF_TYPE), NamedNode("http://www.w3.org/ns/shacl#SPARQLSelectExecutable"), graph)
        yield Quad(question, NamedNode("http://purl.org/dc/terms/identifier"), Literal(header["id"]), graph)
        for language, title in header["title"].items():
            yield Quad(question, _LABEL, Literal(title, language=language), graph)
        if header.get("missing"):
            lacking = NamedNode(f"{question.value}-missing")
            yield Quad(question, NamedNode("http://www.w3.org/2004/02/skos/core#editorialNote"), lacking, graph)
            for language, text in header["missing"].items():
                yield Quad(lacking, _LABEL, Literal(text, language=language), graph)


def _named(path: Path, graph: NamedNode) -> Iterator[Quad]:
    for quad in parse(path=path, format=RdfFormat.TURTLE):
        if not isinstance(quad.subject, BlankNode) and not isinstance(quad.object, BlankNode):
            yield Quad(quad.subject, quad.predicate, quad.object, graph)


def infer(store: Store, base: str) -> None:
    """Recompute what follows from the records: the rules R until nothing is added, then the rules K once.

    A rule R holds whatever is added to the record, as an axiom does; a rule K also rests on what the record lacks, so
    its conclusions have a graph of their own.
    """
    for name in ("inferred", "computed"):
        store.remove_graph(NamedNode(f"{base}/graph/{name}"))
    rules = _rules("R", base)
    size = len(store)
    for _ in range(MAX_RULE_PASSES):
        for rule in rules:
            store.update(rule)
        if len(store) == size:
            break
        size = len(store)
    else:
        raise InputError("The rules do not come to an end.", "Look for two rules that feed each other.")
    for rule in _rules("K", base):
        store.update(rule)


def _rules(letter: str, base: str) -> list[str]:
    return [rebase(path.read_text("utf-8"), base) for path in sorted((ONTOLOGY / "rules").glob(f"{letter}*.rq"))]


#: What the graph of each tier is called.
TITLES = {
    PUBLIC: "Hedgerow, the public record",
    DEMO: "Hedgerow, the public record and what is invented for demonstration",
}


def describe_view(store: Store, view: View, base: str) -> None:
    """Write what the graph was built from into `<base>/graph/about`."""
    graph = NamedNode(f"{base}/graph/about")
    store.remove_graph(graph)
    about = NamedNode(dataset(base, view.tier))
    terms: list[tuple[str, NamedNode | Literal]] = [
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", NamedNode("http://rdfs.org/ns/void#Dataset")),
        ("http://www.w3.org/2002/07/owl#versionInfo", Literal(view.version)),
        ("http://purl.org/dc/terms/title", Literal(TITLES[view.tier], language="en")),
        ("http://purl.org/dc/terms/license", NamedNode("https://creativecommons.org/licenses/by/4.0/")),
    ]
    for term, instant in (("issued", view.issued), ("modified", view.modified)):
        if instant:
            terms.append((f"http://purl.org/dc/terms/{term}", Literal(instant, datatype=NamedNode(XSD + "dateTime"))))
    store.extend(Quad(about, NamedNode(term), value, graph) for term, value in terms)
