"""Who is served first: the client that has used least worker time lately; one that used all it may has to wait.

A client is an address. What it used is forgotten by half every half-life, so that a heavy minute is soon forgiven.
One never seen may be anybody: it comes after those that are known to ask little, before those known to ask much.
"""

from __future__ import annotations

import ipaddress
import math
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
    """What each client used lately: what counts against it, how often it asked, and what its queries computed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._used: dict[str, tuple[float, float, float, float]] = {}

    def rank(self, client: str) -> float:
        """Lower is served earlier: seconds used lately, and a doubt that each query asked makes smaller."""
        if not client:
            return 0.0  # A command of the operator, at the socket itself.
        seconds, queries, _ = self._lately(client)
        return seconds + DOUBT_SECONDS / (1 + queries)

    def light(self, client: str) -> bool:
        """Whether a client is known to use little: it has asked more than once, and little each time."""
        return self.rank(client) < DOUBT_SECONDS / 2

    def wait(self, client: str, budget: float) -> float:
        """Seconds until what a client computed lately is within the budget; 0 when it is, or there is no budget."""
        computed = self._lately(client)[2] if client and budget else 0.0
        return HALF_LIFE_SECONDS * math.log2(computed / budget) if computed > budget else 0.0

    def add(self, client: str, seconds: float) -> None:
        """Charge a client with a query that computed so long."""
        self._add(client, seconds, 1, seconds)

    def doubt(self, client: str, seconds: float) -> None:
        """Let a client come later, as if it had computed so long; it is no part of its budget."""
        self._add(client, seconds, 1, 0.0)

    def _add(self, client: str, seconds: float, queries: int, computed: float) -> None:
        used, asked, spent = self._lately(client)
        self._used[client] = (used + seconds, asked + queries, spent + computed, self._clock())
        if len(self._used) > REMEMBERED:
            kept = sorted(self._used, key=lambda name: self._lately(name)[0])[REMEMBERED // 2 :]
            self._used = {name: self._used[name] for name in kept}

    def _lately(self, client: str) -> tuple[float, float, float]:
        seconds, queries, computed, at = self._used.get(client, (0.0, 0.0, 0.0, 0.0))
        left = 0.5 ** ((self._clock() - at) / HALF_LIFE_SECONDS) if queries else 0.0
        return seconds * left, queries * left, computed * left


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
