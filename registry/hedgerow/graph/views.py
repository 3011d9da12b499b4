"""The graph processes of earlier views, which the graph process of the tier begins when asked and ends when idle."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hedgerow.graph.fair import Use
from hedgerow.graph.frames import Header
from hedgerow.graph.worker import computed
from hedgerow.settings import Settings

#: Earlier views held at once, beside the live one.
MOST = 2
#: A view not asked for so long is ended, in seconds.
IDLE_SECONDS = 300.0
#: A view asked for so lately is not ended to make room for another, in seconds.
HELD_SECONDS = 10.0
#: How far their processes give way to the live view.
LOW_NICENESS = 5


def name_of(tier: str, positions: Sequence[int], day: date) -> str:
    """What the socket of an earlier view is called: by the position of the tier's own chain, and of those it reads.

    >>> name_of("public", [12], date(2026, 12, 1)), name_of("demo", [3, 12], date(2026, 12, 1))
    ('public-12-2026-12-01', 'demo-3-12-2026-12-01')
    """
    return "-".join([tier, *map(str, positions), day.isoformat()])


@dataclass
class _Held:
    """The process of one view, when it was last asked for, and whom its making is charged to until it answers."""

    process: subprocess.Popen[bytes]
    asked: float
    client: str
    built: bool = False

    @property
    def ended(self) -> bool:
        """Whether the process is no more."""
        return self.process.poll() is not None


class Views:
    """The earlier views of one tier."""

    def __init__(self, settings: Settings, tier: str, use: Use) -> None:
        self._settings = settings
        self._tier = tier
        self._use = use
        self._held: dict[str, _Held] = {}
        self._dying: list[subprocess.Popen[bytes]] = []
        # What those of a process that was killed have left behind.
        for left in settings.run.glob(f"{tier}-*"):
            left.unlink(missing_ok=True)

    def open(self, header: Header) -> Header:
        """The answer to `view`: the socket's name once the view is built; until then an error that says so."""
        try:
            positions, day = [int(each) for each in header["positions"]], date.fromisoformat(header["day"])
            position = positions[0]
        except (KeyError, TypeError, ValueError, IndexError):
            return {"error": "call", "detail": "A view is named by its positions and its day."}
        name, now = name_of(self._tier, positions, day), time.monotonic()
        if (held := self._held.get(name)) is None:
            if not self._make_room(now):
                return {"error": "busy", "detail": f"{MOST} earlier views are in use already."}
            command = ["--recorded", ",".join(map(str, positions)), "--day", day.isoformat()]
            try:
                process = subprocess.Popen([sys.executable, "-m", "hedgerow.graph", self._tier, *command])
            except OSError as error:  # the live view goes on
                return {"error": "busy", "detail": f"No process can be started for an earlier view: {error.strerror}."}
            os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + LOW_NICENESS)
            self._held[name] = held = _Held(process, now, str(header.get("client", "")))
        held.asked = now
        if held.ended:
            self._end(name)
            return {"error": "failed", "detail": f"The view of position {position} could not be built."}
        self.tend()
        if not held.built:
            return {"error": "building", "detail": f"The view of position {position} on {day} is being built."}
        return {"socket": name}

    def tend(self) -> None:
        """Charge what was built, forget what has ended, end what is idle."""
        self._dying = [process for process in self._dying if process.poll() is None]
        for name, held in list(self._held.items()):
            if not held.built and self._settings.socket(name).exists():
                held.built = True
                self._use.add(held.client, computed(held.process.pid))
            # One that ended before it was built is kept for a while, to say so to who asks again.
            if (held.built and held.ended) or time.monotonic() - held.asked > IDLE_SECONDS:
                self._end(name)

    def end(self) -> None:
        """End all of them."""
        for name in list(self._held):
            self._end(name)
        for process in self._dying:
            process.wait()

    def _make_room(self, now: float) -> bool:
        if len(self._held) < MOST:
            return True
        idle = {n: h.asked for n, h in self._held.items() if h.ended or (h.built and now - h.asked >= HELD_SECONDS)}
        if not idle:
            return False
        self._end(min(idle, key=lambda name: idle[name]))
        return True

    def _end(self, name: str) -> None:
        # Killed and not asked to end, for it writes nothing. Giving its memory back takes time, which nobody waits for.
        process = self._held.pop(name).process
        process.kill()
        self._dying.append(process)
        for left in self._settings.run.glob(f"{name}.*"):
            left.unlink(missing_ok=True)
