"""Search: the same thing is found by its English, Japanese and chemical names, the best hit first."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from pyoxigraph import Store

from hedgerow.graph.client import LocalGraph
from hedgerow.graph.project import View
from hedgerow.ledger import Head
from hedgerow.search import Index, index


@pytest.fixture(scope="module")
def found(record_store: Store) -> Index:
    return index(LocalGraph.of(record_store, View("public", Head(1, "a" * 64), date(2026, 11, 24))))


def slugs(hits: Index, text: str, kind: str | None = None) -> list[str]:
    return [hit.iri.rsplit("/", 1)[1] for hit in hits.find(text, kind)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("dysprosium", "dysprosium"),
        ("Ｄｙｓｐｒｏｓｉｕｍ", "dysprosium"),
        ("ジスプロシウム", "dysprosium"),
        ("ｼﾞｽﾌﾟﾛｼｳﾑ", "dysprosium"),
        ("Dy", "dysprosium"),
        ("7429-91-6", "dysprosium"),
        ("希土", "rare-earths"),
        ("JOGMEC", "jogmec"),
        ("Japan", "JP"),
        ("日本", "JP"),
    ],
)
def test_a_thing_is_found_by_each_of_its_names(text: str, first: str, found: Index) -> None:
    assert slugs(found, text)[0] == first


def test_two_characters_of_japanese_are_enough(found: Index) -> None:
    hits = found.find("電池")
    assert {"battery-materials", "li-ion-cell"} <= {hit.iri.rsplit("/", 1)[1] for hit in hits}
    assert all("電池" in hit.matched for hit in hits)
    assert {hit.kind for hit in hits} >= {"item", "agreement", "party"}


def test_gallium_is_not_potassium(found: Index) -> None:
    assert "gallium" in slugs(found, "ガリウム")
    assert "gallium" not in slugs(found, "カリウム")


def test_every_word_must_fit_in_any_order(found: Index) -> None:
    assert slugs(found, "lynas jare", "agreement") == slugs(found, "JARE  Lynas", "agreement") != []
    assert slugs(found, "lynas unobtainium") == []
    assert slugs(found, "   ") == []


def test_hits_are_labelled_in_the_language_asked_for(found: Index) -> None:
    hit = found.find("dysprosium")[0]
    assert (hit.label("en"), hit.label("ja"), hit.kind) == ("Dysprosium", "ジスプロシウム", "item")
    assert found.labels("country", "ja")[next(h.iri for h in found.find("Japan") if h.kind == "country")] == "日本"


def test_observations_have_no_names_of_their_own(found: Index) -> None:
    assert {hit.kind for hit in found.find("gallium")}.isdisjoint({"trade-flow", "production-share", "price", "demand"})


def test_the_index_is_kept_for_a_version_and_a_graph(record_store: Store) -> None:
    views = [View("public", Head(n, "a" * 64), date(2026, 11, 24)) for n in (1, 2)]
    graph = LocalGraph.of(record_store, views[0])
    first = index(graph)
    assert index(graph) is first
    graph._view = views[1]
    assert index(graph) is not first
    assert index(LocalGraph.of(Store(), views[0])).find("gallium") == []


def test_the_command_prints_what_it_finds(loaded_home: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        env = {"HEDGEROW_HOME": str(loaded_home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        return subprocess.run(
            [sys.executable, "-m", "hedgerow", "search", *words], env=env, capture_output=True, text=True, check=True
        )

    line = run("電池", "--kind", "item", "--lang", "ja").stdout.splitlines()[0]
    assert line.split() == ["item", "battery-materials", "電池材料（総称）"]
    nothing = run("unobtainium")
    assert (nothing.stdout, nothing.stderr) == ("", "Nothing on record has that name.\n")
