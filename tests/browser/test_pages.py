"""The real site in Chromium: `hedgerow serve` over the shipped record, every page kind in every look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from werkzeug.serving import make_server

from hedgerow.settings import Settings
from hedgerow_web import create_app
from tests.browser.screenshots import ARGUMENTS, CHROMIUM, LOOKS, PAGES
from tests.conftest import running_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: Pages that have no picture of their own: the other kinds of record, and what goes wrong.
OTHERS = {
    "terms": "/ns/",
    "source": "/doc/source/usgs-mcs-2026",
    "party": "/doc/party/jare",
    "country": "/doc/country/CN",
    "list": "/doc/designation-list/us-cml-2025",
    "production-share": "/doc/production-share/rare-earths-CN-mining-2024",
    "undisclosed": "/doc/agreement/jogmec-iwatani-caremag-2025",
    "withheld": "/doc/agreement/cirrus-gf-2021",
    "example": "/sparql?example=reserve-gap",
    "graph": "/sparql?query=CONSTRUCT%20WHERE%20%7B%20?s%20a%20%3Chttps://w3id.org/hedgerow/ns%23Stockpile%3E%20%7D",
    "empty": "/agreements?country=ZZZ",
    "fault": "/questions/reserve-gap?country=XX",
    "nothing": "/nothing",
}


@pytest.fixture(scope="module")
def site(loaded_home: Path) -> Iterator[str]:
    """The address of a running site."""
    with running_site(loaded_home, {"HEDGEROW_WEB_PROCESSES": "1"}) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


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
        page.goto(site + path)
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
    page.get_by_role("link", name="bundle").first.click()
    assert page.locator("tbody tr").count() == 283
    page.get_by_label("Kind").select_option("offtake")
    page.get_by_role("button", name="Ask").click()
    assert "kind=offtake" in page.url
    assert page.locator("tbody tr").count() == 108
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
