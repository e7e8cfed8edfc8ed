"""The table of all exercises, made from their prompts: ``python -m minicompress.workbook.catalogue``.

It writes ``exercises/TABLE.md``. An exercise without a solution or hints is unfinished and left out.
"""

from __future__ import annotations

import ast
from itertools import groupby
from pathlib import Path

from minicompress.storage import write_atomic
from minicompress.workbook.discover import Exercise, discover, find_root


def finished(root: Path) -> list[Exercise]:
    """Return the exercises that have a solution and hints."""
    return [e for e in discover(root) if e.solution.exists() and e.path.with_name(f"{e.name}.hints.md").exists()]


def title(exercise: Exercise) -> str:
    """Return the first line of the prompt without its full stop."""
    prompt = ast.get_docstring(ast.parse(exercise.stub)) or ""
    return prompt.split("\n")[0].strip().rstrip(".")


def table(root: Path) -> str:
    """Return the table as Markdown, chapter by chapter, with a total."""
    exercises = finished(root)
    headers = [e.header for e in exercises]
    minutes, points = sum(h.minutes for h in headers), sum(h.points for h in headers)
    lines = [
        "# All exercises",
        "",
        "Written by `python -m minicompress.workbook.catalogue`; do not edit.",
        "",
        f"{len(exercises)} exercises, {minutes // 60} h {minutes % 60:02d} min, {points} points.",
    ]
    for chapter, group in groupby(exercises, key=lambda e: e.chapter):
        lines += ["", f"## {chapter}", ""]
        lines += ["| exercise | difficulty | minutes | points | questions | what |", "|---|---|---|---|---|---|"]
        for e in group:
            h, what = e.header, title(e).replace("|", r"\|")
            link = f"[{e.name}]({chapter}/{e.name}.py)"
            ids = ", ".join(h.questions)
            lines.append(f"| {link} | {h.difficulty} | {h.minutes} | {h.points} | {ids} | {what} |")
    return "\n".join(lines) + "\n"


def write(root: Path) -> Path:
    """Write the table of the workbook at ``root`` and return its path."""
    path = root / "exercises" / "TABLE.md"
    write_atomic(path, table(root).encode())
    return path


if __name__ == "__main__":
    write(find_root())
