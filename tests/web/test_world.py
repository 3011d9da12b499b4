"""The world map: outlines from the vendored file, points where they belong, and a map that says what its tables say."""

from __future__ import annotations

import csv
import itertools
import re
import runpy
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hedgerow.paths import DATA
from hedgerow_web.render import world

PAGE = {"Accept": "text/html"}
ROOT = Path(__file__).parents[2]


def test_vendored_files_are_those_written_down() -> None:
    vendor = runpy.run_path(str(ROOT / "web/vendor.py"))
    assert vendor["differing"]() == []
    assert {entry["package"] for entry in vendor["wanted"]()} == {
        "world-atlas",
        "d3",
        "d3-sankey",
        "@observablehq/plot",
        "@zazuko/yasqe",
        "codemirror",
    }


def test_points_lie_where_they_belong() -> None:
    assert world.place(0, 0)[0] == world.WIDTH / 2
    assert world.place(-180, 0)[0] == 0
    assert world.place(180, 0)[0] == world.WIDTH
    assert world.place(10, 60)[1] < world.place(10, 50)[1] < world.place(10, -50)[1] < world.HEIGHT
    # Meridians come closer towards the poles.
    assert world.place(90, 60)[0] < world.place(90, 0)[0]


@pytest.mark.parametrize(
    ("code", "longitude", "latitude"), [("JP", 138, 36), ("CN", 104, 36), ("CL", -71, -37), ("RU", 96, 62)]
)
def test_an_arrow_ends_within_its_country(code: str, longitude: float, latitude: float) -> None:
    found = world.anchor(code)
    assert found
    x, y = world.place(longitude, latitude)
    assert abs(found[0] - x) < 30
    assert abs(found[1] - y) < 30


def test_outlines_are_one_path_a_country_and_none_runs_across_the_map() -> None:
    root = ET.fromstring(world.outlines_svg())
    paths = {path.get("id"): path.get("d") or "" for path in root.iter("{http://www.w3.org/2000/svg}path")}
    with (DATA / "countries.csv").open(newline="", encoding="utf-8") as file:
        codes = {row["id"] for row in csv.DictReader(file)}
    assert len(codes & set(paths)) > 165
    assert "AQ" not in paths
    for code, path in paths.items():
        for ring in path.split("Z"):
            across = [float(x) for x in re.findall(r"(-?[\d.]+),", ring)]
            for one, two in itertools.pairwise(across):
                assert abs(one - two) < 150, code


def test_the_map_shows_the_shares_that_the_table_gives(web: FlaskClient) -> None:
    page = web.get("/doc/item/gallium?lang=en&stage=refining", headers=PAGE).text
    shades = dict(re.findall(r"<title>([A-Z][^<:]+): ([\d.]+) %</title></use>", page))
    with (DATA / "production.csv").open(newline="", encoding="utf-8") as file:
        rows = [
            r
            for r in csv.DictReader(file)
            if (r["material_id"], r["stage"], r["year"]) == ("gallium", "refining", "2025")
        ]
    names = {"CN": "China", "JP": "Japan", "RU": "Russia"}
    assert shades == {names[r["country"]]: f"{float(r['share']) * 100:.4f}".rstrip("0").rstrip(".") for r in rows}
    assert 'role="img"' in page
    assert "band-1" in page


def test_arrows_come_with_an_importer_only(web: FlaskClient) -> None:
    plain = web.get("/doc/item/gallium?lang=en", headers=PAGE).text
    drawn = web.get("/doc/item/gallium?lang=en&importer=EU", headers=PAGE).text
    assert 'class="arrow" stroke-width' not in plain
    korea = web.get("/doc/item/gallium?lang=en&importer=KR", headers=PAGE).text
    assert 'class="arrow" stroke-width' in korea
    assert "imports of South Korea by origin" in korea
    assert drawn.count('class="arrow" stroke-width') == 0  # the Union has no outline, so its arrows no end
    assert web.get("/doc/item/gallium?importer=XX&stage=nothing", headers=PAGE).status_code == 200


def test_a_facility_lies_within_the_part_shown(web: FlaskClient) -> None:
    page = web.get("/doc/facility/lynas-malaysia?lang=en", headers=PAGE).text
    box = re.search(r'viewBox="([\d. -]+)" role="img"', page)
    dot = re.search(r'<circle cx="([\d.]+)" cy="([\d.]+)"', page)
    assert box
    assert dot
    left, top, width, height = map(float, box[1].split())
    assert left <= float(dot[1]) <= left + width < 1100
    assert top <= float(dot[2]) <= top + height


def test_the_outlines_are_served_and_kept(web: FlaskClient) -> None:
    response = web.get("/map/world.svg")
    assert response.mimetype == "image/svg+xml"
    assert "max-age=86400" in response.headers["Cache-Control"]
