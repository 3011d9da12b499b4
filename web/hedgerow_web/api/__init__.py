"""What machines ask, one module per matter."""

from flask import Flask

from hedgerow.tiers import PUBLIC
from hedgerow_web.api import context, discovery, graphs, health, metrics, openapi, sitemap, sparql, wellknown


def init(app: Flask) -> None:
    """Register every endpoint; some speak for the whole host, and so for no tier above public."""
    for module in (sparql, graphs, discovery, context, health, openapi):
        app.register_blueprint(module.blueprint)
    if app.extensions["hedgerow"].tier == PUBLIC:
        for module in (sitemap, wellknown, metrics):
            app.register_blueprint(module.blueprint)
