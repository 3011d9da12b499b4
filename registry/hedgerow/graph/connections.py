"""Connections to a graph process: kept for the next query, and a spool for what comes back on them."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import time
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hedgerow.errors import GraphNotReady, QueryTimeout, Unavailable
from hedgerow.graph.frames import Header, Reader, receive

#: How often a waiting query is asked whether anyone still waits for it, in seconds.
GLANCE_SECONDS = 0.25
#: A spooled answer that is larger lies in a file, in bytes.
SPOOLED_BYTES = 1 << 20


@dataclass(frozen=True)
class Caller:
    """For whom a query is: the client whose use is counted, and whether it has gone away meanwhile."""

    name: str
    gone: Callable[[], bool] = lambda: False


_NOBODY = Caller("")
#: The caller of this thread's queries; whoever answers clients sets it for each request.
caller: ContextVar[Caller] = ContextVar("caller", default=_NOBODY)


@dataclass
class Answered:
    """What came back: the header of the last frame, and the body in memory or, when it was large, in a file."""

    header: Header
    body: bytes = b""
    file: IO[bytes] | None = None


class Connections:
    """The way to one graph process. Any number of threads may ask at once."""

    def __init__(self, path: Path, patience: float) -> None:
        self._path = str(path)
        self._patience = patience
        # Those that wait for their next query; those of a graph process that has ended are among them.
        self._idle: deque[socket.socket] = deque()

    def ask(self, frame: bytes, *, spooled: bool = False) -> Answered:
        """Send a request and take in the whole answer. `spooled`: a large one into a file without a name.

        Raises GraphNotReady, QueryTimeout, and Unavailable when the caller goes away.
        """
        try:
            while True:
                connection, used = self._connection()
                try:
                    answered = self._exchange(connection, frame, spooled)
                except BaseException as error:
                    connection.close()
                    if used and isinstance(error, (ConnectionError, EOFError)):
                        continue
                    raise
                self._idle.append(connection)
                return answered
        except TimeoutError:
            raise QueryTimeout("The graph process did not answer in time.", "Try again.") from None
        except (OSError, EOFError):
            raise GraphNotReady("There is no graph process at the socket.", "Start it with 'hedgerow serve'.") from None

    def close(self) -> None:
        """Close those that wait."""
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        """As `close`."""
        self.close()

    def _connection(self) -> tuple[socket.socket, bool]:
        """A connection, and whether it has been used before."""
        with contextlib.suppress(IndexError):
            return self._idle.pop(), True
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(GLANCE_SECONDS)
        try:
            connection.connect(self._path)
        except BaseException:
            connection.close()
            raise
        return connection, False

    def _exchange(self, connection: socket.socket, frame: bytes, spooled: bool) -> Answered:
        connection.sendall(frame)
        reader, parts = Reader(), _Parts(SPOOLED_BYTES if spooled else None)
        try:
            while (received := self._received(connection, reader)) is not None:
                header, body = received
                if header.get("again"):
                    parts.clear()
                    continue
                parts.add(body)
                if not header.get("part"):
                    return parts.answered(header)
            raise EOFError
        except BaseException:
            parts.clear()
            raise

    def _received(self, connection: socket.socket, reader: Reader) -> tuple[Header, bytes] | None:
        """The next frame. A caller that goes away ends its query: closing the socket frees the worker."""
        end = 0.0
        while True:
            try:
                return receive(connection, reader)
            except TimeoutError:
                if caller.get().gone():
                    raise Unavailable("The client went away before its answer.", "Ask again, and wait.") from None
                end = end or time.monotonic() + self._patience
                if time.monotonic() > end:
                    raise


class _Parts:
    """The pieces of an answer; more than `limit` bytes of them go to a file."""

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._file: IO[bytes] | None = None

    def add(self, piece: bytes) -> None:
        if self._file is None:
            self._pieces.append(piece)
            self._size += len(piece)
            if self._limit is None or self._size <= self._limit:
                return
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - whoever takes the answer closes it
            piece = self._joined()
        self._file.write(piece)

    def clear(self) -> None:
        self._joined()
        if self._file is not None:
            self._file.close()
            self._file = None

    def answered(self, header: Header) -> Answered:
        if self._file is not None and "error" in header:
            self.clear()
        if self._file is not None:
            self._file.seek(0)
        return Answered(header, self._joined(), self._file)

    def _joined(self) -> bytes:
        joined = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return joined
