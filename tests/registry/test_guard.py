from __future__ import annotations

import pytest

from hedgerow.errors import CallError, QueryRefused
from hedgerow.graph.guard import check

LEGAL = [
    "SELECT * { ?s ?p ?o }",
    'SELECT * { ?s ?p "SERVICE <x>" }',
    "SELECT ?SERVICE { ?SERVICE ?p ?o }",
    "PREFIX SERVICE: <urn:s> SELECT * { ?s SERVICE:a ?o }",
    "SELECT * { ?s ?p <http://example.org/SERVICE> } # SERVICE <x>",
    "SELECT * { ?s ?p '''it's a SERVICE''' }",
    "DESCRIBE <urn:x>",
    "ASK { ?INSERT ?DELETE 'LOAD' }",
    "SELECT * { ?s ?p 'a'@en-service }",
    "BASE <http://example.org/> PREFIX insert: <urn:i> SELECT * { ?s a insert:x }",
]
REFUSED = [
    "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "select * { service silent <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { SERVICE<http://127.0.0.1/>{ ?s ?p ?o } }",
    "SELECT * { SERVICE ?where { ?s ?p ?o } }",
    "SELECT * { #\nSERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "PREFIX x: <urn:x> delete where { ?s ?p ?o }",
    "LOAD <http://127.0.0.1/>",
    "WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "SELECT * " + "{" * 3000 + "}" * 3000,
    "SELECT ((" + "(" * 100 + "1" + ")" * 100 + ")) {}",
    "SELECT * { ?s ?p '" + "x" * 70_000 + "' }",
]


@pytest.mark.parametrize("query", LEGAL)
def test_harmless_words_pass(query: str) -> None:
    check(query)


@pytest.mark.parametrize("query", REFUSED)
def test_what_is_not_run_is_refused_with_a_remedy(query: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        check(query)
    assert caught.value.remedy


def test_an_empty_query_is_a_fault_of_the_call() -> None:
    with pytest.raises(CallError, match="empty"):
        check("  \n")
