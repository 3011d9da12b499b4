"""Comunica: the endpoint as one source of several, found by itself or named, and records as documents."""

from __future__ import annotations

import json
import subprocess
from urllib.request import Request, urlopen

import pytest
from rdflib import Graph

from hedgerow.graph.client import LocalGraph
from hedgerow.iri import DEFAULT_BASE
from tests.clients import asked
from tests.clients.node import package, run

pytestmark = pytest.mark.xdist_group("clients")

JSON = "application/sparql-results+json"
OWNERS = f"""PREFIX ex: <https://example.org/ns#>
PREFIX item: <{DEFAULT_BASE}/id/item/>
item:nickel ex:keeper "Mori"@ja ; ex:tonnes 12.5 .
item:gallium ex:keeper "Sato"@ja .
item:unobtainium ex:keeper "Nobody"@en .
"""


def comunica(query: str, *sources: str, form: str = JSON) -> subprocess.CompletedProcess[str]:
    """The command `comunica-sparql`."""
    script = package("@comunica/query-sparql") / "bin/query.js"
    return run(script, *sources, "-q", query, "-t", form)


def told(query: str, *sources: str, form: str = JSON) -> str:
    done = comunica(query, *sources, form=form)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(query: str, *sources: str) -> list[asked.Row]:
    return asked.rows(json.loads(told(query, *sources)))


@pytest.fixture(params=["sparql@", ""], ids=["named", "found"])
def source(request: pytest.FixtureRequest, endpoint: str) -> str:
    """The endpoint as a source: said to be one, or left to be found out."""
    return f"{request.param}{endpoint}"


def test_rows_are_those_of_the_record(source: str, here: LocalGraph) -> None:
    expected = asked.told(here, asked.ROWS)
    assert rows(asked.ROWS, source) == expected


def test_yes_and_no(source: str) -> None:
    assert json.loads(told(asked.ASK, source))["boolean"] is True
    assert json.loads(told(asked.ASK_NOT, source))["boolean"] is False


def test_constructed_and_described_statements_are_those_of_the_record(source: str, here: LocalGraph) -> None:
    expected = set(asked.statements(here, asked.CONSTRUCT))
    for query in (asked.CONSTRUCT, asked.DESCRIBE):
        said = told(query, source, form="application/n-triples")
        assert set(Graph().parse(data=said, format="nt")) == expected


def test_texts_are_decoded_once(source: str, here: LocalGraph) -> None:
    # With a pattern beside them, or Comunica would answer by itself.
    texts = " ".join(f'"{written}"' for written, _ in asked.AWKWARD.values())
    query = f"{asked.PREFIXES}SELECT ?said {{ VALUES ?said {{ {texts} }} <{asked.NICKEL}> a hr:Item }}"
    found = asked.told(here, query)
    assert len(found) == len(asked.AWKWARD)
    assert asked.same(rows(query, source), found)


def test_what_the_endpoint_refuses_is_told_in_its_words(endpoint: str) -> None:
    query = f"SELECT ?x {{ <{asked.NICKEL}> a ?t BIND(<https://example.org/ns#f>(?t) AS ?x) }}"
    done = comunica(query, f"sparql@{endpoint}")
    assert done.returncode == 1
    assert "HTTP status 400" in done.stderr
    assert "https://example.org/ns#f" in done.stderr
    assert "remedy" in done.stderr


@pytest.mark.parametrize(
    "address", ["/doc/item/nickel", "/id/item/nickel", "file@/doc/item/nickel", "/doc/item/nickel.ttl"]
)
def test_a_document_of_a_record_is_a_source(address: str, site: str, here: LocalGraph) -> None:
    kind, at, path = address.rpartition("@")
    query = f"SELECT ?p ?o {{ <{asked.NICKEL}> ?p ?o }}"
    assert asked.same(rows(query, f"{kind}{at}{site}{path}"), asked.told(here, query))


def test_a_term_of_the_ontology_is_a_source(site: str) -> None:
    query = f"{asked.PREFIXES}SELECT ?label {{ hr:BundledAgreement rdfs:label ?label }}"
    assert {row["label"] for row in rows(query, f"{site}/ns/BundledAgreement")} >= {'"bundled agreement"@en'}


def test_a_query_over_two_endpoints_joins_them(oxigraph: str, endpoint: str, here: LocalGraph) -> None:
    with urlopen(
        Request(f"{oxigraph}/store?default", OWNERS.encode(), {"Content-Type": "text/turtle"}, method="PUT")
    ) as answer:
        assert answer.status in (201, 204)
    query = f"""{asked.PREFIXES}PREFIX ex: <https://example.org/ns#>
SELECT ?item ?name ?keeper {{ ?item ex:keeper ?keeper ; rdfs:label ?name }}"""
    said = rows(query, f"sparql@{endpoint}", f"sparql@{oxigraph}/query")
    expected = f"""{asked.PREFIXES}SELECT ?item ?name ?keeper {{
      VALUES (?item ?keeper) {{
        (<{DEFAULT_BASE}/id/item/nickel> "Mori"@ja) (<{DEFAULT_BASE}/id/item/gallium> "Sato"@ja)
        (<{DEFAULT_BASE}/id/item/unobtainium> "Nobody"@en)
      }}
      ?item rdfs:label ?name
    }}"""
    assert asked.same(said, asked.told(here, expected))
    assert {row["keeper"] for row in said} == {'"Mori"@ja', '"Sato"@ja'}
    # Neither source knows the answer alone.
    assert rows(query, f"sparql@{endpoint}") == rows(query, f"sparql@{oxigraph}/query") == []


def test_a_document_and_an_endpoint_join(site: str, endpoint: str, here: LocalGraph) -> None:
    query = f"""{asked.PREFIXES}SELECT ?product ?name {{
      <{asked.NICKEL}> hr:dependsOn ?product . ?product rdfs:label ?name FILTER(LANG(?name) = "ja")
    }}"""
    assert asked.same(rows(query, f"{site}/doc/item/nickel", f"sparql@{endpoint}"), _twice(asked.told(here, query)))


def _twice(found: list[asked.Row]) -> list[asked.Row]:
    """Every row twice: the link stands in the document and in the endpoint, and Comunica does not merge sources."""
    return [*found, *found]
