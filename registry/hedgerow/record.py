"""A Record: the statements about one lasting thing, their canonical bytes and hash. No I/O.

A record speaks only about itself: every subject is the record's IRI or one under it (`<record>#part`).
There are no blank nodes, and every literal is written in the form the engine gives back, so a diff is a
set operation and a signature can be checked with `sort` and `sha256sum`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from urllib.parse import urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, parse, serialize

from hedgerow.errors import InputError
from hedgerow.iri import HR, RDF_TYPE, RDFS_LABEL, XSD, code, record_of

#: Schemes a record may name; anything else (javascript:, file:) is refused.
SCHEMES = frozenset({"https", "http", "urn", "did"})
#: Unicode directional controls: they make one address read as another.
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
#: The engine's decimals hold 18 fractional digits and overflow silently beyond about 1.7e20.
MAX_DECIMAL = Decimal(10) ** 18
MAX_DECIMAL_DIGITS = 18

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
        raise InputError(f"'{text}' is not a plain decimal number.", "Write digits with a dot, as 1250.5.")
    number = Decimal(text)
    if abs(number) >= MAX_DECIMAL or len(fraction.rstrip("0")) > MAX_DECIMAL_DIGITS:
        raise InputError(f"'{text}' is out of range.", "Use at most 18 digits before and after the dot.")
    plain = f"{number:f}"
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return Literal("0" if plain == "-0" else plain, datatype=NamedNode(XSD + "decimal"))


def integer(value: str | int) -> Literal:
    """A whole number in canonical form."""
    text = str(value).strip()
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise InputError(f"'{text}' is not a whole number.", "Write digits only.")
    return Literal(str(int(text)), datatype=NamedNode(XSD + "integer"))


def instant(value: datetime) -> Literal:
    """A UTC instant in canonical form."""
    if value.tzinfo is None:
        raise InputError(f"'{value}' has no time zone.", "Give an instant with an offset.")
    text = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    return Literal(text, datatype=NamedNode(XSD + "dateTime"))


def text(value: str, language: str | None = None) -> Literal:
    """A string, in NFC, with its language where it has one."""
    if value.isascii() and value.isprintable():
        return Literal(value, language=language) if language else Literal(value)
    value = unicodedata.normalize("NFC", value)
    for character in value:
        if character in BIDI_CONTROLS or (unicodedata.category(character) == "Cc" and character not in "\n\t"):
            raise InputError(
                f"The text '{value[:40]}' holds the control character U+{ord(character):04X}.",
                "Remove it.",
            )
    return Literal(value, language=language) if language else Literal(value)


def web_address(value: str) -> Literal:
    """An http(s) address as a typed literal: it is shown as a link, so nothing else may pass."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.netloc or any(c.isspace() for c in value):
        raise InputError(f"'{value[:80]}' is not a web address.", "Give an address that begins with https://.")
    if any(c in BIDI_CONTROLS for c in value):
        raise InputError("The address holds a directional control character.", "Remove it.")
    return Literal(value, datatype=NamedNode(XSD + "anyURI"))


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
        changed = quads - frozenset(_as_stored(quads))
        if changed:
            literal = next(iter(changed)).object
            raise InputError(
                f"The record {iri} holds the literal {literal}, which the engine writes otherwise.",
                "Use its canonical form, as 1.5 for 1.50 or Z for +00:00.",
            )
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
        """The kind segment of the IRI, as in `<base>/id/<kind>/<slug>`."""
        return self.iri.rsplit("/", 2)[-2]

    def references(self) -> Iterator[str]:
        """The other records this one points at."""
        for quad in self.quads:
            if isinstance(quad.object, NamedNode) and "/id/" in quad.object.value:
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
            for node in (quad.subject, quad.predicate, quad.object):
                if isinstance(node, BlankNode):
                    raise InputError(
                        f"The record {self.iri} holds a blank node.", f"Name the part, as {self.iri}#part."
                    )
                if isinstance(node, NamedNode):
                    check_iri(node.value)
            subject = quad.subject
            if not isinstance(subject, NamedNode) or record_of(subject.value) != self.iri:
                raise InputError(
                    f"The record {self.iri} speaks about another thing: {quad.subject}.",
                    "Put that statement into the record of its subject.",
                )


@lru_cache(maxsize=1 << 16)
def check_iri(value: str) -> None:
    """Refuse an IRI with another scheme, directional controls, or a host that mixes scripts."""
    parts = urlsplit(value)
    if parts.scheme not in SCHEMES:
        raise InputError(f"<{value[:80]}> has the scheme '{parts.scheme}'.", "Use https, http, urn or did.")
    if value.isascii():
        return
    if any(c in BIDI_CONTROLS for c in value):
        raise InputError(f"<{value[:80]!r}> holds a directional control character.", "Remove it.")
    if parts.scheme in ("http", "https"):
        scripts = {unicodedata.name(c, "?").split(" ")[0] for c in parts.netloc if c.isalpha()}
        if len(scripts) > 1:
            raise InputError(
                f"<{value[:80]}> has a host that mixes the scripts {', '.join(sorted(scripts))}.",
                "Write the host in punycode.",
            )


def _as_stored(quads: Iterable[Quad]) -> Iterator[Quad]:
    store = Store()
    store.extend(quads)
    return iter(store)


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
