"""The tables of `endpoint.py`, in Markdown."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Iterable, Sequence

from client import LIMIT
from load import Rate
from measure import CLIENTS, Column, Section


def markdown(sections: Sequence[Section]) -> str:
    """All tables, ready to be put into a page."""
    parts = [f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}."]
    for section in sections:
        title = "The record" if section.size == "record" else f"{int(section.size):,} and more"
        parts += [f"### {title}: {section.statements:,} statements", _missing(section)]
        parts += ["Median / 95th percentile in milliseconds.", _times(section)]
        parts += ["Times as long as Hedgerow, cold (medians; under 1 is faster).", _ratios(section)]
        parts += ["What HTTP adds to the engine in process, medians in milliseconds.", _added(section)]
        parts += [_rates(section), "Time until the first answer, and memory in MB.", _sizes(section)]
        parts += ["Answers that differ from those of the engine in process:", _differences(section)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["--:"] * (len(heads) - 1)]
    return "\n".join("| " + " | ".join(line) + " |" for line in (heads, rule, *lines))


def _there(section: Section) -> list[Column]:
    return [column for column in section.columns if column.times]


def _missing(section: Section) -> str:
    return "\n".join(f"- {column.title}: {column.missing}." for column in section.columns if column.missing)


def number(value: float) -> str:
    """A figure with as many digits as it deserves.

    >>> number(0.1234), number(12.34), number(1234.5)
    ('0.12', '12.3', '1,234')
    """
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def percentile(times: Sequence[float], part: float) -> float:
    """The smallest value that so large a part does not exceed.

    >>> percentile([5, 1, 4, 2, 3], 0.95)
    5
    """
    return sorted(times)[max(0, -int(-len(times) * part // 1) - 1)]


def _median(column: Column, query: str) -> float | None:
    found = column.times.get(query)
    return statistics.median(found) if isinstance(found, list) else None


def _times(section: Section) -> str:
    def cell(column: Column, query: str) -> str:
        found = column.times.get(query, "-")
        if isinstance(found, str):
            return found
        return f"{number(statistics.median(found))} / {number(percentile(found, 0.95))}"

    return _by_query(section, _there(section), cell)


def _ratios(section: Section) -> str:
    ours = next((column for column in _there(section) if column.name == "ours"), None)
    if ours is None:
        return ""

    def cell(column: Column, query: str) -> str:
        ours_ms, theirs = _median(ours, query), _median(column, query)
        if ours_ms and theirs is None and str(column.times.get(query)).startswith("over"):
            return f"over {number(LIMIT * 1000 / ours_ms)}"
        return number(theirs / ours_ms) if theirs and ours_ms else "-"

    return _by_query(section, [column for column in _there(section) if column is not ours], cell)


def _by_query(section: Section, columns: list[Column], cell: Callable[[Column, str], str]) -> str:
    lines = [[query, f"{rows:,}", *(cell(column, query) for column in columns)] for query, rows in section.rows.items()]
    return _table(["Query", "Rows", *(column.title for column in columns)], lines)


def _added(section: Section) -> str:
    lines = []
    for query, (engine, wire) in section.added.items():
        share = f"{(wire - engine) / engine:+.0%}"
        lines.append([query, number(engine), number(wire), f"{wire - engine:+.2f}", share])
    return _table(["Query", "Engine", "HTTP", "Added", "Share"], lines) if lines else ""


def _rates(section: Section) -> str:
    columns = [column for column in _there(section) if column.rates]
    if not columns:
        return ""
    kinds = list(dict.fromkeys(key for column in columns for key in column.rates))
    lines = []
    for load, clients, pinned in kinds:
        cells = [_rate(column.rates.get((load, clients, pinned), "-")) for column in columns]
        lines.append([load, str(clients), "one" if pinned else "all", *cells])
    told = (
        f"Answers a second with {', '.join(map(str, CLIENTS))} clients, the median wait in milliseconds behind; "
        "on one core, the client on another, and on all with the client among them."
    )
    return f"{told}\n\n" + _table(["Load", "Clients", "Cores", *(column.title for column in columns)], lines)


def _rate(found: Rate | str) -> str:
    if isinstance(found, str):
        return found
    failed = f", {found.failed} failed" if found.failed else ""
    return f"{number(found.per_second)} ({number(found.median_ms)}{failed})"


def _sizes(section: Section) -> str:
    lines = [
        [column.title, f"{column.load_s:.1f}", *(f"{megabytes:,.0f}" for megabytes in column.memory)]
        for column in _there(section)
        if column.load_s
    ]
    return _table(["Engine", "Seconds", "Memory at first", "At the end"], lines)


def _differences(section: Section) -> str:
    told = [(column.title, *one) for column in _there(section) for one in column.differences.items()]
    lines = [f"- {title}, {query}: {difference}." for title, query, difference in told]
    return "\n".join(lines) or "- none."
