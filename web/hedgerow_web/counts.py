"""What the web processes count, in memory that they share: requests, how long they took, answers kept.

Several processes share one port, so whoever reads the figures meets one of them by chance; yet it must tell the sum.
Each process therefore counts in a file of its own, mapped into memory: `<home>/run/web-<n>.counts`. It holds the first
that no living process holds, and goes on from the figures there, so that a restart takes nothing away.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate, count
from pathlib import Path
from typing import Any

#: By the first step of the address: what is asked for. The demonstration counts with the rest.
_CLASSES = {
    "doc": "record", "id": "record", "questions": "question", "sparql": "sparql", "ns": "vocabulary",
    "code": "vocabulary", "static": "static", "healthz": "watch", "readyz": "watch", "metrics": "watch",
}  # fmt: skip
CLASSES = (*dict.fromkeys(_CLASSES.values()), "other")
#: The statuses told apart; any other counts as the last.
STATUSES = (
    *("200", "204", "206", "301", "303", "304", "308", "400", "404", "405", "406", "408", "409", "413", "415", "422"),
    *("429", "431", "500", "503", "504", "507", "other"),
)
#: Upper ends of the classes of the histogram, in seconds; the last has none.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: Where a layer before the application says that it gave an answer kept: a key of the WSGI environment.
KEPT = "hedgerow.kept"

_STATUS_AT = {name: at for at, name in enumerate(STATUSES)}
_LAST = len(STATUSES) - 1
_PLACES = len(BUCKETS) + 1
#: Of each class: its requests by status and bucket; the seconds in all; the answers kept.
_WIDTH = len(STATUSES) * _PLACES + 2
_SECONDS, _KEPT = _WIDTH - 2, _WIDTH - 1
#: The process that counts, then every class. Another layout is another size, and its figures are not read.
_LENGTH = 1 + len(CLASSES) * _WIDTH
_ROW_AT = {step: 1 + CLASSES.index(name) * _WIDTH for step, name in _CLASSES.items()}
_OTHER = 1 + CLASSES.index("other") * _WIDTH

#: How often this process was made by a fork: dearer to ask the system each time who we are.
_forks = 0


def _forked() -> None:
    global _forks
    _forks += 1


os.register_at_fork(after_in_child=_forked)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Totals:
    """The sums over every process that ever counted in a folder, and the processes that live."""

    figures: list[float]
    processes: list[int]

    def requests(self) -> Iterator[tuple[str, str, int]]:
        """Class, status and number of the requests, without those that are zero."""
        for name, row in self._rows():
            for at, status in enumerate(STATUSES):
                number = int(sum(row[at * _PLACES : (at + 1) * _PLACES]))
                if number:
                    yield name, status, number

    def seconds(self) -> Iterator[tuple[str, list[int], float]]:
        """Of each class: how many requests took at most as long as each bucket says, without end last; the sum."""
        for name, row in self._rows():
            within = list(accumulate(int(sum(row[at:_SECONDS:_PLACES])) for at in range(_PLACES)))
            if within[-1]:
                yield name, within, row[_SECONDS]

    def kept(self) -> Iterator[tuple[str, int]]:
        """Of each class: the answers that were kept from before."""
        for name, row in self._rows():
            if row[_KEPT]:
                yield name, int(row[_KEPT])

    def _rows(self) -> Iterator[tuple[str, list[float]]]:
        for at, name in enumerate(CLASSES):
            start = 1 + at * _WIDTH
            yield name, self.figures[start : start + _WIDTH]


class Counts:
    """The figures of this process, in the folder where those of the others are; without a folder for itself alone."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._figures: memoryview[float] = memoryview(b"").cast("d")
        self._opened = -1

    def add(self, path: str, status: str, seconds: float, kept: bool) -> None:
        """Count one request."""
        row = _row(path)
        at = row + _STATUS_AT.get(status, _LAST) * _PLACES + bisect_left(BUCKETS, seconds)
        with self._lock:
            figures = self._figures if self._opened == _forks else self._open()
            figures[at] += 1
            figures[row + _SECONDS] += seconds
            if kept:
                figures[row + _KEPT] += 1

    def totals(self) -> Totals:
        """The sums over all processes."""
        with self._lock:
            own = self._figures if self._opened == _forks else self._open()
        every = list(self._all()) or [own]
        processes = list(dict.fromkeys(int(figures[0]) for figures in every))
        sums = [sum(figures) for figures in zip(*every, strict=True)]
        return Totals(sums, [pid for pid in processes if Path(f"/proc/{pid}").exists()])

    def _all(self) -> Iterator[memoryview[float]]:
        for path in sorted(self._folder.glob("web-*.counts")) if self._folder else ():
            data = path.read_bytes()
            if len(data) == _LENGTH * 8:
                yield memoryview(data).cast("d")

    def _open(self) -> memoryview[float]:
        # After a fork each process takes a file of its own. The file stays open, and locked, as long as the process.
        figures = memoryview(bytearray(_LENGTH * 8)).cast("d")
        with suppress(OSError):  # a folder nobody may write to: this process counts for itself
            figures = self._take(self._folder) if self._folder else figures
        figures[0] = os.getpid()
        self._figures, self._opened = figures, _forks
        return figures

    def _take(self, folder: Path) -> memoryview[float]:
        folder.mkdir(parents=True, exist_ok=True)
        for number in count():
            file = os.open(folder / f"web-{number}.counts", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                continue
            if os.fstat(file).st_size != _LENGTH * 8:
                os.ftruncate(file, 0)
                os.ftruncate(file, _LENGTH * 8)
            return memoryview(mmap.mmap(file, _LENGTH * 8)).cast("d")
        raise AssertionError  # numbers do not end


class Counted:
    """A WSGI application whose requests are counted; the time is until its answer begins."""

    def __init__(self, application: Application, counts: Counts) -> None:
        self._application = application
        self._counts = counts

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, and count the request."""
        begun = time.perf_counter()
        status = "500"

        def start(line: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            nonlocal status
            status = line[:3]
            return start_response(line, headers, *rest)

        path = environ.get("PATH_INFO", "")
        try:
            return self._application(environ, start)
        finally:
            self._counts.add(path, status, time.perf_counter() - begun, bool(environ.get(KEPT)))


def _row(path: str) -> int:
    steps = path.split("/", 3)
    at = 2 if steps[1:2] == ["demo"] else 1
    return _ROW_AT.get(steps[at], _OTHER) if len(steps) > at else _OTHER
