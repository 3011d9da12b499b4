"""Where the shipped ontology, questions and tables lie: beside a checkout, or inside an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_SHIPPED = _PACKAGE / "_shipped"
_CHECKOUT = _PACKAGE.parent.parent


def _shipped(name: str, in_checkout: str) -> Path:
    packed = _SHIPPED / name
    return packed if packed.is_dir() else _CHECKOUT / in_checkout


ONTOLOGY = _shipped("ontology", "ontology")
QUERIES = _shipped("queries", "queries")
#: What is invented to show how the ontology is used: the records of the demonstration tier.
EXAMPLES = ONTOLOGY / "examples"
DATA = _shipped("data", "registry/data")
