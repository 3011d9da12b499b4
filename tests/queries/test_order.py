"""An answer is one and the same, however the graph it is asked of was loaded."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import QuerySolutions, Store

from hedgerow.iri import DEFAULT_BASE
from hedgerow.questions import HISTORY, Question, load_questions


@pytest.fixture(scope="module")
def reloaded(demo_store: Store) -> Store:
    """The same statements, loaded in another order."""
    store = Store()
    store.extend(sorted(demo_store, key=str, reverse=True))
    return store


@pytest.mark.parametrize("question", [q for q in load_questions().values() if q.over != HISTORY], ids=lambda q: q.name)
def test_the_order_of_loading_does_not_show(question: Question, demo_store: Store, reloaded: Store) -> None:
    for number, (row, other) in enumerate(zip(told(demo_store, question), told(reloaded, question), strict=True)):
        assert row == other, number


def told(store: Store, question: Question) -> Iterator[dict[str, str | list[str] | None]]:
    """The rows as the engine tells them; its lists of records alone are sets."""
    found = store.query(question.bound({}, DEFAULT_BASE), use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    for row in found:
        texts = [(column, term.value if (term := row[column.name]) else None) for column in question.columns]
        yield {c.name: sorted(text.split()) if c.type == "iris" and text else text for c, text in texts}
