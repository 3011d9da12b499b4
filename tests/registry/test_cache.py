"""Answers kept by version: asked again they cost nothing, a new version forgets them, the budget holds."""

from __future__ import annotations

from hedgerow.graph import cache
from hedgerow.graph.cache import CachedGraph
from hedgerow.graph.client import JSON, TURTLE, Reply
from hedgerow.graph.frames import Header


class Counting:
    """A graph that counts what it is asked and answers with as many bytes as wanted."""

    def __init__(self) -> None:
        self.version = "v1"
        self.asked: list[str] = []

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, seconds: float | None = None) -> Reply:
        self.asked.append(text)
        return Reply(solutions, b"x" * int(text), self.version, 1.0)

    def status(self) -> Header:
        return {"version": self.version}


def test_an_answer_is_kept_while_the_version_stays(monkeypatch: object) -> None:
    graph = Counting()
    cached = CachedGraph(graph, 1000)
    assert cached.query("10").body == cached.query("10").body
    assert graph.asked == ["10"]
    cached.query("10", solutions="text/csv")
    assert graph.asked == ["10", "10"]
    graph.version = "v2"
    cached._seen = float("-inf")  # as if VERSION_SECONDS had passed
    assert cached.query("10").version == "v2"
    assert len(graph.asked) == 3
    assert cache.VERSION_SECONDS <= 1


def test_the_oldest_goes_first_and_the_budget_holds() -> None:
    graph = Counting()
    cached = CachedGraph(graph, 1000)
    for size in range(100, 120):
        cached.query(str(size))
    assert cached._bytes <= 1000
    assert sum(len(reply.body) + len(key[0]) for key, reply in cached._kept.items()) == cached._bytes
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
    assert cached._bytes == 0
