"""The demonstration tier: its own chain above the public one, which never sees, names or counts it."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from hedgerow.backup import backup, restore
from hedgerow.errors import CallError
from hedgerow.exchange.dump import Scope, dump
from hedgerow.graph.client import GraphClient, LocalGraph
from hedgerow.graph.project import fold, today
from hedgerow.intake.load import add, examples
from hedgerow.intake.report import lines
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Ledger
from hedgerow.paths import EXAMPLES
from hedgerow.questions import ask, load_questions
from hedgerow.record import Record
from hedgerow.search import index
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC, chains, name_of, named, prefix, tier_of
from hedgerow.verify import examine, rebuild
from tests.conftest import RECORDS, copy_home, edit, running_graph, wait_for

BASE = DEFAULT_BASE
AGREEMENT = f"{BASE}/demo/id/agreement/asean-offtake"
PARTY = """@base <https://w3id.org/hedgerow/registry/{place}> .
@prefix hr: <https://w3id.org/hedgerow/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<party/maker> a hr:Company ; rdfs:label "Maker"@en ; {more}
    hr:evidence <https://w3id.org/hedgerow/code/evidence/{grade}> .
"""


def party(folder: Path, place: str, grade: str, more: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "party.ttl"
    path.write_text(PARTY.format(place=place, grade=grade, more=more), "utf-8")
    return path


@pytest.fixture
def ours(demo_home: Path, tmp_path: Path) -> Path:
    """A home with examples of one's own."""
    return copy_home(demo_home, tmp_path)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A copy of the examples, to be changed."""
    return Path(shutil.copytree(EXAMPLES, tmp_path / "examples"))


def open_ledger(home: Path) -> Ledger:
    settings = Settings(home=home)
    return Ledger(settings.ledger, settings.base)


def run(home: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hedgerow", *words],
        env={"PATH": os.environ["PATH"], "HEDGEROW_HOME": str(home), "LANG": "C.UTF-8", **env},
        capture_output=True,
        text=True,
        timeout=120,
    )


# names


def test_every_iri_has_its_tier_and_its_name() -> None:
    for base in (BASE, "https://example.org/demo"):
        for tier, name in ((PUBLIC, "nickel"), (DEMO, "demo/nickel")):
            iri = f"{prefix(base, tier)}item/nickel"
            assert tier_of(base, iri) == tier
            assert tier_of(base, f"{iri}#part") == tier
            assert named(base, "item", name) == iri
            assert name_of(base, iri) == name
    assert tier_of(BASE, "https://example.org/id/item/nickel") is None
    with pytest.raises(CallError, match="There are: public, demo"):
        chains("secret")


def test_a_record_refers_to_records_of_every_tier(invented: list[Record]) -> None:
    (agreement,) = [record for record in invented if record.iri == AGREEMENT]
    targets = set(agreement.references(BASE))
    assert {tier_of(BASE, target) for target in targets} == {PUBLIC, DEMO}
    assert AGREEMENT not in targets


# intake


def test_the_same_examples_append_nothing_a_change_is_a_correction_and_what_is_gone_is_withdrawn(
    ours: Path, shipped: Path
) -> None:
    with open_ledger(ours) as ledger:
        before = ledger.head(DEMO)
        report = examples(ledger, shipped, BASE)
        assert (report.appended, report.unchanged) == (0, before.position)
        edit(shipped / "core.ttl", '"Kanto Motors (example)"', '"Kanto Motor (example)"')
        report = examples(ledger, shipped, BASE, dry_run=True)
        assert (len(report.corrected), report.appended) == (1, 0)
        assert examples(ledger, shipped, BASE).appended == 1
        party(shipped, "demo/id/", "synthetic")
        assert examples(ledger, shipped, BASE).asserted == [f"{BASE}/demo/id/party/maker"]
        (shipped / "party.ttl").unlink()
        report = examples(ledger, shipped, BASE)
        assert report.withdrawn == [f"{BASE}/demo/id/party/maker"]
        assert report.appended == 1
        assert report.withdrawn[0] not in fold(ledger, DEMO).versions
        assert {event.origin for event, _ in ledger.events(DEMO)} == {"example"}
        assert ledger.head(PUBLIC).position == RECORDS


def test_one_fault_and_no_example_is_taken(ours: Path, shipped: Path) -> None:
    edit(shipped / "core.ttl", '"Kanto Motors (example)"', '"Kanto Motor (example)"')
    (shipped / "other.ttl").write_text("@prefix hr: <https://w3id.org/hedgerow/ns#> .\n<nothing> a hr:Nothing .\n")
    with open_ledger(ours) as ledger:
        before = ledger.head(DEMO)
        report = examples(ledger, shipped, BASE)
        assert not report.ok
        assert ledger.head(DEMO) == before


@pytest.mark.parametrize(
    ("place", "grade", "more", "says"),
    [
        ("demo/id/", "cited", "", "What stands in the demonstration tier is invented and says so"),
        ("id/", "synthetic", "", "is a record of the tier 'public', not 'demo'"),
        ("demo/id/", "synthetic", "hr:controlledBy <party/nobody> ;", "party/nobody, which is not there"),
        ("demo/id/", "synthetic", "hr:hasIdentifier <party/maker#id> . <party/maker#id> a hr:Identifier ;"
         "hr:evidence <https://w3id.org/hedgerow/code/evidence/cited> . <party/maker>", "(party/maker#id): What stands"),
    ],
)  # fmt: skip
def test_an_example_that_hides_what_it_is_is_refused(
    place: str, grade: str, more: str, says: str, ours: Path, tmp_path: Path
) -> None:
    path = party(tmp_path / "files", place, grade, more)
    with open_ledger(ours) as ledger:
        before = ledger.head(DEMO)
        report = examples(ledger, path.parent, BASE)
        assert says in "\n".join(lines(report, dry_run=False))
        assert ledger.head(DEMO) == before


@pytest.mark.parametrize(
    ("place", "grade", "more", "says"),
    [
        ("id/", "synthetic", "", "keep it among the examples"),
        ("demo/id/", "synthetic", "", "is a record of the tier 'demo', not 'public'"),
        (
            "id/",
            "unverified",
            "hr:controlledBy </hedgerow/registry/demo/id/party/kanto-motors> ;",
            "which is invented",
        ),
    ],
)
def test_nothing_invented_gets_into_the_public_record(
    place: str, grade: str, more: str, says: str, ours: Path, tmp_path: Path
) -> None:
    path = party(tmp_path / "files", place, grade, more)
    with open_ledger(ours) as ledger:
        report = add(ledger, [path], BASE, "editor")
        assert says in "\n".join(lines(report, dry_run=False))
        assert ledger.head(PUBLIC).position == RECORDS


def test_examples_follow_the_base_of_the_registry(tmp_path: Path) -> None:
    base = "https://example.org/r"
    files = party(tmp_path / "files", "demo/id/", "synthetic").parent
    with Ledger(tmp_path / "home" / "ledger.sqlite", base) as ledger:
        assert examples(ledger, files, base).ok
        assert list(fold(ledger, DEMO).versions) == ["https://example.org/r/demo/id/party/maker"]


# graph


def test_public_answers_are_the_same_to_the_byte_with_and_without_examples(loaded_home: Path, demo_home: Path) -> None:
    without, beside = (LocalGraph(Settings(home=home)) for home in (loaded_home, demo_home))
    assert without.status() == beside.status()
    for question in load_questions().values():
        answers = [ask(graph, question, {}, BASE) for graph in (without, beside)]
        assert answers[0].to_json() == answers[1].to_json(), question.name
        assert answers[0].to_csv() == answers[1].to_csv()
    everything = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o"
    assert without.query(everything).body == beside.query(everything).body
    assert index(without).find("example") == index(beside).find("example")


def test_a_public_dump_is_the_same_with_and_without_examples(
    loaded_home: Path, demo_home: Path, tmp_path: Path
) -> None:
    written = []
    for home in (loaded_home, demo_home):
        with open_ledger(home) as ledger:
            state = fold(ledger)
        folder = tmp_path / home.parent.name
        dump(state, state.view(today()), folder, "open", BASE)
        written.append({p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert written[0] == written[1]


def test_the_version_names_both_heads(demo_home: Path) -> None:
    graph = LocalGraph(Settings(home=demo_home), DEMO)
    with open_ledger(demo_home) as ledger:
        public, demo = ledger.head(PUBLIC), ledger.head(DEMO)
        assert fold(ledger).view(today()).version == f"public-{public.position}-{public.hash[:12]}-{today()}"
    ends = f"demo-{demo.position}-{demo.hash[:12]}-public-{public.position}-{public.hash[:12]}-{today()}"
    assert graph.status()["version"] == ends
    assert graph.tier == "demo"
    bundled = f"ASK {{ <{AGREEMENT}> a <https://w3id.org/hedgerow/ns#BundledAgreement> }}"
    assert b"true" in graph.query(bundled).body
    assert b"false" in LocalGraph(Settings(home=demo_home)).query(bundled).body


def test_the_graph_process_follows_both_chains(ours: Path, shipped: Path, tmp_path: Path) -> None:
    settings = Settings(home=ours)
    client = GraphClient(settings, DEMO)
    with running_graph(settings, tier=DEMO):
        assert client.status()["tier"] == "demo"
        versions = [client.status()["version"]]
        with open_ledger(ours) as ledger:
            edit(shipped / "core.ttl", '"Kanto Motors (example)"', '"Kanto Motor (example)"')
            assert examples(ledger, shipped, BASE).appended == 1
            wait_for(lambda: client.status()["version"] not in versions)
            assert b"Kanto Motor " in client.query("SELECT ?l { ?s ?p ?l FILTER(STRSTARTS(STR(?l), 'Kanto')) }").body
            versions.append(client.status()["version"])
            assert add(ledger, [party(tmp_path / "files", "id/", "unverified")], BASE, "editor").appended == 1
            wait_for(lambda: client.status()["version"] not in versions)
        assert b"true" in client.query(f"ASK {{ <{BASE}/id/party/maker> ?p ?o }}").body
        assert client.status()["version"] == LocalGraph(settings, DEMO).status()["version"]


# the ledger as a whole


def test_verify_backup_restore_and_rebuild_walk_its_chain(ours: Path, tmp_path: Path) -> None:
    with open_ledger(ours) as ledger:
        assert list(examine(ledger)) == []
        head = ledger.head(DEMO)
        assert backup(ledger, BASE, tmp_path / "backup")[DEMO] == head
        ledger.connection.execute("DELETE FROM head WHERE tier='demo'")
        ledger.connection.execute("DELETE FROM latest WHERE tier='demo'")
        assert {"demo"} == {str(damage).split("'")[1] for damage in examine(ledger) if "chain" in str(damage)}
        rebuild(ledger)
        assert list(examine(ledger)) == []
        assert ledger.head(DEMO) == head
        ledger.connection.execute("UPDATE payload SET bytes = x'00' WHERE tier='demo' AND position=1")
        assert any("Event 1 of the chain 'demo'" in str(damage) for damage in examine(ledger))
    restored = tmp_path / "restored" / "ledger.sqlite"
    assert restore(tmp_path / "backup", restored, BASE)[DEMO] == head
    said = run(tmp_path / "restored", "verify").stdout
    assert f"The chain 'demo' is whole: {head.position} events" in said
    assert f"The chain 'public' is whole: {RECORDS} events" in said


# the command line and the dump


def test_the_command_line_asks_the_tier_it_is_told(demo_home: Path) -> None:
    answer = json.loads(run(demo_home, "ask", "bundle", "--tier", "demo", "--format", "json").stdout)
    assert {row["synthetic"] for row in answer["rows"]} == {True}
    assert answer["footing"]["tier"] == "demo"
    assert len(answer["rows"]) == 287
    rows = list(csv.DictReader(io.StringIO(run(demo_home, "ask", "bundle", "--format", "csv", "--tier=demo").stdout)))
    assert {row["synthetic"] for row in rows} == {"true"}
    assert "tier demo" in run(demo_home, "ask", "bundle", "--tier", "demo").stdout
    assert "tier" not in run(demo_home, "ask", "C2", "--item", "nickel").stdout.splitlines()[-2]
    found = run(demo_home, "search", "mekong", "--tier", "demo").stdout
    assert found.count("(synthetic)") == len(found.splitlines()) == 8
    assert run(demo_home, "search", "Mekong").stdout == ""
    count = "SELECT (COUNT(*) AS ?n) { ?a a <https://w3id.org/hedgerow/ns#Agreement> }"
    (demo_home / "count.rq").write_text(count)
    assert run(demo_home, "query", str(demo_home / "count.rq"), "--tier", "demo").stdout.split() == ["n", "287"]
    assert run(demo_home, "query", str(demo_home / "count.rq")).stdout.split() == ["n", "283"]


def test_a_parameter_names_an_invented_record_by_its_tier(demo_home: Path) -> None:
    words = ("ask", "agreements-in-force", "--tier", "demo", "--format", "json")
    assert json.loads(run(demo_home, *words, "--item", "ndpr-oxide").stdout)["rows"]
    missing = run(demo_home, *words, "--item", "demo/unobtainium")
    assert missing.returncode == 2
    assert "there is no such item" in missing.stderr


def test_switched_off_there_is_no_such_tier(demo_home: Path, loaded_home: Path) -> None:
    for words in (["examples"], ["ask", "bundle", "--tier", "demo"], ["search", "x", "--tier", "demo"]):
        result = run(demo_home, *words, HEDGEROW_DEMO="0")
        assert result.returncode == 2
        assert "Set HEDGEROW_DEMO to 1" in result.stderr
    empty = run(loaded_home, "ask", "bundle", "--tier", "demo")
    assert "Run 'hedgerow examples' first" in empty.stderr


@pytest.mark.parametrize("scope", ["open", "full"])
def test_a_dump_of_the_tier_holds_what_is_invented_and_says_so_everywhere(
    scope: Scope, demo_home: Path, invented: list[Record], tmp_path: Path
) -> None:
    with open_ledger(demo_home) as ledger:
        state = fold(ledger, DEMO)
    dumped = dump(state, state.view(today()), tmp_path / "dump", scope, BASE)
    files = [path for path in (tmp_path / "dump").rglob("*") if path.is_file()]
    assert len(files) == 3 + len({record.kind for record in invented})
    assert all("synthetic" in path.name for path in files)
    manifest = json.loads(dumped.manifest.read_text())
    assert manifest["synthetic"] is True
    assert manifest["records"] == dumped.records == len(invented)
    assert manifest["leftOut"] == []
    assert "public record" not in manifest["title"]
    rows = [
        row for path in files if path.suffix == ".csv" for row in csv.DictReader(path.read_text("utf-8").splitlines())
    ]
    assert {row["synthetic"] for row in rows} == {"true"}
    assert {row["record"] for row in rows} == {record.iri for record in invented}
    quads = list(parse((tmp_path / "dump" / f"synthetic-hedgerow-{scope}.nq").read_bytes(), format=RdfFormat.N_QUADS))
    below = {q.graph_name.value for q in quads} - {r.iri for r in invented} - {f"{BASE}/graph/about"}  # type: ignore[union-attr]
    assert set(manifest["namedOnly"]) == below
    assert f"{BASE}/id/item/dysprosium-oxide" in below
