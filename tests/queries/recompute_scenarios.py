"""What the questions on scenarios should answer, recomputed from the Turtle of the worked examples in plain Python."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from hedgerow.iri import HR
from hedgerow.paths import EXAMPLES

Things = dict[str, dict[str, list[str]]]


@cache
def things() -> Things:
    """Every thing of the examples: its values by property, the ontology's without their namespace."""
    found: Things = defaultdict(lambda: defaultdict(list))
    for path in EXAMPLES.glob("*.ttl"):
        for quad in parse(path=path, format=RdfFormat.TURTLE):
            assert isinstance(quad.subject, NamedNode)
            assert isinstance(quad.object, NamedNode | Literal)
            found[quad.subject.value][quad.predicate.value.removeprefix(HR)].append(quad.object.value)
    return found


def of_kind(kind: str) -> Iterable[str]:
    """The things of a class, by name."""
    return sorted(iri for iri, told in things().items() if HR + kind in told[RDF_TYPE])


RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def one(iri: str, *path: str) -> str | None:
    """The one value at the end of a path of properties, or None."""
    values = [iri]
    for step in path:
        values = [value for at in values for value in things()[at].get(step, [])]
    assert len(values) <= 1, (iri, path, values)
    return values[0] if values else None


def number(iri: str, *path: str) -> Decimal | None:
    """The same as a number."""
    text = one(iri, *path)
    return None if text is None else Decimal(text)


def day(iri: str, *path: str) -> date | None:
    """The same as a day."""
    text = one(iri, *path)
    return None if text is None else date.fromisoformat(text[:10])


def shortages(run: str) -> list[str]:
    """The shortages a run lists."""
    return [result for result in things()[run].get("yieldsResult", []) if HR + "Shortage" in things()[result][RDF_TYPE]]


def total_short(run: str) -> Decimal | None:
    """What a run says is short in all."""
    told = [
        Decimal(things()[result]["indicatorValue"][0])
        for result in things()[run].get("yieldsResult", [])
        if (things()[result].get("indicator") or [""])[0].endswith("/short-quantity")
    ]
    return sum(told, Decimal(0)) if told else None


def pairs() -> list[tuple[str, str]]:
    """Runs without and with a hedge that differ in nothing else."""

    def same(run: str) -> tuple[str | None, ...]:
        return tuple(one(run, name) for name in ("usesScenario", "usesSnapshot", "usesModel", "parameters", "seed"))

    runs = list(of_kind("SimulationRun"))
    hedged = [run for run in runs if one(run, "withHedge")]
    return [(a, b) for a in runs for b in hedged if not one(a, "withHedge") and same(a) == same(b)]
