"""The diagram of a module: every class in one box, no two on each other, lines only between a class and its own."""

from __future__ import annotations

from itertools import combinations

import pytest

from hedgerow.documentation.described import shipped
from hedgerow_web.render.diagram import COLUMNS, GAP_X, WIDTH, Box, Drawing, Line, Link, drawn


def boxes(count: int, below: int) -> list[Box]:
    """Trees of three levels; every third class has properties."""
    found = []
    for index in range(count):
        lines = tuple(Line(Link("has part"), Link("quantity")) for _ in range(index % 3 * 4))
        parent = str((index - 1) // below) if index % 10 else ""
        found.append(Box(str(index), Link(f"class {index}"), f"Class{index}", lines, parent))
    return found


def apart(one: Box, other: Box) -> bool:
    beside = abs(one.x - other.x) >= WIDTH
    return beside or one.y + one.height <= other.y or other.y + other.height <= one.y


@pytest.mark.parametrize("given", [boxes(1, 1), boxes(40, 3), boxes(40, 1), []], ids=["one", "forty", "deep", "none"])
def test_no_box_lies_on_another_and_all_are_inside(given: list[Box]) -> None:
    drawing = drawn(given)
    assert sorted(box.id for box in drawing.boxes) == sorted(box.id for box in given)
    assert all(apart(one, other) for one, other in combinations(drawing.boxes, 2))
    assert all(box.x >= 0 and box.x + WIDTH <= drawing.width for box in drawing.boxes)
    assert all(box.y >= 0 and box.y + box.height <= drawing.height for box in drawing.boxes)


def test_a_class_stands_one_column_right_of_its_parent_with_a_line_to_it() -> None:
    drawing: Drawing = drawn(
        [Box("a", Link("a"), "A"), Box("b", Link("b"), "B", parent="a"), Box("c", Link("c"), "C", parent="elsewhere")]
    )
    at = {box.id: box for box in drawing.boxes}
    assert at["b"].x - at["a"].x == WIDTH + GAP_X
    assert len(drawing.paths) == 1
    assert drawing.paths[0].endswith(f"H{at['b'].x}")


def test_isolated_classes_fill_the_columns() -> None:
    drawing = drawn([Box(str(index), Link("x"), "X") for index in range(2 * COLUMNS)])
    assert len({box.x for box in drawing.boxes}) == COLUMNS
    assert len({box.y for box in drawing.boxes}) == 2


def test_a_row_that_is_too_long_is_cut_and_keeps_its_whole_words() -> None:
    long = Line(Link("a property with a very long label"), Link("a value with a very long label"))
    (box,) = drawn([Box("a", Link("a class whose label is far too long for its box"), "A", (long,))]).boxes
    assert box.title.text.endswith("…")
    assert box.title.whole == "a class whose label is far too long for its box"
    assert box.lines[0].left.text.endswith("…")
    assert box.lines[0].right.whole == "a value with a very long label"


def test_the_modules_have_classes_to_draw() -> None:
    assert all(any(term.is_class for term in shipped().of_module(name)) for name in shipped().modules)
