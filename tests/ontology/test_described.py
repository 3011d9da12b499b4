"""What is read of the ontology's files, where its terms are used, and the two guides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse, serialize
from rdflib import Graph
from rdflib.compare import isomorphic

from hedgerow.documentation import guide
from hedgerow.documentation.described import FORMS, serialised, shipped
from hedgerow.documentation.usage import EXAMPLE_BASE, SNIPPET_LINES, Examples, examples, question_files, uses
from hedgerow.errors import InputError
from hedgerow.iri import CODE, DEFAULT_BASE, HR
from hedgerow.questions import load_questions

ROOT = Path(__file__).parents[2]
FIXTURE = Examples(ROOT / "tests/fixtures/examples")


def test_no_term_has_the_name_of_a_module_or_of_a_page() -> None:
    taken = {*shipped().modules, "how-to-model", "mission", "rules", "checks", "shapes"}
    assert {term.name for term in shipped().terms.values()} & taken == set()


def test_every_term_belongs_to_a_module_and_the_modules_hold_every_statement() -> None:
    here = shipped()
    whole = Graph()
    for name in here.modules:
        whole += here.about_module(name)
    assert {term.module for term in here.terms.values()} == set(here.modules)
    # Blank nodes keep their names within one reading, so the statements can be compared one by one.
    assert set(here.graph) - set(whole) == set()


def test_the_hierarchy_is_told_from_both_ends() -> None:
    here = shipped()
    assert here.paths(HR + "Company") == [(HR + "Party", HR + "Organization")]
    assert here.ancestors(HR + "Company") == [HR + "Organization", HR + "Party"]
    assert "Company" in {term.name for term in here.children(HR + "Organization")}
    assert [at for at, _ in here.said_of(HR + "BundledAgreement")] == [HR + "Agreement"]
    assert "hasProvision" in {term.name for term in here.values_of(HR + "Provision")}


@pytest.mark.parametrize("media_type", FORMS)
def test_a_term_comes_with_its_class_expressions(media_type: str) -> None:
    about = shipped().about_term(HR + "BundledAgreement")
    body = serialised(about, media_type)
    read_back = serialize(parse(body, format=RdfFormat.from_media_type(media_type)), format=RdfFormat.N_TRIPLES)
    assert isomorphic(Graph().parse(data=read_back, format="nt"), about)
    assert body == serialised(shipped().about_term(HR + "BundledAgreement"), media_type)
    assert b"QualityAuditRight" in body


def test_uses_are_found_in_the_text_of_the_files() -> None:
    found = uses("BundledAgreement")
    assert "bundle" in found.questions
    assert found.computed_by == ("R07-kinds-of-agreement",)
    assert uses("Agreement").computed_by == ()
    assert "R07-kinds-of-agreement" in uses("Agreement").rules
    assert "core#Agreement" in uses("tenorYears").shapes
    assert "end-before-begin" in uses("endsOn").checks
    assert {key: path.stem for key, path in question_files().items()} == {
        q.id: q.name for q in load_questions().values()
    }


def test_the_snippet_of_a_term_is_the_shortest_block_that_uses_it() -> None:
    snippet = FIXTURE.of_term("hasProvision")
    assert snippet
    assert snippet.text.startswith("<agreement/oxide> a hr:Agreement ;\n    rdfs:label")
    assert snippet.address == "/demo/doc/agreement/oxide"
    shortest = FIXTURE.of_term("hasUnit")
    assert shortest
    assert shortest.text == (
        "<agreement/oxide#quantity> a hr:Quantity ;\n    hr:hasUnit unit:t ;\n    hr:lowerBound 200 ;\n"
        "    hr:massBasis mass-basis:oxide ."
    )
    assert FIXTURE.of_term("NoSuch") is None


def test_a_long_block_is_cut_and_keeps_the_line_of_the_term() -> None:
    snippet = FIXTURE.of_term("year")
    assert snippet
    assert snippet.cut
    assert len(snippet.text.splitlines()) <= SNIPPET_LINES
    assert "hr:year 1 ;" in snippet.text
    whole = FIXTURE.of_record("item/nd-oxide")
    assert whole
    assert not whole.cut
    assert len(whole.text.splitlines()) == 13


def test_what_a_snippet_says_is_what_the_file_says() -> None:
    head = f"@base <{EXAMPLE_BASE}> .\n@prefix hr: <{HR}> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    head += "".join(f"@prefix {name}: <{CODE}{name}/> .\n" for name in ("unit", "mass-basis"))
    names = ("agreement/oxide", "agreement/oxide#offtake", "agreement/oxide#quantity", "item/nd-oxide")
    text = head + "\n".join(snippet.text for name in names if (snippet := FIXTURE.of_record(name)))
    file = ROOT / "tests/fixtures/examples/agreement.ttl"
    assert set(parse(text, format=RdfFormat.TURTLE)) == set(parse(path=file, format=RdfFormat.TURTLE))
    assert EXAMPLE_BASE.startswith(DEFAULT_BASE)


def test_the_guides_are_whole_in_both_languages() -> None:
    assert len(guide.patterns()) == 10
    assert [point.number for point in guide.mission()] == list(range(1, 45))
    for texts in (
        *(text for way in guide.patterns() for text in (way.title, way.text)),
        *(point.point for point in guide.mission()),
    ):
        assert sorted(texts) == ["en", "ja"]
        assert not re.search(r"[^\x00-\xff] [^\x00-\xff]", texts["ja"])
    assert {means for point in guide.mission() for means in point.answered_by} <= set(guide.ANSWERS)


def test_what_the_guides_name_is_there() -> None:
    assert guide.missing(shipped(), examples()) == []


def test_the_committed_document_is_what_the_generator_writes() -> None:
    committed = (ROOT / "docs/reference/mission.md").read_text("utf-8")
    assert committed == guide.mission_document(guide.mission())


def test_a_broken_guide_is_refused_by_its_entry(tmp_path: Path) -> None:
    path = tmp_path / "patterns.yaml"
    path.write_text("- {id: x, title: {en: X, ja: X}, text: {en: X, ja: X}, terms: []}\n- {id: y}\n", "utf-8")
    with pytest.raises(InputError, match=r"patterns\.yaml, entry 2: terms, text, title missing"):
        guide.patterns(path)
