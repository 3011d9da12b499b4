"""`hedgerow serve` as a whole: a first start, standard clients, processes that die, queries that mean harm."""

from __future__ import annotations

import concurrent.futures
import json
import os
import signal
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from SPARQLWrapper import JSON, TURTLE, SPARQLWrapper

from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import Ledger
from tests.conftest import copy_home, get, running_site, wait_for

POINT = "SELECT * { <https://w3id.org/hedgerow/registry/id/item/nickel> ?p ?o }"
pytestmark = pytest.mark.xdist_group("serve")


@pytest.fixture(scope="module")
def site_home(loaded_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_home(loaded_home, tmp_path_factory.mktemp("serve"))


@pytest.fixture(scope="module")
def site(site_home: Path) -> Iterator[str]:
    with running_site(site_home, {"HEDGEROW_QUERY_SECONDS": "2"}) as url:
        yield url


def processes(home: Path, word: str) -> list[int]:
    """The processes of a home that run a module, their forks left out."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_bytes()
            if word.encode() in command and f"HEDGEROW_HOME={home}".encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
    return [pid for pid, parent in found.items() if parent not in found]


def test_an_empty_home_shows_progress_at_once_and_is_complete_soon(tmp_path: Path) -> None:
    home = tmp_path / "home"
    start = time.monotonic()
    with running_site(home, ready=False) as url:
        first_answer = time.monotonic() - start
        status, page = get(f"{url}/?lang=en", "text/html")
        assert status == 503
        assert "The registry is being prepared" in page
        assert get(f"{url}/questions/bundle.json")[0] == 503
        wait_for(lambda: get(f"{url}/readyz")[0] == 200, 60)
        complete = time.monotonic() - start
        assert len(json.loads(get(f"{url}/questions/bundle.json")[1])["rows"]) == 283
    assert first_answer < 10
    assert complete < 60
    assert processes(home, "hedgerow") == []


def test_sparqlwrapper_gets_its_answers(site: str) -> None:
    client = SPARQLWrapper(f"{site}/sparql")
    client.setQuery("SELECT (COUNT(*) AS ?n) { ?a a <https://w3id.org/hedgerow/ns#Agreement> }")
    client.setReturnFormat(JSON)
    for method in ("GET", "POST"):
        client.setMethod(method)
        assert client.queryAndConvert()["results"]["bindings"][0]["n"]["value"] == "283"
    client.setQuery("CONSTRUCT WHERE { ?a a <https://w3id.org/hedgerow/ns#Stockpile> }")
    client.setReturnFormat(TURTLE)
    assert b"hr:Stockpile" in client.queryAndConvert()


@pytest.mark.parametrize(
    ("query", "statuses"),
    [
        ("SELECT * " + "{" * 3000 + "}" * 3000, (400,)),
        ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", (504,)),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f", (504, 507)),
        ("SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }", (400,)),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f }", (504, 507)),
        ("SELECT * {", (400,)),
    ],
)
def test_a_query_that_means_harm_gets_a_clear_answer_and_the_site_stays(
    query: str, statuses: tuple[int, ...], site: str
) -> None:
    status, body = get(f"{site}/sparql", data=f"query={quote(query)}".encode())
    assert status in statuses, body[:200]
    problem = json.loads(body)
    assert problem["detail"]
    assert problem["remedy"]
    assert get(f"{site}/sparql?query={quote(POINT)}")[0] == 200


def test_many_harmful_queries_leave_the_pages_usable(site: str) -> None:
    product = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        harm = [pool.submit(get, f"{site}/sparql?query={product}") for _ in range(12)]
        assert get(f"{site}/healthz")[0] == 200
        statuses = {future.result()[0] for future in harm}
    assert statuses <= {504, 503}
    assert get(f"{site}/questions/bundle.json")[0] == 200


def test_a_point_query_over_http_costs_little_more_than_its_worker(site: str) -> None:
    import http.client

    host = site.removeprefix("http://")
    connection = http.client.HTTPConnection(host)
    extra = []
    for number in range(1000, 1120):  # never the same, so that no answer is kept for it
        start = time.perf_counter()
        connection.request("GET", f"/sparql?query={quote(f'{POINT} LIMIT {number}')}", headers={"Accept": "text/csv"})
        answer = connection.getresponse()
        answer.read()
        worker = float(answer.headers["Server-Timing"].partition("dur=")[2])
        extra.append((time.perf_counter() - start) * 1000 - worker)
    connection.close()
    assert statistics.median(extra) < 3 * 3  # promised 3 ms on a quiet machine; tests share it


def test_killed_processes_come_back(site_home: Path, site: str) -> None:
    asked = [f"{site}{root}/sparql?query={quote(POINT)}" for root in ("", "/demo")]
    wait_for(lambda: get(asked[1])[0] == 200, 60)
    for word in ("hedgerow.graph", "hedgerow.webserver"):
        for pid in processes(site_home, word):
            os.kill(pid, signal.SIGKILL)
        for address in asked:
            wait_for(lambda address=address: get(address)[0] == 200, 20)  # type: ignore[misc]
    for tier in ("public", "demo"):
        assert len(processes(site_home, f"hedgerow.graph\0{tier}")) == 1
    assert len(processes(site_home, "hedgerow.graph")) == 2


def test_the_examples_are_shown_under_their_own_prefix(site: str) -> None:
    wait_for(lambda: get(f"{site}/demo/readyz")[0] == 200, 60)
    answers = [json.loads(get(f"{site}{root}/questions/bundle.json")[1]) for root in ("", "/demo")]
    assert [len(answer["rows"]) for answer in answers] == [283, 287]
    assert [answer["footing"]["tier"] for answer in answers] == ["public", "demo"]
    status, page = get(f"{site}/demo/id/agreement/asean-offtake", "text/html")
    assert status == 200
    assert "Invented for demonstration" in page


def test_what_is_wrong_with_the_demonstration_is_no_matter_to_the_public_site(demo_home: Path, tmp_path: Path) -> None:
    home = copy_home(demo_home, tmp_path)
    with Ledger(home / "ledger.sqlite", DEFAULT_BASE) as ledger:
        ledger.connection.execute("UPDATE payload SET bytes = x'00' WHERE tier='demo'")
    with running_site(home) as url:
        time.sleep(6)
        assert get(f"{url}/demo/")[0] == 503
        assert get(f"{url}/questions/bundle.json")[0] == 200


def test_switched_off_it_takes_no_process_and_no_address(home: Path) -> None:
    with running_site(home, {"HEDGEROW_DEMO": "0"}) as url:
        assert len(processes(home, "hedgerow.graph")) == 1
        time.sleep(3)
        assert len(processes(home, "hedgerow.graph")) == 1
        assert get(f"{url}/demo/", "text/html")[0] == 404
    with Ledger(home / "ledger.sqlite", DEFAULT_BASE) as ledger:
        assert ledger.tiers() == ["public"]
