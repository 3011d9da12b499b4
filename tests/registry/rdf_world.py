"""A small registry of two records, written in every form of RDF that can be added."""

from __future__ import annotations

from pyoxigraph import RdfFormat, parse, serialize

from hedgerow import record
from hedgerow.iri import DEFAULT_BASE, code, mint
from hedgerow.record import Record, Statements

SOURCE = mint(DEFAULT_BASE, "source", "memo-2026")
COUNTRY = mint(DEFAULT_BASE, "country", "JP")
STOCK = mint(DEFAULT_BASE, "stockpile", "memo-nickel")


def source() -> Record:
    out = Statements(SOURCE)
    out.type(SOURCE, "SourceDocument")
    out.label("A memo on nickel", "en")
    out.label("ニッケルに関する覚書", "ja")
    out.code(SOURCE, "evidence", "evidence", "cited")
    out.code(SOURCE, "redistribute", "redistribute", "yes")
    out.add(SOURCE, "url", record.web_address("https://example.org/memo"))
    return out.done()


def stockpile(days: str = "60.5", note: str = 'Three lines,\n"quoted" \\ and <tagged>,\nニッケル.') -> Record:
    out = Statements(STOCK)
    out.type(STOCK, "Stockpile")
    out.label("Nickel, JP", "en")
    out.add(STOCK, "heldBy", mint(DEFAULT_BASE, "party", "jogmec"))
    out.add(STOCK, "heldIn", COUNTRY)
    out.add(STOCK, "stockOf", mint(DEFAULT_BASE, "item", "nickel"))
    out.add(STOCK, "statedIn", SOURCE)
    out.code(STOCK, "evidence", "evidence", "cited")
    out.code(STOCK, "knowledge", "knowledge", "known")
    out.code(STOCK, "stockStatus", "stockpile-status", "planned")
    out.text(STOCK, "note", note, "en")
    part = out.part("quantity")
    out.add(STOCK, "hasQuantity", part)
    out.type(part, "Quantity")
    for bound in ("lowerBound", "upperBound", "numericValue"):
        out.add(part, bound, record.decimal(days))
    out.add(part, "hasUnit", code("unit", "days"))
    return out.done()


FORMS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".rdf": RdfFormat.RDF_XML,
    ".trig": RdfFormat.TRIG,
    ".nq": RdfFormat.N_QUADS,
    ".jsonld": RdfFormat.JSON_LD,
}
#: Forms with named graphs.
QUADS = (".trig", ".nq", ".jsonld")


def written(records: list[Record], suffix: str) -> bytes:
    """Records in one form, written by the engine."""
    quads = [quad for made in records for quad in parse(made.canonical, format=RdfFormat.N_QUADS)]
    statements = quads if suffix in QUADS else [quad.triple for quad in quads]
    data = serialize(statements, format=FORMS[suffix])
    assert data is not None
    return data
