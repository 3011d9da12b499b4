"""Axioms in English.

A property's label decides how it is said: "has provision" and "custodian" are nouns (a has the provision b), "made at"
follows "is" (a is made at b), "makes" is a verb (a makes b).
"""

# ruff: noqa: D102 - what the methods do is said where Language declares them

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.documentation.axioms import Axiom, Compound, Expression, Inverse, Named, Ranged, Restriction, Value
from hedgerow.documentation.wording import Language, Name, Phrase, fill, joined, series


class English(Language):
    """What is said in English."""

    TEMPLATES = {  # noqa: RUF012 - written once
        "defined": "{a} is exactly {b}.",
        "subclass": "Every {the} {b}.",
        "disjoint": "Nothing is both {a} and {b}.",
        "all-disjoint": "Nothing is more than one of these: {all}.",
        "partition": "{a} is always exactly one of these: {all}.",
        "key": "No two are the same in {keys}, where each is {one}.",
        "domain": "If {if_ab}, then a is {is_a}.",
        "range": "If {if_ab}, then b is {is_a}.",
        "sub-property": "If {if_ab}, then {qab}.",
        "same-property": "{ab} exactly if {qab}.",
        "inverse": "It is the inverse of “{q}”: if {if_ab}, then {qba}.",
        "chain": "It follows from: {steps}. If {facts}, then {result}.",
        "disjoint-properties": "Never both: {ab}, and {qab}.",
        "functional": "It has at most one value: if {and_ab}{if_ac}, then b and c are the same.",
        "inverse-functional": "A value belongs to one thing only: if {and_ab}{if_cb}, then a and c are the same.",
        "transitive": "If {and_ab}{if_bc}, then {ac}.",
        "symmetric": "If {if_ab}, then {ba}.",
        "asymmetric": "If {if_ab}, then never the other way round.",
        "reflexive": "It holds of everything with itself.",
        "irreflexive": "It never holds of a thing with itself.",
        "backwards": "“{p}” backwards",
    }
    FACETS = {  # noqa: RUF012 - written once
        "minInclusive": "at least {}",
        "maxInclusive": "at most {}",
        "minExclusive": "more than {}",
        "maxExclusive": "less than {}",
        "minLength": "at least {} characters",
        "maxLength": "at most {} characters",
        "pattern": "of the form {}",
    }

    def axiom(self, axiom: Axiom) -> Phrase:
        found = joined(super().axiom(axiom))
        if axiom.kind == "subclass":
            found = fill("Every {the} {does}.", the=self.bare(axiom.operands[0]), does=self._does(axiom.operands[1]))
        start = found[0]
        return [start[:1].upper() + start[1:], *found[1:]] if isinstance(start, str) else found

    def _does(self, thing: Expression | Inverse) -> Phrase:
        """What every one does: is something, or what a restriction says."""
        if isinstance(thing, Restriction):
            return self._restriction(thing)
        if isinstance(thing, Compound) and thing.kind == "not":
            return ["is not ", *self.one(thing.operands[0])]
        return ["is ", *self.one(thing)]

    def fact(self, role: Named, subject: str, value: str) -> Phrase:
        kind, word = _part_of_speech(self.labels(role.iri))
        verb = {"noun": "has the ", "is": "is ", "verb": ""}[kind]
        return [f"{subject} {verb}", Name(role.iri, word), f" {value}"]

    def one(self, thing: Expression | Inverse) -> Phrase:
        match thing:
            case Named():
                return self._with_article(self.name(thing))
            case Compound("and", operands):
                return self._intersection(operands)
            case Compound("or", operands):
                return self.either([self.one(each) for each in operands])
            case Compound("one-of", operands):
                return ["one of ", *self.either([self.bare(each) for each in operands])]
            case Compound(_, operands):
                return ["anything but ", *self.one(operands[0])]
            case Restriction():
                return ["something that ", *self._restriction(thing)]
            case Ranged():
                return [*self._with_article(self.name(thing.datatype)), " of ", *self.facets(thing)]
            case Value():
                return [thing.text]
            case Inverse():
                return self.called(thing)

    def bare(self, thing: Expression | Inverse) -> Phrase:
        return self.called(thing) if isinstance(thing, Named) else self.one(thing)

    def _with_article(self, name: Name) -> Phrase:
        return ["an " if _takes_an(name.text) else "a ", name]

    def _intersection(self, operands: Sequence[Expression]) -> Phrase:
        kinds = [each for each in operands if not isinstance(each, Restriction) and not _is_not(each)]
        head: Phrase = series([self.one(each) for each in kinds], " and ", " and ") if kinds else ["something"]
        does = [self._does(each) for each in operands if each not in kinds]
        return [*head, " that ", *series(does, ", ", ", and ")] if does else head

    def _restriction(self, what: Restriction) -> Phrase:
        """What is said of a thing, as a verb with what belongs to it."""
        if isinstance(what.property, Inverse):
            return self._from_the_other_side(what, what.property.of)
        kind, word = _part_of_speech(self.labels(what.property.iri))
        role: Phrase = [Name(what.property.iri, word)]
        filler: Phrase = self.one(what.filler) if what.filler is not None else []
        some: Phrase = self.bare(what.filler) if isinstance(what.filler, Named) else []
        verb: Phrase = ["is ", *role] if kind == "is" else role
        if what.kind == "self":
            return ["has itself as ", *role] if kind == "noun" else [*verb, " itself"]
        if what.kind in _COUNTED:
            return self._counted(what, kind, word, verb)
        if what.kind == "value":
            return (
                ["has the ", *role, " ", *self.bare(_given(what))]
                if kind == "noun"
                else [*verb, " ", *self.bare(_given(what))]
            )
        if what.kind == "only":
            return ["has no ", *role, " but ", *filler] if kind == "noun" else [*verb, " nothing but ", *filler]
        if kind == "noun":
            same = isinstance(what.filler, Named) and self.labels(what.filler.iri) == word
            return ["has some ", *role] if same else ["has some ", *role, " that is ", *filler]
        return [*verb, " some ", *some] if some else [*verb, " ", *filler]

    def _counted(self, what: Restriction, kind: str, word: str, verb: Phrase) -> Phrase:
        count = f"{_COUNTED[what.kind]} {what.count}"
        each: Phrase = (
            ["", " that is " if what.count == 1 else ", each ", *self.one(what.filler)] if what.filler else []
        )
        if kind == "noun":
            assert isinstance(what.property, Named)
            return [f"has {count} ", Name(what.property.iri, _plural(word) if what.count != 1 else word), *each]
        return [*verb, f" {count} {'thing' if what.count == 1 else 'things'}", *each]

    def _from_the_other_side(self, what: Restriction, role: Named) -> Phrase:
        kind, word = _part_of_speech(self.labels(role.iri))
        filler: Phrase = self.one(what.filler) if what.filler is not None else ["something"]
        verb = {"noun": " has as ", "is": " is ", "verb": " "}[kind]
        amount = (
            f"{_COUNTED[what.kind]} {what.count}: " if what.kind in _COUNTED else "only " if what.kind == "only" else ""
        )
        return [f"is what {amount}", *filler, verb, Name(role.iri, word)]

    def either(self, phrases: Sequence[Phrase]) -> Phrase:
        return series(phrases, ", ", " or ")

    def both(self, phrases: Sequence[Phrase]) -> Phrase:
        return series(phrases, ", ", " and ")

    def steps(self, phrases: Sequence[Phrase]) -> Phrase:
        return series([["“", *phrase, "”"] for phrase in phrases], ", then ", ", then ")


_COUNTED = {"min": "at least", "max": "at most", "exactly": "exactly"}


def _is_not(thing: Expression) -> bool:
    return isinstance(thing, Compound) and thing.kind == "not"


def _given(what: Restriction) -> Expression:
    assert what.filler is not None
    return what.filler


_AFTER_IS = frozenset(("about", "against", "at", "by", "for", "from", "in", "of", "on", "to", "under", "until", "with"))
_PARTICIPLES = frozenset(("built", "drawn", "held", "kept", "made", "owed", "paid", "put", "sold", "taken", "withheld"))
_NOUNS_IN_S = frozenset(("days", "goods", "news", "terms", "years"))


def _part_of_speech(label: str) -> tuple[str, str]:
    """How a property's label is said (noun, is, verb), and the words of it that are used.

    >>> _part_of_speech("has provision"), _part_of_speech("made at"), _part_of_speech("makes")
    (('noun', 'provision'), ('is', 'made at'), ('verb', 'makes'))
    """
    first, *rest = label.split()
    if first == "has" and rest:
        return "noun", " ".join(rest)
    participle = first in _PARTICIPLES or first.endswith("ed")
    if first in _AFTER_IS or (rest and rest[0] in _AFTER_IS and (participle or (len(rest) == 1 and first[-1] != "s"))):
        return "is", label
    if first.islower() and first.endswith("s") and not first.endswith(("ss", "us", "is")) and first not in _NOUNS_IN_S:
        return "verb", label
    return "noun", label


def _takes_an(text: str) -> bool:
    first = text.split()[0] if text else ""
    if first[:2].isupper():  # letters are spelled out: an HS code, a US list
        return first[0] in "AEFHILMNORSX"
    sound = first[:3].lower()
    if sound[:1] == "u":
        return sound not in ("uni", "use", "usa")
    return sound[:1] in tuple("aeio") and sound not in ("eur", "one")


def _plural(text: str) -> str:
    head, of, tail = text.partition(" of ")
    if head.endswith("y") and head[-2:-1] not in "aeiou":
        head = head[:-1] + "ies"
    else:
        head += "es" if head.endswith(("s", "x", "ch", "sh")) else "s"
    return head + of + tail
