"""What machines ask, one module per matter."""

from flask import Flask

from hedgerow_web.api import discovery, graphs, sparql


def init(app: Flask) -> None:
    """Register every endpoint."""
    for module in (sparql, graphs, discovery):
        app.register_blueprint(module.blueprint)
