"""How the graph process, its workers and its clients talk: a JSON header and a body, each with its length.

A request is one frame. An answer is any number of frames with the header `part` and a piece of the body each, and a
last one that says how it ended; only then the pieces count. A frame `again` says that the query begins anew: what
came of it before is void.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

_LENGTHS = struct.Struct("!II")
#: A request or answer larger than this is a fault of the peer.
MAX_FRAME = 1 << 30
#: Taken from a socket at once: more would be a buffer that the system maps anew each time.
RECEIVED_BYTES = 1 << 16

Header = dict[str, Any]
# Made once: `json.dumps` with separators makes an encoder for every call.
_encode = json.JSONEncoder(separators=(",", ":")).encode


def pack(header: Header, body: bytes = b"") -> bytes:
    """One frame."""
    head = _encode(header).encode()
    return _LENGTHS.pack(len(head), len(body)) + head + body


class Reader:
    """Collects bytes until a frame is whole."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> tuple[Header, bytes] | None:
        """Add bytes; return the first frame once it is whole. Raises ValueError when it is none."""
        self._data += data
        return self.next()

    def next(self) -> tuple[Header, bytes] | None:
        """The next frame that is whole already. Raises ValueError when it is none."""
        if len(self._data) < _LENGTHS.size:
            return None
        head, body = _LENGTHS.unpack_from(self._data)
        if head + body > MAX_FRAME:
            raise ValueError("frame too large")
        end = _LENGTHS.size + head + body
        if len(self._data) < end:
            return None
        start = _LENGTHS.size + head
        header: Header = json.loads(self._data[_LENGTHS.size : start].decode())
        if not isinstance(header, dict):
            raise ValueError("the header is not an object")
        content = bytes(self._data[start:end])
        del self._data[:end]
        return header, content


def receive(connection: socket.socket, reader: Reader | None = None) -> tuple[Header, bytes] | None:
    """Block until a whole frame is there; None when the peer is gone. `reader` holds what came of later frames."""
    reader = reader or Reader()
    frame = reader.next()
    while frame is None:
        data = connection.recv(RECEIVED_BYTES)
        if not data:
            return None
        frame = reader.feed(data)
    return frame
