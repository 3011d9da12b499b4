"""The rules of good form: each `ontology/hygiene/*.rq` gives the terms that break it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Quad, QuerySolutions, Store, Triple

from hedgerow.errors import InputError
from hedgerow.paths import ONTOLOGY
from hedgerow.rq import split_header


@dataclass(frozen=True)
class Rule:
    """One rule: what it is about in English and Japanese, why, what to do, and the query for what breaks it."""

    name: str
    title: dict[str, str]
    severity: str
    why: str
    remedy: str
    text: str


@dataclass(frozen=True)
class Breach:
    """A term that breaks a rule."""

    rule: Rule
    term: str
    message: str


def load_rules(folder: Path = ONTOLOGY / "hygiene") -> tuple[Rule, ...]:
    """All rules, by name. Raises InputError for a header that lacks something."""
    return tuple(_rule(path) for path in sorted(folder.glob("*.rq")))


def _rule(path: Path) -> Rule:
    header, text = split_header(path.read_text("utf-8"), path.name)
    try:
        assert isinstance(header, dict)
        title = {language: str(header["title"][language]) for language in ("en", "ja")}
        rule = Rule(path.stem, title, header["severity"], str(header["why"]), str(header["remedy"]), text)
        if rule.severity not in ("error", "warn"):
            raise KeyError("severity: error or warn")
    except (AssertionError, KeyError, TypeError) as error:
        raise InputError(f"The header of {path.name} cannot be read: {error!r}.", "Mend its #+ lines.") from None
    return rule


def breaches(triples: Iterable[Triple], rules: Iterable[Rule]) -> Iterator[Breach]:
    """What in the modules, labels and codes breaks a rule, rule by rule."""
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    for rule in rules:
        solutions = store.query(rule.text)
        assert isinstance(solutions, QuerySolutions)
        found = {(getattr(row["term"], "value", ""), getattr(row["message"], "value", "")) for row in solutions}
        for term, message in sorted(found):
            yield Breach(rule, term, message)
