"""Where each term is used: the questions, rules, checks and shapes that name it, and the worked examples.

Found in the text of the files, never from what a term says of itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rdflib import RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from hedgerow.iri import CODE, DEFAULT_BASE, HR
from hedgerow.paths import ONTOLOGY, QUERIES

_NAMED = re.compile(r"\bhr:(\w+)")
_CONCLUSION = re.compile(r"INSERT\s*\{(.*?)\}\s*WHERE", re.S)
_SHAPE = re.compile(r"^s:([A-Za-z]+)", re.M)
#: The base IRI of the examples, without the registry's own part.
EXAMPLE_BASE = f"{DEFAULT_BASE}/demo/id/"
#: Lines of the snippet on a term's page.
SNIPPET_LINES = 12


@dataclass(frozen=True)
class Uses:
    """The files that name a term: names of questions, rules (`R07-kinds-of-agreement`), checks, and shapes."""

    questions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    #: The rules whose conclusion the term is.
    computed_by: tuple[str, ...] = ()


def uses(term: str) -> Uses:
    """Where a term is used, by its name without namespace."""
    found = _all_uses()
    return Uses(**{kind: tuple(sorted(names.get(term, ()))) for kind, names in found.items()})


@cache
def _all_uses() -> Mapping[str, Mapping[str, set[str]]]:
    rules = _texts(ONTOLOGY.glob("rules/*.rq"))
    return {
        "questions": _by_term(_texts(QUERIES.glob("*/*.rq"))),
        "rules": _by_term(rules),
        "checks": _by_term(_texts(ONTOLOGY.glob("checks/*.rq"))),
        "shapes": _by_term({name: text for path in ONTOLOGY.glob("shapes/*.ttl") for name, text in shapes(path)}),
        "computed_by": _by_term({name: " ".join(_CONCLUSION.findall(text)) for name, text in rules.items()}),
    }


@cache
def question_files() -> Mapping[str, Path]:
    """The file of each question by its id."""
    found = {re.search(r"^#\+ id: (\w+)", path.read_text("utf-8"), re.M): path for path in QUERIES.glob("*/*.rq")}
    return {match[1]: path for match, path in found.items() if match}


def _texts(paths: Iterable[Path]) -> dict[str, str]:
    """The text of files by their names, without comments and what stands in quotation marks."""
    return {path.stem: _bare(path.read_text("utf-8")) for path in paths}


def _bare(text: str) -> str:
    kept = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return re.sub(r'"[^"\n]*"', '""', "\n".join(kept))


def _by_term(texts: Mapping[str, str]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, text in texts.items():
        for term in _NAMED.findall(text):
            found.setdefault(term, set()).add(name)
    return found


def shapes(path: Path) -> list[tuple[str, str]]:
    """The shapes of a file: the name of each (`file#Name`), and its text with that of its properties."""
    parts: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=s:)", _bare(path.read_text("utf-8"))):
        named = _SHAPE.match(block)
        if named:
            parts.setdefault(f"{path.stem}#{named[1]}", []).append(block)
    return [(name, "\n".join(blocks)) for name, blocks in parts.items()]


@dataclass(frozen=True)
class Snippet:
    """A block of Turtle from the examples about `iri`, a record or a part of one; `cut` if lines are left out."""

    iri: str
    text: str
    cut: bool = False

    @property
    def address(self) -> str:
        """Where the record is shown, from the root of the site."""
        return "/demo/doc/" + self.iri.removeprefix(EXAMPLE_BASE)


class Examples:
    """The worked examples of a folder."""

    def __init__(self, folder: Path) -> None:
        self._graph = Graph()
        for prefix, namespace in (("hr", HR), ("code", CODE)):
            self._graph.bind(prefix, namespace, replace=True)
        for path in sorted(folder.glob("*.ttl")) if folder.is_dir() else ():
            self._graph.parse(path, format="turtle")

    def of_term(self, term: str) -> Snippet | None:
        """The shortest block that uses a term as class or property, of at most `SNIPPET_LINES` lines."""
        node = URIRef(HR + term)
        subjects = {*self._graph.subjects(RDF.type, node), *(s for s, _ in self._graph.subject_objects(node))}
        found = sorted((self._size(subject), str(subject)) for subject in subjects if isinstance(subject, URIRef))
        return self._snippet(URIRef(found[0][1]), node) if found else None

    def of_record(self, name: str) -> Snippet | None:
        """The block about a record or a part of one, by its IRI relative to the base of the examples."""
        node = URIRef(EXAMPLE_BASE + name)
        return self._snippet(node) if (node, None, None) in self._graph else None

    def _size(self, subject: Node) -> int:
        return sum(1 for _ in self._graph.predicate_objects(subject))

    def _snippet(self, subject: URIRef, term: URIRef | None = None) -> Snippet:
        rows = self._rows(subject)
        lines = [f"    {self._word(predicate)} {objects}" for predicate, objects in rows]
        lines[0] = lines[0].lstrip()
        cut = term is not None and len(lines) + 1 > SNIPPET_LINES
        if cut:
            # The class, the name and the line that uses the term stay; then what fits.
            wanted = [i for i, (predicate, _) in enumerate(rows) if predicate in (RDF.type, RDFS.label, term)]
            others = [i for i in range(len(rows)) if i not in wanted]
            lines = [lines[i] for i in sorted((*wanted, *others)[: SNIPPET_LINES - 2])]
        text = f"<{str(subject).removeprefix(EXAMPLE_BASE)}> " + " ;\n".join(lines)
        return Snippet(str(subject), text + (" ;\n    # …\n    ." if cut else " ."), cut)

    def _rows(self, subject: URIRef) -> list[tuple[URIRef, str]]:
        found: dict[URIRef, list[str]] = {}
        for predicate, value in self._graph.predicate_objects(subject):
            assert isinstance(predicate, URIRef)
            found.setdefault(predicate, []).append(self._word(value))
        first = (RDF.type, RDFS.label)
        order = sorted(found, key=lambda p: (first.index(p) if p in first else len(first), str(p)))
        return [(predicate, " , ".join(sorted(found[predicate]))) for predicate in order]

    def _word(self, node: Node) -> str:
        """A node as Turtle writes it, the shortest way."""
        if node == RDF.type:
            return "a"
        if isinstance(node, Literal):
            if node.datatype == XSD.decimal:
                return str(node) if "." in str(node) else f"{node}.0"
            plain = node.datatype in (XSD.integer, XSD.boolean)
            return str(node) if plain else node.n3(self._graph.namespace_manager)
        iri = str(node)
        if iri.startswith(EXAMPLE_BASE):
            return f"<{iri.removeprefix(EXAMPLE_BASE)}>"
        if iri.startswith(CODE):
            # A slash has to be escaped in a prefixed name, so the list is the prefix, as the queries write it.
            return ":".join(iri.removeprefix(CODE).split("/"))
        return URIRef(iri).n3(self._graph.namespace_manager)


@cache
def examples(folder: Path = ONTOLOGY / "examples") -> Examples:
    """The worked examples. Read once."""
    return Examples(folder)
