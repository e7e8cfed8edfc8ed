"""``minicompress check NAME``: grade one exercise, or all."""

from __future__ import annotations

from typing import Annotated

import typer


def check(name: Annotated[str, typer.Argument(help="An exercise, or 'all'.")]) -> None:
    """Grade an exercise, or 'all' of them, and record the outcome."""
    from minicompress.workbook.board import board
    from minicompress.workbook.checking import check as check_one
    from minicompress.workbook.checking import record
    from minicompress.workbook.discover import discover, find_root
    from minicompress.workbook.grading import grade
    from minicompress.workbook.outcome import Status

    root = find_root()
    if name != "all":
        outcome = check_one(name, root=root)
        typer.echo(str(outcome))
        raise typer.Exit(1 if outcome.result.failures else 0)
    results, notes = [], []
    every = discover(root)
    hidden = not typer.get_text_stream("stderr").isatty()
    with typer.progressbar(every, label="grading", hidden=hidden, file=typer.get_text_stream("stderr")) as bar:
        for exercise in bar:
            results.append(grade(exercise))
            notes += record(results[-1], root)
    typer.echo(board(result.as_dict() for result in results))
    for note in dict.fromkeys(notes):
        typer.echo(note, err=True)
    raise typer.Exit(int(any(result.status is Status.FAILED for result in results)))
