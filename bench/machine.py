"""What the benches ask of the machine: a free port, the processes under one, their memory, the core they run on."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def family(parent: int) -> list[int]:
    """A process and its descendants, in the order of their ids."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
    ours = {parent}
    while more := {pid for pid, above in parents.items() if above in ours} - ours:
        ours |= more
    return sorted(ours)


def resident(pid: int, *, proportional: bool = False) -> float:
    """Memory of a process in MB, 0 when it has gone; `proportional` shares out what several processes hold."""
    kind = "Pss:" if proportional else "Rss:"
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(kind):
                return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def words(pid: int) -> str:
    """The command line of a process, '' when it has gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def cores() -> list[int]:
    """The cores that this process may use."""
    return sorted(os.sched_getaffinity(0))


def confine(parent: int, allowed: list[int]) -> None:
    """Let a process, its threads and its descendants run on these cores only."""
    for pid in family(parent):
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(OSError):
                    os.sched_setaffinity(int(thread.name), allowed)
