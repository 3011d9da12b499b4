"""How an answer is looked at: the switch of views, the order of its rows without scripts, the texts and colours."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import hedgerow_web
from hedgerow.errors import CallError
from hedgerow.questions import Answer, Column, View, find, load_questions
from hedgerow.questions.header import VIEW_KINDS
from hedgerow_web import i18n, views
from hedgerow_web.pages import answers

FOLDER = Path(hedgerow_web.__file__).parent
SCRIPTS = FOLDER / "static/views"
PAGE = {"Accept": "text/html"}


def column(web: FlaskClient, name: str, address: str) -> list[object]:
    return [row[name] for row in json.loads(web.get(address).text)["rows"]]


def first_cells(page: str) -> list[str]:
    return [re.sub("<[^>]*>", "", cell) for cell in re.findall(r'<th scope="row">(.*?)</th>', page)]


@pytest.mark.parametrize(("order", "reverse"), [("asc", False), ("desc", True)])
def test_rows_are_sorted_by_a_number_and_what_is_unknown_stays_last(
    order: str, reverse: bool, web: FlaskClient
) -> None:
    found = column(web, "topShare", f"/questions/concentration.json?sort=topShare&order={order}")
    known = [share for share in found if share is not None]
    assert 0 < len(known) < len(found)
    assert found[: len(known)] == sorted(known, reverse=reverse)  # type: ignore[type-var]
    assert found != column(web, "topShare", "/questions/concentration.json?sort=item")


def test_names_are_sorted_in_the_language_of_the_reader(web: FlaskClient) -> None:
    for language in i18n.LANGUAGES:
        names = column(web, "itemLabel", f"/questions/concentration.json?sort=item&lang={language}")
        assert names == sorted(names, key=lambda name: str(name).casefold())


def test_the_pages_of_a_sorted_table_go_on_where_the_last_ended(web: FlaskClient) -> None:
    address = "/questions/concentration?sort=item&order=desc&view=table&lang=en"
    one, two = (web.get(f"{address}&page={page}", headers=PAGE).text for page in (1, 2))
    wanted = column(web, "itemLabel", "/questions/concentration.json?sort=item&order=desc&lang=en")
    assert first_cells(one) + first_cells(two) == wanted
    assert one.count('aria-sort="descending"') == 1
    # Whatever is chosen stays chosen: on the next page, in the other view, in the other order.
    assert "sort=item&amp;order=desc&amp;page=2" in one
    assert re.search(r'href="[^"]*sort=item&amp;order=desc&amp;view=map"', one)
    assert "view=table&amp;sort=item&amp;order=asc#answer" in one


@pytest.mark.parametrize("asked", ["sort=nothing", "sort=item&order=up", "sort=item; DROP", "view=pie", "view=bar-2"])
def test_what_cannot_be_sorted_or_drawn_is_refused_with_what_can(asked: str, web: FlaskClient) -> None:
    response = web.get(f"/questions/concentration?{asked}", headers=PAGE)
    assert response.status_code == 400
    assert re.search("It (has|takes)", response.text)


def test_no_parameter_of_a_question_is_called_as_a_choice_of_the_page() -> None:
    names = {parameter.name for question in load_questions().values() for parameter in question.parameters}
    assert not names & set(answers.CHOICES)


def test_the_switch_offers_the_views_of_the_header_and_the_table(web: FlaskClient) -> None:
    page = web.get("/questions/concentration?lang=en", headers=PAGE).text
    switch = page[page.index('<nav class="views"') :]
    assert re.findall(r">([^<>]+)</a>", switch[: switch.index("</nav>")]) == ["Bars", "World map", "Table"]
    assert 'aria-current="true">Bars' in switch
    assert "<figure" in page
    assert "<figure" not in web.get("/questions/concentration?view=table", headers=PAGE).text
    # A question without views has a table and no switch.
    assert '<nav class="views"' not in web.get("/questions/bundle", headers=PAGE).text


def test_two_views_of_a_kind_are_told_apart(web: FlaskClient) -> None:
    question = find("reserve-gap")
    assert list(views.offered(question)) == ["bar", "bar-2", "table"]
    page = web.get("/questions/reserve-gap?view=bar-2&lang=en", headers=PAGE).text
    assert "&#34;low&#34;: &#34;gapLow&#34;" in page
    assert "Bars: Gap in days, at least" in page
    assert views.chosen(question, None)[0] == "bar"
    with pytest.raises(CallError):
        views.chosen(question, "bar-3")


def test_a_table_that_the_header_puts_first_is_shown_first() -> None:
    question = replace(find("concentration"), views=(View("table", {}), View("map", {"country": "topCountry"})))
    assert list(views.offered(question)) == ["table", "map"]
    assert views.chosen(question, None) == ("table", View("table", {}))


def test_every_kind_of_view_has_a_name_and_a_script() -> None:
    assert set(views.NAMES) == set(VIEW_KINDS)
    kinds = re.search(r"KINDS = \[(.*?)\]", (SCRIPTS / "draw.js").read_text("utf-8"))
    assert kinds
    assert set(re.findall(r'"(\w+)"', kinds[1])) | {"table"} == set(VIEW_KINDS)
    for kind in set(VIEW_KINDS) - {"table"}:
        assert (SCRIPTS / f"{kind}.js").exists()


def test_mixed_cells_sort_without_a_fault() -> None:
    cells = ["b", None, 2, "", "A", 1.5, True]
    answer = Answer(find("bundle"), (Column("a", "string", None, {"en": "A"}),), [{"a": cell} for cell in cells], {})
    assert [row["a"] for row in views.in_order(answer, "a", None)] == [True, 1.5, 2, "A", "b", None, ""]
    assert [row["a"] for row in views.in_order(answer, "a", "desc")] == ["b", "A", 2, 1.5, True, None, ""]


def test_the_words_of_a_drawing_come_with_the_page(web: FlaskClient) -> None:
    page = web.get("/questions/agreements-in-force?lang=ja", headers=PAGE).text
    texts = json.loads(page.split('id="view-texts">')[1].split("</script>")[0])
    assert texts["Save as SVG"] == "SVGで保存"
    assert texts["unknown"] == "不明"  # a word of the answer
    call = re.compile(r'\btext\(\s*(?:[^"();]*(?:"svg" )?\? )?"([^"]+)"(?: : "([^"]+)")?')
    found = [call.findall(path.read_text("utf-8")) for path in SCRIPTS.glob("*.js")]
    used = {text for calls in found for both in calls for text in both if text}
    assert len(used) > 20
    assert used <= set(texts)


def test_scripts_load_only_vendored_files_that_are_there(web: FlaskClient) -> None:
    named = re.findall(r'"([\w./-]+\.js)"', (SCRIPTS / "libraries.js").read_text("utf-8"))
    assert len(named) == 3
    for name in named:
        with web.get(f"/static/vendored/{name}") as response:
            assert response.status_code == 200
            assert response.mimetype == "text/javascript"
            assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in SCRIPTS.glob("*.js"):
        source = path.read_text("utf-8")
        assert len(source.splitlines()) <= 180, path.name
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|innerHTML|\beval\b|new Function", source), path.name


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_series_stand_out_from_the_paper(scheme: str) -> None:
    sheet = (FOLDER / "static/style.css").read_text("utf-8")
    light, dark = (dict(re.findall(r"(--[\w-]+): (#\w{6});", part)) for part in sheet.split("prefers-color-scheme", 1))
    colors = light if scheme == "light" else dark
    series = {name: color for name, color in colors.items() if name.startswith("--series") or name == "--accent"}
    assert len(series) == 8
    assert {name: color for name, color in series.items() if contrast(color, colors["--paper"]) < 3} == {}
