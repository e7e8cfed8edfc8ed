"""``minicompress hint NAME``: the next hint, one level at a time."""

from __future__ import annotations

from typing import Annotated

import typer


def hint(
    name: Annotated[str, typer.Argument(help="An exercise.")],
    level: Annotated[int | None, typer.Option(min=1, max=3, help="Show this level, not the next one.")] = None,
) -> None:
    """Show the next hint of an exercise: a nudge, the idea, the skeleton."""
    from minicompress.workbook.discover import find, find_root
    from minicompress.workbook.progress import Progress

    root = find_root()
    exercise = find(name, root)
    hints = exercise.hints()
    progress = Progress(root)
    given = int(progress.record(exercise.name).get("hints", 0))
    shown = level or min(given + 1, len(hints))
    progress.update(exercise.name, hints=max(given, shown))
    typer.echo(f"hint {shown} of {len(hints)}: {hints[shown - 1]}")
