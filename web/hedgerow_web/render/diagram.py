"""The diagram of a module: a box for each class with its own properties, sub-classes to the right of their class.

Every class stands in one box under its first parent in the module, so lines never cross; other parents are told in the
box. What relates two classes is a row "property: value" that leads to both. The page's table says the same in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

#: Sizes in the drawing's own units, which are CSS pixels at full size.
WIDTH, HEADER, ROW, PAD = 268, 44, 18, 8
GAP_X, GAP_Y = 36, 14
#: Columns the drawing has at least.
COLUMNS = 4
_INSIDE = WIDTH - 2 * PAD - 4


@dataclass(frozen=True)
class Link:
    """Words that lead somewhere; `href` is empty where they do not. `whole` is the text before it was cut to fit."""

    text: str
    href: str = ""
    whole: str = ""


@dataclass(frozen=True)
class Line:
    """One row of a box: a property and its value, or a class that stands elsewhere."""

    left: Link
    right: Link


@dataclass(frozen=True)
class Box:
    """One class: its id, words, rows and place. `kind` is own, other (of another module) or any."""

    id: str
    title: Link
    code: str
    lines: tuple[Line, ...] = ()
    parent: str = ""
    kind: str = "own"
    x: int = 0
    y: int = 0
    width = WIDTH
    header = HEADER
    row = ROW

    @property
    def height(self) -> int:
        """How tall it is."""
        return HEADER + (len(self.lines) * ROW + PAD if self.lines else 0)


@dataclass(frozen=True)
class Drawing:
    """Boxes in their places, and the paths of the lines from each class to its sub-classes."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    paths: tuple[str, ...]


def drawn(boxes: Iterable[Box]) -> Drawing:
    """Put boxes in their places: whole trees, the widest first, each where there is room highest up."""
    found = [_fitted(box) for box in boxes]
    known = {box.id for box in found}
    below: dict[str, list[Box]] = {}
    for box in found:
        below.setdefault(box.parent if box.parent in known and box.parent != box.id else "", []).append(box)
    trees = [_tree(root, below) for root in below.get("", [])]
    trees.sort(key=lambda tree: -_depth(tree))
    count = max([COLUMNS, *map(_depth, trees)])
    heights = [0] * count
    placed: list[Box] = []
    for tree in trees:
        depth = _depth(tree)
        start = min(range(count - depth + 1), key=lambda at: (max(heights[at : at + depth]), at))
        top = max(heights[start : start + depth])
        moved = [replace(box, x=(box.x + start) * (WIDTH + GAP_X) + 1, y=box.y + top + 1) for box in tree]
        placed += moved
        for box in moved:
            at = box.x // (WIDTH + GAP_X)
            heights[at] = max(heights[at], box.y + box.height + GAP_Y)
    used = max((box.x + WIDTH for box in placed), default=0) + 1
    return Drawing(used, max(max(heights) - GAP_Y + 2, 1), tuple(placed), tuple(_paths(placed)))


def _tree(root: Box, below: dict[str, list[Box]], column: int = 0, top: int = 0) -> list[Box]:
    """A class and all below it; `x` counts columns here. Its sub-classes begin at its own height."""
    found = [replace(root, x=column, y=top)]
    at = top
    for child in below.get(root.id, []):
        part = _tree(child, below, column + 1, at)
        found += part
        at = max(box.y + box.height for box in part) + GAP_Y
    return found


def _depth(tree: Sequence[Box]) -> int:
    return max(box.x for box in tree) + 1


def _paths(boxes: Sequence[Box]) -> Iterable[str]:
    at = {box.id: box for box in boxes}
    for box in boxes:
        above = at.get(box.parent)
        if above and above.x < box.x:
            start, end = above.x + WIDTH, box.x
            yield f"M{start},{above.y + HEADER // 2}H{(start + end) // 2}V{box.y + HEADER // 2}H{end}"


def _fitted(box: Box) -> Box:
    title = _cut(box.title, _INSIDE, 15)
    return replace(box, title=title, lines=tuple(map(_fitted_line, box.lines)))


def _fitted_line(line: Line) -> Line:
    """Both sides cut so that the row fits; a short one leaves its room to the other."""
    room = _INSIDE - 12
    right = min(_length(line.right.text, 12), max(room * 0.42, room - _length(line.left.text, 12)))
    return Line(_cut(line.left, room - right, 12), _cut(line.right, right, 12))


def _cut(link: Link, room: float, size: int) -> Link:
    text = link.text
    if _length(text, size) <= room + 0.5:
        return replace(link, whole=text)
    while text and _length(text + "…", size) > room:
        text = text[:-1]
    return replace(link, text=text.rstrip() + "…", whole=link.text)


def _length(text: str, size: int) -> float:
    """About how wide a text is drawn: a Japanese character is as wide as high, others a little over half."""
    return sum(size if ord(letter) > 0x2E80 else size * 0.56 for letter in text)
