"""The tests of the SPARQL 1.1 Protocol: our requests, under the names the suite gives them.

The 13 query tests and the 7 `bad_query_*` are to pass as the suite has them. This endpoint takes no updates, so the 7
`update_*` and the 7 `bad_update_*` are to be refused, and nothing may have changed. With what status:

- 405 for a method that no operation has;
- 415 for a body whose media type is none of the query operation's, or not stated;
- 400 for all else: the request is understood and is not one to a query service, `update=` and
  application/sparql-update among them. What it says does not matter, so a good update and a bad one fare alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import NamedNode, Quad

from hedgerow.iri import DEFAULT_BASE

from .compare import of_body
from .engine import Answer, Endpoint
from .suites import queries

pytestmark = pytest.mark.xdist_group("conformance")

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
DATA = [f"http://example.org/data{number}.rdf" for number in range(4)]
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_DOCUMENT = NamedNode("http://xmlns.com/foaf/0.1/Document")
TABULAR = {
    *("application/sparql-results+xml", "application/sparql-results+json"),
    *("text/csv", "text/tab-separated-values"),
}
RDF = {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"}


@dataclass(frozen=True)
class Asked:
    """A request to /sparql, under the name of its test."""

    name: str
    method: str = "GET"
    parameters: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    content_type: str = ""

    def send(self, there: Endpoint) -> Answer:
        """Send it."""
        there.load(Quad(NamedNode(graph), _TYPE, _DOCUMENT, NamedNode(graph)) for graph in DATA)
        path = f"/sparql?{urlencode(self.parameters, quote_via=quote)}" if self.parameters else "/sparql"
        headers = {"Content_Type": self.content_type} if self.content_type else {}
        return there.send(self.method, path, self.body, **headers)


def _posted(name: str, query: str, *parameters: tuple[str, str]) -> Asked:
    return Asked(name, "POST", parameters, query.encode(), QUERY)


def _updated(name: str, update: str, *parameters: tuple[str, str]) -> Asked:
    return Asked(name, "POST", parameters, update.encode(), UPDATE)


def _default(*numbers: int) -> tuple[tuple[str, str], ...]:
    return tuple(("default-graph-uri", DATA[number]) for number in numbers)


def _named(*numbers: int) -> tuple[tuple[str, str], ...]:
    return tuple(("named-graph-uri", DATA[number]) for number in numbers)


#: True when the default graph is both of data1 and data2.
BOTH = f"ASK {{ <{DATA[1]}> a ?type . <{DATA[2]}> a ?type }}"
#: True when data1 and data2 are graphs with a name.
EACH = f"ASK {{ GRAPH ?g1 {{ <{DATA[1]}> a ?type }} GRAPH ?g2 {{ <{DATA[2]}> a ?type }} }}"
FULL = f"ASK {{ <{DATA[3]}> a ?type GRAPH ?g1 {{ <{DATA[1]}> a ?type }} GRAPH ?g2 {{ <{DATA[2]}> a ?type }} }}"

TRUE = [
    Asked("query_get", parameters=(("query", "ASK {}"), *_default(0))),
    Asked("query_post_form", "POST", _default(0), b"query=ASK%20%7B%7D", FORM),
    _posted("query_post_direct", "ASK {}"),
    Asked("query_dataset_default_graphs_get", parameters=(("query", BOTH), *_default(1, 2))),
    _posted("query_dataset_default_graphs_post", BOTH, *_default(1, 2)),
    Asked("query_dataset_named_graphs_get", parameters=(("query", EACH), *_named(1, 2))),
    _posted("query_dataset_named_graphs_post", EACH, *_named(1, 2)),
    _posted("query_dataset_full", FULL, *_default(3), *_named(1, 2)),
    # The dataset of the request holds over that of the query.
    _posted("query_multiple_dataset", EACH.replace("ASK", f"ASK FROM <{DATA[3]}>"), *_named(1, 2)),
]
TYPED = [
    (_posted("query_content_type_select", "SELECT (1 AS ?value) {}", *_default(0)), TABULAR),
    (_posted("query_content_type_ask", "ASK {}", *_default(0)), TABULAR - {"text/csv", "text/tab-separated-values"}),
    (_posted("query_content_type_describe", "DESCRIBE <http://example.org/>", *_default(0)), RDF),
    # <s> is relative: an endpoint has an address for such names to begin at.
    (_posted("query_content_type_construct", "CONSTRUCT { <s> <p> 1 } WHERE {}", *_default(0)), RDF),
]
BAD = [
    (Asked("bad_query_method", "PUT", (("query", "ASK {}"), *_default(0)), b"", FORM), 405),
    (Asked("bad_multiple_queries", parameters=(("query", "ASK {}"), ("query", "SELECT * {}"))), 400),
    (Asked("bad_query_wrong_media_type", "POST", (), b"ASK {}", "text/plain"), 415),
    (Asked("bad_query_missing_form_type", "POST", (), b"query=ASK%20%7B%7D"), 415),
    (Asked("bad_query_missing_direct_type", "POST", (), b"ASK {}"), 415),
    (Asked("bad_query_non_utf8", "POST", (), "ASK {}".encode("utf-16"), f"{QUERY}; charset=UTF-16"), 400),
    (Asked("bad_query_syntax", parameters=(("query", "ASK {"),)), 400),
]
COPY = (
    "CLEAR ALL ; INSERT DATA { GRAPH <urn:from> { <urn:a> a <urn:b> } } ;"
    " INSERT { GRAPH <urn:to> { ?s a <urn:c> } } WHERE { ?s a <urn:b> }"
)
RENAME = (
    "WITH <urn:g> DELETE { ?s <urn:name> 'Bill' } INSERT { ?s <urn:name> 'William' } WHERE { ?s <urn:name> 'Bill' }"
)
UPDATES = [
    _updated("update_dataset_default_graph", COPY, ("using-graph-uri", DATA[1])),
    _updated("update_dataset_default_graphs", COPY, ("using-graph-uri", DATA[1]), ("using-graph-uri", DATA[2])),
    _updated("update_dataset_named_graphs", COPY, ("using-named-graph-uri", DATA[1])),
    _updated("update_dataset_full", COPY, ("using-graph-uri", DATA[1]), ("using-named-graph-uri", DATA[2])),
    Asked("update_post_form", "POST", (), b"update=CLEAR+ALL", FORM),
    _updated("update_post_direct", "CLEAR ALL"),
    _updated("update_base_uri", "INSERT DATA { GRAPH <urn:g> { <urn:s> <urn:p> <test> } }"),
]
BAD_UPDATES = [
    (Asked("bad_update_get", parameters=(("update", "CLEAR ALL"),)), 400),
    (Asked("bad_multiple_updates", "POST", (), b"update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM), 400),
    (Asked("bad_update_wrong_media_type", "POST", (), b"CLEAR NAMED", "text/plain"), 415),
    (Asked("bad_update_missing_form_type", "POST", (), b"update=CLEAR%20NAMED"), 415),
    (Asked("bad_update_non_utf8", "POST", (), "CLEAR NAMED".encode("utf-16"), f"{UPDATE}; charset=UTF-16"), 400),
    (Asked("bad_update_syntax", "POST", (), b"update=CLEAR%20XYZ", FORM), 400),
    (_updated("bad_update_dataset_conflict", RENAME, ("using-named-graph-uri", "http://example/people")), 400),
]


def test_every_test_of_the_protocol_is_here() -> None:
    ours = [*TRUE, *(asked for asked, _ in [*TYPED, *BAD, *BAD_UPDATES]), *UPDATES]
    theirs = {case.name.removeprefix("protocol/") for case in queries() if case.kind == "ProtocolTest"}
    assert {asked.name for asked in ours} == theirs
    assert (len(TRUE) + len(TYPED), len(BAD), len(UPDATES), len(BAD_UPDATES)) == (13, 7, 7, 7)


@pytest.mark.parametrize("asked", TRUE, ids=lambda asked: asked.name)
def test_query(asked: Asked, there: Endpoint) -> None:
    answer = asked.send(there)
    assert answer.status == 200
    assert of_body(answer.body, answer.media_type).yes is True


@pytest.mark.parametrize("asked", [asked for asked in TRUE if "dataset" in asked.name], ids=lambda asked: asked.name)
def test_the_dataset_is_that_of_the_request(asked: Asked, there: Endpoint) -> None:
    """The same queries without the parameters of the test are not true: it is those that made them so."""
    bare = tuple(pair for pair in asked.parameters if pair[0] == "query")
    answer = Asked(asked.name, asked.method, bare, asked.body, asked.content_type).send(there)
    # Graphs with a name are all there by themselves, unless the query names others.
    assert of_body(answer.body, answer.media_type).yes is ("named" in asked.name)
    other = (*bare, *_default(0), *_named(0))
    answer = Asked(asked.name, asked.method, other, asked.body, asked.content_type).send(there)
    assert of_body(answer.body, answer.media_type).yes is False


@pytest.mark.parametrize(("asked", "types"), TYPED, ids=lambda given: getattr(given, "name", None))
def test_content_type(asked: Asked, types: set[str], there: Endpoint) -> None:
    answer = asked.send(there)
    assert answer.status == 200
    assert answer.media_type in types
    of_body(answer.body, answer.media_type)


def test_relative_names_begin_at_the_base_of_the_registry(there: Endpoint) -> None:
    answer = _posted("", "SELECT (<id/item/nickel> AS ?item) {}").send(there)
    assert of_body(answer.body, answer.media_type).rows == [(NamedNode(f"{DEFAULT_BASE}/id/item/nickel"),)]


@pytest.mark.parametrize(("asked", "status"), BAD, ids=lambda given: getattr(given, "name", None))
def test_bad_query(asked: Asked, status: int, there: Endpoint) -> None:
    answer = asked.send(there)
    assert answer.status == status
    answer.problem()
    if status == 405:
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    ("asked", "status"),
    [*((asked, 400) for asked in UPDATES), *BAD_UPDATES],
    ids=lambda given: getattr(given, "name", None),
)
def test_update_is_refused(asked: Asked, status: int, there: Endpoint) -> None:
    answer = asked.send(there)
    assert answer.status == status
    remedy = str(answer.problem()["remedy"])
    assert "media types" in remedy if status == 415 else "ledger" in remedy
    _assert_untouched(there)


def test_no_update_of_the_suites_is_run(there: Endpoint) -> None:
    """Whatever the suites have of updates, as one and in the clothes of a query."""
    updates = [case for case in queries() if case.request and ("Update" in case.kind or "delete-insert" in case.name)]
    assert len(updates) == 156
    _posted("", "ASK {}").send(there)  # for its data
    for case in updates:
        for asked in (_updated(case.name, case.based), _posted(case.name, case.based)):
            headers = {"Content_Type": asked.content_type}
            answer = there.send("POST", "/sparql", asked.body, **headers)
            assert answer.status == 400, case.name
            answer.problem()
    _assert_untouched(there)


def _assert_untouched(there: Endpoint) -> None:
    count = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    answer = there.send("GET", f"/sparql?query={quote(count)}", Accept="text/csv")
    assert answer.body.split() == [b"n", str(len(DATA)).encode()]
