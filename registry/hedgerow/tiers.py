"""The tiers of a registry: whose chains each one sees, and under which address its records lie. No I/O.

A tier sees its own chain and the public one; nothing public ever sees, names or counts what lies above it.
"""

from __future__ import annotations

from hedgerow.errors import CallError

#: The public record.
PUBLIC = "public"
#: What is invented for demonstration.
DEMO = "demo"
TIERS = (PUBLIC, DEMO)


def chains(tier: str) -> tuple[str, ...]:
    """The chains a tier's graph is folded from, the public one first. Raises CallError for what is no tier."""
    if tier not in TIERS:
        raise CallError(f"There is no tier '{tier}'.", f"There are: {', '.join(TIERS)}.")
    return (PUBLIC,) if tier == PUBLIC else (PUBLIC, tier)


def prefix(base: str, tier: str) -> str:
    """What the IRIs of a tier's records begin with.

    >>> prefix("https://example.org", "demo")
    'https://example.org/demo/id/'
    """
    return f"{base}/id/" if tier == PUBLIC else f"{base}/{tier}/id/"


def dataset(base: str, tier: str) -> str:
    """The IRI of all that a tier shows, as one set of data.

    >>> dataset("https://example.org", "demo")
    'https://example.org/demo'
    """
    return base if tier == PUBLIC else f"{base}/{tier}"


def tier_of(base: str, iri: str) -> str | None:
    """The tier whose record, or part of one, an IRI names; None for what lies outside this registry."""
    return next((tier for tier in TIERS if iri.startswith(prefix(base, tier))), None)


def named(base: str, kind: str, name: str) -> str:
    """The IRI of a record of that kind by the name a person uses: `nickel`, or `demo/hinode` above the public tier."""
    tier, slash, slug = name.rpartition("/")
    return f"{prefix(base, tier if slash else PUBLIC)}{kind}/{slug}"


def name_of(base: str, iri: str) -> str:
    """The name a person uses for a record: the inverse of `named`."""
    slug = iri.rpartition("/")[2]
    tier = tier_of(base, iri)
    return slug if tier in (None, PUBLIC) else f"{tier}/{slug}"
