"""Requests a second under several clients, by wrk on a core of its own so that it takes nothing from the server."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asked import Query
from client import LIMIT
from peers import Command, Missing, Peer

SCRIPT = Path(__file__).with_name("wrk.lua")


@dataclass(frozen=True)
class Load:
    """One kind of load. `vary`: no text is ever sent twice, so nothing that was kept can answer."""

    title: str
    queries: Sequence[Query]
    method: str
    vary: bool


@dataclass(frozen=True)
class Rate:
    """What wrk counted: whole answers a second, latency of the median and of one in a hundred, and what failed."""

    per_second: float
    median_ms: float
    worst_ms: float
    failed: int


def wrk() -> str:
    """The program. Raises Missing."""
    found = shutil.which("wrk")
    if found is None:
        raise Missing("`wrk` is missing: apt-get install wrk")
    return found


def rate(peer: Peer, load: Load, clients: int, seconds: int, core: int | None, folder: Path) -> Rate:
    """Load a peer for so long with so many clients at once; wrk runs on the `core`, or where it likes."""
    texts = folder / "texts"
    texts.write_bytes(b"\0".join(query.text.encode() for query in load.queries))
    accept = ", ".join(sorted({query.accept for query in load.queries}, reverse=True))
    script: Command = [texts, load.method, accept, str(int(peer.form)), str(int(load.vary))]
    where: Command = [] if core is None else ["taskset", "-c", str(core)]
    how: Command = ["-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", f"{LIMIT}s", "-s", SCRIPT]
    command: Command = [*where, wrk(), *how, peer.url, "--", *script]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return read(done.stdout)


def read(printed: str) -> Rate:
    """The figures of a run: wrk's times are in microseconds.

    >>> read("figures 1000 2000000 3 0 0 500 900").per_second
    498.5
    """
    line = next(line for line in printed.splitlines() if line.startswith("figures "))
    requests, micros, *errors, median, worst = (int(word) for word in line.split()[1:])
    good = requests - errors[0]
    return Rate(good / micros * 1e6, median / 1000, worst / 1000, sum(errors))
