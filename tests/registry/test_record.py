from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad, RdfFormat, Store

from hedgerow import record
from hedgerow.errors import InputError
from hedgerow.record import Record, Statements

BASE = "https://example.org/r"
IRI = f"{BASE}/id/item/nickel"


def a_record() -> Record:
    out = Statements(IRI)
    out.type(IRI, "Element")
    out.label("Nickel", "en")
    out.label("ニッケル", "ja")
    out.add(out.part("quantity"), "numericValue", record.decimal("1250.50"))
    return out.done()


def test_canonical_bytes_are_sorted_and_survive_a_round_trip() -> None:
    made = a_record()
    lines = made.canonical.splitlines()
    assert lines == sorted(lines)
    assert Record.parse(IRI, made.canonical) == made
    assert made.kind == "item"


@given(st.decimals(min_value=-(10**17), max_value=10**17, allow_nan=False, places=12))
def test_a_decimal_is_written_as_the_engine_writes_it(value: object) -> None:
    literal = record.decimal(f"{value:f}")
    store = Store()
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), literal)
    store.add(quad)
    assert next(iter(store)) == quad


@pytest.mark.parametrize("text", ["", "1e5", "NaN", "1,5", "٣", "1" * 19, "0." + "1" * 19, "--1", "1.", "inf"])
def test_what_is_not_a_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        record.decimal(text)


def nquads(*lines: str) -> bytes:
    return "".join(sorted(f"{line} <{IRI}> .\n" for line in lines)).encode()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (f"<{IRI}> <urn:p> _:b", "blank node"),
        (f"<{BASE}/id/item/tin> <urn:p> <urn:o>", "speaks about another thing"),
        (f"<{IRI}> <urn:p> <javascript:alert(1)>", "scheme"),
        (f"<{IRI}> <urn:p> <https://ex\u202eample.org/>", "directional"),
        (f"<{IRI}> <urn:p> <https://exаmple.org/>", "mixes the scripts"),
        (f'<{IRI}> <urn:p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>', "engine writes otherwise"),
        (
            f'<{IRI}> <urn:p> "2026-01-01T00:00:00+00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
            "engine writes otherwise",
        ),
        (f"<{IRI}> <urn:p>", "statement of the graph"),
        (f"<{IRI}> <urn:p> 1", "not N-Quads"),
    ],
)
def test_a_record_that_may_not_be_is_refused_with_the_reason(line: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        Record.parse(IRI, nquads(line))


def test_bytes_out_of_order_are_refused() -> None:
    swapped = b"".join(reversed(a_record().canonical.splitlines(keepends=True)))
    with pytest.raises(InputError, match="canonical"):
        Record.parse(IRI, swapped)


def test_control_characters_are_refused_in_texts() -> None:
    for bad in ("a\x07b", "a\u202eb"):
        with pytest.raises(InputError, match="U\\+"):
            record.text(bad)


def test_no_record_of_the_shipped_data_holds_what_is_forbidden(curated: object) -> None:
    for made in curated.records:  # type: ignore[attr-defined]
        assert Record.parse(made.iri, made.canonical).digest == made.digest


def test_no_two_kinds_assert_a_property_with_the_others_iri(curated: object) -> None:
    # Every subject lies under its record, so a triple stands in one graph only and nothing needs merging.
    store = Store()
    store.bulk_load(b"".join(r.canonical for r in curated.records), format=RdfFormat.N_QUADS)  # type: ignore[attr-defined]
    triples = {(q.subject, q.predicate, q.object) for q in store}
    assert len(triples) == len(store)
