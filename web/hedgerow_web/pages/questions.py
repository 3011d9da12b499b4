"""Questions: the list, and the page of each, at the address where its answer also comes in every other form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for

from hedgerow import codes
from hedgerow.errors import CallError, NotFound
from hedgerow.iri import code
from hedgerow.questions import (
    FORMS,
    HISTORY,
    RECORD_TYPES,
    RECORDED,
    Answer,
    Cell,
    Parameter,
    Question,
    find,
    load_questions,
)
from hedgerow_web import headers, i18n, views
from hedgerow_web.address import with_query
from hedgerow_web.described import Link
from hedgerow_web.listing import MAX_PAGE
from hedgerow_web.negotiate import HTML, Unacceptable, choose
from hedgerow_web.pages.answers import addresses, answer_to, as_file, asked, names_of_lists, values, ways
from hedgerow_web.site import site

blueprint = Blueprint("questions", __name__)
#: Rows of one page; the other forms hold all.
SHOWN = 50
#: The forms that a client may ask for by `Accept`, by their media types: of two of one type the usual one.
USUAL = {form.media_type: form for form in FORMS if not form.asked}
#: An answer of at most so many rows and more than so many columns is shown one row under the other.
FEW, WIDE = 3, 8


@blueprint.get("/questions")
def index() -> str:
    """All questions, by group."""
    groups: dict[str, list[Question]] = {}
    for question in load_questions().values():
        groups.setdefault(question.group, []).append(question)
    return render_template("questions.html", groups=groups)


@blueprint.get("/questions/<name>")
def one(name: str) -> Response:
    """A question: its page, or by `Accept` another form of its answer. An id leads to the name."""
    question = find(name)
    if name != question.name:
        asked = request.query_string.decode("ascii", "replace")
        address = url_for("questions.one", name=question.name)
        return make_response(redirect(f"{address}?{asked}" if asked else address, code=301))
    at = addresses(question)
    chosen = choose(request.headers.get("Accept"), (HTML, *USUAL))
    if chosen is None:
        raise Unacceptable([(HTML, request.path), *((media, at[form.name]) for media, form in USUAL.items())])
    g.links = [Link(at[form.name], "alternate", media) for media, form in USUAL.items()]
    if chosen == HTML:
        response = _page(question)
    else:
        response = as_file(question, USUAL[chosen])
        response.headers["Content-Location"] = at[USUAL[chosen].name]
    response.vary.add("Accept")
    for link in g.links:
        response.headers.add("Link", str(link))
    return response


def _page(question: Question) -> Response:
    """The form, the answer, what it rests on, and the ways to take it elsewhere."""
    given = values()
    key, view = views.chosen(question, request.args.get("view"))
    order = _chosen("sort", "order")
    try:
        answer, fault = answer_to(question), None
    except CallError as error:
        answer, fault = None, error
    number, rows = _page_of(answer.rows if answer else [])
    here = {**_chosen("view"), **asked()}
    if answer:
        headers.allow_scripts()
    page = render_template(
        "question.html",
        rows=rows,
        page=number,
        pages=_pages(len(answer.rows)) if answer else 1,
        question=question,
        answer=answer,
        fault=fault,
        values={**question.given({}), **given},
        recorded=request.args.get("recorded", ""),
        dated=question.over == RECORDED,
        options={parameter.name: options(parameter) for parameter in question.parameters},
        few=FEW,
        wide=WIDE,
        query=question.bound(given, site().settings.base) if not fault else question.text,
        sources={} if answer is None else names_of_lists(answer, rows),
        ways=ways(question) if answer else None,
        turned=lambda to: _address(question, {**here, **order, "page": to}),
        view=view,
        view_key=key,
        views=views,
        viewed=lambda key: _address(question, {**asked(), **order, "view": key}),
        order=order,
        ordered=lambda column, way: _address(question, {**here, "sort": column, "order": way}),
        source=with_query(url_for("answers.export", name=question.name, suffix="json"), {**asked(), **order}),
        feed=question.over != HISTORY and with_query(url_for("feeds.feed", name=question.name), given),
        kept=answer and site().settings.ledger.exists() and _kept(question, answer, given),
        now=_address(question, given),
    )
    return make_response(page, fault.status if fault else 200)


def _address(question: Question, what: Mapping[str, str | int]) -> str:
    return with_query(url_for("questions.one", name=question.name), what)


def _chosen(*names: str) -> dict[str, str]:
    """What of these the address says."""
    return {name: request.args[name] for name in names if request.args.get(name)}


def _kept(question: Question, answer: Answer, given: Mapping[str, str]) -> str:
    """The address at which the same state of the record is asked again, whatever comes later."""
    return _address(question, {**given, "recorded": answer.footing["version"].split("-")[1]})


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
