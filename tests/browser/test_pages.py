"""The real site in Chromium: `hedgerow serve` over the shipped record, every page kind in every look."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request
from werkzeug.serving import make_server

from hedgerow.documentation.described import shipped
from hedgerow.settings import Settings
from hedgerow_web import create_app
from tests.browser.screenshots import LOOKS, PAGES, open_page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: Pages that have no picture of their own: the other kinds of record, and what goes wrong.
OTHERS = {
    "property": "/ns/dependsOn",
    "ontology-version": f"/ns/{next(iter(shipped().modules.values())).version}/",
    "rule": "/ns/rules/R07-kinds-of-agreement",
    "shapes": "/ns/shapes/core",
    "product": "/doc/item/bev",
    "group": "/doc/item/rare-metals",
    "refining": "/doc/item/nickel?stage=refining",
    "chokepoint": "/doc/chokepoint/panama-canal",
    "lane": "/doc/lane/CL-JP-sea-antofagasta-to-yokohama",
    "trade-flow": "/doc/trade-flow/JP-BR-gallium-811292-2022-value-cepii-baci-202601",
    "demand": "/demand?item=gallium",
    "controls": "/export-controls?imposedBy=CN&state=in+force",
    "facilities": "/facilities?country=JP",
    "trade-flows": "/trade-flows?item=gallium&importer=JP",
    "sources": "/sources?page=3",
    "code": "/code/stage",
    "codes": "/code/",
    "chain": "/questions/product-chain",
    "single-source": "/questions/single-source",
    "reach": "/questions/export-control-reach",
    "cover": "/questions/days-of-cover",
    "recycling": "/questions/recycling-input",
    "without": "/questions/items-without-agreement",
    "contradictions": "/questions/contradicting-sources",
    "care": "/questions/terms-without-data",
    "nothing-found": "/search?q=unobtainium",
    "list": "/doc/designation-list/us-cml-2025",
    "production-share": "/doc/production-share/rare-earths-CN-mining-2024",
    "undisclosed": "/doc/agreement/jogmec-iwatani-caremag-2025",
    "withheld": "/doc/agreement/cirrus-gf-2021",
    "example": "/sparql?example=reserve-gap",
    "graph": "/sparql?query=CONSTRUCT%20WHERE%20%7B%20?s%20a%20%3Chttps://w3id.org/hedgerow/ns%23Stockpile%3E%20%7D",
    "inferred": "/graph/inferred",
    "forms": "/doc/standard/irma-mining-v1?_profile=alt",
    "alignment": "/align/prov",
    "all-shapes": "/shapes",
    "empty": "/agreements?country=ZZZ",
    "terms-undisclosed": "/questions/undisclosed-terms",
    "demo": "/demo/",
    "demo-browse": "/demo/browse",
    "demo-kind": "/demo/parties?q=example",
    "demo-agreement": "/demo/doc/agreement/asean-offtake",
    "demo-party": "/demo/doc/party/kanto-motors",
    "demo-item": "/demo/doc/item/ndpr-oxide",
    "demo-question": "/demo/questions/bundle",
    "demo-nothing": "/demo/nothing",
    "catalogue": "/catalog",
    "demo-catalogue": "/demo/catalog",
    "fault": "/questions/reserve-gap?country=XX",
    "nothing": "/nothing",
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_kind_in_every_look(look: str, site: str, browser: Browser) -> None:
    width, scheme, language = LOOKS[look]
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale=language,
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        said.append(message.text)

    def watch(request: Request) -> None:
        asked.append(request.url)

    page.on("console", listen)
    page.on("request", watch)
    for name, path in {**PAGES, **OTHERS}.items():
        open_page(page, site + path)
        assert page.locator("html").get_attribute("lang") == language
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{name} is {overflow} px too wide at {width}"
        _accessible(page, name)
    context.close()
    assert [url for url in asked if not url.startswith(site)] == []
    assert [text for text in said if "404" not in text and "400" not in text] == []


def _accessible(page: Page, name: str) -> None:
    # The policy of the site allows no script, so the checker is let in by the browser, not by the page.
    violations = Axe().run(page).response["violations"]
    assert violations == [], [(name, v["id"], v["nodes"][0]["html"][:200]) for v in violations]


def test_the_bundle_is_answered_by_its_form(site: str, browser: Browser) -> None:
    page = browser.new_page(locale="en", java_script_enabled=False)
    page.goto(f"{site}/questions")
    page.locator("a[href='/questions/bundle']").click()
    assert page.get_by_text("283 rows", exact=False).first.is_visible()
    assert page.locator("tbody tr").count() == 50
    page.get_by_label("Kind").select_option("offtake")
    page.get_by_role("button", name="Ask").click()
    assert "kind=offtake" in page.url
    assert page.get_by_text("108 rows", exact=False).first.is_visible()
    page.get_by_role("link", name="A123 Systems and ConocoPhillips").first.click()
    assert page.locator("h1").inner_text().startswith("A123 Systems")
    page.close()


def test_sparql_is_asked_in_the_browser(site: str, browser: Browser) -> None:
    page = browser.new_page(locale="en", java_script_enabled=False)
    page.goto(f"{site}/sparql")
    page.get_by_role("button", name="Run").click()
    assert page.locator("table.answer tbody tr").count() == 20
    page.get_by_label("Query").fill("SELECT * {")
    page.get_by_role("button", name="Run").click()
    assert "Line 1, column" in page.get_by_role("alert").inner_text()
    page.close()


def test_data_for_search_engines_is_read_and_not_run(site: str, browser: Browser) -> None:
    page = browser.new_page(locale="en")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{site}/catalog")
    read = "JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)['@graph'].length"
    assert page.evaluate(read) == 2
    assert said == []
    # The policy is in force all the same: a script put beside it is refused.
    page.evaluate("() => { const s = document.createElement('script'); s.text = 'x = 1'; document.head.append(s) }")
    assert "Content Security Policy" in said[0]
    assert page.evaluate("typeof x") == "undefined"
    page.close()


@pytest.mark.parametrize("look", LOOKS)
def test_the_wait_for_the_graph_is_a_calm_page(look: str, browser: Browser, tmp_path: Path) -> None:
    width, scheme, language = LOOKS[look]
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "progress.json").write_text('{"stage": "Checking the shapes", "done": 12, "total": 40}')
    server = make_server("127.0.0.1", 0, create_app(Settings(home=tmp_path)), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        page = browser.new_page(
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale=language,
        )
        answer = page.goto(f"http://127.0.0.1:{server.server_port}/agreements")
        assert answer is not None
        assert answer.status == 503
        assert page.locator("progress").get_attribute("value") == "12"
        # The page looks again every two seconds on purpose, while the graph is built.
        violations = [v for v in Axe().run(page).response["violations"] if v["id"] != "meta-refresh"]
        assert violations == []
        page.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_stranger_learns_in_two_clicks_how_exposed_japan_is_in_gallium(site: str, browser: Browser) -> None:
    page = browser.new_page(locale="en", java_script_enabled=False)
    page.goto(site)
    page.get_by_role("link", name="How exposed is one country to another").click()
    said = page.locator("table.turned").inner_text()
    for part in (
        "refining",
        "0.9901",
        "in force",
        "gallium, 2023-08-01",
        "gallium recovery in Western Australia",
        "withheld",
    ):
        assert part in said, part
    page.get_by_role("link", name="CN: licence, gallium, 2023-08-01").first.click()
    summary = page.locator(".summary").inner_text()
    assert "China: licence on Gallium" in summary
    assert "every destination" in summary
    assert "in force" in summary
    page.close()


def test_from_a_material_to_the_same_answer(site: str, browser: Browser) -> None:
    page = browser.new_page(locale="en", java_script_enabled=False)
    page.goto(site)
    page.get_by_role("link", name="Gallium", exact=True).first.click()
    assert page.locator("figure.map svg use").count() > 3
    for heading in ("Agreements on it", "Export controls that reach it", "What is not known"):
        assert page.get_by_role("heading", name=heading).count() == 1, heading
    page.get_by_role("link", name="How exposed is one country to another in it?").click()
    assert page.get_by_label("Item").input_value() == "gallium"
    assert "0.9901" in page.locator("table.turned").inner_text()
    page.close()


def test_the_map_is_drawn_from_the_outlines(site: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en")
    page.goto(f"{site}/doc/item/gallium")
    # A reference that leads nowhere has no size on the screen.
    box = page.locator("figure.map use.band-1").first.bounding_box()
    assert box
    assert box["width"] > 100
    assert box["height"] > 50
    page.close()


def test_search_finds_by_japanese_english_and_symbol(site: str, browser: Browser) -> None:
    page = browser.new_page(locale="ja", java_script_enabled=False)
    for text, name in (
        ("電池", "電池材料（総称）"),
        ("希土", "希土類(酸化物合計)"),
        ("dysprosium", "ジスプロシウム"),
        ("Dy", "ジスプロシウム"),
    ):
        page.goto(site)
        page.get_by_role("searchbox", name="全体を検索").fill(text)
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?*")
        assert page.get_by_role("link", name=name, exact=True).count() == 1, text
    page.close()
