"""Home: what is in here, how well it is covered, and three findings computed live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, render_template

from hedgerow.questions import Cell, ask, find
from hedgerow.tiers import DEMO, dataset
from hedgerow_web import i18n
from hedgerow_web.described import Description, describe
from hedgerow_web.pages.briefs import ITEM, choices
from hedgerow_web.pages.catalogue import data_catalog
from hedgerow_web.pages.graphs import statements
from hedgerow_web.pages.lists import listing_of, names_in
from hedgerow_web.site import Row, site

blueprint = Blueprint("home", __name__)
#: Refiner shares shown on the home page.
TOP = 8
#: The class and the licence of the registry as a whole.
_DATASET = "http://rdfs.org/ns/void#Dataset"
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"
#: The question behind the form that leads to a brief, for those who want its figures alone.
EXPOSURE = "exposure-to-country"


def _first_of_each_item(rows: Sequence[Mapping[str, Cell]]) -> list[Mapping[str, Cell]]:
    """The well covered rows, one an item: an item can stand there on several bases."""
    first: dict[Cell, Mapping[str, Cell]] = {}
    for row in rows:
        if row["topShare"] and not row["partial"]:
            first.setdefault(row["item"], row)
    return list(first.values())


@blueprint.get("/")
def home() -> Response:
    """The registry itself: the front page, or its description as RDF, which lies at `/graph/about`."""
    here = site()
    base = here.settings.base
    return describe(
        Description("/graph/about", dataset(base, here.tier), types=[_DATASET], licence=_LICENCE, page="/"),
        "",
        _demonstration if here.tier == DEMO else _front,
        lambda media: statements(f"{base}/graph/about", media),
    )


def _front() -> str:
    here = site()
    bundle = ask(here.graph, find("bundle"), {}, here.settings.base, i18n.language())
    elements = {
        name: Counter(str(row[name]) for row in bundle.rows) for name in ("offtake", "qualityAudit", "serviceLevel")
    }
    complete = sum(row["offtake"] == row["qualityAudit"] == row["serviceLevel"] == "yes" for row in bundle.rows)
    refining = ask(here.graph, find("concentration"), {"stage": "refining"}, here.settings.base, i18n.language())
    uncovered = ask(here.graph, find("items-without-agreement"), {}, here.settings.base, i18n.language())
    return render_template(
        "home.html",
        counts={row["class"].text.rpartition("#")[2]: int(row["count"].text) for row in here.rows("counts")},
        coverage={row["name"].text: row for row in here.rows("coverage")},
        agreements=len(bundle.rows),
        elements=elements,
        complete=complete,
        refining=_first_of_each_item(refining.rows)[:TOP],
        uncovered=uncovered.rows,
        exposure=find(EXPOSURE),
        asked={"item": ITEM},
        choices=choices({}),
        footing=bundle.footing,
        block=data_catalog(),
    )


def _demonstration() -> str:
    """All that is invented, by kind."""
    found: dict[str, list[Row]] = {}
    rows = site().rows("invented")
    for row in rows:
        found.setdefault(row["kind"].text, []).append(row)
    groups = [(listing_of(kind), found[kind]) for kind in found]
    return render_template("demo.html", groups=groups, names=names_in(rows, ("thing",)), block=data_catalog())
