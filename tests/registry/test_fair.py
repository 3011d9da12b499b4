"""Who is served first when workers are scarce."""

from __future__ import annotations

import socket

from hedgerow.graph.fair import DOUBT_SECONDS, HALF_LIFE_SECONDS, REMEMBERED, Use, client_of
from hedgerow.graph.line import Line
from hedgerow.graph.peers import Client, Worker


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_known_light_client_comes_before_a_new_one_and_that_before_a_heavy_one() -> None:
    use = Use(Clock())
    for _ in range(3):
        use.add("light", 0.01)
    use.add("heavy", DOUBT_SECONDS + 1)
    assert use.rank("light") < use.rank("new") < use.rank("heavy")
    assert use.light("light")
    assert not use.light("new")


def test_a_command_at_the_socket_itself_comes_first() -> None:
    use = Use(Clock())
    use.add("", 100.0)
    assert use.rank("") == 0
    assert use.light("")


def test_use_is_forgotten_by_half_every_half_life() -> None:
    clock = Clock()
    use = Use(clock)
    for _ in range(50):
        use.add("heavy", 1.0)
    before = use.rank("heavy")
    clock.now += HALF_LIFE_SECONDS
    assert abs(use.rank("heavy") - before / 2) < 0.2
    clock.now += 20 * HALF_LIFE_SECONDS
    assert abs(use.rank("heavy") - use.rank("new")) < 0.01


def test_only_so_many_clients_are_remembered_and_the_heavy_ones_longest() -> None:
    use = Use(Clock())
    use.add("heavy", 100.0)
    for number in range(3 * REMEMBERED):
        use.add(f"192.0.2.{number}", 0.001)
    assert len(use._used) <= REMEMBERED
    assert use.rank("heavy") > DOUBT_SECONDS


def test_an_ipv6_client_is_its_network_and_a_mapped_one_its_ipv4_address() -> None:
    assert client_of("2001:db8::1") == client_of("2001:db8::ffff:1")
    assert client_of("2001:db8::1") != client_of("2001:db8:0:1::1")
    assert client_of("::ffff:192.0.2.7") == client_of("192.0.2.7") == "192.0.2.7"
    assert client_of("fe80::1%eth0") == client_of("fe80::2%eth0")
    assert client_of("") == ""


def test_who_used_all_of_the_budget_waits_until_it_is_less() -> None:
    clock = Clock()
    use = Use(clock)
    assert use.wait("new", 60) == 0
    for _ in range(12):
        use.add("heavy", 10.0)
    wait = use.wait("heavy", 60)
    assert abs(wait - HALF_LIFE_SECONDS) < 0.01  # twice the budget
    clock.now += wait + 0.01
    assert use.wait("heavy", 60) == 0
    assert use.wait("heavy", 0) == 0  # no budget
    use.add("", 1000.0)
    assert use.wait("", 60) == 0


def test_of_one_client_the_first_is_served_first_and_the_last_sent_away() -> None:
    clock = Clock()

    def hurrying() -> float:
        clock.now += 1.0  # What was used is forgotten while it is asked about, too.
        return clock.now

    use = Use(hurrying)
    for _ in range(8):
        use.add("one", 0.1)
    line, ours, theirs = Line(use, 2), *socket.socketpair()
    waiting = [Client(ours, waiting=({"client": "one"}, b"")) for _ in range(5)]
    workers = [Worker(1, theirs, "")]
    for client in waiting:
        line.join(client)
    assert list(line.beyond(4)) == [waiting[4]]
    served = []
    while chosen := line.next(workers):
        served.append(chosen[0])
    assert served == waiting[:4]
    ours.close()
    theirs.close()
