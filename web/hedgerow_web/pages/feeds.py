"""What changed in the answer to a question, day by day, as an Atom feed."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, url_for

from hedgerow.errors import NotFound
from hedgerow.graph.project import today
from hedgerow.questions import HISTORY, changes_of, find
from hedgerow.questions.header import in_language
from hedgerow.tiers import dataset
from hedgerow_web import i18n
from hedgerow_web.address import absolute
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
    body = render_template(
        "feed.xml",
        question=question,
        changes=changes,
        values=given,
        labels={column.name: in_language(column.label, i18n.language()) for column in question.columns},
        shown=FEED_ROWS,
        publisher=here.settings.publisher,
        id=f"{dataset(here.settings.base, here.tier)}/questions/{question.name}?{urlencode(stated)}",
        own=absolute(url_for("feeds.feed", name=question.name, **stated)),  # type: ignore[arg-type]
        page=lambda **at: absolute(url_for("questions.one", name=question.name, **stated, **at)),  # type: ignore[arg-type]
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
