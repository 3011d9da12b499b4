"""Loading the curated tables: what changed since they were last loaded, whether it may, and the events.

A load compares each record with the last event of origin `curated`. Same bytes: nothing. Different: a
correction, or an amendment when its validity moved. Gone: a withdrawal, listed and only done when asked.
Where another origin wrote later it is a conflict, reported and not applied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from hedgerow.graph.project import TIER, Fold, build_store, fold, today
from hedgerow.intake.checks import run_checks
from hedgerow.intake.shapes import Finding, validate
from hedgerow.iri import HR
from hedgerow.ledger import Action, Draft, Latest, Ledger
from hedgerow.record import Record
from hedgerow.sources.curated import TableCount, read_curated
from hedgerow.sources.table import Problem

ORIGIN = "curated"
ONTOLOGY_VERSION = "0.1.0"

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
    latest = ledger.latest(TIER)
    drafts = list(_plan(curated.records, latest, report, withdraw))
    if report.problems or not drafts:
        return report
    state = fold(ledger, TIER)
    changed = {draft.record for draft in drafts}
    staged = [record for record in curated.records if record.iri in changed]
    report.problems += _dangling(staged, state, {d.record for d in drafts if d.action == "withdraw"})
    _validate(staged, state, drafts, base, report, progress)
    if report.ok and not dry_run:
        progress("Writing the ledger", 0, 1)
        report.appended = len(ledger.append(TIER, drafts))
        progress("Writing the ledger", 1, 1)
    return report


def _plan(records: list[Record], latest: dict[str, list[Latest]], report: Report, withdraw: bool) -> Iterator[Draft]:
    for record in records:
        history = latest.get(record.iri, [])
        ours = next((event for event in history if event.origin == ORIGIN), None)
        if ours and ours.action != "withdraw" and ours.payload_hash == record.digest:
            report.unchanged += 1
        elif history and history[0].origin != ORIGIN:
            report.conflicts.append(record.iri)
        else:
            yield _draft(record, ours, history, report)
    present = {record.iri for record in records}
    for iri, history in latest.items():
        if iri in present or history[0].origin != ORIGIN or history[0].action == "withdraw":
            continue
        report.gone.append(iri)
        if withdraw:
            report.withdrawn.append(iri)
            yield Draft(iri, "withdraw", ORIGIN, b"", history[0].version, ontology=ONTOLOGY_VERSION)


def _draft(record: Record, ours: Latest | None, history: list[Latest], report: Report) -> Draft:
    valid_from, valid_until = validity(record)
    action: Action = "correct"
    if ours is None or ours.action == "withdraw":
        action = "assert"
    elif (ours.valid_from, ours.valid_until) != (valid_from, valid_until):
        action = "amend"
    lists = {"assert": report.asserted, "correct": report.corrected, "amend": report.amended}
    lists[action].append(record.iri)
    version = max((event.version for event in history), default=0)
    return Draft(record.iri, action, ORIGIN, record.canonical, version, valid_from, valid_until, ONTOLOGY_VERSION)


def validity(record: Record) -> tuple[str, str]:
    """The interval a record's version is valid in, as ISO instants: from its dates, '' where open."""
    dates: dict[tuple[str, str], str] = {}
    for quad in record.quads:
        if isinstance(quad.object, Literal) and isinstance(quad.subject, NamedNode):
            part = quad.subject.value.partition("#")[2]
            dates[part, quad.predicate.value.removeprefix(HR)] = quad.object.value
    start, signed = dates.get(("start", "earliest"), ""), dates.get(("signed", "earliest"), "")
    end = dates.get(("end", "latest"), "")
    # Ended before its planned start: it was valid from its signature.
    begin = signed if end and start >= end else start or signed
    return begin, end


def _dangling(staged: list[Record], state: Fold, withdrawn: set[str]) -> Iterator[Problem]:
    held = (set(state.versions) - withdrawn) | {record.iri for record in staged}
    for record in staged:
        for target in sorted(set(record.references()) - held):
            yield Problem("", 0, "", f"{record.iri} refers to {target}, which is not there.", "Add it first.")


def _validate(
    staged: list[Record], state: Fold, drafts: list[Draft], base: str, report: Report, progress: Progress
) -> None:
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        progress("Checking the shapes", done, len(staged))

    progress("Checking the shapes", 0, len(staged))
    report.findings += validate(staged, step)
    progress("Comparing the records", 0, 1)
    day = today()
    payloads = {iri: state.chosen(iri, day) or b"" for iri in state.versions}
    payloads |= {draft.record: draft.payload for draft in drafts}
    report.findings += run_checks(build_store(payloads.values(), base), base)
    progress("Comparing the records", 1, 1)
