"""Graphs as RDF: forms, links, refusals, and that each is the graph it is named for."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, Triple, parse

from hedgerow.iri import DEFAULT_BASE
from hedgerow_web.negotiate import TRIPLES

NICKEL = f"{DEFAULT_BASE}/id/item/nickel"
ADDRESS = f"/graphs?graph={quote(NICKEL, safe='')}"


def _triples(body: bytes, form: RdfFormat) -> set[Triple]:
    return {quad.triple for quad in parse(body, format=form)}


def _held(found: Iterable[Quad]) -> set[Triple]:
    return {quad.triple for quad in found}


@pytest.mark.parametrize("media", TRIPLES.values())
def test_a_graph_is_all_its_statements_in_every_form(media: str, web: FlaskClient, record_store: Store) -> None:
    form = RdfFormat.from_media_type(media)
    assert form is not None
    answer = web.get(ADDRESS, headers={"Accept": media})
    assert answer.mimetype == media
    assert _triples(answer.data, form) == _held(record_store.quads_for_pattern(None, None, None, NamedNode(NICKEL)))


@pytest.mark.parametrize("suffix", TRIPLES)
def test_each_form_has_an_address(suffix: str, web: FlaskClient) -> None:
    negotiated = web.get(ADDRESS, headers={"Accept": TRIPLES[suffix]})
    twin = negotiated.headers["Content-Location"]
    assert f'<{twin}>; rel="alternate"; type="{TRIPLES[suffix]}"' in negotiated.headers.getlist("Link")
    by_address = web.get(twin, headers={"Accept": "text/html"})
    assert by_address.data == negotiated.data
    assert by_address.headers["ETag"] == negotiated.headers["ETag"]
    assert by_address.headers["Content-Location"] == twin


def test_the_default_graph_is_the_union_of_all(web: FlaskClient, record_store: Store) -> None:
    answer = web.get("/graphs?default&format=nt")
    assert _triples(answer.data, RdfFormat.N_TRIPLES) == _held(record_store)
    # A statement is in one graph alone, so that the union has nothing to merge.
    assert answer.data.count(b"\n") == len(record_store)


def test_an_answer_has_a_version_a_name_and_readers_elsewhere(web: FlaskClient) -> None:
    for address in (ADDRESS, "/graphs?default"):
        answer = web.get(address, headers={"Accept": "text/turtle"})
        assert answer.headers["Hedgerow-Version"].startswith("public-")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Accept" in answer.headers["Vary"]
        again = web.get(address, headers={"Accept": "text/turtle", "If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        other = web.get(address, headers={"Accept": "application/n-triples", "If-None-Match": answer.headers["ETag"]})
        assert other.status_code == 200
        assert other.headers["ETag"] != answer.headers["ETag"]


@pytest.mark.parametrize(
    ("address", "status", "told"),
    [
        ("/graphs", 400, "No graph is named."),
        (f"{ADDRESS}&default", 400, "2 graphs are named."),
        (f"{ADDRESS}&graph=urn:a", 400, "2 graphs are named."),
        ("/graphs?graph=", 400, "The graph is ''."),
        ("/graphs?graph=id/item/nickel", 400, "The graph is 'id/item/nickel'."),
        ("/graphs?graph=urn:a%3E%20%7D%20UNION", 400, "The graph is 'urn:a> } UNION'."),
        (f"/graphs?graph={DEFAULT_BASE}/id/item/no-such", 404, "There is no graph"),
        (f"{ADDRESS}&format=csv", 400, "A graph has no format 'csv'."),
        (f"{ADDRESS}&format=nq", 400, "A graph has no format 'nq'."),
    ],
)
def test_what_is_no_graph_is_refused(address: str, status: int, told: str, web: FlaskClient) -> None:
    answer = web.get(address)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.get_json()["detail"].startswith(told)
    assert answer.get_json()["remedy"]


def test_a_form_it_does_not_come_in(web: FlaskClient) -> None:
    answer = web.get(ADDRESS, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    for media in TRIPLES.values():
        assert media in answer.get_json()["detail"]


@pytest.mark.parametrize("address", [ADDRESS, "/graphs?default"])
def test_a_graph_is_never_written(address: str, web: FlaskClient) -> None:
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        answer = web.open(address, method=method, data=b"<urn:a> <urn:b> <urn:c> .", content_type="text/turtle")
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
        assert "ledger" in answer.get_json()["remedy"]
    assert sorted(web.options(address).headers["Allow"].split(", ")) == ["GET", "HEAD", "OPTIONS"]


def test_the_demonstration_gives_its_own_graphs(web: FlaskClient) -> None:
    address = f"/graphs?graph={DEFAULT_BASE}/demo/id/exchange-pool/two-way"
    assert web.get(address).status_code == 404
    shown = web.get(f"/demo{address}", headers={"Accept": "text/turtle"})
    assert shown.status_code == 200
    assert shown.headers["Hedgerow-Version"].startswith("demo-")
    assert shown.headers["Content-Location"].startswith("/demo/graphs?graph=")
