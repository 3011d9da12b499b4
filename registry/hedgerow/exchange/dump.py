"""Dumps: the whole view as N-Quads, TriG and a set of CSV tables, with a manifest of hashes.

There are two. `open` holds the records that the rules put under our licence: every source they rest on may be
passed on (redistribution yes or facts-only). What is left out of it but pointed at stands there with its class
and name alone, so that no reference leads nowhere. `full` holds all and is for this installation only.

A dump of the demonstration tier holds what is invented alone, under names with `synthetic`; of the public records it
points at, class and name.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal as Choice

from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize

from hedgerow.errors import InputError
from hedgerow.graph.project import Fold, View, build_store
from hedgerow.iri import HR, LICENCE, RDF_TYPE, RDFS_LABEL
from hedgerow.record import Record
from hedgerow.tiers import DEMO, prefix

Scope = Choice["open", "full"]
_LICENCE = NamedNode("http://purl.org/dc/terms/license")
_PREFIXES = {
    "hr": HR,
    "dcterms": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


@dataclass(frozen=True)
class Dumped:
    """What was written: the manifest, and which records were left out for their sources' terms."""

    manifest: Path
    records: int
    left_out: tuple[str, ...]


def dump(state: Fold, view: View, folder: Path, scope: Scope, base: str) -> Dumped:
    """Write one dump into an empty or new folder. Raises InputError when the folder holds files."""
    if folder.exists() and any(folder.iterdir()):
        raise InputError(f"The folder {folder} is not empty.", "Name a new one: a dump is never mixed with another.")
    payloads = {iri: state.chosen(iri, view.day) or b"" for iri in sorted(state.versions)}
    licences = _licences(payloads, base)
    own = {iri: payload for iri, payload in payloads.items() if iri.startswith(prefix(base, view.tier))}
    kept = {iri: payload for iri, payload in own.items() if scope == "full" or iri in licences}
    named = {iri: _names(iri, payloads[iri]) for iri in sorted(_references(kept, base) & payloads.keys() - kept.keys())}
    folder.mkdir(parents=True, exist_ok=True)
    licensed = [line for iri, line in licences.items() if iri in kept]
    lines = b"".join(sorted(b"".join([*kept.values(), *named.values(), *licensed]).splitlines(keepends=True)))
    files = {f"hedgerow-{scope}.nq": lines, f"hedgerow-{scope}.trig": _trig(lines)}
    if view.tier == DEMO:
        files |= _csv(_tables(kept, set(licences), {"synthetic": "true"}))
        files = {_synthetic(name): content for name, content in files.items()}
    else:
        files |= _csv(_tables({**kept, **named}, set(licences), {}))
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    left_out = tuple(iri for iri in own if iri not in kept)
    manifest = folder / (_synthetic("manifest.json") if view.tier == DEMO else "manifest.json")
    manifest.write_text(json.dumps(_manifest(view, scope, len(kept), left_out, list(named), files), indent=1), "utf-8")
    return Dumped(manifest, len(kept), left_out)


def _csv(tables: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"csv/{kind}.csv": table for kind, table in tables.items()}


def _synthetic(name: str) -> str:
    """The name of a file, marked."""
    folder, slash, file = name.rpartition("/")
    return f"{folder}{slash}synthetic-{file}"


def _licences(payloads: Mapping[str, bytes], base: str) -> dict[str, bytes]:
    """The licence of every record that may be passed on, as the rule infers it: a line of N-Quads each."""
    inferred = NamedNode(f"{base}/graph/inferred")
    found = build_store(payloads.values(), base).quads_for_pattern(None, _LICENCE, NamedNode(LICENCE), inferred)
    about = NamedNode(f"{base}/graph/about")
    quads = [Quad(quad.subject, quad.predicate, quad.object, about) for quad in found]
    return {str(q.subject.value): f"{q} .\n".encode() for q in quads}  # type: ignore[union-attr]


def _references(payloads: Mapping[str, bytes], base: str) -> set[str]:
    """The records that others point at."""
    return {
        target
        for iri, payload in payloads.items()
        for target in Record(iri, frozenset(_quads(payload))).references(base)
    }


def _names(iri: str, payload: bytes) -> bytes:
    """What a record is and what it is called: our own words, whatever its sources allow."""
    kept = [q for q in _quads(payload) if q.predicate.value in (RDF_TYPE, RDFS_LABEL) and q.subject == NamedNode(iri)]
    return Record(iri, frozenset(kept)).canonical


def _quads(payload: bytes) -> Iterable[Quad]:
    return parse(payload, format=RdfFormat.N_QUADS)


def _trig(lines: bytes) -> bytes:
    content = serialize(parse(lines, format=RdfFormat.N_QUADS), format=RdfFormat.TRIG, prefixes=_PREFIXES)
    assert content is not None
    return content


def _tables(kept: Mapping[str, bytes], licensed: set[str], mark: Mapping[str, str]) -> dict[str, bytes]:
    """One table a kind: a row a record, a column a term; the terms of parts behind a dot, values joined by |.

    `mark` is what every row says beside.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for iri, payload in kept.items():
        row = {**_row(iri, payload), "license": LICENCE if iri in licensed else "", **mark}
        rows.setdefault(iri.rsplit("/", 2)[-2], []).append(row)
    tables = {}
    for kind, records in rows.items():
        columns = ["record", *sorted({name for row in records for name in row} - {"record"})]
        out = io.StringIO()
        writer = csv.DictWriter(out, columns, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(records)
        tables[kind] = out.getvalue().encode()
    return tables


def _row(iri: str, payload: bytes) -> dict[str, str]:
    quads = list(_quads(payload))
    via = {
        q.object.value: q.predicate.value.removeprefix(HR)
        for q in quads
        if isinstance(q.object, NamedNode) and q.object.value.startswith(f"{iri}#")
    }
    cells: dict[str, set[str]] = {}
    for quad in quads:
        if isinstance(quad.object, NamedNode) and quad.object.value in via:
            continue
        subject, term = str(quad.subject.value), quad.predicate.value  # type: ignore[union-attr]
        name = {RDF_TYPE: "class", RDFS_LABEL: "label"}.get(term, term.removeprefix(HR))
        if name == "label" and getattr(quad.object, "language", None):
            name = f"label_{quad.object.language}"  # type: ignore[union-attr]
        if subject != iri:
            name = f"{via.get(subject, 'part')}.{name}"
        cells.setdefault(name, set()).add(str(quad.object.value))  # type: ignore[union-attr]
    return {"record": iri, **{name: " | ".join(sorted(values)) for name, values in cells.items()}}


def _manifest(
    view: View, scope: Scope, records: int, left_out: tuple[str, ...], named: list[str], files: Mapping[str, bytes]
) -> dict[str, object]:
    what = "what is invented for demonstration" if view.tier == DEMO else "the public record"
    return {
        "title": f"Hedgerow, {what} ({scope})",
        **({"tier": DEMO, "synthetic": True} if view.tier == DEMO else {}),
        "version": view.version,
        "position": view.head.position,
        "chainHead": view.head.hash,
        "day": view.day.isoformat(),
        "scope": scope,
        "licence": LICENCE if scope == "open" else "for this installation only",
        "records": records,
        "leftOut": list(left_out),
        "namedOnly": named,
        "files": [
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(files.items())
        ],
    }
