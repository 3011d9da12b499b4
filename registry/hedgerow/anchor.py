"""The anchor: a small file beside the ledger that remembers how far each chain was acknowledged.

SQLite cuts a write-ahead log silently at the first frame that does not check, and an older copy of the ledger put
in place looks whole. Either loses acknowledged events without a trace inside the file; the anchor is the trace
outside. One line per append: it is written open before the ledger commits, so that a full disk refuses while nothing
is written yet, and closed and synced before the append is acknowledged. Only closed lines count. No line is ever
taken away: a loss stays visible although the chain grew again after it.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: The last sign of a line. They differ in two bits: no single flipped bit makes one the other.
_OPEN, _CLOSED = b"?", b"."
_LINE = re.compile(rb"([a-z][a-z0-9-]*) ([0-9]+) ([0-9a-f]{64}) ([.?])")
#: What a crash leaves of a line that was being written. A file system may have kept its length and not its content:
#: that reads as NULs.
_BEGUN = re.compile(rb"[a-z0-9-]*( [0-9]*( [0-9a-f]{0,64}( \??)?)?)?\0*")


@dataclass(frozen=True)
class Anchored:
    """An event that ended an acknowledged append."""

    tier: str
    position: int
    hash: str


class Anchor:
    """The anchor of one ledger. Any number of processes may append to it, one at a time between open and commit."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[Anchored]:
        """The end of every acknowledged append, in the order they were begun."""
        matches = (_LINE.fullmatch(line) for line in self._lines())
        return [Anchored(m[1].decode(), int(m[2]), m[3].decode()) for m in matches if m and m[4] == _CLOSED]

    def garbled(self) -> bool:
        """Whether the file holds anything but lines and beginnings of lines."""
        return not all(_LINE.fullmatch(line) or _BEGUN.fullmatch(line) for line in self._lines())

    def _lines(self) -> list[bytes]:
        try:
            return self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return []

    def open_line(self, tier: str, position: int, digest: str) -> int:
        """Write a line that does not count yet; returns the place of its sign. The caller holds the ledger's lock."""
        new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            end = os.fstat(descriptor).st_size
            # Whatever a crash left half-written is ended first, or it would garble this line.
            line = b"\n" if end and os.pread(descriptor, 1, end - 1) != b"\n" else b""
            line += f"{tier} {position} {digest} ".encode() + _OPEN + b"\n"
            if os.pwrite(descriptor, line, end) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        except OSError as error:
            error.filename = str(self.path)
            raise
        finally:
            os.close(descriptor)
        if new:
            sync(self.path.parent)
        return end + len(line) - 2

    def close_line(self, place: int) -> None:
        """Let a line count; it is on disk when this returns."""
        descriptor = os.open(self.path, os.O_WRONLY)
        try:
            os.pwrite(descriptor, _CLOSED, place)
            os.fsync(descriptor)
        except OSError as error:
            error.filename = str(self.path)
            raise
        finally:
            os.close(descriptor)

    def replace(self, ends: Mapping[str, tuple[int, str]]) -> None:
        """Forget what was acknowledged before, and remember these ends of chains; on disk when this returns."""
        scratch = Anchor(self.path.with_suffix(".anchor-new"))
        scratch.path.unlink(missing_ok=True)
        scratch.path.touch(0o600)
        for tier, (position, digest) in ends.items():
            scratch.close_line(scratch.open_line(tier, position, digest))
        scratch.path.replace(self.path)
        sync(self.path.parent)


def sync(path: Path) -> None:
    """Put a file, or the names in a folder, on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
