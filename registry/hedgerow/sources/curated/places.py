"""Where things happen and how they get about: facilities, chokepoints, lanes, export controls."""

from __future__ import annotations

import re

from hedgerow.iri import code, slug
from hedgerow.record import Record, Statements
from hedgerow.sources.curated.common import coded, ends_after, footing, labels, note, quantity, start
from hedgerow.sources.dates import state_date
from hedgerow.sources.table import Row

_COORDINATES = re.compile(r"coordinates[^;]*")
#: How the unit of a capacity is written, and its code; every other wording is kept as stated.
_CAPACITY = {"t/y": "t-per-y", "GWh/y": "gwh-per-y", "300 mm wafers/month": "wafers-per-month"}
#: Stages at which goods pass through or lie, and nothing is made.
_HANDLING = frozenset({"port", "stockpile"})
#: To what a date of a measure is known, and how much of it is then written.
_PRECISION = {"day": 10, "month": 7, "year": 4}
#: How a status of a measure begins, and its code.
_CONTROL_STATUS = (
    ("in force", "in-force"),
    ("exemptions", "in-force"),
    ("suspended", "suspended"),
    ("ended", "ended"),
    ("announced", "announced"),
    ("as announced", "announced"),
    ("not re-checked", "not-re-checked"),
)


def facility(row: Row) -> Record:
    """A site of the chains: what it does, for whom, where, how surely the point on the map is meant."""
    out = start(row, "facility", row.name("id"))
    out.type(out.iri, "Facility")
    labels(out, row, "name")
    does = "handles" if row["stage"] in _HANDLING else "makes"
    _refer(out, row, (("operatedBy", "operator_id", "party"), (does, "materials", "item")))
    _refer(out, row, (("locatedIn", "country", "country"),))
    coded(out, out.iri, "facilityStage", row, "stage", "facility-stage")
    coded(out, out.iri, "facilityStatus", row, "status", "facility-status")
    out.text(out.iri, "statedValue", row["capacity"])
    out.text(out.iri, "statedUnit", row["unit"])
    capacity = row.decimal("capacity")
    unit = _CAPACITY.get(row["unit"], "as-stated")
    basis = code("mass-basis", "basis-unstated") if unit == "t-per-y" else None
    quantity(out, out.iri, low=capacity, high=capacity, unit=unit, basis=basis)
    _location(out, row, _coordinate_evidence(row["note"]))
    footing(out, out.iri, row, sources="source_id", evidence="evidence")
    note(out, out.iri, row)
    return out.done()


def _coordinate_evidence(remark: str) -> str:
    """A point without a basis in the note is unverified; a town's centre is partly cited, a dataset's cited."""
    found = _COORDINATES.search(remark)
    if found is None or "unverified" in found[0]:
        return "unverified"
    return "cited" if "dataset" in found[0] else "partly-cited"


def _location(out: Statements, row: Row, evidence: str) -> None:
    latitude, longitude = row.decimal("lat", 90, -90), row.decimal("lon", 180, -180)
    if latitude is None or longitude is None:
        return
    part = out.part("location")
    out.add(out.iri, "hasLocation", part)
    out.type(part, "Location")
    out.add(part, "latitude", latitude)
    out.add(part, "longitude", longitude)
    out.code(part, "evidence", "evidence", evidence)


def _refer(out: Statements, row: Row, links: tuple[tuple[str, str, str], ...]) -> None:
    for term, column, kind in links:
        for iri in row.refer_many(column, kind):
            out.add(out.iri, term, iri)


def chokepoint(row: Row) -> Record:
    """A strait, canal or sea area."""
    out = start(row, "chokepoint", row.name("id"))
    out.type(out.iri, "Chokepoint")
    labels(out, row, "name_en", "name_ja")
    _location(out, row, "unverified" if "assumption" in row["source_id"] else "cited")
    footing(out, out.iri, row, sources="source_id")
    note(out, out.iri, row)
    return out.done()


def lane(row: Row) -> Record:
    """A way by sea between two places. Its name holds the ports, which open the note."""
    ports = slug(row["note"].partition(",")[0])
    out = start(row, "lane", f"{row['from_country']}-{row['to_country']}-{row['mode']}-{ports}")
    out.type(out.iri, "Lane")
    out.label(f"{row['note'].partition(',')[0]}, {row['mode']}", "en")
    _refer(out, row, (("fromPlace", "from_country", "country"), ("toPlace", "to_country", "country")))
    coded(out, out.iri, "laneMode", row, "mode", "lane-mode")
    days = row.decimal("typical_days")
    if days is not None:
        out.add(out.iri, "typicalDays", days)
    _refer(out, row, (("passes", "chokepoints", "chokepoint"),))
    out.text(out.iri, "chokepointOrder", row["chokepoints"])
    footing(out, out.iri, row, sources="source_id")
    note(out, out.iri, row)
    return out.done()


def export_control(row: Row) -> Record:
    """A measure of a state on one item: since when, against whom, in what state it was last seen."""
    out = start(row, "export-control", row.name("id"))
    out.type(out.iri, "ExportControl")
    length = _PRECISION.get(row["date_precision"])
    if length is None:
        row.problem(
            "date_precision", f"'{row['date_precision']}' is no precision.", f"Use one of: {', '.join(_PRECISION)}."
        )
    row.cells["start_date"] = row["start_date"][:length]
    out.label(f"{row['country']}: {row['measure'].replace('_', ' ')}, {row['material_id']}, {row['start_date']}", "en")
    _refer(out, row, (("imposedBy", "country", "country"), ("againstCountry", "target_country", "country")))
    _refer(out, row, (("item", "material_id", "item"),))
    coded(out, out.iri, "measureKind", row, "measure", "measure-kind")
    out.text(out.iri, "instrument", row["instrument"], "en")
    for (begins, start_fragment, first), (ends, end_fragment, last) in (
        (("startsOn", "start", "start_date"), ("endsOn", "end", "end_date")),
        (("suspendedFrom", "suspended-from", "suspended_from"), ("suspendedUntil", "suspended-until", "suspended_to")),
    ):
        begin, end = row.date(first), row.date(last)
        ends_after(row, last, begin, end)
        state_date(out, begins, start_fragment, begin)
        state_date(out, ends, end_fragment, end)
    status = next((name for begin, name in _CONTROL_STATUS if row["status"].startswith(begin)), None)
    if status is None:
        known = ", ".join(begin for begin, _ in _CONTROL_STATUS)
        row.problem("status", f"'{row['status']}' is not a status known here.", f"Begin with one of: {known}.")
    out.code(out.iri, "controlStatus", "control-status", status or "")
    out.text(out.iri, "statusAsStated", row["status"], "en")
    out.text(out.iri, "coverage", row["coverage"], "en")
    footing(out, out.iri, row, sources="source_id")
    note(out, out.iri, row)
    return out.done()
