"""The pages, one module per kind."""

from flask import Flask

from hedgerow_web.pages import about, agreements, home, questions, records, sparql


def init(app: Flask) -> None:
    """Register every page."""
    for module in (home, agreements, records, questions, sparql, about):
        app.register_blueprint(module.blueprint)
    app.jinja_env.globals["href"] = records.href
