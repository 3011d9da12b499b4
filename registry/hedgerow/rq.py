"""A `.rq` file: lines that begin with `#+` are its header in YAML, the rest is its SPARQL, bound by its `VALUES`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

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


def bind(text: str, terms: Mapping[str, Sequence[str]]) -> str:
    """Replace what is inside every `VALUES ?name { }` by the given terms, written as SPARQL terms.

    >>> bind("VALUES ?x { UNDEF }", {"x": ["<urn:a>"]})
    'VALUES ?x { <urn:a> }'
    """
    for name, values in terms.items():
        block = re.compile(rf"(VALUES\s+\?{re.escape(name)}\s*\{{)[^{{}}]*(\}})")
        inside = f" {' '.join(values)} "
        text, count = block.subn(lambda match, inside=inside: match[1] + inside + match[2], text)  # type: ignore[misc]
        if not count:
            raise InputError(f"The query has no block 'VALUES ?{name} {{ }}'.", "Add it where the value is used.")
    return text


def takes(text: str, name: str) -> bool:
    """Whether a query has a block for that name."""
    return re.search(rf"VALUES\s+\?{re.escape(name)}\s*\{{", text) is not None
