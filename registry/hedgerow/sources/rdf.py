"""Reading RDF into records: Turtle, TriG, N-Triples, N-Quads, JSON-LD and RDF/XML, by the suffix of the file.

A named graph is the record of that name; statements outside any graph belong to the record of their subject.
Nothing is repaired and nothing is fetched: what does not fit is a problem with its line.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, cast
from xml.parsers import expat

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from hedgerow.codes import known_codes
from hedgerow.errors import InputError
from hedgerow.iri import CODE, HR, RDF_TYPE, SLUG, rebase, record_of
from hedgerow.record import Record, check_literal, check_statement
from hedgerow.sources.jsonld import MAX_DEPTH, UNMAPPED, JsonFault, prepared
from hedgerow.sources.table import MAX_PROBLEMS, Problem, read_text
from hedgerow.sources.vocabulary import KINDS, classes, properties
from hedgerow.tiers import PUBLIC, prefix, tier_of

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".trig": RdfFormat.TRIG,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
}
_TRIPLE_TERM = re.compile(r"<<|>>")
#: Where a line ends, for the parsers and for every editor.
_LINE_END = re.compile(r"\r\n?|\n")


#: Gives a line counted from 1; looked for only when it is to be told.
Line = Callable[[], int]


@dataclass
class RdfFile:
    """The records of one file, what is wrong with it, and how to find the line where each IRI first stands."""

    name: str
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    statements: int = 0
    lines: dict[str, Line] = field(default_factory=dict)

    def problem(self, line: int, message: str, remedy: str) -> None:
        """State what is wrong, in a line counted from 1, or 0 for the whole file."""
        self.problems.append(Problem(self.name, line, "", message, remedy, "line"))


class _TooMany(Exception):
    pass


def read_rdf(path: Path, base: str, tier: str = PUBLIC, *, shipped: bool = False) -> RdfFile:
    """The records of a file, named under a registry's base, in a tier. Every fault is among the problems.

    A `shipped` file is written with the default base, which is rewritten.
    """
    read = RdfFile(path.name)
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        read.problem(0, f"No form of RDF ends in '{path.suffix}'.", f"Name it {', '.join(FORMATS)}.")
        return read
    content = read_text(path, read.problems)
    if content is not None:
        content = rebase(content, base) if shipped else content
        reader = _Reader(read, base, tier)
        try:
            for quad, line in _quads(content, form, read):
                reader.take(quad, line)
            reader.finish()
        except _TooMany:
            read.problem(0, "There are more problems.", "Correct the first ones, then check.")
    return read


def _quads(content: str, form: RdfFormat, read: RdfFile) -> Iterator[tuple[Quad, Line]]:
    """Each statement with its line."""
    if form == RdfFormat.JSON_LD:
        yield from _json_quads(content, read)
        return
    fault = _xml_fault(content) if form == RdfFormat.RDF_XML else _nesting_fault(content)
    if fault:
        read.problem(*fault)
        return
    source = _Lines(content.encode())
    try:
        for quad in parse(cast(IO[bytes], source), format=form):
            yield quad, partial(int, source.line)
    except SyntaxError as error:
        line = error.lineno or source.line
        column = f", column {error.offset}" if error.offset else ""
        read.problem(line, f"Not {form.name}: {_reason(error)}{column}.", "Correct that line.")


class _Lines:
    """Hands out at most one line at a time, so that `line` is where the parser has come to, counted from 1."""

    def __init__(self, content: bytes) -> None:
        self.line = 0
        self._lines = iter(content.splitlines(keepends=True))
        self._rest = b""

    def read(self, size: int = -1, /) -> bytes:
        if not self._rest:
            self._rest = next(self._lines, b"")
            self.line += bool(self._rest)
        chunk = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(chunk) :]
        return chunk


def _reason(error: SyntaxError) -> str:
    return re.sub(r"^Parser error at line .*?: ", "", str(error.msg)).rstrip(".")


def _nesting_fault(content: str) -> tuple[int, str, str] | None:
    # Triples within triples are refused anyhow, but a parser that goes down too far takes the process with it.
    depth = 0
    for mark in _TRIPLE_TERM.finditer(content):
        depth = depth + 1 if mark[0] == "<<" else max(depth - 1, 0)
        if depth > MAX_DEPTH:
            return _line_of(content, mark.start()), "Triples are nested too deeply.", "State each triple by itself."
    return None


def _xml_fault(content: str) -> tuple[int, str, str] | None:
    """What forbids handing a text to the RDF/XML parser: a DOCTYPE, too many levels, or that it is no XML."""
    parser = expat.ParserCreate("utf-8")
    depth = 0

    def doctype(*_: object) -> None:
        raise InputError("It has a DOCTYPE.", "Remove it, and write out the entities it defines.")

    def declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() != "utf-8":
            raise InputError(f"It says that it is {encoding}.", "Save it as UTF-8 and say so.")

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise InputError("It is nested too deeply.", f"Nest at most {MAX_DEPTH} levels.")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartDoctypeDeclHandler = doctype
    parser.XmlDeclHandler = declaration
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(content.encode(), True)
    except InputError as error:
        return parser.CurrentLineNumber, error.detail, error.remedy
    except expat.ExpatError as error:
        return error.lineno, f"Not XML: {expat.errors.messages[error.code]}.", "Correct that line."
    return None


def _json_quads(content: str, read: RdfFile) -> Iterator[tuple[Quad, Line]]:
    try:
        document = prepared(content)
        # Not lenient, the parser would leave out what is no IRI or language without a word.
        for quad in parse(document, format=RdfFormat.JSON_LD, base_iri=UNMAPPED, lenient=True):
            yield quad, partial(_line_near, content, quad)
    except JsonFault as fault:
        at = _find(content, fault.near, 0) if fault.near else -1
        read.problem(fault.line or _line_of(content, at), fault.detail, fault.remedy)
    except SyntaxError as error:
        read.problem(0, f"Not JSON-LD: {_reason(error)}.", "Correct it.")


def _line_near(content: str, quad: Quad) -> int:
    """Where a statement stands in JSON: the place of its object or predicate after that of its subject."""
    start = max(_find(content, getattr(quad.subject, "value", ""), 0), 0)
    found = _find(content, getattr(quad.object, "value", ""), start)
    found = found if found >= 0 else _find(content, quad.predicate.value, start)
    return _line_of(content, found if found >= 0 else start)


def _find(content: str, value: str, start: int) -> int:
    # As written, else as a name ends that a context shortens.
    whole = json.dumps(value.removeprefix(UNMAPPED), ensure_ascii=False)
    for wanted in (whole, re.split("[/#:]", whole)[-1]):
        if (found := content.find(wanted, start)) >= 0:
            return found
    return content.find(value, start)


def _line_of(content: str, at: int) -> int:
    return len(_LINE_END.findall(content[:at])) + 1 if at >= 0 else 0


class _Reader:
    """Sorts the statements of a file into records and refuses those that no record may hold."""

    def __init__(self, read: RdfFile, base: str, tier: str) -> None:
        self.file = read
        self.base = base
        self.tier = tier
        self.prefix = prefix(base, tier)
        self.quads: dict[str, set[Quad]] = {}

    def take(self, quad: Quad, line: Line) -> None:
        """Put one statement into its record."""
        self.file.statements += 1
        try:
            iri = self._record(quad)
            check_statement(iri, quad)
            self._check_terms(quad)
        except InputError as error:
            self.file.problem(line(), error.detail, error.remedy)
            if len(self.file.problems) > MAX_PROBLEMS:
                raise _TooMany from None
            return
        for node in (quad.subject, quad.object):
            if isinstance(node, NamedNode) and tier_of(self.base, node.value):
                self.file.lines.setdefault(node.value, line)
                self.file.lines.setdefault(record_of(node.value), line)
        self.quads.setdefault(iri, set()).add(Quad(quad.subject, quad.predicate, quad.object, NamedNode(iri)))

    def _record(self, quad: Quad) -> str:
        for node in (quad.subject, quad.predicate, quad.object):
            if isinstance(node, NamedNode) and node.value.startswith(UNMAPPED):
                name = node.value.removeprefix(UNMAPPED)
                raise InputError(
                    f"'{name[:80]}' is no whole IRI, and no context maps it.", "Write it whole, or map it."
                )
        named = not isinstance(quad.graph_name, DefaultGraph)
        place = quad.graph_name if named else quad.subject
        if not isinstance(place, NamedNode):
            what, name = ("graph", "<kind>/<name>") if named else ("thing spoken of", "<kind>/<name>#part")
            raise InputError(f"A {what} has no name (blank node).", f"Name it, as {self.prefix}{name}.")
        iri = place.value if named else record_of(place.value)
        if (other := tier_of(self.base, iri)) not in (None, self.tier):
            raise InputError(
                f"<{iri[:160]}> is a record of the tier '{other}', not '{self.tier}'.",
                f"Name it {self.prefix}<kind>/<name>.",
            )
        self._check_record(iri)
        return iri

    def _check_record(self, iri: str) -> None:
        # What a record points at may lie in another tier; whether it may is asked of the whole load.
        place = prefix(self.base, tier_of(self.base, iri) or self.tier)
        kind, slash, name = iri.removeprefix(place).partition("/")
        if not (iri.startswith(place) and slash and SLUG.match(name)):
            raise InputError(f"<{iri[:160]}> is no name of a record here.", f"Name it {place}<kind>/<name>.")
        if kind not in KINDS:
            raise InputError(
                f"There is no kind of record '{kind[:80]}'.", f"{_near(kind, KINDS)}Known: {', '.join(KINDS)}."
            )

    def _check_terms(self, quad: Quad) -> None:
        predicate, value = quad.predicate.value, quad.object
        if predicate not in properties():
            raise InputError(
                f"<{predicate[:160]}> is no property of the ontology.", _near(predicate, properties(), _USE)
            )
        if isinstance(value, Literal):
            check_literal(value)
            return
        assert isinstance(value, NamedNode)
        target = value.value
        if predicate == RDF_TYPE or target.startswith(HR):
            if target not in classes():
                raise InputError(f"<{target[:160]}> is no class of the ontology.", _near(target, classes(), _USE))
        elif target.startswith(CODE):
            if target not in known_codes():
                raise InputError(f"<{target[:160]}> is in no code list.", _near(target, known_codes(), _USE_CODE))
        elif tier_of(self.base, target):
            self._check_record(record_of(target))

    def finish(self) -> None:
        """Make the records; a thing without its class, or a part that is named but not there, is a problem."""
        for iri, quads in sorted(self.quads.items()):
            subjects = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
            classes_of: dict[str, set[str]] = {subject: set() for subject in subjects}
            for quad in quads:
                if isinstance(quad.object, NamedNode) and isinstance(quad.subject, NamedNode):
                    if quad.predicate.value == RDF_TYPE:
                        classes_of[quad.subject.value].add(quad.object.value)
                    elif record_of(quad.object.value) == iri and quad.object.value not in subjects:
                        self._place(
                            quad.object.value, "is named, but nothing is said of it.", "Describe it, or remove it."
                        )
            kind = iri.removeprefix(self.prefix).partition("/")[0]
            if not classes_of.get(iri, set()) & KINDS[kind]:
                known = ", ".join(sorted("hr:" + name.removeprefix(HR) for name in KINDS[kind]))
                self._place(iri, f"has no class of the kind '{kind}'.", f"Give it one of: {known}.")
            for part in sorted(part for part, found in classes_of.items() if not found and part != iri):
                self._place(part, "has no class.", "Say what it is.")
            self.file.records.append(Record(iri, frozenset(quads)))

    def _place(self, iri: str, fault: str, remedy: str) -> None:
        self.file.problem(self.file.lines[iri](), f"<{iri}> {fault}", remedy)


_USE = "Use the words of the ontology."
_USE_CODE = "Use the codes of the lists."


def _near(value: str, known: Iterable[str], otherwise: str = "") -> str:
    close = difflib.get_close_matches(value, sorted(known), 1)
    return f"Did you mean '{close[0]}'? {otherwise}" if close else otherwise
