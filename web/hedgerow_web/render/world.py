"""The world map: outlines of countries as one SVG file, and where a point of the earth lies on it.

Pages draw on it by reference (`<use href="/map/world.svg#CN">`), so no page carries the outlines. The projection
is Equal Earth (Savric, Patterson, Jenny 2018), which keeps areas true.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.core import get_global

_FILE = Path(__file__).parents[1] / "static/vendored/world-atlas/countries-110m.json"
#: Size of the drawing, in its own units.
WIDTH, HEIGHT = 1000, 450
#: The latitude at the upper edge; south of the lower edge lies Antarctica alone.
_TOP = 84.0
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
Point = tuple[float, float]
Box = tuple[float, float, float, float]
#: The smallest width of a part of the map, so that a single point still shows what lies around it.
_LEAST = 160


def _equal_earth(longitude: float, latitude: float) -> Point:
    theta = math.asin(math.sqrt(3) / 2 * math.sin(math.radians(latitude)))
    t2 = theta * theta
    t6 = t2 * t2 * t2
    slope = 9 * _A4 * t6 * t2 + 7 * _A3 * t6 + 3 * _A2 * t2 + _A1
    x = 2 * math.sqrt(3) * math.radians(longitude) * math.cos(theta) / (3 * slope)
    y = theta * (_A4 * t6 * t2 + _A3 * t6 + _A2 * t2 + _A1)
    return x, y


_SCALE = WIDTH / (2 * _equal_earth(180, 0)[0])
_UPPER = _equal_earth(0, _TOP)[1]


def place(longitude: float, latitude: float) -> Point:
    """Where a point of the earth lies on the drawing.

    >>> place(0, 0)[0]
    500.0
    """
    x, y = _equal_earth(longitude, latitude)
    return round(WIDTH / 2 + x * _SCALE, 1), round((_UPPER - y) * _SCALE, 1)


@cache
def _outlines() -> Mapping[str, list[list[Point]]]:
    """The rings of each country by code of two letters; outlines without a code by their number or name."""
    world = json.loads(_FILE.read_text("utf-8"))
    arcs = [list(_arc(arc, world["transform"])) for arc in world["arcs"]]
    found: dict[str, list[list[Point]]] = {}
    for shape in world["objects"]["countries"]["geometries"]:
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings = [_projected(_ring(ring, arcs)) for polygon in polygons for ring in polygon]
        found[_code(shape)] = [ring for ring in rings if min(y for _, y in ring) < HEIGHT]
    return {code: rings for code, rings in found.items() if rings and code != "AQ"}


def _arc(arc: list[list[int]], transform: Mapping[str, list[float]]) -> Iterator[Point]:
    (scale_x, scale_y), (move_x, move_y) = transform["scale"], transform["translate"]
    x = y = 0
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        yield x * scale_x + move_x, y * scale_y + move_y


def _ring(indices: list[int], arcs: list[list[Point]]) -> list[Point]:
    """A ring is a chain of arcs; a negative index is an arc walked backwards."""
    points: list[Point] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def _projected(ring: list[Point]) -> list[Point]:
    """A ring on the drawing. One that crosses the 180th meridian runs on past the edge in one piece."""
    longitudes = [ring[0][0]]
    for longitude, _ in ring[1:]:
        longitudes.append(longitude + 360 * round((longitudes[-1] - longitude) / 360))
    turn = 360 * round(sum(longitudes) / len(longitudes) / 360)
    return [place(longitude - turn, latitude) for longitude, (_, latitude) in zip(longitudes, ring, strict=True)]


def _code(shape: Mapping[str, Any]) -> str:
    number = str(shape.get("id", ""))
    codes = get_global("territory_aliases").get(number) or [shape["properties"]["name"]]
    return str(codes[0]).replace(" ", "-").replace(".", "")


def on_map(code: str) -> bool:
    """Whether a country is large enough to have an outline."""
    return code in _outlines()


@cache
def anchor(code: str) -> Point | None:
    """The middle of a country's largest ring: where an arrow to it ends."""
    rings = _outlines().get(code)
    if not rings:
        return None
    largest = max(rings, key=lambda ring: abs(_area(ring)))
    total = _area(largest)
    x = y = 0.0
    for (x1, y1), (x2, y2) in zip(largest, largest[1:] + largest[:1], strict=True):
        cross = x1 * y2 - x2 * y1
        x, y = x + (x1 + x2) * cross, y + (y1 + y2) * cross
    return round(x / (6 * total), 1), round(y / (6 * total), 1)


def around(points: list[Point], code: str = "") -> Box:
    """The part of the drawing that holds some points and a country's largest ring: left, top, width, height."""
    ring = max(_outlines().get(code, [[]]), key=lambda ring: abs(_area(ring)) if ring else 0)
    found = [*points, *ring]
    if not found:
        return 0.0, 0.0, float(WIDTH), float(HEIGHT)
    left, right = min(x for x, _ in found), max(x for x, _ in found)
    top, bottom = min(y for _, y in found), max(y for _, y in found)
    ratio = HEIGHT / WIDTH
    width = min(max((right - left) * 1.3, (bottom - top) * 1.3 / ratio, _LEAST), WIDTH)
    x, y = (left + right - width) / 2, (top + bottom - width * ratio) / 2
    return round(x, 1), round(y, 1), round(width, 1), round(width * ratio, 1)


def _area(ring: list[Point]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


@cache
def outlines_svg() -> str:
    """The file that pages refer to: the group `land`, and in it one path for each country by its code."""
    paths = "\n".join(f'<path id="{code}" d="{"".join(map(_path, rings))}"/>' for code, rings in _outlines().items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"><g id="land">\n{paths}\n</g></svg>\n'
    )


def _path(ring: list[Point]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in ring) + "Z"
