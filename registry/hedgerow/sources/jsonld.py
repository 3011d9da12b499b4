"""JSON-LD before it is parsed: what the standard would fetch or drop without a word is refused, or made visible.

A JSON-LD processor ignores keys that no context maps, relative addresses and keywords it does not know. Here they
become addresses under `UNMAPPED`, so that the reader of statements meets them and can refuse them. Nothing is
fetched: the one context that may be named by its address is the shipped one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

from hedgerow.errors import InputError
from hedgerow.iri import CONTEXT
from hedgerow.paths import ONTOLOGY

#: Base and vocabulary for what a file leaves without one; no record may hold such an address.
UNMAPPED = "unmapped:/"
#: Objects and lists nested deeper than this are refused: parsing them costs the square, then the process.
MAX_DEPTH = 64
_KEYWORDS = frozenset({"@context", "@id", "@type", "@graph", "@value", "@language", "@set"})
#: Words of a context that change what is read but drop nothing.
_OF_CONTEXTS = _KEYWORDS | {"@base", "@vocab", "@version", "@protected", "@propagate", "@container", "@prefix"}
_KEYWORD = re.compile(r"@[A-Za-z]+")


class JsonFault(InputError):
    """Something wrong with a JSON-LD file: in a line counted from 1, or near the text `near`."""

    def __init__(self, detail: str, remedy: str, line: int = 0, near: str = "") -> None:
        super().__init__(detail, remedy)
        self.line = line
        self.near = near


def prepared(text: str) -> bytes:
    """The document, with `UNMAPPED` as vocabulary where it names none. Raises JsonFault."""
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
        _check(document)
        nodes = document if isinstance(document, list) else [document]
        for node in nodes:
            own = node.get("@context", [])
            node["@context"] = [{"@vocab": UNMAPPED}, *(own if isinstance(own, list) else [own])]
        return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except json.JSONDecodeError as error:
        raise JsonFault(f"Not JSON: {error.msg}, column {error.colno}.", "Correct that line.", error.lineno) from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise JsonFault(f"It holds a value that is none: {error}.", "Correct it.") from None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, value in pairs:
        if key in made:
            raise JsonFault(f"The key '{key[:80]}' stands twice in one object.", "Keep one, with a list.", near=key)
        made[key] = _shipped_in(value) if key == "@context" else value
    return made


def _shipped_in(context: object) -> object:
    """The context with the shipped one put in for its address."""
    if isinstance(context, list):
        return [_shipped_in(part) for part in context]
    return _shipped() if context == CONTEXT else context


@cache
def _shipped() -> object:
    return json.loads((ONTOLOGY / "context.jsonld").read_text("utf-8"))["@context"]


def _constant(name: str) -> object:
    raise JsonFault(f"{name} is no number.", "Leave it out.", near=name)


def _too_deep() -> JsonFault:
    return JsonFault("It is nested too deeply.", f"Nest at most {MAX_DEPTH} levels.")


def _check(document: object) -> None:
    _nodes(document)
    rest = [(document, 1)]
    while rest:
        value, depth = rest.pop()
        if depth > MAX_DEPTH:
            raise _too_deep()
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "@context":
                    _check_context(inner)
                    continue
                if key.startswith("@") and key not in _KEYWORDS:
                    raise _unknown(key, _KEYWORDS)
                if key == "@graph":
                    _nodes(inner)
                rest.append((inner, depth + 1))
        elif isinstance(value, list):
            rest += [(inner, depth + 1) for inner in value]
        elif isinstance(value, str) and _KEYWORD.fullmatch(value):
            raise JsonFault(f"'{value[:80]}' stands where a name should.", "Write an IRI.", near=value)


def _unknown(key: str, known: frozenset[str]) -> JsonFault:
    return JsonFault(f"The keyword '{key[:80]}' is not read here.", f"Use {', '.join(sorted(known))}.", near=key)


def _nodes(value: object) -> None:
    for node in value if isinstance(value, list) else [value]:
        if not isinstance(node, dict):
            raise JsonFault(
                f"'{str(node)[:80]}' says nothing of any thing.", "Write objects with an @id there.", near=str(node)
            )


def _check_context(context: object, depth: int = 1) -> None:
    if depth > MAX_DEPTH:
        raise _too_deep()
    for part in context if isinstance(context, list) else [context]:
        if isinstance(part, str):
            raise JsonFault(
                f"The context <{part[:80]}> lies outside the file and is not fetched.",
                f"Write the context into the file, or name <{CONTEXT}>.",
                near=part,
            )
        if not isinstance(part, dict):
            raise JsonFault("A context is no object.", "Write what it maps, or remove it.", near="@context")
        for key, value in part.items():
            _check_entry(key, value, depth)


def _check_entry(key: str, value: object, depth: int) -> None:
    if key == "@import":
        raise JsonFault("A context lies outside the file and is not fetched.", "Write it into the file.", near=key)
    if key == "@context":
        _check_context(value, depth + 1)
    elif value is None and key != "@language":
        raise JsonFault(f"A context maps '{key[:80]}' to nothing.", "Map it to an IRI, or remove it.", near=key)
    elif isinstance(value, dict):
        for inner, meant in value.items():
            _check_entry(inner, meant, depth + 1)
    else:
        for word in (key, *_texts(value)):
            if _KEYWORD.fullmatch(word) and word not in _OF_CONTEXTS:
                raise _unknown(word, _OF_CONTEXTS)


def _texts(value: object) -> Iterator[str]:
    for word in value if isinstance(value, list) else [value]:
        if isinstance(word, str):
            yield word
