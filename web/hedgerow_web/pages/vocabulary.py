"""The vocabulary: every term of the ontology and every code dereferences, as a page or as RDF."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Response, abort, render_template, request
from pyoxigraph import Quad, RdfFormat, parse, serialize

from hedgerow.graph.client import JSON
from hedgerow.graph.worker import PREFIXES
from hedgerow.iri import CODE, HR, SLUG
from hedgerow.paths import ONTOLOGY
from hedgerow.questions import load_questions
from hedgerow_web.described import as_rdf, describe, lead_to, twin
from hedgerow_web.negotiate import TRIPLES
from hedgerow_web.pages.lists import names_in
from hedgerow_web.site import Row, site

blueprint = Blueprint("vocabulary", __name__)


@blueprint.get("/ns")
@blueprint.get("/ns/")
def terms() -> Response:
    """The ontology: every term with label and definition, or the whole of it as RDF."""
    return describe("/ns", _terms_page, _ontology)


@blueprint.get("/ns.<suffix>")
def ontology(suffix: str) -> Response:
    """The whole ontology as RDF, class expressions included."""
    if suffix not in TRIPLES:
        abort(404, f"The ontology comes as {', '.join(TRIPLES)}.")
    return as_rdf(_ontology(TRIPLES[suffix]), TRIPLES[suffix])


@blueprint.get("/ns/<name>")
def term(name: str) -> Response:
    """One term: where it stands, what it means, which questions it serves, how often it is used."""
    word, media_type = twin(name)
    iri = HR + word
    rows = site().rows("vocabulary-terms", {"term": [f"<{iri}>"]}) if SLUG.match(word) else []
    if not rows:
        abort(404, f"The ontology has no term '{word}'.")
    if media_type:
        return as_rdf(_about(iri, media_type), media_type)
    return describe(f"/ns/{word}", lambda: _term_page(rows[0]), lambda form: _about(iri, form))


@blueprint.get("/code/")
def lists() -> str:
    """Every code list with its concepts counted."""
    found: dict[str, list[Row]] = {}
    for row in site().rows("concepts"):
        found.setdefault(row["list"].text, []).append(row)
    return render_template("codes.html", lists=found, names=site().labels(found))


@blueprint.get("/code/<name>")
def code_list(name: str) -> Response:
    """One code list: its concepts with labels, definitions and uses."""
    slug, media_type = twin(name)
    iri = CODE + slug
    rows = site().rows("concepts", {"list": [f"<{iri}>"]}) if SLUG.match(slug) else []
    if not rows:
        abort(404, f"There is no code list '{slug}'.")
    if media_type:
        return as_rdf(_list(iri, media_type), media_type)
    names = site().labels([iri])
    return describe(
        f"/code/{slug}",
        lambda: render_template("code-list.html", iri=iri, slug=slug, rows=rows, heading=names.get(iri, slug)),
        lambda form: _list(iri, form),
    )


@blueprint.get("/code/<name>/<slug>")
def concept(name: str, slug: str) -> Response:
    """One concept: people are led to its place in the list, programs get its statements."""
    word, media_type = twin(slug)
    iri = f"{CODE}{name}/{word}"
    known = SLUG.match(name) and SLUG.match(word)
    if not known or iri not in {row["concept"].text for row in site().rows("concepts", {"list": [f"<{CODE}{name}>"]})}:
        abort(404, f"The code list '{name}' has no '{word}'.")
    if media_type:
        return as_rdf(_about(iri, media_type), media_type)
    response, root = lead_to(f"/code/{name}/{word}"), request.script_root
    if response.location == f"{root}/code/{name}/{word}":
        response.headers["Location"] = f"{root}/code/{name}#{word}"
    return response


def _terms_page() -> str:
    found: dict[str, list[Row]] = {}
    for row in site().rows("vocabulary-terms"):
        found.setdefault(row["module"].text.rpartition("/")[2], []).append(row)
    return render_template("terms.html", modules=found, prefix=HR)


def _term_page(row: Row) -> str:
    uses = site().rows("term-uses", {"term": [f"<{row['term'].text}>"]})[0]["uses"].text
    by_id = {question.id: question for question in load_questions().values()}
    asked = row["questions"].text.split() if "questions" in row else []
    return render_template(
        "term.html",
        row=row,
        names=names_in([row], ("term", "parents", "domain", "range", "seeAlso")),
        uses=int(uses),
        questions=[(name, by_id.get(name)) for name in asked],
    )


def _about(iri: str, media_type: str) -> bytes:
    here = site()
    return here.graph.query(here.query_text("about-term", {"term": [f"<{iri}>"]}), JSON, media_type).body


def _list(iri: str, media_type: str) -> bytes:
    here = site()
    return here.graph.query(here.query_text("about-list", {"list": [f"<{iri}>"]}), JSON, media_type).body


@cache
def _ontology(media_type: str) -> bytes:
    """Read from the files: the graph holds no class expressions, for they need blank nodes."""
    paths = [*sorted(ONTOLOGY.glob("*.ttl")), *sorted((ONTOLOGY / "labels").glob("*.ttl"))]
    found = {
        Quad(quad.subject, quad.predicate, quad.object)
        for path in paths
        for quad in parse(path=path, format=RdfFormat.TURTLE, rename_blank_nodes=True)
    }
    form = RdfFormat.from_media_type(media_type)
    assert form is not None
    content = serialize(sorted(found, key=str), format=form, prefixes=PREFIXES)
    assert content is not None
    return content
