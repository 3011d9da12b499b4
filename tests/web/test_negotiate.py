from __future__ import annotations

import math

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from hedgerow_web.negotiate import HTML, PARAMETERS, SOLUTIONS, TRIPLES, TURTLE, accepted, choose, content_type

NT, LD, XML = TRIPLES["nt"], TRIPLES["jsonld"], TRIPLES["rdf"]
OFFERED = (HTML, *TRIPLES.values())
RESULTS = tuple(SOLUTIONS.values())
JSON, RXML, CSV, TSV = RESULTS

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
OLD_SAFARI = "application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5"
GOOGLEBOT = "text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8"
IMAGE = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
RDFLIB = "text/turtle, application/rdf+xml, application/n-triples;q=0.9, */*;q=0.1"
#: What rdflib 7 sends when it is told no format: all that it parses, all liked the same.
RDFLIB_ANY = "application/rdf+xml, text/n3, text/turtle, application/n-triples, application/ld+json, application/n-quads, application/trix, application/trig"
RDFLIB_HTML = f"{RDFLIB_ANY}, text/html, application/xhtml+xml"
RDFLIB_LD = "application/ld+json, application/json;q=0.9, */*;q=0.1"
RDFLIB_TURTLE = "text/turtle, application/x-turtle, */*;q=0.1"
RDFLIB_N3, RDFLIB_NT, RDFLIB_XML = (f"{each}, */*;q=0.1" for each in ("text/n3", "text/plain", "application/rdf+xml"))
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"
COMUNICA = "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,text/turtle;q=0.6,application/rdf+xml;q=0.5,text/html;q=0.2"
RAPPER = "application/rdf+xml, text/rdf;q=0.6, */*;q=0.1"
PROTEGE = "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09"
JAVA = "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"
AXIOS = "application/json, text/plain, */*"
HTTR = "application/json, text/xml, application/xml, */*"
PYLD = "application/ld+json;q=1, application/json;q=0.5"
COMPACTED = "http://www.w3.org/ns/json-ld#compacted"
EXPANDED = "http://www.w3.org/ns/json-ld#expanded"


#: What clients send, and what they get of a record, a term or a code.
HEADERS: list[tuple[str | None, str | None]] = [
    # nothing, and what says nothing: curl, requests, pandas, Excel, wget, fetch
    (None, HTML),
    ("", HTML),
    ("   ", HTML),
    ("*/*", HTML),
    ("*/*;q=0.1", HTML),
    ("*", HTML),
    ("nonsense", HTML),
    # browsers, robots, and programs that take themselves for one
    (CHROME, HTML),
    (FIREFOX, HTML),
    (OLD_SAFARI, HTML),
    (GOOGLEBOT, HTML),
    (JAVA, HTML),
    (IMAGE, HTML),
    # clients of linked data
    (RDFLIB, TURTLE),
    (RDFLIB_ANY, TURTLE),
    (RDFLIB_HTML, TURTLE),
    (RDFLIB_LD, LD),
    (RDFLIB_TURTLE, TURTLE),
    (RDFLIB_N3, TURTLE),
    (RDFLIB_NT, NT),
    (RDFLIB_XML, XML),
    (JENA, TURTLE),
    (COMUNICA, LD),
    (RAPPER, XML),
    (PROTEGE, XML),
    (PYLD, LD),
    # clients of anything
    (AXIOS, LD),
    (HTTR, LD),
    ("application/json", LD),
    # one type, and what goes with it
    ("text/html", HTML),
    ("TEXT/HTML", HTML),
    ("text/*", HTML),
    ("text/*;q=0.5, text/turtle", TURTLE),
    ("application/xhtml+xml", HTML),
    ("text/turtle", TURTLE),
    ("text/turtle;charset=utf-8", TURTLE),
    ("text/turtle; charset=iso-8859-1", TURTLE),
    ("text/turtle; version=1.2", TURTLE),
    ("text/turtle;q=0.8;v=b3", TURTLE),
    ("application/x-turtle", TURTLE),
    ("application/ld+json", LD),
    ("application/n-triples", NT),
    ("text/plain", NT),
    ("application/rdf+xml", XML),
    # profiles: ours is met, another is no reason to refuse
    (f'application/ld+json;profile="{EXPANDED}"', LD),
    (f'application/ld+json;profile="{COMPACTED}"', LD),
    (f'application/ld+json;profile="{EXPANDED}";q=0.9, application/ld+json;q=0.2, text/turtle;q=0.5', LD),
    (f'application/ld+json;profile="{COMPACTED}";q=0.9, application/ld+json;q=0.2, text/turtle;q=0.5', TURTLE),
    ('application/ld+json; profile="a,b" ; q=0.9, text/turtle;q=0.8', LD),
    ('application/ld+json;profile="a";q=0.2, text/turtle;q=0.8', TURTLE),
    # weights
    ("application/rdf+xml;q=0.5, text/turtle;q=0.6", TURTLE),
    ("text/turtle;q=0.5, application/rdf+xml;q=0.6", XML),
    ("text/html;q=0, text/turtle", TURTLE),
    ("text/html;q=0, */*", TURTLE),
    ("text/html;q=0.5, */*;q=0.9", TURTLE),
    ("application/*", LD),
    ("application/*;q=0.3, application/ld+json", LD),
    ("application/*;q=0.3, application/ld+json;q=0, application/n-triples;q=0", XML),
    # equals: data that is named goes before a page, a page before data that is not
    ("text/turtle;q=1.0, text/html;q=1.0", TURTLE),
    ("text/html, application/rdf+xml", XML),
    ("text/turtle, */*", TURTLE),
    ("text/html, */*", HTML),
    ("text/turtle , application/n-triples", TURTLE),
    ("application/n-triples , text/turtle", TURTLE),
    # what is wrong with a header costs that part of it
    ("text/turtle;q=zero", None),
    ("text/turtle;q=nan", None),
    ("text/turtle;q=7", TURTLE),
    ("text/turtle;q=-1", None),
    (",,text/turtle,,", TURTLE),
    # nothing of ours
    ("image/png", None),
    ("application/pdf, image/*", None),
    ("image/png, text/turtle;q=0.001", TURTLE),
    ("audio/*;q=0.2, */*;q=0", None),
    ("application/sparql-results+json", None),
]

#: What clients of an endpoint send, and in which form they get a table.
RESULT_HEADERS: list[tuple[str | None, str | None]] = [
    (None, JSON),
    ("*/*", JSON),
    (JAVA, JSON),
    (AXIOS, JSON),
    (HTTR, JSON),
    # SPARQLWrapper, by the format it is told
    ("application/sparql-results+xml,application/rdf+xml,*/*", RXML),
    ("application/sparql-results+json,application/json,text/javascript,application/javascript", JSON),
    ("application/sparql-results+xml", RXML),
    ("text/csv", CSV),
    ("text/tab-separated-values", TSV),
    ("application/turtle,text/turtle", None),
    # rdflib's SPARQLStore, Jena, Comunica, YASGUI, curl
    ("application/sparql-results+xml, application/rdf+xml", RXML),
    (
        "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7, text/csv;q=0.5, application/json;q=0.2, application/xml;q=0.2, */*;q=0.1",
        JSON,
    ),
    (
        "application/n-quads,application/trig;q=0.95,application/sparql-results+json;q=0.8,application/sparql-results+xml;q=0.6,text/turtle;q=0.6",
        JSON,
    ),
    ("application/sparql-results+json,*/*;q=0.9", JSON),
    ("text/turtle,*/*;q=0.9", JSON),
    ("application/json", JSON),
    ("application/xml", RXML),
    ("text/xml", RXML),
    ("text/csv;header=present", CSV),
    ("text/csv; charset=utf-8; q=0.9, application/sparql-results+json; q=0.8", CSV),
    ("text/*", CSV),
    ("application/sparql-results+json;version=1.2", JSON),
    ("text/html", None),
    ("application/sparql-results+json;q=0, text/csv;q=0.1", CSV),
]


@pytest.mark.parametrize(("header", "chosen"), HEADERS)
def test_what_a_client_gets(header: str | None, chosen: str | None) -> None:
    assert choose(header, OFFERED) == chosen


@pytest.mark.parametrize(("header", "chosen"), RESULT_HEADERS)
def test_in_which_form_a_client_gets_a_table(header: str | None, chosen: str | None) -> None:
    assert choose(header, RESULTS) == chosen


@pytest.mark.parametrize("path", ["/doc/standard/irma-mining-v1", "/ns/Agreement", "/code/stage"])
@pytest.mark.parametrize(("header", "chosen"), HEADERS)
def test_what_a_client_gets_at_an_address(path: str, header: str | None, chosen: str | None, web: FlaskClient) -> None:
    response = web.get(path, headers=[] if header is None else [("Accept", header)])
    assert "Accept" in response.vary
    if chosen is None:
        assert response.status_code == 406
        assert {each["type"]: each["href"] for each in response.json["available"]} == {  # type: ignore[index]
            HTML: path, **{media: f"{path}.{suffix}" for suffix, media in TRIPLES.items()}
        }  # fmt: skip
    else:
        assert (response.status_code, response.mimetype) == (200, chosen)
        assert response.content_type == content_type(chosen)


def test_json_ld_says_in_which_of_its_forms_it_is_written(web: FlaskClient) -> None:
    for path in ("/doc/item/nickel.jsonld", "/ns/Agreement.jsonld"):
        response = web.get(path)
        assert response.content_type == f'application/ld+json; profile="{EXPANDED}"'
        nodes = response.get_json(force=True)
        assert isinstance(nodes, list)  # expanded: a list of nodes, keys are IRIs, and there is no context
        assert all(key.startswith(("@id", "@type", "http")) for node in nodes for key in node)


def test_no_media_type_is_made_up() -> None:
    registered = {
        "text/html", "text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml", "text/csv",
        "application/sparql-results+json", "application/sparql-results+xml", "text/tab-separated-values",
    }  # fmt: skip
    assert {*OFFERED, *RESULTS} == registered
    assert PARAMETERS.keys() <= registered


WORDS = st.text(st.sampled_from('abtex/turlhm*;,="q.015 \\'), max_size=40)


@given(st.one_of(WORDS, st.text(max_size=60)))
def test_any_header_gets_an_offered_type_or_none(header: str) -> None:
    assert choose(header, OFFERED) in (*OFFERED, None)
    assert all(0 <= each.weight <= 1 and not math.isnan(each.weight) for each in accepted(header))


@given(st.permutations(OFFERED), st.lists(st.sampled_from([1.0, 0.75, 0.5, 0.25, 0.0]), min_size=5, max_size=5))
def test_a_better_liked_type_is_never_passed_over(order: list[str], weights: list[float]) -> None:
    liked = dict(zip(order, weights, strict=True))
    chosen = choose(", ".join(f"{media};q={weight}" for media, weight in liked.items()), OFFERED)
    best = max(liked.values())
    assert chosen is None if best == 0 else liked[str(chosen)] == best
