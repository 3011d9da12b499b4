"""A `.rq` file: lines that begin with `#+` are its header in YAML, the rest is its SPARQL."""

from __future__ import annotations

import yaml

from hedgerow.errors import InputError


def split_header(text: str, name: str) -> tuple[object, str]:
    """The header as YAML gives it, and the query without it. Raises InputError naming the file `name`."""
    lines = text.splitlines(keepends=True)
    head = "".join(line[2:].removeprefix(" ") for line in lines if line.startswith("#+"))
    body = "".join(line for line in lines if not line.startswith("#+")).lstrip("\n")
    try:
        return yaml.safe_load(head), body
    # ValueError: YAML reads 2026-02-30 as a day; RecursionError: it nests without end.
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InputError(f"The header of {name} cannot be read: {error!r}.", "Mend its #+ lines.") from None
