"""Takes a picture of every kind of page of a running site: `python -m tests.browser.screenshots URL FOLDER`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

PAGES = {
    "home": "/",
    "browse": "/browse",
    "search": "/search?q=電池",
    "agreements": "/agreements",
    "agreement": "/doc/agreement/jare-lynas-revised-2026",
    "item": "/doc/item/gallium?importer=KR",
    "party": "/doc/party/jogmec",
    "facility": "/doc/facility/lynas-malaysia",
    "country": "/doc/country/JP",
    "stockpile": "/doc/stockpile/jp-national-rare-metals",
    "export-control": "/doc/export-control/cn-20241203-gallium-us",
    "incentive": "/doc/incentive/jp-resource-act-2025",
    "standard": "/doc/standard/irma-mining-v1",
    "source": "/doc/source/usgs-mcs-2026",
    "ontology": "/ns/",
    "module": "/ns/agreement",
    "term": "/ns/BundledAgreement",
    "how-to-model": "/ns/how-to-model",
    "mission": "/ns/mission",
    "questions": "/questions",
    "briefs": "/briefs",
    "brief-country": "/brief/country/JP",
    "brief-material": "/brief/material/gallium",
    "exposure": "/questions/exposure-to-country?importer=JP&exporter=CN&item=gallium",
    "bundle": "/questions/bundle",
    "reserve-gap": "/questions/reserve-gap",
    "sparql": "/sparql",
    "workbench": "/workbench",
    "about": "/about",
}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = os.environ.get("HEDGEROW_CHROMIUM", "/usr/bin/chromium")
#: Name: width, colour scheme, language.
LOOKS = {
    "wide-light-en": (1280, "light", "en"),
    "wide-dark-ja": (1280, "dark", "ja"),
    "narrow-light-ja": (360, "light", "ja"),
    "narrow-dark-en": (360, "dark", "en"),
}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


def open_page(page: Page, url: str) -> None:
    """Go to a page, and wait until its drawing is there if it has one."""
    page.goto(url)
    if page.locator("figure.view").count():
        page.wait_for_selector("figure.view figcaption")


def take(url: str, folder: Path, only: list[str]) -> None:
    """Take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for look, (width, scheme, language) in LOOKS.items():
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]
                locale=language,
            )
            page = context.new_page()
            for name, path in PAGES.items():
                if not only or name in only:
                    open_page(page, url + path)
                    page.screenshot(path=folder / f"{name}-{look}.png")
            context.close()


if __name__ == "__main__":
    take(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
