"""A Record: the statements about one lasting thing, their canonical bytes and hash. No I/O.

A record speaks only about itself: every subject is the record's IRI or one under it (`<record>#part`).
There are no blank nodes, and every literal is written in the form the engine gives back, so a diff is a
set operation and a signature can be checked with `sort` and `sha256sum`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from urllib.parse import SplitResult, urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from hedgerow.errors import InputError
from hedgerow.iri import HR, RDF_TYPE, RDFS_LABEL, XSD, code, record_of
from hedgerow.tiers import tier_of

#: Schemes a record may name; anything else (javascript:, file:) is refused.
SCHEMES = frozenset({"https", "http", "urn", "did"})
#: Unicode directional controls: they make one address read as another.
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: The engine's decimals hold 18 fractional digits and overflow silently beyond about 1.7e20.
MAX_DECIMAL = Decimal(10) ** 18
MAX_DECIMAL_DIGITS = 18
#: The engine's whole numbers have 64 bits; longer ones are kept but no longer compared or added.
MAX_INTEGER = 2**63 - 1
#: A number written longer than this is refused unread, in characters.
MAX_NUMBER = 100

Term = NamedNode | Literal


def decimal(value: str | Decimal) -> Literal:
    """A decimal in canonical form; refuses what is not a plain number or does not fit the engine.

    >>> decimal("0.5600").value
    '0.56'
    """
    text = str(value).strip()
    body = text.removeprefix("-")
    whole, dot, fraction = body.partition(".")
    if not (body.isascii() and whole.isdigit() and (not dot or fraction.isdigit())):
        raise InputError(f"'{text[:80]}' is not a plain decimal number.", "Write digits with a dot, as 1250.5.")
    number = Decimal(text)
    # copy_abs and not abs: abs rounds to 28 digits, and so up to the limit.
    out = number.copy_abs() >= MAX_DECIMAL or len(fraction.rstrip("0")) > MAX_DECIMAL_DIGITS
    if out or len(text) > MAX_NUMBER:
        raise InputError(f"'{text[:80]}' is out of range.", "Use at most 18 digits before and after the dot.")
    plain = f"{number:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return Literal("0" if plain == "-0" else plain, datatype=NamedNode(XSD + "decimal"))


def integer(value: str | int) -> Literal:
    """A whole number in canonical form."""
    text = str(value).strip()
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise InputError(f"'{text[:80]}' is not a whole number.", "Write digits only.")
    if len(text) > MAX_NUMBER or abs(int(text)) > MAX_INTEGER:
        raise InputError(f"'{text[:80]}' is out of range.", f"Write a number of at most {MAX_INTEGER}.")
    return Literal(str(int(text)), datatype=NamedNode(XSD + "integer"))


def instant(value: datetime) -> Literal:
    """A UTC instant in canonical form."""
    if value.tzinfo is None:
        raise InputError(f"'{value}' has no time zone.", "Give an instant with an offset.")
    try:
        value = value.astimezone(UTC)
    except OverflowError:
        raise InputError(f"'{value}' is out of range in UTC.", "Use the years 1 to 9999.") from None
    text = value.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    return Literal(text, datatype=NamedNode(XSD + "dateTime"))


def text(value: str, language: str | None = None) -> Literal:
    """A string, in NFC, with its language where it has one."""
    if value.isascii() and value.isprintable():
        return Literal(value, language=language) if language else Literal(value)
    value = unicodedata.normalize("NFC", value)
    for character in value:
        category = unicodedata.category(character)
        # Cs is half of a surrogate pair: no UTF-8 can hold it.
        if character in BIDI_CONTROLS or category == "Cs" or (category == "Cc" and character not in "\n\t"):
            raise InputError(
                f"The text {value[:40]!r} holds the control character U+{ord(character):04X}.",
                "Remove it.",
            )
    return Literal(value, language=language) if language else Literal(value)


def web_address(value: str) -> Literal:
    """An http(s) address as a typed literal: it is shown as a link, so nothing else may pass."""
    parts = _split(value)
    unfit = any(c.isspace() or unicodedata.category(c) in ("Cc", "Cs") for c in value)
    if parts.scheme not in ("http", "https") or not parts.netloc or unfit:
        raise InputError(f"{value[:80]!r} is not a web address.", "Give an address that begins with https://.")
    check_iri(value)
    return Literal(value, datatype=NamedNode(XSD + "anyURI"))


def boolean(value: str) -> Literal:
    """True or false in canonical form."""
    if value not in ("true", "false"):
        raise InputError(f"'{value[:40]}' is neither true nor false.", "Write true or false.")
    return Literal(value, datatype=NamedNode(XSD + "boolean"))


def _date_time(value: str) -> Literal:
    try:
        return instant(datetime.fromisoformat(value))
    except ValueError:
        raise InputError(f"'{value[:40]}' is not an instant.", "Write 2011-03-07T00:00:00Z.") from None


#: The datatypes of the ontology, each with the maker of its canonical form.
_MAKERS: Mapping[str, Callable[[str], Literal]] = {
    XSD + "string": text,
    XSD + "decimal": decimal,
    XSD + "integer": integer,
    XSD + "boolean": boolean,
    XSD + "dateTime": _date_time,
    XSD + "anyURI": web_address,
}
_LANGUAGE_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


@lru_cache(maxsize=1 << 12)
def check_literal(literal: Literal) -> None:
    """Refuse a literal that is not in canonical form, naming that form; or of a datatype unknown here."""
    kind = literal.datatype.value
    shown = str(literal)[:120]
    if kind == _LANGUAGE_STRING:
        try:
            made = text(literal.value, literal.language)
        except ValueError:
            raise InputError(f"{shown} has no known language.", "Write a language tag, as en or ja.") from None
    elif kind in _MAKERS:
        # What the engine reads as a number and would write otherwise (+5, 05) comes first: it has a form to name.
        made = _as_stored(literal)
        made = _MAKERS[kind](literal.value) if made == literal else made
    else:
        known = ", ".join(name.removeprefix(XSD) for name in _MAKERS)
        raise InputError(f"{shown} has the datatype <{kind[:80]}>.", f"Use one of xsd: {known}; or a language.")
    if made != literal:
        form = "Write it in NFC." if kind in (_LANGUAGE_STRING, XSD + "string") else f"Write {made}."
        raise InputError(f"{shown} is not in canonical form.", form)


@dataclass(frozen=True)
class Record:
    """The statements about one thing. `iri` is also the name of its graph."""

    iri: str
    quads: frozenset[Quad] = field(repr=False)

    @classmethod
    def parse(cls, iri: str, data: bytes) -> Record:
        """Read canonical bytes back; refuses bytes that are not canonical or speak about another thing."""
        try:
            quads = frozenset(parse(data, format=RdfFormat.N_QUADS))
        except SyntaxError as error:
            raise InputError(f"The record {iri} is not N-Quads: {error}.", "Correct that line.") from None
        record = cls(iri, quads)
        record.check()
        for quad in quads:
            if isinstance(quad.object, Literal):
                check_literal(quad.object)
        if record.canonical != data:
            raise InputError(
                f"The record {iri} is not in canonical form.",
                "Sort its lines, drop repeats and write each literal as the engine does.",
            )
        return record

    @cached_property
    def canonical(self) -> bytes:
        """Sorted N-Quads, one statement a line, UTF-8."""
        lines = serialize(self.quads, format=RdfFormat.N_QUADS)
        assert lines is not None
        return b"".join(sorted(lines.splitlines(keepends=True)))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes, hexadecimal."""
        return hashlib.sha256(self.canonical).hexdigest()

    @cached_property
    def kind(self) -> str:
        """The kind segment of the IRI, as in `<base>/id/<kind>/<slug>` or `<base>/demo/id/<kind>/<slug>`."""
        return self.iri.rsplit("/", 2)[-2]

    @cached_property
    def labels(self) -> dict[str, str]:
        """What the thing is called, by language."""
        named = (q.object for q in self.quads if q.predicate.value == RDFS_LABEL and q.subject == NamedNode(self.iri))
        return {label.language or "": label.value for label in named if isinstance(label, Literal)}

    def references(self, base: str) -> Iterator[str]:
        """The other records of the registry with that base, of any tier, this one points at."""
        for quad in self.quads:
            if isinstance(quad.object, NamedNode) and tier_of(base, quad.object.value):
                target = record_of(quad.object.value)
                if target != self.iri:
                    yield target

    def check(self) -> None:
        """Refuse blank nodes, foreign subjects, unsafe IRIs."""
        graph = NamedNode(self.iri)
        for quad in self.quads:
            if quad.graph_name != graph:
                raise InputError(
                    f"The record {self.iri} holds a statement of the graph {quad.graph_name}.",
                    "Name the record as the fourth term of each line.",
                )
            check_statement(self.iri, quad)


def check_statement(iri: str, statement: Quad | Triple) -> None:
    """Refuse a statement that the record `iri` may not hold: blank nodes, foreign subjects, unsafe IRIs."""
    for node in (statement.subject, statement.predicate, statement.object):
        if isinstance(node, NamedNode):
            check_iri(node.value)
        elif isinstance(node, BlankNode):
            raise InputError(f"The record {iri} holds a blank node.", f"Name the part, as {iri}#part.")
        elif isinstance(node, Triple):
            raise InputError(f"The record {iri} holds a triple as a term.", "State it by itself.")
    subject = statement.subject
    if not isinstance(subject, NamedNode) or record_of(subject.value) != iri:
        raise InputError(
            f"The record {iri} speaks about another thing: {subject}.",
            "Put that statement into the record of its subject.",
        )


@lru_cache(maxsize=1 << 16)
def check_iri(value: str) -> None:
    """Refuse what is no IRI, or has another scheme, directional controls, or a host that mixes scripts."""
    parts = _split(value)
    if parts.scheme not in SCHEMES:
        raise InputError(
            f"<{value[:80]}> has the scheme '{parts.scheme}'." if parts.scheme else f"<{value[:80]}> has no scheme.",
            "Use https, http, urn or did.",
        )
    _check_characters(value, parts)
    try:
        NamedNode(value)
    except ValueError as error:
        raise InputError(f"{value[:80]!r} is not an IRI: {error}.", "Correct it.") from None


def _split(value: str) -> SplitResult:
    try:
        return urlsplit(value)
    except ValueError as error:
        raise InputError(f"{value[:80]!r} is not an address: {error}.", "Correct it.") from None


def _check_characters(value: str, parts: SplitResult) -> None:
    if value.isascii():
        return
    if any(c in BIDI_CONTROLS for c in value):
        raise InputError(f"{value[:80]!r} holds a directional control character.", "Remove it.")
    if parts.scheme in ("http", "https"):
        scripts = {unicodedata.name(c, "?").split(" ")[0] for c in parts.netloc if c.isalpha()}
        if len(scripts) > 1:
            raise InputError(
                f"<{value[:80]}> has a host that mixes the scripts {', '.join(sorted(scripts))}.",
                "Write the host in punycode.",
            )


def _as_stored(literal: Literal) -> Literal:
    """The literal as the engine gives it back."""
    store = Store()
    store.add(Quad(NamedNode("urn:s"), NamedNode("urn:p"), literal))
    stored = next(iter(store)).object
    assert isinstance(stored, Literal)
    return stored


class Statements:
    """Collects the statements of one record; the only way curated rows become quads."""

    def __init__(self, iri: str) -> None:
        self.iri = iri
        self._graph = NamedNode(iri)
        self._quads: set[Quad] = set()

    def part(self, fragment: str) -> str:
        """The IRI of a part of this record."""
        return f"{self.iri}#{fragment}"

    def add(self, subject: str, term: str, value: Term | str) -> None:
        """State `subject term value`; a bare string value is an IRI, a bare term a word of the ontology."""
        predicate = term if ":" in term else HR + term
        target = NamedNode(value) if isinstance(value, str) else value
        self._quads.add(Quad(NamedNode(subject), NamedNode(predicate), target, self._graph))

    def type(self, subject: str, name: str) -> None:
        """State the class of a thing, by its word in the ontology."""
        self.add(subject, RDF_TYPE, HR + name)

    def label(self, value: str, language: str) -> None:
        """Label the record, when there is a label."""
        if value:
            self.add(self.iri, RDFS_LABEL, text(value, language))

    def text(self, subject: str, term: str, value: str, language: str | None = None) -> None:
        """State a text when the cell holds one."""
        if value:
            self.add(subject, term, text(value, language))

    def code(self, subject: str, term: str, scheme: str, name: str) -> None:
        """State a code when the cell holds one."""
        if name:
            self.add(subject, term, code(scheme, name))

    def done(self) -> Record:
        """The finished record."""
        record = Record(self.iri, frozenset(self._quads))
        record.check()
        return record


def union(records: Iterable[Record]) -> bytes:
    """The canonical bytes of several records, concatenated: what a bulk load reads."""
    return b"".join(record.canonical for record in records)
