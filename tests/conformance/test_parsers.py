"""The W3C's suites for the forms of RDF, read as a file to be loaded is.

What must not parse is refused for that, and what must parse is read to its last statement, except for what the
registry takes from no file: relative IRIs in RDF/XML without xml:base, as there is no address they could begin at, and
the byte NUL. That no record has these names is another matter, told of each statement.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import parse

from hedgerow.iri import DEFAULT_BASE
from hedgerow.sources.rdf import FORMATS, read_rdf
from hedgerow.sources.table import MAX_PROBLEMS

from .suites import Case, manifest, path_of

SUITES = {"turtle": 291, "trig": 335, "ntriples": 68, "nquads": 85, "rdf-xml": 162}
CASES = [pytest.param(case, id=f"{suite}/{case.name}") for suite in SUITES for case in manifest(suite)]
_UNPARSED = ("Not Turtle:", "Not TriG:", "Not N-Triples:", "Not N-Quads:", "Not RDF/XML:", "Not XML:")
_RELATIVE = "No scheme found in an absolute IRI"


def test_every_file_of_the_suites_is_read() -> None:
    assert {suite: len(manifest(suite)) for suite in SUITES} == SUITES


@pytest.mark.parametrize("case", CASES)
def test_parser(case: Case, tmp_path: Path) -> None:
    path = tmp_path / path_of(case.request).name
    path.write_bytes(_based(case))
    read = read_rdf(path, DEFAULT_BASE)
    told = [problem.message for problem in read.problems]
    unparsed = [message for message in told if message.startswith(_UNPARSED)]
    if "Negative" in case.kind:
        assert unparsed
    elif unparsed:
        assert path.suffix == ".rdf"
        assert all(_RELATIVE in message for message in unparsed)
    elif b"\0" in path.read_bytes():
        assert told[0].endswith("is NUL.")
    elif len(told) < MAX_PROBLEMS:
        assert read.statements == len(list(parse(path=path, format=FORMATS[path.suffix])))


def _based(case: Case) -> bytes:
    """A file of the suite, with its address in it where its form has a line for that: a manifest names it outside."""
    line = f"@base <{case.request}> .\n" if case.request.endswith((".ttl", ".trig")) else ""
    return line.encode() + path_of(case.request).read_bytes()
