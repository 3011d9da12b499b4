"""What stands behind the figures: method, licences, terms."""

from __future__ import annotations

from flask import Blueprint, render_template

from hedgerow import __version__
from hedgerow.documentation.described import alignments
from hedgerow_web.pages.graphs import GRAPHS
from hedgerow_web.site import site

blueprint = Blueprint("about", __name__)


@blueprint.get("/about")
def about() -> str:
    """Method, evidence, licences, how to cite, how to report an error."""
    return render_template(
        "about.html", status=site().graph.status(), version=__version__, alignments=alignments(), graphs=GRAPHS
    )
