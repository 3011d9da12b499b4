"""Questions: the list, and each as page, JSON and CSV at one address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for

from hedgerow import codes
from hedgerow.errors import CallError, NotFound
from hedgerow.graph.project import today
from hedgerow.graph.recorded import Moment
from hedgerow.iri import code
from hedgerow.questions import (
    HISTORY,
    RECORD_TYPES,
    RECORDED,
    Answer,
    Cell,
    Parameter,
    Question,
    ask,
    changes_of,
    find,
    history_of,
    load_questions,
)
from hedgerow.questions.header import in_language
from hedgerow.tiers import dataset
from hedgerow_web import i18n
from hedgerow_web.address import absolute
from hedgerow_web.listing import MAX_PAGE
from hedgerow_web.site import site

blueprint = Blueprint("questions", __name__)
#: Rows of one page; JSON and CSV hold all.
SHOWN = 50
#: The CSV that is made for people, and what in an address chooses a form and is no parameter of a question.
SPREADSHEET = "spreadsheet"
_CHOICES = ("lang", "page", "for", "recorded")
#: Rows of a feed's entry; the page that it leads to holds all.
FEED_ROWS = 20
#: An answer of at most so many rows and more than so many columns is shown one row under the other.
FEW, WIDE = 3, 8


@blueprint.get("/questions")
def index() -> str:
    """All questions, by group."""
    groups: dict[str, list[Question]] = {}
    for question in load_questions().values():
        groups.setdefault(question.group, []).append(question)
    return render_template("questions.html", groups=groups)


@blueprint.get("/questions/<name>.json")
def as_json(name: str) -> Response:
    """The whole answer as JSON: columns, rows, footing."""
    return _export(_answer(find(name)).to_json(i18n.language()), "application/json")


@blueprint.get("/questions/<name>.csv")
def as_csv(name: str) -> Response:
    """The whole answer as CSV: exact, or with `?for=spreadsheet` so that no cell is run as a formula."""
    asked = request.args.get("for")
    if asked not in (None, SPREADSHEET):
        raise CallError(f"There is no CSV for '{asked}'.", f"Ask 'for={SPREADSHEET}', or leave it out.")
    question = find(name)
    body = _answer(question).to_csv(spreadsheet=asked == SPREADSHEET)
    response = _export(body, "text/csv; charset=utf-8; header=present")
    if asked:
        response.headers["Content-Disposition"] = f'attachment; filename="{question.name}.csv"'
    return response


@blueprint.get("/questions/<name>.atom")
def as_feed(name: str) -> Response:
    """What changed in the answer, day by day, as an Atom feed: of the days whose answers are there already."""
    question = find(name)
    if question.over == HISTORY:
        raise NotFound(f"The question '{name}' is asked of the history itself.", "Follow 'changes-since' by its JSON.")
    here, values = site(), _values()
    changes = changes_of(here.settings, here.tier, question, values, i18n.language(), here.graph_at)
    stated = {**values, "lang": i18n.language()}
    body = render_template(
        "feed.xml",
        question=question,
        changes=changes,
        values=values,
        labels={column.name: in_language(column.label, i18n.language()) for column in question.columns},
        shown=FEED_ROWS,
        publisher=here.settings.publisher,
        id=f"{dataset(here.settings.base, here.tier)}/questions/{question.name}?{urlencode(stated)}",
        own=absolute(url_for("questions.as_feed", name=question.name, **stated)),  # type: ignore[arg-type]
        page=lambda **at: absolute(url_for("questions.one", name=question.name, **stated, **at)),  # type: ignore[arg-type]
        updated=changes.recorded_at or f"{today().isoformat()}T00:00:00Z",
    )
    response = _export(body, "application/atom+xml; charset=utf-8")
    if not changes.complete:
        response.headers["Cache-Control"] = "no-store"
    return response


def _export(body: str, content_type: str) -> Response:
    response = make_response(body)
    response.content_type = content_type
    response.headers["Access-Control-Allow-Origin"] = "*"
    # Labels are in the reader's language; a shared cache must keep the two apart.
    response.vary.update(("Accept-Language", "Cookie"))
    response.headers["Content-Language"] = i18n.language()
    return response


@blueprint.get("/questions/<name>")
def one(name: str) -> Response | str:
    """The page of a question: its form, its answer, what it rests on. An id leads to the name."""
    question = find(name)
    if name != question.name:
        asked = request.query_string.decode("ascii", "replace")
        address = url_for("questions.one", name=question.name)
        return make_response(redirect(f"{address}?{asked}" if asked else address, code=301))
    values = _values()
    try:
        answer, fault = _answer(question), None
        if "recorded" in answer.footing:
            # A link to this answer gives the same state ever after.
            values["recorded"] = str(answer.footing["recorded"]["position"])
    except CallError as error:
        answer, fault = None, error
    parameters = {name: value for name, value in values.items() if name != "recorded"}
    number, rows = _page_of(answer.rows if answer else [])
    page = render_template(
        "question.html",
        rows=rows,
        page=number,
        pages=_pages(len(answer.rows)) if answer else 1,
        question=question,
        answer=answer,
        fault=fault,
        values={**question.given({}), **values},
        recorded=request.args.get("recorded", ""),
        dated=question.over == RECORDED,
        options={parameter.name: options(parameter) for parameter in question.parameters},
        few=FEW,
        wide=WIDE,
        query=question.bound(parameters, site().settings.base) if not fault else question.text,
        sources={} if answer is None else _names_of_lists(answer, rows),
        permalink=lambda form, **how: url_for(f"questions.as_{form}", name=question.name, **values, **how),  # type: ignore[arg-type]
        feed=question.over != HISTORY and url_for("questions.as_feed", name=question.name, **parameters),  # type: ignore[arg-type]
        kept=answer and site().settings.ledger.exists() and _kept(question, answer, parameters),
        now=url_for("questions.one", name=question.name, **parameters),  # type: ignore[arg-type]
        turned=lambda to: url_for("questions.one", name=question.name, page=to, **values),  # type: ignore[arg-type]
    )
    return make_response(page, fault.status if fault else 200)


def _kept(question: Question, answer: Answer, parameters: Mapping[str, str]) -> str:
    """The address at which the same state of the record is asked again, whatever comes later."""
    position = answer.footing["version"].split("-")[1]
    return url_for("questions.one", name=question.name, **{**parameters, "recorded": position})


def _values() -> dict[str, str]:
    return {name: value for name, value in request.args.items() if value and name not in _CHOICES}


def _pages(rows: int) -> int:
    return max(1, -(-rows // SHOWN))


def _page_of(rows: Sequence[Mapping[str, Cell]]) -> tuple[int, Sequence[Mapping[str, Cell]]]:
    """The page asked for, and its rows. Raises CallError and NotFound."""
    text = request.args.get("page") or "1"
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= MAX_PAGE):
        raise CallError(f"The page is '{text}'.", "Give a number from 1 on.")
    number = int(text)
    if number > _pages(len(rows)):
        raise NotFound(f"There is no page {number}.", f"The last page of this answer is {_pages(len(rows))}.")
    return number, rows[(number - 1) * SHOWN : number * SHOWN]


def _answer(question: Question) -> Answer:
    then = _then(question)
    here = site()
    values = _values()
    past = history_of(here.settings, here.tier, question, values, then)
    return ask(here.graph, question, values, here.settings.base, i18n.language(), then, past)


def _then(question: Question) -> Moment | None:
    """The earlier moment that is asked about; from here on this request is answered from what was on record then."""
    recorded, day = request.args.get("recorded", ""), question.day(_values())
    if not recorded and day in (None, today()):
        return None
    then = site().moment(recorded)
    g.site = site().at(then, day)
    return then


def options(parameter: Parameter) -> list[tuple[str, str]]:
    """The values a parameter can take, with their names; none for free ones."""
    if parameter.type in RECORD_TYPES:
        rows = site().rows("options", {"kind": [f'"{parameter.type}"'], "wanted": [f'"{i18n.language()}"']})
        return [(site().name_of(row["iri"].text), row["label"].text) for row in rows]
    if parameter.type == "boolean":
        return [("true", i18n.translate("yes")), ("false", i18n.translate("no"))]
    if parameter.type.startswith("code:"):
        scheme = parameter.type.removeprefix("code:")
        slugs = codes.values(scheme)
        names = site().labels(code(scheme, slug) for slug in slugs)
        return [(slug, names.get(code(scheme, slug), slug)) for slug in slugs]
    return []


def _names_of_lists(answer: Answer, rows: Sequence[Mapping[str, Cell]]) -> dict[str, str]:
    columns = [column.name for column in answer.columns if column.type == "iris" and column.name != "records"]
    iris = {iri for row in rows for name in columns for iri in str(row[name] or "").split()}
    return site().labels(iris)
