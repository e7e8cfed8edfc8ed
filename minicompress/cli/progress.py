"""``minicompress progress``: the board by chapter."""

from __future__ import annotations

import typer


def progress() -> None:
    """Show every exercise by chapter, as last checked, with points."""
    from minicompress.workbook.board import board
    from minicompress.workbook.discover import discover, find_root
    from minicompress.workbook.progress import Progress

    root = find_root()
    store = Progress(root)
    records = store.read()["exercises"]
    rows = []
    for exercise in discover(root):
        blank = {"status": "not attempted", "passed": 0, "total": 0, "earned": 0.0}
        known = {key: records.get(exercise.name, {}).get(key, value) for key, value in blank.items()}
        rows.append({"name": exercise.name, "chapter": exercise.chapter, "points": exercise.header.points, **known})
    typer.echo(board(rows))
    for message in store.messages:
        typer.echo(message, err=True)
