"""YASGUI's editor in Chromium, on a page of another origin; and the site's own form by the keyboard alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest
from flask import Flask, Response, send_from_directory
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from hedgerow.graph.client import LocalGraph
from tests.clients import asked
from tests.clients.node import package

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("clients")]

LABELS = f"SELECT ?label WHERE {{ <{asked.NICKEL}> <{asked.RDFS}label> ?label }} ORDER BY ?label"


@pytest.fixture(scope="module")
def elsewhere(site: str) -> Iterator[str]:
    """A page of another origin that may run its own scripts, and ask this site, and nothing else."""
    folder = Path(__file__).with_name("yasgui")
    build = package("@zazuko/yasgui") / "build"
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/<path:name>", "page", lambda name: send_from_directory(folder, name))
    app.add_url_rule("/build/<path:name>", "build", lambda name: send_from_directory(build, name))

    @app.after_request
    def _strict(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; "
            f"connect-src {site}; base-uri 'none'; form-action 'none'"
        )
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Watched:
    """A page, what it said in its console, and what it asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def complaints(self) -> list[str]:
        """What the page said, but for the inline styles its table asks in vain and the status of a refusal."""
        return [text for text in self.said if not text.startswith(("Applying inline style", "Failed to load resource"))]

    def strangers(self, *known: str) -> list[str]:
        """The requests to others."""
        return [url for url in self.asked if not url.startswith((*known, "data:", "blob:"))]


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """A page with nothing kept from another."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    yield Watched(context.new_page())
    context.close()


@pytest.fixture
def editor(watched: Watched, elsewhere: str, endpoint: str) -> Watched:
    """The editor, empty, over our endpoint."""
    watched.page.goto(f"{elsewhere}/index.html?{urlencode({'endpoint': endpoint})}")
    expect(watched.page.locator(".CodeMirror")).to_be_visible()
    return watched


def run(editor: Watched, query: str) -> None:
    """Type a query and run it, by the keyboard."""
    page = editor.page
    page.locator(".CodeMirror textarea").first.focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(query)  # as pasted text is: quicker than sign by sign
    page.keyboard.press("Control+Enter")


def test_a_typed_query_gives_its_table(editor: Watched, site: str, elsewhere: str, here: LocalGraph) -> None:
    page = editor.page
    page.locator(".CodeMirror textarea").first.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(
        "SELECT ?label ?p WHERE { ?s ?p ?label FILTER(?s = <" + asked.NICKEL + "> && isLiteral(?label)) }"
    )
    page.keyboard.press("Control+Enter")
    rows = page.locator(".yasr .dataTable tbody tr")
    expected = asked.told(here, f"SELECT ?label {{ <{asked.NICKEL}> ?p ?label FILTER(isLiteral(?label)) }}")
    expect(rows).to_have_count(len(expected))
    expect(page.locator(".yasr .dataTable")).to_contain_text('"ニッケル"@ja')
    assert editor.strangers(site, elsewhere) == []
    assert editor.complaints() == []


def test_terms_are_shown_as_they_are(editor: Watched) -> None:
    run(editor, LABELS)
    table = editor.page.locator(".yasr .dataTable")
    expect(table).to_contain_text('"Nickel"@en')
    expect(table).to_contain_text('"ニッケル"@ja')
    assert editor.complaints() == []


def test_yes_and_statements_are_shown(editor: Watched, here: LocalGraph) -> None:
    run(editor, asked.ASK)
    expect(editor.page.locator(".yasr_results")).to_contain_text("True")
    run(editor, asked.CONSTRUCT)
    count = len(asked.statements(here, asked.CONSTRUCT))
    expect(editor.page.locator(".yasr_results")).to_contain_text(f"of {count} entries")
    assert editor.complaints() == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        # The editor itself holds back what it cannot parse, so these parse there.
        ("SELECT ?x { SERVICE <http://127.0.0.1:9/> { ?x ?y ?z } }", "Query the other endpoint yourself and join"),
        ("SELECT (<https://example.org/f>(1) AS ?x) {}", "https://example.org/f"),
        (asked.ENDLESS, "add LIMIT and more selective patterns"),
    ],
)
def test_an_error_is_shown_in_our_words(query: str, words: str, editor: Watched, site: str, elsewhere: str) -> None:
    run(editor, query)
    expect(editor.page.locator(".yasr_results")).to_contain_text(words, timeout=15_000)
    assert editor.strangers(site, elsewhere) == []
    assert editor.complaints() == []


def test_a_query_that_does_not_parse_is_told_by_us_too(editor: Watched) -> None:
    # The editor marks the place; sent all the same, by its button, the answer says what is wrong.
    run(editor, "SELECT ?x WHERE {\n  ?x a undeclared:Thing\n}")
    results = editor.page.locator(".yasr_results")
    expect(results).to_contain_text("The query does not parse")
    expect(results).to_contain_text("Correct the query")


def test_the_table_is_downloaded_as_csv(editor: Watched, here: LocalGraph) -> None:
    run(editor, asked.ROWS)
    expect(editor.page.locator(".yasr .dataTable tbody tr").first).to_be_visible()
    with editor.page.expect_download() as started:
        editor.page.locator(".yasr_downloadIcon").click()
    text = Path(started.value.path()).read_text("utf-8")
    table = list(csv.reader(io.StringIO(text)))
    expected = asked.told(here, asked.ROWS)
    assert len(table) == len(expected) + 1
    assert {row[table[0].index("name")] for row in table[1:]} == {"Nickel", "ニッケル"}
    assert editor.complaints() == []


def test_our_own_form_by_the_keyboard_alone(watched: Watched, site: str, here: LocalGraph) -> None:
    page = watched.page
    page.goto(f"{site}/sparql")
    _tab_to(page, "query")
    page.keyboard.press("Control+A")
    page.keyboard.type(LABELS)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run"
    page.keyboard.press("Enter")
    rows = page.locator("table.answer tbody tr")
    expect(rows).to_have_text([row["label"].split('"')[1] for row in asked.told(here, LABELS)])
    assert page.locator("#query").input_value() == LABELS
    # Back to the query, spoilt, and run: the message stands where a reader is told of it, the query is kept.
    _tab_to(page, "query")
    page.keyboard.press("Control+End")
    page.keyboard.type(" }")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The query does not parse")
    assert page.locator("#query").input_value() == f"{LABELS} }}"
    assert watched.strangers(site) == []
    assert [said for said in watched.said if "status of 400" not in said] == []


def test_our_own_form_gives_files_by_the_keyboard(watched: Watched, site: str) -> None:
    page = watched.page
    page.goto(f"{site}/sparql")
    _tab_to(page, "query")
    page.keyboard.press("Control+A")
    page.keyboard.type(LABELS)
    _tab_to(page, "format")
    page.keyboard.type("csv")
    assert page.locator("#format").input_value() == "csv"
    _tab_to(page, None, back=True)
    with page.expect_response("**/sparql") as answered, page.expect_download() as started:
        page.keyboard.press("Enter")
    assert answered.value.headers["content-type"] == "text/csv; charset=utf-8"
    assert Path(started.value.path()).read_text("utf-8").split() == ["label", "Nickel", "ニッケル"]


def _tab_to(page: Page, name: str | None, *, back: bool = False) -> None:
    """Press Tab until the field of that name has the focus; the button when it is None."""
    for _ in range(40):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        reached = page.evaluate("[document.activeElement.id, document.activeElement.tagName]")
        if reached[0] == name or (name is None and reached[1] == "BUTTON"):
            return
    raise AssertionError(f"the keyboard does not reach '{name}'")
