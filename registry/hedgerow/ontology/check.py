"""The whole check of the ontology, step by step: what was counted, what is wrong and what to do about it."""

from __future__ import annotations

import importlib.util
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pyoxigraph import Literal, NamedNode

import hedgerow
from hedgerow.errors import HedgerowError
from hedgerow.graph.project import build_store
from hedgerow.intake.checks import run_checks
from hedgerow.intake.shapes import Finding, validate
from hedgerow.iri import CODE, DEFAULT_BASE, HR
from hedgerow.ontology import context, hygiene, reasoner
from hedgerow.ontology.files import RDFS, SKOS, Ontology, TurtleFile, read_ontology
from hedgerow.ontology.terms import tokens, undefined, uses
from hedgerow.ontology.turtle import canonical
from hedgerow.paths import DATA, QUERIES
from hedgerow.record import Record
from hedgerow.sources.curated import read_curated
from hedgerow.sources.rdf import RdfFile, read_rdf
from hedgerow.tiers import DEMO

WRITE = "Run 'hedgerow ontology write'."
LANGUAGES = ("en", "ja")
#: The kinds of file that name terms and codes.
_SPEAKING = (".ttl", ".rq", ".trig", ".py")


@dataclass(frozen=True)
class Fault:
    """One thing wrong: where, of which term ("" for the file), what and the remedy. A warning lets the check pass."""

    place: str
    term: str
    message: str
    remedy: str
    warning: bool = False
    kind: str = ""


@dataclass
class Step:
    """One step of the check: what was counted, what is wrong, how long it took in seconds."""

    name: str
    counted: str = ""
    faults: list[Fault] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether nothing but warnings was found."""
        return all(fault.warning for fault in self.faults)


class _World:
    """What several steps need, made once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ontology: Ontology
        #: What HermiT concludes from the examples; None until that is known, and where they contradict each other.
        self.inferred: reasoner.Inferred | None = None

    @cached_property
    def examples(self) -> list[RdfFile]:
        return [read_rdf(file.path, DEFAULT_BASE, DEMO, shipped=True) for file in self.ontology.files["examples"]]

    @cached_property
    def records(self) -> list[Record]:
        return [record for read in self.examples for record in read.records]

    @cached_property
    def surrounded(self) -> list[Record]:
        return surrounded(self.records, read_curated(DATA, DEFAULT_BASE).records)


def surrounded(records: Sequence[Record], public: Iterable[Record]) -> list[Record]:
    """The records with those of the public record that they rest on: what these are decides what is concluded."""
    known = {record.iri: record for record in public}
    found = {record.iri: record for record in records}
    queue = list(records)
    while queue:
        for target in queue.pop().references(DEFAULT_BASE):
            if target in known and target not in found:
                found[target] = known[target]
                queue.append(known[target])
    return list(found.values())


def check(root: Path, *, with_reasoner: bool = True) -> Iterator[Step]:
    """The steps in their order, each when it is done. Stops after the first when a file does not parse."""
    world = _World(root)
    for name, run, needs_reasoner in _STEPS:
        step = Step(name)
        started = time.monotonic()
        if needs_reasoner and not with_reasoner:
            step.counted = "skipped"
        else:
            try:
                step.counted = run(world, step.faults)
            except HedgerowError as error:
                step.faults.append(Fault(root.name, "", error.detail, error.remedy))
        step.seconds = time.monotonic() - started
        yield step
        if name == "parse" and not step.ok:
            return


def rewrite(root: Path) -> dict[Path, list[str]]:
    """Write every file in its canonical form, and the context; gives what changed, with the comments now gone."""
    ontology = read_ontology(root)
    wanted = {file.path: (canonical(file), _comments(file)) for file in ontology.all_files()}
    wanted[root / context.NAME] = context.context(ontology), []
    changed = {path: lost for path, (text, lost) in wanted.items() if _text(path) != text}
    for path in changed:
        path.write_text(wanted[path][0], "utf-8")
    return changed


def _comments(file: TurtleFile) -> list[str]:
    """The comments below the top of a file: they belong to no statement, so no form can keep them."""
    comments = [token.text for token in tokens(file.text) if token.kind == "comment"]
    return comments[file.preamble.count("\n") :]


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _parse(world: _World, _: list[Fault]) -> str:
    world.ontology = read_ontology(world.root)
    files = list(world.ontology.all_files())
    return f"{len(files)} files, {sum(len(file.triples) for file in files)} statements"


def _canonical(world: _World, faults: list[Fault]) -> str:
    files = list(world.ontology.all_files())
    for file in files:
        try:
            if canonical(file) != file.text:
                message = "The file is not in canonical form."
                faults.append(Fault(world.ontology.shown(file.path), "", message, WRITE))
        except HedgerowError as error:
            faults.append(Fault(world.ontology.shown(file.path), "", error.detail, error.remedy))
    return f"{len(files)} files"


def _context(world: _World, faults: list[Fault]) -> str:
    text = context.context(world.ontology)
    path = world.root / context.NAME
    if _text(path) != text:
        faults.append(Fault(world.ontology.shown(path), "", "It is not what the ontology gives.", WRITE))
    return f"{len(world.ontology.classes | world.ontology.properties)} words"


def _hygiene(world: _World, faults: list[Fault]) -> str:
    rules = hygiene.load_rules(world.root / "hygiene")
    for breach in hygiene.breaches(world.ontology.triples("labels", "codes"), rules):
        rule = breach.rule
        place = world.ontology.place(breach.term)
        warning = rule.severity == "warn"
        faults.append(Fault(place, _short(breach.term), breach.message, rule.remedy, warning, rule.name))
    return f"{len(rules)} rules"


def _undefined(world: _World, faults: list[Fault]) -> str:
    ontology = world.ontology
    paths = list(_users(world.root))
    for use in undefined(paths, ontology.classes | ontology.properties | ontology.codes):
        place = f"{ontology.shown(use.path)}, line {use.line}"
        faults.append(Fault(place, _short(use.iri), "It is not defined.", "Mend its spelling, or define it."))
    return f"{sum(1 for path in paths for _ in uses(path))} uses in {len(paths)} files"


def _users(root: Path) -> Iterator[Path]:
    """The files that speak of terms and codes: of the ontology, of the questions, and of the two packages."""
    site = importlib.util.find_spec("hedgerow_web")
    folders = [root, QUERIES, Path(hedgerow.__file__).parent]
    if site:
        folders += map(Path, site.submodule_search_locations or ())
    # In an installed package the ontology lies inside it, so each file once.
    yield from sorted({p for folder in folders for p in folder.rglob("*") if p.suffix in _SPEAKING})


def _coverage(world: _World, faults: list[Fault]) -> str:
    """How many terms have their texts; which lack them is told by the hygiene rules."""
    having: set[tuple[str, str, str]] = set()
    terms = world.ontology.classes | world.ontology.properties
    texts = {RDFS + "label": "labels", SKOS + "definition": "definitions"}
    for t in set(world.ontology.triples("labels")):
        if t.predicate.value in texts and isinstance(t.subject, NamedNode) and isinstance(t.object, Literal):
            having.add((t.subject.value, texts[t.predicate.value], t.object.language or ""))
    said = Counter((text, language) for term, text, language in having if term in terms)
    for text in texts.values():
        for language in LANGUAGES:
            if said[text, language] < len(terms):
                message = f"{said[text, language]} of {len(terms)} terms have {text} in the language {language}."
                faults.append(Fault(world.root.name, "", message, "Write the others; they are listed above."))
    shares = (
        f"{text} {language} {_percent(said[text, language], len(terms))}"
        for text in texts.values()
        for language in LANGUAGES
    )
    return f"{len(terms)} terms: {', '.join(shares)}"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part // whole} %" if whole else "none"


def _reason_schema(world: _World, faults: list[Fault]) -> str:
    inferred = reasoner.classify(reasoner.schema(world.ontology))
    for iri in inferred.unsatisfiable:
        message, remedy = "Nothing can be of this class.", "Look at its parents and at what is disjoint."
        faults.append(Fault(world.ontology.place(iri), _short(iri), message, remedy))
    return f"{len(world.ontology.classes)} classes"


def _reason_examples(world: _World, _: list[Fault]) -> str:
    if not world.records:
        return "no examples"
    world.inferred = reasoner.classify(reasoner.schema(world.ontology) + reasoner.statements(world.surrounded))
    around = len(world.surrounded) - len(world.records)
    return f"{len(world.records)} records, {around} they rest on, {len(world.inferred.types)} memberships"


def _rules(world: _World, faults: list[Fault]) -> str:
    if world.inferred is None:
        return "nothing to compare"
    for found in reasoner.rules_and_reasoner(world.surrounded, world.ontology, world.inferred):
        side = "Only the rules conclude" if found.side == "rules" else "Only the reasoner concludes"
        message = f"{side} {_short(found.predicate)} {_short(found.object)}."
        place = world.ontology.place(found.subject)
        faults.append(Fault(place, f"<{found.subject}>", message, "Mend the rule or the axiom."))
    classes, properties, _ = reasoner.concluded_by_rules()
    return f"{len(classes)} classes and {len(properties)} properties of the rules"


def _shapes(world: _World, faults: list[Fault]) -> str:
    for read in world.examples:
        for problem in read.problems:
            place = f"{world.root.name}/examples/{read.name}" + (f", line {problem.row}" if problem.row else "")
            faults.append(Fault(place, "", problem.message, problem.remedy))
    if world.records:
        found: list[Finding] = list(validate(world.records))
        found += run_checks(build_store((record.canonical for record in world.surrounded), DEFAULT_BASE), DEFAULT_BASE)
        for finding in found:
            place, warning = world.ontology.place(finding.place), finding.severity != "must"
            faults.append(Fault(place, f"<{finding.place}>", finding.message, "", warning, finding.rule))
    return f"{len(world.records)} records" if world.records else "no examples"


def _short(iri: str) -> str:
    for prefix, namespace in (("hr:", HR), ("code:", CODE)):
        if iri.startswith(namespace):
            return prefix + iri.removeprefix(namespace)
    return f"<{iri}>"


_Run = Callable[[_World, list[Fault]], str]
#: Each step with its name, and whether it needs the reasoner.
_STEPS: tuple[tuple[str, _Run, bool], ...] = (
    ("parse", _parse, False),
    ("canonical form", _canonical, False),
    ("context", _context, False),
    ("hygiene", _hygiene, False),
    ("undefined terms", _undefined, False),
    ("labels", _coverage, False),
    ("HermiT on the schema", _reason_schema, True),
    ("HermiT on the examples", _reason_examples, True),
    ("rules equal HermiT", _rules, True),
    ("shapes and checks", _shapes, False),
)
