"""The graphs that belong to no record: what the graph is of, what the rules conclude, what they compute,
which questions there are."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from hedgerow.graph.client import JSON
from hedgerow_web import i18n
from hedgerow_web.described import Description, describe, twin
from hedgerow_web.site import site

blueprint = Blueprint("graphs", __name__)
#: What each graph holds. The graph of a record has the record's name, that of a code list the list's.
GRAPHS = {
    "about": "What this registry holds: the description of the whole.",
    "inferred": "What follows from the records by the ontology. It never repeats what a record states.",
    "computed": "What is computed of the records and also rests on the absence of something in them.",
    "recorded": "Of every record, which of its versions is held here and when the registry recorded that version.",
    "questions": "What the questions are called, and which data the public record lacks to answer some of them.",
}


@blueprint.get("/graph/<name>")
def graph(name: str) -> Response:
    """One graph: how much of what it holds, or its statements as RDF."""
    word, form = twin(name)
    if word not in GRAPHS:
        abort(404, f"There is no graph '{word}' here; there are {', '.join(GRAPHS)}.")
    iri = f"{site().settings.base}/graph/{word}"
    return describe(
        Description(f"/graph/{word}", iri), form, lambda: _page(word, iri), lambda media: statements(iri, media)
    )


def statements(iri: str, media_type: str) -> bytes:
    """Every statement of a graph."""
    here = site()
    return here.graph.query(here.query_text("graph", {"graph": [f"<{iri}>"]}), JSON, media_type).body


def _page(name: str, iri: str) -> str:
    rows = site().rows("graph-size", {"graph": [f"<{iri}>"]})
    return render_template(
        "graph.html",
        name=name,
        iri=iri,
        about=i18n.translate(GRAPHS[name]),
        rows=rows,
        total=sum(int(row["count"].text) for row in rows),
        names=site().labels(row["said"].text for row in rows),
        query=site().query_text("graph", {"graph": [f"<{iri}>"]}),
    )
