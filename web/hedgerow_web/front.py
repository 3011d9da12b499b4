"""The layer before the site: answers kept by the version of the graph, 304, compression, large answers as files.

Whatever the site answers to GET with 200 and names its version is the same until the version moves on, so it is given
again without being made again. What depends on a request's headers is kept apart by those headers.
"""

from __future__ import annotations

import gzip
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import IO, Any

from werkzeug.wsgi import wrap_file

from hedgerow.errors import HedgerowError
from hedgerow.graph.cache import Kept
from hedgerow.graph.client import Graph
from hedgerow_web.counts import KEPT

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]
Headers = list[tuple[str, str]]

#: Where what answers directly leaves the error it met, for the site to word.
ERROR = "hedgerow.error"
#: The headers that any answer here may depend on.
_VARIES = (
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_ACCEPT_PROFILE",
    "HTTP_COOKIE",
    "HTTP_HOST",
    "SCRIPT_NAME",
    "wsgi.url_scheme",
)
#: A smaller answer is not compressed, in bytes.
SMALLEST = 1024
#: Fast rather than small: the network beside most readers is quicker than the best compression.
_LEVEL = 1
_TEXT = re.compile(
    r"text/|application/(?:.*\+)?(?:json|xml)|application/(?:n-triples|n-quads|trig|javascript)|image/svg"
)
#: Headers that tell of a body; 304 has none.
_OF_THE_BODY = frozenset({"content-encoding", "content-length", "content-type", "server-timing"})
#: A large answer is read in blocks of so many bytes.
_BLOCK = 1 << 18
_GZIP = "-gzip"


Key = tuple[str | bool, ...]
Direct = Callable[[Environ], "Answer | None"]


@dataclass(frozen=True)
class Answer:
    """A whole answer. A large one is in a file, and its body is empty."""

    status: str
    headers: Headers
    body: bytes
    file: IO[bytes] | None = None

    def header(self, name: str) -> str:
        """The value of a header, by its name in lower case; '' without it."""
        return self._found.get(name, "")

    @cached_property
    def _found(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers}

    @property
    def version(self) -> str:
        """The version of the graph it rests on."""
        return self.header("hedgerow-version")

    @property
    def lasting(self) -> bool:
        """Whether it is the same until the version moves on."""
        passing = self.file is not None or self.header("set-cookie") or "no-store" in self.header("cache-control")
        return self.status.startswith("200") and bool(self.version) and not passing

    @property
    def compressible(self) -> bool:
        """Whether it is worth compressing."""
        known = self.file is not None or len(self.body) >= SMALLEST
        return known and not self.header("content-encoding") and bool(_TEXT.match(self.header("content-type")))

    def with_header(self, name: str, value: str) -> Answer:
        """With that value of a header, whatever it was before."""
        low = name.lower()
        headers = [pair for pair in self.headers if pair[0].lower() != low] if low in self._found else self.headers
        made = Answer(self.status, [*headers, (name, value)], self.body, self.file)
        made.__dict__["_found"] = {**self._found, low: value}  # as it would be found, without looking again
        return made

    def tagged(self) -> Answer:
        """With the name of its compressed representation."""
        headers = [(name, f'{value[:-1]}{_GZIP}"' if name.lower() == "etag" else value) for name, value in self.headers]
        return replace(self, headers=headers)

    def packed(self) -> Answer:
        """As another representation, with a name of its own."""
        headers = [pair for pair in self.tagged().headers if pair[0].lower() != "content-length"]
        headers.append(("Content-Encoding", "gzip"))
        if self.file is not None:
            return replace(self, headers=headers, file=_packed_file(self.file))
        body = gzip.compress(self.body, _LEVEL, mtime=0)
        return replace(self, headers=[*headers, ("Content-Length", str(len(body)))], body=body)


class Front:
    """A WSGI application around another."""

    def __init__(self, application: Application, graph: Graph, budget: int, direct: Mapping[str, Direct]) -> None:
        """`direct`: what answers at a path without the application, or leaves it to it."""
        self._application = application
        self._graph = graph
        self._direct = direct
        self._kept: Kept[Key, Answer] = Kept(budget)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer a request."""
        method = environ["REQUEST_METHOD"]
        packed = _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if method not in ("GET", "HEAD"):
            return _give(self._made(environ, packed=packed), environ, start)
        get = environ.get
        key = (get("PATH_INFO", ""), get("QUERY_STRING", ""), packed, *[get(name, "") for name in _VARIES])
        answer = self._kept.get(key)
        if answer is None or answer.version != self._present():
            # HEAD is answered as GET, so that it tells the truth.
            asked = environ if method == "GET" else {**environ, "REQUEST_METHOD": "GET"}
            answer = self._made(asked, packed=packed)
            # What rests on an earlier view is no answer of the present one, by which answers are kept.
            if answer.lasting and answer.version == self._present():
                size = len(answer.body) + sum(len(part) for part in key if isinstance(part, str))
                self._kept.put(key, answer.with_header("Server-Timing", "kept"), size)
        else:
            environ[KEPT] = True
        return _give(answer, environ, start)

    def _present(self) -> str:
        try:
            return self._graph.version()
        except HedgerowError:
            return ""  # What is kept is not given while there is no graph; the site says why.

    def _made(self, environ: Environ, *, packed: bool) -> Answer:
        """What is answered, compressed where the client takes it."""
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if packed and _GZIP in known:
            # The site knows its answers by their names uncompressed.
            environ = {**environ, "HTTP_IF_NONE_MATCH": known.replace(f'{_GZIP}"', '"')}
        direct = self._direct.get(environ.get("PATH_INFO", ""))
        answer = (direct and direct(environ)) or self._by_site(environ)
        if answer.status.startswith("304"):
            # What it stands for may have been compressed.
            answer = answer.with_header("Vary", _varying(answer))
            return answer.tagged() if packed and _GZIP in known else answer
        if not answer.compressible:
            return answer
        answer = answer.with_header("Vary", _varying(answer))
        return answer.packed() if packed else answer

    def _by_site(self, environ: Environ) -> Answer:
        said: list[Any] = []

        def begin(status: str, headers: Headers, exc_info: object = None) -> Callable[[bytes], object]:
            said[:] = [status, headers]
            return _refuse

        result = self._application(environ, begin)
        try:
            body = b"".join(result)
        finally:
            if close := getattr(result, "close", None):
                close()
        status, headers = said
        return Answer(status, headers, body)


def has(environ: Environ, tag: str) -> bool:
    """Whether the client has the representation of that tag already; it may ask so with GET and HEAD."""
    given = environ.get("HTTP_IF_NONE_MATCH", "")
    if not given or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
        return False
    return tag in [part.strip().removeprefix("W/") for part in given.split(",")]


def _give(answer: Answer, environ: Environ, start: Start) -> Iterable[bytes]:
    tag, file = answer.header("etag"), answer.file
    if tag and answer.status.startswith("200") and has(environ, tag):
        if file is not None:
            file.close()
        start("304 NOT MODIFIED", [pair for pair in answer.headers if pair[0].lower() not in _OF_THE_BODY])
        return []
    headers = answer.headers
    if file is not None:
        # The length stands before it, so that no client takes a part for the whole.
        headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        headers.append(("Content-Length", str(file.seek(0, 2))))
        file.seek(0)
    start(answer.status, headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        if file is not None:
            file.close()
        return []
    return [answer.body] if file is None else wrap_file(environ, file, _BLOCK)


def _packed_file(file: IO[bytes]) -> IO[bytes]:
    small = tempfile.TemporaryFile()  # noqa: SIM115 - the server closes it when it is sent
    with file, gzip.GzipFile(fileobj=small, mode="wb", compresslevel=_LEVEL, mtime=0) as target:
        shutil.copyfileobj(file, target, _BLOCK)
    return small


def _takes_gzip(header: str) -> bool:
    """Whether an Accept-Encoding takes gzip.

    >>> [_takes_gzip(header) for header in ("", "gzip, br", "br, gzip;q=0", "identity", "gzip;q=0.5")]
    [False, True, False, False, True]
    """
    for part in header.split(","):
        name, _, weight = part.replace(" ", "").lower().partition(";q=")
        if name in ("gzip", "x-gzip"):
            return weight.strip("0.") != "" or not weight
    return False


def _varying(answer: Answer) -> str:
    """What an answer that is compressed for those who take it may depend on."""
    vary = answer.header("vary")
    return f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"


def _refuse(_: bytes) -> object:
    raise RuntimeError("the site gives its answers as a whole")
