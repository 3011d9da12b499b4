"""The waiting line of a graph process: who comes next, and who is sent away when it grows too long."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from hedgerow.graph.fair import Use
from hedgerow.graph.peers import Client, Worker


class Line:
    """Clients that wait for a worker, in the order they came. `most`: workers that may be at full priority."""

    def __init__(self, use: Use, most: int) -> None:
        self._use = use
        self._most = most
        self._waiting: deque[Client] = deque()

    def join(self, client: Client, *, first: bool = False) -> None:
        """Wait behind all others, or before them."""
        if first:
            self._waiting.appendleft(client)
        else:
            self._waiting.append(client)

    def leave(self, client: Client) -> None:
        """Wait no more."""
        if client in self._waiting:
            self._waiting.remove(client)

    def next(self, workers: Sequence[Worker]) -> tuple[Client, Worker] | None:
        """Whom to serve now, and by which worker: the client that has used least, the first of equals."""
        if not self._waiting:
            return None
        free = self._most - sum(worker.busy and not worker.long for worker in workers)
        room = sum(worker.long for worker in workers) < self._most
        ready = [client for client in self._waiting if room or not client.long]
        if free <= 0 or not ready:
            return None
        rank = self._ranks()
        client = min(ready, key=lambda waiting: rank[waiting.name])
        light = self._use.light(client.name)
        # The last place is kept for a client known as light. The others are soon done, or long ones.
        if free == 1 < self._most and not client.long and not light:
            return None
        self._waiting.remove(client)
        # Who is not light gets a worker that has been lowered before, where there is one.
        return client, min((w for w in workers if not w.busy), key=lambda worker: worker.low == light)

    def beyond(self, room: int) -> Iterator[Client]:
        """Those who have used most, the last of equals, until no more wait than there is room for."""
        while len(self._waiting) > room:
            rank = self._ranks()
            client = max(reversed(self._waiting), key=lambda waiting: rank[waiting.name])
            self._waiting.remove(client)
            yield client

    def _ranks(self) -> dict[str, float]:
        """The rank of each who waits, once: it falls with time, so asked twice of the same it would tell them apart."""
        return {name: self._use.rank(name) for name in {client.name for client in self._waiting}}
