"""Asking a registry that runs elsewhere: the same answer, and the same errors, by its address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

from hedgerow import errors
from hedgerow.errors import CallError, HedgerowError, QuerySyntaxError, Unavailable
from hedgerow.questions.answer import Answer, Source
from hedgerow.questions.header import Asked, Column
from hedgerow.tiers import DEMO

#: How long a registry may be silent, in seconds: longer than any query may take by itself.
PATIENCE_SECONDS = 90
#: Every kind of error a registry can tell of, the wider before the narrower.
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, HedgerowError)]
#: Bytes of an error that are read.
_ERROR_BYTES = 1 << 16
#: What a proxy answers while what it stands before is away.
_PASSING = (502, 503, 504)


def ask(site: str, question: str, values: Mapping[str, str], tier: str, language: str, recorded: str = "") -> Answer:
    """Ask the registry at an address, as https://example.org. Raises the errors of `hedgerow.errors`.

    Unavailable where nobody answers there, CallError where it is no registry.
    """
    site = site.rstrip("/")
    parts = urlsplit(site)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise CallError(f"'{site}' is no address of a registry.", "Give one that begins with https://.")
    place = f"{site}/{DEMO}" if tier == DEMO else site
    said = {**values, "lang": language, **({"recorded": recorded} if recorded else {})}
    address = f"{place}/questions/{quote(question, safe='')}.json?{urlencode(said)}"
    request = Request(address, headers={"Accept": "application/json", "User-Agent": "hedgerow"})  # noqa: S310
    try:
        with urlopen(request, timeout=PATIENCE_SECONDS) as reply:  # noqa: S310 - the scheme is checked above
            return read(_json(reply, site), site)
    except HTTPError as error:
        with error:
            raise _error(error, site) from None
    except (URLError, HTTPException, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise Unavailable(f"The registry at {site} cannot be reached: {reason}.", "Look at the address.") from None


def read(document: Any, site: str) -> Answer:
    """An answer from the JSON it was written as. Raises CallError for what is none."""
    try:
        asked, columns = document["question"], document["columns"]
        return Answer(
            Asked(asked["id"], asked["name"], asked["title"]),
            tuple(Column(c["name"], c["type"], c["unit"], c["labels"]) for c in columns),
            document["rows"],
            document["footing"],
            document["names"],
            document["evidence"],
            {iri: Source(**said) for iri, said in document["sources"].items()},
            site,
        )
    except (KeyError, TypeError, AttributeError):
        raise _no_registry(site) from None


def _json(reply: IO[bytes], site: str) -> Any:
    try:
        return json.loads(reply.read())
    except ValueError:
        raise _no_registry(site) from None


def _no_registry(site: str) -> CallError:
    return CallError(f"What {site} answers is no answer of a registry.", "Look at the address, and at its version.")


def _error(reply: HTTPError, site: str) -> HedgerowError:
    """The error that a registry told of, as it was raised there."""
    try:
        told = json.loads(reply.read(_ERROR_BYTES))
    except ValueError:
        told = None
    if not isinstance(told, dict) or not {"title", "detail"} <= told.keys():
        if reply.code in _PASSING:
            return Unavailable(f"The registry at {site} does not answer now (HTTP {reply.code}).", "Try again later.")
        return _no_registry(site)
    alike = [kind for kind in KINDS if kind.status == reply.code]
    # What HTTP itself refuses has other titles; then it is the widest kind of that status.
    kind = next((kind for kind in alike if kind.title == told["title"]), alike[0] if alike else HedgerowError)
    # Each kind takes other things beside its detail; what it is to be told by is the same for all.
    error = kind.__new__(kind)
    HedgerowError.__init__(error, str(told["detail"]), str(told.get("remedy", "")))
    if isinstance(error, QuerySyntaxError):
        error.line, error.column = int(told.get("line", 0)), int(told.get("column", 0))
    if isinstance(error, Unavailable):
        seconds = reply.headers.get("Retry-After", "")
        error.retry_after = int(seconds) if seconds.isdigit() else 2
    return error
