"""`/workbench`: where an analyst writes SPARQL; a page of scripts, and the three documents they read.

The scripts ask the endpoint itself (`/sparql`), as any client does; what is here are names, examples and limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, make_response, render_template, request

from hedgerow import codes
from hedgerow.errors import CallError
from hedgerow.exchange import service
from hedgerow.exchange.description import PREFIXES
from hedgerow.iri import CODE, HR, RDF_TYPE, VOCABULARY, rebase
from hedgerow.questions import HISTORY, Question, find, load_questions
from hedgerow.rq import split_header
from hedgerow.tiers import DEMO, chains, prefix
from hedgerow_web import headers, i18n, views
from hedgerow_web.negotiate import SOLUTIONS, TRIPLES
from hedgerow_web.site import site

blueprint = Blueprint("workbench", __name__)
_EXAMPLES = Path(__file__).parents[1] / "queries" / "workbench"
#: The example the editor begins with.
_FIRST = "agreements-with-dates"
#: What others name that a query here may need, of the prefixes of the documents.
_OTHERS = ("rdf", "rdfs", "skos", "owl", "xsd", "dcterms", "prov")
#: IRIs whose names are asked for at once, at most.
MOST_NAMES = 1000
#: What in the address is no parameter of a question.
_CHOICES = ("lang", "query", "example")


@blueprint.get("/workbench")
def workbench() -> Response:
    """The page. `?query=` brings a query along, `?example=` that of an example, with values for its parameters."""
    asked, example = request.args.get("query", ""), request.args.get("example", "")
    here = site()
    query = asked or (_named(example) if example else "")
    settings = {
        "endpoint": f"{request.script_root}/sparql",
        "terms": f"{request.script_root}/workbench/terms.json",
        "examples": f"{request.script_root}/workbench/examples.json",
        "names": f"{request.script_root}/workbench/names.json",
        "query": query,
        "first": _named(_FIRST),
        "limits": service.limits(here.settings),
        "tier": here.tier,
        "synthetic": here.tier == DEMO,
        "tables": SOLUTIONS,
        "statements": TRIPLES,
        "views": {kind: i18n.translate(name) for kind, name in views.NAMES.items()},
    }
    headers.allow_scripts()
    page = render_template(
        "workbench.html",
        settings=settings,
        limits=service.limits(here.settings),
        plain=f"?{urlencode({'query': query})}" if query else "",
    )
    return make_response(page)


@blueprint.get("/workbench/terms.json")
def terms() -> Response:
    """The names a query is written with: prefixes, where their pages are, and the terms with their names and uses."""
    rows = site().rows("terms")
    uses = {row["term"].text: (row["kind"].text, int(row["uses"].text)) for row in site().rows("term-counts")}
    told = [
        {
            "iri": row["term"].text,
            "kind": row["kind"].text,
            "uses": uses.pop(row["term"].text, ("", 0))[1],
            **{language: row[language].text for language in i18n.LANGUAGES if language in row},
        }
        for row in rows
    ]
    told += [{"iri": iri, "kind": kind, "uses": count} for iri, (kind, count) in uses.items() if iri != RDF_TYPE]
    kinds = sorted(row["kind"].text for row in site().rows("kinds"))
    spaces = dict(_prefixes(kinds))
    return jsonify(prefixes=spaces, places=list(_places()), terms=sorted(told, key=lambda term: str(term["iri"])))


def _prefixes(kinds: list[str]) -> Iterator[tuple[str, str]]:
    """Each prefix with its namespace: the vocabularies, a code list by its name, the records of a kind by the kind."""
    yield "hr", HR
    yield from ((name, PREFIXES[name]) for name in _OTHERS)
    yield from ((name, f"{CODE}{name}/") for name in codes.lists())
    yield "code", CODE
    base = site().settings.base
    for tier in chains(site().tier):
        mark = f"{DEMO}-" if tier == DEMO else ""
        yield from ((f"{mark}{kind}", f"{prefix(base, tier)}{kind}/") for kind in kinds if kind not in codes.lists())


def _places() -> Iterator[tuple[str, str]]:
    """What IRIs begin with, and what the addresses of their pages begin with instead."""
    here = site()
    lists = [f"{CODE}{name}/" for name in codes.lists()]
    for space in (*here.places, f"{here.settings.base}/graph/", HR, CODE, VOCABULARY + "align/"):
        yield space, str(here.href(space))
    yield from ((space, f"{here.href(space[:-1])}#") for space in lists)


@blueprint.get("/workbench/examples.json")
def examples() -> Response:
    """Every example query, with its title in both languages: those of the workbench, and each question as it stands."""
    base = site().settings.base
    own = [{"name": name, "group": "", **header, "query": rebase(text, base)} for name, header, text in _own()]
    asked = [
        {
            "name": question.name,
            "group": question.group,
            "title": dict(question.title),
            "why": dict(question.why),
            "query": question.bound({}, base),
        }
        for question in load_questions().values()
        if question.over != HISTORY
    ]
    return jsonify([*own, *asked])


@cache
def _own() -> list[tuple[str, Any, str]]:
    """The examples of the workbench: name, header, query."""
    return [(path.stem, *split_header(path.read_text("utf-8"), path.name)) for path in sorted(_EXAMPLES.glob("*.rq"))]


def _named(name: str) -> str:
    """The query of an example. Raises NotFound and CallError."""
    base = site().settings.base
    for own, _, text in _own():
        if own == name:
            return rebase(text, base)
    question: Question = find(name)
    return question.bound({key: value for key, value in request.args.items() if value and key not in _CHOICES}, base)


@blueprint.route("/workbench/names.json", methods=["GET", "POST"])
def names() -> Response:
    """What IRIs are called, in the reader's language: `iri`, given once for each, in the address or as a form."""
    iris = request.values.getlist("iri")
    if len(iris) > MOST_NAMES:
        raise CallError(f"There are {len(iris)} IRIs.", f"Give {MOST_NAMES} at most.")
    try:
        known = site().labels(iris)
    except ValueError:
        raise CallError("What is given is no IRI.", "Give absolute IRIs.") from None
    response = jsonify({iri: known[iri] for iri in iris if iri in known})
    response.vary.update(("Accept-Language", "Cookie"))
    response.headers["Content-Language"] = i18n.language()
    return response
