"""Axioms in Japanese. A property's label is a noun (aの条項はbである) or a verb that takes を (aはbを指定する)."""

# ruff: noqa: D102 - what the methods do is said where Language declares them

from __future__ import annotations

from collections.abc import Sequence

from hedgerow.documentation.axioms import Axiom, Compound, Expression, Inverse, Named, Ranged, Restriction, Value
from hedgerow.documentation.wording import Language, Name, Phrase, fill, series


class Japanese(Language):
    """What is said in Japanese."""

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
            return fill("{a}はすべて、{does}。", a=self.one(axiom.operands[0]), does=does)
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
        head = series([self.one(each) for each in kinds], "であり", "であり") if kinds else []
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
        bound = {
            "some": "一つ以上",
            "min": f"{what.count}つ以上",
            "max": f"{what.count}つまで",
            "exactly": f"ちょうど{what.count}つ",
        }
        return [*start, *of, "を" if of else "値を", bound[what.kind], *does]

    def either(self, phrases: Sequence[Phrase]) -> Phrase:
        return series(phrases, "、", "または")

    def both(self, phrases: Sequence[Phrase]) -> Phrase:
        return series(phrases, "、かつ", "、かつ")

    def steps(self, phrases: Sequence[Phrase]) -> Phrase:
        return series([["「", *phrase, "」"] for phrase in phrases], "、次に", "、次に")


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
    return (noun, False) if noun != label else (label, label.endswith(("る", "す")))
