"""The answer to a question: its rows, their columns, and its footing - what it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from hedgerow.questions.forms import cube, document, frame, table, workbook
from hedgerow.questions.header import Asked, Column
from hedgerow.tiers import DEMO, dataset, tier_of

if TYPE_CHECKING:
    import pandas

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class Source:
    """What a source says of itself; '' where it does not."""

    title: str = ""
    publisher: str = ""
    address: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Answer:
    """The rows of an answer with their footing: what the answer rests on."""

    #: What was asked. The footing names it, so answers are equal without it.
    question: Asked = field(compare=False)
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Cell]]
    footing: Mapping[str, Any]
    #: What the things in columns of type `iris` are called, where that was asked for.
    names: Mapping[str, str] = field(default_factory=dict)
    #: The sources of each record that rows rest on, and what these say of themselves, where that was asked for.
    evidence: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    #: The site that answers it, as https://example.org; '' where none is known.
    site: str = field(default="", compare=False)

    @property
    def language(self) -> str:
        """The language of its labels and texts."""
        return str(self.footing.get("language", "en"))

    @property
    def invented(self) -> bool:
        """Whether it comes from the demonstration, and so is no evidence."""
        return self.footing.get("tier") == DEMO

    @property
    def query(self) -> str:
        """How its address ends: every parameter that has a value and which earlier state it is of, or nothing."""
        given = {name: value for name, value in self.footing["parameters"].items() if value}
        if recorded := self.footing.get("recorded"):
            given["recorded"] = recorded["position"]
        return f"?{urlencode(given)}" if given else ""

    @property
    def address(self) -> str:
        """Where anyone finds this answer again: on the site, or below the registry's own IRI where none is known."""
        place = dataset(self.site or str(self.footing["registry"]), str(self.footing["tier"]))
        return f"{place}/questions/{self.question.name}{self.query}"

    def href(self, iri: str) -> str:
        """Where a record is described: on the site, or at its IRI where none is known."""
        base = str(self.footing["registry"])
        return self.site + iri.removeprefix(base) if self.site and tier_of(base, iri) else iri

    def records(self, row: Mapping[str, Cell]) -> list[str]:
        """The records a row rests on: those it lists, else those it names."""
        if "records" in row:
            return str(row["records"] or "").split()
        base = str(self.footing["registry"])
        named = [str(row[column.name]) for column in self.columns if column.type == "iri" and row[column.name]]
        return list(dict.fromkeys(iri for iri in named if tier_of(base, iri)))

    def to_json(self) -> str:
        """The answer as JSON: `columns`, `rows` (objects by column name), `footing`, names and evidence where known."""
        return document.write(self)

    def to_csv(self, *, spreadsheet: bool = False) -> str:
        """The rows as CSV with a header of column names; nothing known is an empty cell.

        Made for a `spreadsheet`, no cell is run as a formula: a text that one would take for it begins with an
        apostrophe, every text stands in quotes, and the file says by its first character that it is UTF-8.
        """
        return table.write(self, spreadsheet=spreadsheet)

    def to_xlsx(self) -> bytes:
        """The answer as a workbook: the rows with typed cells, the footing, and the records each row rests on.

        Raises QueryTooLarge where it has more rows than a sheet.
        """
        return workbook.write(self)

    def to_turtle(self) -> str:
        """The answer as an RDF Data Cube in Turtle: one observation a row."""
        return cube.write(self)

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a table of pandas; what is not known is `NA`, and `attrs` holds the footing.

        Raises CallError where pandas is not installed.
        """
        return frame.make(self)
