"""``check("affine_qparams")`` for notebooks: the same grader, shown as HTML there and as text elsewhere."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

from minicompress.workbook.board import failure_text, points, result_text
from minicompress.workbook.discover import find, find_root
from minicompress.workbook.grading import grade
from minicompress.workbook.outcome import ExerciseResult, Status
from minicompress.workbook.progress import Progress

_COLOURS = {Status.PASSED: "#1a7f37", Status.FAILED: "#b35900"}


@dataclass(frozen=True)
class CheckResult:
    """The outcome of `check`; ``passed`` is true when every test passed."""

    result: ExerciseResult
    notes: tuple[str, ...] = ()
    place: str = ""  # where to write the function, where that is not the exercise's file

    @property
    def passed(self) -> bool:
        """Whether every test passed."""
        return self.result.status is Status.PASSED

    def __str__(self) -> str:
        return "\n".join([result_text(self.result), *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """Return the result as HTML; every text from the learner's code is escaped."""
        result = self.result
        colour = _COLOURS.get(result.status, "#57606a")
        score = f"{result.passed}/{result.total} tests, {points(result.earned)} / {points(result.points)} points"
        parts = [
            f'<div style="border-left: 4px solid {colour}; padding-left: 0.8em">'
            f"<b>{html.escape(result.name)}</b>: {html.escape(result.status)} ({score})"
        ]
        for test in result.failures[:3]:
            parts.append(f'<pre style="white-space: pre-wrap">{html.escape(failure_text(test))}</pre>')
        more = len(result.failures) - 3
        if more > 0:
            parts.append(f"<p>and {more} more tests fail</p>")
        if result.status is Status.NOT_ATTEMPTED:
            place = html.escape(self.place or f"exercises/{result.chapter}/{result.name}.py")
            parts.append(f"<p>Write the function in <code>{place}</code>, and check again.</p>")
        parts += [f"<p>{html.escape(note)}</p>" for note in (*result.notes, *self.notes)]
        return "\n".join([*parts, "</div>"])


def check(
    name: str, submission: Path | str | None = None, *, root: Path | None = None, time_limit: float | None = None
) -> CheckResult:
    """Grade one exercise and record the outcome in the progress file.

    ``submission`` grades another file and records nothing.

    Raises
    ------
    ValueError
        If there is no such exercise; the message suggests the nearest names.
    """
    root = root or find_root()
    result = grade(find(name, root), submission, time_limit=time_limit)
    return CheckResult(result, () if submission else tuple(record(result, root)))


def record(result: ExerciseResult, root: Path) -> list[str]:
    """Store a result and return notes for the learner; a progress file that cannot be written hides no grade."""
    progress = Progress(root)
    try:
        progress.note_result(result)
    except (OSError, ValueError) as error:
        return [*progress.messages, f"progress was not recorded: {error}"]
    return list(dict.fromkeys(progress.messages))
