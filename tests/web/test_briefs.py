"""Briefs: what stands on them is what the questions answer, and nothing else."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MATERIAL = "/brief/material/gallium"
COUNTRY = "/brief/country/JP"
#: What a sentence may say beside the figures of the rows: marks, laws and years of its own.
OWN = {"65", "25", "2024", "1252", "2030"}


def page_of(web: FlaskClient, path: str) -> str:
    answer = web.get(path, headers=PAGE)
    assert answer.status_code == 200, path
    return answer.text


def parts(page: str) -> Iterator[tuple[str, str, str, str]]:
    """Of each section its name, its sentence, its table as text, and the address of the whole answer."""
    for name, body in re.findall(r'<section[^>]*>\s*<h2 id="(\w+)">(.*?)</section>', page, re.S):
        told = re.search(r'<p class="says">(.*?)</p>', body, re.S)
        whole = re.search(r'<p class="more"><a href="([^"]+)"', body)
        if told and whole:
            table = re.search(r"<tbody>(.*?)</tbody>", body, re.S)
            yield name, text(told[1]), text(table[1]) if table else "", html.unescape(whole[1])


def text(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def figures(said: str) -> list[float]:
    said = re.sub(r"\(EU\) 2024/1252", "", said)
    return [float(n.replace(",", "")) for n in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w])", said)]


def known(answer: dict[str, list[dict[str, object]]], footing: dict[str, object]) -> set[float]:
    """Every figure a sentence about these rows may give: theirs, as percent, rounded, and how many rows there are."""
    rows = answer["rows"]
    numbers = {
        float(v) for row in rows for v in row.values() if isinstance(v, (int, float)) and not isinstance(v, bool)
    }
    words = {float(n) for row in rows for v in row.values() if isinstance(v, str) for n in re.findall(r"\d+", v[:40])}
    given = {float(str(v)) * 100 for v in footing["parameters"].values() if re.fullmatch(r"0\.\d+", str(v))}  # type: ignore[attr-defined]
    percents = {round(n * 100, 4) for n in numbers}
    return (
        numbers
        | words
        | given
        | percents
        | {float(round(n)) for n in numbers}
        | {float(n) for n in range(len(rows) + 1)}
    )


@pytest.mark.parametrize(
    "path", [MATERIAL, COUNTRY, "/brief/material/nickel?country=KR", "/brief/country/EU?exporter=RU"]
)
def test_every_figure_of_a_sentence_is_one_of_the_rows(path: str, web: FlaskClient) -> None:
    joint = "&" if "?" in path else "?"
    seen = 0
    for name, said, _, whole in parts(page_of(web, f"{path}{joint}lang=en")):
        address, _, query = whole.partition("?")
        answer = json.loads(web.get(f"{address}.json?{query}").text)
        allowed = known(answer, answer["footing"])
        for figure in figures(said):
            assert any(abs(figure - one) < 0.00006 for one in allowed) or str(int(figure)) in OWN, (name, figure, said)
            seen += 1
    assert seen > 10


def test_a_material_says_what_is_lost_and_what_hedges_it(web: FlaskClient) -> None:
    told = {name: (said, table) for name, said, table, _ in parts(page_of(web, f"{MATERIAL}?lang=en"))}
    assert list(told) == ["suppliers", "concentration", "stop", "agreements", "reserve", "controls", "recycling"]
    said, table = told["stop"]
    assert "Japan would lose 75 % of its imports (2020); 25 % come from others." in said
    assert "55 t a year (basis unstated, as of 2025)" in said
    assert "The amount held is withheld. Held at its target, it would last 80 – 240 days." in said
    assert "No agreement with suppliers elsewhere is surely in force." in said
    assert "at most 59 gross, 2024" in table
    assert "99.01 % at the stage of refining (2025)" in told["suppliers"][0]
    assert "All 2 figures on record lie above 65 %" in told["concentration"][0]
    assert "3 export controls in force bind Japan; aimed at it by name: 1." in told["controls"][0]


def test_all_other_countries_are_none_that_supplies_could_stop_from(web: FlaskClient) -> None:
    page = web.get("/brief/material/gallium?exporter=ZZ&lang=en", headers=PAGE)
    assert page.status_code == 200
    assert "is not on record." in page.text


def test_number_forms(web: FlaskClient) -> None:
    one = page_of(web, "/brief/material/gallium?country=KR&lang=en")
    assert "One agreement that names it, a group or a member of it secures South Korea." in one
    assert "The whole answer: one row" in one
    assert "2 agreements that name it" in page_of(web, f"{MATERIAL}?lang=en")


def test_a_country_says_what_it_gets_from_where(web: FlaskClient) -> None:
    told = {name: said for name, said, _, _ in parts(page_of(web, f"{COUNTRY}?lang=en"))}
    assert told["exposure"].startswith("China was the origin of more than 65 % of what Japan imports of ")
    assert "agreements on record secure Japan." in told["agreements"]
    assert "withheld: " in told["reserves"]
    from_australia = {name: said for name, said, _, _ in parts(page_of(web, f"{COUNTRY}?exporter=AU&lang=en"))}
    assert "China" not in from_australia["exposure"]
    assert from_australia["reserves"] == told["reserves"]


def test_the_day_reaches_the_questions(web: FlaskClient) -> None:
    page = page_of(web, f"{MATERIAL}?asOf=2020-01-01&lang=en")
    assert "as of 2020-01-01" in page
    told = {name: said for name, said, _, _ in parts(page)}
    assert told["controls"].strip() == "No export control on record binds Japan here."


@pytest.mark.parametrize("path", [MATERIAL, COUNTRY])
def test_every_number_of_a_source_leads_to_it(path: str, web: FlaskClient) -> None:
    page = page_of(web, path)
    cited = {int(n) for n in re.findall(r'href="#source-(\d+)"', page)}
    listed = [int(n) for n in re.findall(r'<li id="source-(\d+)"', page)]
    assert listed == list(range(1, len(listed) + 1))
    assert cited <= set(listed)
    for row in re.findall(r'<td class="cites">(.*?)</td>', page, re.S):
        assert row.strip(), "a row without a source"


def test_what_is_not_known_is_told(web: FlaskClient) -> None:
    page = page_of(web, f"{MATERIAL}?lang=en")
    gaps = text(page[page.index('id="unknown"') : page.index('id="sources"')])
    for said in ("newer share of imports", "whether some hedges are in force", "stock", "It is never a zero"):
        assert said in gaps, said


def test_the_form_leads_to_the_brief(web: FlaskClient) -> None:
    for asked, address in (
        ("country=KR&exporter=CN&item=nickel", "/brief/material/nickel?country=KR&exporter=CN"),
        ("country=KR&exporter=AU&item=", "/brief/country/KR?exporter=AU"),
        ("asOf=2026-01-31", "/brief/country/JP?asOf=2026-01-31"),
    ):
        answer = web.get(f"/brief?{asked}")
        assert (answer.status_code, answer.headers["Location"]) == (303, address)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/brief/country/XX", 404),
        ("/brief/material/unobtainium", 404),
        (f"{MATERIAL}?country=XX", 404),
        (f"{MATERIAL}?asOf=soon", 400),
        (f"{MATERIAL}?colour=red", 400),
        (f"{COUNTRY}?item=gallium", 400),
        ("/brief?item=../../about", 404),
    ],
)
def test_what_a_brief_cannot_be_of(path: str, status: int, web: FlaskClient) -> None:
    assert web.get(path, headers=PAGE, follow_redirects=True).status_code == status


@pytest.mark.parametrize(("path", "brief"), [("/doc/item/gallium", MATERIAL), ("/doc/country/JP", COUNTRY)])
def test_a_record_and_its_brief_lead_to_each_other(path: str, brief: str, web: FlaskClient) -> None:
    assert f'href="{brief}"' in page_of(web, path)
    assert f'href="{path}"' in page_of(web, brief)
    assert f'href="{brief}"' in page_of(web, "/briefs")


def test_a_brief_of_the_demonstration_says_so_and_the_public_one_knows_nothing_of_it(web: FlaskClient) -> None:
    page = page_of(web, "/demo/brief/material/ndpr-oxide?lang=en")
    assert page.count("Invented for demonstration, not evidence.") == 2
    assert 'href="/demo/questions/supply-stop?' in page
    assert "/demo/" not in page_of(web, "/brief/material/ndpr-oxide").replace('href="/demo/"', "")
