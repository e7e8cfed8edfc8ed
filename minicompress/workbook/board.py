"""Results as plain text: one exercise in full, and the board by chapter."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from minicompress.workbook.outcome import ExerciseResult, Status, TestResult


def points(value: float) -> str:
    """Return points without a needless ``.0``.

    >>> points(10.0), points(6.67)
    ('10', '6.67')
    """
    return f"{value:.2f}".rstrip("0").rstrip(".")


def board(rows: Iterable[Mapping[str, Any]], *, calm: bool = False) -> str:
    """Return the table of ``rows`` (the fields of `ExerciseResult.as_dict`), grouped by chapter, with a total.

    ``calm`` counts what was not attempted in place of listing it, and proposes where to go on.
    """
    ordered = sorted(rows, key=lambda row: row["chapter"])
    waiting = [row for row in ordered if row["status"] == Status.NOT_ATTEMPTED] if calm else []
    shown = [row for row in ordered if row not in waiting]
    width = max([24, *(len(row["name"]) for row in shown)])
    lines = []
    for chapter, group in groupby(shown, key=lambda row: row["chapter"]):
        lines.append(chapter)
        for row in group:
            tests = f"{row['passed']}/{row['total']}" if row["total"] else "-"  # never graded: the number is not known
            score = f"{points(row['earned'])} / {points(row['points'])}"
            lines.append(f"  {row['name']:<{width}}  {row['status']:<13}  {tests:>7} tests  {score:>10} points")
    done = sum(row["status"] == Status.PASSED for row in ordered)
    earned, possible = (sum(row[key] for row in ordered) for key in ("earned", "points"))
    score = f"{points(earned)} / {points(possible)}"
    if waiting:
        lines.append(f"not attempted: {len(waiting)}; next: minicompress check {waiting[0]['name']}")
    lines.append(f"{'total':<{width + 2}}  {f'{done}/{len(ordered)} passed':<13}  {'':>13}  {score:>10} points")
    return "\n".join(lines)


def failure_text(test: TestResult) -> str:
    """Return a failed test: its name, the message, and what the code printed."""
    lines = [f"{test.name}: {test.kind}", textwrap.indent(test.message, "    ")]
    if test.printed:
        lines += ["    your code printed:", textwrap.indent(test.printed.rstrip("\n"), "    | ")]
    return "\n".join(lines)


def result_text(result: ExerciseResult, *, limit: int = 3) -> str:
    """Return the result of one exercise: a headline, the first ``limit`` failures in full, the others by name."""
    score = f"{points(result.earned)} / {points(result.points)} points"
    head = f"{result.name}: {result.status}, {result.passed}/{result.total} tests, {score}"
    if result.status is Status.NOT_ATTEMPTED:
        return f"{head}\nwrite the function in exercises/{result.chapter}/{result.name}.py, then check again"
    waiting = sum(t.status is Status.NOT_ATTEMPTED for t in result.tests)
    tail = [f"{waiting} tests reached a NotImplementedError: the part not written yet"] if waiting else []
    more = [test.name for test in result.failures[limit:]]
    if more:
        names = textwrap.fill(", ".join(more), 100, initial_indent="    ", subsequent_indent="    ")
        tail.insert(0, f"and {len(more)} more tests fail:\n{names}")
    tail += result.notes
    return "\n\n".join([head, *map(failure_text, result.failures[:limit]), *tail])
