"""How an axiom is put into words, whatever the language: it is taken apart here, and each language says its pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hedgerow.documentation.axioms import Axiom, Expression, Inverse, Named, Ranged


@dataclass(frozen=True)
class Name:
    """Words that name a term."""

    iri: str
    text: str

    def __str__(self) -> str:
        return self.text


Part = str | Name
Phrase = list[Part]
Role = Named | Inverse
#: The label of an IRI.
Labels = Callable[[str], str]


def fill(template: str, **values: Phrase | str) -> Phrase:
    """A template with phrases put in for its names in braces."""
    found: Phrase = []
    for index, piece in enumerate(re.split(r"\{(\w+)\}", template)):
        value = values[piece] if index % 2 else piece
        found += [value] if isinstance(value, str) else value
    return found


def series(phrases: Sequence[Phrase], between: str, last: str) -> Phrase:
    """Phrases as one, with what stands between two of them and before the last."""
    found: Phrase = []
    for index, phrase in enumerate(phrases):
        found += [last if index == len(phrases) - 1 else between] if index else []
        found += phrase
    return found


def joined(parts: Phrase) -> Phrase:
    """Text beside text made one."""
    found: Phrase = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return found


class Language:
    """One language. `TEMPLATES` says each kind of axiom, `FACETS` each bound of a datatype."""

    TEMPLATES: dict[str, str]
    FACETS: dict[str, str]

    def __init__(self, labels: Labels) -> None:
        self.labels = labels

    def name(self, named: Named) -> Name:
        """A term by its label."""
        return Name(named.iri, self.labels(named.iri))

    def holds(self, role: Role, subject: str, value: str) -> Phrase:
        """That `subject` has `value` by a property."""
        if isinstance(role, Inverse):
            return self.fact(role.of, value, subject)
        return self.fact(role, subject, value)

    def axiom(self, axiom: Axiom) -> Phrase:
        """The sentence of one axiom."""
        first = axiom.operands[0]
        if axiom.kind in _PROPERTY_KINDS:
            return self.property_axiom(axiom.kind, axiom.operands)
        rest = [operand for operand in axiom.operands[1:] if not isinstance(operand, Inverse)]
        if axiom.kind == "key":
            roles = [operand for operand in axiom.operands[1:] if isinstance(operand, Named | Inverse)]
            return self.template("key", one=self.one(first), keys=self.both([self.called(role) for role in roles]))
        if axiom.kind == "all-disjoint":
            every = [operand for operand in axiom.operands if not isinstance(operand, Inverse)]
            return self.template("all-disjoint", all=self.either([self.one(each) for each in every]))
        if axiom.kind == "partition":
            return self.template("partition", a=self.one(first), all=self.either([self.one(each) for each in rest]))
        return self.template(axiom.kind, a=self.one(first), the=self.bare(first), b=self.one(rest[0]))

    def property_axiom(self, kind: str, operands: Sequence[Expression | Inverse]) -> Phrase:
        """The sentence of an axiom about a property; a, b and c stand for things."""
        role = _role(operands[0])
        ab = self.holds(role, "a", "b")
        if kind in ("domain", "range"):
            thing = operands[1]
            assert not isinstance(thing, Inverse)
            return self.template(kind, if_ab=self.premise(ab), is_a=self.one(thing))
        if kind == "chain":
            return self._chain(role, [_role(step) for step in operands[1:]])
        second = _role(operands[1]) if len(operands) > 1 else role
        return self.template(
            kind,
            ab=ab,
            if_ab=self.premise(ab),
            and_ab=self.premise_before(ab),
            ba=self.holds(role, "b", "a"),
            if_bc=self.premise(self.holds(role, "b", "c")),
            ac=self.holds(role, "a", "c"),
            if_ac=self.premise(self.holds(role, "a", "c")),
            if_cb=self.premise(self.holds(role, "c", "b")),
            q=self.called(second),
            qab=self.holds(second, "a", "b"),
            qba=self.holds(second, "b", "a"),
        )

    def _chain(self, role: Role, steps: Sequence[Role]) -> Phrase:
        things = "abcdefgh"
        *first, last = [self.holds(step, things[i], things[i + 1]) for i, step in enumerate(steps)]
        return self.template(
            "chain",
            steps=self.steps([self.called(step) for step in steps]),
            facts=[part for fact in first for part in self.premise_before(fact)] + self.premise(last),
            result=self.holds(role, "a", things[len(steps)]),
        )

    def premise(self, fact: Phrase) -> Phrase:
        """A fact as it stands after "if"."""
        return fact

    def premise_before(self, fact: Phrase) -> Phrase:
        """A fact as it stands after "if" with another to follow."""
        return [*fact, " and "]

    def template(self, name: str, **values: Phrase) -> Phrase:
        """A sentence of `TEMPLATES` with its phrases."""
        return fill(self.TEMPLATES[name], **values)

    def called(self, role: Role) -> Phrase:
        """A property by its label."""
        return (
            [self.name(role)] if isinstance(role, Named) else fill(self.TEMPLATES["backwards"], p=[self.name(role.of)])
        )

    def facets(self, ranged: Ranged) -> Phrase:
        """The bounds of a datatype."""
        said: list[Phrase] = [[self.FACETS.get(name, name + " {}").format(value)] for name, value in ranged.facets]
        return self.both(said)

    def fact(self, role: Named, subject: str, value: str) -> Phrase:
        """That `subject` has `value` by a named property."""
        raise NotImplementedError

    def one(self, thing: Expression | Inverse) -> Phrase:
        """One thing that an expression describes, with what the language puts before it."""
        raise NotImplementedError

    def bare(self, thing: Expression | Inverse) -> Phrase:
        """The same with nothing before it."""
        raise NotImplementedError

    def either(self, phrases: Sequence[Phrase]) -> Phrase:
        """One of several."""
        raise NotImplementedError

    def both(self, phrases: Sequence[Phrase]) -> Phrase:
        """All of several."""
        raise NotImplementedError

    def steps(self, phrases: Sequence[Phrase]) -> Phrase:
        """One after the other."""
        raise NotImplementedError


_PROPERTY_KINDS = frozenset(
    (
        *("domain", "range", "sub-property", "same-property", "inverse", "chain", "disjoint-properties"),
        *("functional", "inverse-functional", "transitive", "symmetric", "asymmetric", "reflexive", "irreflexive"),
    )
)


def _role(operand: Expression | Inverse) -> Role:
    assert isinstance(operand, Named | Inverse)
    return operand
