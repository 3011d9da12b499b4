"""The JSON-LD context: generated, complete, accepted by name, and nothing lost on the way through it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from hedgerow.errors import InputError
from hedgerow.iri import CODE, CONTEXT, DEFAULT_BASE, HR, RDFS_LABEL, XSD
from hedgerow.ontology.context import NAME, context
from hedgerow.ontology.files import Ontology, read_ontology, read_turtle
from hedgerow.paths import ONTOLOGY
from hedgerow.record import Record
from hedgerow.sources.curated import Curated
from hedgerow.sources.rdf import read_rdf

WORDS = json.loads((ONTOLOGY / NAME).read_text("utf-8"))["@context"]


def test_the_file_is_what_the_ontology_gives() -> None:
    ontology = read_ontology(ONTOLOGY)
    assert (ONTOLOGY / NAME).read_text("utf-8") == context(ontology)
    assert {HR + word for word in WORDS} >= ontology.classes | ontology.properties
    assert "@vocab" not in WORDS


def test_a_word_says_what_its_values_are() -> None:
    assert WORDS["hasProvision"] == {"@id": "hr:hasProvision", "@type": "@id"}
    assert WORDS["legalStatus"] == {"@id": "hr:legalStatus", "@type": "@id"}
    assert WORDS["share"] == {"@id": "hr:share", "@type": "xsd:decimal"}
    assert WORDS["note"] == "hr:note"
    assert WORDS["label"] == {"@id": "rdfs:label", "@container": "@language"}


def test_a_term_cannot_take_a_word_that_means_something_else(tmp_path: Path) -> None:
    path = tmp_path / "core.ttl"
    path.write_text(f"<{HR}label> a <http://www.w3.org/2002/07/owl#DatatypeProperty> .")
    with pytest.raises(InputError, match="'label' of the context has two meanings"):
        context(Ontology(tmp_path, {"": (read_turtle(path),)}))


def compact(record: Record) -> str:
    """A record in the words of the context: one object a thing."""
    things: dict[str, dict[str, Any]] = {}
    for quad in record.quads:
        assert isinstance(quad.subject, NamedNode)
        thing = things.setdefault(quad.subject.value, {"id": quad.subject.value})
        word, value = quad.predicate.value.removeprefix(HR), quad.object
        if word == RDFS_LABEL:
            assert not isinstance(value, NamedNode)
            thing.setdefault("label", {})[value.language] = value.value  # type: ignore[union-attr]
            continue
        if word.startswith("http"):
            word = "type"
        said: Any = value.value.replace(CODE, "code:")  # type: ignore[union-attr]
        said = said.removeprefix(HR) if word == "type" else said
        if language := getattr(value, "language", None):
            said = {"@value": said, "@language": language}
        thing.setdefault(word, []).append(said)
    return json.dumps({"@context": CONTEXT, "@graph": list(things.values())}, ensure_ascii=False, indent=1)


@pytest.mark.parametrize(
    ("kind", "slug"),
    [("agreement", "jare-lynas-revised-2026"), ("party", "meti"), ("production-share", "rare-earths-CN-mining-2024")],
)
def test_a_record_comes_back_as_it_went(kind: str, slug: str, curated: Curated, tmp_path: Path) -> None:
    record = next(r for r in curated.records if r.iri == f"{DEFAULT_BASE}/id/{kind}/{slug}")
    path = tmp_path / "record.jsonld"
    path.write_text(compact(record), "utf-8")
    read = read_rdf(path, DEFAULT_BASE)
    assert (read.problems, [r.canonical for r in read.records]) == ([], [record.canonical])


def test_the_context_may_be_named_in_a_list_and_a_misspelt_word_is_refused(tmp_path: Path) -> None:
    document = {
        "@context": [CONTEXT, {"mine": HR + "note"}],
        "id": f"{DEFAULT_BASE}/id/source/memo",
        "type": "SourceDocument",
        "label": {"en": "Memo"},
        "mine": "a",
        "notes": "b",
    }
    path = tmp_path / "a.jsonld"
    path.write_text(json.dumps(document, indent=1))
    (problem,) = read_rdf(path, DEFAULT_BASE).problems
    assert "'notes' is no whole IRI, and no context maps it" in str(problem)


def test_other_processors_drop_what_is_misspelt_and_type_the_rest() -> None:
    document = {"@context": WORDS, "id": "urn:a", "share": "0.5", "shares": "0.5"}
    (quad,) = parse(json.dumps(document), format=RdfFormat.JSON_LD)
    assert (quad.predicate.value, quad.object.datatype.value) == (HR + "share", XSD + "decimal")  # type: ignore[union-attr]
