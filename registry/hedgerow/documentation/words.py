"""Axioms said in plain English and Japanese: each a sentence whose words that name a term lead to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hedgerow.documentation.axioms import Axiom
from hedgerow.documentation.english import English
from hedgerow.documentation.japanese import Japanese
from hedgerow.documentation.wording import Labels, Language, Name, Part, joined

__all__ = ["Labels", "Name", "Sentence", "said"]

_LANGUAGES: dict[str, type[Language]] = {"en": English, "ja": Japanese}


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
    return [Sentence(axiom.kind, tuple(joined(words.axiom(axiom)))) for axiom in axioms]
