"""Questions: a `.rq` file with a header, typed parameters bound into it, run over a graph, an Answer out."""

from hedgerow.questions.answer import Answer, Cell
from hedgerow.questions.ask import ask, labels
from hedgerow.questions.changes import Change, Changes, Day, changes_of
from hedgerow.questions.header import (
    ANY_RECORD,
    HISTORY,
    RECORD_TYPES,
    RECORDED,
    Column,
    Parameter,
    Question,
    View,
    find,
    load_questions,
    read_question,
)
from hedgerow.questions.history import history_of

__all__ = [
    "ANY_RECORD",
    "HISTORY",
    "RECORDED",
    "RECORD_TYPES",
    "Answer",
    "Cell",
    "Change",
    "Changes",
    "Column",
    "Day",
    "Parameter",
    "Question",
    "View",
    "ask",
    "changes_of",
    "find",
    "history_of",
    "labels",
    "load_questions",
    "read_question",
]
