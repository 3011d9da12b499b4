"""Taking records in: what changed since they were last written, whether it may, and the events.

A load compares each record of the curated tables with the last event of origin `curated`. Same bytes: nothing.
Different: a correction, or an amendment when its validity moved. Gone: a withdrawal, listed and only done when
asked. Where another origin wrote later it is a conflict, reported and not applied.

The shipped examples are compared in the same way, in the tier `demo`, with origin `example`; there what is gone from
the files is withdrawn without asking, for nobody ever relied on it.

Records a user adds are compared with the last event of any origin: who adds a record means to replace it. Tables
hold everything their origin says, a file of records only what it names, so none of it is ever gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from hedgerow.errors import CallError
from hedgerow.graph.project import Fold, build_store, fold, today
from hedgerow.intake.checks import run_checks
from hedgerow.intake.shapes import BINDING, Finding, validate
from hedgerow.intake.tier import belonging
from hedgerow.iri import HR, SLUG, code
from hedgerow.ledger import Action, Draft, Latest, Ledger
from hedgerow.record import Record
from hedgerow.sources.curated import TableCount, read_curated
from hedgerow.sources.rdf import Line, RdfFile, read_rdf
from hedgerow.sources.table import Problem
from hedgerow.tiers import DEMO, PUBLIC, prefix, tier_of

CURATED = "curated"
EXAMPLE = "example"
#: The version of the ontology that events are written in.
ONTOLOGY_VERSION = "0.2.0"

#: Told as the work goes on: stage, done, total.
Progress = Callable[[str, int, int], None]


@dataclass
class Report:
    """What a load or check found and did. `ok` is false when something must be corrected first."""

    counts: list[TableCount] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    asserted: list[str] = field(default_factory=list)
    corrected: list[str] = field(default_factory=list)
    amended: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    unchanged: int = 0
    appended: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing stands that must be corrected."""
        return not self.problems and not any(f.severity == "must" for f in self.findings)


def load(
    ledger: Ledger,
    folder: Path,
    base: str,
    *,
    dry_run: bool = False,
    withdraw: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> Report:
    """Load a folder of curated tables, or with `dry_run` say what would happen. All or nothing."""
    progress("Reading the tables", 0, 1)
    curated = read_curated(folder, base)
    report = Report(counts=curated.counts, problems=curated.problems)
    if report.problems:
        return report  # What a faulty table lacks is not gone.
    drafts = list(_plan(curated.records, ledger.latest(PUBLIC), report, CURATED, withdraw))
    return _take(ledger, curated.records, drafts, report, base, dry_run=dry_run, progress=progress)


def examples(
    ledger: Ledger,
    folder: Path,
    base: str,
    *,
    dry_run: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> Report:
    """Put the records of a folder of shipped examples into the demonstration tier, and nothing else. All or nothing."""
    report = Report()
    records, places = _read_all(sorted(folder.glob("*.ttl")), base, report, progress, DEMO, shipped=True)
    if report.problems:
        return report
    drafts = list(_plan(records, ledger.latest(DEMO), report, EXAMPLE, withdraw=True))
    return _take(
        ledger,
        records,
        drafts,
        report,
        base,
        tier=DEMO,
        places=places,
        entered=True,
        dry_run=dry_run,
        progress=progress,
    )


def add(
    ledger: Ledger,
    paths: Sequence[Path],
    base: str,
    name: str,
    *,
    dry_run: bool = False,
    progress: Progress = lambda stage, done, total: None,
) -> Report:
    """Add the records of RDF files on behalf of a user, or with `dry_run` say what would happen. All or nothing."""
    if not SLUG.match(name):
        raise CallError(f"'{name}' cannot be the name of a user.", "Use letters, digits and hyphens only.")
    report = Report()
    records, places = _read_all(paths, base, report, progress)
    if report.problems:
        return report
    drafts = list(_plan_added(records, ledger.latest(PUBLIC), report, f"user:{name}"))
    return _take(ledger, records, drafts, report, base, places=places, entered=True, dry_run=dry_run, progress=progress)


def _read_all(
    paths: Sequence[Path], base: str, report: Report, progress: Progress, tier: str = PUBLIC, *, shipped: bool = False
) -> tuple[list[Record], dict[str, tuple[str, Line]]]:
    """The records of RDF files, and the place where each IRI first stands."""
    records: dict[str, Record] = {}
    places: dict[str, tuple[str, Line]] = {}
    for done, path in enumerate(paths):
        progress("Reading the files", done, len(paths))
        _gather(read_rdf(path, base, tier, shipped=shipped), records, places, report)
    return list(records.values()), places


def _gather(read: RdfFile, records: dict[str, Record], places: dict[str, tuple[str, Line]], report: Report) -> None:
    """Put the records of one file with those of the files before it."""
    report.problems += read.problems
    report.counts.append(TableCount(read.name, read.statements, len(read.records), "a row is a statement", {}))
    for record in read.records:
        if record.iri in records:
            fault = f"The record {record.iri} stands in {places[record.iri][0]} too."
            at = read.lines[record.iri]()
            report.problems.append(Problem(read.name, at, "", fault, "Keep it in one file.", "line"))
        records[record.iri] = record
        places[record.iri] = (read.name, read.lines[record.iri])
    for iri, line in read.lines.items():
        places.setdefault(iri, (read.name, line))


def _take(
    ledger: Ledger,
    records: Sequence[Record],
    drafts: list[Draft],
    report: Report,
    base: str,
    *,
    tier: str = PUBLIC,
    places: Mapping[str, tuple[str, Line]] | None = None,
    entered: bool = False,
    dry_run: bool,
    progress: Progress,
) -> Report:
    """Check what is to be written and write it, all or nothing; each draft expects the version it was made from.

    What is `entered`, and not read out of public evidence, must be complete where it is binding. A dry run checks every
    record, so that a new shape or check is tried on what is there already.
    """
    if not drafts and not dry_run:
        return report
    state = fold(ledger, tier)
    changed = {draft.record for draft in drafts}
    staged = [record for record in records if dry_run or record.iri in changed]
    withdrawn = {draft.record for draft in drafts if draft.action == "withdraw"}
    report.problems += _dangling(staged, state, withdrawn, places or {}, base)
    if entered:
        report.findings += validate([record for record in staged if _is_binding(record)], folder=BINDING)
    _validate(staged, state, drafts, base, report, progress)
    if report.ok and not dry_run:
        progress("Writing the ledger", 0, 1)
        report.appended = len(ledger.append(tier, drafts))
        progress("Writing the ledger", 1, 1)
    return report


def _is_binding(record: Record) -> bool:
    force = (NamedNode(record.iri), NamedNode(HR + "bindingForce"), NamedNode(code("binding-force", "binding")))
    return Quad(*force, NamedNode(record.iri)) in record.quads


def _plan(
    records: list[Record], latest: dict[str, list[Latest]], report: Report, origin: str, withdraw: bool
) -> Iterator[Draft]:
    for record in records:
        history = latest.get(record.iri, [])
        ours = next((event for event in history if event.origin == origin), None)
        if ours and ours.action != "withdraw" and ours.payload_hash == record.digest:
            report.unchanged += 1
        elif history and history[0].origin != origin:
            report.conflicts.append(record.iri)
        else:
            yield _draft(record, ours, history, report, origin)
    present = {record.iri for record in records}
    for iri, history in latest.items():
        if iri in present or history[0].origin != origin or history[0].action == "withdraw":
            continue
        report.gone.append(iri)
        if withdraw:
            report.withdrawn.append(iri)
            yield Draft(iri, "withdraw", origin, b"", history[0].version, ontology=ONTOLOGY_VERSION)


def _plan_added(records: list[Record], latest: dict[str, list[Latest]], report: Report, origin: str) -> Iterator[Draft]:
    for record in records:
        history = latest.get(record.iri, [])
        last = history[0] if history else None
        if last and last.action != "withdraw" and last.payload_hash == record.digest:
            report.unchanged += 1
        else:
            yield _draft(record, last, history, report, origin)


def _draft(record: Record, before: Latest | None, history: list[Latest], report: Report, origin: str) -> Draft:
    """The event that puts a record in the place of what was said `before`."""
    valid_from, valid_until = validity(record)
    action: Action = "correct"
    if before is None or before.action == "withdraw":
        action = "assert"
    elif (before.valid_from, before.valid_until) != (valid_from, valid_until):
        action = "amend"
    lists = {"assert": report.asserted, "correct": report.corrected, "amend": report.amended}
    lists[action].append(record.iri)
    version = max((event.version for event in history), default=0)
    return Draft(record.iri, action, origin, record.canonical, version, valid_from, valid_until, ONTOLOGY_VERSION)


def validity(record: Record) -> tuple[str, str]:
    """The interval a record's version is valid in, as ISO instants: from when it starts or is signed, and ends.

    The dates are those that `startsOn`, `signedOn` and `endsOn` of the record lead to; '' where there is none.
    """
    stated = {(q.subject, q.predicate.value.removeprefix(HR)): q.object for q in record.quads}

    def instant(term: str, bound: str) -> str:
        part = stated.get((NamedNode(record.iri), term))
        found = stated.get((part, bound)) if isinstance(part, NamedNode) else None
        return found.value if isinstance(found, Literal) else ""

    start, signed, end = instant("startsOn", "earliest"), instant("signedOn", "earliest"), instant("endsOn", "latest")
    # Ended before its planned start: it was valid from its signature.
    begin = signed if end and start >= end else start or signed
    return begin, end


def _dangling(
    staged: list[Record], state: Fold, withdrawn: set[str], places: Mapping[str, tuple[str, Line]], base: str
) -> Iterator[Problem]:
    """A problem for each record that would point at one which is not there, or no longer."""
    held = (set(state.versions) - withdrawn) | {record.iri for record in staged}
    for record in staged:
        for target in sorted(set(record.references(base)) - held):
            file, line = places.get(target, (record.iri, int))
            fault, remedy = f"{record.iri} refers to {target}, which is not there.", "Add it first."
            if state.tier == PUBLIC and tier_of(base, target) == DEMO:
                fault, remedy = f"{record.iri} refers to {target}, which is invented.", "Remove that from it."
            yield Problem(file, line(), "", fault, remedy, "line")
    if withdrawn:
        replaced = {record.iri for record in staged}
        # Nothing below refers to a record of this tier.
        own = {iri for iri in state.versions if iri.startswith(prefix(base, state.tier))}
        for iri in sorted(own - withdrawn - replaced):
            quads = frozenset(parse(state.chosen(iri, today()) or b"", format=RdfFormat.N_QUADS))
            for target in sorted(withdrawn.intersection(Record(iri, quads).references(base))):
                yield Problem(iri, 0, "", f"It refers to {target}, which is to be withdrawn.", "Correct it first.")


def _validate(
    staged: list[Record], state: Fold, drafts: list[Draft], base: str, report: Report, progress: Progress
) -> None:
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        progress("Checking the shapes", done, len(staged))

    progress("Checking the shapes", 0, len(staged))
    report.findings += belonging(staged, state.tier)
    report.findings += validate(staged, step)
    progress("Comparing the records", 0, 1)
    day = today()
    payloads = {iri: state.chosen(iri, day) or b"" for iri in state.versions}
    payloads |= {draft.record: draft.payload for draft in drafts}
    found = run_checks(build_store(payloads.values(), base), base)
    # What should be looked at below this tier is told where that is loaded.
    report.findings += [f for f in found if f.severity == "must" or tier_of(base, f.record) == state.tier]
    progress("Comparing the records", 1, 1)
