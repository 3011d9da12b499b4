"""A list of records: filtered by facets and text, sorted, cut into pages; everything is in the address. No I/O.

What a list shows is said by a `Listing`; its rows come from a page query with one row a record and the columns
named as in the listing. A column may hold several IRIs, separated by spaces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hedgerow.errors import CallError, NotFound
from hedgerow_web.site import Row

PAGE_SIZE = 50
#: Values of a facet shown at once; the rest opens on demand.
FACET_SIZE = 10
MAX_PAGE = 10_000


@dataclass(frozen=True)
class Column:
    """One column. `form` says how its cells are shown; the names of the forms are those of the macro `cell`."""

    name: str
    heading: str
    form: str = "names"


@dataclass(frozen=True)
class Listing:
    """One list: the kind of record, where it lies, what it shows and by what it is narrowed down."""

    kind: str
    path: str
    heading: str
    about: str
    query: str
    columns: tuple[Column, ...]
    #: Column: heading. A facet may be no column of the table.
    facets: Mapping[str, str] = field(default_factory=dict)
    #: The question whose answer gives the rows, instead of a page query; its first column is the record.
    question: str = ""
    #: The class of observations, for lists that share one query.
    observed: str = ""
    #: What the list is sorted by at first; the label where this is empty.
    first_sort: str = "label"
    #: Facets that stand open at first.
    open_facets: int = 3

    def sorts(self) -> dict[str, str]:
        """What the list can be sorted by."""
        plain = {c.name: c.heading for c in self.columns if c.form != "sources"}
        return {"label": "Name", **plain}


@dataclass(frozen=True)
class Wanted:
    """What the reader asked for, read from the address."""

    text: str
    chosen: Mapping[str, str]
    sort: str
    page: int


@dataclass(frozen=True)
class Shown:
    """One page of a list, with the counts of each facet under the other choices."""

    rows: Sequence[Row]
    total: int
    pages: int
    facets: Mapping[str, Sequence[tuple[str, int]]]


def wanted(listing: Listing, arguments: Mapping[str, str]) -> Wanted:
    """Read what the reader asked for. Raises CallError naming what is accepted."""
    known = {"q", "sort", "page", "lang", *listing.facets}
    for name in arguments:
        if name not in known:
            raise CallError(f"The list has no choice '{name}'.", f"It takes: {', '.join(sorted(known))}.")
    sort = arguments.get("sort") or listing.first_sort
    if sort not in listing.sorts():
        raise CallError(f"There is no sort '{sort}'.", f"Use one of {', '.join(listing.sorts())}.")
    page = arguments.get("page") or "1"
    if not (page.isascii() and page.isdigit() and 1 <= int(page) <= MAX_PAGE):
        raise CallError(f"The page is '{page}'.", "Give a number from 1 on.")
    chosen = {name: value for name in listing.facets if (value := arguments.get(name, ""))}
    return Wanted(arguments.get("q", "").strip(), chosen, sort, int(page))


def show(
    listing: Listing, rows: Sequence[Row], asked: Wanted, fitting: set[str] | None, names: Mapping[str, str]
) -> Shown:
    """The page asked for. `fitting` are the records whose names fit the text, None without a text."""
    found = [row for row in rows if fitting is None or row["thing"].text in fitting]
    facets = {name: _facet(found, name, asked.chosen) for name in listing.facets}
    found = [row for row in found if _fits(row, asked.chosen)]
    forms = {column.name: column.form for column in listing.columns}
    found.sort(key=lambda row: _key(row, asked.sort, forms.get(asked.sort, "text"), names))
    pages = max(1, -(-len(found) // PAGE_SIZE))
    if asked.page > pages:
        raise NotFound(f"There is no page {asked.page}.", f"The last page of this list is {pages}.")
    start = (asked.page - 1) * PAGE_SIZE
    return Shown(found[start : start + PAGE_SIZE], len(found), pages, facets)


def values(row: Row, name: str) -> list[str]:
    """The values of a cell: several IRIs, or one text."""
    cell = row.get(name)
    if cell is None:
        return []
    return cell.text.split() if cell.text.startswith(("https://", "http://")) else [cell.text]


def short(value: str) -> str:
    """A value as it stands in the address: the last part of an IRI."""
    return value.rpartition("/")[2].rpartition("#")[2]


def _fits(row: Row, chosen: Mapping[str, str]) -> bool:
    return all(value in map(short, values(row, name)) for name, value in chosen.items())


def _facet(rows: Sequence[Row], name: str, chosen: Mapping[str, str]) -> list[tuple[str, int]]:
    others = {other: value for other, value in chosen.items() if other != name}
    return Counter(value for row in rows if _fits(row, others) for value in values(row, name)).most_common()


def _key(row: Row, name: str, form: str, names: Mapping[str, str]) -> tuple[bool, float | str, str]:
    """Rows without the value come last; figures from the largest, words from A."""
    label = names.get(row["thing"].text, "").casefold()
    figure = form in ("number", "percent")
    if name == "label":
        return False, label, ""
    if name not in row:
        return True, 0.0 if figure else "", label
    first = values(row, name)[0]
    return False, -float(first) if figure else names.get(first, first).casefold(), label
