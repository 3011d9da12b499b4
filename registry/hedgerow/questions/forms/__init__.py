"""The forms an answer comes in, one module each, and the table of them that site and command line share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hedgerow.questions.answer import Answer


@dataclass(frozen=True)
class Form:
    """One form of an answer."""

    #: What it is called on the command line.
    name: str
    #: How its address and file name end; and what its address asks beside the parameters of the question.
    suffix: str
    media_type: str
    #: What a reader calls it.
    title: str
    write: Callable[[Answer], bytes]
    asked: Mapping[str, str] = field(default_factory=dict)
    #: Whether a browser keeps it as a file rather than shows it.
    kept: bool = False
    #: Whether it tells the names and sources of what the rows rest on.
    evidence: bool = True


#: Every form; of two with one suffix, the one that asks nothing is the usual one.
FORMS = (
    Form(
        "xlsx",
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "Excel",
        lambda answer: answer.to_xlsx(),
        kept=True,
    ),
    Form("csv", "csv", "text/csv", "CSV", lambda answer: answer.to_csv().encode(), evidence=False),
    Form(
        "spreadsheet",
        "csv",
        "text/csv",
        "CSV for a spreadsheet",
        lambda answer: answer.to_csv(spreadsheet=True).encode(),
        {"for": "spreadsheet"},
        kept=True,
        evidence=False,
    ),
    Form("json", "json", "application/json", "JSON", lambda answer: answer.to_json().encode()),
    Form("turtle", "ttl", "text/turtle", "RDF Data Cube", lambda answer: answer.to_turtle().encode()),
)
