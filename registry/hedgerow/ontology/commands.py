"""`hedgerow ontology`: the commands; they only print."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import click

from hedgerow.ontology.check import Fault, Step, check, rewrite
from hedgerow.paths import ONTOLOGY

#: Warnings of one kind that are told one by one.
_TOLD = 5
_FOLDER = click.argument(
    "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=ONTOLOGY, required=False
)


@click.group()
def ontology() -> None:
    """Check the files of the ontology, or write them in their one form."""


@ontology.command("check")
@_FOLDER
@click.option("--no-reasoner", is_flag=True, help="Leave out the three steps that need HermiT.")
def check_command(folder: Path, no_reasoner: bool) -> None:
    """Check the ontology in FOLDER (default: the shipped one); exit code 1 when something is wrong."""
    steps = []
    for step in check(folder.resolve(), with_reasoner=not no_reasoner):
        steps.append(step)
        _tell(step)
    errors = sum(not fault.warning for step in steps for fault in step.faults)
    warnings = sum(fault.warning for step in steps for fault in step.faults)
    click.echo(f"{errors} errors, {warnings} warnings, {sum(step.seconds for step in steps):.1f} s")
    if errors:
        sys.exit(1)


@ontology.command("write")
@_FOLDER
def write_command(folder: Path) -> None:
    """Write the Turtle files of FOLDER (default: the shipped ontology) in their one form, and the JSON-LD context."""
    changed = rewrite(folder.resolve())
    for path, lost in changed.items():
        click.echo(path.relative_to(folder.resolve()))
        for comment in lost:
            click.echo(f"  not kept: {comment}")
    click.echo(f"{len(changed)} files written." if changed else "Nothing to write: every file is in its form.")


def _tell(step: Step) -> None:
    mark = "–" if step.counted == "skipped" else "✓" if step.ok else "✗"
    click.echo(f"{mark} {step.name:<24} {step.counted:<64} {step.seconds:6.2f} s")
    told: Counter[str] = Counter()
    for fault in step.faults:
        told[fault.kind] += fault.warning
        if not fault.warning or told[fault.kind] <= _TOLD:
            click.echo(f"  {_line(fault)}")
    for kind, count in told.items():
        if count > _TOLD:
            click.echo(f"  ! and {count - _TOLD} more warnings of the rule {kind}")


def _line(fault: Fault) -> str:
    rule = f"[{fault.kind}]" if fault.kind else ""
    words = (fault.place + ":", fault.term, fault.message, fault.remedy, rule)
    return ("! " if fault.warning else "✗ ") + " ".join(word for word in words if word)
