"""One web process: waitress on a socket it shares with the others, with deadlines and fewer steps for an answer.

The application is plain WSGI and named by its import path, because nothing in this package may import the site. Why
waitress, and why these changes to it: `docs/decisions/0010`.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from waitress import create_server
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import build_http_date

from hedgerow.graph.connections import Caller, caller
from hedgerow.graph.fair import client_of
from hedgerow.graph.worker import die_with_parent
from hedgerow.settings import Settings

#: The site's application factory.
APPLICATION = "hedgerow_web:create_app"
#: Threads of a web process beyond those that the graph process can keep waiting: pages never wait for a thread.
SPARE_THREADS = 8
#: Connections a web process holds; one that is idle so long is closed, in seconds.
CONNECTIONS, IDLE_SECONDS = 1000, 15
#: A request must have come whole, and an answer must have been taken whole, so long after it began, in seconds.
REQUEST_SECONDS, ANSWER_SECONDS = 15, 300
#: Largest request the server takes in; the application has a closer limit.
MAX_BODY_BYTES, MAX_HEADER_BYTES = 1024 * 1024, 128 * 1024


class _Refusal(ErrorTask):  # type: ignore[misc]
    """What the server itself refuses, in the shape of every other error."""

    def execute(self) -> None:
        """Answer, and close the connection."""
        error = self.request.error
        remedy = "Send less." if error.code in (413, 431) else "Send a request that is well-formed HTTP/1.1."
        problem = {"type": "about:blank", "title": error.reason, "status": error.code, "detail": str(error.body)}
        body = json.dumps(problem | {"remedy": remedy}).encode()
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Content-Type", "application/problem+json"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class _Task(WSGITask):  # type: ignore[misc]
    """An answer whose length is known, sent with fewer steps; every other as the server does."""

    wrote_header = False

    def write(self, data: bytes) -> None:
        """Send a piece of the answer: the head and a body that is whole in one, which is one packet."""
        if self.wrote_header or not self.has_body or not data or self.content_length != len(data):
            super().write(data)
            return
        head = self.build_response_header()
        self.wrote_header = True
        self.content_bytes_written = len(data)
        self.channel.write_soon(head + data)

    def build_response_header(self) -> bytes:
        """The head. Ours has the names of its headers as they are to be, and their order does not matter."""
        if self.version != "1.1" or self.content_length is None or not self.has_body:
            return bytes(super().build_response_header())
        if self.request.headers.get("CONNECTION", "").lower() == "close":
            self.set_close_on_finish()
        own = [("Server", self.channel.server.adj.ident), ("Date", build_http_date(self.start_time))]
        lines = [f"{name}: {value}" for name, value in (*self.response_headers, *own)]
        return "\r\n".join([f"HTTP/1.1 {self.status}", *lines, "", ""]).encode("latin-1")


class _Waker:
    """The server as one channel sees it: its loop is woken only where it has something to do there.

    A loop that is not woken goes on watching the channel for the next request, for one is read while another is served.
    """

    def __init__(self, server: Any, channel: HTTPChannel) -> None:
        self._server = server
        self._channel = channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    def pull_trigger(self) -> None:
        """Wake the loop: something is left to send, to close, or to serve."""
        if self._channel.requests or self._channel.writable():
            self._server.pull_trigger()


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection with a deadline for each request and each answer: a byte now and then does not hold it open."""

    task_class = _Task
    error_task_class = _Refusal
    _doing: object = None
    _since = 0.0

    def __init__(self, server: Any, *more: Any, **named: Any) -> None:
        super().__init__(_Waker(server, self), *more, **named)

    def readable(self) -> bool:
        """Asked by the server in every round, once a second at least."""
        doing, limit = self.request, REQUEST_SECONDS
        if doing is None and self.total_outbufs_len and not self.requests:
            doing, limit = "answer", ANSWER_SECONDS
        now = time.monotonic()
        if doing is not self._doing:
            self._doing, self._since = doing, now
        if doing is not None and now - self._since > limit:
            self.handle_close()
            return False
        return bool(super().readable())


Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def _with_caller(application: Application) -> Application:
    """Tell the graph for whom it is asked, so that its workers are shared out fairly and none works for nobody."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        gone = environ.get("waitress.client_disconnected", lambda: False)
        caller.set(Caller(client_of(environ.get("REMOTE_ADDR", "")), gone))
        return application(environ, start_response)

    return call


def _behind(proxy: str) -> dict[str, object]:
    """What the server believes of a reverse proxy before it: for whom it asks, and by which address it is known."""
    if not proxy:
        return {}
    believed = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    return {"trusted_proxy": proxy, "trusted_proxy_count": 1, "trusted_proxy_headers": believed}


def web_process(listening: int) -> None:
    """One web process: waitress on the shared socket."""
    die_with_parent()
    settings = Settings.from_env()
    module, _, factory = APPLICATION.partition(":")
    application = getattr(importlib.import_module(module), factory)()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * CONNECTIONS  # a connection, and the spooled answer of it
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted if hard < 0 else min(hard, wanted)), hard))
    server = create_server(
        _with_caller(application),
        sockets=[socket.socket(fileno=listening)],
        threads=settings.queue + 2 * settings.workers + SPARE_THREADS,
        ident="hedgerow",
        clear_untrusted_proxy_headers=True,
        **_behind(settings.trusted_proxy),
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=5,
        asyncore_use_poll=True,
        # Read on while a request is answered: so it is seen when the client goes away.
        channel_request_lookahead=1,
        max_request_body_size=MAX_BODY_BYTES,
        max_request_header_size=MAX_HEADER_BYTES,
    )
    server.channel_class = _Channel
    # What is there now stays: it need not be looked through for rubbish again and again.
    gc.collect()
    gc.freeze()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server.run()


if __name__ == "__main__":
    web_process(int(sys.argv[1]))
