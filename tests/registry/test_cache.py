"""Answers kept by version: asked again they cost nothing, a new version forgets them, the budget holds."""

from __future__ import annotations

from hedgerow.graph import cache
from hedgerow.graph.cache import CachedGraph, is_stable
from hedgerow.graph.client import JSON, PLAIN, TURTLE, How, Reply
from hedgerow.graph.frames import Header


class Counting:
    """A graph that counts what it is asked and answers with as many bytes as wanted."""

    def __init__(self) -> None:
        self.now = "v1"
        self.asked: list[str] = []

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, how: How = PLAIN) -> Reply:
        self.asked.append(text)
        return Reply(solutions, b"x" * int(text), self.now, 1.0)

    def version(self) -> str:
        return self.now

    def status(self) -> Header:
        return {"version": self.now}


def test_an_answer_is_kept_while_the_version_stays(monkeypatch: object) -> None:
    graph = Counting()
    cached = CachedGraph(graph, 1000)
    assert cached.query("10").body == cached.query("10").body
    assert graph.asked == ["10"]
    cached.query("10", solutions="text/csv")
    assert graph.asked == ["10", "10"]
    graph.now = "v2"
    cached._seen = float("-inf")  # as if VERSION_SECONDS had passed
    assert cached.query("10").version == "v2"
    assert len(graph.asked) == 3
    assert cache.VERSION_SECONDS <= 1


def test_the_oldest_goes_first_and_the_budget_holds() -> None:
    graph = Counting()
    cached = CachedGraph(graph, 1000)
    for size in range(100, 120):
        cached.query(str(size))
    kept = cached._kept
    assert kept._bytes <= 1000
    assert sum(len(reply.body) + len(key[0]) for key, (reply, _) in kept._held.items()) == kept._bytes
    before = len(graph.asked)
    cached.query("119")
    assert len(graph.asked) == before
    cached.query("100")
    assert len(graph.asked) == before + 1


def test_a_large_answer_is_passed_on_and_not_kept() -> None:
    graph = Counting()
    cached = CachedGraph(graph, 1000)
    assert len(cached.query("500").body) == 500
    cached.query("500")
    assert graph.asked == ["500", "500"]
    assert cached._kept._bytes == 0


def test_an_answer_that_differs_each_time_is_not_kept() -> None:
    assert [
        is_stable(text) for text in ("SELECT (NOW() AS ?n) {}", "SELECT (rand () AS ?n) {}", "ASK { ?now ?p 1 }")
    ] == [
        False,
        False,
        True,
    ]
