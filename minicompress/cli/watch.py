"""``minicompress watch``: grade again at each save, and go on to the next exercise after a pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from minicompress.workbook.discover import Exercise

_POLL_SECONDS = 0.3


def watch(
    name: Annotated[str | None, typer.Argument(help="Where to start; by default the first not passed.")] = None,
) -> None:
    """Grade at each save; after a pass, go on to the next exercise (Ctrl-C ends it)."""
    from minicompress.workbook.discover import discover, find, find_root
    from minicompress.workbook.progress import Progress

    root = find_root()
    records = Progress(root).read()["exercises"]
    every = discover(root)
    start = every.index(find(name, root)) if name else 0
    ordered = every[start:] + every[:start]
    # the exercise that was named is shown even when it is already passed
    queue = [e for i, e in enumerate(ordered) if (name and i == 0) or records.get(e.name, {}).get("status") != "passed"]
    try:
        for exercise in queue:
            watch_one(exercise, time.sleep)
    except KeyboardInterrupt:
        typer.echo("\nstopped; your progress is kept")
        return
    typer.echo("every exercise is passed")


def watch_one(exercise: Exercise, wait: Callable[[float], None]) -> None:
    """Grade ``exercise`` now and whenever its file changes, until it passes."""
    from minicompress.workbook.checking import check

    typer.echo(f"watching {exercise.path} (Ctrl-C to stop)")
    seen: tuple[int, int] | None = None
    while True:
        now = _stamp(exercise)
        if now is not None and now != seen:
            seen = now
            outcome = check(exercise.name, root=exercise.root)
            typer.echo(f"\n{outcome}\n")
            if outcome.passed:
                return
        wait(_POLL_SECONDS)


def _stamp(exercise: Exercise) -> tuple[int, int] | None:
    """Return time and size of the file; ``None`` while an editor is replacing it."""
    try:
        about = exercise.path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size
