"""`hedgerow.ask`: the questions in Python, of a home folder on this machine or of a registry at an address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from hedgerow.errors import CallError, GraphNotReady
from hedgerow.graph.client import Graph, GraphClient, connect, connect_then
from hedgerow.graph.project import today
from hedgerow.graph.recorded import Moment, moment
from hedgerow.ledger import Ledger
from hedgerow.options import offered
from hedgerow.questions import Answer, find, history_of, remote, with_evidence
from hedgerow.questions import ask as ask_graph
from hedgerow.settings import Settings
from hedgerow.tiers import PUBLIC, chains

#: What a parameter may be given as.
Given = str | int | float | Decimal | bool | date | None

LANGUAGES = ("en", "ja")


def ask(
    question: str,
    /,
    *,
    of: str | Path | Settings | None = None,
    tier: str = PUBLIC,
    lang: str = "en",
    recorded: str | int | date = "",
    **parameters: Given,
) -> Answer:
    """Ask a question by its name or number: `hedgerow.ask("reserve-gap", country="JP")`.

    `of` is the registry: the address of one (`https://example.org`), a home folder, or settings; without it the home
    of `HEDGEROW_HOME`. A parameter `asOf` may be written `as_of`; None leaves it at its default. `tier="demo"` asks the
    demonstration. `recorded` asks what was on record at an earlier time: a position of the log, a day or an instant.
    The answer has the names and sources of what it rests on.

    Raises the errors of `hedgerow.errors`: CallError for a question, parameter or value that is none, Unavailable where
    the registry cannot answer now, and the others of a query.
    """
    chains(tier)
    if lang not in LANGUAGES:
        raise CallError(f"There is no language '{lang}'.", f"There are: {', '.join(LANGUAGES)}.")
    values = _values(parameters)
    if isinstance(of, str) and "://" in of:
        return remote.ask(of, question, values, tier, lang, _text(recorded))
    settings = of if isinstance(of, Settings) else Settings.from_env() if of is None else _at(Path(of))
    asked = find(question)
    offered(settings, tier)
    asked.bound(values, settings.base)  # a bad parameter is told before a graph is built
    graph, then = graph_of(settings, tier, _text(recorded), asked.day(values))
    past = history_of(settings, tier, asked, values, then)
    answer = ask_graph(graph, asked, values, settings.base, lang, then, past)
    return with_evidence(graph, answer)


def graph_of(settings: Settings, tier: str, recorded: str, day: date | None = None) -> tuple[Graph, Moment | None]:
    """The live graph, or what was on record then, as it is on a day. Raises CallError where the home has no ledger."""
    if not recorded and day in (None, today()):
        return _live(settings, tier), None
    if not settings.ledger.exists():
        raise CallError(f"The home {settings.home} holds no records.", "Run 'hedgerow load' first.")
    with Ledger(settings.ledger, settings.base) as ledger:
        then = moment(ledger, tier, recorded)
    return connect_then(settings, tier, then, day), then


def _at(home: Path) -> Settings:
    """The settings of the environment with another home."""
    import os

    return Settings.from_env({**os.environ, "HEDGEROW_HOME": str(home)})


def _values(parameters: Mapping[str, Given]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in parameters.items():
        known = re.sub(r"_([a-z])", lambda letter: letter[1].upper(), name)
        if known in values:
            raise CallError(f"The parameter '{known}' is given twice.", "Give it once.")
        if value is not None:
            values[known] = _text(value)
    return values


def _text(value: str | float | Decimal | bool | date) -> str:
    """A value as the parameters of questions are written.

    >>> _text(0.00001), _text(True), _text(date(2026, 1, 31))
    ('0.00001', 'true', '2026-01-31')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return f"{Decimal(str(value)):f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _live(settings: Settings, tier: str) -> Graph:
    """The running graph process, or else a graph of our own, kept as long as nothing is written to its ledger."""
    client = GraphClient(settings, tier)
    try:
        client.status()
    except GraphNotReady:
        return _own(settings, tier, _state(settings, tier))
    return client


def _state(settings: Settings, tier: str) -> str:
    if not settings.ledger.exists():
        return ""
    with Ledger(settings.ledger, settings.base) as ledger:
        return f"{today()} {[ledger.head(chain) for chain in chains(tier)]}"


@lru_cache(maxsize=2)
def _own(settings: Settings, tier: str, _: str) -> Graph:
    return connect(settings, tier)
