"""Finding things by name: labels in every language, symbols, identifiers; a plain scan of a few thousand names.

Japanese words are often two characters long, which n-gram indexes of databases miss (電池, 希土); a scan does not,
and takes about four milliseconds. The index is built once for each version of the graph.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from hedgerow.graph.client import JSON, Graph
from hedgerow.iri import HR

_QUERY = Path(__file__).with_name("search.rq")
#: Marks of Latin letters; the voicing marks of kana are not among them, for カリウム is not ガリウム.
_ACCENTS = range(0x300, 0x370)
#: The kinds in the order in which equally good hits are shown; what is not here comes after.
KINDS = (
    "item",
    "agreement",
    "party",
    "country",
    "facility",
    "export-control",
    "stockpile",
    "standard",
    "incentive",
    "designation-list",
    "chokepoint",
    "source",
    "term",
)


def folded(text: str) -> str:
    """Text as it is compared: case, full-width forms, accents and repeated spaces do not matter.

    >>> folded("Ｄｙｓｐｒｏｓｉｕｍ  Châtel")
    'dysprosium chatel'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if ord(c) not in _ACCENTS)
    return " ".join(unicodedata.normalize("NFKC", plain).casefold().split())


@dataclass(frozen=True)
class Hit:
    """A thing that fits: its kind as in its address (`term` for the ontology's own), and the name that fits."""

    iri: str
    kind: str
    labels: Mapping[str, str]
    matched: str

    def label(self, language: str) -> str:
        """What it is called in a language, else in English, else in any."""
        return _called(self.labels, self.iri, language)


@dataclass
class _Entry:
    iri: str
    kind: str
    labels: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


class Index:
    """The names of all things of one version of the graph."""

    def __init__(self, rows: Iterable[Mapping[str, Mapping[str, str]]], version: str = "") -> None:
        #: The version of the graph the names are of.
        self.version = version
        entries: dict[str, _Entry] = {}
        for row in rows:
            iri, text = row["thing"]["value"], row["text"]["value"]
            entry = entries.setdefault(iri, _Entry(iri, _kind(iri)))
            entry.names[folded(text)] = text
            if "isLabel" in row:
                entry.labels[row["language"]["value"]] = text
        for entry in entries.values():
            slug = entry.iri.rsplit("/", 1)[-1].rpartition("#")[2]
            entry.names.setdefault(folded(slug), slug)
        self._entries = list(entries.values())

    def labels(self, kind: str, language: str) -> dict[str, str]:
        """What the things of a kind are called, by IRI."""
        return {e.iri: _called(e.labels, e.iri, language) for e in self._entries if e.kind == kind}

    def find(self, text: str, kind: str | None = None) -> list[Hit]:
        """What fits every word of `text`, best first: the whole name, its beginning, a word of it, a part of it."""
        words = folded(text).split()
        if not words:
            return []
        found = []
        for entry in self._entries:
            if kind is not None and entry.kind != kind:
                continue
            ranked = [(rank, name) for name in entry.names if (rank := _rank(name, words)) is not None]
            if ranked:
                rank, name = min(ranked)
                hit = Hit(entry.iri, entry.kind, entry.labels, entry.names[name])
                found.append(((rank, _order(entry.kind), len(name), name), hit))
        return [hit for _, hit in sorted(found, key=lambda pair: pair[0])]


def _called(labels: Mapping[str, str], iri: str, language: str) -> str:
    return labels.get(language) or labels.get("en") or next(iter(labels.values()), iri)


def _rank(name: str, words: list[str]) -> int | None:
    if not all(word in name for word in words):
        return None
    whole = " ".join(words)
    if name == whole:
        return 0
    if name.startswith(whole):
        return 1
    return 2 if all(f" {word}" in f" {name}" for word in words) else 3


def _kind(iri: str) -> str:
    return "term" if iri.startswith(HR) else iri.rsplit("/", 2)[-2]


def _order(kind: str) -> int:
    return KINDS.index(kind) if kind in KINDS else len(KINDS)


#: The index of each graph in use.
_KEPT: WeakKeyDictionary[Graph, Index] = WeakKeyDictionary()


def index(graph: Graph) -> Index:
    """The index of the graph's version; kept until the version moves on."""
    version = str(graph.status()["version"])
    kept = _KEPT.get(graph)
    if kept is None or kept.version != version:
        reply = graph.query(_QUERY.read_text("utf-8"), solutions=JSON)
        kept = _KEPT[graph] = Index(json.loads(reply.body)["results"]["bindings"], reply.version)
    return kept
