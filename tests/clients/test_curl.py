"""curl, the plainest client: what the guides tell people to type, and what scripts rely on."""

from __future__ import annotations

import json
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from rdflib import Graph

from hedgerow.graph.client import LocalGraph
from tests.clients import asked
from tests.clients.conftest import DEADLINE_SECONDS

pytestmark = pytest.mark.xdist_group("clients")

TABLES = {
    "application/sparql-results+json": "application/sparql-results+json",
    "application/json": "application/sparql-results+json",
    "application/sparql-results+xml": "application/sparql-results+xml",
    "application/xml": "application/sparql-results+xml",
    "text/csv": "text/csv; charset=utf-8",
    "text/tab-separated-values": "text/tab-separated-values; charset=utf-8",
}
GRAPHS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}
ADDRESSES = ["/doc/item/nickel", "/doc/item/nickel.ttl", "/ns/", "/code/stage", "/questions/bundle.csv", "/"]


@dataclass(frozen=True)
class Done:
    """What curl gave back: its exit code, the last answer's status and headers, the body."""

    code: int
    status: int
    headers: dict[str, str]
    body: bytes


def curl(*words: str) -> Done:
    """Run curl; the headers of the last answer go to its own file descriptor."""
    command = ["curl", "--silent", "--show-error", "--max-time", "60", "--dump-header", "/dev/stderr", *words]
    done = subprocess.run(command, capture_output=True, check=False, env={"PATH": "/usr/bin:/bin"})
    blocks = re.findall(r"HTTP/[\d.]+ (\d+).*?\r\n(.*?)\r\n\r\n", done.stderr.decode("latin-1"), re.S)
    status, lines = blocks[-1] if blocks else ("0", "")
    fields = (line.partition(": ") for line in lines.split("\r\n"))
    return Done(done.returncode, int(status), {name.lower(): value for name, _, value in fields}, done.stdout)


@pytest.mark.parametrize("accept", list(TABLES))
def test_a_table_in_every_form(accept: str, endpoint: str) -> None:
    done = curl("-f", "-G", endpoint, "--data-urlencode", f"query={asked.ROWS}", "-H", f"Accept: {accept}")
    assert (done.code, done.status) == (0, 200)
    assert done.headers["content-type"] == TABLES[accept]
    assert int(done.headers["content-length"]) == len(done.body)
    assert "ニッケル" in done.body.decode()


@pytest.mark.parametrize("accept", list(GRAPHS))
def test_a_graph_in_every_form(accept: str, endpoint: str, here: LocalGraph) -> None:
    done = curl("-f", "-G", endpoint, "--data-urlencode", f"query={asked.CONSTRUCT}", "-H", f"Accept: {accept}")
    assert done.headers["content-type"].partition(";")[0] == accept
    if accept != "application/ld+json":  # whose reader in rdflib warns of itself
        graph = Graph().parse(data=done.body, format=GRAPHS[accept])
        assert set(graph) == set(asked.statements(here, asked.CONSTRUCT))
    else:
        assert json.loads(done.body)[0]["@id"] == asked.NICKEL


@pytest.mark.parametrize("address", [*ADDRESSES, "/questions/bundle.json"])
def test_it_comes_compressed_to_those_who_take_it(address: str, site: str, tmp_path: Path) -> None:
    plain, packed = curl(f"{site}{address}"), curl("--compressed", f"{site}{address}")
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert int(packed.headers["content-length"]) < len(plain.body) / 1.5
    assert packed.body == plain.body
    assert "Accept-Encoding" in plain.headers["vary"]
    assert packed.headers["etag"] != plain.headers["etag"]
    tag = tmp_path / "tag"
    tag.write_text(packed.headers["etag"])
    assert curl("--compressed", "--etag-compare", str(tag), f"{site}{address}").status == 304


@pytest.mark.parametrize("way", [["-G"], []], ids=["get", "form"])
@pytest.mark.parametrize("accept", list(TABLES))
def test_a_table_comes_compressed_to_those_who_take_it(accept: str, way: list[str], endpoint: str) -> None:
    words = [endpoint, *way, "--data-urlencode", f"query={asked.ROWS}", "-H", f"Accept: {accept}"]
    packed = curl("--compressed", *words)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.body == curl(*words).body


def test_a_client_shortens_its_own_deadline(endpoint: str) -> None:
    words = ["-G", endpoint, "--data-urlencode", f"query={asked.ENDLESS}", "--data-urlencode", "timeout=1"]
    begun = time.monotonic()
    assert curl(*words).status == 504
    assert time.monotonic() - begun < DEADLINE_SECONDS


def test_by_itself_it_gets_json_and_turtle(endpoint: str) -> None:
    for query, form in (
        (asked.ROWS, "application/sparql-results+json"),
        (asked.CONSTRUCT, "text/turtle; charset=utf-8"),
    ):
        assert curl("-G", endpoint, "--data-urlencode", f"query={query}").headers["content-type"] == form


def test_every_way_to_send_a_query_is_the_same(endpoint: str, here: LocalGraph, tmp_path: Path) -> None:
    file = tmp_path / "rows.rq"
    file.write_text(asked.ROWS, "utf-8")
    expected = asked.told(here, asked.ROWS)
    for words in (
        ["-G", "--data-urlencode", f"query={asked.ROWS}"],
        ["-G", "--data-urlencode", f"query@{file}"],
        ["--data-urlencode", f"query@{file}"],
        ["-H", "Content-Type: application/sparql-query", "--data-binary", f"@{file}"],
        ["-H", "Content-Type: application/sparql-query; charset=utf-8", "--data-binary", f"@{file}"],
        ["-H", "Expect: 100-continue", "-H", "Content-Type: application/sparql-query", "--data-binary", f"@{file}"],
        [
            "-H",
            "Transfer-Encoding: chunked",
            "-H",
            "Content-Type: application/sparql-query",
            "--data-binary",
            f"@{file}",
        ],
        ["--http1.0", "--data-urlencode", f"query@{file}"],
    ):
        done = curl("-f", endpoint, *words)
        assert done.code == 0, words
        assert asked.rows(json.loads(done.body)) == expected, words


@pytest.mark.parametrize("name", list(asked.AWKWARD))
@pytest.mark.parametrize("way", [["-G"], []], ids=["get", "form"])
def test_a_text_is_decoded_once(way: list[str], name: str, endpoint: str) -> None:
    done = curl("-f", endpoint, *way, "--data-urlencode", f"query={asked.saying(name)}")
    assert json.loads(done.body)["results"]["bindings"][0]["said"]["value"] == asked.AWKWARD[name][1]


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_tells_what_get_would(address: str, site: str) -> None:
    whole, head = curl(f"{site}{address}"), curl("-I", f"{site}{address}")
    assert head.status == whole.status == 200
    assert head.body.count(b"\r\n\r\n") == 1  # curl prints the headers, and nothing follows them
    for name in ("content-type", "content-length", "etag", "vary", "link", "cache-control"):
        assert head.headers.get(name) == whole.headers.get(name), name


def test_head_of_a_query_tells_what_get_would(endpoint: str) -> None:
    words = ["-G", endpoint, "--data-urlencode", f"query={asked.ROWS}"]
    whole, head = curl(*words), curl("-I", *words)
    for name in ("content-type", "content-length", "etag", "hedgerow-version"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("address", [*ADDRESSES, "/sparql?query=ASK%7B%7D"])
def test_what_one_has_is_not_sent_again(address: str, site: str, tmp_path: Path) -> None:
    tag = tmp_path / "tag"
    first = curl("-f", "--etag-save", str(tag), f"{site}{address}")
    assert (first.status, tag.read_text().strip()) == (200, first.headers["etag"])
    assert first.headers["cache-control"]
    again = curl("-f", "--etag-compare", str(tag), f"{site}{address}")
    assert (again.code, again.status, again.body) == (0, 304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert set(first.headers["vary"].split(", ")) <= set(again.headers["vary"].split(", "))
    tag.write_text('"other"')
    assert curl("--etag-compare", str(tag), f"{site}{address}").status == 200


def test_each_form_has_a_tag_of_its_own(endpoint: str) -> None:
    tags = {
        curl("-G", endpoint, "--data-urlencode", "query=ASK {}", "-H", f"Accept: {accept}").headers["etag"]
        for accept in ("text/csv", "application/json", "application/xml")
    }
    assert len(tags) == 3
    assert all(tag.startswith('"') for tag in tags)


@pytest.mark.parametrize(
    ("accept", "form", "ending"),
    [
        (None, "text/html; charset=utf-8", ""),
        ("text/turtle", "text/turtle; charset=utf-8", ".ttl"),
        ("application/ld+json", "application/ld+json", ".jsonld"),
        ("application/n-triples", "application/n-triples", ".nt"),
        ("application/rdf+xml", "application/rdf+xml", ".rdf"),
    ],
)
def test_a_thing_leads_to_its_description(accept: str | None, form: str, ending: str, site: str) -> None:
    words = ["-H", f"Accept: {accept}"] if accept else []
    seen = curl(*words, f"{site}/id/item/nickel")
    assert (seen.status, seen.headers["location"]) == (303, f"/doc/item/nickel{ending}")
    assert "Accept" in seen.headers["vary"]
    followed = curl("-f", "-L", *words, f"{site}/id/item/nickel")
    assert (followed.code, followed.status) == (0, 200)
    assert followed.headers["content-type"].startswith(form)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["-G", "/sparql", "--data-urlencode", f"query={asked.BROKEN}"], 400),
        (["/sparql", "--data-urlencode", "update=CLEAR ALL"], 400),
        (["-G", "/sparql", "--data-urlencode", "query=ASK {}", "-H", "Accept: image/png"], 406),
        (["/sparql", "-H", "Content-Type: text/plain", "--data-binary", "ASK {}"], 415),
        (["-X", "DELETE", "/sparql"], 405),
        (["-G", "/sparql", "--data-urlencode", "query=ASK {}", "--data-urlencode", "format=docx"], 400),
        (["/doc/item/unobtainium"], 404),
        (["/doc/item/unobtainium.ttl"], 404),
        (["-H", "Accept: image/png", "/id/item/nickel"], 406),
        (["/questions/reserve-gap.csv?country=XX"], 400),
    ],
)
def test_a_script_sees_that_something_failed(words: list[str], status: int, site: str) -> None:
    words = [f"{site}{word}" if word.startswith("/") else word for word in words]
    assert (curl("-f", *words).code, curl("-f", *words).body) == (22, b"")
    told = curl("--fail-with-body", *words)
    assert (told.code, told.status) == (22, status)
    assert told.headers["content-type"] == "application/problem+json"
    problem = json.loads(told.body)
    assert problem["status"] == status
    assert problem["detail"]
    assert problem["remedy"]


def test_a_script_sees_the_deadline(endpoint: str) -> None:
    told = curl("--fail-with-body", "-G", endpoint, "--data-urlencode", f"query={asked.ENDLESS}")
    assert (told.code, told.status) == (22, 504)
    assert "add LIMIT" in json.loads(told.body)["remedy"]


def test_who_hangs_up_leaves_the_site_at_work(endpoint: str) -> None:
    left = curl("-G", endpoint, "--data-urlencode", f"query={asked.ENDLESS}", "--max-time", "0.5")
    assert left.code == 28
    assert curl("-f", "-G", endpoint, "--data-urlencode", f"query={asked.ASK}").code == 0


def test_another_origin_may_ask(endpoint: str) -> None:
    origin = ["-H", "Origin: https://elsewhere.example"]
    asks = ["-H", "Access-Control-Request-Method: POST", "-H", "Access-Control-Request-Headers: content-type,accept"]
    allowed = curl("-X", "OPTIONS", *origin, *asks, endpoint)
    assert allowed.status == 204
    assert allowed.headers["access-control-allow-origin"] == "*"
    assert "POST" in allowed.headers["access-control-allow-methods"]
    assert {"accept", "content-type"} <= set(allowed.headers["access-control-allow-headers"].lower().split(", "))
    for words in (["--data-urlencode", "query=ASK {}"], ["--data-urlencode", f"query={asked.BROKEN}"]):
        assert curl(*origin, "-G", endpoint, *words).headers["access-control-allow-origin"] == "*"


def test_many_answers_over_one_connection(endpoint: str) -> None:
    words = ["-G", endpoint, "--data-urlencode", "query=ASK {}"]
    done = subprocess.run(
        ["curl", "-s", "-o", "/dev/null", "-w", "%{num_connects} ", *words, *["--next", "-s", "-w", "%{num_connects} ",
         "-o", "/dev/null", *words] * 4],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["1", "0", "0", "0", "0"]
