"""What the SPARQL endpoint is and allows: a SPARQL 1.1 service description. It costs no query.

The service is named by its address and not under the base: that is the subject clients look for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from hedgerow.codes import lists
from hedgerow.exchange.description import Description, name
from hedgerow.graph.client import Graph
from hedgerow.graph.guard import MAX_NESTING, MAX_PATH_STEPS, MAX_PATTERNS, MAX_QUERY_BYTES
from hedgerow.iri import CODE, ONTOLOGY_GRAPH
from hedgerow.settings import Settings
from hedgerow.tiers import chains, dataset, prefix

_FIXED = Path(__file__).with_name("service.ttl")


def limits(settings: Settings) -> Mapping[str, int]:
    """What one query may be and take, by the names of the limits in the description."""
    return {
        "seconds": settings.query_seconds,
        "bytes": MAX_QUERY_BYTES,
        "nesting": MAX_NESTING,
        "steps": MAX_PATH_STEPS,
        "patterns": MAX_PATTERNS,
        "memory": settings.worker_megabytes,
        "answer": settings.answer_megabytes,
        "budget": settings.budget_seconds,
    }


def describe(graph: Graph, settings: Settings, site: str) -> Description:
    """The service over a graph; `site` is the address of its pages, as `http://example.org/demo`."""
    status = graph.status()
    out = Description(f"{site}/sparql", str(status["version"]))
    out.read(_FIXED, dataset(settings.base, graph.tier), site)
    for limit, value in limits(settings).items():
        out.add(out.part(f"limit-{limit}"), "schema:value", value)
    out.add(out.part("default-graph"), "void:triples", int(status["quads"]))
    out.add(out.part("records"), "void:entities", int(status["records"]))
    for tier in chains(graph.tier):
        out.add(out.part("records"), "void:uriSpace", Literal(prefix(settings.base, tier)))
    for word, iri in _graphs(settings.base):
        named = out.part(f"graph-{word}")
        out.add(out.part("dataset"), "sd:namedGraph", named)
        out.add(named, "a", name("sd:NamedGraph"))
        out.add(named, "sd:name", NamedNode(iri))
    return out


def _graphs(base: str) -> Iterator[tuple[str, str]]:
    """The graphs that are no records: a word for each, and its name."""
    yield "ontology", ONTOLOGY_GRAPH
    for word in ("inferred", "computed", "recorded", "about", "questions"):
        yield word, f"{base}/graph/{word}"
    for code in lists():
        yield f"code-{code}", CODE + code
