"""What the page of a record shows beside its own statements: the tables of what it touches, by kind of record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hedgerow.questions import ask, find
from hedgerow_web import i18n
from hedgerow_web.listing import Column, Listing, values
from hedgerow_web.pages.lists import BY_KIND, label_rows, names_in, rows_of
from hedgerow_web.pages.thing import Thing
from hedgerow_web.site import Row, Value, site

#: Rows of one table shown on a page; the list behind it holds all.
SHOWN = 15


@dataclass(frozen=True)
class Section:
    """A table on a page: what it is called, its rows, how many there are in all, and where they all are."""

    heading: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    names: Mapping[str, str]
    total: int
    everything: str = ""
    about: str = ""
    #: The kind of record in the rows, '' where they are none.
    kind: str = ""
    #: The heading of the first column.
    first: str = "Name"


def sections(kind: str, thing: Thing) -> list[Section]:
    """The tables of a record's page, those without rows among them: what is not on record is told, too."""
    return list(_BUILDERS[kind](thing)) if kind in _BUILDERS else []


def _section(
    kind: str,
    heading: str,
    rows: Iterable[Row],
    *,
    drop: Sequence[str] = (),
    extra: Sequence[Column] = (),
    everything: str = "",
    about: str = "",
    shown: int = SHOWN,
) -> Section:
    """A table with the columns of the list of that kind."""
    listing = BY_KIND[kind]
    found = list(rows)
    columns = [*extra, *(column for column in listing.columns if column.name not in drop)]
    kept = found[:shown]
    filled = [column for column in columns if any(column.name in row for row in kept)]
    named = [column.name for column in filled if column.form in ("names", "evidence", "state")]
    names = label_rows(listing, kept) | names_in(kept, {*named, "unit", "basis"})
    return Section(heading, filled, kept, names, len(found), everything, about, kind)


def _where(listing: Listing, column: str, iri: str) -> list[Row]:
    return [row for row in rows_of(listing) if iri in values(row, column)]


def _observed(kind: str, about: str, *, key: Callable[[Row], object]) -> list[Row]:
    """Observations about an item or a place, the most telling first."""
    item = "/id/item/" in about
    rows = rows_of(BY_KIND[kind], **{"item" if item else "about": f"<{about}>"})
    return sorted(rows, key=key, reverse=True)  # type: ignore[arg-type]


def _figure(row: Row, name: str) -> float:
    return float(row[name].text) if name in row else -1.0


def _by_year_and_share(row: Row) -> tuple[float, float, float]:
    return _figure(row, "year"), _figure(row, "share"), _figure(row, "low")


def answer_rows(question: str, values: Mapping[str, str], first: str) -> list[Row]:
    """The rows of a question's answer as a page's tables take them; `first` names the record of each row."""
    here = site()
    answer = ask(here.graph, find(question), values, here.settings.base, i18n.language())
    kept = [{name: Value(str(cell)) for name, cell in row.items() if cell is not None} for row in answer.rows]
    return [{**row, "thing": row[first]} for row in kept if first in row]


def _item(thing: Thing) -> Iterable[Section]:
    name, asked = thing.slug, thing.asked_as
    yield Section(
        "How concentrated each stage is",
        (
            Column("year", "Year", "text"),
            Column("topCountry", "Top country"),
            Column("topShare", "Top share", "percent"),
            Column("covered", "Share of named countries", "percent"),
            Column("hhiLow", "Herfindahl index, at least", "index"),
            Column("hhiHigh", "Herfindahl index, at most", "index"),
            Column("contentBasis", "Content basis"),
            Column("records", "Records", "count"),
        ),
        rows := [{**row, "thing": row["stage"]} for row in answer_rows("concentration", {"item": asked}, "item")],
        names_in(rows, ("thing", "topCountry", "contentBasis")),
        len(rows),
        f"/questions/concentration?item={asked}",
        "Only countries that a source names count; the index runs from them alone to the rest as one more country.",
        first="Stage",
    )
    agreements = answer_rows("agreements-in-force", {"item": asked}, "agreement")
    yield _section(
        "agreement",
        "Agreements on it",
        [{**row, "begins": row["beginsAsStated"]} if "beginsAsStated" in row else row for row in agreements],
        drop=("ends", "sector"),
        extra=(Column("match", "What it names", "match"),),
        everything=f"/questions/agreements-in-force?item={asked}",
    )
    yield _section(
        "export-control",
        "Export controls that reach it",
        answer_rows("export-control-reach", {"item": asked}, "control"),
        extra=(Column("match", "What it names", "match"),),
        everything=f"/questions/export-control-reach?item={asked}",
    )
    yield _section(
        "stockpile",
        "Stockpiles that hold it or a group it belongs to",
        [row for row in rows_of(BY_KIND["stockpile"]) if {thing.iri, *_groups(thing)} & set(values(row, "items"))],
        everything=f"/stockpiles?items={name}",
    )
    yield _section(
        "production-share",
        "Who makes it",
        _observed("production-share", thing.iri, key=_by_year_and_share),
        drop=("item",),
        everything=f"/production-shares?item={name}",
    )
    yield _section(
        "trade-flow",
        "Who imports it, and from where",
        _observed("trade-flow", thing.iri, key=_by_year_and_share),
        drop=("item",),
        everything=f"/trade-flows?item={name}",
        about="Flows of different sources, periods or kinds of share are never to be added.",
    )
    yield _section(
        "facility",
        "Facilities that make or handle it",
        _where(BY_KIND["facility"], "items", thing.iri),
        drop=("items",),
        everything=f"/facilities?items={name}",
    )
    for kind, heading in (
        ("demand", "Demand"),
        ("geological-reserve", "Ore in the ground"),
        ("price", "Prices"),
        ("substitution-profile", "Substitution and recycling"),
    ):
        yield _section(
            kind,
            heading,
            _observed(kind, thing.iri, key=_by_year_and_share),
            drop=("item",),
            everything=f"{BY_KIND[kind].path}?item={name}" if "item" in BY_KIND[kind].facets else "",
        )


def _groups(thing: Thing) -> set[str]:
    return {row["group"].text for row in site().rows("groups", {"about": [f"<{thing.iri}>"]})}


def _country(thing: Thing) -> Iterable[Section]:
    name = thing.slug
    yield _section(
        "agreement",
        "Agreements that secure its supply",
        sorted(_where(BY_KIND["agreement"], "country", thing.iri), key=_most_in_force),
        everything=f"/agreements?country={name}",
    )
    controls = rows_of(BY_KIND["export-control"])
    yield _section(
        "export-control",
        "Export controls it imposes",
        [row for row in controls if thing.iri in values(row, "imposedBy")],
        drop=("imposedBy",),
        everything=f"/export-controls?imposedBy={name}",
    )
    yield _section(
        "export-control",
        "Export controls aimed at it",
        [row for row in controls if thing.iri in values(row, "against")],
        drop=("against",),
        everything=f"/export-controls?against={name}",
    )
    yield _section("stockpile", "Stockpiles", _where(BY_KIND["stockpile"], "country", thing.iri), drop=("country",))
    yield _section(
        "production-share",
        "What it makes",
        _largest_each(_observed("production-share", thing.iri, key=_by_year_and_share)),
        drop=("place",),
        everything=f"/production-shares?place={name}&sort=share",
        about="The latest year of each item and stage, the largest shares first.",
    )
    flows = _observed("trade-flow", thing.iri, key=_by_year_and_share)
    yield _section(
        "trade-flow",
        "What it imports",
        _largest_each([row for row in flows if thing.iri in values(row, "importer")]),
        drop=("importer",),
        everything=f"/trade-flows?importer={name}&sort=share",
        about="The largest origin of each item in the latest year; look at the fit of the code before reading a share.",
    )
    yield _section(
        "facility",
        "Facilities",
        _where(BY_KIND["facility"], "country", thing.iri),
        drop=("country",),
        everything=f"/facilities?country={name}",
    )
    yield _section(
        "party",
        "Parties registered in it",
        _where(BY_KIND["party"], "country", thing.iri),
        drop=("country",),
        everything=f"/parties?country={name}",
    )
    yield _section(
        "incentive",
        "Incentives",
        _where(BY_KIND["incentive"], "jurisdiction", thing.iri),
        drop=("jurisdiction",),
        everything=f"/incentives?jurisdiction={name}",
    )


def _largest_each(rows: Sequence[Row]) -> list[Row]:
    """The first row of each item and stage (latest year, largest share), the largest shares first."""
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        if "share" in row:
            first.setdefault((row["item"].text, row["stage"].text if "stage" in row else ""), row)
    return sorted(first.values(), key=lambda row: _figure(row, "share"), reverse=True)


def _most_in_force(row: Row) -> tuple[int, str]:
    return ["yes", "unknown", "no"].index(row["inForce"].text), row["thing"].text


def _party(thing: Thing) -> Iterable[Section]:
    roles = {row["thing"].text: row["roles"] for row in site().rows("roles", {"about": [f"<{thing.iri}>"]})}
    yield _section(
        "agreement",
        "Agreements it takes part in",
        [
            {**row, "roles": roles[row["thing"].text]}
            for row in sorted(rows_of(BY_KIND["agreement"]), key=_most_in_force)
            if row["thing"].text in roles
        ],
        extra=(Column("roles", "Role"),),
        shown=60,
    )
    yield _section("facility", "Facilities it runs", _where(BY_KIND["facility"], "operator", thing.iri), shown=60)
    yield _section("stockpile", "Stockpiles it holds", _where(BY_KIND["stockpile"], "holder", thing.iri), shown=60)
    yield _section("standard", "Standards it keeps", _where(BY_KIND["standard"], "owner", thing.iri), shown=60)
    yield _section("party", "Parties it controls", _where(BY_KIND["party"], "controller", thing.iri), shown=60)


def _agreements_about(thing: Thing, heading: str) -> Section:
    named = {row["thing"].text for row in site().rows("about-agreements", {"about": [f"<{thing.iri}>"]})}
    rows = [row for row in rows_of(BY_KIND["agreement"]) if row["thing"].text in named]
    return _section("agreement", heading, sorted(rows, key=_most_in_force))


def _facility(thing: Thing) -> Iterable[Section]:
    yield _agreements_about(thing, "Agreements that name it")


def _stockpile(thing: Thing) -> Iterable[Section]:
    held = {value.text for value in thing.all("stockOf")}
    yield _section(
        "item",
        "What it is a stock of",
        [row for row in rows_of(BY_KIND["item"]) if row["thing"].text in held],
        shown=60,
    )


def _export_control(thing: Thing) -> Iterable[Section]:
    row = next((row for row in rows_of(BY_KIND["export-control"]) if row["thing"].text == thing.iri), None)
    if row is None:
        return
    reached = set(values(row, "productItems")) | {value.text for value in thing.all("item")}
    yield _section(
        "item",
        "What it reaches: the item, and what depends on it",
        [each for each in rows_of(BY_KIND["item"]) if each["thing"].text in reached],
        shown=60,
    )
    for value in thing.all("item"):
        asked = site().name_of(value.text)
        yield _section(
            "agreement",
            "Agreements on the item",
            answer_rows("agreements-in-force", {"item": asked}, "agreement"),
            drop=("begins", "ends", "sector"),
            everything=f"/questions/agreements-in-force?item={asked}",
        )


def _chokepoint(thing: Thing) -> Iterable[Section]:
    yield _section(
        "lane",
        "Lanes that pass it",
        _where(BY_KIND["lane"], "chokepoints", thing.iri),
        everything=f"/lanes?chokepoints={thing.slug}",
    )


def _source(thing: Thing) -> Iterable[Section]:
    yield _agreements_about(thing, "Agreements that rest on it")


_BUILDERS: Mapping[str, Callable[[Thing], Iterable[Section]]] = {
    "item": _item,
    "country": _country,
    "party": _party,
    "facility": _facility,
    "stockpile": _stockpile,
    "export-control": _export_control,
    "chokepoint": _chokepoint,
    "source": _source,
}
#: What a reader expects to be told of a record of a kind; what is missing is said to be not known.
EXPECTED: Mapping[str, Sequence[str]] = {
    "party": ("registeredIn", "controlledBy", "hasIdentifier", "website"),
    "facility": ("operatedBy", "hasQuantity", "hasLocation"),
    "stockpile": ("stockOf", "heldBy", "hasQuantity", "hasCoverTarget", "legalBasis"),
    "export-control": ("endsOn", "coverage"),
    "incentive": ("startsOn", "endsOn", "targetValue", "statedValue"),
    "standard": ("ownedBy", "versionAsStated"),
    "source": ("publishedOn", "url", "licence"),
    "production-share": ("share", "hasQuantity"),
    "trade-flow": ("share", "hasQuantity", "hasValue", "hsCode"),
    "lane": ("typicalDays",),
}


def control_state(thing: Thing) -> str:
    """The state of an export control today, in the words of the question."""
    rows = rows_of(BY_KIND["export-control"])
    return next((row["state"].text for row in rows if row["thing"].text == thing.iri), "unknown")
