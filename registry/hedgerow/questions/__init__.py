"""Questions: a `.rq` file with a header, typed parameters bound into it, run over a graph, an Answer out."""

from hedgerow.questions.answer import Answer, Cell, Source
from hedgerow.questions.ask import ask, labels, with_evidence
from hedgerow.questions.changes import Change, Changes, Day, changes_of
from hedgerow.questions.forms import FORMS, Form
from hedgerow.questions.header import (
    ANY_RECORD,
    HISTORY,
    RECORD_TYPES,
    RECORDED,
    Asked,
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
    "FORMS",
    "HISTORY",
    "RECORDED",
    "RECORD_TYPES",
    "Answer",
    "Asked",
    "Cell",
    "Change",
    "Changes",
    "Column",
    "Day",
    "Form",
    "Parameter",
    "Question",
    "Source",
    "View",
    "ask",
    "changes_of",
    "find",
    "history_of",
    "labels",
    "load_questions",
    "read_question",
    "with_evidence",
]
