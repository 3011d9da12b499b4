"""How to model with the ontology, the points of the mission, and the rules, checks and shapes as they are written."""

from __future__ import annotations

import re
from functools import cache

import yaml
from flask import Blueprint, Response, abort, render_template

from hedgerow.documentation import described
from hedgerow.documentation.described import shipped
from hedgerow.documentation.guide import ANSWERS, mission, patterns
from hedgerow.documentation.usage import EXAMPLE_BASE, examples
from hedgerow.iri import ALIGNMENT, HR, SHAPES
from hedgerow.paths import ONTOLOGY
from hedgerow.questions import load_questions
from hedgerow_web import i18n
from hedgerow_web.described import SUFFIXES, Description, describe, twin

blueprint = Blueprint("modelling", __name__)
_SUFFIX = {"rules": "rq", "checks": "rq", "shapes": "ttl"}


@blueprint.get("/ns/how-to-model")
def how_to_model() -> str:
    """Ways to model something, each with the block of an example as it is on file."""
    return render_template(
        "how-to-model.html",
        patterns=patterns(),
        snippets={way.id: [s for s in map(examples().of_record, way.records) if s] for way in patterns()},
        base=EXAMPLE_BASE,
        prefix=HR,
        **_names(),
    )


@blueprint.get("/ns/mission")
def points() -> str:
    """What each point of the mission is said with, and what answers it."""
    known = {point.example for point in mission() if examples().of_record(point.example)}
    return render_template("mission.html", points=mission(), answers=ANSWERS, known=known, **_names())


@blueprint.get("/ns/rules/<name>", defaults={"folder": "rules"})
@blueprint.get("/ns/checks/<name>", defaults={"folder": "checks"})
@blueprint.get("/ns/shapes/<name>", defaults={"folder": "shapes"})
def file(folder: str, name: str) -> str:
    """The text of a rule or check, or of the shapes of a file, one after the other."""
    path = next((p for p in (ONTOLOGY / folder).glob(f"*.{_SUFFIX[folder]}") if p.stem == name), None)
    if path is None:
        abort(404, f"There is no '{name}' among the {folder}.")
    text = path.read_text("utf-8")
    return render_template(
        "ontology-file.html",
        folder=folder,
        name=name,
        title=_title(text) if folder != "shapes" else "",
        blocks=_blocks(text) if folder == "shapes" else [("", text)],
    )


@blueprint.get("/shapes")
@blueprint.get("/shapes.<suffix>")
def shapes(suffix: str = "") -> Response:
    """Every shape of a record: where the IRIs of shapes lead."""
    form = _known_suffix(suffix)
    return describe(
        Description("/shapes", SHAPES, collection="/ns/"),
        form,
        lambda: render_template("ontology-file.html", folder="shapes", name="shapes", title="", blocks=_all_shapes()),
        _shapes,
    )


@blueprint.get("/align/<name>")
def alignment(name: str) -> Response:
    """What relates the terms of the ontology to those of another."""
    word, form = twin(name)
    known = described.alignments()
    if word not in known:
        abort(404, f"There is no alignment '{word}'; there are {', '.join(known)}.")
    text = known[word].read_text("utf-8")
    return describe(
        Description(f"/align/{word}", f"{ALIGNMENT}{word}", collection="/ns/"),
        form,
        lambda: render_template(
            "ontology-file.html", folder="alignments", name=word, title=_title(text), blocks=[("", text)]
        ),
        lambda media: described.serialised(described.alignment(word), media),
    )


@cache
def _shapes(media_type: str) -> bytes:
    return described.serialised(described.shapes(), media_type)


def _known_suffix(suffix: str) -> str:
    if suffix and suffix not in SUFFIXES:
        abort(404, f"The shapes come as {', '.join(SUFFIXES)}.")
    return SUFFIXES.get(suffix, "")


def _all_shapes() -> list[tuple[str, str]]:
    paths = sorted((ONTOLOGY / "shapes").rglob("*.ttl"))
    return [block for path in paths for block in _blocks(path.read_text("utf-8"))]


def _names() -> dict[str, object]:
    here = shipped()
    language = i18n.language()
    return {
        "ontology": here,
        "label": lambda iri: here.label(iri, language),
        "questions": {q.id: q for q in load_questions().values()},
    }


def _title(text: str) -> str:
    """What a rule says of itself in its first line, or the title in a check's header."""
    head = "".join(line[2:].removeprefix(" ") + "\n" for line in text.splitlines() if line.startswith("#+"))
    if head:
        titles = yaml.safe_load(head)["title"]
        return str(titles.get(i18n.language()) or titles["en"])
    return text.partition("\n")[0].lstrip("# ")


def _blocks(text: str) -> list[tuple[str, str]]:
    """The node shapes of a file, each with the shapes of its properties."""
    parts = re.split(r"\n(?=s:\w+ a sh:NodeShape)", text)
    return [(found[1] if (found := re.match(r"s:(\w+)", part)) else "", part.strip()) for part in parts]
