"""Dumps: complete, equal to the record, hashed, and open only where every source may be passed on."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from hedgerow.errors import InputError
from hedgerow.exchange.dump import Scope, dump
from hedgerow.graph.project import Fold, fold, today
from hedgerow.iri import DEFAULT_BASE, HR, LICENCE
from hedgerow.ledger import Ledger
from hedgerow.paths import DATA
from hedgerow.settings import Settings
from tests.conftest import RECORDS


@pytest.fixture(scope="module")
def state(loaded_home: Path) -> Fold:
    settings = Settings(home=loaded_home)
    with Ledger(settings.ledger, settings.base) as ledger:
        return fold(ledger)


@pytest.fixture(scope="module", params=["open", "full"])
def dumped(request: pytest.FixtureRequest, state: Fold, tmp_path_factory: pytest.TempPathFactory) -> tuple[Scope, Path]:
    folder = tmp_path_factory.mktemp("dump") / request.param
    dump(state, state.view(today()), folder, request.param, DEFAULT_BASE)
    return request.param, folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_manifest_names_every_file_with_its_hash(dumped: tuple[Scope, Path]) -> None:
    scope, folder = dumped
    manifest = json.loads((folder / "manifest.json").read_text())
    listed = {entry["name"]: entry for entry in manifest["files"]}
    assert set(listed) == {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()} - {"manifest.json"}
    for name, entry in listed.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"]
    assert manifest["records"] + len(manifest["leftOut"]) == RECORDS
    assert bool(manifest["leftOut"]) == (scope == "open")


def test_every_form_holds_the_same(dumped: tuple[Scope, Path]) -> None:
    scope, folder = dumped
    lines = (folder / f"hedgerow-{scope}.nq").read_bytes()
    assert lines.splitlines() == sorted(set(lines.splitlines()))
    quads = set(parse(lines, format=RdfFormat.N_QUADS))
    assert quads == set(parse((folder / f"hedgerow-{scope}.trig").read_bytes(), format=RdfFormat.TRIG))
    records = {quad.graph_name.value for quad in quads} - {f"{DEFAULT_BASE}/graph/about"}  # type: ignore[union-attr]
    rows = [row["record"] for path in (folder / "csv").glob("*.csv") for row in table(path)]
    assert sorted(rows) == sorted(records)


def test_the_full_dump_is_the_record_and_its_licences(state: Fold, dumped: tuple[Scope, Path]) -> None:
    scope, folder = dumped
    if scope == "full":
        lines = (folder / "hedgerow-full.nq").read_bytes().splitlines(keepends=True)
        about = f"<{DEFAULT_BASE}/graph/about> .".encode()
        record = [line for line in lines if not line.rstrip().endswith(about)]
        assert record == sorted(b"".join(state.payloads(today())).splitlines(keepends=True))


def test_nothing_open_rests_on_an_unchecked_source(dumped: tuple[Scope, Path]) -> None:
    scope, folder = dumped
    closed = {row["id"] for row in table(DATA / "sources.csv") if row["redistribute"] not in ("yes", "facts-only")}
    assert closed
    quads = list(parse((folder / f"hedgerow-{scope}.nq").read_bytes(), format=RdfFormat.N_QUADS))
    cited = {q.object.value.rsplit("/", 1)[1] for q in quads if q.predicate.value == HR + "statedIn"}  # type: ignore[union-attr]
    assert bool(cited & closed) == (scope == "full")
    sources = {row["record"].rsplit("/", 1)[1] for row in table(folder / "csv/source.csv")}
    assert bool(sources & closed) == (scope == "full")


def test_every_open_record_names_its_licence_and_no_other_does(dumped: tuple[Scope, Path]) -> None:
    scope, folder = dumped
    quads = list(parse((folder / f"hedgerow-{scope}.nq").read_bytes(), format=RdfFormat.N_QUADS))
    licensed = {q.subject.value for q in quads if q.predicate.value == "http://purl.org/dc/terms/license"}  # type: ignore[union-attr]
    rows = {row["record"]: row["license"] for path in (folder / "csv").glob("*.csv") for row in table(path)}
    assert {iri for iri, licence in rows.items() if licence == LICENCE} == licensed
    left_out = json.loads((folder / "manifest.json").read_text())["leftOut"]
    if scope == "full":
        assert licensed < set(rows)
    else:
        named = set(json.loads((folder / "manifest.json").read_text())["namedOnly"])
        assert set(rows) == licensed | named
        assert named <= set(left_out)
        assert len(left_out) + len(licensed) == RECORDS
        # The tracker names no terms that anybody has checked.
        assert f"{DEFAULT_BASE}/id/source/iea-policy-tracker" in left_out


def test_what_is_left_out_but_pointed_at_has_its_class_and_name_alone(dumped: tuple[Scope, Path]) -> None:
    scope, folder = dumped
    quads = list(parse((folder / f"hedgerow-{scope}.nq").read_bytes(), format=RdfFormat.N_QUADS))
    named = json.loads((folder / "manifest.json").read_text())["namedOnly"]
    assert bool(named) == (scope == "open")
    said = {q.predicate.value for q in quads if q.graph_name.value in named}  # type: ignore[union-attr]
    assert said <= {"http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://www.w3.org/2000/01/rdf-schema#label"}
    graphs = {q.graph_name.value for q in quads}  # type: ignore[union-attr]
    pointed = {q.object.value.partition("#")[0] for q in quads if isinstance(q.object, NamedNode)}
    assert {iri for iri in pointed if iri.startswith(f"{DEFAULT_BASE}/id/")} <= graphs


def test_a_folder_with_files_is_refused(state: Fold, tmp_path: Path) -> None:
    (tmp_path / "old.txt").write_text("here first")
    with pytest.raises(InputError, match="is not empty"):
        dump(state, state.view(today()), tmp_path, "open", DEFAULT_BASE)
    assert [path.name for path in tmp_path.iterdir()] == ["old.txt"]


def test_the_notes_on_licences_count_every_source() -> None:
    counted = Counter((row["redistribute"], row["licence"]) for row in table(DATA / "sources.csv"))
    notes = (DATA / "LICENCES.md").read_text("utf-8").partition("## All terms")[2]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in notes.splitlines() if line[:1] == "|"]
    assert {(row[0], row[1]): int(row[2]) for row in rows[2:]} == counted
