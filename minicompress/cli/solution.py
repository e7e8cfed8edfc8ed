"""``minicompress solution NAME``: the reference answer, after a pass or when asked for twice."""

from __future__ import annotations

from typing import Annotated

import typer


def solution(name: Annotated[str, typer.Argument(help="An exercise.")]) -> None:
    """Show the reference answer: after a pass, or when asked for a second time."""
    from minicompress.workbook.discover import find, find_root
    from minicompress.workbook.progress import Progress

    root = find_root()
    exercise = find(name, root)
    if not exercise.solution.is_file():
        raise ValueError(f"there is no reference answer at {exercise.solution}")
    progress = Progress(root)
    known = progress.record(exercise.name)
    if not (known.get("first_passed") or known.get("solution_asked")):
        progress.update(exercise.name, solution_asked=1)
        typer.echo(
            f"{exercise.name} is not passed yet. `minicompress hint {exercise.name}` helps without giving it away; "
            "ask for the solution once more to see it."
        )
        return
    progress.update(exercise.name, solution_asked=int(known.get("solution_asked", 0)) + 1)
    typer.echo(exercise.solution.read_text(encoding="utf-8").rstrip("\n"))
