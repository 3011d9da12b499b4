"""An answer as a table of pandas, which is installed by those who want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hedgerow.errors import CallError

if TYPE_CHECKING:
    import pandas

    from hedgerow.questions.answer import Answer

#: The type of pandas for each type of column. All of them can say that nothing is known; none takes that for a zero.
_TYPES = {"decimal": "Float64", "integer": "Int64", "boolean": "boolean"}


def make(answer: Answer) -> pandas.DataFrame:
    """The rows by the names of their columns. Raises CallError where pandas is not installed."""
    try:
        import pandas
    except ImportError:
        raise CallError("pandas is not installed.", "Run: pip install 'hedgerow[pandas]'.") from None
    columns = {
        column.name: pandas.array([row[column.name] for row in answer.rows], dtype=_TYPES.get(column.type, "string"))
        for column in answer.columns
    }
    frame = pandas.DataFrame(columns)
    for column in answer.columns:
        if column.type == "date":
            frame[column.name] = pandas.to_datetime(frame[column.name])
    frame.attrs.update(answer.footing)
    return frame
