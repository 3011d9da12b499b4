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


def test_eighteen_digits_before_and_after_the_dot_are_taken() -> None:
    for text in ("9" * 18 + "." + "9" * 18, "-0." + "0" * 17 + "1"):
        assert record.decimal(text).value == text


@pytest.mark.parametrize("text", ["9" * 30, "9" * 5000, "", "1.0", "²"])
def test_what_is_no_whole_number_of_the_engine_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        record.integer(text)


@pytest.mark.parametrize(
    "address", ["https://[", "https://a℀b/", "https://exаmple.org/", "https://a b/", "https:///x", "\ud800"]
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(InputError):
        record.web_address(address)


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
        (f'<{IRI}> <urn:p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>', 'Write "1.5"'),
        (
            f'<{IRI}> <urn:p> "2026-01-01T00:00:00+00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
            'Write "2026-01-01T00:00:00Z"',
        ),
        (f'<{IRI}> <urn:p> "{"1" * 30}"^^<http://www.w3.org/2001/XMLSchema#decimal>', "out of range"),
        (f'<{IRI}> <urn:p> "many"^^<http://www.w3.org/2001/XMLSchema#decimal>', "not a plain decimal"),
        (f'<{IRI}> <urn:p> "P1D"^^<http://www.w3.org/2001/XMLSchema#duration>', "has the datatype"),
        (f'<{IRI}> <urn:p> "a"@en--ltr', "has the datatype"),
        (f"<{IRI}> <urn:p> <<( <urn:a> <urn:b> <javascript:c> )>>", "a triple as a term"),
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
    for bad in ("a\x07b", "a\u202eb", "a\ud800b"):
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
