"""The lines of a question's page are run as they stand there, where there is what runs them."""

from __future__ import annotations

import csv
import html
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.clients.test_transcribed import BASE_R, MASHUP, escaped_by_net, send
from tests.conftest import get

pytestmark = pytest.mark.xdist_group("clients")

PAGES = ("reserve-gap?country=JP&item=nickel", "concentration?item=gallium&year=2025&threshold=0.5", "bundle")


def lines(site: str, page: str, title: str) -> str:
    status, text = get(f"{site}/questions/{page}", "text/html")
    assert status == 200
    (found,) = re.findall(rf"<summary>{re.escape(title)}</summary><pre[^>]*>(.*?)</pre>", text, re.S)
    return html.unescape(found)


def table(site: str, page: str) -> list[list[str]]:
    name, _, asked = page.partition("?")
    return list(csv.reader(io.StringIO(get(f"{site}/questions/{name}.csv?{asked}", "text/csv")[1], newline="")))


def run(command: list[str], folder: Path) -> str:
    env = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("title", ["Python", "Python (SPARQLWrapper)"])
def test_the_programs_print_every_row(title: str, page: str, site: str, tmp_path: Path) -> None:
    printed = run([sys.executable, "-c", lines(site, page, title)], tmp_path).splitlines()
    head, *rows = table(site, page)
    assert len(printed) == len(rows) > 0
    first = head[0]
    for line, row in zip(printed, rows, strict=True):
        assert f"'{first}': '{row[0]}'" in line


@pytest.mark.parametrize("page", PAGES)
def test_curl_keeps_the_workbook(page: str, site: str, tmp_path: Path) -> None:
    run(["sh", "-e", "-c", lines(site, page, "curl")], tmp_path)
    (file,) = tmp_path.iterdir()
    assert load_workbook(file).worksheets[0].max_row == len(table(site, page))


@pytest.mark.parametrize("page", PAGES)
def test_what_r_and_power_query_ask_for_is_there(page: str, site: str) -> None:
    # read.csv of R and Web.Contents of Power Query, as their documentation writes them.
    said = lines(site, page, "R")
    match = re.fullmatch(
        r'answer <- read\.csv\(\n  "([^"\\]*)",\n  na\.strings = "", encoding = "UTF-8", check\.names = FALSE\n\)\n',
        said,
    )
    assert match
    assert send(site, "GET", match[1].removeprefix(site), BASE_R).table() == table(site, page)
    said = lines(site, page, "Excel, Power BI (Power Query)")
    match = re.fullmatch(
        r'let\n  answer = Web\.Contents\(\n    "([^"]*)",\n    \[RelativePath = "([^"]*)", Query = \[(.*)\]\]\n  \),\n'
        r'  rows = Csv\.Document\(answer, \[Delimiter = ",", Encoding = TextEncoding\.Utf8, '
        r"QuoteStyle = QuoteStyle\.Csv\]\)\nin\n  Table\.PromoteHeaders\(rows\)\n",
        said,
    )
    assert match
    assert match[1] == site
    given = re.findall(r'(\w+) = "([^"]*)"', match[3])
    address = f"/{match[2]}?" + "&".join(f"{name}={escaped_by_net(value)}" for name, value in given)
    assert send(site, "GET", address, MASHUP).table() == table(site, page)
