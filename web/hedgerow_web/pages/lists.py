"""The lists: one for each kind of record, all made by the same page. What each shows is said here."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for

from hedgerow.iri import HR
from hedgerow.questions import Parameter, ask, find
from hedgerow.sources.vocabulary import KINDS
from hedgerow_web import i18n
from hedgerow_web.address import with_query
from hedgerow_web.listing import FACET_SIZE, Column, Listing, short, show, values, wanted
from hedgerow_web.site import Row, Value, site

blueprint = Blueprint("lists", __name__)

_EVIDENCE = Column("evidence", "Evidence", "evidence")
_SOURCES = Column("sources", "Sources", "sources")
_ITEM = Column("item", "Item")
_QUANTITY = Column("low", "Quantity", "quantity")

LISTINGS = (
    Listing(
        "agreement",
        "/agreements",
        "Agreements",
        "Contracts, frameworks and memoranda: who takes part, what is promised, what is disclosed.",
        "agreement",
        (
            Column("inForce", "In force today", "state"),
            Column("kind", "Kind"),
            Column("sector", "Sector"),
            Column("begins", "Begins", "date"),
            Column("ends", "Ends", "date"),
            _EVIDENCE,
        ),
        {
            "inForce": "In force today",
            "sector": "Sector",
            "kind": "Kind",
            "status": "Status",
            "force": "Binding force",
            "country": "Secures the supply of",
        },
    ),
    Listing(
        "item",
        "/items",
        "Materials and products",
        "Elements, compounds, components and devices of the three chains, with the official lists that name them.",
        "item",
        (
            Column("class", "Class"),
            Column("lists", "Named by", "count"),
            Column("agreements", "Agreements", "number"),
            Column("controls", "Export controls", "number"),
            Column("facilities", "Facilities", "number"),
            _EVIDENCE,
        ),
        {"class": "Class", "lists": "Named by"},
    ),
    Listing(
        "country",
        "/countries",
        "Countries",
        "Countries and groups of countries: what secures them, what they make, impose and hold.",
        "country",
        (
            Column("agreements", "Agreements that secure it", "number"),
            Column("production", "Items it makes", "number"),
            Column("facilities", "Facilities", "number"),
            Column("controls", "Export controls it imposes", "number"),
            Column("stockpiles", "Stockpiles", "number"),
        ),
        {"onRecord": "Something on record", "class": "Class"},
        first_sort="agreements",
    ),
    Listing(
        "export-control",
        "/export-controls",
        "Export controls",
        "Licence duties, bans, quotas and tariffs of states, by item, with their state today.",
        "",
        (
            Column("state", "State today", "state"),
            Column("imposedBy", "Imposed by"),
            Column("against", "Against"),
            _ITEM,
            Column("measure", "Measure"),
            Column("beginsAsStated", "Begins", "date"),
            _EVIDENCE,
        ),
        {"state": "State today", "imposedBy": "Imposed by", "against": "Against", "item": "Item", "measure": "Measure"},
        question="export-control-reach",
    ),
    Listing(
        "facility",
        "/facilities",
        "Facilities",
        "Mines, refineries, plants, fabs, recycling sites, ports and stores.",
        "facility",
        (
            Column("stage", "Stage"),
            Column("country", "Country"),
            Column("operator", "Operator"),
            Column("items", "Items"),
            Column("status", "Status"),
            Column("capacity", "Capacity as stated", "text"),
            _EVIDENCE,
        ),
        {"stage": "Stage", "country": "Country", "status": "Status", "items": "Item", "evidence": "Evidence"},
    ),
    Listing(
        "party",
        "/parties",
        "Parties",
        "Companies, ministries, agencies and groups of states.",
        "party",
        (
            Column("class", "Class"),
            Column("country", "Registered in"),
            Column("controller", "Controlled by"),
            Column("agreements", "Agreements", "number"),
            Column("facilities", "Facilities", "number"),
            _EVIDENCE,
        ),
        {"class": "Class", "country": "Registered in"},
    ),
    Listing(
        "stockpile",
        "/stockpiles",
        "Stockpiles",
        "Reserves held or planned: by whom, of what, and whether the amount is known.",
        "stockpile",
        (
            Column("holder", "Held by"),
            Column("country", "Country"),
            Column("items", "Items"),
            Column("knowledge", "Amount", "state"),
            Column("amount", "Amount as stated", "text"),
            Column("target", "Target in days", "text"),
            Column("status", "Status"),
            _EVIDENCE,
        ),
        {"country": "Country", "status": "Status", "knowledge": "Amount", "items": "Item"},
    ),
    Listing(
        "incentive",
        "/incentives",
        "Incentives",
        "Laws, subsidies, obligations and targets that bear on recovery and supply.",
        "incentive",
        (
            Column("jurisdiction", "Jurisdiction"),
            Column("kind", "Kind"),
            Column("begins", "Begins", "date"),
            Column("ends", "Ends", "date"),
            Column("metric", "Target", "english"),
            _EVIDENCE,
        ),
        {"jurisdiction": "Jurisdiction", "kind": "Kind", "evidence": "Evidence"},
    ),
    Listing(
        "standard",
        "/standards",
        "Standards",
        "Published sets of criteria on conduct, environment, traceability and technique.",
        "standard",
        (
            Column("owner", "Kept by"),
            Column("kind", "Kind"),
            Column("status", "Status"),
            Column("version", "Version as stated", "english"),
            _EVIDENCE,
        ),
        {"kind": "Kind", "status": "Status", "owner": "Kept by", "evidence": "Evidence"},
    ),
    Listing(
        "designation-list",
        "/designation-lists",
        "Official lists",
        "Lists of critical, strategic or rare materials kept by states.",
        "designation-list",
        (Column("named", "Items named", "number"), _SOURCES),
    ),
    Listing(
        "source",
        "/sources",
        "Sources",
        "Documents and data that statements rest on, with their terms.",
        "source",
        (
            Column("publisher", "Publisher", "text"),
            Column("published", "Published", "date"),
            Column("redistribute", "May be passed on"),
            Column("licence", "Terms", "english"),
            Column("records", "Records that rest on it", "number"),
        ),
        {"redistribute": "May be passed on", "licence": "Terms"},
        first_sort="records",
        open_facets=2,
    ),
    Listing(
        "chokepoint",
        "/chokepoints",
        "Chokepoints",
        "Straits, canals and sea areas that lanes pass.",
        "chokepoint",
        (Column("lanes", "Lanes that pass it", "number"), _EVIDENCE),
        first_sort="lanes",
    ),
    Listing(
        "lane",
        "/lanes",
        "Lanes",
        "Ways by sea between two places, with the days they take.",
        "lane",
        (
            Column("from", "From"),
            Column("to", "To"),
            Column("mode", "Way"),
            Column("days", "Days", "number"),
            Column("chokepoints", "Passes"),
            _EVIDENCE,
        ),
        {"from": "From", "to": "To", "mode": "Way", "chokepoints": "Passes"},
    ),
    Listing(
        "production-share",
        "/production-shares",
        "Production shares",
        "What one country makes of one item at one stage in one year.",
        "observation",
        (
            _ITEM,
            Column("stage", "Stage"),
            Column("place", "Country"),
            Column("year", "Year", "text"),
            Column("share", "Share", "percent"),
            _QUANTITY,
            _EVIDENCE,
            _SOURCES,
        ),
        {"item": "Item", "stage": "Stage", "place": "Country", "year": "Year"},
        observed="ProductionShare",
    ),
    Listing(
        "trade-flow",
        "/trade-flows",
        "Trade flows",
        "What one importer takes of one item from one origin in one period, by one source.",
        "observation",
        (
            _ITEM,
            Column("importer", "Importer"),
            Column("exporter", "Origin"),
            Column("period", "Period", "text"),
            Column("share", "Share", "percent"),
            Column("shareBasis", "Share of"),
            _QUANTITY,
            Column("match", "Fit of the code"),
            _EVIDENCE,
            _SOURCES,
        ),
        {"item": "Item", "importer": "Importer", "exporter": "Origin", "year": "Year", "match": "Fit of the code"},
        observed="TradeFlow",
    ),
    Listing(
        "demand",
        "/demand",
        "Demand",
        "How much of an item is used in one place in one year, or expected to be.",
        "observation",
        (
            _ITEM,
            Column("place", "Place of use"),
            Column("year", "Year", "text"),
            Column("kind", "Kind"),
            Column("scenario", "Scenario", "text"),
            _QUANTITY,
            _EVIDENCE,
            _SOURCES,
        ),
        {"item": "Item", "place": "Place of use", "kind": "Kind", "scenario": "Scenario", "year": "Year"},
        observed="DemandStatement",
    ),
    Listing(
        "price",
        "/prices",
        "Prices",
        "Yearly prices as published, in the unit published.",
        "observation",
        (
            _ITEM,
            Column("year", "Year", "text"),
            _QUANTITY,
            Column("priceBasis", "Grade, market and terms", "english"),
            _EVIDENCE,
            _SOURCES,
        ),
        {"item": "Item", "year": "Year"},
        observed="PriceObservation",
    ),
    Listing(
        "geological-reserve",
        "/geological-reserves",
        "Geological reserves",
        "Ore in the ground that could be mined; never a stock.",
        "observation",
        (_ITEM, Column("place", "Country"), Column("year", "Year", "text"), _QUANTITY, _EVIDENCE, _SOURCES),
        {"item": "Item", "place": "Country"},
        observed="GeologicalReserve",
    ),
    Listing(
        "substitution-profile",
        "/substitution-profiles",
        "Substitution profiles",
        "How hard an item is to replace, to recycle or to win by itself.",
        "observation",
        (
            _ITEM,
            Column("difficulty", "Substitution"),
            Column("percent", "Recycling input rate in %", "number"),
            Column("byProduct", "Won as by-product in %", "number"),
            Column("reliance", "US net import reliance as stated", "text"),
            Column("year", "Year", "text"),
            _EVIDENCE,
            _SOURCES,
        ),
        {"difficulty": "Substitution"},
        observed="SubstitutionProfile",
    ),
)
BY_KIND = {listing.kind: listing for listing in LISTINGS}
_CLASS = Column("class", "Class")


def listing_of(kind: str) -> Listing:
    """The list of a kind: the one said above, else a plain one under the name of its class."""
    if kind in BY_KIND:
        return BY_KIND[kind]
    heading = kind.replace("-", " ")
    if len(KINDS.get(kind, ())) == 1:
        (iri,) = KINDS[kind]
        heading = site().labels([iri]).get(iri, heading)
    heading = heading[:1].upper() + heading[1:]
    columns = (_CLASS, _EVIDENCE, _SOURCES)
    return Listing(kind, f"/browse/{kind}", heading, "", "kind", columns, {"class": "Class"})


_AS_OF = Parameter("asOf", "date", "today", {"en": "As of"})


def rows_of(listing: Listing, **terms: str) -> list[Row]:
    """The rows of a list; `terms` are SPARQL terms for the VALUES blocks of its query."""
    here = site()
    if listing.question:
        answer = ask(here.graph, find(listing.question), {}, here.settings.base, i18n.language())
        kind = answer.columns[0].name
        found = [{n: Value(str(v), True) for n, v in row.items() if v is not None} for row in answer.rows]
        return [{**row, "thing": row[kind]} for row in found]
    blocks = {name: [term] for name, term in terms.items()}
    if listing.observed:
        blocks["class"] = [f"<{HR}{listing.observed}>"]
    if listing.kind not in BY_KIND:
        blocks["kind"] = [f'"{listing.kind}"']
    if listing.kind == "agreement":
        blocks["asOf"] = [_AS_OF.term(None, here.settings.base)]
    return here.rows(f"lists/{listing.query}", blocks)


def label_rows(listing: Listing, rows: Iterable[Row]) -> dict[str, str]:
    """What the records of the rows are called: observations bring their label, others have it in the index."""
    own = {row["thing"].text: row["label"].text for row in rows if "label" in row}
    if listing.kind not in BY_KIND:
        return names_in(rows, ("thing",))
    return own or site().names().labels(listing.kind, i18n.language())


def names_in(rows: Iterable[Row], columns: Iterable[str]) -> dict[str, str]:
    """What the values of some columns are called."""
    return site().labels({value for row in rows for column in columns for value in values(row, column)})


def _page(listing: Listing) -> str:
    here = site()
    asked = wanted(listing, request.args)
    rows = rows_of(listing)
    named = [column.name for column in listing.columns if column.form in ("names", "evidence", "state")]
    names = label_rows(listing, rows) | names_in(rows, {*named, *listing.facets, "unit", "basis"})
    fitting = None
    if asked.text:
        fitting = {hit.iri for hit in here.names().find(asked.text, listing.kind)}
    return render_template(
        "list.html",
        listing=listing,
        asked=asked,
        shown=(shown := show(listing, rows, asked, fitting, names)),
        names=names,
        chosen_names={name: _chosen(value, shown.facets[name], names) for name, value in asked.chosen.items()},
        link=_link,
        facet_size=FACET_SIZE,
        searchable=listing.kind in BY_KIND and not listing.observed and listing.kind != "lane",
    )


def _chosen(value: str, facet: Iterable[tuple[str, int]], names: dict[str, str]) -> str:
    """What a chosen value is called; as it stands in the address when no row has it."""
    return next((names.get(full, i18n.translate(full)) for full, _ in facet if short(full) == value), value)


def _link(**changes: object) -> str:
    """The address of this list with something changed; an empty value removes it."""
    arguments = {**request.args.to_dict(), **{name: str(value) for name, value in changes.items()}}
    kept = {name: value for name, value in arguments.items() if value and name != "lang"}
    return with_query(url_for(request.endpoint or "", **(request.view_args or {})), kept)


@blueprint.get("/browse")
def browse() -> str:
    """Every list, with how many records it holds."""
    counts = {row["kind"].text: int(row["count"].text) for row in site().rows("kinds")}
    others = [listing_of(kind) for kind in sorted(counts.keys() - BY_KIND.keys())]
    return render_template("browse.html", listings=[*LISTINGS, *others], counts=counts)


@blueprint.get("/browse/<kind>")
def of_kind(kind: str) -> Response:
    """The records of a kind that has no list of its own."""
    if kind in BY_KIND:
        return make_response(redirect(url_for(f"lists.{kind}"), code=301))
    if kind not in {row["kind"].text for row in site().rows("kinds")}:
        abort(404, f"There is no record of a kind '{kind}'.")
    return make_response(_page(listing_of(kind)))


for _listing in LISTINGS:
    blueprint.add_url_rule(_listing.path, _listing.kind, lambda listing=_listing: _page(listing), methods=["GET"])
