"""Questions: a `.rq` file with a header, typed parameters bound into it, run over a graph, an Answer out."""

from hedgerow.questions.answer import Answer, Cell, Source
from hedgerow.questions.ask import ask, labels, with_evidence
from hedgerow.questions.forms import FORMS, Form
from hedgerow.questions.header import (
    RECORD_TYPES,
    Asked,
    Column,
    Parameter,
    Question,
    View,
    find,
    load_questions,
    read_question,
)

__all__ = [
    "FORMS",
    "RECORD_TYPES",
    "Answer",
    "Asked",
    "Cell",
    "Column",
    "Form",
    "Parameter",
    "Question",
    "Source",
    "View",
    "ask",
    "find",
    "labels",
    "load_questions",
    "read_question",
    "with_evidence",
]
