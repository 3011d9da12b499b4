"""What is refused before it reaches a worker, what only looks like it, and that finding out costs little."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Store

from hedgerow.errors import CallError, QueryRefused
from hedgerow.graph import guard
from hedgerow.graph.guard import MAX_NESTING, MAX_PATH_STEPS, MAX_PATTERNS, MAX_QUERY_BYTES, check
from hedgerow.paths import QUERIES

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
    "PREFIX SERVICE: <urn:s> SELECT * { GRAPH SERVICE:g { ?s ?p ?o } }",
    "PREFIX e: <urn:e> SELECT * { ?s e:SERVICE ?o ; e:a-SERVICE <urn:SERVICE>, _:SERVICE }",
    'SELECT * { ?s ?p \'it\\\'s a SERVICE <x>\' , """a \\" SERVICE """ }',
    "SELECT * { ?s ?p ?o FILTER(?s<?p&&?o>?s) } # SERVICE",
    "SELECT ?a { ?a ?b ?c FILTER(1/2/?c - 3 > 0 && ?c IN (1, 2, 3)) }",
    "SELECT * { VALUES (?a ?b) { " + "(1 <urn:a>) " * 1000 + "} ?a ?p ?b }",
    "PREFIX e: <urn:e> SELECT * { ?s e:a\\,b%20c.d ?o . }",
]
REFUSED = [
    "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "select * { service silent <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { SERVICE<http://127.0.0.1/>{ ?s ?p ?o } }",
    "SELECT * { SERVICE ?where { ?s ?p ?o } }",
    "SELECT * { #\nSERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    # The engine wants no blank around a keyword: these reach out, whatever they look like.
    "SELECT * { ?s ?p 1e5SERVICE<http://127.0.0.1/> { ?a ?b ?c } }",
    "SELECT * { ?s ?p 1.SERVICE<http://127.0.0.1/> { ?a ?b ?c } }",
    "SELECT * { ?s ?p trueSERVICE<http://127.0.0.1/> { ?a ?b ?c } }",
    "PREFIX : <http://127.0.0.1/> SELECT * { SERVICE:s { ?a ?b ?c } }",
    "PREFIX SERVICE: <urn:x> PREFIX : <http://127.0.0.1/> SELECT * { SERVICE:s #\n { ?a ?b ?c } }",
    "PREFIX x: <http://127.0.0.1/> SELECT * { ?s a ?o.SERVICEx:y{?a ?b ?c} }",
    "PREFIX : <http://127.0.0.1/> SELECT * { SERVICESILENT:s { ?a ?b ?c } }",
    "PREFIX e: <urn:e> SELECT * { ?s ?p e:.SERVICE<http://127.0.0.1/>{ ?a ?b ?c } }",
    "PREFIX e: <urn:e> SELECT * { ?s ?p e:a\\# . SERVICE <http://127.0.0.1/> { ?a ?b ?c } }",
    "PREFIX e: <urn:e> SELECT * { ?s ?p e:a\\' . SERVICE <http://127.0.0.1/> { ?a ?b 'c' } }",
    "SELECT * { FILTER(?a<?b)SERVICE<http://127.0.0.1/>{?s ?p ?o} FILTER(1>?c) }",
    "SELECT * { ?s ?p ?o FILTER(?a<<urn:x'>) SERVICE <http://127.0.0.1/> { ?s ?p 'x' } }",
    "SELECT * { OPTIONAL { { ?s ?p ?o MINUS { sErViCe ?x { ?s ?p ?o } } } } }",
    "SELECT * { #x\rSERVICE <http://127.0.0.1/> {} }",
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
    Store().query(query)  # and the engine reads them


@pytest.mark.parametrize("query", REFUSED)
def test_what_is_not_run_is_refused_with_a_remedy(query: str) -> None:
    with pytest.raises(QueryRefused) as caught:
        check(query)
    assert caught.value.remedy


def test_an_empty_query_is_a_fault_of_the_call() -> None:
    with pytest.raises(CallError, match="empty"):
        check("  \n")


NESTINGS: list[Callable[[int], str]] = [
    lambda n: "SELECT * " + "{" * n + "}" * n,
    lambda n: "SELECT * { ?s ?p " + "[ ?p " * (n - 1) + "1" + "]" * (n - 1) + " }",
    lambda n: "SELECT * { ?s ?p " + "(" * (n - 1) + ")" * (n - 1) + " }",
    lambda n: "SELECT * { FILTER" + "(" * (n - 1) + "1" + ")" * (n - 1) + " }",
    lambda n: "SELECT * {" + "OPTIONAL {" * (n - 1) + "}" * n,
    lambda n: "SELECT * {" + "MINUS {" * (n - 1) + "}" * n,
    lambda n: "SELECT * {" + "{} UNION {" * (n - 1) + "}" * n,
    lambda n: "SELECT * {" + "FILTER EXISTS {" * (n - 1) + "}" * n,
    lambda n: "SELECT * {" + "{ SELECT * {" * (n // 2) + "}}" * (n // 2) + "}",
    lambda n: "SELECT * { ?s " + "(<urn:p>|" * (n - 1) + "<urn:p>" + ")" * (n - 1) + " ?o }",
    lambda n: "SELECT * { " + "<< " * (n - 1) + "<urn:a> <urn:b> <urn:c>" + " >> <urn:b> <urn:c>" * (n - 1) + " }",
]


@pytest.mark.parametrize("number", range(len(NESTINGS)))
def test_every_bracket_nests_only_so_deep(number: int) -> None:
    nested = NESTINGS[number]
    check(nested(20))
    for depth in (MAX_NESTING + 3, 2000):
        with pytest.raises(QueryRefused, match=r"nested deeper|steps"):
            check(nested(depth))


def test_a_path_has_so_many_steps_and_arithmetic_is_none() -> None:
    def path(step: str, steps: int) -> str:
        return "SELECT * { ?s " + step.join(["<urn:p>"] * steps) + " ?o ; <urn:q> 1 . ?o <urn:q>/<urn:r> ?z }"

    for step in ("/", "|", "/^", "*/", " / "):
        check(path(step, MAX_PATH_STEPS))
        with pytest.raises(QueryRefused, match=f"more than {MAX_PATH_STEPS} steps"):
            check(path(step, MAX_PATH_STEPS + 1))
    check("SELECT * { BIND(" + "/".join(["?x"] * 200) + " AS ?y) BIND(" + "/".join(["1.5"] * 200) + " AS ?z) }")


PATTERNS: list[Callable[[int], str]] = [
    lambda n: "SELECT * { " + "?s ?p ?o . " * n + "}",
    lambda n: "SELECT * { ?s ?p 1" + " ; <urn:p> 'x'@en" * (n - 1) + " }",
    lambda n: "SELECT * { ?s ?p 1" + ", 'x'^^<urn:d>" * (n - 1) + " }",
    lambda n: "SELECT * { " + "{ ?s ?p ?o }" * n + "}",
    lambda n: "SELECT * { " + "FILTER(?s > 1) ?s a ?o " * n + "}",
    lambda n: "SELECT * { " + "OPTIONAL { ?s ?p ?o } " * n + "}",
    lambda n: "SELECT * { " + "[ ?p ?o ] . " * n + "}",
    lambda n: "CONSTRUCT { " + "?s ?p ?o . " * n + "} WHERE {}",
]


@pytest.mark.parametrize("number", range(len(PATTERNS)))
def test_triple_patterns_are_counted_in_every_way_to_write_them(number: int) -> None:
    of = PATTERNS[number]
    check(of(MAX_PATTERNS))
    with pytest.raises(QueryRefused, match=f"more than {MAX_PATTERNS} triple patterns"):
        check(of(MAX_PATTERNS + 1))


def test_a_list_is_two_patterns_an_element() -> None:
    check("SELECT * { ?s ?p (" + "1 " * 90 + ") FILTER(?s IN (" + "1, " * 500 + "2)) }")
    with pytest.raises(QueryRefused, match="triple patterns"):
        check("SELECT * { ?s ?p (" + "1 " * 110 + ") }")


def test_no_question_comes_near_the_limits() -> None:
    for path in QUERIES.glob("*/*.rq"):
        check(path.read_text("utf-8"))


PIECES = ["-", ".", "a.", "a-", "a..b..", "<", "<a", "<<", "<<a", "'", '"', "'''", '"""', "'''a''\n", "@a-", ":", ":%"]
PIECES += [":\\", "\\", "1", "1.", "1e", "a ", "{}", "()", ";", "#", "# \n", "?a", "é", "/", "|", "^", "a:b.", "a:b"]
PIECES += ["\x00", "&", "=<a", " ", "a\n.", "_:a."]


@pytest.mark.parametrize("piece", PIECES)
def test_no_text_takes_long_to_look_through(piece: str) -> None:
    text = ("SELECT * { " + piece * MAX_QUERY_BYTES).encode()[:MAX_QUERY_BYTES].decode("utf-8", "ignore")
    start = time.process_time()
    with contextlib.suppress(QueryRefused):
        check(text)
    # Measured 1 to 10 ms. A tokenizer that begins again at every sign took ten seconds, and no page was answered.
    assert time.process_time() - start < 0.2


PIECES = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<<",
    ">>",
    "/",
    "|",
    "^",
    "?a",
    "?b ",
    "<a>",
    ":x",
    "a ",
    "1 ",
    ".",
    ";",
    ",",
    '"',
    "'",
]
WORDS = ["service", "SERVICE:x{", "insert ", "filter(", "values ", "optional{", "#", "\n", "\\u0053ervice", "é"]


@given(
    st.lists(st.sampled_from([*PIECES, *WORDS]), max_size=500), st.sampled_from(["select * ", "ASK", "construct", ""])
)
def test_what_is_not_read_for_its_shortness_would_pass(pieces: list[str], form: str) -> None:
    text = form + "".join(pieces)
    if guard._is_small(text):
        guard._read(text)


def test_an_ordinary_look_up_is_small_and_a_hidden_service_is_not() -> None:
    assert guard._is_small("SELECT * { <https://w3id.org/hedgerow/registry/id/item/nickel> ?p ?o } LIMIT 100")
    assert guard._is_small("# Of one thing.\nPREFIX : <x:> SELECT * { :a ?p [] ; ?q ?r }")
    many = "ask{?a ?b" + " ?c;?d" * 200 + "}"
    lists = "ask{?a ?b (" + "1 " * 100 + ")}"
    for text in (
        "SELECT * { SERVICE<x>{} }", "SELECT * { \\u0053ERVICE<x>{} }", "INSERT DATA {}", "ask" + "{" * 65, many, lists,
    ):  # fmt: skip
        assert not guard._is_small(text)
