"""What `endpoint.py` asks: the questions with their defaults, and seven plain queries beside them. All are files.

Left out are the questions that no public record answers yet, and those asked of the history instead of the graph.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import NamedNode

from hedgerow.iri import DEFAULT_BASE
from hedgerow.questions import HISTORY, load_questions
from hedgerow.rq import bind

#: The plain ones, cheapest first.
PLAIN = ("point", "agreement", "facets", "labels", "imports", "properties", "partitions")
FILES = Path(__file__).with_name("queries")
SEED = 20261124
SOLUTIONS, STATEMENTS = "application/sparql-results+json", "application/n-triples"


@dataclass(frozen=True)
class Query:
    """One query: its text, and whether it asks for statements."""

    name: str
    text: str

    @property
    def accept(self) -> str:
        """The one media type to ask for."""
        return STATEMENTS if "CONSTRUCT" in self.text else SOLUTIONS


def first() -> Query:
    """What an engine is asked to see whether it answers."""
    return Query("point", (FILES / "point.rq").read_text("utf-8"))


def queries() -> list[Query]:
    """All, the plain ones first."""
    plain = [Query(name, (FILES / f"{name}.rq").read_text("utf-8")) for name in PLAIN]
    asked = [q for q in load_questions().values() if not q.missing and q.over != HISTORY]
    return plain + [Query(question.name, question.bound({}, DEFAULT_BASE)) for question in asked]


def points(records: list[str], count: int = 2000) -> list[Query]:
    """Point queries, each about another record as far as there are so many."""
    text = first().text
    chosen = random.Random(SEED).sample(records, min(count, len(records)))
    return [Query("point", bind(text, {"thing": [str(NamedNode(record))]})) for record in chosen]
