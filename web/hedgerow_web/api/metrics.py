"""`/metrics`: what is counted, in the text form of Prometheus (0.0.4)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from flask import Blueprint, Response, current_app, make_response

from hedgerow.errors import HedgerowError
from hedgerow.health import examine
from hedgerow_web.counts import BUCKETS, Totals
from hedgerow_web.site import site

blueprint = Blueprint("metrics", __name__)

#: What is counted of the graph: the name, whether `status` or the health of the registry tells it, and its meaning.
_GRAPH = {
    "quads": "Statements that the graph holds.",
    "records": "Records that the graph holds.",
    "position": "Events that the graph was built from.",
    "behind": "Events of the ledger that the graph does not hold yet.",
    "workers": "Query workers of the graph.",
}


@blueprint.get("/metrics")
def metrics() -> Response:
    """The sums over all web processes, the state of the public graph, the memory of each web process."""
    totals: Totals = current_app.extensions["counts"].totals()
    graph = _graph()
    families = [
        _family("http_requests_total", "counter", "Requests answered.", _requests(totals)),
        _family("http_seconds", "histogram", "Seconds until an answer began.", _seconds(totals)),
        _family("kept_answers_total", "counter", "Answers given from those kept before.", _kept(totals)),
        _family("graph_up", "gauge", "Whether the graph answers.", [f" {int(bool(graph))}"]),
        *(_family(f"graph_{name}", "gauge", _GRAPH[name], [f" {graph[name]}"]) for name in _GRAPH if name in graph),
        _family("free_bytes", "gauge", "Room on the disk of the home.", [f" {graph['free']}"] if graph else []),
        _family("memory_bytes", "gauge", "Resident memory of a web process.", _memory(totals)),
    ]
    response = make_response("".join(families))
    response.content_type = "text/plain; version=0.0.4; charset=utf-8"
    response.headers["Cache-Control"] = "no-store"
    return response


def _family(name: str, kind: str, about: str, samples: Iterable[str]) -> str:
    """A family of samples; each is what follows the name: a suffix, labels, the value."""
    lines = "".join(f"hedgerow_{name}{sample}\n" for sample in samples)
    return f"# HELP hedgerow_{name} {about}\n# TYPE hedgerow_{name} {kind}\n{lines}"


def _requests(totals: Totals) -> Iterator[str]:
    for name, status, count in totals.requests():
        yield f'{{class="{name}",status="{status}"}} {count}'


def _seconds(totals: Totals) -> Iterator[str]:
    for name, within, seconds in totals.seconds():
        for end, count in zip((*BUCKETS, "+Inf"), within, strict=True):
            yield f'_bucket{{class="{name}",le="{end}"}} {count}'
        yield f'_sum{{class="{name}"}} {seconds}'
        yield f'_count{{class="{name}"}} {within[-1]}'


def _kept(totals: Totals) -> Iterator[str]:
    for name, count in totals.kept():
        yield f'{{class="{name}"}} {count}'


def _graph() -> dict[str, int]:
    """The state of the graph by name; empty while it does not answer."""
    here = site()
    try:
        health, status = examine(here.settings, here.graph), here.graph.status()
    except HedgerowError:
        return {}
    found = {**status, **health.facts()}
    return {name: int(str(found[name])) for name in _GRAPH if name in found} | {"free": health.free_megabytes << 20}


def _memory(totals: Totals) -> Iterator[str]:
    page = os.sysconf("SC_PAGE_SIZE")
    for number, pid in enumerate(totals.processes):
        statm = Path(f"/proc/{pid}/statm")
        if statm.exists():  # there is none on macOS, and none of a process that has just ended
            yield f'{{process="{number}"}} {int(statm.read_text("ascii").split()[1]) * page}'
