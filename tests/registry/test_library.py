"""`hedgerow.ask`: one answer whichever way it is asked, one tree of errors, and an import that costs nothing."""

from __future__ import annotations

import builtins
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pandas
import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

import hedgerow
from hedgerow import library
from hedgerow.errors import CallError, HedgerowError, NotFound, QuerySyntaxError, Unavailable
from hedgerow.graph.client import LocalGraph
from hedgerow.graph.project import View
from hedgerow.intake.load import load
from hedgerow.iri import DEFAULT_BASE
from hedgerow.ledger import GENESIS, Head, Ledger
from hedgerow.questions import Answer, labels, load_questions, remote
from hedgerow.settings import Settings
from tests.conftest import copy_home, edit, get, running_site, wait_for


@pytest.fixture(scope="module")
def served(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A running site with its demonstration: its address and its home."""
    home = copy_home(demo_home, tmp_path_factory.mktemp("library"))
    with running_site(home, {"HEDGEROW_WEB_PROCESSES": "1", "HEDGEROW_BUDGET_SECONDS": "0"}) as url:
        wait_for(lambda: get(f"{url}/demo/questions/bundle.json")[0] == 200, 60)
        yield url, home


@pytest.mark.parametrize("tier", ["public", "demo"])
@pytest.mark.parametrize("name", list(load_questions()))
def test_an_answer_is_the_same_from_a_home_and_from_an_address(
    name: str, tier: str, served: tuple[str, Path], demo_home: Path
) -> None:
    url, home = served
    language = "ja" if tier == "demo" else "en"
    there = hedgerow.ask(name, of=url, tier=tier, lang=language)
    running = hedgerow.ask(name, of=home, tier=tier, lang=language)
    own = hedgerow.ask(name, of=str(demo_home), tier=tier, lang=language)
    assert there == running == own
    assert there.rows or (tier == "public" and load_questions()[name].missing)
    assert there.to_csv() == own.to_csv()
    assert there.to_json() == own.to_json()
    # The files differ by the addresses in them alone.
    assert there.site == url
    assert own.to_turtle() == "".join(
        line for line in there.to_turtle().splitlines(keepends=True) if not line.startswith("\tdcterms:source")
    )
    mark = there.invented, all(row.get("synthetic") is True for row in there.rows)
    assert mark == ((True, True) if tier == "demo" else (False, not there.rows))


def test_parameters_may_be_given_as_python_has_them(served: tuple[str, Path]) -> None:
    url, home = served
    for of in (url, home):
        plain = hedgerow.ask("concentration", of=of, year="2025", threshold="0.5")
        assert hedgerow.ask("B3", of=of, year=2025, threshold=Decimal("0.50"), item=None).rows == plain.rows
        told = hedgerow.ask("concentration", of=of, year=2025, threshold=0.00001)
        assert told.footing["parameters"]["threshold"] == "0.00001"
        asked = hedgerow.ask("items-without-agreement", of=of, as_of=date(2026, 1, 31), in_force=True, by_name=False)
        given = asked.footing["parameters"]
        assert (given["asOf"], given["inForce"], given["byName"]) == ("2026-01-31", "true", "false")


def test_an_instant_is_not_taken_for_its_day(served: tuple[str, Path]) -> None:
    with Ledger(served[1] / "ledger.sqlite", DEFAULT_BASE) as ledger:
        recorded = datetime.fromisoformat(ledger.recorded_at("public", 1))
    for of in served:
        with pytest.raises(CallError, match="Nothing was recorded"):
            hedgerow.ask("bundle", of=of, recorded=recorded - timedelta(seconds=2))
        with pytest.raises(CallError, match="It takes a day"):
            hedgerow.ask("reserve-gap", of=of, as_of=recorded)


def test_a_thing_with_a_name_in_one_language_alone_has_it_in_the_other() -> None:
    lead, named = NamedNode(f"{DEFAULT_BASE}/id/item/lead"), NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    store = Store()
    store.add(Quad(lead, named, Literal("鉛", language="ja"), lead))
    graph = LocalGraph.of(store, View("public", Head(0, GENESIS), date(2026, 12, 1)))
    for language in ("en", "ja"):
        assert labels(graph, {lead.value}, language) == {lead.value: "鉛"}


CALLS: list[tuple[str, dict[str, Any], type[CallError], str]] = [
    ("reserve-gab", {}, NotFound, "There is no question 'reserve-gab'"),
    ("../../id/item/tin", {}, NotFound, ""),
    ("reserve-gap", {"planet": "Mars"}, CallError, "has no parameter 'planet'"),
    ("reserve-gap", {"item": "nikel"}, CallError, "Did you mean 'nickel'"),
    ("reserve-gap", {"item": 'x" } #'}, CallError, "It takes a name of a item"),
    ("reserve-gap", {"as_of": "soon"}, CallError, "It takes a day"),
    ("concentration", {"year": 2024.5}, CallError, "It takes a number"),
    ("reserve-gap", {"as_of": "2026-01-01", "asOf": "2026-01-01"}, CallError, "'asOf' is given twice"),
    ("reserve-gap", {"lang": "fr"}, CallError, "There is no language 'fr'"),
    ("reserve-gap", {"tier": "secret"}, CallError, "There is no tier 'secret'"),
]


@pytest.mark.parametrize(("name", "given", "kind", "says"), CALLS)
def test_a_wrong_call_is_the_same_error_either_way(
    name: str, given: dict[str, Any], kind: type[CallError], says: str, served: tuple[str, Path]
) -> None:
    url, home = served
    with pytest.raises(kind) as here:
        hedgerow.ask(name, of=home, **given)
    with pytest.raises(kind) as there:
        hedgerow.ask(name, of=url, **given)
    assert type(here.value) is type(there.value) is kind
    assert says in str(here.value)
    if "/" not in name:  # an address of that name leads elsewhere, and says so in its own words
        assert str(here.value) == str(there.value)


class _Teller(BaseHTTPRequestHandler):
    """Answers every request with the reply that its server holds."""

    def do_GET(self) -> None:
        status, headers, body = self.server.reply  # type: ignore[attr-defined]
        self.send_response(status)
        for pair in headers.items():
            self.send_header(*pair)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def teller() -> Iterator[HTTPServer]:
    """A server that is no registry, but says what it is told to."""
    with HTTPServer(("127.0.0.1", 0), _Teller) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def asked(teller: HTTPServer, status: int, body: bytes, **headers: str) -> Answer:
    teller.reply = status, {name.replace("_", "-"): value for name, value in headers.items()}, body  # type: ignore[attr-defined]
    return hedgerow.ask("bundle", of=f"http://127.0.0.1:{teller.server_port}")


@pytest.mark.parametrize("kind", remote.KINDS, ids=lambda kind: kind.__name__)
def test_every_error_arrives_as_what_it_was(kind: type[HedgerowError], teller: HTTPServer) -> None:
    problem = {
        "title": kind.title,
        "status": kind.status,
        "detail": "Where.",
        "remedy": "What.",
        "line": 2,
        "column": 7,
    }
    with pytest.raises(HedgerowError) as raised:
        asked(teller, kind.status, json.dumps(problem).encode(), Retry_After="9")
    error = raised.value
    assert (type(error), error.detail, error.remedy) == (kind, "Where.", "What.")
    if isinstance(error, QuerySyntaxError):
        assert (error.line, error.column) == (2, 7)
    if isinstance(error, Unavailable):
        assert error.retry_after == 9


def test_the_kinds_of_error_are_told_apart_by_what_a_registry_says_of_them() -> None:
    assert len({(kind.title, kind.status) for kind in remote.KINDS}) == len(remote.KINDS) > 12
    first = {kind.status: kind for kind in reversed(remote.KINDS)}
    assert (first[400], first[404], first[503]) == (CallError, NotFound, Unavailable)


def test_what_is_no_registry_is_told_as_such(teller: HTTPServer) -> None:
    for status, body in [
        (200, b"<html>"), (200, b"{}"), (200, b"[]"), (200, b"null"), (404, b"<html>"), (404, b'{"a": 1}'),
        (200, b"\xff"), (200, b'{"question": 1, "columns": []}'),
    ]:  # fmt: skip
        with pytest.raises(CallError, match="no answer of a registry"):
            asked(teller, status, body)
    for status in (502, 503, 504):  # what stands before a registry says that it is not there
        with pytest.raises(Unavailable, match=f"HTTP {status}"):
            asked(teller, status, b"<html>")
    with pytest.raises(HedgerowError, match="Odd"):
        asked(teller, 418, b'{"title": "A teapot", "detail": "Odd."}')
    port = teller.server_port
    teller.server_close()
    with pytest.raises(Unavailable, match="cannot be reached"):
        hedgerow.ask("bundle", of=f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("of", ["file:///etc/passwd", "ftp://example.org", "http://", "://"])
def test_only_the_web_is_asked(of: str) -> None:
    with pytest.raises(CallError, match="is no address of a registry"):
        hedgerow.ask("bundle", of=of)


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="hedgerow load"):
        hedgerow.ask("bundle", of=tmp_path)
    with pytest.raises(NotFound, match="hedgerow load"):
        hedgerow.ask("bundle", of=Settings(home=tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_graph_is_built_once_and_again_when_something_was_written(
    home: Path, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = []
    connect = library.connect
    monkeypatch.setattr(library, "connect", lambda *given: built.append(given) or connect(*given))
    monkeypatch.setenv("HEDGEROW_HOME", str(home))
    first = hedgerow.ask("bundle")
    assert hedgerow.ask("bundle", of=home) == first
    assert len(built) == 1
    edit(tables / "agreements.csv", "2026-03-10,2026-03,2038", "2026-03-10,2026-03,2040")
    with Ledger(home / "ledger.sqlite", DEFAULT_BASE) as ledger:
        assert load(ledger, tables, DEFAULT_BASE).appended == 1
    assert hedgerow.ask("bundle").footing["version"] != first.footing["version"]
    assert len(built) == 2


def test_a_table_of_pandas_knows_what_is_not_known(served: tuple[str, Path]) -> None:
    answer = hedgerow.ask("days-of-cover", of=served[1])
    table = answer.to_pandas()
    assert list(table.columns) == [column.name for column in answer.columns]
    types = {"decimal": "Float64", "integer": "Int64", "boolean": "boolean"}
    for column in answer.columns:
        assert str(table[column.name].dtype) == types.get(column.type, "string")
        for row, value in zip(answer.rows, table[column.name], strict=True):
            assert (value is pandas.NA) if row[column.name] is None else value == row[column.name]
    assert table.attrs["version"] == answer.footing["version"]
    assert table["daysLow"].sum() == sum(row["daysLow"] or 0 for row in answer.rows)  # type: ignore[misc]


def test_without_pandas_it_is_said_what_to_install(served: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    answer = hedgerow.ask("days-of-cover", of=served[1])
    monkeypatch.delitem(sys.modules, "pandas")
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "pandas":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CallError, match=r"pip install 'hedgerow\[pandas\]'"):
        answer.to_pandas()


def test_the_import_loads_next_to_nothing(tmp_path: Path) -> None:
    program = (
        "import sys, hedgerow; heavy = {'pyoxigraph', 'rdflib', 'yaml', 'click', 'flask', 'pandas', 'xlsxwriter'};"
        "print(sorted(heavy & set(sys.modules)), hedgerow.Answer.__name__, hedgerow.ask.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "[] Answer ask\n"
    with pytest.raises(AttributeError, match="no attribute 'answer'"):
        hedgerow.answer  # type: ignore[attr-defined]  # noqa: B018
