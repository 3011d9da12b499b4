"""An answer away from its page: as a file in every form there is, and bare, to be shown within a page of anyone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from flask import Blueprint, Response, g, make_response, render_template, request, url_for

from hedgerow.errors import CallError, NotFound
from hedgerow.graph.project import today
from hedgerow.graph.recorded import Moment
from hedgerow.questions import FORMS, HISTORY, Answer, Cell, Form, Question, ask, find, history_of, with_evidence
from hedgerow.questions.header import in_language, short
from hedgerow_web import i18n, views
from hedgerow_web.address import absolute, registry, with_query
from hedgerow_web.negotiate import content_type
from hedgerow_web.site import site
from hedgerow_web.snippets import SNIPPETS, Use, frame, sparqlwrapper

blueprint = Blueprint("answers", __name__)
#: What in an address chooses a form and is no parameter of a question.
CHOICES = ("lang", "page", "for", "view", "sort", "order", "recorded")
#: Rows of an embedded answer; the page and the files have all.
SHOWN = 50
_CSV = "text/csv; charset=utf-8; header=present"


@blueprint.get("/questions/<name>.<suffix>")
def export(name: str, suffix: str) -> Response:
    """The whole answer in the form of that suffix; `?for=` chooses among those of one suffix."""
    question = find(name)
    forms = {form.asked.get("for"): form for form in FORMS if form.suffix == suffix}
    if not forms:
        known = ", ".join(dict.fromkeys(form.suffix for form in FORMS))
        raise NotFound(f"An answer does not come as '{short(suffix)}'.", f"It comes as {known}.")
    asked = request.args.get("for")
    if asked not in forms:
        others = " or ".join(f"'for={each}'" for each in forms if each)
        remedy = f"Ask {others}, or leave it out." if others else "Leave 'for' out."
        raise CallError(f"There is no {suffix} for '{short(str(asked))}'.", remedy)
    return as_file(question, forms[asked])


def as_file(question: Question, form: Form) -> Response:
    """The whole answer to the parameters of the request, in a form."""
    answer = answer_to(question)
    if form.evidence:
        answer = replace(with_evidence(site().graph, answer), site=registry())
    response = make_response(form.write(answer))
    response.content_type = _CSV if form.suffix == "csv" else content_type(form.media_type)
    response.headers["Access-Control-Allow-Origin"] = "*"
    shown = "attachment" if form.kept else "inline"
    response.headers["Content-Disposition"] = f'{shown}; filename="{question.name}.{form.suffix}"'
    # Labels are in the reader's language; a shared cache must keep the two apart.
    response.vary.update(("Accept-Language", "Cookie"))
    response.headers["Content-Language"] = i18n.language()
    return response


def addresses(question: Question) -> dict[str, str]:
    """Where each form of the answer to the parameters of the request lies, by the name of the form."""
    return {
        form.name: with_query(
            url_for("answers.export", name=question.name, suffix=form.suffix), {**form.asked, **asked()}
        )
        for form in FORMS
    }


@dataclass(frozen=True)
class Way:
    """A form of an answer as a page offers it: its title, its address, its media type."""

    title: str
    address: str
    media_type: str


def ways(question: Question) -> dict[str, object]:
    """What the page of a question shows of the ways to take its answer elsewhere."""
    here = site()
    query = question.bound(values(), here.settings.base)
    use = Use(question, asked(), query, registry(), here.tier, i18n.language())
    at = addresses(question)
    address = absolute(with_query(url_for("answers.embed", name=question.name), use.asked))
    # The endpoint holds the graph as it is: neither its history nor an earlier state of it.
    live = question.over != HISTORY and "then" not in g
    return {
        "files": [Way(form.title, at[form.name], form.media_type) for form in FORMS],
        "snippets": {title: write(use) for title, write in SNIPPETS.items() if live or write is not sparqlwrapper},
        "frame": frame(address, in_language(question.title, use.language)),
    }


@blueprint.get("/questions/<name>/embed")
def embed(name: str) -> Response:
    """The bare answer: its title, its rows, its footing, and the way to its page."""
    question = find(name)
    answer = answer_to(question)
    rows = answer.rows[:SHOWN]
    page = render_template(
        "embed.html",
        question=question,
        answer=answer,
        rows=rows,
        columns=[column for column in question.columns if column.name != "records"],
        names=names_of_lists(answer, rows),
        address=with_query(url_for("questions.one", name=question.name), {**asked(), **_language()}),
    )
    return make_response(page)


def _language() -> dict[str, str]:
    """The language the address asks for: no cookie reaches a frame within another site."""
    return {"lang": i18n.language()} if "lang" in request.args else {}


def values() -> dict[str, str]:
    """The parameters of the request. Raises CallError where one is given twice: which of them was meant?"""
    for name, given in request.args.lists():
        if len(given) > 1:
            raise CallError(f"The parameter '{short(name)}' is given {len(given)} times.", "Give it once.")
    return {name: value for name, value in request.args.items() if value and name not in CHOICES}


def asked() -> dict[str, str]:
    """What an address says to give this answer again: the parameters, and of which earlier state of the record."""
    # Once it is known, the position itself: it names the same state ever after.
    position = str(g.then.head.position) if "then" in g else request.args.get("recorded", "")
    return {**values(), **({"recorded": position} if position else {})}


def answer_to(question: Question) -> Answer:
    """The answer to the parameters of the request, in the reader's language, its rows in the order asked for."""
    then, given = _then(question), values()
    here = site()
    past = history_of(here.settings, here.tier, question, given, then)
    answer = ask(here.graph, question, given, here.settings.base, i18n.language(), then, past)
    return replace(answer, rows=views.in_order(answer, request.args.get("sort"), request.args.get("order")))


def _then(question: Question) -> Moment | None:
    """The earlier moment that is asked about; from here on this request is answered from what was on record then."""
    recorded, day = request.args.get("recorded", ""), question.day(values())
    if not recorded and day in (None, today()):
        return None
    g.then = site().moment(recorded)
    g.site = site().at(g.then, day)
    return cast(Moment, g.then)


def names_of_lists(answer: Answer, rows: Sequence[Mapping[str, Cell]]) -> dict[str, str]:
    """What the things are called that rows list."""
    columns = [column.name for column in answer.columns if column.type == "iris" and column.name != "records"]
    iris = {iri for row in rows for name in columns for iri in str(row[name] or "").split()}
    return site().labels(iris)
