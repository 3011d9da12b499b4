"""The questions as example queries for any SPARQL client: SHACL executables, each with its defaults bound."""

from __future__ import annotations

import re

from pyoxigraph import Literal, NamedNode

from hedgerow.errors import InputError
from hedgerow.exchange.description import Description, name
from hedgerow.graph.client import Graph
from hedgerow.iri import EXAMPLE_QUERIES, XSD
from hedgerow.questions import HISTORY, Question, load_questions
from hedgerow.settings import Settings
from hedgerow.tiers import dataset

_PREFIX = re.compile(r"^PREFIX\s+([A-Za-z-]+):\s+<([^>]+)>", re.MULTILINE)


def describe(graph: Graph, settings: Settings, site: str) -> Description:
    """Every question asked of the graph as an example; `site`: the address of its pages, as `http://example.org/demo`."""
    out = Description(f"{dataset(settings.base, graph.tier)}/{EXAMPLE_QUERIES}", graph.version())
    prefixes: dict[str, str] = {}
    for question in (each for each in load_questions().values() if each.over != HISTORY):
        _example(out, question, settings.base, site)
        for prefix, space in _PREFIX.findall(question.text):
            if prefixes.setdefault(prefix, space) != space:
                raise InputError(f"The questions use '{prefix}:' for two namespaces.", "Give each its own prefix.")
    declared = out.part("prefixes")
    out.add(declared, "a", name("owl:Ontology"))
    for prefix, space in prefixes.items():
        each = out.part(f"prefix-{prefix}")
        out.add(declared, "sh:declare", each)
        out.add(each, "a", name("sh:PrefixDeclaration"))
        out.add(each, "sh:prefix", Literal(prefix))
        out.add(each, "sh:namespace", Literal(space, datatype=NamedNode(f"{XSD}anyURI")))
    return out


def _example(out: Description, question: Question, base: str, site: str) -> None:
    each = out.part(question.name)
    out.add(each, "a", name("sh:SPARQLExecutable"), name("sh:SPARQLSelectExecutable"))
    out.add(each, "rdfs:comment", question.title)
    out.add(each, "dcterms:description", question.why)
    out.add(each, "sh:prefixes", out.part("prefixes"))
    # The text keeps its own prefixes: it runs as it stands, also for who does not know of sh:prefixes.
    out.add(each, "sh:select", Literal(question.bound({}, base)))
    out.add(each, "schema:target", NamedNode(f"{site}/sparql"))
    out.add(each, "schema:keywords", Literal(question.group), Literal(question.id))
    out.add(each, "rdfs:seeAlso", NamedNode(f"{site}/questions/{question.name}"))
    if question.missing:
        lacking = out.part(f"{question.name}-missing")
        out.add(each, "skos:editorialNote", lacking)
        out.add(lacking, "rdfs:label", question.missing)
