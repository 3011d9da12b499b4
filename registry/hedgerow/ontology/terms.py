"""Words of the ontology, and codes, that a file uses: so that one which does not exist is found before a reader is.

A query cannot be parsed into its terms by a library at hand, so every file is read as tokens: strings, comments and
IRIs are told from prefixed names, and names are made whole by the prefixes the file declares.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hedgerow.iri import CODE, HR

#: What the tokens of SPARQL, Turtle and TriG are, as far as names need to be told from the rest.
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
  | (?P<string>\"\"\".*?\"\"\"|'''.*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
  | <(?P<iri>[^<>"{}|^`\\\s]*)>
  | (?P<name>(?:[A-Za-z][\w.-]*)?:(?:[\w:%](?:[\w:%.-]*[\w:%-])?)?)
  | (?P<word>[@?$\w]+)
  | (?P<mark>[^\s])
    """,
    re.VERBOSE | re.DOTALL,
)
#: A code list named within a string, as in a sh:pattern: code/(a|b)/ or code/a/.
_LISTS = re.compile(re.escape(CODE) + r"\(?([a-z0-9|-]+)\)?/")
#: A parameter of a question that takes a code.
_PARAMETER = re.compile(r"\btype: \"?code:([a-z0-9-]+)")
_DEFINING = ("http://www.w3.org/2002/07/owl#", "http://www.w3.org/2004/02/skos/core#")


@dataclass(frozen=True)
class Use:
    """A term or code that stands in a file, in a line counted from 1."""

    path: Path
    line: int
    iri: str


@dataclass(frozen=True)
class Token:
    """One token: `kind` is comment, string, iri, name, word or mark; names are IRIs already."""

    kind: str
    text: str
    line: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a query or a Turtle or TriG file, with each prefixed name as the IRI it stands for."""
    prefixes: dict[str, str] = {}
    declared: str | None = None
    before = ""
    line, place = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", place, match.start())
        place = match.start()
        kind, value = match.lastgroup or "mark", match[match.lastgroup or 0]
        if kind == "name":
            prefix, _, local = value.partition(":")
            if before.lower().lstrip("@") == "prefix":
                declared = prefix
            elif prefix in prefixes:
                yield Token("iri", prefixes[prefix] + local, line)
        elif kind == "iri" and declared is not None:
            prefixes[declared], declared = value, None
        else:
            yield Token(kind, value, line)
        before = value


def uses(path: Path) -> Iterator[Use]:
    """The terms and codes a query, Turtle, TriG or Python file speaks of and does not define itself."""
    text = path.read_text("utf-8")
    if path.suffix == ".py":
        found: Iterable[tuple[str, int]] = _python(text)
    else:
        read = list(tokens(text))
        # A fixture about the ontology itself defines the terms it speaks of.
        own = {
            name.text for name, verb, kind in zip(read, read[1:], read[2:], strict=False)
            if verb.text == "a" and kind.kind == "iri" and kind.text.startswith(_DEFINING)
        }  # fmt: skip
        found = ((iri, line) for token in read for iri, line in _named(token) if iri not in own)
    for iri, line in found:
        if iri.startswith((HR, CODE)) and iri not in (HR, CODE) and not iri.endswith("/"):
            yield Use(path, line, iri)


def _named(token: Token) -> Iterator[tuple[str, int]]:
    if token.kind == "iri":
        yield token.text, token.line
    elif token.kind == "string":
        for found in _LISTS.finditer(token.text):
            yield from ((CODE + name, token.line) for name in found[1].split("|"))
    elif token.kind == "comment" and token.text.startswith("#+"):
        yield from ((CODE + name, token.line) for name in _PARAMETER.findall(token.text))


def _python(text: str) -> Iterator[tuple[str, int]]:
    """`HR + "word"` and `code("list", "slug")`, where both words are written out."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.BinOp(left=ast.Name(id="HR"), op=ast.Add(), right=ast.Constant(value=str(word))):
                yield HR + word, node.lineno
            case ast.Call(
                func=ast.Name(id="code"), args=[ast.Constant(value=str(scheme)), ast.Constant(value=str(slug))]
            ):
                yield f"{CODE}{scheme}/{slug}", node.lineno


def undefined(paths: Iterable[Path], defined: frozenset[str]) -> Iterator[Use]:
    """The terms and codes used in some of the files and defined in none."""
    for path in paths:
        for use in uses(path):
            if use.iri not in defined:
                yield use
