"""`/catalog`: what this registry publishes, for people; for programs the same as RDF, and in blocks of pages."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from hedgerow.exchange import catalogue as exchange
from hedgerow.exchange import schema_org
from hedgerow.exchange.description import Description
from hedgerow.exchange.entries import read
from hedgerow.tiers import dataset
from hedgerow_web import described, i18n
from hedgerow_web.address import here
from hedgerow_web.described import SUFFIXES
from hedgerow_web.site import rests_on, site

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/catalog")
def catalogue() -> Response:
    """The catalogue: a page, or RDF by negotiation."""
    return _described("")


@blueprint.get("/catalog.<suffix>")
def as_file(suffix: str) -> Response:
    """The catalogue as RDF."""
    if suffix not in SUFFIXES:
        abort(404, f"The catalogue comes as {', '.join(SUFFIXES)}.")
    return _described(SUFFIXES[suffix])


def _described(form: str) -> Response:
    told, about = _told(), described.Description("/catalog", f"{dataset(site().settings.base, site().tier)}/catalog")
    response = described.describe(about, form, lambda: _page(told), told.serialised)
    response.headers["Hedgerow-Version"] = told.version
    return response


def data_catalog() -> schema_org.Block:
    """The catalogue as the home page carries it for search engines."""
    return schema_org.data_catalog(read(_told(), i18n.language()), here())


def _told() -> Description:
    told = exchange.describe(site().graph, site().settings, here())
    rests_on(told.version)
    return told


def _page(told: Description) -> str:
    shown = read(told, i18n.language())
    return render_template("catalogue.html", catalogue=shown, block=schema_org.datasets(shown))
