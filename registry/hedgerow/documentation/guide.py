"""How to model with the ontology, and which of the mission's points it answers: two tables kept as YAML.

`python -m hedgerow.documentation.guide` writes `docs/reference/mission.md` to its output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hedgerow.documentation.described import Ontology, Texts, shipped
from hedgerow.documentation.usage import Examples, question_files
from hedgerow.errors import InputError
from hedgerow.paths import ONTOLOGY

#: What answers a point: the word in the table, and how it is told.
ANSWERS: Mapping[str, Texts] = {
    "owl": {"en": "inference", "ja": "推論"},
    "shape": {"en": "shape or check", "ja": "形の検査"},
    "query": {"en": "question", "ja": "問い"},
    "solver": {"en": "recorded run", "ja": "記録された計算"},
    "codes": {"en": "code list", "ja": "コード表"},
}


@dataclass(frozen=True)
class Pattern:
    """One way to model something. `records` are IRIs of records or parts, relative to the base of the examples."""

    id: str
    title: Texts
    text: Texts
    records: tuple[str, ...]
    terms: tuple[str, ...]
    question: str


@dataclass(frozen=True)
class Point:
    """One point of the mission: what the ontology says it with, and what answers it."""

    number: int
    point: Texts
    terms: tuple[str, ...]
    example: str
    questions: tuple[str, ...]
    answered_by: tuple[str, ...]


@cache
def patterns(path: Path = ONTOLOGY / "patterns.yaml") -> tuple[Pattern, ...]:
    """The patterns in their order. Raises InputError naming the entry that cannot be read."""
    return tuple(
        Pattern(
            id=str(entry["id"]),
            title=_texts(entry["title"]),
            text=_texts(entry["text"]),
            records=_names(entry, "records"),
            terms=_names(entry, "terms"),
            question=str(entry.get("question") or ""),
        )
        for entry in _entries(path, {"id", "title", "text", "terms"})
    )


@cache
def mission(path: Path = ONTOLOGY / "mission.yaml") -> tuple[Point, ...]:
    """The points in their order. Raises InputError naming the entry that cannot be read."""
    return tuple(
        Point(
            number=int(entry["number"]),
            point=_texts(entry["point"]),
            terms=_names(entry, "terms"),
            example=str(entry.get("example") or ""),
            questions=_names(entry, "questions"),
            answered_by=_names(entry, "answered_by"),
        )
        for entry in _entries(path, {"number", "point", "terms", "questions", "answered_by"})
    )


def _entries(path: Path, needed: set[str]) -> list[dict[str, Any]]:
    try:
        entries = yaml.safe_load(path.read_text("utf-8")) or []
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"{path.name} cannot be read: {error}.", "Mend the file.") from None
    for index, entry in enumerate(entries, 1):
        lacking = needed - set(entry)
        if lacking:
            raise InputError(f"{path.name}, entry {index}: {', '.join(sorted(lacking))} missing.", "Add it.")
    return list(entries)


def _names(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    return tuple(str(name) for name in entry.get(key) or ())


def _texts(value: Mapping[str, str]) -> Texts:
    """Texts with their line ends gone: to a space, between Japanese characters to nothing."""
    joined = {language: " ".join(str(text).split()) for language, text in value.items()}
    return {language: re.sub(r"(?<=[^\x00-\xff]) (?=[^\x00-\xff])", "", text) for language, text in joined.items()}


def missing(ontology: Ontology, examples: Examples) -> list[str]:
    """What the two tables lack or name in vain: `term x`, `example x`, `question x`, sorted."""
    points, ways = mission(), patterns()
    terms = {name for names in (*(p.terms for p in points), *(w.terms for w in ways)) for name in names}
    records = {point.example for point in points if point.example} | {name for way in ways for name in way.records}
    asked = {name for point in points for name in point.questions} | {way.question for way in ways if way.question}
    return sorted(
        [
            *(f"term {name}" for name in terms if ontology.term(name) is None),
            *(f"example {name}" for name in records if examples.of_record(name) is None),
            *(f"question {name}" for name in asked if name not in question_files()),
            *(f"example of point {point.number}" for point in points if not point.example),
            *(f"example of pattern {way.id}" for way in ways if not way.records),
        ]
    )


_MISSION_HEAD = """# The mission, point by point

What the ontology says each point of the mission with, an example record of the demonstration tier, the questions that
answer it, and by what means. Written from `ontology/mission.yaml` by `python -m hedgerow.documentation.guide`; the site
shows the same at `/ns/mission`, with links.

| # | Point | Terms | Example | Questions | Answered by |
|---|---|---|---|---|---|
"""


def mission_document(points: Iterable[Point]) -> str:
    """The table of the mission as Markdown; its links are relative to `docs/reference/`."""
    return _MISSION_HEAD + "".join(map(_line, points))


def _line(point: Point) -> str:
    cells = (
        str(point.number),
        f"{point.point['en']}<br>{point.point['ja']}",
        ", ".join(map(_term, point.terms)),
        _example(point.example) if point.example else "",
        ", ".join(map(_question, point.questions)),
        ", ".join(ANSWERS[means]["en"] for means in point.answered_by),
    )
    return f"| {' | '.join(cells)} |\n"


def _term(name: str) -> str:
    term = shipped().term(name)
    return f"[`{name}`](../../ontology/{term.module}.ttl)" if term else f"`{name}`"


def _example(name: str) -> str:
    files = sorted((ONTOLOGY / "examples").glob("*.ttl"))
    held = next((path.name for path in files if f"\n<{name}> a " in path.read_text("utf-8")), "")
    return f"[`{name}`](../../ontology/examples/{held})" if held else f"`{name}`"


def _question(name: str) -> str:
    path = question_files().get(name)
    return f"[{name}](../../queries/{path.parent.name}/{path.name})" if path else name


if __name__ == "__main__":
    print(mission_document(mission()), end="")
