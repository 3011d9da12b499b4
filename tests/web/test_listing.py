"""A list: facets with counts under the other choices, text, sort, pages; every list of the site adds up."""

from __future__ import annotations

import html
import re

import pytest
from flask.testing import FlaskClient

from hedgerow.errors import CallError, NotFound
from hedgerow_web.listing import PAGE_SIZE, Column, Listing, Wanted, show, wanted
from hedgerow_web.pages.lists import LISTINGS
from hedgerow_web.site import Row, Value

PAGE = {"Accept": "text/html"}
BASE = "https://example.org/id"
LIST = Listing(
    "thing",
    "/things",
    "Things",
    "",
    "thing",
    (Column("colour", "Colour"), Column("size", "Size", "number")),
    {"colour": "Colour", "place": "Place"},
)


def row(name: str, colour: str, places: str = "", size: str = "") -> Row:
    cells = {"thing": Value(f"{BASE}/thing/{name}", True), "colour": Value(f"{BASE}/colour/{colour}", True)}
    if places:
        cells["place"] = Value(" ".join(f"{BASE}/place/{place}" for place in places.split()), True)
    if size:
        cells["size"] = Value(size)
    return cells


ROWS = [row("a", "x", "JP EU", "5"), row("b", "y", "JP", "10"), row("c", "x", "CN"), row("d", "y", "", "7")]
NAMES = {f"{BASE}/thing/{name}": name.upper() for name in "abcd"}


def shown(**arguments: str) -> list[str]:
    page = show(LIST, ROWS, wanted(LIST, arguments), None, NAMES)
    return [cells["thing"].text[-1] for cells in page.rows]


def test_facets_narrow_down_and_count_under_the_other_choices() -> None:
    page = show(LIST, ROWS, wanted(LIST, {"sort": "label", "place": "JP"}), None, NAMES)
    assert page.total == 2
    assert {value[-1]: count for value, count in page.facets["colour"]} == {"x": 1, "y": 1}
    assert {value[-2:]: count for value, count in page.facets["place"]} == {"JP": 2, "EU": 1, "CN": 1}


def test_figures_sort_from_the_largest_and_what_has_none_comes_last() -> None:
    assert shown(sort="size") == ["b", "d", "a", "c"]
    assert shown(sort="label") == ["a", "b", "c", "d"]


def test_text_keeps_what_fits() -> None:
    page = show(LIST, ROWS, Wanted("b", {}, "label", 1), {f"{BASE}/thing/b"}, NAMES)
    assert [cells["thing"].text[-1] for cells in page.rows] == ["b"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"sort": "taste"}, "There is no sort 'taste'"),
        ({"page": "0"}, "The page is '0'"),
        ({"page": "２"}, "The page is '２'"),
        ({"page": "99999999999"}, "The page is"),
        ({"taste": "red"}, "The list has no choice 'taste'"),
    ],
)
def test_a_choice_that_does_not_exist_is_named(arguments: dict[str, str], says: str) -> None:
    with pytest.raises(CallError, match=says):
        wanted(LIST, arguments)


def test_a_page_beyond_the_last_is_not_there() -> None:
    with pytest.raises(NotFound, match="The last page of this list is 1"):
        show(LIST, ROWS, wanted(LIST, {"page": "2"}), None, NAMES)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: str(listing.kind))
def test_every_list_holds_every_record_of_its_kind_once(listing: Listing, web: FlaskClient) -> None:
    counted = re.search(
        rf'<a href="{listing.path}">[^<]+</a> <span class="count">([\d,]+)<',
        web.get("/browse?lang=en", headers=PAGE).text,
    )
    assert counted
    total = int(counted[1].replace(",", ""))
    seen: list[str] = []
    pages = -(-total // PAGE_SIZE)
    for page in {1, pages}:
        text = web.get(f"{listing.path}?lang=en&page={page}", headers=PAGE).text
        assert f"{total:,} records, page {page} of {pages}" in text
        seen += re.findall(r'<th scope="row"><a href="(/doc/[^"]+)"', text)
    assert len(seen) == len(set(seen)) == (total if pages == 1 else PAGE_SIZE + total - (pages - 1) * PAGE_SIZE)


@pytest.mark.parametrize("listing", [each for each in LISTINGS if each.facets], ids=lambda listing: str(listing.kind))
def test_every_facet_leads_to_as_many_records_as_it_says(listing: Listing, web: FlaskClient) -> None:
    text = web.get(f"{listing.path}?lang=en", headers=PAGE).text
    for facet in listing.facets:
        found = re.search(
            rf'href="({re.escape(listing.path)}\?{facet}=[^"]+)"[^>]*>[^<]*</a> <span class="quiet">([\d,]+)<', text
        )
        assert found, facet
        narrowed = web.get(html.unescape(found[1]) + "&lang=en", headers=PAGE).text
        assert f"{found[2]} records, page 1 of" in narrowed
        assert 'class="chip"' in narrowed


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: str(listing.kind))
def test_every_list_can_be_sorted_by_every_column(listing: Listing, web: FlaskClient) -> None:
    for sort in listing.sorts():
        assert web.get(f"{listing.path}?sort={sort}", headers=PAGE).status_code == 200, sort


def test_the_last_page_follows_from_the_first(web: FlaskClient) -> None:
    path, seen = "/parties?lang=en", 0
    while path:
        text = web.get(html.unescape(path), headers=PAGE).text
        seen += len(re.findall(r'<th scope="row"><a href="/doc/party/', text))
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path = f"{following[1]}&lang=en" if following else ""
    assert seen == 359
