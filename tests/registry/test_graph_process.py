"""The graph process over the shipped record: answers, limits, crashes, following the ledger."""

from __future__ import annotations

import concurrent.futures
import json
import os
import signal
import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hedgerow.errors import (
    BudgetSpent,
    Busy,
    Conflict,
    GraphNotReady,
    HedgerowError,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooLarge,
)
from hedgerow.graph import client as graph_client
from hedgerow.graph.client import JSON, TURTLE, GraphClient, How, LocalGraph
from hedgerow.graph.connections import Caller, caller
from hedgerow.graph.frames import Reader, pack, receive
from hedgerow.graph.process import KEPT_BYTES, QUICK_SECONDS, GraphProcess
from hedgerow.graph.worker import data_bytes
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Draft, Ledger
from hedgerow.record import Statements
from hedgerow.settings import Settings
from tests.conftest import copy_home, running_graph, wait_for

POINT = "SELECT * { <https://w3id.org/hedgerow/registry/id/item/nickel> ?p ?o }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def settings(loaded_home: Path) -> Iterator[Settings]:
    settings = Settings(home=loaded_home, query_seconds=2, queue=2)
    with running_graph(settings, {"HEDGEROW_QUERY_SECONDS": "2", "HEDGEROW_QUEUE": "2"}):
        yield settings


@pytest.fixture
def client(settings: Settings) -> GraphClient:
    return GraphClient(settings)


def test_it_answers_as_a_store_of_our_own_does(settings: Settings, client: GraphClient) -> None:
    local = LocalGraph(settings)
    for query in (POINT, COUNT):
        assert json.loads(client.query(query).body) == json.loads(local.query(query).body)
    assert client.query(COUNT).version == local.query(COUNT).version == client.status()["version"]


def test_a_point_query_costs_little_more_than_the_workers_own_time(client: GraphClient) -> None:
    extra = []
    for _ in range(200):
        start = time.perf_counter()
        reply = client.query(POINT)
        extra.append((time.perf_counter() - start) * 1000 - reply.millis)
    # Measured 0.5 ms; the bound is the one promised, with room for a loaded machine.
    assert statistics.median(extra) < 3


def test_a_query_over_the_deadline_is_stopped(client: GraphClient) -> None:
    start = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"after 2 s\."):
        client.query(PRODUCT)
    assert time.monotonic() - start < 4
    assert client.query(POINT).body


def test_a_query_that_eats_memory_is_stopped(client: GraphClient) -> None:
    doubling = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    with pytest.raises((QueryTooLarge, QueryTimeout)):
        client.query(f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("aaaaaaaaaaaaaaaa" AS ?x0) {doubling} }}')
    with pytest.raises((QueryTooLarge, QueryTimeout)):
        client.query("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f")
    assert client.query(POINT).body


def test_a_nesting_that_breaks_a_worker_breaks_nothing_else(
    client: GraphClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_client.guard, "check", lambda text: None)
    with pytest.raises(HedgerowError) as caught:
        client.query("SELECT * " + "{" * 3000 + "}" * 3000)
    assert caught.value.status == 400
    assert "nesting" in caught.value.detail
    assert client.query(POINT).body


def test_service_reaches_nothing_even_without_the_guard(client: GraphClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph_client.guard, "check", lambda text: None)
    for query in ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",):
        with pytest.raises(HedgerowError):
            client.query(query)
    assert client.query(POINT).body


def test_a_syntax_error_names_line_and_column(client: GraphClient) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        client.query("SELECT * {\n  ?s ?p }")
    assert (caught.value.line, caught.value.column) == (2, 10)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { ?x a undeclared:Thing }", "the prefix of the name before this place is not declared"),
        ("SELECT ?x { ?x ?p ?y } GROUP BY ?y", "neither grouped nor aggregated"),
        ("SELECT * { ?s ?p }", "this is not what SPARQL allows here"),
    ],
)
def test_a_syntax_error_is_told_in_words(query: str, said: str, client: GraphClient) -> None:
    with pytest.raises(QuerySyntaxError, match=said):
        client.query(query)


def test_a_full_queue_answers_at_once_that_it_is_busy(settings: Settings) -> None:
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: _outcome(settings, PRODUCT), range(8)))
    assert outcomes.count(QueryTimeout) == 4  # two workers and two places in the queue
    assert outcomes.count(Busy) == 4
    assert GraphClient(settings).query(POINT).body


def _outcome(settings: Settings, query: str) -> type[HedgerowError] | None:
    try:
        GraphClient(settings).query(query)
    except HedgerowError as error:
        return type(error)
    return None


def test_a_client_that_goes_away_frees_its_worker(settings: Settings) -> None:
    import socket

    from hedgerow.graph.frames import pack

    for _ in range(2):
        with socket.socket(socket.AF_UNIX) as hasty:
            hasty.connect(str(settings.socket()))
            hasty.sendall(pack({"op": "query", "solutions": graph_client.JSON, "graph": ""}, PRODUCT.encode()))
    start = time.monotonic()
    assert GraphClient(settings).query(POINT).body
    assert time.monotonic() - start < 1


def test_garbage_at_the_socket_is_dropped(settings: Settings) -> None:
    import socket

    for garbage in (b"\xff" * 64, b"\x00\x00\x00\x02\x00\x00\x00\x00[]", b"\x00\x00\x00\x02\x00\x00\x00\x00no"):
        with socket.socket(socket.AF_UNIX) as peer:
            peer.settimeout(5)
            peer.connect(str(settings.socket()))
            peer.sendall(garbage)
            assert peer.recv(10) == b""
    assert GraphClient(settings).query(POINT).body


def test_a_second_graph_process_is_refused(settings: Settings) -> None:
    with pytest.raises(Conflict, match="Another graph process"):
        GraphProcess(settings)


def test_workers_hold_no_descriptor_but_their_socket(settings: Settings) -> None:
    def workers_now() -> list[int]:
        return [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _is_worker(int(pid), settings)]

    # The tests before may have had some replaced: a new one shuts itself in first.
    wait_for(lambda: [len(os.listdir(f"/proc/{pid}/fd")) for pid in workers_now()] == [2, 2])
    workers = workers_now()
    for pid in workers:
        held = {os.readlink(f"/proc/{pid}/fd/{fd}").split(":")[0] for fd in os.listdir(f"/proc/{pid}/fd")}
        assert held == {"/dev/null", "socket"}
        assert len(os.listdir(f"/proc/{pid}/fd")) == 2
        limits = Path(f"/proc/{pid}/limits").read_text("ascii")
        assert any(line.split()[3:5] == ["1", "1"] for line in limits.splitlines() if "open files" in line)


def _is_worker(pid: int, settings: Settings) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        parent = int(Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return False
    return (
        b"hedgerow.graph" in command
        and f"HEDGEROW_HOME={settings.home}".encode() in environment
        and parent != os.getpid()
    )


def test_a_killed_worker_is_replaced(settings: Settings) -> None:
    for pid in _workers(settings):
        os.kill(pid, signal.SIGKILL)
    assert GraphClient(settings).query(POINT).body


def test_a_worker_goes_on_after_a_long_query_where_it_keeps_no_memory(home: Path) -> None:
    settings = Settings(home=home)
    long = "SELECT (COUNT(*) AS ?n) { { SELECT ?a { ?a ?b ?c } LIMIT 3000 } { SELECT ?d { ?d ?e ?f } LIMIT 3000 } }"
    with running_graph(settings):
        client = GraphClient(settings)
        caller.set(Caller("192.0.2.77"))
        assert client.query(long).millis > QUICK_SECONDS * 1000
        before = _workers(settings)
        for _ in range(3):
            client.query(long)
        assert _workers(settings) == before
        caller.set(Caller(""))
    held = data_bytes(os.getpid())
    grown = bytearray(KEPT_BYTES)
    assert data_bytes(os.getpid()) >= held + len(grown)


def _workers(settings: Settings) -> set[int]:
    return {int(pid) for pid in os.listdir("/proc") if pid.isdigit() and _is_worker(int(pid), settings)}


def test_it_follows_the_ledger_and_equals_a_rebuild(home: Path) -> None:
    settings = Settings(home=home)
    with running_graph(settings):
        client = GraphClient(settings)
        before = client.status()
        out = Statements(f"{settings.base}/id/country/XX")
        out.type(out.iri, "Country")
        out.label("Testland", "en")
        with Ledger(settings.ledger, settings.base) as ledger:
            ledger.append("public", [Draft(out.iri, "assert", "user:test", out.done().canonical, 0)])
        wait_for(lambda: client.status()["position"] == before["position"] + 1)
        asked = f"SELECT ?l {{ <{out.iri}> <http://www.w3.org/2000/01/rdf-schema#label> ?l }}"
        assert b"Testland" in client.query(asked).body
        dump = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
        rebuilt = LocalGraph(settings)
        assert rebuilt.status()["version"] == client.status()["version"]
        kept = client.query(dump, triples="application/n-triples").body
        assert sorted(kept.splitlines()) == sorted(
            rebuilt.query(dump, triples="application/n-triples").body.splitlines()
        )
        with Ledger(settings.ledger, settings.base) as ledger:
            ledger.append("public", [Draft(out.iri, "withdraw", "user:test", b"", 1)])
        wait_for(lambda: b"Testland" not in client.query(asked).body)
        assert client.status()["quads"] == before["quads"]


def test_without_a_graph_process_the_client_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(GraphNotReady, match="hedgerow serve"):
        GraphClient(Settings(home=tmp_path)).query(POINT)


BIG = "SELECT * { ?s ?p ?o } LIMIT 40000"


@pytest.mark.parametrize("spooled", [True, False])
def test_a_large_answer_comes_in_parts_and_is_the_same(spooled: bool, settings: Settings, client: GraphClient) -> None:
    reply = client.query(BIG, how=How(spooled=spooled))
    assert (reply.file is not None) == spooled
    body = reply.body
    if reply.file is not None:
        with reply.file as file:
            body = file.read()
    assert len(body) > 4 << 20
    assert json.loads(body) == json.loads(LocalGraph(settings).query(BIG).body)


def test_an_answer_beyond_the_cap_is_refused_after_its_first_parts(settings: Settings) -> None:
    with running_graph_of(settings, {"HEDGEROW_ANSWER_MEGABYTES": "2"}) as client:
        with pytest.raises(QueryTooLarge):
            client.query(BIG, how=How(spooled=True))
        assert client.query(POINT).body


def test_a_client_that_does_not_read_holds_its_worker_and_no_memory(settings: Settings) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as slow:
        slow.connect(str(settings.socket()))
        slow.sendall(pack({"op": "query", "solutions": JSON, "graph": TURTLE, "client": ""}, BIG.encode()))
        time.sleep(0.5)
        assert GraphClient(settings).query(POINT).body
        reader, size = Reader(), 0
        while (frame := receive(slow, reader)) is not None:
            size += len(frame[1])
            if not frame[0].get("part"):
                break
        assert frame is not None
        assert frame[0].get("media_type") == JSON
        assert size > 4 << 20


def test_the_graphs_of_a_request_hold_over_those_of_its_query(client: GraphClient) -> None:
    nickel = f"{DEFAULT_BASE}/id/item/nickel"
    within = json.loads(client.query(COUNT, how=How(default_graphs=(nickel,))).body)
    alone = json.loads(client.query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{nickel}> {{ ?s ?p ?o }} }}").body)
    assert within == alone != json.loads(client.query(COUNT).body)
    named = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    seen = json.loads(client.query(named, how=How(named_graphs=(nickel,))).body)["results"]["bindings"]
    assert [row["g"]["value"] for row in seen] == [nickel]
    assert json.loads(client.query("ASK { ?s ?p ?o }", how=How(named_graphs=(nickel,))).body)["boolean"] is False
    with pytest.raises(QueryRefused, match="no graph <urn:none>"):
        client.query(COUNT, how=How(default_graphs=("urn:none",)))


def test_a_closer_deadline_is_kept(client: GraphClient) -> None:
    start = time.monotonic()
    with pytest.raises(QueryTimeout):
        client.query(PRODUCT, how=How(seconds=0.5))
    assert time.monotonic() - start < 1.9


def test_who_has_used_his_budget_waits_and_nobody_else(settings: Settings) -> None:
    with running_graph_of(settings, {"HEDGEROW_BUDGET_SECONDS": "1", "HEDGEROW_QUERY_SECONDS": "2"}) as client:
        token = caller.set(Caller("192.0.2.1"))
        try:
            with pytest.raises(QueryTimeout):
                client.query(PRODUCT)
            with pytest.raises(BudgetSpent) as refused:
                client.query(POINT)
            assert 0 < refused.value.retry_after <= 60
            caller.set(Caller("192.0.2.2"))
            assert client.query(POINT).body
        finally:
            caller.reset(token)


@contextmanager
def running_graph_of(settings: Settings, env: dict[str, str]) -> Iterator[GraphClient]:
    """A graph process of other settings, over a copy of the home."""
    with tempfile.TemporaryDirectory() as folder:
        other = Settings(home=copy_home(settings.home, Path(folder)))
        with running_graph(other, env):
            yield GraphClient(other)
