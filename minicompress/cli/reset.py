"""``minicompress reset NAME``: bring the stub back and keep the attempt."""

from __future__ import annotations

from typing import Annotated

import typer


def reset(name: Annotated[str, typer.Argument(help="An exercise.")]) -> None:
    """Bring the stub of an exercise back; the attempt is kept in .minicompress/attempts/."""
    from minicompress.workbook.attempts import reset as bring_back
    from minicompress.workbook.discover import find, find_root
    from minicompress.workbook.progress import Progress

    root = find_root()
    exercise = find(name, root)
    missing = not exercise.path.exists()
    kept = bring_back(exercise)
    if kept:
        # the time of the first pass and the hints stay
        Progress(root).update(exercise.name, status="not attempted", passed=0, earned=0.0)
        typer.echo(f"{exercise.name} is a stub again; your attempt is kept at {kept}")
    else:
        typer.echo(f"{exercise.name}: {'the stub was restored' if missing else 'it is the stub already'}")
