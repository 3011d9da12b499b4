"""What is counted: by each process for all of them, and told by whichever is asked."""

from __future__ import annotations

import multiprocessing
import os
import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from hedgerow.settings import Settings
from hedgerow_web import counts as counting
from hedgerow_web import create_app
from hedgerow_web.counts import BUCKETS, KEPT, Counted, Counts

_SAMPLE = re.compile(r'(hedgerow_\w+)(?:\{((?:\w+="[^"]*",?)*)\})? (\S+)')


def samples(text: str) -> dict[tuple[str, str], float]:
    """The samples of the text form, each line of it understood."""
    found: dict[tuple[str, str], float] = {}
    families: set[str] = set()
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            family, kind = line.split()[2:]
            assert family not in families
            assert kind in ("counter", "gauge", "histogram")
            families.add(family)
        elif not line.startswith("# HELP "):
            match = _SAMPLE.fullmatch(line)
            assert match, line
            assert any(match[1].startswith(family) for family in families), line
            assert (match[1], match[2] or "") not in found
            found[match[1], match[2] or ""] = float(match[3])
    assert text.endswith("\n")
    return found


def test_what_is_asked_is_counted_and_told(web: FlaskClient) -> None:
    def told() -> dict[tuple[str, str], float]:
        response = web.get("/metrics")
        assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
        assert response.headers["Cache-Control"] == "no-store"
        return samples(response.text)

    before = told()
    web.get("/doc/standard/irma-mining-v1.ttl")
    web.get("/demo/doc/standard/irma-mining-v1.ttl")
    web.get("/questions/no-such.json")
    after = told()

    def more(name: str, labels: str) -> float:
        return after[name, labels] - before.get((name, labels), 0)

    assert more("hedgerow_http_requests_total", 'class="record",status="200"') == 2
    assert more("hedgerow_http_requests_total", 'class="question",status="404"') == 1
    assert more("hedgerow_http_requests_total", 'class="watch",status="200"') == 1
    assert more("hedgerow_http_seconds_count", 'class="record"') == 2
    assert more("hedgerow_http_seconds_bucket", 'class="record",le="+Inf"') == 2
    within = [after["hedgerow_http_seconds_bucket", f'class="record",le="{end}"'] for end in (*BUCKETS, "+Inf")]
    assert within == sorted(within)
    assert after["hedgerow_graph_up", ""] == 1
    assert after["hedgerow_graph_quads", ""] > 100_000
    assert after["hedgerow_graph_behind", ""] == 0
    assert after["hedgerow_free_bytes", ""] > 0
    assert after["hedgerow_memory_bytes", 'process="0"'] > 10 << 20


def test_the_figures_are_told_without_a_graph_too(unbuilt: FlaskClient) -> None:
    unbuilt.get("/about")
    found = samples(unbuilt.get("/metrics").text)
    assert found["hedgerow_graph_up", ""] == 0
    assert found["hedgerow_http_requests_total", 'class="other",status="503"'] == 1


def _count(folder: Path, times: int, ready: Any, go: Any) -> None:
    mine = Counts(folder)
    mine.add("/about", "200", 0.001, False)
    ready.release()
    go.wait()
    for _ in range(times - 1):
        mine.add("/about", "200", 0.001, False)


def test_several_processes_count_as_one_and_none_forgets(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for generation in (1, 2):
        ready, go = context.Semaphore(0), context.Event()
        workers = [context.Process(target=_count, args=(tmp_path, 500, ready, go)) for _ in range(3)]
        for worker in workers:
            worker.start()
        for _ in workers:
            ready.acquire()
        go.set()
        for worker in workers:
            worker.join(60)
            assert worker.exitcode == 0
        # The second three go on where the first three ended.
        assert len(list(tmp_path.glob("web-*.counts"))) == (3 if generation == 1 else 4)
        mine = Counts(tmp_path)
        assert list(mine.totals().requests()) == [("other", "200", 1500 * generation)]
        assert mine.totals().processes == [os.getpid()]


def test_figures_of_another_layout_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "web-0.counts").write_bytes(b"x" * 24)
    mine = Counts(tmp_path)
    mine.add("/doc/item/nickel", "200", 0.5, True)
    assert list(mine.totals().requests()) == [("record", "200", 1)]
    assert list(mine.totals().kept()) == [("record", 1)]
    blocked = tmp_path / "no-folder"
    blocked.write_text("a file")
    alone = Counts(blocked)
    alone.add("/sparql", "418", 99.0, False)
    assert list(alone.totals().requests()) == [("sparql", "other", 1)]
    assert next(alone.totals().seconds())[1][-2:] == [0, 1]


def test_an_answer_that_breaks_is_counted_and_breaks_on(tmp_path: Path) -> None:
    def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise ValueError("broken")

    def kept(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[KEPT] = True
        start_response("304 NOT MODIFIED", [])
        return []

    mine = Counts(None)
    with pytest.raises(ValueError, match="broken"):
        Counted(broken, mine)({"PATH_INFO": "/ns/"}, lambda *_: None)
    Counted(kept, mine)({"PATH_INFO": "/demo/ns/"}, lambda *_: None)
    assert list(mine.totals().requests()) == [("vocabulary", "304", 1), ("vocabulary", "500", 1)]
    assert list(mine.totals().kept()) == [("vocabulary", 1)]


def test_nothing_a_client_sends_makes_more_series(tmp_path: Path) -> None:
    mine = Counts(None)
    for number in range(200):
        mine.add(f"/made-up-{number}", str(600 + number), 0.1, False)
    assert list(mine.totals().requests()) == [("other", "other", 200)]
    assert len(counting.CLASSES) * len(counting.STATUSES) < 250


def test_only_a_site_of_its_own_shares_its_figures(tmp_path: Path, web: FlaskClient) -> None:
    given = create_app(Settings(home=tmp_path, demo=0), web.application.extensions["hedgerow"].graph)
    given.test_client().get("/about")
    assert not (tmp_path / "run").exists()
    create_app(Settings(home=tmp_path, demo=0)).test_client().get("/about")
    assert [path.name for path in (tmp_path / "run").glob("*.counts")] == ["web-0.counts"]
    assert (tmp_path / "run" / "web-0.counts").stat().st_mode & 0o077 == 0


def test_a_scrape_reads_what_two_sites_counted(tmp_path: Path) -> None:
    sites = [create_app(Settings(home=tmp_path, demo=0)).test_client() for _ in range(2)]
    for site in sites:
        site.get("/ns/")
    assert (
        samples(sites[0].get("/metrics").text)["hedgerow_http_requests_total", 'class="vocabulary",status="200"'] == 2
    )


def test_the_time_is_that_until_the_answer_begins() -> None:
    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        time.sleep(0.03)
        start_response("200 OK", [])
        return [b"x"]

    mine = Counts(None)
    Counted(slow, mine)({"PATH_INFO": "/"}, lambda *_: None)
    _, within, seconds = next(mine.totals().seconds())
    assert seconds >= 0.03
    assert within[BUCKETS.index(0.025)] == 0
