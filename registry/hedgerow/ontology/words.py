"""Axioms said in plain English and Japanese: each a sentence whose words that name a term lead to it.

The grammar is small on purpose. A property's label decides how it is said: "has provision" and "custodian" are nouns
(a has the provision b), "made at" follows "is" (a is made at b), "makes" is a verb (a makes b).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from hedgerow.ontology.axioms import Axiom, Compound, Expression, Inverse, Named, Ranged, Restriction, Value


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


@dataclass(frozen=True)
class Sentence:
    """One axiom in words; `kind` is that of the axiom."""

    kind: str
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))


def said(axioms: Iterable[Axiom], labels: Labels, language: str) -> list[Sentence]:
    """The axioms as sentences in `en` or `ja`."""
    words = _LANGUAGES[language](labels)
    return [Sentence(axiom.kind, tuple(_joined(words.axiom(axiom)))) for axiom in axioms]


def _fill(template: str, **values: Phrase | str) -> Phrase:
    """A template with phrases put in for its names in braces."""
    found: Phrase = []
    for index, piece in enumerate(re.split(r"\{(\w+)\}", template)):
        value = values[piece] if index % 2 else piece
        found += [value] if isinstance(value, str) else value
    return found


def _series(phrases: Sequence[Phrase], between: str, last: str) -> Phrase:
    """Phrases as one, with what stands between two of them and before the last."""
    found: Phrase = []
    for index, phrase in enumerate(phrases):
        found += [last if index == len(phrases) - 1 else between] if index else []
        found += phrase
    return found


def _joined(parts: Phrase) -> Phrase:
    """Text beside text made one."""
    found: Phrase = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return found


class _Language:
    """What both languages share: how an expression is taken apart. `TEMPLATES` says each kind of axiom."""

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
        return _fill(self.TEMPLATES[name], **values)

    def called(self, role: Role) -> Phrase:
        """A property by its label."""
        return [self.name(role)] if isinstance(role, Named) else _fill(self.TEMPLATES["backwards"], p=[self.name(role.of)])

    def facets(self, ranged: Ranged) -> Phrase:
        """The bounds of a datatype."""
        said = [[self.FACETS.get(name, name + " {}").format(value)] for name, value in ranged.facets]
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
    "domain range sub-property same-property inverse chain disjoint-properties functional inverse-functional "
    "transitive symmetric asymmetric reflexive irreflexive".split()
)


def _role(operand: Expression | Inverse) -> Role:
    assert isinstance(operand, Named | Inverse)
    return operand


class _English(_Language):
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
        found = _joined(super().axiom(axiom))
        if axiom.kind == "subclass":
            found = _fill("Every {the} {does}.", the=self.bare(axiom.operands[0]), does=self._does(axiom.operands[1]))
        start = found[0]
        return [start[:1].upper() + start[1:], *found[1:]] if isinstance(start, str) else found

    def _does(self, thing: Expression | Inverse) -> Phrase:
        """What every one does: is something, or what a restriction says."""
        if isinstance(thing, Restriction):
            return self._restriction(thing)
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
        return [self.name(thing)] if isinstance(thing, Named) else self.one(thing)

    def _with_article(self, name: Name) -> Phrase:
        return ["an " if _takes_an(name.text) else "a ", name]

    def _intersection(self, operands: Sequence[Expression]) -> Phrase:
        kinds = [each for each in operands if not isinstance(each, Restriction) and not _is_not(each)]
        head = _series([self.one(each) for each in kinds], " and ", " and ") if kinds else ["something"]
        does = [
            self._restriction(each)
            if isinstance(each, Restriction)
            else ["is not ", *self.one(each.operands[0])]  # type: ignore[union-attr]
            for each in operands
            if each not in kinds
        ]
        return [*head, " that ", *_series(does, ", ", ", and ")] if does else head

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
            return ["has the ", *role, " ", *self.bare(_given(what))] if kind == "noun" else [*verb, " ", *self.bare(_given(what))]
        if what.kind == "only":
            return ["has no ", *role, " but ", *filler] if kind == "noun" else [*verb, " nothing but ", *filler]
        if kind == "noun":
            same = isinstance(what.filler, Named) and self.labels(what.filler.iri) == word
            return ["has some ", *role] if same else ["has some ", *role, " that is ", *filler]
        return [*verb, " some ", *some] if some else [*verb, " ", *filler]

    def _counted(self, what: Restriction, kind: str, word: str, verb: Phrase) -> Phrase:
        count = f"{_COUNTED[what.kind]} {what.count}"
        each: Phrase = ["", " that is " if what.count == 1 else ", each ", *self.one(what.filler)] if what.filler else []
        if kind == "noun":
            assert isinstance(what.property, Named)
            return [f"has {count} ", Name(what.property.iri, _plural(word) if what.count != 1 else word), *each]
        return [*verb, f" {count} {'thing' if what.count == 1 else 'things'}", *each]

    def _from_the_other_side(self, what: Restriction, role: Named) -> Phrase:
        kind, word = _part_of_speech(self.labels(role.iri))
        filler: Phrase = self.one(what.filler) if what.filler is not None else ["something"]
        verb = {"noun": " has as ", "is": " is ", "verb": " "}[kind]
        amount = f"{_COUNTED[what.kind]} {what.count}: " if what.kind in _COUNTED else "only " if what.kind == "only" else ""
        return [f"is what {amount}", *filler, verb, Name(role.iri, word)]

    def either(self, phrases: Sequence[Phrase]) -> Phrase:
        return _series(phrases, ", ", " or ")

    def both(self, phrases: Sequence[Phrase]) -> Phrase:
        return _series(phrases, ", ", " and ")

    def steps(self, phrases: Sequence[Phrase]) -> Phrase:
        return _series([["“", *phrase, "”"] for phrase in phrases], ", then ", ", then ")


_COUNTED = {"min": "at least", "max": "at most", "exactly": "exactly"}


def _is_not(thing: Expression) -> bool:
    return isinstance(thing, Compound) and thing.kind == "not"


def _given(what: Restriction) -> Expression:
    assert what.filler is not None
    return what.filler


_AFTER_IS = frozenset("about against at by for from in of on to under until with".split())
_PARTICIPLES = frozenset("built drawn held kept made owed paid put sold taken withheld".split())
_NOUNS_IN_S = frozenset("days goods news terms years".split())


def _part_of_speech(label: str) -> tuple[str, str]:
    """How a property's label is said (noun, is, verb), and the words of it that are used.

    >>> _part_of_speech("has provision"), _part_of_speech("made at"), _part_of_speech("makes")
    (('noun', 'provision'), ('is', 'made at'), ('verb', 'makes'))
    """
    first, *rest = label.split()
    if first == "has" and rest:
        return "noun", " ".join(rest)
    participle = first in _PARTICIPLES or first.endswith("ed")
    if first in _AFTER_IS or (rest and rest[0] in _AFTER_IS and (participle or len(rest) == 1 and first[-1] != "s")):
        return "is", label
    if first.islower() and first.endswith("s") and not first.endswith(("ss", "us", "is")) and first not in _NOUNS_IN_S:
        return "verb", label
    return "noun", label


def _takes_an(text: str) -> bool:
    first = text.split()[0] if text else ""
    if first[:2].isupper():  # letters are spelled out: an HS code, a US list
        return first[0] in "AEFHILMNORSX"
    return first[:1].lower() in "aeio" and first.lower()[:3] not in ("eur", "one") or (
        first[:1].lower() == "u" and first.lower()[:3] not in ("uni", "use", "usa")
    )


def _plural(text: str) -> str:
    head, of, tail = text.partition(" of ")
    if head.endswith("y") and head[-2:-1] not in "aeiou":
        head = head[:-1] + "ies"
    else:
        head += "es" if head.endswith(("s", "x", "ch", "sh")) else "s"
    return head + of + tail


class _Japanese(_Language):
    TEMPLATES = {  # noqa: RUF012 - written once
        "defined": "{a}とは、{b}のことである。",
        "subclass": "{a}はすべて、{b}である。",
        "disjoint": "{a}であり、同時に{b}でもあるものはない。",
        "all-disjoint": "次のうち二つ以上に当たるものはない：{all}。",
        "partition": "{a}は必ず次のうちちょうど一つに当たる：{all}。",
        "key": "{one}は、{keys}が同じなら同一である。",
        "domain": "{if_ab}ならば、aは{is_a}である。",
        "range": "{if_ab}ならば、bは{is_a}である。",
        "sub-property": "{if_ab}ならば、{qab}。",
        "same-property": "{ab}のは、{qab}場合に限る。",
        "inverse": "「{q}」の逆である。{if_ab}ならば、{qba}。",
        "chain": "次の順にたどって導かれる：{steps}。{facts}ならば、{result}。",
        "disjoint-properties": "次の二つは両立しない：{ab}、{qab}。",
        "functional": "値は一つまでである。{and_ab}{if_ac}ならば、bとcは同じものである。",
        "inverse-functional": "一つの値は一つのものだけに属する。{and_ab}{if_cb}ならば、aとcは同じものである。",
        "transitive": "{and_ab}{if_bc}ならば、{ac}。",
        "symmetric": "{if_ab}ならば、{ba}。",
        "asymmetric": "{if_ab}ならば、その逆は成り立たない。",
        "reflexive": "すべてのものについて、自分自身との間で成り立つ。",
        "irreflexive": "どのものについても、自分自身との間では成り立たない。",
        "backwards": "「{p}」の逆",
    }
    FACETS = {  # noqa: RUF012 - written once
        "minInclusive": "{}以上",
        "maxInclusive": "{}以下",
        "minExclusive": "{}を超える",
        "maxExclusive": "{}未満",
        "minLength": "{}字以上",
        "maxLength": "{}字以下",
        "pattern": "{}の形式の",
    }

    def axiom(self, axiom: Axiom) -> Phrase:
        if axiom.kind == "subclass" and isinstance(axiom.operands[1], Restriction):
            does = self._restriction(axiom.operands[1])
            return _fill("{a}はすべて、{does}。", a=self.one(axiom.operands[0]), does=does)
        return super().axiom(axiom)

    def fact(self, role: Named, subject: str, value: str) -> Phrase:
        word, is_verb = _japanese_role(self.labels(role.iri))
        if is_verb:
            return [f"{subject}は{value}を", Name(role.iri, word), ""]
        return [f"{subject}の", Name(role.iri, word), f"は{value}である"]

    def premise(self, fact: Phrase) -> Phrase:
        first, role, last = fact
        said = str(last)
        if said == "":
            return [str(first).replace("は", "が", 1), role]
        return [first, role, said.replace("は", "が", 1).removesuffix("である")]

    def premise_before(self, fact: Phrase) -> Phrase:
        return [*self.premise(fact), "、かつ" if fact[-1] == "" else "で、"]

    def one(self, thing: Expression | Inverse) -> Phrase:
        match thing:
            case Named():
                return [self.name(thing)]
            case Compound("and", operands):
                return self._intersection(operands)
            case Compound("or", operands):
                return self.either([self.one(each) for each in operands])
            case Compound("one-of", operands):
                return [*self.either([self.one(each) for each in operands]), "のいずれか"]
            case Compound(_, operands):
                return [*self.one(operands[0]), "でないもの"]
            case Restriction():
                return [*self._restriction(thing), "もの"]
            case Ranged():
                return [*self.facets(thing), "の", self.name(thing.datatype)]
            case Value():
                return [thing.text]
            case Inverse():
                return self.called(thing)

    def bare(self, thing: Expression | Inverse) -> Phrase:
        return self.one(thing)

    def _intersection(self, operands: Sequence[Expression]) -> Phrase:
        kinds = [each for each in operands if not isinstance(each, Restriction)]
        does = [self._restriction(each) for each in operands if isinstance(each, Restriction)]
        head = _series([self.one(each) for each in kinds], "であり", "であり") if kinds else []
        if not does:
            return head
        *first, last = does
        conditions = [part for each in first for part in _going_on(each)] + last
        return [*head, "のうち、", *conditions, "もの"] if head else [*conditions, "もの"]

    def _restriction(self, what: Restriction) -> Phrase:
        """What is said of a thing, ending in a verb."""
        if isinstance(what.property, Inverse):
            word, is_verb = _japanese_role(self.labels(what.property.of.iri))
            back: Phrase = [Name(what.property.of.iri, word)]
            filler = self.one(what.filler) if what.filler is not None else ["もの"]
            return [*filler, "が", *back] if is_verb else [*filler, "の", *back, "である"]
        word, is_verb = _japanese_role(self.labels(what.property.iri))
        role: Phrase = [Name(what.property.iri, word)]
        of = self.one(what.filler) if what.filler is not None else []
        does: Phrase = role if is_verb else ["持つ"]
        same = isinstance(what.filler, Named) and self.labels(what.filler.iri) == word
        start: Phrase = [] if is_verb or same else [*role, "に"]
        if what.kind == "self":
            return [*start, "自分自身を", *does]
        if what.kind == "value":
            return [*start, *of, "を", *does]
        if what.kind == "only":
            return [*start, *of, "以外を", *_negative(does)]
        bound = {"some": "一つ以上", "min": f"{what.count}つ以上", "max": f"{what.count}つまで", "exactly": f"ちょうど{what.count}つ"}
        return [*start, *of, "を" if of else "値を", bound[what.kind], *does]

    def either(self, phrases: Sequence[Phrase]) -> Phrase:
        return _series(phrases, "、", "または")

    def both(self, phrases: Sequence[Phrase]) -> Phrase:
        return _series(phrases, "、かつ", "、かつ")

    def steps(self, phrases: Sequence[Phrase]) -> Phrase:
        return _series([["「", *phrase, "」"] for phrase in phrases], "、次に", "、次に")


def _negative(verb: Phrase) -> Phrase:
    """`持つ` as `持たない`; another verb with ことはない after it."""
    return ["持たない"] if verb == ["持つ"] else [*verb, "ことはない"]


def _going_on(does: Phrase) -> Phrase:
    """What is said of a thing, with more to follow."""
    return [*does[:-1], "持ち、"] if does[-1] == "持つ" else [*does, "、かつ"]


def _japanese_role(label: str) -> tuple[str, bool]:
    """The words of a property's label that are used, and whether they are a verb.

    >>> _japanese_role("条項を持つ"), _japanese_role("指定する"), _japanese_role("所在国")
    (('条項', False), ('指定する', True), ('所在国', False))
    """
    noun = label.removesuffix("を持つ").removesuffix("である")
    return (noun, False) if noun != label else (label, label.endswith("る") or label.endswith("す"))


_LANGUAGES: dict[str, type[_Language]] = {"en": _English, "ja": _Japanese}
