"""SPARQLWrapper, as analysts' notebooks use it: every form of answer, every way to send, its own exceptions."""

from __future__ import annotations

import csv
import io
import json
import time
from typing import Any
from urllib.error import HTTPError
from xml.dom.minidom import Document

import pytest
from rdflib import Graph
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDF,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import EndPointNotFound, QueryBadFormed

from hedgerow.graph.client import LocalGraph
from hedgerow.iri import DEFAULT_BASE
from tests.clients import asked
from tests.clients.conftest import DEADLINE_SECONDS

pytestmark = pytest.mark.xdist_group("clients")

WAYS = {"get": (GET, URLENCODED), "form": (POST, URLENCODED), "direct": (POST, POSTDIRECTLY)}


@pytest.fixture(params=WAYS, ids=list(WAYS))
def wrapper(request: pytest.FixtureRequest, endpoint: str) -> SPARQLWrapper:
    """A wrapper that sends in one of the three ways of the protocol."""
    method, encoding = WAYS[request.param]
    made = SPARQLWrapper(endpoint)
    made.setMethod(method)
    made.setRequestMethod(encoding)
    made.setTimeout(30)
    return made


def ask(wrapper: SPARQLWrapper, query: str, form: str) -> Any:
    wrapper.setQuery(query)
    wrapper.setReturnFormat(form)
    return wrapper.queryAndConvert()


def test_rows_in_json_are_those_of_the_record(wrapper: SPARQLWrapper, here: LocalGraph) -> None:
    expected = asked.told(here, asked.ROWS)
    assert len(expected) > 20
    assert asked.rows(ask(wrapper, asked.ROWS, JSON)) == expected


def test_rows_in_xml_are_those_of_the_record(wrapper: SPARQLWrapper, here: LocalGraph) -> None:
    document = ask(wrapper, asked.ROWS, XML)
    assert isinstance(document, Document)
    read = []
    for result in document.getElementsByTagName("result"):
        row = {}
        for binding in result.getElementsByTagName("binding"):
            cell = binding.firstChild
            value = "".join(part.data for part in cell.childNodes)
            language, datatype = (cell.getAttribute(name) or None for name in ("xml:lang", "datatype"))
            uri = cell.tagName == "uri"
            row[binding.getAttribute("name")] = f"<{value}>" if uri else asked.lexical(value, language, datatype)
        read.append(row)
    assert read == asked.told(here, asked.ROWS)


def test_rows_in_csv_and_tsv_are_those_of_the_record(wrapper: SPARQLWrapper, here: LocalGraph) -> None:
    expected = json.loads(here.query(asked.ROWS).body)
    names = expected["head"]["vars"]
    table = list(csv.reader(io.StringIO(ask(wrapper, asked.ROWS, CSV).decode())))
    assert table[0] == names
    assert table[1:] == [
        [row[name]["value"] if name in row else "" for name in names] for row in expected["results"]["bindings"]
    ]
    lines = ask(wrapper, asked.ROWS, TSV).decode().splitlines()
    assert lines[0].split("\t") == [f"?{name}" for name in names]
    assert len(lines) == len(table)
    assert all(line.startswith("<https://") for line in lines[1:])


def test_yes_and_no(wrapper: SPARQLWrapper) -> None:
    for query, said in ((asked.ASK, True), (asked.ASK_NOT, False)):
        assert ask(wrapper, query, JSON) == {"head": {}, "boolean": said}
        document = ask(wrapper, query, XML)
        assert document.getElementsByTagName("boolean")[0].firstChild.data == str(said).lower()
        assert ask(wrapper, query, CSV).decode().strip() == str(said).lower()


@pytest.mark.parametrize("query", [asked.CONSTRUCT, asked.DESCRIBE], ids=["construct", "describe"])
@pytest.mark.parametrize(
    ("form", "parser"),
    [(TURTLE, "turtle"), (N3, "turtle"), (RDFXML, None), (XML, None), (RDF, None), (JSONLD, None)],
    ids=["turtle", "n3", "rdf+xml", "xml", "rdf", "json-ld"],
)
# The wrapper's own: it makes graphs the old way, and sends */* for RDF.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Sending Accept header:RuntimeWarning")
def test_statements_in_every_form_are_those_of_the_record(
    query: str, form: str, parser: str | None, wrapper: SPARQLWrapper, here: LocalGraph
) -> None:
    said = ask(wrapper, query, form)
    graph = said if parser is None else Graph().parse(data=said, format=parser)
    assert isinstance(graph, Graph)
    expected = set(asked.statements(here, query))
    assert len(expected) > 50
    assert set(graph) == expected


@pytest.mark.parametrize("name", list(asked.AWKWARD))
def test_a_text_is_decoded_once(name: str, wrapper: SPARQLWrapper) -> None:
    said = ask(wrapper, asked.saying(name), JSON)["results"]["bindings"]
    assert said == [{"said": {"type": "literal", "value": asked.AWKWARD[name][1]}}]


def test_line_breaks_in_a_query_stay(wrapper: SPARQLWrapper) -> None:
    said = ask(wrapper, asked.LONG_TEXT, JSON)["results"]["bindings"]
    assert said == [{"said": {"type": "literal", "value": asked.LONG_SAID}}]


def test_a_wrapper_that_only_negotiates_gets_the_same(wrapper: SPARQLWrapper, here: LocalGraph) -> None:
    wrapper.setOnlyConneg(True)
    assert asked.rows(ask(wrapper, asked.ROWS, JSON)) == asked.told(here, asked.ROWS)
    assert ask(wrapper, asked.ROWS, CSV).decode().count("\n") > 20
    for form in (TURTLE, N3):
        graph = Graph().parse(data=ask(wrapper, asked.CONSTRUCT, form), format="turtle")
        assert set(graph) == set(asked.statements(here, asked.CONSTRUCT))


def test_a_query_that_does_not_parse_is_badly_formed_and_says_where(wrapper: SPARQLWrapper) -> None:
    with pytest.raises(QueryBadFormed) as raised:
        ask(wrapper, asked.BROKEN, JSON)
    said = str(raised.value)
    assert '"line": 2' in said
    assert "Correct the query at that place." in said


def test_what_is_refused_is_badly_formed_and_says_what_to_do(wrapper: SPARQLWrapper) -> None:
    with pytest.raises(QueryBadFormed, match="Query the other endpoint yourself and join"):
        ask(wrapper, "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", JSON)
    with pytest.raises(QueryBadFormed, match="Brackets are nested deeper than 64"):
        ask(wrapper, f"SELECT * {{ {'{' * 100}{'}' * 100} }}", JSON)


def test_a_form_that_does_not_fit_the_query_is_told(wrapper: SPARQLWrapper) -> None:
    with (
        pytest.warns(RuntimeWarning, match="unexpected returned format"),
        pytest.raises(QueryBadFormed, match="remedy"),
    ):
        ask(wrapper, asked.ROWS, TURTLE)


@pytest.mark.parametrize("encoding", [URLENCODED, POSTDIRECTLY])
def test_an_update_is_refused_with_the_reason(encoding: str, endpoint: str) -> None:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setMethod(POST)
    wrapper.setRequestMethod(encoding)
    wrapper.setQuery("CLEAR ALL")
    with pytest.raises(QueryBadFormed, match="Records change through the ledger only"):
        wrapper.query()


def test_another_address_is_not_found(site: str) -> None:
    with pytest.raises(EndPointNotFound, match="remedy"):
        ask(SPARQLWrapper(f"{site}/sparq1"), asked.ASK, JSON)


def test_the_deadline_is_a_504_whose_body_says_what_to_do(endpoint: str) -> None:
    # The wrapper has an exception for 500 alone, which the endpoint never sends for a query: the rest is urllib's.
    with pytest.raises(HTTPError) as raised:
        ask(SPARQLWrapper(endpoint), asked.ENDLESS, JSON)
    assert raised.value.code == 504
    problem = json.load(raised.value)
    assert "add LIMIT" in problem["remedy"]


def test_a_wrapper_that_loses_patience_leaves_the_site_at_work(endpoint: str, here: LocalGraph) -> None:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setTimeout(1)
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        ask(wrapper, asked.ENDLESS, JSON)
    assert time.monotonic() - begun < DEADLINE_SECONDS
    wrapper.setTimeout(30)
    assert asked.rows(ask(wrapper, asked.ROWS, JSON)) == asked.told(here, asked.ROWS)


def test_the_graphs_of_a_query_are_chosen(wrapper: SPARQLWrapper, here: LocalGraph) -> None:
    gallium = asked.NICKEL.replace("nickel", "gallium")
    wrapper.addDefaultGraph(asked.NICKEL)
    assert ask(wrapper, asked.ASK_OWN, JSON)["boolean"] is True
    assert ask(wrapper, asked.ASK, JSON)["boolean"] is False
    wrapper.addDefaultGraph(f"{DEFAULT_BASE}/graph/inferred")
    assert ask(wrapper, asked.ASK, JSON)["boolean"] is True
    wrapper.resetQuery()
    wrapper.addDefaultGraph(asked.NICKEL)
    everything = "SELECT ?s ?p ?o {{ {} }} ORDER BY ?s ?p ?o"
    inside = asked.told(here, everything.format(f"GRAPH <{asked.NICKEL}> {{ ?s ?p ?o }}"))
    assert asked.rows(ask(wrapper, everything.format("?s ?p ?o"), JSON)) == inside
    assert ask(wrapper, everything.format("GRAPH ?g { ?s ?p ?o }"), JSON)["results"]["bindings"] == []
    wrapper.resetQuery()
    wrapper.addNamedGraph(asked.NICKEL)
    wrapper.addNamedGraph(gallium)
    named = ask(wrapper, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g", JSON)
    assert [row["g"]["value"] for row in named["results"]["bindings"]] == [gallium, asked.NICKEL]


def test_a_graph_that_is_none_is_told(wrapper: SPARQLWrapper) -> None:
    wrapper.addDefaultGraph("no graph")
    with pytest.raises(QueryBadFormed, match="Give an absolute IRI"):
        ask(wrapper, asked.ASK, JSON)
