"""The one error tree. Every error knows its HTTP status, its exit code, what went wrong and the remedy.

HedgerowError
├── InputError          the input is at fault (exit 1, 422)
├── CallError           the call is at fault (exit 2, 400)
│   ├── NotFound        nothing has that name (404)
│   ├── QuerySyntaxError   SPARQL that does not parse (400, line and column)
│   └── QueryRefused    SPARQL the endpoint does not run (400)
├── QueryTimeout        over the deadline (504)
├── QueryTooLarge       over the memory or byte limit (507)
├── Unavailable         try again later (503, Retry-After)
│   ├── Busy            every worker and queue place is taken
│   ├── BudgetSpent     the client has used all the computing time it may (429, Retry-After)
│   ├── GraphNotReady   no graph process, or still building
│   └── ViewNotReady    the graph of an earlier position is still being built
├── Conflict            someone wrote in between (409)
├── NotWritten          the disk or the file refused; nothing was written (507)
└── LedgerDamaged       the chain does not verify (500)
"""

from __future__ import annotations


class HedgerowError(Exception):
    """Something a person can act on: `title` names the kind, `detail` the place, `remedy` what to do."""

    status = 500
    exit_code = 1
    title = "Something went wrong"

    def __init__(self, detail: str, remedy: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.detail} {self.remedy}".strip()


class InputError(HedgerowError):
    """A table, record or file that cannot be taken."""

    status = 422
    title = "The input is at fault"


class CallError(HedgerowError):
    """A parameter, option or address that makes no sense."""

    status = 400
    exit_code = 2
    title = "The call is at fault"


class NotFound(CallError):
    """No question, record or file of that name."""

    status = 404
    title = "Not found"


class QuerySyntaxError(CallError):
    """SPARQL that does not parse; `line` and `column` count from 1, both 0 when unknown."""

    title = "The query does not parse"

    def __init__(self, detail: str, line: int = 0, column: int = 0) -> None:
        super().__init__(detail, "Correct the query at that place." if line else "Correct the query.")
        self.line = line
        self.column = column


class QueryRefused(CallError):
    """SPARQL that parses but is not run here: updates, SERVICE, beyond the limits."""

    title = "The query is refused"


class QueryTimeout(HedgerowError):
    """The query was stopped at its deadline."""

    status = 504
    title = "The query took too long"


class QueryTooLarge(HedgerowError):
    """The query needed more memory, or the answer more bytes, than allowed."""

    status = 507
    title = "The answer is too large"


class Unavailable(HedgerowError):
    """Not now; `retry_after` is in seconds."""

    status = 503
    title = "Not available right now"

    def __init__(self, detail: str, remedy: str = "", retry_after: int = 2) -> None:
        super().__init__(detail, remedy)
        self.retry_after = retry_after


class Busy(Unavailable):
    """Every worker is taken and the queue is full."""

    title = "Too many queries at once"


class BudgetSpent(Unavailable):
    """The client's queries have lately used all the computing time that one client may."""

    status = 429
    title = "Your computing time is used up"


class GraphNotReady(Unavailable):
    """The graph process is not there, or is still reading the ledger."""

    title = "The graph is being built"


class ViewNotReady(Unavailable):
    """The graph of an earlier position is still being built."""

    title = "An earlier state of the record is being built"


class Conflict(HedgerowError):
    """The record or chain head is not the one the writer expected."""

    status = 409
    title = "Someone else wrote first"


class NotWritten(HedgerowError):
    """The disk is full or refused, or another writer held the file too long; nothing was written."""

    status = 507
    title = "Nothing was written"


class LedgerDamaged(HedgerowError):
    """A stored event or payload does not match its hash."""

    title = "The ledger is damaged"
