"""The graph-store tests once more, by the address of the graph itself instead of by its IRI in a parameter.

The graphs that belong to no record have such addresses; that of a record's graph leads to the record's description.
"""

from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from hedgerow.iri import DEFAULT_BASE

from .compare import of_body, of_statements, same
from .engine import Endpoint

pytestmark = pytest.mark.xdist_group("conformance")

HERE = "/graph/inferred"
JANE = f'<{DEFAULT_BASE}/id/party/jane> a <urn:Person> ; <urn:card> [ <urn:name> "Jane Doe" ] .'


def _load(there: Endpoint) -> list[Quad]:
    found = list(parse(JANE, format=RdfFormat.TURTLE))
    there.load(Quad(*quad.triple, NamedNode(DEFAULT_BASE + HERE)) for quad in found)
    return [Quad(*quad.triple, DefaultGraph()) for quad in found]


@pytest.mark.parametrize("address", [HERE, f"{HERE}.ttl"])
def test_get_of_put__initial_state(address: str, there: Endpoint) -> None:
    expected = of_statements(_load(there))
    answer = there.send("GET", address, Accept="text/turtle; charset=utf-8")
    assert (answer.status, answer.media_type) == (200, "text/turtle")
    assert same(expected, of_body(answer.body, "text/turtle"))
    head = there.send("HEAD", address, Accept="text/turtle; charset=utf-8")
    assert (head.status, head.media_type, head.body) == (200, "text/turtle", b"")


def test_head_on_a_nonexisting_graph(there: Endpoint) -> None:
    _load(there)
    assert there.send("HEAD", "/graph/person-2", Accept="text/turtle").status == 404
    assert there.send("GET", "/graph/person-2", Accept="text/turtle").status == 404


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_writing_is_refused(method: str, there: Endpoint) -> None:
    _load(there)
    version = there.version()
    answer = there.send(method, HERE, JANE.encode(), Content_Type="text/turtle")
    assert answer.status == 405
    assert sorted(answer.headers["Allow"].split(", ")) == ["GET", "HEAD", "OPTIONS"]
    assert "ledger" in str(answer.problem()["remedy"])
    assert there.version() == version
