"""The W3C's suites as they lie in `.cache/w3c` (see fetch.py): their manifests as cases, their files as bytes.

Names of files are resolved against the addresses the suites were published at, so an answer that holds one is the
same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

from pyoxigraph import BlankNode, Dataset, NamedNode, Quad, RdfFormat, parse

from .fetch import SUITES

#: Where each suite was published, by its folder.
PUBLISHED = {
    "sparql11": "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/",
    "dawg-data-r2": "http://www.w3.org/2001/sw/DataAccess/tests/data-r2/",
    "turtle": "http://www.w3.org/2013/TurtleTests/",
    "trig": "http://www.w3.org/2013/TrigTests/",
    "ntriples": "http://www.w3.org/2013/N-TriplesTests/",
    "nquads": "http://www.w3.org/2013/N-QuadsTests/",
    "rdf-xml": "http://www.w3.org/2013/RDFXMLTests/",
}
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_UT = "http://www.w3.org/2009/sparql/tests/test-update#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@dataclass(frozen=True)
class Case:
    """One test as its manifest states it; files by the address they were published at.

    `request`: the query, or the update. `data` makes up the default graph, each of `graphs` one with its name.
    `lax`: rows that are equal may be fewer.
    """

    name: str
    kind: str
    request: str
    data: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    result: str = ""
    lax: bool = False

    @property
    def text(self) -> str:
        """What is asked, as it stands; relative names in it begin at `request`."""
        return read(self.request).decode()

    @property
    def based(self) -> str:
        """The same, with a line before it that says where relative names begin."""
        return f"BASE <{self.request}>\n{self.text}"


def path_of(address: str) -> Path:
    """Where a file of a suite lies here."""
    folder, base = next((f, b) for f, b in PUBLISHED.items() if address.startswith(b))
    return SUITES / folder / address.removeprefix(base)


def read(address: str) -> bytes:
    """A file of a suite."""
    return path_of(address).read_bytes()


def statements(address: str) -> Iterator[Quad]:
    """A file of RDF as its suite means it: relative names against its address, blank nodes its own."""
    form = RdfFormat.from_extension(path_of(address).suffix[1:])
    return parse(read(address), format=form, base_iri=address, rename_blank_nodes=True)


def manifest(suite: str, name: str = "manifest.ttl") -> list[Case]:
    """The cases of a manifest and of those it includes, in its order."""
    assert SUITES.exists(), "The W3C's suites are not here: run 'python tests/conformance/fetch.py'."
    return list(_cases(PUBLISHED[suite] + name, PUBLISHED[suite]))


def _cases(address: str, base: str) -> Iterator[Case]:
    if not path_of(address).exists():  # the archive leaves out the manifest of http-rdf-update
        return
    graph = _Manifest(address)
    for included in graph.items(f"{_MF}include"):
        yield from _cases(included, base)
    for entry in graph.items(f"{_MF}entries"):
        yield graph.case(entry, urljoin(address, ".").removeprefix(base))


class _Manifest:
    def __init__(self, address: str) -> None:
        self._graph = Dataset(parse(read(address), format=RdfFormat.TURTLE, base_iri=address))

    def items(self, term: str) -> list[str]:
        """The members of a list; the manifest that has it is a blank node at times."""
        found: list[str] = []
        node = next((quad.object for quad in self._graph if quad.predicate.value == term), None)
        while node is not None and node != NamedNode(f"{_RDF}nil"):
            found += self._values(node, f"{_RDF}first")
            node = next(iter(self._nodes(node, f"{_RDF}rest")), None)
        return found

    def case(self, entry: str, folder: str) -> Case:
        node = NamedNode(entry)
        (kind,) = self._values(node, f"{_RDF}type")
        action = next(iter(self._nodes(node, f"{_MF}action")), BlankNode())
        asked = [*self._values(action, f"{_QT}query"), *self._values(action, f"{_UT}request")]
        if not asked and isinstance(action, NamedNode):
            asked = [action.value]
        return Case(
            name=folder + entry.rpartition("#")[2],
            kind=kind.rpartition("#")[2],
            request=next(iter(asked), ""),
            data=tuple(self._values(action, f"{_QT}data")),
            graphs=tuple(self._values(action, f"{_QT}graphData")),
            result=next(iter(self._values(node, f"{_MF}result")), ""),
            lax=f"{_MF}LaxCardinality" in self._values(node, f"{_MF}resultCardinality"),
        )

    def _nodes(self, subject: object, term: str) -> list:
        return [quad.object for quad in self._graph.quads_for_subject(subject) if quad.predicate.value == term]

    def _values(self, subject: object, term: str) -> list[str]:
        return [node.value for node in self._nodes(subject, term)]


@cache
def queries() -> list[Case]:
    """Every case of SPARQL 1.1 and 1.0, in the order of their manifests."""
    return [
        *manifest("sparql11", "manifest-all.ttl"),
        *manifest("dawg-data-r2", "manifest-evaluation.ttl"),
        *manifest("dawg-data-r2", "manifest-syntax.ttl"),
    ]
