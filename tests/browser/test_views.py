"""The views of answers in Chromium: every one of every question, every kind by itself, what is saved, what is sorted."""

from __future__ import annotations

import json
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from hedgerow.questions import Question, View, load_questions
from hedgerow_web import views
from tests.browser.screenshots import LOOKS
from tests.conftest import get

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

DAY = re.compile(r"\d{4}(-\d{2}){0,2}")
#: Every question with views, with one of its views.
DRAWN = [
    pytest.param(question, key, id=f"{question.name}-{key}")
    for question in load_questions().values()
    for key, view in views.offered(question).items()
    if question.views and view.kind != "table"
]
SVG = "{http://www.w3.org/2000/svg}"


class Watched:
    """A page that notes whatever a console or a request says."""

    def __init__(self, browser: Browser, look: str, site: str) -> None:
        width, scheme, language = LOOKS[look]
        self.context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=language,
        )
        self.site = site
        self.page: Page = self.context.new_page()
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: str) -> Page:
        self.page.goto(self.site + path)
        self.page.wait_for_selector("figure.view figcaption")
        return self.page

    def check(self) -> None:
        assert self.said == []
        assert [url for url in self.asked if not url.startswith((self.site, "data:", "blob:"))] == []


@pytest.fixture
def watched(browser: Browser, site: str) -> Iterator[Watched]:
    watched = Watched(browser, "wide-light-en", site)
    yield watched
    watched.context.close()


def drawable(view: View, row: Mapping[str, Any]) -> bool:
    """Whether a row has what its view draws."""
    cell = {part: row[name] for part, name in view.columns.items()}
    if view.kind == "bar":
        return any(cell.get(part) is not None for part in ("value", "low", "high"))
    if view.kind == "line":
        return DAY.fullmatch(str(cell["x"])) is not None and cell["value"] is not None
    if view.kind == "stacked":
        return cell["value"] is not None and cell["value"] >= 0
    if view.kind == "map":
        return cell["country"] is not None and ("value" not in cell or cell["value"] is not None)
    if view.kind == "flow":
        return bool(cell["from"] and cell["to"]) and ("value" not in cell or (cell["value"] or 0) > 0)
    if view.kind == "graph":
        return bool(cell["from"] or cell["to"])
    return any(DAY.fullmatch(str(cell.get(part))[:10]) for part in ("start", "end"))


def marks(view: View, rows: list[Mapping[str, Any]], drawn: int) -> int:
    """How many marks the rows drawn make: one each, but one for all rows of a country or of a pair."""
    told = [row for row in rows if drawable(view, row)][:drawn]
    if view.kind == "map":
        return len({row[view.columns["country"]] for row in told})
    if view.kind == "graph":
        pairs = {(row[view.columns["from"]], row[view.columns["to"]]) for row in told}
        return len([pair for pair in pairs if all(pair)])
    return drawn


def check_figure(page: Page, view: View, rows: list[Mapping[str, Any]]) -> None:
    figure = page.locator("figure.view")
    drawn, left = (int(figure.get_attribute(f"data-{name}") or -1) for name in ("drawn", "left"))
    able = [row for row in rows if drawable(view, row)]
    assert left == len(rows) - len(able)
    assert drawn == len(able) or 0 < drawn < len(able)
    caption = page.locator("figure.view figcaption").inner_text()
    assert re.findall(r"Not drawn: (\d+) rows", caption) == [str(left)] * (left > 0)
    if not able:
        assert figure.locator("svg[role=img]").count() == 0
        return
    assert figure.locator("svg[role=img]").get_attribute("aria-label") == page.locator("h1").inner_text()
    assert figure.locator("svg[role=img] :is([role], [aria-label], style)").count() == 0
    missing = page.locator("figcaption .notes", has_text="Too small for the map").count()
    found = figure.locator("svg .mark > *").count()
    assert found == marks(view, rows, drawn) or (missing and 0 < found < marks(view, rows, drawn))
    assert drawn < len(able) or "first" not in caption


@pytest.mark.parametrize(("question", "key"), DRAWN)
def test_every_view_of_every_question_is_drawn(question: Question, key: str, site: str, watched: Watched) -> None:
    view = views.offered(question)[key]
    for root in ("", "/demo"):
        rows = json.loads(get(f"{site}{root}/questions/{question.name}.json")[1])["rows"]
        if rows:
            page = watched.open(f"{root}/questions/{question.name}?view={key}&lang=en")
            check_figure(page, view, rows)
            violations = Axe().run(page).response["violations"]
            assert violations == [], [(v["id"], v["nodes"][0]["html"][:200]) for v in violations]
            break
    else:
        pytest.fail(f"{question.name} has no row, not even in the demonstration.")
    watched.check()


@pytest.mark.parametrize("look", ["narrow-dark-en", "narrow-light-ja"])
def test_views_fit_a_telephone(look: str, site: str, browser: Browser) -> None:
    watched = Watched(browser, look, site)
    for parameter in DRAWN[look == "narrow-light-ja" :: 2]:  # one half in each look
        question, key = parameter.values
        if json.loads(get(f"{site}/questions/{question.name}.json")[1])["rows"]:  # type: ignore[union-attr]
            page = watched.open(f"/questions/{question.name}?view={key}")  # type: ignore[union-attr]
            overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert overflow <= 0, parameter.id
            # What is wider than the screen scrolls by itself, also by the keyboard.
            drawing = page.locator(".drawing")
            wider = drawing.evaluate("each => each.scrollWidth > each.clientWidth")
            assert (drawing.get_attribute("tabindex") == "0") == wider
    watched.check()
    watched.context.close()


def column(name: str, kind: str, unit: str | None = None) -> dict[str, str | None]:
    return {"name": name, "label": name.title(), "type": kind, "unit": unit}


def iri(kind: str, name: str) -> str:
    return f"https://w3id.org/hedgerow/registry/id/{kind}/{name}"


FLOWS = [("CN", "JP", 50), ("AU", "JP", 30), ("CD", "CN", 60), ("CL", "JP", 12.5), ("US", "DE", None)]
SHARES = [("Gallium", "CN", 0.98), ("Gallium", "JP", 0.01), ("Tin", "CN", 0.4), ("Tin", "ID", None), ("Tin", "PE", 0)]
#: By kind: the parts, the columns, the rows, and how many of them can be drawn.
WORLDS: dict[str, tuple[dict[str, str], list[dict[str, str | None]], list[dict[str, Any]], int]] = {
    "flow": (
        {"from": "from", "to": "to", "value": "mass"},
        [column("from", "iri"), column("to", "iri"), column("mass", "decimal", "t/y")],
        [{"from": iri("country", a), "to": iri("country", b), "mass": c} for a, b, c in FLOWS],
        4,
    ),
    "stacked": (
        {"label": "item", "value": "share", "series": "country"},
        [column("item", "string"), column("country", "iri"), column("share", "decimal", "fraction")],
        [{"item": a, "country": iri("country", b), "share": c} for a, b, c in SHARES],
        4,
    ),
    "line": (
        {"x": "year", "value": "price", "series": "item"},
        [column("year", "integer"), column("price", "decimal"), column("item", "string")],
        [{"year": year, "price": None if year == 2022 else year * 2, "item": "Tin"} for year in range(2019, 2026)],
        6,
    ),
    "map": (
        {"country": "country", "value": "share"},
        [column("country", "iri"), column("share", "decimal", "fraction")],
        [{"country": iri("country", a), "share": b} for a, b in (("CN", 0.6), ("JP", 0.1), ("KR", None))],
        2,
    ),
    "graph": (
        {"from": "from", "to": "to"},
        [column("from", "iri"), column("to", "iri")],
        [{"from": iri("item", a), "to": iri("item", b)} for a, b in ("ab", "bc", "ca", "dc")],
        4,
    ),
    "timeline": (
        {"label": "name", "start": "begins", "end": "ends"},
        [column("name", "string"), column("begins", "date"), column("ends", "date")],
        [{"name": f"n{at}", "begins": a, "ends": b} for at, (a, b) in enumerate((
            ("2019", "2024-03"), ("2020-05-01", None), (None, "2030"), (None, None), ("soon", None)))],
        3,
    ),
    "bar": (
        {"label": "item", "low": "least", "high": "most"},
        [column("item", "string"), column("least", "decimal", "days"), column("most", "decimal", "days")],
        [{"item": f"i{at}", "least": a, "most": b} for at, (a, b) in enumerate((
            (-20, -5), (-20, 30), (10, 60), (0, 0), (None, 70), (40, None), (None, None)))],
        6,
    ),
}  # fmt: skip
DRAW = """async ([view, answer]) => {
  const { draw, guess } = await import("/static/views/draw.js");
  const figure = document.querySelector("figure.view");
  await draw(figure, view, answer);
  return guess(answer);
}"""


@pytest.mark.parametrize("kind", WORLDS)
def test_every_kind_is_drawn_by_the_interface(kind: str, watched: Watched) -> None:
    parts, columns, rows, able = WORLDS[kind]
    page = watched.open("/questions/concentration")
    answer = {"columns": columns, "rows": [*rows], "footing": {"tier": "public", "asOf": "2026-11-24"}}
    guessed = page.evaluate(DRAW, [{"kind": kind, "columns": parts}, answer])
    check_figure(page, View(kind, parts), rows)
    assert page.locator("figure.view").get_attribute("data-drawn") == str(able)
    assert kind in {each["kind"] for each in guessed} or kind == "stacked"
    for each in guessed:  # every guess can be drawn
        page.evaluate(DRAW, [each, answer])
        assert page.locator("figure.view figcaption").count() == 1
    watched.check()


def test_what_is_withheld_is_counted_and_not_drawn(watched: Watched) -> None:
    page = watched.open("/questions/concentration")
    rows = [
        {"item": "a", "value": 5, "state": "known"},
        {"item": "b", "value": None, "state": "withheld"},
        {"item": "c", "value": None, "state": "https://w3id.org/hedgerow/code/knowledge/withheld"},
        {"item": "d", "value": None, "state": "unknown"},
    ]
    columns = [column("item", "string"), column("value", "decimal"), column("state", "string")]
    view = {"kind": "bar", "columns": {"label": "item", "value": "value"}}
    page.evaluate(DRAW, [view, {"columns": columns, "rows": rows}])
    assert "Not drawn: 3 rows without a figure (2 withheld)." in page.locator("figcaption").inner_text()
    assert page.locator(".mark > *").count() == 1
    page.evaluate(DRAW, [view, {"columns": columns, "rows": rows[1:]}])
    assert "Nothing here can be drawn" in page.locator("figure.view").inner_text()
    assert page.locator("figure.view button").count() == 0


@pytest.mark.parametrize("root", ["", "/demo"])
def test_a_drawing_is_saved_as_svg_and_as_png_at_twice_the_size(root: str, watched: Watched, tmp_path: Path) -> None:
    page = watched.open(f"{root}/questions/days-of-cover")
    kept = {}
    for form in ("SVG", "PNG"):
        with page.expect_download() as started:
            page.get_by_role("button", name=f"Save as {form}").click()
        assert started.value.suggested_filename == f"{'synthetic-' * bool(root)}days-of-cover-bar.{form.lower()}"
        kept[form] = tmp_path / form
        started.value.save_as(kept[form])
    whole = ET.parse(kept["SVG"]).getroot()
    source = kept["SVG"].read_text("utf-8")
    assert "var(" not in source
    assert "class=" not in source
    said = [each.text or "" for each in whole.iter(f"{SVG}text")]
    assert page.locator("h1").inner_text() in said
    assert any(text.startswith("Country: Japan; ") for text in said)
    assert any(re.search("Not drawn: [0-9]+ rows", text) for text in said)
    footing = next(text for text in said if text.startswith("Hedgerow · As of "))
    assert f"{root}/questions/days-of-cover" in footing
    assert ("Invented for demonstration, not evidence." in said) == bool(root)
    size = struct.unpack(">II", kept["PNG"].read_bytes()[16:24])
    assert kept["PNG"].read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert size == (2 * int(whole.attrib["width"]), 2 * int(whole.attrib["height"]))
    watched.check()


def ends_by_name(site: str) -> tuple[str, str]:
    """The first and the last item by name, of all rows; neither comes first by share."""
    names = [row["itemLabel"] for row in json.loads(get(f"{site}/questions/concentration.json")[1])["rows"]]
    first, last = min(names, key=str.casefold), max(names, key=str.casefold)
    assert names[0] not in (first, last)
    return first, last


def test_a_table_is_sorted_in_place_over_all_its_rows(watched: Watched) -> None:
    first, last = ends_by_name(watched.site)
    page = watched.open("/questions/concentration")
    link = page.get_by_role("link", name="Item", exact=True)
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector('th[aria-sort="ascending"]')
    assert page.locator("tbody th").first.inner_text() == first
    assert page.url.endswith("?sort=item&order=asc#answer")
    assert page.evaluate("document.activeElement.dataset.name") == "item"
    page.keyboard.press("Enter")
    page.wait_for_selector('th[aria-sort="descending"]')
    assert page.locator("tbody th").first.inner_text() == last
    expect(page.locator("figure.view .label title").first).to_have_text(re.compile(f"^{re.escape(last)}"))
    watched.check()


def test_a_table_is_sorted_without_scripts_too(site: str, browser: Browser) -> None:
    first, _ = ends_by_name(site)
    page = browser.new_page(locale="en", java_script_enabled=False)
    page.goto(f"{site}/questions/concentration")
    assert "The drawing needs scripts" in page.locator("figure.view").inner_text()
    page.get_by_role("link", name="Item", exact=True).click()
    assert page.locator('th[aria-sort="ascending"]').count() == 1
    assert page.locator("tbody th").first.inner_text() == first
    page.close()


def test_a_drawing_follows_the_width_of_its_figure(watched: Watched) -> None:
    page = watched.open("/questions/days-of-cover")
    assert page.locator("figure.view svg[role=img]").get_attribute("width") == "1210"
    page.set_viewport_size({"width": 500, "height": 900})
    page.wait_for_selector('figure.view svg[role=img]:not([width="1210"])')
    assert int(page.locator("figure.view svg[role=img]").get_attribute("width") or 0) < 500
    watched.check()


def test_a_drawing_that_fails_says_so_and_leaves_the_table(watched: Watched) -> None:
    page = watched.page

    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="{}")

    page.route("**/*.json*", refuse)
    page.goto(f"{watched.site}/questions/concentration")
    expect(page.locator("figure.view")).to_have_text("The drawing could not be made; the table says the same.")
    assert page.locator("tbody tr").count() == 50
