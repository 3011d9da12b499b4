"""The pages, one module per kind."""

from flask import Flask

from hedgerow_web.listing import short
from hedgerow_web.negotiate import TRIPLES
from hedgerow_web.pages import (
    about,
    answers,
    briefs,
    catalogue,
    feeds,
    graphs,
    home,
    lists,
    maps,
    modelling,
    questions,
    records,
    search,
    vocabulary,
    workbench,
)


def init(app: Flask) -> None:
    """Register every page."""
    every = (
        *(home, briefs, graphs, lists, search, records, maps),
        *(questions, answers, feeds, workbench, vocabulary, modelling, catalogue, about),
    )
    for module in every:
        app.register_blueprint(module.blueprint)
    app.jinja_env.globals.update(href=records.href, short=short, rdf=TRIPLES)
