"""Earlier views: what was on record at a position of the chain, asked of the command line, a graph process, a page."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from hedgerow.cli import main
from hedgerow.errors import Busy, CallError, ViewNotReady
from hedgerow.graph import views
from hedgerow.graph.client import Graph, GraphClient, LocalGraph, connect_then, earlier
from hedgerow.graph.fair import Use
from hedgerow.graph.peers import Worker
from hedgerow.graph.process import LOW_NICENESS, GraphProcess
from hedgerow.graph.project import fold
from hedgerow.graph.recorded import at, moment
from hedgerow.iri import DEFAULT_BASE, HR
from hedgerow.ledger import Action, Draft, Ledger
from hedgerow.questions import ask, find, history_of
from hedgerow.record import Statements, text
from hedgerow.settings import Settings
from hedgerow.tiers import DEMO, PUBLIC, prefix
from hedgerow_web import create_app
from tests.conftest import running_graph, wait_for

ALL = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g ?s ?p ?o"
NOTES = f"SELECT ?n {{ ?s <{HR}note> ?n }} ORDER BY ?n"
#: What was recorded: the day and hour, the tier, the record, what was done, and what it is called then.
STEPS: list[tuple[str, str, str, Action, str]] = [
    ("2026-11-20T09:00", PUBLIC, "lynas", "assert", "Lynas"),
    ("2026-11-20T09:00", PUBLIC, "arafura", "assert", "Arafura"),
    ("2026-11-21T10:00", DEMO, "hinode", "assert", "Hinode"),
    ("2026-11-22T11:00", PUBLIC, "lynas", "correct", "Lynas Rare Earths"),
    ("2026-11-23T12:00", DEMO, "hinode", "correct", "Hinode Motors"),
    ("2026-11-24T13:00", PUBLIC, "arafura", "withdraw", ""),
]


def write(settings: Settings, step: tuple[str, str, str, Action, str]) -> None:
    when, tier, name, action, called = step
    out = Statements(f"{prefix(settings.base, tier)}party/{name}")
    if called:
        out.type(out.iri, "Company")
        out.add(out.iri, "note", text(called))
    with Ledger(settings.ledger, settings.base, lambda: datetime.fromisoformat(f"{when}:00Z").astimezone(UTC)) as to:
        version = max((state.version for state in to.latest(tier).get(out.iri, [])), default=0)
        to.append(tier, [Draft(out.iri, action, "curated", out.done().canonical if called else b"", version)])


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path)
    for step in STEPS:
        write(made, step)
    return made


def answers(graph: Graph) -> bytes:
    return graph.query(ALL).body


def test_an_earlier_view_is_byte_for_byte_what_the_live_one_was(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    then: dict[tuple[str, int], tuple[bytes, str]] = {}
    for step in STEPS:
        write(settings, step)
        live = LocalGraph(settings, step[1])
        then[step[1], int(live.status()["position"])] = answers(live), live.version()
    assert len(then) == len(STEPS)
    for (tier, position), (body, version) in then.items():
        with Ledger(settings.ledger, settings.base) as ledger:
            past = moment(ledger, tier, str(position))
        graph = LocalGraph(settings, tier, past)
        assert (graph.version(), answers(graph)) == (version, body), (tier, position)
        assert past.view(date.today()).version == version


def test_the_public_view_never_depends_on_the_demonstration(settings: Settings, tmp_path: Path) -> None:
    alone = Settings(home=tmp_path / "alone")
    for step in STEPS:
        if step[1] == PUBLIC:
            write(alone, step)
    for asked in ("1", "2", "3", "4", "2026-11-21", "2026-11-23T00:00:00Z"):
        seen = []
        for home in (settings, alone):
            with Ledger(home.ledger, home.base) as ledger:
                seen.append(answers(LocalGraph(home, PUBLIC, moment(ledger, PUBLIC, asked))))
        assert seen[0] == seen[1], asked


def test_a_day_means_its_end_and_an_instant_itself(settings: Settings) -> None:
    with Ledger(settings.ledger, settings.base) as ledger:
        positions = {
            asked: moment(ledger, PUBLIC, asked).head.position
            for asked in (
                "", "1", "2026-11-20", "2026-11-22", "2026-11-22T10:59:59Z", "2026-11-22T11:00:00Z",
                "2026-11-22T20:00:00+09:00", "2026-11-23",
            )
        }  # fmt: skip
        demo = at(ledger, DEMO, 1)
    assert list(positions.values()) == [4, 1, 2, 3, 2, 3, 3, 3]
    assert (demo.recorded_at, demo.until) == ("2026-11-21T10:00:00.000Z", {"demo": 1, "public": 2})


@pytest.mark.parametrize(
    "asked", ["0", "5", "99999999999999999999", "2026-11-19", "2999-01-01", "x", "2026-11-22T11:00", "-1"]
)
def test_what_is_not_there_is_refused_with_the_remedy(asked: str, settings: Settings) -> None:
    with Ledger(settings.ledger, settings.base) as ledger, pytest.raises(CallError) as refused:
        moment(ledger, PUBLIC, asked)
    assert "from 1 to 4" in refused.value.remedy
    assert "2026-11-20" in refused.value.remedy


def test_a_view_says_of_each_record_its_version_and_when_it_was_recorded(settings: Settings) -> None:
    query = f"SELECT ?r ?n ?at {{ ?r <{HR}versionNumber> ?n ; <{HR}recordedAt> ?at }} ORDER BY ?r"
    rows = json.loads(LocalGraph(settings).query(query).body)["results"]["bindings"]
    assert [[row[name]["value"] for name in ("r", "n", "at")] for row in rows] == [
        [f"{DEFAULT_BASE}/id/party/lynas", "2", "2026-11-22T11:00:00Z"]
    ]


def test_the_command_line_asks_any_position_with_and_without_a_server(settings: Settings) -> None:
    def asked(*words: str) -> str:
        env = {"HEDGEROW_HOME": str(settings.home)}
        done = CliRunner().invoke(main, ["query", *words], input=NOTES, env=env)
        return " ".join(done.output.split()[1:])

    alone = [asked("--recorded", position) for position in ("1", "2", "3", "4")]
    assert alone == ["Lynas", "Arafura Lynas", "Arafura Lynas Rare Earths", "Lynas Rare Earths"]
    assert asked("--tier", DEMO, "--recorded", "1") == "Arafura Hinode Lynas"
    with running_graph(settings):
        assert [asked("--recorded", position) for position in ("2", "4")] == [alone[1], alone[3]]


def opened(live: GraphClient, settings: Settings, position: int) -> Graph:
    with Ledger(settings.ledger, settings.base) as ledger:
        return connect_then(settings, live.tier, at(ledger, live.tier, position))


def test_served_views_follow_nothing_are_few_and_end_with_their_parent(settings: Settings) -> None:
    with running_graph(settings) as process:
        live = GraphClient(settings)
        one, two = (opened(live, settings, position) for position in (1, 2))
        before = answers(one)
        write(settings, ("2026-11-25T09:00", PUBLIC, "iluka", "assert", "Iluka"))
        wait_for(lambda: live.status()["position"] == 5)
        assert (answers(one), one.status()["position"]) == (before, 1)
        assert opened(live, settings, 5).version() == live.version()  # the present needs no process of its own
        for position in (1, 2):
            opened(live, settings, position)  # asked for lately, however long the making took
        with Ledger(settings.ledger, settings.base) as ledger, pytest.raises(Busy):
            earlier(live, settings, at(ledger, PUBLIC, 3))
        assert answers(two)
        sockets = set(settings.run.glob("public-*.sock"))
        assert len(sockets) == views.MOST
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        time.sleep(0.5)
    with running_graph(settings):
        assert not sockets & set(settings.run.glob("*.sock"))
        assert answers(opened(GraphClient(settings), settings, 1)) == before


def test_an_idle_view_is_ended_and_its_making_is_charged(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEDGEROW_HOME", str(settings.home))
    settings.run.mkdir()
    use = Use()
    held = views.Views(settings, PUBLIC, use)
    header = {"positions": [1], "day": "2026-12-01", "client": "192.0.2.7"}
    assert held.open(header)["error"] == "building"
    try:
        wait_for(lambda: "socket" in held.open(header))
        assert use.wait("192.0.2.7", 0.01) > 0
        monkeypatch.setattr(views, "IDLE_SECONDS", 0.0)
        held.tend()
        assert not list(settings.run.iterdir())
    finally:
        held.end()


def patiently(get: Callable[[], object]) -> object:
    """Ask again while the answer is 503."""
    found: list[object] = []

    def ready() -> bool:
        found[:] = [get()]
        return getattr(found[0], "status_code", 0) != 503

    wait_for(ready)
    return found[0]


def test_a_page_and_its_files_are_of_the_state_asked_for(settings: Settings) -> None:
    with running_graph(settings):
        web = create_app(settings).test_client()
        first = web.get("/questions/terms-without-data?recorded=1", headers={"Accept": "text/html"})
        assert (first.status_code, first.headers["Retry-After"]) == (503, "3")
        assert "An earlier state of the record is being built" in first.text
        page = patiently(
            lambda: web.get("/questions/terms-without-data?recorded=2026-11-20", headers={"Accept": "text/html"})
        )
        answer = patiently(lambda: web.get("/questions/terms-without-data.json?recorded=2"))
        now = web.get("/questions/terms-without-data.json")
    assert "2026-11-20T09:00:00.000Z" in page.text  # type: ignore[attr-defined]
    assert "/questions/terms-without-data.csv?recorded=2" in page.text  # type: ignore[attr-defined]
    footing = answer.json["footing"]  # type: ignore[attr-defined]
    assert footing["recorded"] == {"position": 2, "at": "2026-11-20T09:00:00.000Z"}
    assert footing["version"] == answer.headers["Hedgerow-Version"] == page.headers["Hedgerow-Version"]  # type: ignore[attr-defined]
    assert footing["version"].startswith("public-2-")
    assert "recorded" not in now.json["footing"]
    assert now.headers["ETag"] != answer.headers["ETag"]  # type: ignore[attr-defined]
    refused = web.get("/questions/terms-without-data.json?recorded=9")
    assert (refused.status_code, "from 1 to 4" in refused.json["remedy"]) == (400, True)


def test_a_moment_that_is_folded_holds_no_later_event(settings: Settings) -> None:
    with Ledger(settings.ledger, settings.base) as ledger:
        state = fold(ledger, DEMO, at(ledger, DEMO, 1).until)
    assert (state.head.position, state.end(PUBLIC).position, len(state.versions)) == (1, 2, 3)


def test_the_graph_may_be_behind_the_ledger_for_a_moment(settings: Settings) -> None:
    live = LocalGraph(settings)
    write(settings, ("2026-11-25T09:00", PUBLIC, "iluka", "assert", "Iluka"))
    with Ledger(settings.ledger, settings.base) as ledger, pytest.raises(ViewNotReady):
        earlier(live, settings, at(ledger, PUBLIC, 5))


def test_a_view_that_cannot_be_built_says_so_and_holds_no_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEDGEROW_HOME", str(settings.home / "nowhere"))
    settings.run.mkdir()
    held = views.Views(settings, PUBLIC, Use())
    try:
        for position in (1, 2):
            held.open({"positions": [position], "day": "2026-12-01"})
        wait_for(lambda: held.open({"positions": [1], "day": "2026-12-01"})["error"] == "failed")
        wait_for(lambda: held.open({"positions": [3], "day": "2026-12-01"})["error"] == "building")
    finally:
        held.end()


def test_the_demonstration_of_today_reads_the_public_chain_to_its_end(settings: Settings) -> None:
    # Its own last event came before the public ones.
    write(settings, ("2026-11-26T09:00", PUBLIC, "iluka", "assert", "Iluka"))
    with Ledger(settings.ledger, settings.base) as ledger:
        assert moment(ledger, DEMO, "").until == {DEMO: 2, PUBLIC: 5}
        assert moment(ledger, DEMO, "2").until == {DEMO: 2, PUBLIC: 3}
        present = moment(ledger, DEMO, "")
    assert "Iluka" in notes(LocalGraph(settings, DEMO, present, date(2026, 12, 24)))
    question = find("evidence-behind")
    past = history_of(settings, DEMO, question, {"record": "party/iluka"})
    assert past is not None
    assert past.status()["quads"] > 0
    with running_graph(settings, tier=DEMO):
        served = connect_then(settings, DEMO, present, date(2026, 12, 24))
        assert "Iluka" in notes(served)


def notes(graph: Graph) -> list[str]:
    return [row["n"]["value"] for row in json.loads(graph.query(NOTES).body)["results"]["bindings"]]


def test_an_answer_of_an_earlier_state_has_an_address_of_its_own(settings: Settings) -> None:
    with Ledger(settings.ledger, settings.base) as ledger:
        then = moment(ledger, PUBLIC, "2")
    graph = LocalGraph(settings, PUBLIC, then)
    answer = ask(graph, find("terms-without-data"), {}, settings.base, "en", then)
    assert answer.address.endswith("/questions/terms-without-data?all=false&recorded=2")
    assert "&recorded=2#" in answer.to_turtle()
    assert ask(graph, find("terms-without-data"), {}, settings.base).address.endswith("/terms-without-data?all=false")


@pytest.mark.parametrize(("own", "lowered"), [(0, LOW_NICENESS), (5, LOW_NICENESS), (15, 15)])
def test_a_worker_is_lowered_and_never_raised(own: int, lowered: int, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr(os, "getpriority", lambda *_: own)
    monkeypatch.setattr(os, "setpriority", lambda _, pid, niceness: told.append((pid, niceness)))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        GraphProcess._lower(object.__new__(GraphProcess), Worker(7, ours, ""))
    assert told == [(7, lowered)]


def test_where_no_process_can_be_started_the_view_is_busy(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    settings.run.mkdir()
    held = views.Views(settings, PUBLIC, Use())
    assert held.open({"positions": [1], "day": "2026-12-01"})["error"] == "busy"
    assert held.open({"positions": [], "day": "2026-12-01"})["error"] == "call"
