"""A mixed attack on a running site: so many clients for so many seconds, over loopback only.

`python -m tests.faults.attack URL CLIENTS SECONDS` prints what each kind of attack was answered, as JSON. It runs as
a process of its own, so that the ordinary client beside it is measured and not the attacker.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from itertools import count
from urllib.parse import urlsplit

#: Between two requests of one client, in seconds: the attack is bounded in rate too.
PAUSE = 0.05
#: No request waits longer for its answer, in seconds.
PATIENCE = 30.0

_NUMBERS = count()


def _product() -> str:
    return "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def _sort() -> str:
    return "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?f DESC(?c)"


def _doubling() -> str:
    steps = " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    return f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("{"a" * 16}" AS ?x0) {steps} }}'


def _nesting() -> str:
    opening, closing = random.choice(
        [("{", "}"), ("OPTIONAL {", "}"), ("FILTER(" + "(" * 40, ")" * 41), ("MINUS {", "}")]
    )
    depth = random.choice([20, 60, 3000])
    return "SELECT * { ?s ?p ?o " + opening * depth + closing * depth + " }"


def _paths() -> str:
    step = "(<urn:a>|!<urn:b>)"
    if random.random() < 0.5:
        return f"SELECT (COUNT(*) AS ?n) {{ ?s {step}* ?x . ?x {step}+ ?y . ?y {step}* ?z }}"
    return f"SELECT * {{ ?s {'/'.join(['<urn:p>'] * random.choice([49, 60, 2000]))} ?o }}"


def _service() -> str:
    where = "<http://127.0.0.1:9/>"
    return random.choice(
        [
            f"SELECT * {{ SERVICE {where} {{ ?s ?p ?o }} }}",
            f"select * {{service{where}{{?s ?p ?o}}}}",
            f"SELECT * {{ SeRvIcE SILENT {where} {{ ?s ?p ?o }} }}",
            "SELECT * { ?where ?p ?o SERVICE ?where { ?s ?p ?o } }",
            f"SELECT * {{ ?s ?p trueSERVICE{where} {{ ?a ?b ?c }} }}",
            f"PREFIX : {where} SELECT * {{ SERVICE:x {{ ?a ?b ?c }} }}",
        ]
    )


def _long() -> str:
    filler = random.choice([".", "-", "a.", "<a ", "{} ", '"x" ', "ab "])
    return ("SELECT * { " + filler * 65_000)[: random.choice([65_000, 70_000])]


def _large() -> str:
    return "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 400000"


def _distinct() -> str:
    # Never the same text, so that no answer is kept for it, and many small ones are.
    return f"SELECT (COUNT(*) AS ?n{next(_NUMBERS)}) {{ ?s ?p ?o }}"


QUERIES: dict[str, Callable[[], str]] = {
    "product": _product,
    "sort": _sort,
    "doubling": _doubling,
    "nesting": _nesting,
    "paths": _paths,
    "service": _service,
    "long": _long,
    "large": _large,
    "distinct": _distinct,
}
#: What a client of each kind does beside asking: leaving in mid-query, and sending for ever.
HANG_UP, LORIS = "hang up", "slow loris"
KINDS = (*QUERIES, HANG_UP, LORIS)


class Attack:
    """The clients of one attack, and what they were answered."""

    def __init__(self, url: str, clients: int, seconds: float) -> None:
        parts = urlsplit(url)
        assert parts.hostname == "127.0.0.1", "the attack is for loopback only"
        assert clients <= 500, "the attack is bounded"
        assert seconds <= 1800, "the attack is bounded"
        self._to = (parts.hostname, parts.port or 80)
        self._clients = clients
        self._end = time.monotonic() + seconds
        self.answers: dict[str, Counter[str]] = defaultdict(Counter)

    async def run(self) -> None:
        await asyncio.gather(*(self._client(number) for number in range(self._clients)))

    async def _client(self, number: int) -> None:
        kind = KINDS[number % len(KINDS)]
        act = {HANG_UP: self._hang_up, LORIS: self._loris}.get(kind, lambda address: self._ask(kind, address))
        while time.monotonic() < self._end:
            try:
                left = self._end + 1 - time.monotonic()
                await asyncio.wait_for(act(f"127.0.1.{number % 200 + 1}"), min(PATIENCE, left))
            except TimeoutError:
                if time.monotonic() < self._end:
                    self.answers[kind]["no answer"] += 1
            except (OSError, asyncio.IncompleteReadError, ValueError, IndexError):
                self.answers[kind]["closed"] += 1
            await asyncio.sleep(PAUSE)

    async def _with(
        self, address: str, use: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    ) -> None:
        reader, writer = await asyncio.open_connection(*self._to, local_addr=(address, 0))
        try:
            await use(reader, writer)
        finally:
            writer.transport.abort()

    async def _ask(self, kind: str, address: str) -> None:
        async def use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(request(QUERIES[kind]()))
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            status = head.split()[1]
            length = int(head.split("content-length:", 1)[1].split()[0])
            while length > 0 and (part := await reader.read(1 << 18)):
                length -= len(part)
            if length > 0:
                status = f"{status} cut"
            elif status == "503" and "retry-after:" not in head:
                status = "503 without Retry-After"
            self.answers[kind][status] += 1

        await self._with(address, use)

    async def _hang_up(self, address: str) -> None:
        async def use(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(request(_product()))
            await asyncio.sleep(0.2)
            self.answers[HANG_UP]["left"] += 1

        await self._with(address, use)

    async def _loris(self, address: str) -> None:
        async def use(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"GET /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\n")
            while time.monotonic() < self._end and not reader.at_eof():
                writer.write(b"X-Slow: 1\r\n")
                await writer.drain()
                await asyncio.sleep(0.5)

        await self._with(address, use)


def request(query: str) -> bytes:
    """A whole POST of a query."""
    body = query.encode()
    head = (
        "POST /sparql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAccept: application/json\r\n"
        f"Content-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def main() -> None:
    """Attack as the command line says."""
    attack = Attack(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
    asyncio.run(attack.run())
    print(json.dumps(attack.answers))


if __name__ == "__main__":
    main()
