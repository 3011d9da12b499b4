"""The endpoint: the protocol's parameters, the forms of answers, their names, and the headers of the direct way."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from hedgerow.errors import BudgetSpent, HedgerowError, QueryRefused, QuerySyntaxError, Unavailable
from hedgerow.iri import DEFAULT_BASE
from hedgerow_web import headers, problem
from hedgerow_web.api.protocol import FORMATS, QUADS
from hedgerow_web.negotiate import SOLUTIONS, TRIPLES

NICKEL = f"{DEFAULT_BASE}/id/item/nickel"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
CONSTRUCT = f"CONSTRUCT WHERE {{ <{NICKEL}> ?p ?o }}"


def count(web: FlaskClient, **parameters: str | list[str]) -> int:
    response = web.get("/sparql", query_string={"query": COUNT, **parameters})
    return int(json.loads(response.text)["results"]["bindings"][0]["n"]["value"])


def test_the_dataset_of_a_request(web: FlaskClient) -> None:
    other = f"{DEFAULT_BASE}/id/item/cobalt"
    whole, one = count(web), count(web, **{"default-graph-uri": NICKEL})
    both = count(web, **{"default-graph-uri": [NICKEL, other]})
    assert 0 < one < both < whole
    assert count(web, **{"named-graph-uri": NICKEL}) == 0
    posted = web.post("/sparql", data={"query": COUNT, "default-graph-uri": NICKEL})
    direct = web.post(
        f"/sparql?default-graph-uri={NICKEL}", data=COUNT.encode(), content_type="application/sparql-query"
    )
    for response in (posted, direct):
        assert json.loads(response.text)["results"]["bindings"][0]["n"]["value"] == str(one)


@pytest.mark.parametrize("media_type", [*TRIPLES.values(), *QUADS.values()])
def test_every_form_of_statements(media_type: str, web: FlaskClient) -> None:
    response = web.get("/sparql", query_string={"query": CONSTRUCT}, headers={"Accept": media_type})
    assert response.mimetype == media_type
    form = RdfFormat.from_media_type(media_type)
    assert form is not None
    found = {str(quad.triple) for quad in parse(response.data, format=form)}
    turtle = web.get("/sparql", query_string={"query": CONSTRUCT, "format": "text/turtle"})
    assert found == {str(quad.triple) for quad in parse(turtle.data, format=RdfFormat.TURTLE)}
    assert len(found) > 5


def test_prefixes_are_written_in_one_order(web: FlaskClient) -> None:
    for form in ("ttl", "trig"):
        text = web.get("/sparql", query_string={"query": CONSTRUCT, "format": form}).text
        prefixes = [line for line in text.splitlines() if line.startswith("@prefix")]
        assert prefixes == sorted(prefixes)
        assert len(prefixes) > 4
    assert web.get("/sparql", query_string={"query": f"{CONSTRUCT} LIMIT 0", "format": "ttl"}).status_code == 200


def test_every_name_of_a_format_gives_it(web: FlaskClient) -> None:
    for name, (table, graph) in FORMATS.items():
        for query, wanted in ((COUNT, table), (CONSTRUCT, graph)):
            response = web.get("/sparql", query_string={"query": query, "format": name})
            assert (response.status_code, response.mimetype) == (
                (200, wanted) if wanted else (400, "application/problem+json")
            ), name
    assert set(SOLUTIONS) | set(TRIPLES) | set(QUADS) <= set(FORMATS)


def test_an_answer_is_named_before_it_is_made(web: FlaskClient) -> None:
    given = web.get("/sparql", query_string={"query": COUNT})
    tag = given.headers["ETag"]
    assert given.headers["Hedgerow-Version"] in tag
    again = web.get("/sparql", query_string={"query": COUNT}, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    names = {tag}
    for parameters in (
        {"query": COUNT + " "},
        {"query": COUNT, "format": "csv"},
        {"query": COUNT, "default-graph-uri": NICKEL},
    ):
        names.add(web.get("/sparql", query_string=parameters).headers["ETag"])
    assert len(names) == 4
    posted = web.post("/sparql", data={"query": COUNT}, headers={"If-None-Match": tag})
    assert posted.status_code == 200  # a condition of GET and HEAD; POST asks anew


def test_what_differs_each_time_has_no_name(web: FlaskClient) -> None:
    for query in ("SELECT (NOW() AS ?n) {}", "SELECT (RAND() AS ?n) {}"):
        response = web.get("/sparql", query_string={"query": query})
        assert response.headers["Cache-Control"] == "no-store"
        assert "ETag" not in response.headers


def test_the_deadline_is_told(web: FlaskClient) -> None:
    assert web.get("/sparql", query_string={"query": COUNT}).headers["Hedgerow-Deadline"] == "10"
    assert web.get("/sparql", query_string={"query": COUNT, "timeout": "3"}).headers["Hedgerow-Deadline"] == "3"


@pytest.mark.parametrize("root", ["", "/demo"])
def test_the_direct_way_says_what_the_site_says(root: str, web: FlaskClient) -> None:
    """A page, an answer of a program and an error carry the same headers of protection, and of the tier."""
    answers = [
        web.get(f"{root}/doc/item/nickel.ttl"),
        web.get(f"{root}/sparql", query_string={"query": COUNT}),
        web.get(f"{root}/sparql", query_string={"query": "nonsense"}),
        web.get(f"{root}/sparql", query_string={"query": COUNT}, headers={"Accept": "text/html"}),
    ]
    names = {name for name, _ in headers.every()} | {"Hedgerow-Tier", "X-Robots-Tag"}
    told = [{name: answer.headers.get(name) for name in names} for answer in answers]
    # A page may have the site's own style; data may nothing at all.
    assert [one.pop("Content-Security-Policy") for one in told] == [headers.DATA_SECURITY] * 3 + [headers.PAGE_SECURITY]
    assert all(one == told[0] for one in told)
    assert [answer.headers.get("Access-Control-Expose-Headers") for answer in answers[:3]] == [headers.EXPOSED] * 3


@pytest.mark.parametrize(
    "error",
    [
        QueryRefused("It has 70000 bytes.", "At most 65536 are taken."),
        QuerySyntaxError("This is not SPARQL.", 3, 7),
        Unavailable("Too many ask.", "Ask again.", retry_after=4),
        BudgetSpent("It is spent.", "Wait.", retry_after=17),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_refusal_reads_the_same_with_and_without_the_machinery_of_the_site(
    web: FlaskClient, error: HedgerowError
) -> None:
    status, said, body = problem.told(error)
    with web.application.test_request_context("/nothing.json"):
        by_site = web.application.make_response(web.application.handle_user_exception(error))
    assert (by_site.status, by_site.data) == (status, body)
    assert dict(by_site.headers) == dict(said)


def test_a_refusal_has_the_headers_of_every_answer(web: FlaskClient) -> None:
    response = web.get("/sparql", query_string={"query": "CLEAR ALL"})
    assert (response.status_code, response.mimetype) == (400, problem.PROBLEM)
    for name, value in (*headers.every(), *headers.shared(), headers.NO_STORE):
        assert response.headers[name] == value
    assert "Hedgerow-Tier" not in response.headers
    assert web.get("/demo/sparql", query_string={"query": "CLEAR ALL"}).headers["Hedgerow-Tier"] == "demo"


def test_a_query_in_bytes_that_nobody_encoded_is_the_query(web: FlaskClient) -> None:
    query = 'SELECT ?thing { ?thing rdfs:label "ガリウム"@ja }'
    query = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> " + query
    form = "application/x-www-form-urlencoded"
    answers = [
        web.post("/sparql", data=f"query={query}".encode(), content_type=form),
        web.get("/sparql", environ_overrides={"QUERY_STRING": f"query={query}".encode().decode("latin-1")}),
        web.get("/sparql", query_string={"query": query}),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.data == answers[-1].data
    assert b"item/gallium" in answers[-1].data
    broken = web.post("/sparql", data=b"query=\xff", content_type=form)
    assert (broken.status_code, "UTF-8" in broken.json["detail"]) == (400, True)  # type: ignore[index]
