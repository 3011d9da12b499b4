"""What machines ask, one module per matter."""

from flask import Flask

from hedgerow_web.api import graphs, sparql


def init(app: Flask) -> None:
    """Register every endpoint."""
    for module in (graphs, sparql):
        app.register_blueprint(module.blueprint)
