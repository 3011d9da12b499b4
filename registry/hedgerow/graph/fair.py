"""Who is served first: the client that has used least worker time lately. No client has to be forbidden anything.

A client is an address. What it used is forgotten by half every half-life, so that a heavy minute is soon forgiven.
One never seen may be anybody: it comes after those that are known to ask little, before those known to ask much.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable

#: After so many seconds a client's use counts half.
HALF_LIFE_SECONDS = 30.0
#: What a client never seen counts as having used, in seconds.
DOUBT_SECONDS = 5.0
#: Clients remembered; beyond, those that used least are forgotten.
REMEMBERED = 10_000
#: A customer of a provider has so many bits of an IPv6 address; the rest are his to vary.
_IPV6_NETWORK = 64


class Use:
    """Seconds of workers and queries, by client."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._used: dict[str, tuple[float, float, float]] = {}

    def rank(self, client: str) -> float:
        """Lower is served earlier: seconds used lately, and a doubt that each query asked makes smaller."""
        if not client:
            return 0.0  # A command of the operator, at the socket itself.
        seconds, queries = self._lately(client)
        return seconds + DOUBT_SECONDS / (1 + queries)

    def light(self, client: str) -> bool:
        """Whether a client is known to use little: it has asked more than once, and little each time."""
        return self.rank(client) < DOUBT_SECONDS / 2

    def add(self, client: str, seconds: float) -> None:
        """Charge a client with a query."""
        used, queries = self._lately(client)
        self._used[client] = (used + seconds, queries + 1, self._clock())
        if len(self._used) > REMEMBERED:
            kept = sorted(self._used, key=lambda name: self._lately(name)[0])[REMEMBERED // 2 :]
            self._used = {name: self._used[name] for name in kept}

    def _lately(self, client: str) -> tuple[float, float]:
        seconds, queries, at = self._used.get(client, (0.0, 0.0, 0.0))
        left = 0.5 ** ((self._clock() - at) / HALF_LIFE_SECONDS) if queries else 0.0
        return seconds * left, queries * left


def client_of(address: str) -> str:
    """The client behind an address: itself, or its network in IPv6.

    >>> client_of("192.0.2.7"), client_of("2001:db8:1:2:3:4:5:6")
    ('192.0.2.7', '2001:db8:1:2::')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed.packed, _IPV6_NETWORK), strict=False).network_address)
