"""The feed of a question: a day, an entry, where what was recorded made the answer another one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from hedgerow.errors import CallError, QueryRefused, Unavailable, ViewNotReady
from hedgerow.graph.client import Graph, LocalGraph
from hedgerow.graph.recorded import Moment
from hedgerow.questions import Cell, Change, Changes, Column, changes, changes_of, find
from hedgerow.settings import Settings
from hedgerow.tiers import PUBLIC
from hedgerow_web import create_app
from tests.conftest import running_graph, wait_for
from tests.queries.test_past import offtake, record

ATOM = "{http://www.w3.org/2005/Atom}"
TODAY = date.today().isoformat()


def columns(*named: tuple[str, str]) -> list[Column]:
    return [Column(name, kind, None, {"en": name}) for name, kind in named]


SHAPE = columns(("who", "iri"), ("state", "string"), ("year", "integer"), ("mass", "decimal"), ("records", "iris"))


def row(who: str, state: str = "yes", year: int = 2024, mass: float | None = 1, records: str = "") -> dict[str, Cell]:
    return {"who": who, "state": state, "year": year, "mass": mass, "records": records}


@pytest.mark.parametrize(
    ("before", "after", "key", "found"),
    [
        ([], [row("a")], ("who",), [("added", "a", {})]),
        ([row("a")], [], ("who",), [("removed", "a", {})]),
        ([row("a", records="x")], [row("a", records="y")], ("who",), []),
        ([row("a")], [row("a", "no", mass=None)], ("who",), [("changed", "a", {"state": ("yes", "no"), "mass": (1, None)})]),
        ([row("a"), row("a", "no")], [row("a", mass=2), row("a", "no")], ("who", "state"), [("changed", "a", {"mass": (1, 2)})]),
        ([row("a"), row("a", year=2025)], [row("a", mass=2)], ("who", "state", "year"), [("changed", "a", {"mass": (1, 2)}), ("removed", "a", {})]),
        ([row("a"), row("a", mass=3)], [row("a", mass=3)], ("who", "state", "year", "mass"), [("removed", "a", {})]),
    ],
)  # fmt: skip
def test_rows_are_told_apart_by_their_words(
    before: list[dict[str, Cell]], after: list[dict[str, Cell]], key: tuple[str, ...],
    found: list[tuple[str, str, Mapping[str, tuple[Cell, Cell]]]],
) -> None:  # fmt: skip
    assert changes.key_of(SHAPE, before, after) == key
    made = changes.differences(SHAPE, key, before, after)
    assert [(change.kind, change.row["who"], moves(change)) for change in made] == found


def moves(change: Change) -> dict[str, tuple[Cell, Cell]]:
    """What has another value, with the one before and the one after."""
    return {name: (change.before[name], change.row[name]) for name in change.changed}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Tin on the 20th, zinc on the 21st, what no answer shows on the 22nd, tin corrected on the 23rd, zinc gone today."""
    made = Settings(home=tmp_path)
    record(made, "2026-11-20", offtake("in-force", "4000"))
    record(made, "2026-11-21", offtake("in-force", "70", name="zinc"))
    record(made, "2026-11-22", offtake("announced", "1", name="lead"))
    record(made, "2026-11-23", offtake("in-force", "5000"), "correct")
    record(made, TODAY, (offtake("", "", name="zinc")[0], b""), "withdraw")
    return made


class Graphs:
    """Graphs of moments; `ready` of them are there, the next is still being built."""

    def __init__(self, settings: Settings, ready: int = 99) -> None:
        self._settings, self._ready = settings, ready
        self.asked: list[int] = []

    def __call__(self, then: Moment, day: date) -> Graph:
        if len(self.asked) == self._ready:
            raise ViewNotReady("being built")
        self.asked.append(then.head.position)
        return LocalGraph(self._settings, PUBLIC, then, day)


def of(settings: Settings, graphs: Graphs, **values: str) -> Changes:
    return changes_of(settings, PUBLIC, find("A4"), values, "en", graphs)


def told(found: Changes) -> list[tuple[str, list[tuple[str, Cell]]]]:
    return [
        (str(day.day), [(change.kind, change.row["agreementLabel"]) for change in day.changes]) for day in found.days
    ]


WHOLE = [
    (TODAY, [("removed", "zinc offtake")]),
    ("2026-11-23", [("changed", "tin offtake")]),
    ("2026-11-21", [("added", "zinc offtake")]),
    ("2026-11-20", [("added", "tin offtake")]),
]


def test_one_call_does_little_and_what_it_did_is_kept(settings: Settings) -> None:
    graphs = Graphs(settings)
    first = of(settings, graphs)
    assert (len(graphs.asked), first.complete) == (changes.MOST_ASKED, False)
    second, third = of(settings, graphs), of(settings, graphs)
    assert graphs.asked == [5, 4, 3, 2, 1]  # each once
    assert [len(told(each)) for each in (first, second)] == [1, 2]
    assert (told(third), third.complete) == (WHOLE, True)
    assert told(third)[: len(told(second))] == told(second)
    (moved,) = third.days[1].changes
    assert moves(moved)["value"] == ("4000", "5000")
    assert set(moved.changed) == {"value", "version", "recordedAt"}
    assert third.recorded_at.startswith(TODAY)
    again = Graphs(settings, ready=0)
    assert told(of(settings, again)) == WHOLE
    assert told(of(settings, again, agreement="zinc")) == []  # other parameters, another answer


def test_a_day_that_is_not_there_yet_waits_and_a_wrong_parameter_does_not(settings: Settings) -> None:
    waiting = of(settings, Graphs(settings, ready=1))
    assert (told(waiting), waiting.complete) == ([], False)
    with pytest.raises(CallError, match="no parameter 'planet'"):
        of(settings, Graphs(settings), planet="Mars")
    with pytest.raises(CallError, match="there is no such agreement"):
        of(settings, Graphs(settings), agreement="unobtainium")


def test_what_a_parameter_names_may_have_come_later(settings: Settings) -> None:
    graphs = Graphs(settings)
    for _ in range(3):
        found = of(settings, graphs, agreement="lead", asOf="2026-11-30")
    assert (told(found), found.complete) == ([], True)
    tin = [of(settings, graphs, agreement="tin") for _ in range(3)][-1]
    assert told(tin) == [WHOLE[1], WHOLE[3]]


@pytest.mark.parametrize("error", [Unavailable("gone"), QueryRefused("broke its worker")])
def test_what_went_wrong_is_not_kept_as_an_empty_answer(
    error: Exception, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphs, ask = Graphs(settings), changes.ask

    def failing(*given: Any) -> Any:
        if len(graphs.asked) == 2:
            raise error
        return ask(*given)

    monkeypatch.setattr(changes, "ask", failing)
    with contextlib.suppress(QueryRefused):
        assert not of(settings, graphs).complete
    monkeypatch.undo()
    assert told([of(settings, Graphs(settings)) for _ in range(3)][-1]) == WHOLE


def test_an_answer_that_cannot_be_kept_is_given(settings: Settings) -> None:
    settings.answers.parent.mkdir(exist_ok=True)
    settings.answers.write_text("no folder", "utf-8")
    assert told(of(settings, Graphs(settings))) == WHOLE[:1]


def test_kept_answers_are_few(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_KEPT", 2)
    of(settings, Graphs(settings))
    for number, path in enumerate(sorted(settings.answers.iterdir())):
        os.utime(path, (number, number))
    before = sorted(settings.answers.iterdir())
    of(settings, Graphs(settings), agreement="lead")
    assert len(list(settings.answers.iterdir())) == 2
    assert not set(before) & set(settings.answers.iterdir())


def feed(web: FlaskClient, query: str = "") -> ET.Element:
    response = web.get(f"/questions/believed-in-force.atom{query}", base_url="http://registry.example")
    assert (response.status_code, response.mimetype) == (200, "application/atom+xml")
    return ET.fromstring(response.text)


def test_the_feed_is_atom_and_leads_to_the_answers_of_its_days(settings: Settings) -> None:
    with running_graph(settings):
        web = create_app(settings).test_client(use_cookies=False)
        wait_for(lambda: len(feed(web, "?lang=en").findall(f"{ATOM}entry")) == len(WHOLE), 90)
        whole, japanese = feed(web, "?lang=en"), feed(web, "?lang=ja")
        page = web.get("/questions/believed-in-force?agreement=tin", headers={"Accept": "text/html"})
    for part in (whole, *whole.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert part.findtext(f"{ATOM}{name}"), name
    entries = whole.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") or "" for entry in entries]
    assert [each.rpartition("#")[2] for each in ids] == [day for day, _ in WHOLE]
    assert all(each.startswith(f"{settings.base}/questions/believed-in-force?lang=en#") for each in ids)
    assert whole.findtext(f"{ATOM}author/{ATOM}name") == settings.publisher
    links = {link.get("rel"): link.get("href") for link in whole.findall(f"{ATOM}link")}
    assert links["self"] == "http://registry.example/questions/believed-in-force.atom?lang=en"
    leads = entries[1].find(f"{ATOM}link").get("href") or ""  # type: ignore[union-attr]
    assert leads.endswith("?asOf=2026-11-23&lang=en&recorded=4")
    assert entries[1].findtext(f"{ATOM}updated") == "2026-11-23T09:00:00.000Z"
    content = "".join(entries[1].find(f"{ATOM}content").itertext())  # type: ignore[union-attr]
    assert "changed: tin offtake" in content
    assert "Value as stated: 4000 → 5000" in content
    assert (japanese.get("{http://www.w3.org/XML/1998/namespace}lang"), japanese.findtext(f"{ATOM}title")) == (
        "ja",
        find("A4").title["ja"],
    )
    assert '<link rel="alternate" type="application/atom+xml"' in page.text
    assert 'href="/questions/believed-in-force.atom?agreement=tin"' in page.text


def test_history_has_no_feed_and_a_site_without_a_ledger_an_empty_one(web: FlaskClient) -> None:
    assert web.get("/questions/changes-since.atom").status_code == 404
    assert feed(web).findall(f"{ATOM}entry") == []
