"""``minicompress grade DIR``: grade a folder of submissions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def grade(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="One folder per student, files named as the exercises.")
    ],
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the results as JSON.")] = None,
    junit: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the results as JUnit XML.")] = None,
    exercise: Annotated[list[str] | None, typer.Option(help="Grade this exercise; may be repeated.")] = None,
    chapter: Annotated[str | None, typer.Option(help="Grade the exercises of one chapter.")] = None,
    time_limit: Annotated[float | None, typer.Option(help="Seconds allowed per call.", min=0.001)] = None,
    jobs: Annotated[int, typer.Option(help="Submissions graded at a time.", min=1)] = 2,
) -> None:
    """Grade a folder of submissions: a table, and a JSON or JUnit report.

    What a student did not hand in is not attempted; a crash or an endless loop is a failed exercise like any other. The
    code runs with your rights: grade code of strangers in a container.
    """
    import json

    from minicompress.storage import write_atomic
    from minicompress.workbook import classroom
    from minicompress.workbook.discover import discover, find
    from minicompress.workbook.outcome import Status

    chosen = [find(name) for name in exercise] if exercise else discover()
    chosen = [e for e in chosen if chapter in (None, e.chapter)]
    if not chosen:
        raise ValueError(f"no exercise is in chapter {chapter!r}; the chapters are those of `minicompress progress`")
    stream = typer.get_text_stream("stderr")
    with typer.progressbar(length=1, label="grading", hidden=not stream.isatty(), file=stream) as bar:

        def advance(done: int, total: int) -> None:
            bar.length = total
            bar.update(1)

        students = classroom.grade_folder(folder, chosen, time_limit=time_limit, jobs=jobs, advance=advance)
    typer.echo(classroom.table(students))
    if report:
        text = json.dumps(classroom.report(students), ensure_ascii=False, indent=1)
        write_atomic(report, text.encode("utf-8", "backslashreplace") + b"\n")
    if junit:
        write_atomic(junit, classroom.junit(students))
    raise typer.Exit(int(any(s.count(Status.FAILED) for s in students)))
