"""What every curated record carries: a label in two languages, evidence, sources, the curator's note."""

from __future__ import annotations

from pyoxigraph import Literal

from hedgerow.iri import SLUG, code, mint
from hedgerow.record import Statements
from hedgerow.sources.dates import StatedDate
from hedgerow.sources.table import Row


def start(row: Row, kind: str, name: str) -> Statements:
    """An empty record of that kind; a name made of cells that do not fit one is a problem."""
    if not SLUG.match(name):
        row.problem(
            "", f"Its record would be named '{name[:120]}'.", "Fill the cells it is made of; letters, digits, hyphens."
        )
        name = f"row-{row.number}"
    return Statements(mint(row.context.base, kind, name))


def in_order(row: Row, column: str, low: Literal | None, high: Literal | None) -> None:
    """A problem in `column`, which holds the upper bound, when it is below the lower."""
    if low is not None and high is not None and float(low.value) > float(high.value):
        row.problem(column, f"{high.value} is below the lower bound {low.value}.", "Swap them.")


def ends_after(row: Row, column: str, begin: StatedDate | None, end: StatedDate | None) -> None:
    """A problem when all that `begin` can mean lies after all that `end` can."""
    if begin and end and begin.earliest >= end.latest:
        row.problem(column, f"It ends ({end.stated}) before it begins ({begin.stated}).", "Correct one of them.")


def labels(out: Statements, row: Row, english: str, japanese: str | None = None) -> None:
    """Label the record; an empty English label is a problem."""
    if not row[english]:
        row.problem(english, "The label is empty.", "Give an English label.")
    out.label(row[english], "en")
    if japanese:
        out.label(row[japanese], "ja")


def footing(out: Statements, subject: str, row: Row, *, sources: str, evidence: str | None = None) -> None:
    """State evidence and sources of a record or part.

    Without an evidence column a row is cited, partly cited when its note says `unverified`, and unverified
    when it names no source (see the conventions in SOURCES.md).
    """
    cited = row.refer_many(sources, "source")
    if evidence:
        grade = row.code(evidence, "evidence") or "unverified"
    elif not cited:
        grade = "unverified"
    else:
        grade = "partly-cited" if "unverified" in row["note"].lower() else "cited"
    out.add(subject, "evidence", code("evidence", grade))
    for source in cited:
        out.add(subject, "statedIn", source)


def note(out: Statements, subject: str, row: Row, column: str = "note") -> None:
    """The curator's remark, as written."""
    out.text(subject, "note", row[column], "en")


def coded(out: Statements, subject: str, term: str, row: Row, column: str, scheme: str) -> None:
    """State a code when the cell holds a known one."""
    out.code(subject, term, scheme, row.code(column, scheme) or "")


def quantity(
    out: Statements,
    subject: str,
    *,
    low: Literal | None,
    high: Literal | None,
    unit: str,
    basis: str | None = None,
) -> None:
    """State a quantity as a part of `subject`: bounds, the value when both are one figure, unit and basis.

    `unit` is a slug of the list `unit`; `basis` is the IRI of a mass or content basis.
    """
    if low is None and high is None:
        return
    part = f"{subject}-quantity" if "#" in subject else out.part("quantity")
    out.add(subject, "hasQuantity", part)
    out.type(part, "Quantity")
    if low is not None:
        out.add(part, "lowerBound", low)
    if high is not None:
        out.add(part, "upperBound", high)
    if low is not None and low == high:
        out.add(part, "numericValue", low)
    out.add(part, "hasUnit", code("unit", unit))
    if basis:
        out.add(part, "massBasis", basis)


def identifier(out: Statements, fragment: str, scheme: str, value: str) -> None:
    """State an identifier issued by someone else, with its scheme."""
    if not value:
        return
    part = out.part(fragment)
    out.add(out.iri, "hasIdentifier", part)
    out.type(part, "Identifier")
    out.code(part, "identifierScheme", "identifier-scheme", scheme)
    out.text(part, "identifierValue", value)
