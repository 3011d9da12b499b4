"""The workbench in Chromium over a running site: written, completed, run, cancelled, shared, saved, by the keyboard."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from hedgerow.questions import find, read_question
from tests.browser.screenshots import LOOKS
from tests.conftest import copy_home, get, running_site, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("workbench")]

DEADLINE_SECONDS = 20
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
NICKEL = "https://w3id.org/hedgerow/registry/id/item/nickel"
LABELS = f"SELECT ?label {{ <{NICKEL}> <http://www.w3.org/2000/01/rdf-schema#label> ?label }} ORDER BY ?label"
COUNTS = "SELECT ?class (COUNT(?thing) AS ?things) { ?thing a ?class } GROUP BY ?class ORDER BY ?class"


@pytest.fixture(scope="module")
def home(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of the site."""
    return copy_home(loaded_home, tmp_path_factory.mktemp("workbench"))


@pytest.fixture(scope="module")
def site(home: Path) -> Iterator[str]:
    """The address of a running site with its demonstration."""
    env = {
        "HEDGEROW_WEB_PROCESSES": "1",
        "HEDGEROW_QUERY_SECONDS": str(DEADLINE_SECONDS),
        "HEDGEROW_BUDGET_SECONDS": "0",
    }
    with running_site(home, env) as url:
        wait_for(lambda: get(f"{url}/demo/readyz")[0] == 200, 90)
        yield url


class Bench:
    """The workbench on a page, what it said in its console, and what it asked for."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.said: list[str] = []
        self.asked: list[str] = []
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.asked.append(request.url))

    def open(self, path: str = "/workbench") -> Bench:
        self.page.goto(self.site + path)
        expect(self.page.locator("#examples button").first).to_be_visible()
        return self.ready()

    def ready(self) -> Bench:
        """Wait until everything of it is there."""
        wait_for(lambda: bool(self.page.evaluate("Boolean(globalThis.hedgerow?.editor.terms)")))
        return self

    @property
    def query(self) -> str:
        return str(self.page.evaluate("hedgerow.editor.query"))

    def write(self, query: str) -> None:
        """Put a query in place of what is there, as pasted."""
        self.page.locator(".CodeMirror textarea").focus()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(query)

    def run(self, query: str | None = None) -> None:
        if query is not None:
            self.write(query)
        self.page.locator("#run").click()

    def status(self, words: str | re.Pattern[str]) -> None:
        expect(self.page.locator("#status")).to_contain_text(words, timeout=15_000)

    def clean(self) -> None:
        """Nothing was asked of others, and the browser had nothing to complain of but the status of a refusal."""
        assert [url for url in self.asked if not url.startswith((self.site, "data:", "blob:"))] == []
        assert [text for text in self.said if not text.startswith("Failed to load resource")] == []


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that knows nothing of an earlier test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en")
    yield context
    context.close()


@pytest.fixture
def bench(context: BrowserContext, site: str) -> Bench:
    """The workbench, opened for the first time."""
    return Bench(context.new_page(), site).open()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("root", ["", "/demo"])
def test_it_is_accessible_in_every_look(root: str, look: str, site: str, browser: Browser) -> None:
    width, scheme, language = LOOKS[look]
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale=language,
    )
    bench = Bench(context.new_page(), site).open(f"{root}/workbench")
    page = bench.page
    assert page.locator("html").get_attribute("lang") == language
    _accessible(page, "at first")
    bench.run(COUNTS)
    expect(page.locator("table.answer tbody tr").first).to_be_visible()
    _accessible(page, "with a table")
    for query, kind in (("ASK { ?s ?p ?o }", ".figure"), (f"DESCRIBE <{NICKEL}>", ".statements")):
        bench.run(query)
        expect(page.locator(f"#shown {kind}")).to_be_visible()
        _accessible(page, kind)
    bench.run("SELECT * {\n  ?s a }")
    expect(page.locator("#fault")).to_be_visible()
    page.locator("#share").click()
    _accessible(page, "with a fault")
    bench.write("SELECT * { ?s a ")
    page.keyboard.type("hr:Agree")
    expect(page.locator(".CodeMirror-hint").first).to_be_visible()
    _accessible(page, "with hints")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    bench.clean()
    context.close()


def _accessible(page: Page, when: str) -> None:
    violations = Axe().run(page).response["violations"]
    assert violations == [], [(when, v["id"], v["nodes"][0]["html"][:200]) for v in violations]


def test_a_query_is_written_with_completion_and_run_by_the_keyboard_alone(bench: Bench) -> None:
    page = bench.page
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.CodeMirror') !== null"):
            break
    page.keyboard.press("Control+A")
    page.keyboard.type("SELECT ?agreement WHERE { ?agreement a ")
    page.keyboard.type("hr:OfftakeAg")
    hints = page.locator(".CodeMirror-hint")
    expect(hints.first).to_contain_text("offtake agreement")
    page.keyboard.press("Enter")
    page.keyboard.type("; ")
    # A word of its name is enough, in either language: a property where one can stand, a thing behind it.
    page.keyboard.insert_text("当事者")
    page.keyboard.press("Control+Space")
    expect(hints.first).to_contain_text("hr:hasParty")
    page.keyboard.press("Enter")
    page.keyboard.type(" ")
    page.keyboard.insert_text("jogmec")
    page.keyboard.press("Control+Space")
    expect(hints.first).to_contain_text("party:jogmec")
    page.keyboard.press("Enter")
    page.keyboard.type(" }")
    assert "PREFIX hr: <https://w3id.org/hedgerow/ns#>\n" in bench.query
    assert "PREFIX party: <https://w3id.org/hedgerow/registry/id/party/>\n" in bench.query
    assert "?agreement a hr:OfftakeAgreement; hr:hasParty party:jogmec }" in bench.query
    expect(page.locator("#check")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    bench.status(re.compile(r"^\d+ rows in \d+\.\d\d s$"))
    assert page.locator("table.answer tbody tr").count() > 0
    # Tab alone indents; after Esc it leads on to the button, and from there to the answer.
    page.keyboard.press("Escape")
    bench.status("Tab leaves the editor now.")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "run"
    reached = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
        if page.evaluate("document.activeElement.id") == "find":
            # The examples are one stop, and arrows lead through them.
            named = "document.activeElement.dataset.name"
            names = page.locator("#examples button").evaluate_all("all => all.map((each) => each.dataset.name)")
            page.keyboard.press("Tab")
            assert page.evaluate(named) == names[0]
            for key, at in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("End", -1), ("ArrowDown", -1)):
                page.keyboard.press(key)
                assert page.evaluate(named) == names[at]
            page.keyboard.press("Tab")
            assert page.evaluate(f"{named} ?? ''") == ""
            reached.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert {"timeout", "share", "save", "open", "find", "labels", "scroll tall"} <= reached
    bench.clean()


def test_prefixes_are_declared_when_they_are_used(bench: Bench) -> None:
    page = bench.page
    bench.write("")
    page.keyboard.type("SELECT * { ?s skos:")
    assert bench.query.startswith("PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\nSELECT")
    page.keyboard.press("Escape")
    page.keyboard.type("inScheme ?t }")
    page.keyboard.press("Escape")
    assert bench.query.count("PREFIX") == 1
    bench.write("")
    page.keyboard.type("PREFIX control-")
    page.keyboard.press("Control+Space")
    page.keyboard.press("Enter")
    assert bench.query == "PREFIX control-status: <https://w3id.org/hedgerow/code/control-status/>"
    bench.write("SELECT ?agreement { ?ag")
    page.keyboard.press("Control+Space")
    page.keyboard.press("Enter")
    assert bench.query == "SELECT ?agreement { ?agreement"
    # In a text nothing is offered, and nothing declared.
    bench.write("")
    page.keyboard.type('ASK { ?s ?p "hr:Agree')
    assert page.locator(".CodeMirror-hint").count() == 0
    assert "PREFIX" not in bench.query
    bench.clean()


def test_a_fault_is_told_and_marked_at_its_place(bench: Bench) -> None:
    page = bench.page
    bench.run("SELECT * {\n  ?s a }\n")
    fault = page.locator("#fault")
    expect(fault).to_contain_text("The query does not parse. Line 2, column 8.")
    expect(fault).to_contain_text("Correct the query at that place.")
    assert fault.get_attribute("role") == "alert"
    mark = page.locator(".CodeMirror .fault-here")
    assert mark.count() == 1
    assert page.locator(".fault-sign").count() == 1
    assert page.locator("#answer").is_hidden()
    page.get_by_role("button", name="To the place").click()
    assert page.evaluate("hedgerow.editor.cm.getCursor()")["ch"] == 7
    assert page.evaluate("hedgerow.editor.cm.getCursor()")["line"] == 1
    # The editor knows it too, before it is sent; mended, both are gone.
    expect(page.locator("#check")).to_contain_text("Not SPARQL yet from line 2")
    bench.write("SELECT * { ?s a hr:Agreement }")
    expect(page.locator("#check")).to_contain_text("The prefix hr is not declared: line 1, column 17")
    page.keyboard.press("Control+Enter")
    expect(fault).to_contain_text("The prefix hr is not declared: line 1, column 17.")
    assert mark.inner_text() == "hr:Agreement"
    bench.run(LABELS)
    expect(page.locator("table.answer tbody tr")).to_have_count(2)
    assert mark.count() == 0
    assert fault.is_hidden()
    expect(page.locator("#check")).to_be_hidden()
    # What the editor has no word for has the place that the endpoint names.
    bench.run("SELECT ?s (COUNT(?p) AS ?s) { ?s ?p ?o }")
    expect(fault).to_contain_text("Line 1, column 41: SELECT names a variable that is neither grouped nor aggregated.")
    assert mark.count() == 1
    bench.run("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    expect(fault).to_contain_text("The query is refused")
    bench.clean()


def _busy(home: Path) -> list[int]:
    """The workers over a home that compute at this moment."""
    busy = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            ours = str(home) in (place / "environ").read_text("utf-8", "replace")
            graph = "hedgerow.graph" in (place / "cmdline").read_text("utf-8", "replace")
            used = sum(map(int, (place / "stat").read_text("ascii").rpartition(")")[2].split()[11:13]))
        except OSError:
            continue
        if ours and graph:
            busy.append((int(place.name), used))
    return [pid for pid, used in busy if used > 30 and _state(pid) == "R"]


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except OSError:
        return ""


def test_cancelling_ends_the_query_in_its_worker(bench: Bench, home: Path) -> None:
    page = bench.page
    bench.run(ENDLESS)
    expect(page.locator("#run")).to_have_text("Cancel")
    expect(page.locator("#clock-words")).to_have_text(re.compile(r"^\d+ s left$"))
    wait_for(lambda: bool(_busy(home)), DEADLINE_SECONDS / 2)
    page.keyboard.press("Enter")  # the button has the focus still
    bench.status("The query was ended, no answer is shown.")
    wait_for(lambda: not _busy(home), DEADLINE_SECONDS / 4)
    assert not any(time.sleep(0.1) or _busy(home) for _ in range(10))
    expect(page.locator("#run")).to_have_text("Run")
    assert page.locator("#clock").is_hidden()
    assert page.locator("#answer").is_hidden()
    # In the editor the same key runs and cancels.
    page.locator(".CodeMirror textarea").focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#run")).to_have_text("Cancel")
    page.keyboard.press("Control+Enter")
    bench.status("The query was ended")
    bench.run(LABELS)
    bench.status("2 rows")
    bench.clean()


def test_the_deadline_is_chosen_counted_down_and_told(bench: Bench) -> None:
    page = bench.page
    field = page.locator("#timeout")
    assert (field.input_value(), field.get_attribute("max")) == (str(DEADLINE_SECONDS), str(DEADLINE_SECONDS))
    field.fill("1")
    with page.expect_request("**/sparql") as sent:
        bench.run(ENDLESS)
    assert parse_qs(sent.value.post_data or "")["timeout"] == ["1"]
    expect(page.locator("#fault")).to_contain_text(
        "The query took too long. The query was stopped after 1 s. Ask for less"
    )
    field.fill("99")  # more than is allowed counts as all that is
    bench.run(LABELS)
    bench.status("2 rows")
    expect(page.locator("#told")).to_contain_text(f"deadline {DEADLINE_SECONDS} s")
    version = re.escape(json.loads(get(f"{bench.site}/readyz")[1])["version"])
    expect(page.locator("#told")).to_have_text(re.compile(rf" ms in the worker · .* · {version}$"))
    bench.clean()


def test_when_to_try_again_is_counted_down(bench: Bench) -> None:
    page = bench.page
    problem = {"title": "Your computing time is used up", "detail": "It is.", "remedy": "Wait.", "status": 429}

    def refuse(route: Route) -> None:
        route.fulfill(status=429, headers={"Retry-After": "2"}, json=problem)

    page.route("**/sparql", refuse)
    bench.run(LABELS)
    expect(page.locator("#fault")).to_contain_text("Your computing time is used up. It is. Wait.")
    expect(page.locator("#fault")).to_contain_text("It can be tried again in 2 seconds.")
    bench.status("It can be tried again now.")
    page.unroute("**/sparql")
    page.route("**/sparql", lambda route: route.abort())
    bench.run()
    expect(page.locator("#fault")).to_contain_text("The site does not answer")
    page.unroute("**/sparql")
    half = {"Content-Type": "application/sparql-results+json"}
    page.route("**/sparql", lambda route: route.fulfill(status=200, headers=half, body='{"head": {"vars": ["a"]}, '))
    bench.run()
    expect(page.locator("#fault")).to_contain_text("The answer broke off")
    assert page.locator("#answer").is_hidden()
    bench.clean()


def test_a_link_brings_the_query_to_another_reader(bench: Bench, browser: Browser) -> None:
    page = bench.page
    short = 'SELECT ("a+b & 電池 #%" AS ?x) {}'
    long = f"# {'long ' * 2000}\n{short}"
    for query, mark in ((short, "?query="), (long, "#query=")):
        bench.write(query)
        page.locator("#share").click()
        link = page.locator("#shared").input_value()
        assert mark in link
        assert len(urlsplit(link)._replace(fragment="").geturl()) < 2048
        other = browser.new_context(locale="en")
        fresh = Bench(other.new_page(), bench.site).open(link.removeprefix(bench.site))
        assert fresh.query == query
        fresh.run()
        fresh.status("1 rows")
        expect(fresh.page.locator("table.answer td")).to_have_text("a+b & 電池 #%")
        # What the address says is true no longer once the query is changed, and the draft outlives the page.
        fresh.write("ASK {}")
        fresh.page.wait_for_url("**/workbench")
        fresh.page.reload()
        fresh.ready()
        assert fresh.query == "ASK {}"
        fresh.clean()
        other.close()
    page.get_by_role("button", name="Copy", exact=True).click()
    bench.status(re.compile("The link is copied|Select the link"))
    page.locator("#shared").press("Escape")
    assert page.evaluate("document.activeElement.id") == "share"
    bench.clean()


def test_a_link_that_is_only_looked_at_leaves_the_draft(bench: Bench) -> None:
    page = bench.page
    bench.write("ASK { ?my ?own ?draft }")
    wait_for(lambda: "?draft" in str(page.evaluate("Object.values(localStorage).join()")))
    looked = bench.open("/workbench?query=ASK%20%7B%7D")
    assert looked.query == "ASK {}"
    looked.run()
    looked.status("yes")
    page.wait_for_timeout(1000)  # a draft is kept a little after the last key
    assert bench.open().query == "ASK { ?my ?own ?draft }"


def test_a_view_that_comes_late_is_not_shown_over_the_one_turned_to(bench: Bench) -> None:
    page = bench.page
    bench.run(COUNTS)
    bench.status("rows")
    late: list[Route] = []
    page.route("**/names.json*", lambda route: late.append(route))
    page.locator("#views [data-kind=bar]").click()
    wait_for(lambda: page.wait_for_timeout(50) is None and bool(late), 10)
    page.locator("#views [data-kind=table]").click()
    expect(page.locator("#shown table.answer")).to_be_visible()
    for route in late:
        route.continue_()
    page.wait_for_timeout(1000)
    expect(page.locator("#shown table.answer")).to_be_visible()
    expect(page.locator("#shown figure")).to_have_count(0)
    expect(page.locator("#fault")).to_be_hidden()
    page.unroute("**/names.json*")
    # A file is that of the query whose button was pressed, whatever is asked meanwhile.
    slow: list[Route] = []
    page.route(
        "**/sparql",
        lambda route: slow.append(route) if "text/csv" in route.request.headers["accept"] else route.continue_(),
    )
    with page.expect_download() as started:
        page.locator("#downloads [data-form=csv]").click()
        bench.run("ASK {}")
        bench.status("yes")
        wait_for(lambda: page.wait_for_timeout(50) is None and bool(slow), 10)
        slow[0].continue_()
    assert Path(started.value.path()).read_text("utf-8").startswith("class,things")
    bench.clean()


def test_the_title_of_a_file_is_that_of_its_drawings(bench: Bench) -> None:
    title = """async (query) => (await import("/static/workbench/files.js")).titleOf(query)"""
    for line, words in (
        ('#+ title: {en: "Who \\"supplies\\" whom?", ja: "誰が"}', 'Who "supplies" whom?'),
        ("#+ title: plain", "plain"),
        ("#+ name: x", ""),
    ):
        assert bench.page.evaluate(title, f"{line}\nASK {{}}") == words


def test_a_saved_file_is_a_question_and_opens_again(bench: Bench, tmp_path: Path) -> None:
    page = bench.page
    bench.run(COUNTS)
    bench.status("rows")
    page.locator(".CodeMirror textarea").focus()
    page.keyboard.press("Control+S")
    page.keyboard.type('How many "things" of each class?')
    with page.expect_download() as started:
        page.keyboard.press("Enter")
    assert started.value.suggested_filename == "how-many-things-of-each-class.rq"
    path = tmp_path / started.value.suggested_filename
    started.value.save_as(path)
    question = read_question(path)
    assert (question.name, question.title["en"]) == (
        "how-many-things-of-each-class",
        'How many "things" of each class?',
    )
    assert [(column.name, column.type) for column in question.columns] == [("class", "iri"), ("things", "integer")]
    assert question.text.strip() == COUNTS
    saved = path.read_text("utf-8")
    assert bench.query == saved
    bench.write("ASK {}")
    page.locator("#file").set_input_files(path)
    bench.status(f"The file {path.name} is in the editor.")
    assert bench.query == saved
    # What has a header already is saved as it is, under its name; opening can be undone.
    with page.expect_download() as again:
        page.locator("#save").click()
    assert Path(again.value.path()).read_text("utf-8") == saved
    page.locator(".CodeMirror textarea").focus()
    page.keyboard.press("Control+Z")
    assert bench.query == "ASK {}"
    bench.clean()


def test_a_table_is_sorted_turned_and_named(bench: Bench) -> None:
    page = bench.page
    bench.run("SELECT ?item ?n { ?item a <https://w3id.org/hedgerow/ns#Item> BIND(STRLEN(STR(?item)) AS ?n) }")
    bench.status("136 rows")
    rows = page.locator("table.answer tbody tr")
    assert rows.count() == 100
    assert page.locator(".pages span").inner_text() == "Rows 1 to 100 of 136"
    page.get_by_role("button", name="Next page").click()
    expect(rows).to_have_count(36)
    bench.status("Rows 101 to 136 of 136")
    page.locator("th .sort", has_text="n").focus()
    page.keyboard.press("Enter")
    expect(page.locator("th", has_text="n").last).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Enter")
    expect(page.locator("th", has_text="n").last).to_have_attribute("aria-sort", "descending")
    lengths = [int(text) for text in page.locator("table.answer td.n").all_inner_texts()]
    assert lengths == sorted(lengths, reverse=True)
    assert len(lengths) == 100
    bench.run(
        f"SELECT ?item ?nothing {{ VALUES ?item {{ <{NICKEL}> <https://w3id.org/hedgerow/code/stage/refining> }} }}"
    )
    bench.status("2 rows")
    links = page.locator("table.answer a")
    assert links.all_inner_texts() == ["item:nickel", "stage:refining"]
    assert [link.get_attribute("href") for link in links.all()] == ["/doc/item/nickel", "/code/stage#refining"]
    page.locator("#labels").check()
    expect(links).to_have_text(["Nickel", "refining"])
    assert page.locator("table.answer td").nth(1).inner_text() == "·"  # never a zero, never empty
    links.first.click()
    assert page.locator("h1").inner_text() == "Nickel"
    bench.clean()


def test_an_answer_before_the_names_is_named_when_they_come(context: BrowserContext, site: str) -> None:
    bench = Bench(context.new_page(), site)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    bench.page.route("**/terms.json", hold)
    bench.page.goto(f"{site}/workbench")
    bench.run(f"SELECT ?item {{ VALUES ?item {{ <{NICKEL}> }} }}")
    cell = bench.page.locator("table.answer td")
    expect(cell).to_have_text(f"<{NICKEL}>")
    held[0].continue_()
    expect(cell.locator("a")).to_have_text("item:nickel")
    bench.clean()


def test_every_form_is_downloaded_and_says_the_same(bench: Bench) -> None:
    bench.run(LABELS)
    bench.status("2 rows")
    files = {form: _downloaded(bench.page, form) for form in ("csv", "tsv", "json", "xml")}
    assert list(csv.reader(io.StringIO(files["csv"]))) == [["label"], ["Nickel"], ["ニッケル"]]
    kinds = {"tsv": QueryResultsFormat.TSV, "json": QueryResultsFormat.JSON, "xml": QueryResultsFormat.XML}
    for form, kind in kinds.items():
        solutions = parse_query_results(files[form].encode(), kind)
        assert [solution["label"].value for solution in solutions] == ["Nickel", "ニッケル"]  # type: ignore[union-attr]
    bench.run(f"CONSTRUCT WHERE {{ <{NICKEL}> ?p ?o }}")
    bench.status("statements")
    graphs = {form: _downloaded(bench.page, form) for form in ("ttl", "nt", "rdf", "jsonld")}
    told = {form: set(parse(text.encode(), format=RdfFormat.from_extension(form))) for form, text in graphs.items()}
    assert len(told["nt"]) > 5
    assert all(each == told["nt"] for each in told.values())
    bench.clean()


def _downloaded(page: Page, form: str) -> str:
    with page.expect_download() as started:
        page.locator(f"#downloads [data-form={form}]").click()
    assert started.value.suggested_filename == f"answer.{form}"
    return Path(started.value.path()).read_text("utf-8")


def test_statements_are_a_tree_a_text_and_a_drawing(bench: Bench) -> None:
    page = bench.page
    page.locator("#examples [data-name=parties-of-rare-earths]").click()
    page.keyboard.press("Control+Enter")
    bench.status(re.compile(r"\d+ statements"))
    count = int(re.findall(r"\d+", page.locator("#status").inner_text())[0])
    assert page.locator(".statements dd").count() == count + page.locator(".statements summary").count()
    assert page.locator(".statements summary").first.inner_text().startswith("agreement:")
    page.locator("#views [data-kind=text]").click()
    expect(page.locator("#shown pre")).to_contain_text("hr:hasParty")
    assert len(list(parse(page.locator("#shown pre").inner_text().encode(), format=RdfFormat.TURTLE))) == count
    page.locator("#views [data-kind=graph]").click()
    expect(page.locator("#shown figure svg[role=img]").first).to_be_visible()
    assert page.locator("#views [aria-pressed=true]").inner_text() == "Network"
    bench.run(COUNTS)
    page.locator("#views [data-kind=bar]").click()
    expect(page.locator("#shown figure svg[role=img]").first).to_be_visible()
    bench.run("ASK { ?s a <urn:nothing> }")
    expect(page.locator("#shown .figure")).to_have_text("no")
    assert page.locator("#views").is_hidden()
    bench.run("CONSTRUCT WHERE { ?s a <urn:nothing> }")
    expect(page.locator("#shown")).to_have_text("No statement. Nothing on record answers this query.")
    bench.run("SELECT * WHERE { ?s a <urn:nothing> }")
    expect(page.locator("#shown")).to_have_text("No row. Nothing on record answers this query.")
    bench.clean()


def test_examples_are_found_in_both_languages_and_by_their_terms(browser: Browser, site: str) -> None:
    for language, title in (("en", find("reserve-gap").title["en"]), ("ja", find("reserve-gap").title["ja"])):
        context = browser.new_context(locale=language)
        bench = Bench(context.new_page(), site).open()
        page = bench.page
        for words in (
            "reserve-gap",
            title[:12],
            "備蓄",
            "hr:holdsItem STOCKPILE" if "hr:holdsItem" in find("reserve-gap").text else "stockpile-status",
        ):
            page.locator("#find").fill(words)
            expect(page.locator("#examples [data-name=reserve-gap]")).to_have_text(title)
        page.locator("#find").fill("unobtainium")
        expect(page.locator("#examples button")).to_have_count(0)
        page.locator("#find").fill("reserve-gap")
        page.locator("#examples button").click()
        assert "VALUES ?country { <https://w3id.org/hedgerow/registry/id/country/JP> }" in bench.query
        page.keyboard.press("Control+Enter")
        expect(page.locator("table.answer tbody tr").first).to_be_visible(timeout=15_000)
        bench.clean()
        context.close()


def test_a_question_opens_with_what_was_asked(bench: Bench) -> None:
    page = bench.page
    page.goto(f"{bench.site}/questions/exposure-to-country?importer=KR&exporter=CN&item=gallium")
    page.get_by_role("link", name="Open in SPARQL").click()
    bench.ready()
    for name in ("country/KR", "country/CN", "item/gallium"):
        assert f"{{ <https://w3id.org/hedgerow/registry/id/{name}> }}" in bench.query
    bench.run()
    bench.status("rows")
    page.goto(f"{bench.site}/graph/inferred")
    page.get_by_role("button", name="Open in SPARQL").click()
    bench.ready()
    assert "/graph/inferred>" in bench.query
    bench.clean()


def test_the_demonstration_has_its_own(context: BrowserContext, bench: Bench) -> None:
    bench.write("ASK { ?public ?draft ?only }")
    demo = Bench(context.new_page(), bench.site).open("/demo/workbench")
    page = demo.page
    assert page.get_by_text("Invented for demonstration, not evidence.").is_visible()
    assert "?draft" not in demo.query
    with page.expect_request("**/sparql") as sent:
        demo.run("SELECT ?pool { ?pool a <https://w3id.org/hedgerow/ns#ExchangePool> }")
    assert sent.value.url == f"{bench.site}/demo/sparql"
    expect(page.locator("table.answer a").first).to_have_attribute("href", re.compile("^/demo/doc/exchange-pool/"))
    expect(page.locator("table.answer a").first).to_contain_text("demo-exchange-pool:")
    with page.expect_download() as started:
        page.locator("#downloads [data-form=csv]").click()
    assert started.value.suggested_filename == "synthetic-answer.csv"
    demo.clean()


def test_without_scripts_it_leads_to_the_form(browser: Browser, site: str) -> None:
    page = browser.new_page(locale="en", java_script_enabled=False)
    page.goto(f"{site}/workbench?query=ASK%20%7B%20%3Fa%20%3Fb%20%22%2B%22%20%7D")
    assert page.locator("#workbench").is_hidden()
    page.get_by_role("link", name="The plain form asks the same endpoint").click()
    assert page.locator("#query").input_value() == 'ASK { ?a ?b "+" }'
    page.get_by_role("link", name="The workbench completes").click()
    assert page.url == f"{site}/workbench"
    page.close()
