"""Agreements: the list with its facets, and the page of one."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for

from hedgerow.errors import CallError, NotFound
from hedgerow.questions import Parameter
from hedgerow_web.pages.thing import Thing, read_thing
from hedgerow_web.site import Row, site

blueprint = Blueprint("agreements", __name__)
PAGE_SIZE = 50
#: Values of a facet shown at once; the rest opens on demand.
FACET_SIZE = 12
#: Facets of the list, in the order shown: the column of the query and its heading.
FACETS = {
    "inForce": "In force today",
    "sector": "Sector",
    "kind": "Kind",
    "status": "Status",
    "force": "Binding force",
    "country": "Secures the supply of",
}
_SORTS = {"label": "Title", "begins": "Begins", "sector": "Sector", "kind": "Kind", "inForce": "In force today"}
_AS_OF = Parameter("asOf", "date", "today", {"en": "As of"})


def rows_in_force(agreement: str = "UNDEF") -> list[Row]:
    """Every agreement, or one (as a SPARQL term), with the columns of the list."""
    as_of = _AS_OF.term(None, site().settings.base)
    return site().rows("agreements", {"agreement": [agreement], "asOf": [as_of]})


@blueprint.get("/agreements")
def index() -> str:
    """The list; facets, text, sort and page are in the address."""
    chosen = {name: request.args.get(name, "") for name in FACETS}
    text = request.args.get("q", "").strip()
    sort = request.args.get("sort") or "label"
    if sort not in _SORTS:
        raise CallError(f"There is no sort '{sort}'.", f"Use one of {', '.join(_SORTS)}.")
    page = request.args.get("page", "1")
    if not page.isdigit() or not 1 <= int(page) <= 10_000:
        raise CallError(f"The page is '{page}'.", "Give a number from 1 on.")
    rows = rows_in_force()
    names = site().labels(value for row in rows for column in (*FACETS, "agreement") for value in _values(row, column))
    titles = {id(row): names.get(row["agreement"].text, row["agreement"].text) for row in rows}
    words = _folded(text).split()
    found = [row for row in rows if all(word in _folded(titles[id(row)]) for word in words)]
    facets = {name: _facet(name, found, chosen) for name in FACETS}
    found = [row for row in found if all(_matches(row, name, value) for name, value in chosen.items())]
    found.sort(key=lambda row: (str(row.get(sort, "~")) if sort != "label" else "", titles[id(row)].casefold()))
    pages = max(1, -(-len(found) // PAGE_SIZE))
    if int(page) > pages:
        raise NotFound(f"There is no page {page}.", f"The last page of this list is {pages}.")
    start = (int(page) - 1) * PAGE_SIZE
    return render_template(
        "agreements.html",
        rows=found[start : start + PAGE_SIZE],
        total=len(found),
        page=int(page),
        pages=pages,
        names=names,
        facets=facets,
        headings=FACETS,
        chosen={name: value for name, value in {**chosen, "q": text}.items() if value},
        sorts=_SORTS,
        sort=sort,
        link=_link,
        short=_short,
        facet_size=FACET_SIZE,
    )


def _folded(text: str) -> str:
    """Text as it is compared: full-width letters, case and the like do not matter."""
    return unicodedata.normalize("NFKC", text).casefold()


def _values(row: Row, name: str) -> list[str]:
    return row[name].text.split() if name in row else []


def _short(value: str) -> str:
    return value.rpartition("/")[2]


def _matches(row: Row, name: str, value: str) -> bool:
    return not value or value in [_short(v) for v in _values(row, name)]


def _facet(name: str, rows: Sequence[Row], chosen: dict[str, str]) -> list[tuple[str, int]]:
    """The values of one facet with their counts, under the other facets chosen."""
    others = {other: value for other, value in chosen.items() if other != name}
    fitting = [row for row in rows if all(_matches(row, other, value) for other, value in others.items())]
    return Counter(value for row in fitting for value in _values(row, name)).most_common()


def _link(**changes: str) -> str:
    """The address of this list with something changed; an empty value removes it."""
    arguments = {**request.args.to_dict(), **changes}
    arguments = {name: value for name, value in arguments.items() if value and name != "lang"}
    return url_for("agreements.index", **arguments)  # type: ignore[arg-type]


def page(iri: str) -> str:
    """The page of one agreement."""
    thing = read_thing(iri)
    row = rows_in_force(f"<{iri}>")[0]
    findings = {f.one("element").rpartition("/")[2]: f for f in thing.parts("hasFinding")}
    undisclosed = thing.parts("hasUndisclosedTerm")
    return render_template(
        "agreement.html",
        thing=thing,
        in_force=row["inForce"].text,
        why=row["why"].text if "why" in row else "",
        replaced_by=_replaced_by(iri),
        findings=[findings[name] for name in ("offtake", "quality-audit", "service-level") if name in findings],
        provisions=sorted(thing.parts("hasProvision"), key=lambda part: part.one("termKind")),
        stated_absent=[part for part in undisclosed if part.one("absenceBasis").endswith("/stated")],
        not_found=[part for part in undisclosed if part.one("absenceBasis").endswith("/not-found")],
        mentions=thing.mentions(),
        kinds=[c for c in thing.types() if c in ("BundledAgreement", "OfftakeAgreement", "MutualExchangeAgreement")],
        amount=amount,
    )


def _replaced_by(iri: str) -> list[tuple[str, str]]:
    later = [row["later"].text for row in site().rows("replaced-by", {"agreement": [f"<{iri}>"]})]
    names = site().labels(later)
    return [(other, names.get(other, other)) for other in later]


def amount(part: Thing) -> tuple[str, str]:
    """How the quantity of a statement reads: lower and upper bound, '' where it has none."""
    for quantity in part.parts("hasQuantity"):
        return quantity.one("lowerBound"), quantity.one("upperBound")
    return "", ""
