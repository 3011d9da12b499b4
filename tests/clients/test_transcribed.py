"""R, Excel and Power Query do not run here: the requests they send, written down, and what they do with the answer.

The R package SPARQL was read in its source; Power Query's in its maker's documentation, which shows its requests and
says which answers it repeats; the rest from common knowledge of libcurl and .NET.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import quote, quote_plus, urlsplit
from xml.etree import ElementTree

import pytest

from hedgerow.graph.client import LocalGraph
from tests.clients import asked

pytestmark = pytest.mark.xdist_group("clients")

RESULTS = "{http://www.w3.org/2005/sparql-results#}"
CURL_OF_R = {"User-Agent": "httr2/1.1.0 r-curl/6.2.1 libcurl/8.5.0", "Accept-Encoding": "deflate, gzip"}
BASE_R = {"User-Agent": "R (4.4.2 x86_64-pc-linux-gnu x86_64 linux-gnu)", "Accept": "*/*"}
MASHUP = {
    "User-Agent": "Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "Keep-Alive",
}
OFFICE = {"User-Agent": "Mozilla/4.0 (compatible; ms-office; MSOffice 16)", "Accept": "*/*"}


@dataclass(frozen=True)
class Got:
    """An answer: its status, headers in lower case, body."""

    status: int
    headers: dict[str, str]
    body: bytes

    def table(self) -> list[list[str]]:
        """The rows of a CSV table, unpacked and read as UTF-8."""
        packed = self.headers.get("content-encoding") == "gzip"
        body = gzip.decompress(self.body) if packed else self.body
        return list(csv.reader(io.StringIO(body.decode("utf-8"), newline="")))


def send(site: str, method: str, address: str, headers: dict[str, str], body: bytes | None = None) -> Got:
    """Send these headers and no others beside Host and Content-Length."""
    place = urlsplit(site)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=30)
    try:
        connection.putrequest(method, address, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def escaped_by_r(query: str) -> str:
    """URLencode(query, reserved = TRUE), and the plus signs as the package SPARQL does them."""
    return quote(query, safe="-._~")


def escaped_by_old_r(query: str) -> str:
    """URLencode(query), which leaves the reserved signs: a query with '#', '&' or '+' is spoilt before it is sent."""
    return quote(query, safe="-._~][!$&'()*+,;=:/?@#")


def escaped_by_net(query: str) -> str:
    """Uri.EscapeDataString, by which Web.Contents writes its option Query."""
    return quote(query, safe="-._~")


def expected(here: LocalGraph, query: str) -> list[list[str]]:
    """The table in CSV, as asked in this process."""
    return list(csv.reader(io.StringIO(here.query(query, "text/csv").body.decode(), newline="")))


def test_the_r_package_sparql_reads_xml(site: str, here: LocalGraph) -> None:
    address = f"/sparql?query={escaped_by_r(asked.ROWS)}"
    got = send(site, "GET", address, {"Accept": "application/sparql-results+xml"})
    assert (got.status, got.headers["content-type"]) == (200, "application/sparql-results+xml")
    root = ElementTree.fromstring(got.body)
    names = [variable.get("name") for variable in root.iter(f"{RESULTS}variable")]
    assert names == ["share", "item", "name", "year", "value", "day"]
    # It looks each variable up by //s:result/s:binding[@name="..."], so a cell that is empty is a binding left out.
    found = [binding.findtext("*") for binding in root.iter(f"{RESULTS}binding") if binding.get("name") == "share"]
    assert found == [row["share"][1:-1] for row in asked.told(here, asked.ROWS)]


def test_the_r_package_sparql_reads_csv_when_told_twice(site: str, here: LocalGraph) -> None:
    # SPARQL(url, query, format = "csv", extra = list(format = "csv")): the first says how to read, the second is sent.
    address = f"/sparql?query={escaped_by_r(asked.ROWS)}&format=csv"
    got = send(site, "GET", address, {"Accept": "*/*"})
    assert got.table() == expected(here, asked.ROWS)


def test_an_older_r_that_leaves_reserved_signs(site: str, here: LocalGraph) -> None:
    query = f"SELECT ?type WHERE {{ <{asked.NICKEL}> a ?type . FILTER(?type = ?type) }}"
    address = f"/sparql?query={escaped_by_old_r(query)}"
    assert "?type" in address
    assert "+" not in address
    got = send(site, "GET", address, {"Accept": "application/sparql-results+xml"})
    assert got.body.count(b"<result>") == len(asked.told(here, query)) > 1


def test_httr2_asks_for_csv(site: str, here: LocalGraph) -> None:
    # request(endpoint) |> req_url_query(query = query) |> req_headers(Accept = "text/csv") |> req_perform()
    headers = {**CURL_OF_R, "Accept": "text/csv"}
    got = send(site, "GET", f"/sparql?query={escaped_by_r(asked.ROWS)}", headers)
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    assert got.table() == expected(here, asked.ROWS)
    # ... |> req_body_form(query = query)
    form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
    posted = send(site, "POST", "/sparql", form, f"query={escaped_by_r(asked.ROWS)}".encode())
    assert posted.body == got.body


def test_read_csv_of_r_takes_an_address(site: str, here: LocalGraph) -> None:
    # read.csv(paste0(endpoint, "?format=csv&query=", URLencode(query, reserved = TRUE)))
    got = send(site, "GET", f"/sparql?format=csv&query={escaped_by_r(asked.ROWS)}", BASE_R)
    assert got.table() == expected(here, asked.ROWS)
    question = send(site, "GET", "/questions/reserve-gap.csv?country=JP", BASE_R)
    assert question.status == 200
    assert len({len(row) for row in question.table()}) == 1


@pytest.mark.parametrize("name", list(asked.AWKWARD))
@pytest.mark.parametrize("escape", [escaped_by_r, escaped_by_net, quote_plus], ids=["r", "net", "form"])
def test_a_text_is_decoded_once(escape: Callable[[str], str], name: str, site: str) -> None:
    got = send(site, "GET", f"/sparql?format=csv&query={escape(asked.saying(name))}", {})
    assert got.table() == [["said"], [asked.AWKWARD[name][1]]]


def test_power_query_names_no_form(site: str, here: LocalGraph) -> None:
    # Csv.Document(Web.Contents(endpoint, [Query = [query = "...", format = "csv"]]), [Encoding = 65001])
    got = send(site, "GET", f"/sparql?query={escaped_by_net(asked.ROWS)}&format=csv", MASHUP)
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    assert got.headers["content-encoding"] == "gzip"
    assert got.table() == expected(here, asked.ROWS)
    # Csv.Document takes the number of columns from the first rows: a row of another length would be cut.
    assert len({len(row) for row in got.table()}) == 1
    # Json.Document(Web.Contents(...)) needs no format: JSON is what comes by itself.
    assert send(site, "GET", f"/sparql?query={escaped_by_net(asked.ASK)}", MASHUP).body.startswith(b"{")


def test_power_query_sends_a_long_query_as_a_body(site: str, here: LocalGraph) -> None:
    # Web.Contents(endpoint, [Content = Text.ToBinary(query), Headers = [#"Content-Type" = ..., Accept = "text/csv"]])
    headers = {
        **MASHUP,
        "Accept": "text/csv",
        "Content-Type": "application/sparql-query",
        "Accept-Encoding": "identity",
    }
    got = send(site, "POST", "/sparql", headers, asked.ROWS.encode())
    assert got.table() == expected(here, asked.ROWS)
    form = {**headers, "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert send(site, "POST", "/sparql", form, f"query={escaped_by_net(asked.ROWS)}".encode()).body == got.body


def test_power_query_waits_for_the_go_ahead(site: str) -> None:
    # .NET sends the headers first, and the body after "100 Continue" or a third of a second.
    place = urlsplit(site)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=30)
    try:
        connection.putrequest("POST", "/sparql", skip_accept_encoding=True)
        body = asked.ASK.encode()
        for name, value in {
            **MASHUP,
            "Content-Type": "application/sparql-query",
            "Content-Length": str(len(body)),
            "Expect": "100-continue",
        }.items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.sock.recv(25).startswith(b"HTTP/1.1 100 Continue")
        connection.send(body)
        said = connection.sock.recv(1 << 16)
        assert b"HTTP/1.1 200" in said
    finally:
        connection.close()


def test_excel_looks_before_it_opens_a_table(site: str) -> None:
    # A link to a table in a sheet: Office asks what may be done there and whether it is there, then opens it.
    address = "/questions/reserve-gap.csv?country=JP"
    discovery = {"User-Agent": "Microsoft Office Protocol Discovery"}
    asked_for = send(site, "OPTIONS", address, discovery)
    assert asked_for.status in (200, 204)
    assert {"GET", "HEAD"} <= set(asked_for.headers["allow"].split(", "))
    existence = {"User-Agent": "Microsoft Office Existence Discovery"}
    head = send(site, "HEAD", address, existence)
    assert (head.status, head.body) == (200, b"")
    got = send(site, "GET", address, OFFICE)
    assert got.status == 200
    assert got.headers["content-length"] == head.headers["content-length"]


def test_an_error_is_no_table(site: str) -> None:
    # Whatever reads CSV must see by the status that it got none: Power Query stops, read.csv and readers of R do too.
    for headers in (BASE_R, MASHUP, {**MASHUP, "Accept": "text/csv"}, {"Accept": "application/sparql-results+xml"}):
        got = send(site, "GET", f"/sparql?format=csv&query={escaped_by_r(asked.BROKEN)}", headers)
        assert got.status == 400
        assert got.headers["content-type"] == "application/problem+json"
        # None of those that Power Query tries again by itself, or takes for a demand to log in.
        assert got.status not in (401, 403, 408, 429, 503, 504, 509)
