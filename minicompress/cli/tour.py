"""``minicompress tour``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_NEXT = """
[bold]Next[/bold]
  minicompress study                     open the workbook in JupyterLab, at chapter 00
  minicompress watch                     solve the exercises, graded at each save
  minicompress compress W.safetensors -o OUT.safetensors --recipe int4-g64     a checkpoint of your own"""


def tour(
    model: Annotated[str, typer.Option(help="The shipped classifier: transformer or cnn.")] = "transformer",
    checkpoint: Annotated[Path | None, typer.Option(help="A classifier checkpoint of your own.")] = None,
    recipe: Annotated[list[str] | None, typer.Option(help="A preset or a TOML recipe; repeat for more.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the report, the figure and the numbers.")] = Path(
        "minicompress-tour"
    ),
) -> None:
    """Compress a trained text classifier by every family and measure each, side by side."""
    import sys
    import time

    import numpy as np
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from minicompress.cli._kernels import kernel_note, recipes_named, say_if_compiling
    from minicompress.tour import measure_recipes, write_figure, write_json, write_markdown

    console = Console(width=None if sys.stdout.isatty() else 160)  # a file or a pipe gets the whole table
    start = time.perf_counter()
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out must be a folder; {out} is a file")
    chosen = recipes_named(recipe)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("load the data and the model", total=None)
        classifier, data = _load(model, checkpoint)
        say_if_compiling(console)
        ids = classifier.encode(data.test.texts)
        order = np.argsort((ids != 0).sum(axis=1), kind="stable")  # like lengths together: less padding
        rows = measure_recipes(
            classifier,
            ids[order],
            data.test.labels[order],
            chosen,
            calibration=_calibration(classifier, data) if any(r.needs_inputs for r in chosen) else None,
            on_step=lambda text: progress.update(task, description=text),
        )
    about = _about(classifier, data, kernel_note())
    _show(console, rows, about)
    out.mkdir(parents=True, exist_ok=True)
    write_figure(rows, out / "pareto.png")
    write_markdown(rows, out / "report.md", about=about, figure="pareto.png")
    write_json(rows, out / "tour.json", about=about)
    console.print(f"\nwritten: {out / 'report.md'}, {out / 'pareto.png'}, {out / 'tour.json'}")
    console.print(f"done in {time.perf_counter() - start:.0f} s")
    console.print(_NEXT)


def _load(model: str, checkpoint: Path | None):  # type: ignore[no-untyped-def]
    from minicompress.data import load_language_names
    from minicompress.models import load_classifier, load_pretrained_classifier

    classifier = load_classifier(checkpoint) if checkpoint else load_pretrained_classifier(model)
    return classifier, load_language_names()


def _calibration(classifier, data):  # type: ignore[no-untyped-def]
    """Inputs of each layer on 500 training names, a length at a time so that no padding is among them."""
    import numpy as np

    from minicompress.pipeline import layer_inputs

    rng = np.random.default_rng(0)
    some = classifier.encode([data.train.texts[i] for i in rng.choice(len(data.train), 500, replace=False)])
    lengths = (some != 0).sum(axis=1)

    def run() -> None:
        for length in np.unique(lengths[lengths > 0]):
            classifier.predict_logits(some[lengths == length])

    return layer_inputs(classifier, run, rng=rng)


def _about(classifier, data, kernels: str) -> dict[str, str]:  # type: ignore[no-untyped-def]
    import platform

    import numpy as np

    source = data.provenance
    return {
        "task": f"tell the language of a name: {len(data.label_names)} languages, {len(data.test.texts):,} test names",
        "data": f"{source['source']} {source['babel']} (CLDR {source['cldr']}), {source['split']}",
        "model": f"{type(classifier).__name__}, {classifier.n_parameters:,} parameters",
        "kernels": kernels,
        "machine": f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}",
    }


def _show(console, rows, about: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    from rich.table import Table

    from minicompress.tour.write import HEAD, cells

    for key, value in about.items():
        console.print(f"[bold]{key}[/bold]: {value}")
    body = [cells(row, rows[0]) for row in rows]
    halves = [list(range(len(HEAD)))]
    if console.is_terminal and console.width < 132:  # too narrow for one table: quality first, then speed
        halves = [[0, 1, 2, 3, 4], [0, *range(5, len(HEAD))]]
    for columns in halves:
        table = Table(show_edge=False, pad_edge=False)
        for column in columns:
            text = HEAD[column] in ("recipe", "remarks")
            table.add_column(HEAD[column], justify="left" if text else "right", no_wrap=HEAD[column] != "remarks")
        for row in body:
            table.add_row(*(row[column] for column in columns))
        console.print(table)
