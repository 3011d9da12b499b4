"""A plain client of the SPARQL protocol that times nothing but the answer: one kept connection, bytes as they come."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, urlencode, urlsplit

from asked import Query

#: A query is given up after so many seconds.
LIMIT = 20


class GivenUp(Exception):
    """An answer did not come within the limit."""


class Failed(Exception):
    """An engine answered that it will not."""


class Client:
    """A connection that is kept, so that the time of an answer is not that of a connection."""

    def __init__(self, url: str, form: bool) -> None:
        parts = urlsplit(url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=LIMIT)
        self._path, self._form = parts.path, form

    def post(self, query: Query, comment: str = "") -> tuple[str, bytes]:
        """Media type and body of an answer. `comment` makes a text that was never sent before."""
        text = f"{query.text}\n#{comment}" if comment else query.text
        headers = {"Accept": query.accept, "Content-Type": "application/sparql-query"}
        if self._form:
            text, headers["Content-Type"] = urlencode({"query": text}), "application/x-www-form-urlencoded"
        return self._send("POST", self._path, text.encode(), headers)

    def get(self, query: Query) -> tuple[str, bytes]:
        """The same by the method whose answers may be kept."""
        return self._send("GET", f"{self._path}?query={quote(query.text)}", None, {"Accept": query.accept})

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[str, bytes]:
        for fresh in (False, True):
            try:
                self._connection.request(method, path, body, dict(headers))
                answer = self._connection.getresponse()
                content = answer.read()
                break
            except TimeoutError:
                self._connection.close()
                raise GivenUp from None
            except (HTTPException, ConnectionError):
                # The server closed a connection that lay idle: once more on a new one.
                self._connection.close()
                if fresh:
                    raise
        if answer.status != 200:
            raise Failed(f"{answer.status} {' '.join(content.decode(errors='replace').split())[:110]}")
        return answer.getheader("Content-Type", ""), content

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
