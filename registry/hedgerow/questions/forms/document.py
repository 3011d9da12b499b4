"""An answer as one JSON document: everything that it holds, so that it can be read back whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hedgerow.questions.answer import Answer


def write(answer: Answer) -> str:
    """The document. Nothing known is null; `label` is in the language of the answer, `labels` in each."""
    columns = [
        {
            "name": column.name,
            "label": column.label.get(answer.language, column.label["en"]),
            "labels": column.label,
            "type": column.type,
            "unit": column.unit,
        }
        for column in answer.columns
    ]
    question = answer.question
    whole = {
        "question": {"id": question.id, "name": question.name, "title": question.title},
        "columns": columns,
        "rows": answer.rows,
        "footing": answer.footing,
        "names": answer.names,
        "evidence": answer.evidence,
        "sources": {iri: asdict(source) for iri, source in answer.sources.items()},
    }
    return json.dumps(whole, ensure_ascii=False, indent=1)
