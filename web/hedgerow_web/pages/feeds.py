"""What changed in the answer to a question, day by day, as an Atom feed."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, url_for

from hedgerow.errors import NotFound
from hedgerow.graph.project import today
from hedgerow.questions import HISTORY, Changes, Day, Question, changes_of, find
from hedgerow.questions.header import in_language
from hedgerow.tiers import dataset
from hedgerow_web import i18n
from hedgerow_web.address import absolute, with_query
from hedgerow_web.pages.answers import values
from hedgerow_web.site import site

blueprint = Blueprint("feeds", __name__)
#: Rows of a feed's entry; the page that it leads to holds all.
FEED_ROWS = 20


@blueprint.get("/questions/<name>.atom")
def feed(name: str) -> Response:
    """What changed in the answer, day by day: of the days whose answers are there already."""
    question = find(name)
    if question.over == HISTORY:
        raise NotFound(f"The question '{name}' is asked of the history itself.", "Follow 'changes-since' by its JSON.")
    here, given = site(), values()
    changes = changes_of(here.settings, here.tier, question, given, i18n.language(), here.graph_at)
    stated = {**given, "lang": i18n.language()}
    lists = [column.name for column in question.columns if column.type == "iris"]
    page = url_for("questions.one", name=question.name)
    body = render_template(
        "feed.xml",
        question=question,
        changes=changes,
        values=given,
        labels={column.name: in_language(column.label, i18n.language()) for column in question.columns},
        lists=lists,
        names=here.labels(_listed(changes, lists)),
        shown=FEED_ROWS,
        publisher=here.settings.publisher,
        id=f"{dataset(here.settings.base, here.tier)}/questions/{question.name}?{urlencode(stated)}",
        own=absolute(with_query(url_for("feeds.feed", name=question.name), stated)),
        page=absolute(with_query(page, stated)),
        page_of=lambda day: absolute(
            with_query(page, {**_as_of(question, day), **stated, "recorded": day.then.head.position})
        ),
        updated=changes.recorded_at or f"{today().isoformat()}T00:00:00Z",
    )
    response = make_response(body)
    response.content_type = "application/atom+xml; charset=utf-8"
    response.headers["Access-Control-Allow-Origin"] = "*"
    # Labels are in the reader's language; a shared cache must keep the two apart.
    response.vary.update(("Accept-Language", "Cookie"))
    response.headers["Content-Language"] = i18n.language()
    if not changes.complete:
        response.headers["Cache-Control"] = "no-store"
    return response


def _listed(changes: Changes, lists: Sequence[str]) -> set[str]:
    """The things in the lists that the entries tell of."""
    told = [change for day in changes.days for change in day.changes[:FEED_ROWS]]
    cells = [row[name] for change in told for row in (change.before, change.row) for name in lists if name in row]
    return {iri for cell in cells for iri in str(cell or "").split()}


def _as_of(question: Question, day: Day) -> dict[str, str]:
    """The answer of a day is as of that day, where it is as of any."""
    return {parameter.name: str(day.day) for parameter in question.parameters if parameter.name == "asOf"}
