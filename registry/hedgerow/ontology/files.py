"""The files of the ontology: which there are, and what each says. Nothing here judges them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from hedgerow.errors import InputError
from hedgerow.iri import CODE, HR

#: The folders of Turtle files beside the modules.
FOLDERS = ("labels", "codes", "shapes", "align", "examples")

OWL = "http://www.w3.org/2002/07/owl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
PROPERTY_KINDS = frozenset(
    OWL + kind
    for kind in (
        "ObjectProperty",
        "DatatypeProperty",
        "AnnotationProperty",
        "FunctionalProperty",
        "InverseFunctionalProperty",
        "TransitiveProperty",
        "SymmetricProperty",
        "AsymmetricProperty",
        "ReflexiveProperty",
        "IrreflexiveProperty",
    )
)


@dataclass(frozen=True)
class TurtleFile:
    """One Turtle file. `preamble` is the lines of comment at its very top."""

    path: Path
    text: str
    preamble: str
    base: str | None
    prefixes: Mapping[str, str]
    triples: frozenset[Triple]

    @cached_property
    def subjects(self) -> frozenset[str]:
        """The IRIs it says something of."""
        return frozenset(t.subject.value for t in self.triples if isinstance(t.subject, NamedNode))


def read_turtle(path: Path) -> TurtleFile:
    """What a file says. Raises InputError where it does not parse."""
    try:
        text = path.read_text("utf-8")
        parser = parse(text, format=RdfFormat.TURTLE, rename_blank_nodes=True)
        triples = frozenset(quad.triple for quad in parser)
    except (SyntaxError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is not Turtle: {error}.", "Correct that line.") from None
    lines = text.splitlines(keepends=True)
    comments = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return TurtleFile(path, text, "".join(lines[:comments]), parser.base_iri, dict(parser.prefixes), triples)


@dataclass(frozen=True)
class Ontology:
    """All Turtle files of an ontology, by the folder they lie in; the modules under the empty name."""

    root: Path
    files: Mapping[str, tuple[TurtleFile, ...]]

    def all_files(self) -> Iterator[TurtleFile]:
        """Every file, modules first."""
        for files in self.files.values():
            yield from files

    def triples(self, *folders: str) -> Iterator[Triple]:
        """What the modules say and, named by their folder, others. Blank nodes of two files stay apart."""
        for folder in ("", *folders):
            for file in self.files[folder]:
                yield from file.triples

    @cached_property
    def classes(self) -> frozenset[str]:
        """The IRIs of the classes that the modules define."""
        return frozenset(self._typed("", {OWL + "Class"}, HR))

    @cached_property
    def properties(self) -> frozenset[str]:
        """The IRIs of the properties that the modules define."""
        return frozenset(self._typed("", PROPERTY_KINDS, HR))

    @cached_property
    def codes(self) -> frozenset[str]:
        """The IRIs of the code lists and of the concepts in them."""
        return frozenset(self._typed("codes", {SKOS + "Concept", SKOS + "ConceptScheme"}, CODE))

    def _typed(self, folder: str, kinds: Iterable[str], namespace: str) -> Iterator[str]:
        for file in self.files[folder]:
            for triple in file.triples:
                if triple.predicate.value == RDF + "type" and getattr(triple.object, "value", "") in kinds:
                    subject = triple.subject
                    if isinstance(subject, NamedNode) and subject.value.startswith(namespace):
                        yield subject.value

    def place(self, iri: str) -> str:
        """The file that says what a term is, or the ontology's folder when none does."""
        found = [file for file in self.all_files() if iri in file.subjects]
        return self.shown(found[0].path) if found else self.root.name

    def shown(self, path: Path) -> str:
        """A path as a person names it: from the folder that holds the ontology."""
        root = self.root.parent
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def read_ontology(root: Path) -> Ontology:
    """Every Turtle file below a folder. Raises InputError at the first that does not parse."""
    return Ontology(root, {folder: tuple(map(read_turtle, _paths(root, folder))) for folder in ("", *FOLDERS)})


def _paths(root: Path, folder: str) -> list[Path]:
    return sorted((root / folder).glob("*.ttl"))


def n_triples(triples: Iterable[Triple]) -> bytes:
    """The statements as N-Triples."""
    return "".join(f"{triple} .\n" for triple in triples).encode()
