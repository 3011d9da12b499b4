"""Sources, countries, parties: records of one row each."""

from __future__ import annotations

from hedgerow.errors import InputError
from hedgerow.iri import code
from hedgerow.record import Record, Statements, web_address
from hedgerow.sources.curated.common import coded, footing, identifier, labels, note, start
from hedgerow.sources.dates import state_date, stated_date
from hedgerow.sources.table import Row

_PARTY_CLASS = {
    "company": "Company",
    "government": "PublicBody",
    "agency": "PublicBody",
    "international": "Group",
    "association": "Organization",
}
#: A union of states is two things at once: a body that acts, and an area that statistics speak of.
_COUNTRY_CLASSES = {"country": "Country", "group": "Group Area", "area": "Area"}


def source(row: Row) -> Record:
    """A document or dataset that statements rest on."""
    out = start(row, "source", row.name("id"))
    out.type(out.iri, "SourceDocument")
    labels(out, row, "title")
    out.text(out.iri, "publisher", row["publisher"])
    if row["date"]:
        _publication(out, row["date"])
    _address(out, row, "url", "url")
    out.text(out.iri, "licence", row["licence"])
    coded(out, out.iri, "redistribute", row, "redistribute", "redistribute")
    out.add(out.iri, "evidence", code("evidence", "cited"))
    return out.done()


def _publication(out: Statements, stated: str) -> None:
    # "n.d." and "2022-2025" are kept as stated; only a plain date has an interval.
    try:
        state_date(out, "publishedOn", "date", stated_date(stated))
    except InputError:
        part = out.part("date")
        out.add(out.iri, "publishedOn", part)
        out.type(part, "StatedDate")
        out.text(part, "dateAsStated", stated)


def _address(out: Statements, row: Row, term: str, column: str) -> None:
    if not row[column]:
        return
    try:
        out.add(out.iri, term, web_address(row[column]))
    except InputError as error:
        row.problem(column, error.detail, error.remedy)


def country(row: Row) -> Record:
    """A country, the European Union, or the rest of the world."""
    out = start(row, "country", row.name("id"))
    for name in _class(row, _COUNTRY_CLASSES).split():
        out.type(out.iri, name)
    labels(out, row, "label_en", "label_ja")
    out.text(out.iri, "isoCode", row["id"])
    footing(out, out.iri, row, sources="source_id", evidence="evidence")
    note(out, out.iri, row)
    return out.done()


def party(row: Row) -> Record:
    """A company, ministry, agency, association or group of states."""
    out = start(row, "party", row.name("id"))
    out.type(out.iri, _class(row, _PARTY_CLASS))
    labels(out, row, "name_en", "name_ja")
    seat = row.refer("country", "country")
    if seat:
        out.add(out.iri, "registeredIn", seat)
    identifier(out, "wikidata", "wikidata", row["wikidata_qid"])
    identifier(out, "lei", "lei", row["lei"])
    _address(out, row, "website", "website")
    for controller in row.refer_many("controller_id", "party"):
        out.add(out.iri, "controlledBy", controller)
    out.text(out.iri, "controlNote", row["controller_note"], "en")
    out.text(out.iri, "seatNote", row["seat_note"], "en")
    # Names, seats and websites are general knowledge that nobody has checked (AGREEMENT_SOURCES.md).
    out.add(out.iri, "evidence", code("evidence", "unverified"))
    note(out, out.iri, row)
    return out.done()


def _class(row: Row, classes: dict[str, str], column: str = "kind") -> str:
    name = classes.get(row[column])
    if name is None:
        row.problem(column, f"'{row[column]}' is not a kind known here.", f"Use one of: {', '.join(classes)}.")
        return next(iter(classes.values()))
    return name
