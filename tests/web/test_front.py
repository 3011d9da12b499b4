"""The layer before the site: what is kept and given again, 304, compression, large answers as files."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable
from typing import Any

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from hedgerow.errors import GraphNotReady
from hedgerow.graph.client import JSON, PLAIN, TURTLE, How, Reply
from hedgerow.graph.frames import Header
from hedgerow_web.front import Answer, Front

LONG = b"a reserve gap is about stock. " * 100


class Moving:
    """A graph whose version the test moves."""

    tier = "public"

    def __init__(self) -> None:
        self.now: str | None = "v1"

    def version(self) -> str:
        if self.now is None:
            raise GraphNotReady("There is no graph.")
        return self.now

    def query(self, text: str, solutions: str = JSON, triples: str = TURTLE, how: How = PLAIN) -> Reply:
        raise NotImplementedError

    def status(self) -> Header:
        return {"version": self.version()}


class World:
    """A front around an application that counts how often it is asked."""

    def __init__(self, budget: int = 1 << 20, body: bytes = LONG, **more: str) -> None:
        self.graph = Moving()
        self.asked: list[dict[str, Any]] = []
        self.body, self.more, self.file = body, more, False
        front = Front(self.application, self.graph, budget, {"/direct": self.direct})
        self.client = Client(front, Response, use_cookies=False)

    def application(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.asked.append(environ)
        start("200 OK", self.headers())
        return [self.body]

    def headers(self) -> list[tuple[str, str]]:
        version = self.graph.now or "none"
        given = {"Hedgerow-Version": version, "ETag": f'"{version}"', "Content-Type": "text/turtle", "Vary": "Accept"}
        given["Content-Length"] = str(len(self.body))
        return list({**given, **{name.replace("_", "-"): value for name, value in self.more.items()}}.items())

    def direct(self, environ: dict[str, Any]) -> Answer | None:
        if environ["QUERY_STRING"] == "leave":
            return None
        self.asked.append(environ)
        headers = [pair for pair in self.headers() if pair[0] != "Content-Length"]
        return Answer("200 OK", headers, b"", io.BytesIO(self.body * 100))


def test_an_answer_is_given_again_until_the_version_moves_on() -> None:
    world = World()
    first, second = world.client.get("/a?b=c"), world.client.get("/a?b=c")
    assert first.data == second.data == LONG
    assert len(world.asked) == 1
    world.graph.now = "v2"
    assert world.client.get("/a?b=c").headers["Hedgerow-Version"] == "v2"
    assert len(world.asked) == 2


@pytest.mark.parametrize("header", ["Accept", "Accept-Language", "Accept-Profile", "Cookie", "Host", "Accept-Encoding"])
def test_what_depends_on_a_header_is_kept_apart(header: str) -> None:
    world = World()
    for value in ("gzip", "br", "gzip"):
        world.client.get("/a", headers={header: value})
    assert len(world.asked) == 2


@pytest.mark.parametrize(
    "more", [{"Cache_Control": "no-store"}, {"Set_Cookie": "lang=ja"}, {"Hedgerow_Version": ""}, {"budget": "1000"}]
)
def test_what_passes_is_not_kept(more: dict[str, str]) -> None:
    world = World(int(more.pop("budget", 1 << 20)), **more)
    for _ in range(2):
        assert world.client.get("/a").data == LONG
    assert len(world.asked) == 2


def test_nothing_kept_is_given_while_there_is_no_graph() -> None:
    world = World()
    world.client.get("/a")
    world.graph.now = None
    world.client.get("/a")
    assert len(world.asked) == 2


def test_only_get_and_head_are_kept() -> None:
    world = World()
    world.client.post("/a")
    world.client.post("/a")
    assert len(world.asked) == 2
    head = world.client.head("/a")
    assert (head.data, head.headers["Content-Length"]) == (b"", str(len(LONG)))
    assert world.client.get("/a").data == LONG
    assert len(world.asked) == 3


def test_compressed_where_it_is_taken_under_another_name() -> None:
    world = World()
    plain = world.client.get("/a")
    packed = world.client.get("/a", headers={"Accept-Encoding": "br, gzip"})
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept, Accept-Encoding"
    assert "Content-Encoding" not in plain.headers
    assert (plain.headers["ETag"], packed.headers["ETag"]) == ('"v1"', '"v1-gzip"')
    assert gzip.decompress(packed.data) == LONG
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(LONG)


@pytest.mark.parametrize(
    ("body", "more"), [(b"short", {}), (LONG, {"Content_Type": "image/png"}), (LONG, {"Content_Encoding": "br"})]
)
def test_what_gains_nothing_is_not_compressed(body: bytes, more: dict[str, str]) -> None:
    response = World(body=body, **more).client.get("/a", headers={"Accept-Encoding": "gzip"})
    assert response.data == body
    assert response.headers["ETag"] == '"v1"'


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_who_has_it_gets_304(encoding: str) -> None:
    world = World(Link="<x>; rel=y")
    given = {"Accept-Encoding": encoding}
    tag = world.client.get("/a", headers=given).headers["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}"):
        response = world.client.get("/a", headers={**given, "If-None-Match": known})
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == tag
        assert response.headers["Link"] == "<x>; rel=y"
        assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(response.headers.keys())
    assert world.client.get("/a", headers={**given, "If-None-Match": '"v0"'}).status_code == 200
    assert len(world.asked) == 1


def test_the_site_knows_answers_by_their_names_uncompressed() -> None:
    world = World(Cache_Control="no-store")
    world.client.get("/a", headers={"Accept-Encoding": "gzip", "If-None-Match": '"v1-gzip", "v0"'})
    assert world.asked[0]["HTTP_IF_NONE_MATCH"] == '"v1", "v0"'


@pytest.mark.parametrize("encoding", ["", "gzip"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_large_answer_is_a_file_with_its_length(method: str, encoding: str) -> None:
    world = World()
    response = world.client.open("/direct", method=method, headers={"Accept-Encoding": encoding})
    whole, body = LONG * 100, response.data
    response.close()
    if method == "HEAD":
        assert body == b""
    elif encoding:
        assert gzip.decompress(body) == whole
        assert int(response.headers["Content-Length"]) == len(body)
    else:
        assert body == whole
        assert int(response.headers["Content-Length"]) == len(whole)
    assert world.client.get("/direct", headers={"If-None-Match": '"v1"'}).status_code == 304


def test_what_the_direct_way_leaves_the_application_answers() -> None:
    world = World()
    assert world.client.get("/direct?leave").data == LONG
