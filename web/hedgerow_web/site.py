"""What every page needs: the graph, the page queries, labels, and the way from an IRI to a local address."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import cast

from flask import current_app, g, request

from hedgerow.errors import NotFound
from hedgerow.graph.client import JSON, PLAIN, TURTLE, Graph, How, Reply, earlier
from hedgerow.graph.recorded import Moment, moment
from hedgerow.iri import (
    ALIGNMENT,
    CODE,
    CONTEXT,
    EXAMPLE_QUERIES,
    HR,
    ONTOLOGY_GRAPH,
    SHAPES,
    SLUG,
    VOCABULARY,
    rebase,
    record_of,
)
from hedgerow.ledger import Ledger
from hedgerow.questions import labels
from hedgerow.rq import bind
from hedgerow.search import Index, index
from hedgerow.settings import Settings
from hedgerow.tiers import chains, dataset, name_of, prefix
from hedgerow_web import i18n

_QUERIES = Path(__file__).with_name("queries")


@dataclass(frozen=True)
class Value:
    """One value as the graph gives it: an IRI, or a literal with its language."""

    text: str
    iri: bool = False
    language: str = ""

    def __str__(self) -> str:
        return self.text


Row = dict[str, Value]


@cache
def _query(name: str) -> str:
    return (_QUERIES / f"{name}.rq").read_text("utf-8")


class _Noting:
    """A graph that notes for the request being answered which versions its answers rest on."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.tier = graph.tier
        self.version, self.status = graph.version, graph.status

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, how: How = PLAIN) -> Reply:
        """Run a query. Raises the errors of `hedgerow.errors`."""
        reply = self._graph.query(text, solutions, triples, how)
        rests_on(reply.version)
        return reply


def rests_on(version: str) -> None:
    """Note for the request being answered which view it rests on: every page says so at its foot."""
    g.version = version
    g.setdefault("versions", set()).add(version)


class Site:
    """The registry as the pages see it: one tier of it."""

    def __init__(self, settings: Settings, graph: Graph) -> None:
        self.settings = settings
        self._live = graph
        self.graph: Graph = _Noting(graph)
        #: What the IRIs of the records seen here begin with, those of the tier itself first.
        self.places = [prefix(settings.base, tier) for tier in reversed(chains(graph.tier))]

    @property
    def tier(self) -> str:
        """Whose pages these are."""
        return self.graph.tier

    def moment(self, recorded: str) -> Moment:
        """The moment a reader names, '' for the last event. Raises CallError, and NotFound where there is no ledger."""
        if not self.settings.ledger.exists():
            raise NotFound("This site keeps no ledger, so it knows no earlier state.", "Leave 'recorded' out.")
        with Ledger(self.settings.ledger, self.settings.base) as ledger:
            return moment(ledger, self.tier, recorded)

    def at(self, then: Moment, day: date | None = None) -> Site:
        """The site over what was on record then, as it is today or on a day. Raises ViewNotReady while it is built."""
        return Site(self.settings, self.graph_at(then, day))

    def graph_at(self, then: Moment, day: date | None = None) -> Graph:
        """What was on record then, as it is today or on a day. Raises ViewNotReady while it is built."""
        return earlier(self._live, self.settings, then, day)

    def rows(self, name: str, terms: Mapping[str, Iterable[str]] | None = None) -> list[Row]:
        """Run a page query; `terms` are SPARQL terms for its VALUES blocks."""
        text = bind(rebase(_query(name), self.settings.base), {k: list(v) for k, v in (terms or {}).items()})
        reply = self.graph.query(text, solutions=JSON)
        bindings = json.loads(reply.body)["results"]["bindings"]
        return [{k: _value(v) for k, v in row.items()} for row in bindings]

    def query_text(self, name: str, terms: Mapping[str, Iterable[str]]) -> str:
        """A page query with its terms bound, to be run elsewhere."""
        return bind(rebase(_query(name), self.settings.base), {k: list(v) for k, v in terms.items()})

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """What things are called, in the reader's language; a part of a record by the record and its own word."""
        wanted = {iri for iri in iris if iri.startswith(("https://", "http://"))}
        parts = {iri for iri in wanted if "#" in iri and iri.startswith(tuple(self.places))}
        names = labels(self.graph, wanted | {record_of(iri) for iri in parts}, i18n.language())
        for iri in parts - names.keys():
            record, _, word = iri.partition("#")
            names[iri] = f"{names.get(record, record)} › {word.replace('-', ' ')}"
        return names

    def names(self) -> Index:
        """The names of everything on record, to be searched."""
        found = index(self.graph)
        rests_on(found.version)
        return found

    def record_iris(self, kind: str, slug: str) -> list[str]:
        """The IRIs a record of that address can have, one a tier seen here; none when the address cannot be one."""
        if not (SLUG.match(kind) and SLUG.match(slug)):
            return []
        return [f"{place}{kind}/{slug}" for place in self.places]

    def name_of(self, iri: str) -> str:
        """What a record is called in the parameters of a question."""
        return name_of(self.settings.base, iri)

    def href(self, iri: str) -> str | None:
        """The local address of an IRI, an outside web address as it is, or None for what is no link."""
        root, base = request.script_root, self.settings.base
        for place in self.places:
            if iri.startswith(place):
                return f"{root}/doc/{iri.removeprefix(place)}"
        if iri == dataset(base, self.tier):
            return f"{root}/"
        if iri.startswith(f"{base}/graph/"):
            return root + iri.removeprefix(base)
        if iri.startswith(f"{base}/{EXAMPLE_QUERIES}#"):
            return f"{root}/questions/{iri.partition('#')[2].removesuffix('-missing')}"
        if iri.startswith(VOCABULARY):
            return self._in_vocabulary(root, iri)
        return iri if iri.startswith(("https://", "http://")) else None

    @staticmethod
    def _in_vocabulary(root: str, iri: str) -> str:
        if iri.startswith((CONTEXT, SHAPES, ALIGNMENT)):
            return f"{root}/{iri.removeprefix(VOCABULARY)}"
        if iri.startswith(HR):
            return f"{root}/ns/{iri.removeprefix(HR)}"
        if iri == ONTOLOGY_GRAPH:
            return f"{root}/ns/"
        if iri.startswith(f"{ONTOLOGY_GRAPH}/"):
            return f"{root}/ns/{iri.removeprefix(f'{ONTOLOGY_GRAPH}/')}"
        if iri.startswith(CODE):
            name, _, slug = iri.removeprefix(CODE).partition("/")
            return f"{root}/code/{name}#{slug}" if slug else f"{root}/code/{name}"
        return iri


def site() -> Site:
    """The site of the request being answered: over the live graph, unless the request is about an earlier state."""
    return cast(Site, g.get("site") or current_app.extensions["hedgerow"])


def _value(binding: Mapping[str, str]) -> Value:
    return Value(binding["value"], binding["type"] == "uri", binding.get("xml:lang", ""))
