"""Where this site is, as it is reached from outside, for links others follow; what it names, its base names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from flask import request

from hedgerow.errors import CallError
from hedgerow.tiers import DEMO
from hedgerow_web.site import site

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


def here() -> str:
    """The address of the site, with the prefix it is mounted under and without a slash at its end.

    A setting says it, or else the request. Raises CallError when the client's Host is none: it would stand in documents
    that others are given.
    """
    return absolute(request.script_root) if request.script_root else _outside()


def registry() -> str:
    """The address of the registry: that of the site, without the place of the demonstration."""
    return here().removesuffix(f"/{DEMO}") if site().tier == DEMO else here()


def absolute(address: str) -> str:
    """A local address as it is reached from outside; another one as it is. Raises CallError as above."""
    return f"{_outside()}{address}" if address.startswith("/") else address


def with_query(path: str, asked: Mapping[str, object]) -> str:
    """A path with parameters behind it, whatever a reader calls them: `url_for` has words of its own among its own."""
    return f"{path}?{urlencode(asked)}" if asked else path


def _outside() -> str:
    if known := site().settings.site:
        return known
    if not _HOST.fullmatch(request.host):
        raise CallError("The header Host names no host.", "Send the name and port that the site is reached at.")
    return f"{request.scheme}://{request.host}"
