"""`hedgerow describe`: the documents in which a registry tells others of itself; it only prints."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping

import click

from hedgerow.errors import CallError
from hedgerow.exchange import catalogue, examples, service, void
from hedgerow.exchange.description import FORMS, Description
from hedgerow.graph.client import Graph, connect
from hedgerow.options import of_tier, offered
from hedgerow.settings import Settings
from hedgerow.tiers import PUBLIC

_ADDRESS = re.compile(r"https?://[^\s<>\"{}|^`\\]+")
_DOCUMENTS: Mapping[str, Callable[[Graph, Settings, str], Description]] = {
    "catalogue": catalogue.describe,
    "void": void.describe,
    "service": service.describe,
    "examples": examples.describe,
}


@click.command()
@click.argument("document", type=click.Choice(list(_DOCUMENTS)))
@click.option("--format", "form", type=click.Choice(list(FORMS)), default="ttl", show_default=True)
@click.option("--site", help="Address the site is reached at (default: by HOST and PORT); of a tier, with its prefix.")
@of_tier
@click.pass_obj
def describe(settings: Settings, document: str, form: str, site: str | None, tier: str) -> None:
    """Print a DOCUMENT about the registry: catalogue (DCAT), figures (VoID), SPARQL service or example queries."""
    offered(settings, tier)
    mount = "" if tier == PUBLIC else f"/{tier}"
    place = site or f"http://{settings.host}:{settings.port}{mount}"
    if not _ADDRESS.fullmatch(place):
        raise CallError(f"--site is '{place}'.", "Give an http or https address, as https://example.org.")
    told = _DOCUMENTS[document](connect(settings, tier), settings, place.rstrip("/"))
    sys.stdout.buffer.write(told.serialised(FORMS[form]))
