"""Briefs in Chromium: the way of a stranger to them, and what comes out of the printer."""

from __future__ import annotations

import csv
import io
import re

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import get

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: What a stranger sees, by language: labels of the form, the country, the exporter and the material, what is asked for.
WORDS = {
    "en": {
        "form": ("Importer", "Supplies stop from", "Item"),
        "choice": ("Japan", "China", "Gallium"),
        "show": "Show the brief",
        "stop": "If supplies from China stop",
        "whole": "The whole answer",
        "says": ("Japan would lose 75 % of its imports", "80 – 240 days", "No agreement with suppliers elsewhere"),
        "withheld": "withheld",
    },
    "ja": {
        "form": ("輸入国・地域", "供給が止まる国", "品目"),
        "choice": ("日本", "中国", "ガリウム"),
        "show": "要約を表示",
        "stop": "中国からの供給が止まると",
        "whole": "回答の全体",
        "says": ("日本は輸入の75 %を失う", "80 – 240日もつ", "有効と確認できるものは無い"),
        "withheld": "非開示",
    },
}


class Clicks:
    """A stranger's mouse, which counts: a choice in a list is one click too."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def choose(self, label: str, value: str) -> None:
        box = self.page.get_by_label(label, exact=True)
        if box.locator("option:checked").inner_text() != value:
            box.select_option(value)
            self.count += 1

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()
        self.count += 1


def figures(cell: str) -> list[float]:
    return [float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", cell)]


@pytest.mark.parametrize("language", list(WORDS))
def test_a_stranger_learns_in_four_clicks_what_happens_if_gallium_stops(
    language: str, site: str, browser: Browser
) -> None:
    words = WORDS[language]
    page = browser.new_page(locale=language, java_script_enabled=False)
    page.goto(site)
    mouse = Clicks(page)
    for label, value in zip(words["form"], words["choice"], strict=True):
        mouse.choose(label, value)
    mouse.press(str(words["show"]))
    assert mouse.count <= 4
    # How exposed, what hedges it, and what if it stops: all on this page.
    section = page.locator("section", has=page.get_by_role("heading", name=str(words["stop"]), exact=True))
    said = section.locator(".says").inner_text()
    for part in words["says"]:
        assert part in said, part
    lines = [row.locator("th, td").all_inner_texts() for row in section.locator("tbody tr").all()]
    section.get_by_role("link", name=str(words["whole"])).click()
    assert "/questions/supply-stop?" in page.url
    answer = list(csv.DictReader(io.StringIO(get(page.url.replace("supply-stop?", "supply-stop.csv?"), "text/csv")[1])))
    assert len(lines) == len(answer) == 3
    for line, row in zip(lines, answer, strict=True):
        _, share, _, remains, lost, stock, aimed, in_force, binding, _ = line
        assert figures(share) == [round(float(row["shareHigh"]) * 100, 4)]
        assert figures(remains) == ([round(float(row["remainsLow"]) * 100, 4)] if row["remainsLow"] else [])
        assert figures(lost)[:1] == ([float(row["lostHigh"])] if row["lostHigh"] else [])
        assert figures(aimed) == [float(row[n]) for n in ("coverAtTargetLow", "coverAtTargetHigh") if row[n]]
        assert [in_force, binding] == [row["hedgesInForce"], row["hedgesBinding"]]
        assert (stock, row["stock"]) == (words["withheld"], "withheld")
    page.close()


@pytest.mark.parametrize("language", list(WORDS))
@pytest.mark.parametrize("path", ["/brief/material/gallium", "/brief/country/JP", "/demo/brief/material/ndpr-oxide"])
def test_a_brief_is_two_to_four_printed_pages(path: str, language: str, site: str, browser: Browser) -> None:
    page = browser.new_page(locale=language, java_script_enabled=False)
    page.goto(site + path)
    printed = page.pdf(prefer_css_page_size=True)
    assert 2 <= len(re.findall(rb"/Type /Page\b", printed)) <= 4
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[([\d. ]+)\]", printed)}
    assert [[round(side) for side in box] for box in boxes] == [[0, 0, 595, 842]]  # A4 in points
    page.emulate_media(media="print")
    for gone in ("header.site", "footer.site", "form", ".brief .kind", ".brief .more"):
        assert not any(part.is_visible() for part in page.locator(gone).all()), gone
    assert page.locator(".banner").is_visible() == path.startswith("/demo/")
    shown = page.locator("article.brief").inner_text()
    assert page.locator(".brief h2").count() >= 9
    for heading in page.locator(".brief h2").all_inner_texts():
        assert heading in shown
    # No table runs out of the paper: 210 mm less the margins.
    page.set_viewport_size({"width": 688, "height": 1000})
    for table in page.locator(".brief table").all():
        box = table.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 690, table.inner_text()[:80]
    page.close()
