"""The pages, one module per kind."""

from flask import Flask

from hedgerow_web.listing import short
from hedgerow_web.negotiate import TRIPLES
from hedgerow_web.pages import (
    about,
    briefs,
    catalogue,
    graphs,
    home,
    lists,
    maps,
    modelling,
    questions,
    records,
    search,
    vocabulary,
)


def init(app: Flask) -> None:
    """Register every page."""
    for module in (
        home,
        graphs,
        lists,
        search,
        records,
        maps,
        questions,
        briefs,
        vocabulary,
        modelling,
        catalogue,
        about,
    ):
        app.register_blueprint(module.blueprint)
    app.jinja_env.globals.update(href=records.href, short=short, rdf=TRIPLES)
