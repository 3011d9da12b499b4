"""Maps: shares of one stage by country, facilities as points, and what one importer takes from where as arrows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Blueprint, Response, make_response

from hedgerow_web.pages.kinds import answer_rows
from hedgerow_web.pages.lists import BY_KIND, label_rows, names_in, rows_of
from hedgerow_web.pages.thing import Thing
from hedgerow_web.render import world
from hedgerow_web.site import Row, site

blueprint = Blueprint("maps", __name__)
#: Lower ends of the bands a share falls into, and how the legend calls them.
BANDS = ((0.5, "50 % and more"), (0.2, "20 to 50 %"), (0.05, "5 to 20 %"), (0.0, "under 5 %"))
#: Facility stages by the part of the chain they stand for; every other stage is `part`.
_CHAIN = {"mine": "mine", "recycling": "recycling"} | dict.fromkeys(("separation", "refining", "metal"), "refining")
#: How the legend calls each part.
PARTS = {
    "mine": "facility: mine",
    "refining": "facility: refining",
    "recycling": "facility: recycling",
    "part": "facility: part",
}
#: Arrows drawn at most.
ARROWS = 8


@dataclass(frozen=True)
class Shade:
    """A country with a share, in the band `band` from 1 (largest) on."""

    code: str
    band: int
    name: str
    share: float


@dataclass(frozen=True)
class Dot:
    """A facility on the map."""

    name: str
    x: float
    y: float
    part: str
    evidence: str


@dataclass(frozen=True)
class Arrow:
    """A flow from one country to another, as a path of the drawing."""

    path: str
    width: float
    name: str
    share: float


@dataclass(frozen=True)
class Map:
    """A drawing: what is shaded, marked and linked, and what has no place on it."""

    shades: Sequence[Shade] = ()
    dots: Sequence[Dot] = ()
    arrows: Sequence[Arrow] = ()
    off_map: Sequence[tuple[str, float]] = ()
    stage: str = ""
    stages: Mapping[str, str] = field(default_factory=dict)
    importer: str = ""
    importers: Mapping[str, str] = field(default_factory=dict)
    year: str = ""
    period: str = ""
    match: str = ""
    highlight: str = ""
    #: The part of the drawing shown: left, top, width, height.
    box: world.Box = (0.0, 0.0, float(world.WIDTH), float(world.HEIGHT))

    @property
    def radius(self) -> float:
        """The size of a point, in units of the drawing: the same on the screen whatever part is shown."""
        return round((11 if len(self.dots) == 1 else 6) * self.box[2] / 1000, 2)

    @property
    def drawn(self) -> bool:
        """Whether there is anything to see."""
        return bool(self.shades or self.dots or self.arrows)

    @property
    def parts(self) -> dict[str, str]:
        """The parts of the chain among the points, with their names in the legend."""
        return {part: name for part, name in PARTS.items() if any(dot.part == part for dot in self.dots)}


@blueprint.get("/map/world.svg")
def outlines() -> Response:
    """The outlines that every map refers to."""
    response = make_response(world.outlines_svg())
    response.mimetype = "image/svg+xml"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def of_places(thing: Thing) -> Map:
    """The map of one facility, or of the facilities in a country."""
    dots = _dots(thing.iri)
    code = thing.slug if "/id/country/" in thing.iri and world.on_map(thing.slug) else ""
    return Map(dots=dots, highlight=code, box=world.around([(dot.x, dot.y) for dot in dots], code))


def of_chain(thing: Thing, stage: str, importer: str) -> Map:
    """The map of an item's chain: one stage of production, the facilities, one importer's origins."""
    groups = answer_rows("concentration", {"item": thing.asked_as}, "item")
    flows = [row for row in rows_of(BY_KIND["trade-flow"], item=f"<{thing.iri}>") if "share" in row]
    names = names_in(groups, ("stage",)) | names_in(flows, ("importer",))
    stages = {_slug(row, "stage"): names[row["stage"].text] for row in groups}
    importers = {_slug(row, "importer"): names[row["importer"].text] for row in flows}
    chosen = next((row for row in groups if stage in ("", _slug(row, "stage")) and "topShare" in row), None)
    shades, off_map = _shades(thing, chosen) if chosen else ([], [])
    importer = importer if importer in importers else ""
    arrows, period, match = _arrows([row for row in flows if _slug(row, "importer") == importer])
    return Map(
        shades,
        _dots(thing.iri),
        arrows,
        off_map,
        _slug(chosen, "stage") if chosen else "",
        stages,
        importer,
        dict(sorted(importers.items(), key=lambda pair: pair[1])),
        chosen["year"].text if chosen else "",
        period,
        match,
    )


def _slug(row: Row, name: str) -> str:
    return row[name].text.rpartition("/")[2]


def _shades(thing: Thing, group: Row) -> tuple[list[Shade], list[tuple[str, float]]]:
    """The countries of one group of production shares; those without an outline apart."""
    behind = set(group["records"].text.split())
    rows = [row for row in rows_of(BY_KIND["production-share"], item=f"<{thing.iri}>") if row["thing"].text in behind]
    names = names_in(rows, ("place",))
    shades, off_map = [], []
    for row in sorted((row for row in rows if "share" in row), key=lambda row: -float(row["share"].text)):
        code, share, name = _slug(row, "place"), float(row["share"].text), names[row["place"].text]
        if world.on_map(code):
            band = next(number for number, (low, _) in enumerate(BANDS, start=1) if share >= low)
            shades.append(Shade(code, band, name, share))
        else:
            off_map.append((name, share))
    return shades, off_map


def _dots(about: str) -> list[Dot]:
    rows = site().rows("places", {"about": [f"<{about}>"]})
    names = label_rows(BY_KIND["facility"], rows)
    dots = []
    for row in rows:
        x, y = world.place(float(row["longitude"].text), float(row["latitude"].text))
        part = _CHAIN.get(_slug(row, "stage"), "part")
        iri = row["thing"].text
        dots.append(Dot(names.get(iri, iri), x, y, part, _slug(row, "evidence")))
    return dots


def _arrows(flows: Sequence[Row]) -> tuple[list[Arrow], str, str]:
    """The largest origins of one series: the latest period, and of its sources the one that says most."""
    series: dict[tuple[str, str, str], list[Row]] = {}
    for row in flows:
        basis = row["shareBasis"].text if "shareBasis" in row else ""
        series.setdefault((row["year"].text, basis, row["sources"].text if "sources" in row else ""), []).append(row)
    if not series:
        return [], "", ""
    rows = max(series.items(), key=lambda pair: (pair[0][0], len(pair[1])))[1]
    names = names_in(rows, ("exporter",))
    arrows = []
    for row in sorted(rows, key=lambda row: -float(row["share"].text)):
        start, end = world.anchor(_slug(row, "exporter")), world.anchor(_slug(row, "importer"))
        if start and end and start != end:
            share = float(row["share"].text)
            arrows.append(Arrow(_curve(start, end), round(1 + 7 * share, 1), names[row["exporter"].text], share))
    match = names_in(rows, ("match",)).get(rows[0]["match"].text, "") if "match" in rows[0] else ""
    return arrows[:ARROWS], rows[0]["period"].text, match


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A bow that leaves room for the one in the other direction."""
    (x1, y1), (x2, y2) = start, end
    middle_x, middle_y = (x1 + x2) / 2 + (y2 - y1) * 0.18, (y1 + y2) / 2 - abs(x2 - x1) * 0.18
    return f"M{x1:g},{y1:g}Q{middle_x:g},{middle_y:g} {x2:g},{y2:g}"
