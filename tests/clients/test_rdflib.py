"""rdflib: the endpoint as a store, and addresses of the site as documents."""

from __future__ import annotations

from itertools import islice

import pytest
import rdflib
from rdflib import RDF, RDFS, XSD, BNode, Dataset, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

from hedgerow.graph.client import LocalGraph
from hedgerow.iri import DEFAULT_BASE, HR
from tests.clients import asked

pytestmark = [
    pytest.mark.xdist_group("clients"),
    # rdflib's own: its readers and stores make graphs the old way.
    pytest.mark.filterwarnings("ignore:.* is deprecated, use Dataset:DeprecationWarning"),
]

NS = Namespace(HR)
NICKEL = URIRef(asked.NICKEL)
FORMS = ("xml", "json", "csv", "tsv")


@pytest.fixture(params=["GET", "POST", "POST_FORM"])
def graph(request: pytest.FixtureRequest, endpoint: str) -> Graph:
    """The whole record as a graph over the endpoint."""
    return Graph(SPARQLStore(endpoint, method=request.param))


@pytest.fixture(scope="module")
def nickel(here: LocalGraph) -> Graph:
    """What is stated of nickel, and what follows from it."""
    return asked.statements(here, asked.CONSTRUCT)


def test_triples_are_those_of_the_record(graph: Graph, nickel: Graph) -> None:
    assert set(graph.triples((NICKEL, None, None))) == set(nickel)
    assert (NICKEL, RDF.type, NS.Material) in graph
    assert (NICKEL, RDF.type, NS.Agreement) not in graph
    assert set(graph.predicates(NICKEL)) == set(nickel.predicates())
    assert graph.value(NICKEL, NS.symbol) == nickel.value(NICKEL, NS.symbol)


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Literals as they came, not in rdflib's own form: it writes +00:00 for Z."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


@pytest.mark.usefixtures("exact")
def test_literals_keep_their_language_and_datatype(graph: Graph, here: LocalGraph) -> None:
    labels = {label.n3() for label in graph.objects(NICKEL, RDFS.label)}
    assert labels == {'"Nickel"@en', '"ニッケル"@ja'}
    # Every datatype of the record comes through as it stands: numbers, days, instants, addresses.
    query = (
        "SELECT ?type (SAMPLE(?o) AS ?value) "
        "{ ?s ?p ?o FILTER(isLiteral(?o)) BIND(DATATYPE(?o) AS ?type) } GROUP BY ?type ORDER BY ?type"
    )
    types = [row["type"] for row in asked.told(here, query)]
    assert {XSD.decimal, XSD.integer, XSD.date, XSD.dateTime, XSD.anyURI} <= {URIRef(kind[1:-1]) for kind in types}
    for kind in types:
        few = f"SELECT ?s ?p ?o {{ ?s ?p ?o FILTER(isLiteral(?o) && DATATYPE(?o) = {kind}) }} ORDER BY ?s ?p ?o LIMIT 5"
        said = [{name: _exact(cell) for name, cell in row.asdict().items()} for row in graph.query(few)]
        assert said == asked.told(here, few), kind


def _exact(cell: object) -> str:
    """A term as N-Triples."""
    if isinstance(cell, Literal):
        return asked.lexical(str(cell), cell.language, str(cell.datatype) if cell.datatype else None)
    assert isinstance(cell, URIRef)
    return cell.n3()


@pytest.mark.usefixtures("exact")
@pytest.mark.parametrize("form", FORMS)
def test_queries_in_every_form_of_answer(form: str, endpoint: str, here: LocalGraph) -> None:
    store = SPARQLStore(endpoint, returnFormat=form)
    result = Graph(store).query(asked.ROWS)
    expected = asked.told(here, asked.ROWS)
    assert [str(name) for name in result.vars or ()] == ["share", "item", "name", "year", "value", "day"]
    if form == "csv":  # which has no types
        assert [str(row["share"]) for row in result] == [row["share"][1:-1] for row in expected]
    else:
        assert [{k: _exact(v) for k, v in row.asdict().items()} for row in result] == expected


def test_a_query_takes_bindings_and_prefixes(graph: Graph, nickel: Graph) -> None:
    found = graph.query(
        "SELECT ?label { ?item a hr:Material ; rdfs:label ?label }",
        initNs={"hr": NS, "rdfs": RDFS},
        initBindings={"item": NICKEL},
    )
    assert {row["label"] for row in found} == set(nickel.objects(NICKEL, RDFS.label))
    by_name = graph.query(
        "SELECT ?item { ?item a hr:Material ; rdfs:label ?label }",
        initNs={"hr": NS, "rdfs": RDFS},
        initBindings={"label": Literal("ニッケル", lang="ja")},
    )
    assert [row["item"] for row in by_name] == [NICKEL]


def test_yes_and_no(graph: Graph) -> None:
    assert graph.query(asked.ASK).askAnswer is True
    assert graph.query(asked.ASK_NOT).askAnswer is False


@pytest.mark.parametrize("form", ["xml", "application/rdf+xml", "turtle"])
def test_constructed_statements_become_a_graph(form: str, endpoint: str, nickel: Graph) -> None:
    store = SPARQLStore(endpoint, returnFormat=form)
    for query in (asked.CONSTRUCT, asked.DESCRIBE):
        made = Graph(store).query(query).graph
        assert made is not None
        assert set(made) == set(nickel)


@pytest.mark.parametrize("name", list(asked.AWKWARD))
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_a_text_is_decoded_once(method: str, name: str, endpoint: str) -> None:
    graph = Graph(SPARQLStore(endpoint, method=method, returnFormat="json"))
    assert [str(row["said"]) for row in graph.query(asked.saying(name))] == [asked.AWKWARD[name][1]]


def test_the_record_holds_nothing_that_xml_would_change(here: LocalGraph) -> None:
    # The engine writes a carriage return into XML as it stands, and readers of XML take it for a line feed;
    # other control characters are not allowed in XML at all.
    held = """SELECT ?s ?o { ?s ?p ?o FILTER(isLiteral(?o) && REGEX(STR(?o), "[\\u0001-\\u0008\\u000B-\\u001F]")) }"""
    assert asked.told(here, held) == []


def test_the_record_is_counted_whole(graph: Graph, here: LocalGraph) -> None:
    count = asked.told(here, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert f'"{len(graph)}"^^<{XSD.integer}>' == count[0]["n"]
    assert len(graph) > 100_000


def test_pages_of_triples_fit_together(endpoint: str) -> None:
    graph = Graph(SPARQLStore(endpoint))
    pattern = (None, NS.hasUnit, None)
    whole = set(graph.triples(pattern))
    graph.LIMIT = size = 1000  # type: ignore[attr-defined]
    read = []
    for page in range(len(whole) // size + 1):
        graph.OFFSET = page * size  # type: ignore[attr-defined]
        read.append(list(graph.triples(pattern)))
    assert [len(page) for page in read[:-1]] == [size] * (len(read) - 1)
    assert {triple for page in read for triple in page} == whole
    assert sum(map(len, read)) == len(whole) > 2 * size


def test_a_dataset_asks_all_graphs_at_once(endpoint: str, nickel: Graph) -> None:
    dataset = Dataset(SPARQLStore(endpoint), default_union=True)
    assert set(dataset.triples((NICKEL, None, None))) == set(nickel)
    assert dataset.query(asked.ASK).askAnswer is True


def test_a_dataset_names_the_graphs_a_statement_stands_in(endpoint: str, here: LocalGraph) -> None:
    store = SPARQLStore(endpoint)
    named = set(store.contexts((NICKEL, RDFS.label, None)))
    assert named == {NICKEL}
    everything = islice(store.contexts(), 10_000)
    counted = asked.told(here, "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert f'"{len(set(everything))}"^^<{XSD.integer}>' == counted[0]["n"]


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_a_record_is_a_graph_of_its_own(method: str, endpoint: str, here: LocalGraph) -> None:
    expected = asked.statements(here, f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{NICKEL}> {{ ?s ?p ?o }} }}")
    store = SPARQLStore(endpoint, method=method)
    alone = Graph(store, identifier=NICKEL)
    assert set(alone) == set(expected)
    assert len(alone) == len(expected)
    assert alone.query(asked.ASK_OWN).askAnswer is True
    assert alone.query(asked.ASK).askAnswer is False
    dataset = Dataset(store)
    assert set(dataset.get_context(NICKEL)) == set(expected)


def test_a_graph_that_is_not_held_is_told_and_not_taken_for_empty(endpoint: str) -> None:
    with pytest.raises(ValueError, match="something wrong"):
        len(Graph(SPARQLStore(endpoint), identifier=URIRef(f"{DEFAULT_BASE}/id/item/unobtainium")))


def test_a_store_that_could_write_reads_and_is_refused_to_write(endpoint: str, nickel: Graph) -> None:
    graph = Graph(SPARQLUpdateStore(endpoint, endpoint), identifier=DATASET_DEFAULT_GRAPH_ID)
    assert set(graph.objects(NICKEL, RDFS.label)) == set(nickel.objects(NICKEL, RDFS.label))
    before = len(graph)
    with pytest.raises(Exception, match="HTTP Error 400"):
        graph.add((NICKEL, RDFS.label, Literal("Kupfernickel", lang="de")))
    assert len(graph) == before


def test_an_error_is_told_by_its_status(endpoint: str) -> None:
    # rdflib's own words for GET; for POST it hands on the status.
    with pytest.raises(ValueError, match="something wrong"):
        Graph(SPARQLStore(endpoint)).query(asked.BROKEN)
    said = SPARQLStore(endpoint, method="POST").query(asked.BROKEN)
    assert said[0] == 400  # type: ignore[index]


@pytest.mark.parametrize(
    "address", ["/id/item/nickel", *(f"/doc/item/nickel{suffix}" for suffix in ("", ".ttl", ".nt", ".rdf", ".jsonld"))]
)
def test_an_address_of_a_record_is_read_as_a_graph(address: str, site: str, here: LocalGraph) -> None:
    expected = Graph().parse(f"{site}/doc/item/nickel.nt", format="nt")
    assert len(expected) > 100
    assert set(asked.statements(here, asked.CONSTRUCT)) <= set(expected)
    graph = Graph().parse(f"{site}{address}")
    assert set(graph) == set(expected)
    assert not any(isinstance(term, BNode) for triple in graph for term in triple)


@pytest.mark.parametrize("form", ["turtle", "xml", "nt", "json-ld", "n3"])
def test_a_form_asked_for_is_the_form_given(form: str, site: str) -> None:
    expected = Graph().parse(f"{site}/doc/item/nickel.nt", format="nt")
    assert set(Graph().parse(f"{site}/doc/item/nickel", format=form)) == set(expected)
    assert set(Graph().parse(f"{site}/id/item/nickel", format=form)) == set(expected)


@pytest.mark.parametrize("address", ["/ns/BundledAgreement", "/ns/agreement", "/code/stage", "/code/stage/mining"])
def test_terms_and_codes_are_read_as_graphs(address: str, site: str) -> None:
    graph = Graph().parse(f"{site}{address}")
    assert len(graph) > 5
    assert isomorphic(Graph().parse(f"{site}{address}", format="json-ld"), graph)


def test_the_whole_ontology_is_read_as_a_graph(site: str) -> None:
    graph = Graph().parse(f"{site}/ns/")
    assert len(graph) == len(Graph().parse(f"{site}/ns/", format="json-ld")) > 3000


def test_json_ld_stands_alone(site: str) -> None:
    # A context elsewhere would be fetched by the reader: it names the place of an answer, and may not be there.
    for address in ("/doc/item/nickel", "/doc/agreement/jare-lynas-2011", "/ns/BundledAgreement", "/code/stage"):
        text = asked.read(f"{site}{address}", "application/ld+json")
        assert '"@context"' not in text
        assert f'"{DEFAULT_BASE}' in text or f'"{HR[:-3]}' in text
