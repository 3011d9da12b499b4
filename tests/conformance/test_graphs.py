"""The tests of the Graph Store Protocol, for reading: our requests, under the names the suite gives them.

What a test has the client write is put into the graph by the test itself; then the reading part holds as it is stated.
Every writing request gets 405 and the methods there are: the resource is there, the method is not. So does
`delete__nonexistent_graph`, for which the suite has 404: a refusal that said which graphs are there would read for it.
"""

from __future__ import annotations

from urllib.parse import quote

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from hedgerow.iri import DEFAULT_BASE

from .compare import of_body, of_statements, same
from .engine import Endpoint

pytestmark = pytest.mark.xdist_group("conformance")

PREFIXES = "@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix v: <http://www.w3.org/2006/vcard/ns#> . "
PERSON = f"{DEFAULT_BASE}/graph/inferred"
GRAPH, DEFAULT = f"/graphs?graph={quote(PERSON, safe='')}", "/graphs?default"
NOBODY = f"/graphs?graph={quote(f'{DEFAULT_BASE}/graph/computed', safe='')}"
JOHN = f'<{PERSON}> a foaf:Person ; foaf:businessCard [ a v:VCard ; v:fn "John Doe" ] .'
JANE = f'<{PERSON}> a foaf:Person ; foaf:businessCard [ a v:VCard ; v:fn "Jane Doe" ] .'
NAMED = f'{JANE} <{PERSON}> foaf:name "Jane Doe" .'
WHOLE_NAME = f'{NAMED} <{PERSON}> foaf:givenName "Jane" ; foaf:familyName "Doe" .'
ALICE = '[] a foaf:Person ; foaf:businessCard [ a v:VCard ; v:given-name "Alice" ] .'


def _graph(text: str, name: str | None) -> list[Quad]:
    graph = NamedNode(name) if name else None
    found = parse(PREFIXES + text, format=RdfFormat.TURTLE)
    return [Quad(*quad.triple, graph) if graph else quad for quad in found]


@pytest.mark.parametrize(
    ("name", "written", "address"),
    [
        ("get_of_put__initial_state", JOHN, GRAPH),
        ("get_of_put__graph_already_in_store", JANE, GRAPH),
        ("get_of_put__default_graph", ALICE, DEFAULT),
        ("get_of_post__existing_graph", NAMED, GRAPH),
        ("get_of_post__multipart_formdata", WHOLE_NAME, GRAPH),
        ("get_of_post__create__new_graph", ALICE, GRAPH),
        ("get_of_post__after_noop", ALICE, GRAPH),
    ],
)
def test_get(name: str, written: str, address: str, there: Endpoint) -> None:
    other = _graph("<urn:a> <urn:b> <urn:c> .", "urn:other")
    there.load([*_graph(written, None if address == DEFAULT else PERSON), *other])
    expected = of_statements(_graph(written, None))
    answer = there.send("GET", address, Accept="text/turtle; charset=utf-8")
    assert (answer.status, answer.media_type) == (200, "text/turtle")
    assert same(expected, of_body(answer.body, "text/turtle"))


@pytest.mark.parametrize("name", ["get_of_delete__existing_graph", "get_of_put__empty_graph"])
def test_get_of_what_is_not_there(name: str, there: Endpoint) -> None:
    # A store of named graphs holds no empty one, which the protocol leaves to it.
    there.load(_graph(JANE, PERSON))
    answer = there.send("GET", NOBODY, Accept="text/turtle")
    assert answer.status == 404
    assert "no graph" in str(answer.problem()["detail"])


def test_head_on_an_existing_graph(there: Endpoint) -> None:
    there.load([*_graph(JANE, PERSON), *_graph(ALICE, None)])
    for address in (GRAPH, DEFAULT):
        head = there.send("HEAD", address, Accept="text/turtle")
        got = there.send("GET", address, Accept="text/turtle")
        assert (head.status, head.media_type, head.body) == (200, "text/turtle", b"")
        for name in ("Content-Length", "ETag", "Hedgerow-Version"):
            assert head.headers[name] == got.headers[name]
        assert int(head.headers["Content-Length"]) == len(got.body)


def test_head_on_a_nonexisting_graph(there: Endpoint) -> None:
    there.load(_graph(JANE, PERSON))
    assert there.send("HEAD", NOBODY, Accept="text/turtle").status == 404


@pytest.mark.parametrize(
    ("name", "method", "address", "content_type"),
    [
        ("put__initial_state", "PUT", GRAPH, "text/turtle; charset=utf-8"),
        ("put__graph_already_in_store", "PUT", GRAPH, "text/turtle; charset=utf-8"),
        ("put__default_graph", "PUT", DEFAULT, "text/turtle; charset=utf-8"),
        ("put__mismatched_payload", "PUT", GRAPH, "application/rdf+xml"),
        ("put__empty_graph", "PUT", NOBODY, "text/turtle"),
        ("delete__existing_graph", "DELETE", GRAPH, ""),
        ("delete__nonexistent_graph", "DELETE", NOBODY, ""),
        ("post__existing_graph", "POST", GRAPH, "text/turtle; charset=utf-8"),
        ("post__multipart_formdata", "POST", GRAPH, "multipart/form-data; boundary=a"),
        ("post__create__new_graph", "POST", "/graphs", "text/turtle; charset=utf-8"),
        ("post__empty_graph_to_existing_graph", "POST", GRAPH, "text/turtle; charset=utf-8"),
        ("patch, which the protocol has beside them", "PATCH", GRAPH, "application/sparql-update"),
    ],
)
def test_writing_is_refused(name: str, method: str, address: str, content_type: str, there: Endpoint) -> None:
    there.load(_graph(JANE, PERSON))
    version = there.version()
    body = b"" if "empty" in name else (PREFIXES + JOHN).encode()
    headers = {"Content_Type": content_type} if content_type else {}
    answer = there.send(method, address, body if content_type else None, **headers)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert "ledger" in str(answer.problem()["remedy"])
    assert there.version() == version
    assert same(of_statements(_graph(JANE, None)), of_body(there.send("GET", GRAPH).body, "text/turtle"))
