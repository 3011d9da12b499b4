"""The shipped code lists: which concepts exist. Read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, parse

from hedgerow.iri import code
from hedgerow.paths import ONTOLOGY

_IN_SCHEME = NamedNode("http://www.w3.org/2004/02/skos/core#inScheme")


@cache
def known_codes(folder: Path = ONTOLOGY / "codes") -> frozenset[str]:
    """The IRIs of all concepts of all lists."""
    found: set[str] = set()
    for path in sorted(folder.glob("*.ttl")):
        for quad in parse(path=path, format=RdfFormat.TURTLE):
            if quad.predicate == _IN_SCHEME and isinstance(quad.subject, NamedNode):
                found.add(quad.subject.value)
    return frozenset(found)


def lists(folder: Path = ONTOLOGY / "codes") -> list[str]:
    """The names of all lists, sorted."""
    return sorted(path.stem for path in folder.glob("*.ttl"))


def values(scheme: str) -> list[str]:
    """The slugs of one list, sorted."""
    prefix = code(scheme, "")
    return sorted(iri.removeprefix(prefix) for iri in known_codes() if iri.startswith(prefix))
