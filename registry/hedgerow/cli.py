"""The command line. It can do everything the site can; it only parses words and prints.

Exit codes: 0 fine, 1 the input is at fault, 2 the call is at fault.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO

import click

from hedgerow import __version__
from hedgerow.backup import backup as back_up
from hedgerow.backup import restore as restore_ledger
from hedgerow.errors import CallError, HedgerowError
from hedgerow.exchange.commands import describe
from hedgerow.exchange.dump import Scope, dump
from hedgerow.graph.client import JSON, TURTLE, connect
from hedgerow.graph.project import fold, today
from hedgerow.intake.load import Progress, Report
from hedgerow.intake.load import add as add_files
from hedgerow.intake.load import examples as load_examples
from hedgerow.intake.load import load as run_load
from hedgerow.intake.report import lines
from hedgerow.ledger import Head, Ledger
from hedgerow.library import graph_of
from hedgerow.ontology.commands import ontology
from hedgerow.options import of_recorded, of_tier, offered
from hedgerow.paths import DATA, EXAMPLES
from hedgerow.questions import FORMS, Answer, Question, ask, find, history_of, load_questions, with_evidence
from hedgerow.search import KINDS, index
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC, tier_of
from hedgerow.verify import examine
from hedgerow.verify import rebuild as rebuild_ledger

_FORMATS = {
    "json": (JSON, "application/ld+json"),
    "csv": ("text/csv", TURTLE),
    "tsv": ("text/tab-separated-values", TURTLE),
    "xml": ("application/sparql-results+xml", "application/rdf+xml"),
    "turtle": (JSON, TURTLE),
    "nt": (JSON, "application/n-triples"),
}


#: The form of an answer that is made for the terminal.
_TABLE = "table"


class _Group(click.Group):
    """Turns our errors into one clear message and the right exit code."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except HedgerowError as error:
            click.echo(f"{error.title}: {error}", err=True)
            ctx.exit(error.exit_code)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            click.echo(f"The system refused: {place}{error.strerror or error}. Mend that and try again.", err=True)
            ctx.exit(1)


def _in_language(command: Callable[..., None]) -> Callable[..., None]:
    """The option that says in which language shapes and checks speak."""
    say = "Language of what shapes and checks say."
    return click.option("--lang", type=click.Choice(["en", "ja"]), default="en", show_default=True, help=say)(command)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hedgerow")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Hedgerow: a registry of critical-material agreements as a knowledge graph."""
    ctx.obj = Settings.from_env()


main.add_command(ontology)
main.add_command(describe)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=DATA, required=False)
@click.option("--withdraw", is_flag=True, help="Withdraw records whose rows are gone.")
@_in_language
@click.pass_obj
def load(settings: Settings, folder: Path, withdraw: bool, lang: str) -> None:
    """Load the curated tables of FOLDER (default: the shipped record) into the ledger."""
    _load(settings, folder, lang, dry_run=False, withdraw=withdraw)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=DATA, required=False)
@_in_language
@click.pass_obj
def check(settings: Settings, folder: Path, lang: str) -> None:
    """Say what loading FOLDER would do and what is wrong with it; writes nothing."""
    _load(settings, folder, lang, dry_run=True, withdraw=False)


@main.command()
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--by", "name", required=True, help="Who adds them; kept with every event.")
@click.option("--check", "dry_run", is_flag=True, help="Say what would happen and write nothing.")
@_in_language
@click.pass_obj
def add(settings: Settings, files: tuple[Path, ...], name: str, dry_run: bool, lang: str) -> None:
    """Add the records in FILES (.ttl, .trig, .nt, .nq, .jsonld, .rdf) to the ledger, all or nothing."""
    with _progress(settings, show=sys.stderr.isatty()) as progress, _ledger(settings, dry_run) as ledger:
        report = add_files(ledger, files, settings.base, name, dry_run=dry_run, progress=progress)
    _tell(report, lang, dry_run=dry_run)


@main.command()
@click.option("--check", "dry_run", is_flag=True, help="Say what would happen and write nothing.")
@_in_language
@click.pass_obj
def examples(settings: Settings, dry_run: bool, lang: str) -> None:
    """Put the shipped examples, all invented, into the demonstration tier, and take out what is no longer shipped."""
    offered(settings, DEMO)
    # Their progress is no business of the page that tells of a first load.
    with _bar(show=sys.stderr.isatty()) as progress, _ledger(settings, dry_run) as ledger:
        report = load_examples(ledger, EXAMPLES, settings.base, dry_run=dry_run, progress=progress)
    _tell(report, lang, dry_run=dry_run)


def _load(settings: Settings, folder: Path, lang: str, *, dry_run: bool, withdraw: bool) -> None:
    if not folder.is_dir():
        raise CallError(f"There is no folder {folder}.", "Name a folder that holds the tables.")
    with _progress(settings, show=sys.stderr.isatty()) as progress, _ledger(settings, dry_run) as ledger:
        report = run_load(ledger, folder, settings.base, dry_run=dry_run, withdraw=withdraw, progress=progress)
    _tell(report, lang, dry_run=dry_run)


def _tell(report: Report, lang: str, *, dry_run: bool) -> None:
    for line in lines(report, dry_run=dry_run, language=lang):
        click.echo(line)
    if not report.ok:
        sys.exit(1)


@contextlib.contextmanager
def _ledger(settings: Settings, dry_run: bool) -> Iterator[Ledger]:
    # A dry run on an empty home must leave no ledger behind.
    path = Path(":memory:") if dry_run and not settings.ledger.exists() else settings.ledger
    with Ledger(path, settings.base) as ledger:
        yield ledger


@contextlib.contextmanager
def _progress(settings: Settings, *, show: bool) -> Iterator[Progress]:
    """A progress bar for the person, and a file that the site shows meanwhile."""
    with _bar(show=show) as draw:

        def tell(stage: str, done: int, total: int) -> None:
            if settings.run.is_dir():
                content = json.dumps({"stage": stage, "done": done, "total": total, "message": stage})
                scratch = settings.progress.with_suffix(f".{os.getpid()}")
                scratch.write_text(content, "utf-8")
                scratch.replace(settings.progress)
            draw(stage, done, total)

        try:
            yield tell
        finally:
            settings.progress.unlink(missing_ok=True)


@contextlib.contextmanager
def _bar(*, show: bool) -> Iterator[Progress]:
    """A progress bar on the terminal."""
    bar: list[object] = []

    def draw(stage: str, done: int, total: int) -> None:
        if show:
            filled = int(30 * done / max(total, 1))
            click.echo(f"\r\033[K{stage:<22} {'█' * filled}{'░' * (30 - filled)} {done}/{total}", nl=False, err=True)
            bar[:] = [stage]

    try:
        yield draw
    finally:
        if bar:
            click.echo("\r\033[K", nl=False, err=True)


@main.command(
    "ask", context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "allow_interspersed_args": True}
)
@click.argument("question", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice([_TABLE, *(form.name for form in FORMS)]),
    default=_TABLE,
    show_default=True,
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file, whole or not.")
@click.option("--lang", type=click.Choice(["en", "ja"]), default="en", show_default=True, help="Language of labels.")
@of_tier
@of_recorded
@click.pass_context
def ask_command(
    ctx: click.Context, question: str | None, form: str, output: Path | None, lang: str, tier: str, recorded: str
) -> None:
    """Ask a QUESTION by name or id; its parameters are options, as --country JP. Alone: list the questions."""
    if question is None:
        if ctx.args:
            raise CallError(
                f"There is a parameter without a question: {' '.join(ctx.args)}.", "Name the question first."
            )
        _list_questions(form, lang)
        return
    if form == _TABLE and output:
        raise CallError("A table is for the terminal.", "Choose another form for a file, as --format csv.")
    settings: Settings = ctx.obj
    asked = find(question)
    offered(settings, tier)
    values = _parameters(asked, ctx.args)
    asked.bound(values, settings.base)  # A bad parameter is said before a graph is built.
    graph, then = graph_of(settings, tier, recorded, asked.day(values))
    past = history_of(settings, tier, asked, values, then)
    answer = ask(graph, asked, values, settings.base, lang, then, past)
    if form == _TABLE:
        _print_answer(answer, lang)
        return
    (chosen,) = (each for each in FORMS if each.name == form)
    if chosen.evidence:
        answer = replace(with_evidence(graph, answer), site=settings.site)
    _put(chosen.write(answer), output)


def _put(body: bytes, output: Path | None) -> None:
    """Write to a file, which is there whole or not at all; or to the standard output."""
    if output is None:
        sys.stdout.buffer.write(body)
        if not body.endswith(b"\n") and sys.stdout.isatty():
            click.echo()
        return
    # Beside the file, so that the last step is one of the file system and cannot stop half-way.
    scratch = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        scratch.write_bytes(body)
        scratch.replace(output)
    finally:
        scratch.unlink(missing_ok=True)


def _parameters(question: Question, words: list[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--"):
            raise CallError(f"'{word}' is not an option.", "Write parameters as --name value.")
        if not equals:
            value = next(rest, "")
            if not value or value.startswith("--"):
                raise CallError(f"--{name} has no value.", f"Write --{name} VALUE.")
        camel = "".join(p.capitalize() if i else p for i, p in enumerate(name.split("-")))
        if camel in values:
            raise CallError(f"The parameter '{camel}' is given twice.", "Give it once.")
        values[camel] = value
    return values


def _list_questions(form: str, lang: str) -> None:
    questions = load_questions().values()
    if form == "json":
        listing = [
            {
                "id": q.id,
                "name": q.name,
                "title": q.title.get(lang, q.title["en"]),
                "parameters": [{"name": p.name, "type": p.type, "default": p.default} for p in q.parameters],
                "columns": [{"name": c.name, "type": c.type, "unit": c.unit} for c in q.columns],
            }
            for q in questions
        ]
        click.echo(json.dumps(listing, ensure_ascii=False, indent=1))
        return
    if form == "csv":
        click.echo("id,name")
        for q in questions:
            click.echo(f"{q.id},{q.name}")
        return
    if form != _TABLE:
        raise CallError(f"The list of questions does not come as {form}.", "Choose table, csv or json.")
    for q in questions:
        options = " ".join(f"[--{p.name} {p.default or p.type}]" for p in q.parameters)
        click.echo(f"{q.id:<4} {q.name:<24} {q.title.get(lang, q.title['en'])}")
        click.echo(f"     hedgerow ask {q.name} {options}")


#: Widest cell of a printed table, in terminal columns.
_CELL = 44


#: Answers of at most so many rows that do not fit the terminal are printed one value a line.
_FEW = 5


def _print_answer(answer: Answer, lang: str) -> None:
    columns = [c for c in answer.columns if c.type not in ("iri", "code", "iris")]
    heads = [c.label.get(lang, c.label["en"]) + (f" ({c.unit})" if c.unit else "") for c in columns]
    numeric = [c.type in ("decimal", "integer") for c in columns]
    cells = [[_shown(row[c.name], c.type) for c in columns] for row in answer.rows]
    short = [[_cut(cell) for cell in row] for row in cells]
    widths = [max([_width(h), *(_width(r[i]) for r in short)]) for i, h in enumerate(heads)]
    if len(cells) <= _FEW and sum(widths) + 2 * len(widths) > shutil.get_terminal_size().columns:
        label = max(map(_width, heads))
        for row in cells:
            for head, cell in zip(heads, row, strict=True):
                click.echo(f"{_pad(head, label, right=False)}  {cell}")
            click.echo()
    else:
        for line in (heads, ["─" * width for width in widths], *short):
            padded = (_pad(cell, width, right) for cell, width, right in zip(line, widths, numeric, strict=True))
            click.echo("  ".join(padded).rstrip())
        click.echo()
    footing = answer.footing
    tier = "" if footing["tier"] == PUBLIC else f" · tier {footing['tier']}"
    rows = "1 row" if footing["rows"] == 1 else f"{footing['rows']} rows"
    then = "" if "recorded" not in footing else f" · recorded by {footing['recorded']['at']}"
    click.echo(f"{rows} · as of {footing['asOf']} · {footing['version']}{then}{tier}")
    for part in ("missing", "coverage", "assumptions"):
        if footing[part]:
            click.echo(textwrap.fill(str(footing[part]), 100 if lang == "en" else 50))


def _cut(text: str) -> str:
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"


def _shown(value: object, kind: str) -> str:
    if value is None:
        return "·"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "integer":
        return str(value)  # A year is not grouped.
    if isinstance(value, int | float):
        return f"{value:,.6g}" if isinstance(value, float) and abs(value) < 1000 else f"{value:,.0f}"
    return str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if right else text + space


@main.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@click.option("--format", "form", type=click.Choice(list(_FORMATS)), default="csv", show_default=True)
@of_tier
@of_recorded
@click.pass_obj
def query(settings: Settings, file: IO[str], form: str, tier: str, recorded: str) -> None:
    """Run the SPARQL query in FILE (- for standard input) over the graph of a tier."""
    offered(settings, tier)
    solutions, triples = _FORMATS[form]
    try:
        text = file.read()
    except UnicodeDecodeError as error:
        raise CallError(f"{file.name} is not UTF-8: byte {error.start} does not belong.", "Save it as UTF-8.") from None
    graph, _ = graph_of(settings, tier, recorded)
    reply = graph.query(text, solutions=solutions, triples=triples)
    sys.stdout.buffer.write(reply.body)
    if not reply.body.endswith(b"\n"):
        sys.stdout.buffer.write(b"\n")


@main.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--kind", type=click.Choice(KINDS), help="Only things of this kind.")
@click.option("--lang", type=click.Choice(["en", "ja"]), default="en", show_default=True, help="Language of labels.")
@of_tier
@click.pass_obj
def search(settings: Settings, words: tuple[str, ...], kind: str | None, lang: str, tier: str) -> None:
    """Find things by WORDS of their names, symbols or identifiers."""
    offered(settings, tier)
    hits = index(connect(settings, tier)).find(" ".join(words), kind)
    if not hits:
        click.echo("Nothing on record has that name.", err=True)
    for hit in hits:
        mark = "  (synthetic)" if tier_of(settings.base, hit.iri) == DEMO else ""
        click.echo(f"{hit.kind:<18}{hit.iri.rsplit('/', 1)[-1].rpartition('#')[2]:<36} {hit.label(lang)}{mark}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--scope",
    type=click.Choice(["open", "full"]),
    default="open",
    show_default=True,
    help="open: what may be passed on; full: all, for this installation only.",
)
@of_tier
@click.pass_obj
def export(settings: Settings, folder: Path, scope: Scope, tier: str) -> None:
    """Write the records of a tier into FOLDER as N-Quads, TriG and CSV, with a manifest of hashes."""
    offered(settings, tier)
    with _existing(settings) as ledger:
        state = fold(ledger, tier)
    dumped = dump(state, state.view(today()), folder, scope, settings.base)
    click.echo(f"{dumped.records} records written; see {dumped.manifest}.")
    if dumped.left_out:
        click.echo(f"{len(dumped.left_out)} records left out: the terms of a source they rest on are not checked.")


def _existing(settings: Settings) -> Ledger:
    if not settings.ledger.exists():
        raise CallError(f"The home {settings.home} holds no records.", "Run 'hedgerow load' first.")
    return Ledger(settings.ledger, settings.base)


@main.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Walk every chain of the ledger and say all that does not fit; exit code 1 when something does not."""
    with _existing(settings) as ledger:
        damages = list(examine(ledger))
        for damage in damages:
            mend = "'hedgerow rebuild' mends it." if damage.derived else "Restore from a backup."
            click.echo(f"✗ {damage} {mend}")
        if damages:
            sys.exit(1)
        for tier in ledger.tiers():
            head = ledger.head(tier)
            click.echo(f"The chain '{tier}' is whole: {head.position} events, ending in {head.hash}.")


@main.command()
@click.pass_obj
def rebuild(settings: Settings) -> None:
    """Make anew what is derived from the events of the ledger, after checking them."""
    with _existing(settings) as ledger:
        made = rebuild_ledger(ledger)
    click.echo(f"{made} rows made from the events. Graphs are built from the events at every start.")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def backup(settings: Settings, folder: Path) -> None:
    """Copy the ledger into FOLDER, with a manifest, and prove the copy; others may write meanwhile."""
    with _existing(settings) as ledger:
        _tell_heads("Backed up", back_up(ledger, settings.base, folder))


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def restore(settings: Settings, folder: Path) -> None:
    """Put the backup in FOLDER into an empty home, after proving it against its manifest and its chains."""
    _tell_heads("Restored", restore_ledger(folder, settings.ledger, settings.base))


def _tell_heads(done: str, heads: Mapping[str, Head]) -> None:
    for tier, head in heads.items():
        click.echo(f"{done} the chain '{tier}': {head.position} events, ending in {head.hash}.")


@main.command()
@click.option("--host", help="Address to listen on (default: HOST, else 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="TCP port (default: PORT, else 8000).")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None) -> None:
    """Serve the site; on an empty home the shipped record is loaded first, with its progress shown."""
    from hedgerow.serve import Supervisor

    Supervisor(settings, host=host or settings.host, port=settings.port if port is None else port).run()
