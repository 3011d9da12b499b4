"""How a report is told to a person: what went in and came out, what is wrong and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hedgerow.intake.load import Report

#: Problems and findings printed in full; the rest is counted.
SHOWN = 40
#: Of one rule that should hold, so many examples are printed.
EXAMPLES = 3


def lines(report: Report, *, dry_run: bool, language: str = "en") -> Iterator[str]:
    """The report as lines of text; what shapes and checks say, in the language."""
    yield from _counts(report)
    yield from _problems(report)
    yield from _findings(report, language)
    yield from _changes(report, dry_run=dry_run)


def _counts(report: Report) -> Iterator[str]:
    if not report.counts:
        return
    width = max(len(count.file) for count in report.counts)
    yield f"{'table':<{width}}  {'rows':>6}  {'records':>7}  remark"
    for count in report.counts:
        yield f"{count.file:<{width}}  {count.rows:>6}  {count.records:>7}  {count.reason}".rstrip()
        for column, reason in count.untaken.items():
            yield f"{'':<{width}}  {'':>6}  {'':>7}  column {column} not taken: {reason}"
    yield ""


def _problems(report: Report) -> Iterator[str]:
    for problem in report.problems[:SHOWN]:
        yield f"✗ {problem}"
    if len(report.problems) > SHOWN:
        yield f"  and {len(report.problems) - SHOWN} more problems."


def _findings(report: Report, language: str) -> Iterator[str]:
    musts = [finding for finding in report.findings if finding.severity == "must"]
    for finding in musts[:SHOWN]:
        yield f"✗ {finding.told(language)} [{finding.rule}]"
    if len(musts) > SHOWN:
        yield f"  and {len(musts) - SHOWN} more."
    shoulds = [finding for finding in report.findings if finding.severity == "should"]
    counts = Counter(finding.rule for finding in shoulds)
    for rule, count in counts.most_common():
        yield f"! {rule}: {count} {'record' if count == 1 else 'records'} should be looked at"
        yield from (f"    {f.told(language)}" for f in [f for f in shoulds if f.rule == rule][:EXAMPLES])


def _changes(report: Report, *, dry_run: bool) -> Iterator[str]:
    for word, names in (("conflict", report.conflicts), ("gone", report.gone)):
        for name in names[:SHOWN]:
            reason = "another origin wrote later; not applied" if word == "conflict" else "no longer in the tables"
            yield f"! {word}: {name} ({reason})"
    if report.gone and not report.withdrawn:
        yield f"  {len(report.gone)} records are gone from the tables. Add --withdraw to withdraw them."
    if not report.ok:
        total = len(report.problems) + sum(f.severity == "must" for f in report.findings)
        yield f"Nothing was written: {total} {'thing' if total == 1 else 'things'} must be corrected first."
        return
    parts = [
        f"{len(names)} {word}"
        for word, names in (
            ("new", report.asserted),
            ("corrected", report.corrected),
            ("amended", report.amended),
            ("withdrawn", report.withdrawn),
            ("in conflict", report.conflicts),
        )
        if names
    ]
    summary = ", ".join([*parts, f"{report.unchanged} unchanged"])
    yield f"{'Would load' if dry_run else 'Loaded'}: {summary}."
    if not dry_run:
        yield f"{report.appended} events appended."
