"""What is refused before a query reaches a worker: updates, SERVICE, and text beyond the published limits.

A small tokenizer, so that the words inside strings, addresses, comments, variables and prefixed names stay
legal. Parsing proper is the engine's, in the worker. It reads any text in linear time, because it runs in the
process of the site.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from hedgerow.errors import CallError, QueryRefused

#: Longest query, in bytes.
MAX_QUERY_BYTES = 64 * 1024
#: Most words and signs; reading more would take the site's own time.
MAX_TOKENS = 8000
#: Deepest nesting of brackets; the engine's stack breaks at about 1,600.
MAX_NESTING = 64
#: Longest property path, in steps: the engine plans one of 200 in a quarter of a second, one of 1,000 in 15.
MAX_PATH_STEPS = 50
#: Most triple patterns; planning them grows as paths do.
MAX_PATTERNS = 200

# No character beyond ASCII is anything to SPARQL but part of a name, so taking them all for one hides nothing.
_NAME = r"A-Za-z0-9_\u0080-\U0010FFFF"
_WORD = rf"[{_NAME}]++(?:[.-]++[{_NAME}]++)*+"
_LOCAL = rf"(?:[{_NAME}:-]|%[0-9A-Fa-f]{{2}}|\\[^\n\r])"
_IRI = r'<[^<>"{}|^`\\\x00-\x20]*+>'
# Each token with the blanks and comments behind it, for there are as many of these as of the others.
_BLANK = r"(?:[ \t\r\n]++ | \#[^\n\r]*+)*+"
_TOKEN = re.compile(
    rf"""
    (?: (?P<value> \"\"\"(?:[^"\\]|\\.|"(?!""))*+\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*+'''
      | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+'
      | [?$][{_NAME}]++
      | (?:[0-9]++(?:\.[0-9]++)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)? )
    | (?P<iri> {_IRI} | (?:{_WORD})?+:(?:{_LOCAL}(?:{_LOCAL}|\.++(?={_LOCAL}))*+)? )
    | (?P<word> {_WORD} )
    | (?P<open> [({{\[] | <<(?!{_IRI[1:]}) )
    | (?P<close> [)}}\]] | >> )
    | (?P<end> [.;,] )
    | (?P<language> @[A-Za-z]++(?:-++[A-Za-z0-9]++)*+ )
    | (?P<operator> \^\^ | \|\| | [<!=>&*+-] )
    | (?P<step> [/|] )
    | (?P<blank> [ \t\r\n]++ | \#[^\n\r]*+ ) ){_BLANK}
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"})
#: What may be an update or SERVICE, also within other words; a longer query is always read.
_SUSPECT = re.compile("|".join(word.lower() for word in sorted({*_UPDATES, "SERVICE"})))
_SMALL_LENGTH = 2000
#: Brackets that hold patterns.
_GROUPS = frozenset({"{", "["})
#: After these a term in round brackets is a further element of a list.
_ELEMENTS = frozenset({"iri", "disguised", "value", "close"})
_FORMS = frozenset({"SELECT", "CONSTRUCT", "ASK", "DESCRIBE"})


def check(query: str) -> None:
    """Raise QueryRefused or CallError, naming the reason, when the query is not to be run."""
    if not query.strip():
        raise CallError("The query is empty.", "Give a SPARQL SELECT, ASK, CONSTRUCT or DESCRIBE query.")
    if _is_small(query):
        return
    size = len(query.encode("utf-8", "surrogatepass"))
    if size > MAX_QUERY_BYTES:
        raise QueryRefused(f"The query has {size} bytes.", f"At most {MAX_QUERY_BYTES} are taken.")
    _read(query)


def _read(query: str) -> None:
    takers = _Reading().takers()
    for number, match in enumerate(_TOKEN.finditer(query)):
        if number == MAX_TOKENS:
            raise QueryRefused(f"The query has more than {MAX_TOKENS} words and signs.", "Split it.")
        kind = match.lastgroup or ""
        if taker := takers.get(kind):
            taker(match[kind])


def _is_small(query: str) -> bool:
    """Whether a query has so few signs that it can reach no limit, and no word that may be refused: most are such.

    They need not be read. A pattern begins behind a bracket or a separator, and in a list with every term.
    """
    if len(query) > _SMALL_LENGTH or not query.isascii() or "\\" in query:
        return False
    count, lists = query.count, query.count("(")
    opened = count("{") + lists + count("[") + count("<<")
    begun = opened + count("}") + count(")") + count("]") + count(".") + count(";") + count(",")
    return (
        opened <= MAX_NESTING
        and begun <= MAX_PATTERNS
        and (not lists or len(query) <= MAX_PATTERNS)
        and count("/") + count("|") < MAX_PATH_STEPS
        and not _SUSPECT.search(query.lower())
    )


class _Reading:
    """Where a reader of the tokens stands: the open brackets, and how much was counted.

    A triple pattern begins with the first term after a bracket or separator; terms that follow each other in
    round brackets are a list, which is two patterns for each.
    """

    def __init__(self) -> None:
        self.patterns = 0
        self._form = ""
        self._steps = 0
        self._last = ""
        # Each open bracket, and whether a pattern was about to begin before it; the innermost is kept at hand.
        self._open: list[tuple[str, bool]] = []
        self._inside = ""
        self._fresh = False
        # FILTER, BIND and the like: after their round brackets a pattern may begin.
        self._clause = False
        # Between VALUES and its closing brace nothing is a pattern.
        self._data = False

    def takers(self) -> Mapping[str, Callable[[str], None]]:
        """What takes each kind of token. Blanks, and languages, which belong to a string, change nothing."""
        return {
            "iri": self._iri,
            "value": self._value,
            "word": self._word,
            "open": self._enter,
            "close": self._leave,
            "end": self._end,
            "step": self._step,
            "operator": self._operator,
        }

    def _iri(self, text: str) -> None:
        self._term()
        # SERVICE:name { is the name to some parsers and the keyword to others.
        disguised = text[0] != "<" and "SERVICE" in text.partition(":")[0].upper() and self._last != "GRAPH"
        self._last = "disguised" if disguised else "iri"

    def _value(self, _: str) -> None:
        self._steps = 0  # no part of a path
        self._term()
        self._last = "value"

    def _term(self) -> None:
        if self._inside == "(":
            if self._last in _ELEMENTS:
                self._count(2)
        elif self._fresh and self._inside in _GROUPS:
            self._count(1)
        self._fresh = False

    def _word(self, text: str) -> None:
        word = self._last = text.upper()
        if "SERVICE" in word:
            _refuse_service()
        if not self._form and word in _UPDATES:
            raise QueryRefused(
                f"{word} is an update; this is a query route.", "Records change through the ledger only."
            )
        self._form = self._form or (word if word in _FORMS else "")
        if "." in text:
            self._begin()
        elif text != "a" and word not in ("TRUE", "FALSE"):
            self._steps = 0
            self._data = self._data or word == "VALUES"
            if self._inside in _GROUPS:
                self._fresh, self._clause = False, True

    def _enter(self, bracket: str) -> None:
        if self._last == "disguised" and bracket == "{":
            _refuse_service()
        if len(self._open) == MAX_NESTING:
            raise QueryRefused(f"Brackets are nested deeper than {MAX_NESTING}.", "Write the query flatter.")
        if bracket in ("(", "[") and self._inside == "(" and self._last == "close":
            self._count(2)
        self._open.append((bracket, self._fresh))
        self._inside, self._last = bracket, "open"
        if bracket in _GROUPS:
            self._begin()

    def _leave(self, bracket: str) -> None:
        self._last = "close"
        if not self._open or (bracket == ">>") != (self._inside == "<<"):
            return
        _, self._fresh = self._open.pop()
        self._inside = self._open[-1][0] if self._open else ""
        if bracket == "}":
            self._data = False
            self._begin()
        elif self._inside in _GROUPS:
            self._fresh = self._fresh or self._clause
            self._clause = False

    def _end(self, _: str) -> None:
        self._last = "end"
        self._begin()

    def _begin(self) -> None:
        if self._inside in _GROUPS:
            self._fresh, self._clause, self._steps = True, False, 0

    def _step(self, _: str) -> None:
        self._last = "step"
        self._steps += 1
        if self._steps >= MAX_PATH_STEPS:
            raise QueryRefused(
                f"A property path has more than {MAX_PATH_STEPS} steps.", "Shorten it, or use '*' or '+' for a chain."
            )

    def _operator(self, _: str) -> None:
        self._last = "operator"

    def _count(self, patterns: int) -> None:
        self.patterns += 0 if self._data else patterns
        if self.patterns > MAX_PATTERNS:
            raise QueryRefused(
                f"The query has more than {MAX_PATTERNS} triple patterns.",
                "Split it, or list the things asked for in VALUES.",
            )


def _refuse_service() -> None:
    raise QueryRefused("SERVICE is not run here, not even SILENT.", "Query the other endpoint yourself and join.")
