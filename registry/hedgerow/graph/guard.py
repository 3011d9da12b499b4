"""What is refused before a query reaches a worker: updates, SERVICE, and text beyond the published limits.

A small tokenizer, so that the words inside strings, addresses, comments, variables and prefixed names stay
legal. Parsing proper is the engine's, in the worker.
"""

from __future__ import annotations

import re

from hedgerow.errors import CallError, QueryRefused

#: Longest query, in bytes.
MAX_QUERY_BYTES = 64 * 1024
#: Deepest nesting of brackets; the engine's stack breaks at about 1,600.
MAX_NESTING = 64

_TOKEN = re.compile(
    r"""
    (?P<skip> \#[^\n\r]*                                   # comment
      | \"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
      | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'      # strings
      | <[^<>"{}|^`\\\x00-\x20]*>                          # IRI
      | [?$]\w+                                            # variable
      | @\w+(?:-\w+)*                                      # language
      | [\w.-]*:[\w.:%\\-]*                                # prefixed name
    )
    | (?P<open>[({\[]) | (?P<close>[)}\]])
    | (?P<word>[A-Za-z_]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})
_FORMS = frozenset({"SELECT", "CONSTRUCT", "ASK", "DESCRIBE"})


def check(query: str) -> None:
    """Raise QueryRefused or CallError, naming the reason, when the query is not to be run."""
    if not query.strip():
        raise CallError("The query is empty.", "Give a SPARQL SELECT, ASK, CONSTRUCT or DESCRIBE query.")
    size = len(query.encode("utf-8", "surrogatepass"))
    if size > MAX_QUERY_BYTES:
        raise QueryRefused(f"The query has {size} bytes.", f"At most {MAX_QUERY_BYTES} are taken.")
    depth = 0
    form = ""
    for match in _TOKEN.finditer(query):
        if match["open"]:
            depth += 1
            if depth > MAX_NESTING:
                raise QueryRefused(f"Brackets are nested deeper than {MAX_NESTING}.", "Write the query flatter.")
        elif match["close"]:
            depth -= 1
        elif match["word"]:
            word = match["word"].upper()
            if word == "SERVICE":
                raise QueryRefused(
                    "SERVICE is not run here, not even SILENT.", "Query the other endpoint yourself and join."
                )
            if not form and word in _UPDATES:
                raise QueryRefused(
                    f"{word} is an update; this is a query route.", "Records change through the ledger only."
                )
            form = form or (word if word in _FORMS else "")
