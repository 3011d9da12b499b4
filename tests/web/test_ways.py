"""Every way out of a question: the forms at one address, the lines for other tools, the page within a page."""

from __future__ import annotations

import ast
import html
import io
import json
import re
import shlex
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

from hedgerow.questions import FORMS, HISTORY, find, load_questions
from hedgerow_web import snippets
from hedgerow_web.negotiate import HTML
from hedgerow_web.snippets import SNIPPETS, Use

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ASKED = "country=JP&item=nickel"
USUAL = [form for form in FORMS if not form.asked]


@pytest.mark.parametrize("root", ["", "/demo"])
def test_every_form_lies_beside_the_page_and_is_chosen_by_accept(root: str, web: FlaskClient) -> None:
    address = f"{root}/questions/reserve-gap"
    for form in USUAL:
        at = f"{address}.{form.suffix}?{ASKED}"
        beside = web.get(at, headers={"Accept": "image/png"})
        assert (beside.status_code, beside.mimetype) == (200, form.media_type)
        assert "Accept" not in beside.vary
        mark = "synthetic-questions-" if root else ""
        assert f'filename="{mark}reserve-gap.{form.suffix}"' in beside.headers["Content-Disposition"]
        chosen = web.get(f"{address}?{ASKED}", headers={"Accept": form.media_type})
        assert (chosen.data, chosen.mimetype) == (beside.data, form.media_type)
        assert chosen.headers["Content-Location"] == at
        assert "Accept" in chosen.vary
        assert f'<{at}>; rel="alternate"; type="{form.media_type}"' in chosen.headers.getlist("Link")
        assert f'.{form.suffix}"' in chosen.headers["Content-Disposition"]
        again = web.get(at, headers={"If-None-Match": beside.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        head = web.head(at)
        assert (head.data, head.headers["ETag"]) == (b"", beside.headers["ETag"])
    for accept in ("", "*/*", PAGE["Accept"], "text/html, text/csv;q=0.5"):
        page = web.get(f"{address}?{ASKED}", headers={"Accept": accept})
        assert page.mimetype == HTML, accept
    assert f'<link rel="alternate" href="{address}.ttl?country=JP&amp;item=nickel" type="text/turtle">' in page.text
    refused = web.get(address, headers={"Accept": "image/png"})
    assert refused.status_code == 406
    assert [each["type"] for each in refused.json["available"]] == [HTML, *(form.media_type for form in USUAL)]  # type: ignore[index]


def test_a_form_that_is_none_is_told_with_those_there_are(web: FlaskClient) -> None:
    refused = web.get("/questions/bundle.pdf")
    assert (refused.status_code, json.loads(refused.text)["remedy"]) == (404, "It comes as xlsx, csv, json, ttl.")
    assert json.loads(web.get("/questions/bundle.xlsx?for=lotus").text)["remedy"] == "Leave 'for' out."


def test_the_workbook_of_the_site_leads_back_to_it(web: FlaskClient) -> None:
    response = web.get(f"/demo/questions/reserve-gap.xlsx?{ASKED}&asOf=2026-11-24", base_url="https://registry.example")
    book = load_workbook(io.BytesIO(response.data))
    address = f"https://registry.example/demo/questions/reserve-gap?{ASKED}&asOf=2026-11-24"
    assert address in [cell.value for row in book.worksheets[1].iter_rows() for cell in row]
    assert book.worksheets[0]["A2"].hyperlink.target == "https://registry.example/id/item/nickel"
    assert web.get("/id/item/nickel").status_code == 303


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", list(load_questions()))
def test_the_page_offers_every_way_with_the_number_of_rows(name: str, language: str, web: FlaskClient) -> None:
    page = web.get(f"/questions/{name}?lang={language}", headers=PAGE).text
    section = page[page.index('<section class="ways">') :].partition("</section>")[0]
    count = web.get(f"/questions/{name}.json").json["footing"]["rows"]  # type: ignore[index]
    links = re.findall(r'<a href="([^"]*)" type="([^"]*)">(.*?)</a>', section)
    files = [link for link in links if link[1] != "application/atom+xml"]
    assert [media for _, media, _ in files] == [form.media_type for form in FORMS]
    assert len(links) - len(files) == (load_questions()[name].over != HISTORY)
    for address, media, text in files:
        assert re.search(rf"\b{count}(行| rows?)", re.sub("<.*?>", "", text)), text
        assert web.head(html.unescape(address)).mimetype == media
    # The endpoint holds no history: a query for it would find nothing there.
    titles = [title for title in SNIPPETS if "SPARQL" not in title or load_questions()[name].over != HISTORY]
    assert section.count("<details>") == len(titles) + 1
    for title in titles:
        assert f"<summary>{title}</summary>" in section


def test_the_embedded_answer_is_bare_and_may_be_framed(web: FlaskClient) -> None:
    for root, language in (("", "en"), ("/demo", "ja")):
        response = web.get(f"{root}/questions/bundle/embed?sector=rare-earths&lang={language}", headers=PAGE)
        assert response.headers["Content-Security-Policy"].endswith("frame-ancestors *")
        page = response.text
        assert "<form" not in page
        assert "<nav" not in page
        assert page.count("<h1>") == 1
        assert f'href="{root}/questions/bundle?sector=rare-earths&amp;lang={language}"' in page
        assert '<base target="_blank">' in page
        assert response.headers["Hedgerow-Version"] in page
        assert ("banner" in page) == bool(root)
        rows = web.get(f"{root}/questions/bundle.json?sector=rare-earths").json["footing"]["rows"]  # type: ignore[index]
        assert page.count('<th scope="row">') == min(rows, 50)
    page = web.get("/questions/bundle/embed?lang=en", headers=PAGE).text
    assert ">All 283 rows</a>" in page
    refused = web.get("/questions/bundle/embed?planet=Mars", headers=PAGE)
    assert refused.status_code == 400
    assert refused.headers["Content-Security-Policy"].endswith("frame-ancestors *")


@pytest.mark.parametrize("name", ["name", "suffix", "endpoint", "_method", "_external", "_scheme", "_anchor", "values"])
def test_no_parameter_is_taken_for_a_part_of_an_address(name: str, web: FlaskClient) -> None:
    for path in ("", ".json", ".atom", "/embed"):
        response = web.get(f"/questions/concentration{path}?{name}=x", headers=PAGE)
        assert response.status_code == 400, path
        assert f"no parameter &#39;{name}&#39;" in response.text or f"no parameter '{name}'" in response.text, path
    assert web.get(f"/agreements?{name}=x", headers=PAGE).status_code in (200, 400)


def test_the_frame_of_the_page_shows_the_embedded_answer(web: FlaskClient) -> None:
    page = web.get("/demo/questions/bundle?sector=rare-earths&lang=en", headers=PAGE, base_url="http://a.example").text
    line = html.unescape(html.unescape(re.findall(r"&lt;iframe.*?iframe&gt;", page)[0]))
    address = re.findall(r'src="([^"]*)"', line)[0]
    assert address == "http://a.example/demo/questions/bundle/embed?sector=rare-earths"
    assert web.get(urlsplit(address)._replace(scheme="", netloc="").geturl()).status_code == 200


#: What would end a string or begin something in one of the languages.
NASTY = [
    '"',
    "'",
    "\\",
    '"""',
    "#(lf)",
    "$x",
    "`id`",
    "a b&c=d",
    "日本",
    "*/",
    "\n",
    "{x}",
    "</pre><script>",
    "--",
    "%00",
]


def used(value: str, name: str = "item", query: str = "ASK {}") -> Use:
    return Use(find("reserve-gap"), {name: value}, query, "https://a.example", "demo", "ja")


@pytest.mark.parametrize("value", NASTY)
def test_a_value_is_one_string_of_each_language(value: str) -> None:
    use = used(value)
    (call,) = [
        node for node in ast.walk(ast.parse(snippets.python(use))) if isinstance(node, ast.Call) and node.keywords
    ]
    given = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert given == {"of": "https://a.example", "tier": "demo", "item": value, "lang": "ja"}
    words = shlex.split(snippets.curl(use))
    assert words[:4] == ["curl", "--fail", "--output", "synthetic-reserve-gap.xlsx"]
    assert parse_qs(urlsplit(words[4]).query, keep_blank_values=True) == {"item": [value], "lang": ["ja"]}
    (address,) = re.findall(r'^  "((?:[^"\\]|\\.)*)",$', snippets.r(use), re.M)
    assert parse_qs(urlsplit(address).query)["item"] == [value]
    (in_m,) = re.findall(r'item = "((?:[^"]|"")*)", lang', snippets.power_query(use))
    assert "#(" not in in_m.replace("#(#)(", "")
    assert in_m.replace('""', '"').replace("#(#)(", "#(") == value


def test_a_parameter_called_as_a_word_of_python_is_a_key() -> None:
    assert '**{"from": "x"})' in snippets.python(used("x", "from"))


def test_a_query_is_one_string_whatever_stands_in_it() -> None:
    query = 'SELECT * { FILTER(REGEX(?a, "\\\\.\\"")) """ } # "'
    program = ast.parse(snippets.sparqlwrapper(used("x", query=query)))
    (text,) = [
        node.value.value for node in program.body if isinstance(node, ast.Assign) and node.targets[0].id == "query"
    ]  # type: ignore[attr-defined]
    assert text == f"\n{query}\n"
