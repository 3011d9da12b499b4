"""Where this site is, as its client reached it: for links others follow. What the registry names, its base names."""

from __future__ import annotations

import re

from flask import request

from hedgerow.errors import CallError

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")


def here() -> str:
    """The address of the site, with the prefix it is mounted under and without a slash at its end.

    Raises CallError when the client's Host is none: it would stand in documents that others are given.
    """
    if not _HOST.fullmatch(request.host):
        raise CallError("The header Host names no host.", "Send the name and port that the site is reached at.")
    return f"{request.scheme}://{request.host}{request.script_root}"
