"""`hedgerow ontology check` and `write`, as a person runs them: clean on the shipped files, a planted fault is told."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hedgerow.ontology.check import check
from hedgerow.paths import ONTOLOGY

STEPS = (
    "parse",
    "canonical form",
    "context",
    "hygiene",
    "undefined terms",
    "labels",
    "HermiT on the schema",
    "HermiT on the examples",
    "rules equal HermiT",
    "shapes and checks",
)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hedgerow", "ontology", *words], capture_output=True, text=True, timeout=300
    )


def steps(output: str) -> list[str]:
    return [line[2:26].strip() for line in output.splitlines() if line[:1] in "✓✗–"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ONTOLOGY, tmp_path / "ontology"))


def test_the_shipped_ontology_passes_every_step() -> None:
    done = run("check")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert steps(done.stdout) == list(STEPS)
    assert "✗" not in done.stdout


def test_without_the_reasoner_three_steps_are_said_to_be_skipped() -> None:
    done = run("check", "--no-reasoner")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    skipped = [line[2:26].strip() for line in done.stdout.splitlines() if "skipped" in line]
    assert skipped == ["HermiT on the schema", "HermiT on the examples", "rules equal HermiT"]


def test_the_shipped_files_are_as_they_are_written(copy: Path) -> None:
    done = run("write", str(copy))
    assert (done.returncode, done.stdout) == (0, "Nothing to write: every file is in its form.\n")


def appended(name: str, text: str) -> Callable[[Path], None]:
    def plant(root: Path) -> None:
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text((path.read_text("utf-8") if path.exists() else "") + text, "utf-8")

    return plant


RECORD = """@base <https://w3id.org/hedgerow/registry/demo/id/> .
@prefix hr: <https://w3id.org/hedgerow/ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix evidence: <https://w3id.org/hedgerow/code/evidence/> .

<country/XX> a hr:Country ;
    rdfs:label "Xland"@en ;
    hr:evidence evidence:cited ;
    hr:isoCode "XX" .
"""
EMPTY = """
hr:Boat a owl:Class ; rdfs:subClassOf hr:Item , hr:Party ; rdfs:label "boat"@en , "舟"@ja ;
  skos:definition "what floats"@en , "浮かぶもの"@ja ; skos:example "One."@en ; vs:term_status "testing" ;
  rdfs:isDefinedBy <https://w3id.org/hedgerow/ns/material> ; dcterms:subject "A1" .
"""
#: Each fault with the step that must tell it, what it says, and whether it takes the reasoner.
FAULTS = {
    "a file that does not parse": (appended("core.ttl", "hr:"), "parse", "core.ttl is not Turtle", False),
    "another form": (appended("pool.ttl", "\n\n"), "canonical form", "ontology/pool.ttl: The file is not in canonical form. Run 'hedgerow ontology write'.", False),
    "an old context": (appended("context.jsonld", "\n"), "context", "ontology/context.jsonld: It is not what the ontology gives. Run", False),
    "a term without anything": (appended("core.ttl", "hr:Boat a owl:Class ."), "hygiene", "ontology/core.ttl: hr:Boat It has no label in the language en.", False),
    "a word that does not exist": (appended("align/a.ttl", "@prefix hr: <https://w3id.org/hedgerow/ns#> .\n\nhr:Boot a hr:Item .\n"), "undefined terms", "ontology/align/a.ttl, line 3: hr:Boot It is not defined.", False),
    "a code that does not exist": (appended("checks/a.rq", "PREFIX role: <https://w3id.org/hedgerow/code/role/>\nASK { ?a ?b role:sailor }"), "undefined terms", "ontology/checks/a.rq, line 2: code:role/sailor It is not defined.", False),
    "an empty class": (appended("material.ttl", EMPTY), "HermiT on the schema", "ontology/material.ttl: hr:Boat Nothing can be of this class.", True),
    "a contradiction in the examples": (appended("examples/a.ttl", RECORD.replace("a hr:Country", "a hr:Country , hr:Area")), "HermiT on the examples", "both hr:Area (stated to be hr:Area) and hr:Country (stated to be hr:Country), which are disjoint", True),
    "an example that is no record": (appended("examples/a.ttl", RECORD.replace("country/", "ship/")), "shapes and checks", "There is no kind of record 'ship'", False),
    "an example without a label": (appended("examples/a.ttl", RECORD.replace('    rdfs:label "Xland"@en ;\n', "")), "shapes and checks", "Give a label in English", False),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_told_in_its_step(fault: str, copy: Path) -> None:
    plant, step, told, reasoned = FAULTS[fault]
    plant(copy)
    for done in check(copy, with_reasoner=reasoned):
        lines = [" ".join((f"{fault.place}:", fault.term, fault.message, fault.remedy)) for fault in done.faults]
        if any(told in line.replace(":  ", ": ") for line in lines):
            assert (done.name, done.ok) == (step, False)
            return
    pytest.fail(f"no step tells: {told}")


def test_a_fault_is_printed_with_its_place_and_ends_with_exit_code_1(copy: Path) -> None:
    appended("core.ttl", "hr:Boat a owl:Class .")(copy)
    done = run("check", "--no-reasoner", str(copy))
    assert (done.returncode, done.stderr) == (1, "")
    assert "  ✗ ontology/core.ttl: hr:Boat It has no label in the language en. Write it: English" in done.stdout
    assert "[label-missing]" in done.stdout


def test_a_sound_example_passes_every_step(copy: Path) -> None:
    records = re.compile(r"shapes and checks +(\d+) records")
    shipped = records.search(run("check", "--no-reasoner", str(copy)).stdout)
    appended("examples/a.ttl", RECORD)(copy)
    done = run("check", str(copy))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    counted = records.search(done.stdout)
    assert shipped
    assert counted
    assert int(counted[1]) == int(shipped[1]) + 1


def test_write_mends_the_form_and_the_context_and_no_more(copy: Path) -> None:
    appended("core.ttl", "# gone\nhr:Boat a owl:Class .\n")(copy)
    done = run("write", str(copy))
    assert (done.returncode, done.stdout) == (0, "core.ttl\n  not kept: # gone\ncontext.jsonld\n2 files written.\n")
    text = (copy / "core.ttl").read_text("utf-8")
    assert "# gone" not in text
    assert "\nhr:Boat a owl:Class .\n" in text
    assert run("write", str(copy)).stdout.startswith("Nothing to write")
