"""Those a graph process has to do with: clients, workers, and the other one it keeps away."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
from dataclasses import dataclass, field
from pathlib import Path

from hedgerow.errors import Conflict
from hedgerow.graph.frames import Header, Reader
from hedgerow.settings import Settings


@dataclass(eq=False)
class Client:
    """A connection that asks, one query at a time."""

    connection: socket.socket
    reader: Reader = field(default_factory=Reader)
    out: bytearray = field(default_factory=bytearray)
    waiting: tuple[Header, bytes] | None = None
    retries: int = 0
    long: bool = False
    worker: Worker | None = None
    #: Parts of the answer are on their way: begun anew, it must be told.
    began: bool = False
    #: The selector watches for room to write.
    blocked: bool = False

    @property
    def name(self) -> str:
        """Whose use its query is."""
        return str(self.waiting[0].get("client", "")) if self.waiting else ""

    @property
    def seconds(self) -> float | None:
        """The closer deadline its query asked for."""
        return self.waiting[0].get("seconds") if self.waiting else None


@dataclass(eq=False)
class Worker:
    """A fork that answers, and whose query it has."""

    pid: int
    connection: socket.socket
    version: str
    reader: Reader = field(default_factory=Reader)
    client: Client | None = None
    busy: bool = False
    #: Nothing is read from it until its client has taken what it has sent.
    held: bool = False
    long: bool = False
    low: bool = False
    computed: float = 0.0
    dies_at: float = 0.0
    #: The memory of its own that it began with, in bytes.
    data: int = 0


def cause(code: int, settings: Settings, seconds: float | None = None) -> Header:
    """The answer to a query whose worker ended, by the way it ended. `seconds`: the closer deadline it had."""
    if code == -signal.SIGALRM:
        deadline = min(seconds or settings.query_seconds, settings.query_seconds)
        return {"error": "timeout", "detail": f"The query was stopped after {deadline:g} s."}
    if code == -signal.SIGABRT:
        limit = settings.worker_megabytes
        return {"error": "memory", "detail": f"The query needed more than {limit} MiB of memory."}
    return {"error": "crash", "detail": "The query broke its worker, most likely by its nesting."}


def take_lock(path: Path, tier: str) -> int:
    """Keep another graph process of the tier away, for as long as this process lives. Raises Conflict."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise Conflict(
            f"Another graph process of the tier '{tier}' holds {path}.", "Stop it first, or use that one."
        ) from None
    return lock
