from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hedgerow_web.negotiate import HTML, TRIPLES, TURTLE, choose

NT, LD, XML = TRIPLES["nt"], TRIPLES["jsonld"], TRIPLES["rdf"]
OFFERED = (HTML, TURTLE, NT, LD, XML)
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RDFLIB = "text/turtle, application/rdf+xml, application/n-triples;q=0.9, */*;q=0.1"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"
COMUNICA = "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,text/turtle;q=0.6,application/rdf+xml;q=0.5,text/html;q=0.2"
RAPPER = "application/rdf+xml, text/rdf;q=0.6, */*;q=0.1"


#: What clients send, and what they get of a record, a term or a code.
HEADERS: list[tuple[str | None, str | None]] = [
    (None, HTML),
    ("", HTML),
    ("   ", HTML),
    ("*/*", HTML),
    ("*/*;q=0.1", HTML),
    ("nonsense", HTML),
    (CHROME, HTML),
    (FIREFOX, HTML),
    (RDFLIB, TURTLE),
    (JENA, TURTLE),
    (COMUNICA, LD),
    (RAPPER, XML),
    ("text/html", HTML),
    ("TEXT/HTML", HTML),
    ("text/*", HTML),
    ("text/*;q=0.5, text/turtle", TURTLE),
    ("application/xhtml+xml", HTML),
    ("text/turtle", TURTLE),
    ("text/turtle;charset=utf-8", TURTLE),
    ("text/turtle; version=1.2", TURTLE),
    ("application/x-turtle", TURTLE),
    ("application/ld+json", LD),
    ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', LD),
    ('application/ld+json; profile="a,b" ; q=0.9, text/turtle;q=0.8', LD),
    ('application/ld+json;profile="a";q=0.2, text/turtle;q=0.8', TURTLE),
    ("application/n-triples", NT),
    ("text/plain", NT),
    ("application/rdf+xml", XML),
    ("application/rdf+xml;q=0.5, text/turtle;q=0.6", TURTLE),
    ("text/turtle;q=0.5, application/rdf+xml;q=0.6", XML),
    ("text/html;q=0, text/turtle", TURTLE),
    ("text/html;q=0, */*", TURTLE),
    ("text/html;q=0.5, */*;q=0.9", TURTLE),
    ("text/turtle;q=1.0, text/html;q=1.0", HTML),
    ("application/*", NT),
    ("application/*;q=0.3, application/ld+json", LD),
    ("text/turtle;q=zero", None),
    ("text/turtle;q=7", TURTLE),
    ("text/turtle;q=-1", None),
    ("image/png", None),
    ("application/pdf, image/*", None),
    ("image/png, text/turtle;q=0.001", TURTLE),
    (",,text/turtle,,", TURTLE),
    ("text/turtle , application/n-triples", TURTLE),
    ("audio/*;q=0.2, */*;q=0", None),
]


@pytest.mark.parametrize(("header", "chosen"), HEADERS)
def test_what_a_client_gets(header: str | None, chosen: str | None) -> None:
    assert choose(header, OFFERED) == chosen


@pytest.mark.parametrize("path", ["/doc/item/nickel", "/ns/Agreement", "/code/stage"])
@pytest.mark.parametrize(("header", "chosen"), HEADERS)
def test_what_a_client_gets_at_an_address(path: str, header: str | None, chosen: str | None, web: FlaskClient) -> None:
    response = web.get(path, headers=[] if header is None else [("Accept", header)])
    if chosen is None:
        assert response.status_code == 406
        assert "text/turtle" in response.text
    else:
        assert (response.status_code, response.mimetype) == (200, chosen)
    assert "Accept" in response.headers.get("Vary", "") or chosen is None
