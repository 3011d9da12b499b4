"""What the endpoint says of itself: clients find it by that, and every form it names is given."""

from __future__ import annotations

import json

import pytest
from rdflib import RDF, Graph, Namespace, URIRef

from hedgerow.graph.client import LocalGraph
from tests.clients import asked
from tests.clients.test_comunica import rows
from tests.clients.test_curl import curl

pytestmark = pytest.mark.xdist_group("clients")

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = "http://www.w3.org/ns/formats/"
#: The names the W3C gave the forms of answers, and what they are called on the way.
TABLES = {
    "SPARQL_Results_JSON": "application/sparql-results+json",
    "SPARQL_Results_XML": "application/sparql-results+xml",
    "SPARQL_Results_CSV": "text/csv",
    "SPARQL_Results_TSV": "text/tab-separated-values",
}
GRAPHS = {
    "Turtle": "text/turtle",
    "N-Triples": "application/n-triples",
    "RDF_XML": "application/rdf+xml",
    "JSON-LD": "application/ld+json",
    "TriG": "application/trig",
    "N-Quads": "application/n-quads",
}


@pytest.fixture(scope="module")
def description(endpoint: str) -> Graph:
    """The service description, as rdflib reads it by itself."""
    return Graph().parse(endpoint)


def test_it_names_this_address(description: Graph, endpoint: str) -> None:
    (service,) = description.subjects(RDF.type, SD.Service)
    assert description.value(service, SD.endpoint) == URIRef(endpoint)
    assert SD.SPARQL11Query in set(description.objects(service, SD.supportedLanguage))
    assert SD.UnionDefaultGraph in set(description.objects(service, SD.feature))


def test_every_form_it_names_is_given(description: Graph, endpoint: str) -> None:
    named = {str(form).removeprefix(FORMATS) for form in description.objects(None, SD.resultFormat)}
    assert named == {*TABLES, *GRAPHS}
    for query, forms in ((asked.ROWS, TABLES), (asked.CONSTRUCT, GRAPHS)):
        for accept in forms.values():
            done = curl("-f", "-G", endpoint, "--data-urlencode", f"query={query}", "-H", f"Accept: {accept}")
            assert (done.status, done.headers["content-type"].partition(";")[0]) == (200, accept)


def test_comunica_finds_the_endpoint_by_its_description_alone(endpoint: str, here: LocalGraph) -> None:
    # By an address that does not end as Comunica knows those of endpoints to end.
    assert rows(asked.ROWS, f"{endpoint}#service") == asked.told(here, asked.ROWS)


def test_who_asks_for_nothing_gets_no_table(endpoint: str) -> None:
    done = curl("--fail-with-body", endpoint, "-H", "Accept: application/sparql-results+json")
    assert done.status == 400
    assert json.loads(done.body)["remedy"]
