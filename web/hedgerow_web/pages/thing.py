"""A record as a page reads it: its statements, its parts, the names of all it mentions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import abort

from hedgerow.iri import HR, RDF_TYPE, RDFS_LABEL
from hedgerow_web import i18n
from hedgerow_web.site import Value, site

Statements = Mapping[str, Mapping[str, list[Value]]]


_LICENCE = "http://purl.org/dc/terms/license"
#: Terms that a page shows elsewhere or that only tie parts to the whole.
_NOT_FACTS = frozenset({"evidence", "statedIn", "hasMembership", "hasInput", "designatedBy", "madeAt", "exposedTo"})
#: Terms that come after all others.
_LAST = ("statedValue", "statedUnit", "sourceText", "note")


@dataclass(frozen=True)
class Thing:
    """One subject of a record. Terms are named by their word in the ontology."""

    iri: str
    statements: Statements
    names: Mapping[str, str]
    #: Of each part, the thing and the term under which a page that shows every part once has it.
    homes: Mapping[str, tuple[str, str]]

    def all(self, term: str) -> list[Value]:
        """The values of a term, IRIs by their names."""
        values = self.statements.get(self.iri, {}).get(HR + term, [])
        return sorted(values, key=lambda value: self.name(value).casefold())

    def one(self, term: str) -> str:
        """The first value of a term, or ''."""
        values = self.all(term)
        return values[0].text if values else ""

    def text(self, term: str) -> str:
        """The first value of a term as a person reads it."""
        values = self.all(term)
        return self.name(values[0]) if values else ""

    def name(self, value: Value | str) -> str:
        """What a value is called."""
        text = str(value)
        return self.names.get(text, text)

    def parts(self, term: str) -> list[Thing]:
        """The parts of this record that a term leads to, in the order of their addresses."""
        inner = [v.text for v in self.statements.get(self.iri, {}).get(HR + term, []) if v.text in self.statements]
        return [self._part(iri) for iri in sorted(inner)]

    def plain(self, term: str) -> list[Value]:
        """The values of a term that are no parts of this record."""
        return [value for value in self.all(term) if value.text not in self.statements]

    def holds(self, term: str, part: Thing) -> bool:
        """Whether a page that shows every part once has this part here, under that term."""
        return self.homes.get(part.iri) == (self.iri, term)

    def loose(self) -> list[Thing]:
        """The parts of this record that no term leads to from the record."""
        return [self._part(iri) for iri in sorted(self.statements.keys() - self.homes.keys() - {self.iri})]

    def _part(self, iri: str) -> Thing:
        return Thing(iri, self.statements, self.names, self.homes)

    @property
    def fragment(self) -> str:
        """What names a part within its record."""
        return self.iri.partition("#")[2]

    def types(self) -> list[str]:
        """Its classes, asserted and inferred."""
        return sorted(v.text.removeprefix(HR) for v in self.statements[self.iri].get(RDF_TYPE, []))

    def labels(self) -> list[Value]:
        """Its labels in every language."""
        return self.statements[self.iri].get(RDFS_LABEL, [])

    @property
    def label(self) -> Value:
        """The label in the reader's language, else in English."""
        labels = self.labels()
        wanted = [v for v in labels if v.language == i18n.language()]
        return next(iter(wanted or labels), Value(self.iri))

    def other_labels(self) -> list[Value]:
        """The labels in other languages."""
        return [v for v in self.labels() if v != self.label]

    @property
    def slug(self) -> str:
        """The last part of its address."""
        return self.iri.rpartition("/")[2]

    @property
    def asked_as(self) -> str:
        """What it is called in the parameters of a question."""
        return site().name_of(self.iri)

    @property
    def licence(self) -> str:
        """The licence the rules put it under, '' when it is for this installation only."""
        return next((value.text for value in self.statements[self.iri].get(_LICENCE, [])), "")

    def missing(self, expected: Iterable[str]) -> list[str]:
        """Of the terms a reader expects, those not stated of it, by their names."""
        return [self.name(HR + term) for term in expected if not self.all(term)]

    def terms(self) -> list[str]:
        """The terms stated of it."""
        return sorted(p.removeprefix(HR) for p in self.statements[self.iri] if p.startswith(HR))

    def beyond(self, shown: Iterable[str]) -> list[str]:
        """The terms stated of it that are not among those shown."""
        return [term for term in self.terms() if term not in shown]

    def facts(self) -> list[str]:
        """The terms to show as facts, by name, what was stated and remarked last."""
        shown = [term for term in self.terms() if term not in _NOT_FACTS]
        return sorted(shown, key=lambda term: (_LAST.index(term) + 1 if term in _LAST else 0, term))

    def mentions(self) -> list[Mentions]:
        """Other records that point at it, by kind: how many there are, and the first of them."""
        return [
            self._mentions(row["kind"].text, row["count"].text) for row in site().rows("mention-counts", self._me())
        ]

    def _mentions(self, kind: str, count: str) -> Mentions:
        others = [row["other"].text for row in site().rows("mentions", {**self._me(), "kind": [f'"{kind}"']})]
        names = site().labels(others)
        return Mentions(kind, int(count), [(other, names.get(other, other)) for other in others])

    def _me(self) -> dict[str, list[str]]:
        return {"thing": [f"<{self.iri}>"]}


@dataclass(frozen=True)
class Mentions:
    """Records of one kind that point at a thing: how many in all, and the first as IRI and name."""

    kind: str
    count: int
    first: list[tuple[str, str]]


def read_thing(iri: str, also: Iterable[str] = ()) -> Thing:
    """The record of that IRI, with the names of the terms `also` needed; 404 when the graph holds none."""
    statements: dict[str, dict[str, list[Value]]] = {}
    for row in site().rows("record", {"record": [f"<{iri}>"]}):
        statements.setdefault(row["subject"].text, {}).setdefault(row["term"].text, []).append(row["value"])
    if iri not in statements:
        abort(404, "There is no such record.")
    names = site().labels({*_iris(statements), *(HR + term for term in also)})
    return Thing(iri, statements, names, _homes(iri, statements))


def _homes(record: str, statements: Statements) -> dict[str, tuple[str, str]]:
    """Where each part is met first by who goes from the record from term to term; circles come to an end."""
    homes: dict[str, tuple[str, str]] = {}
    ways = [record]
    for thing in ways:
        for term in sorted(statements[thing]):
            for part in sorted(value.text for value in statements[thing][term]):
                if part in statements and part != record and part not in homes:
                    homes[part] = (thing, term.removeprefix(HR))
                    ways.append(part)
    return homes


def _iris(statements: Statements) -> Iterable[str]:
    for terms in statements.values():
        for term, values in terms.items():
            yield term
            yield from (value.text for value in values if value.iri)
