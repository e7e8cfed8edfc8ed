"""``minicompress compress FOLDER``: a BERT folder in, a compressed one out."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from minicompress.cli import _report_figure

if TYPE_CHECKING:
    from rich.console import Console

    from minicompress.models import BertEncoder
    from minicompress.pipeline import Recipe
    from minicompress.pipeline.folder import FolderResult
    from minicompress.pipeline.report import ReportRow
    from minicompress.pipeline.statistics import InputStatistics

_TEXTS = 256  # texts that are run for calibration; a quarter as many more are held out to compare vectors on
_SEARCHED = 32  # of the calibration texts, on which a budget is searched
_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}


def parse_bytes(text: str) -> int:
    """Read a number of bytes such as ``9MB``, ``9.1 MB`` or ``9000000``; units are decimal.

    >>> parse_bytes("9.1MB")
    9100000
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(?:([kmg])b?)?\s*", text.lower())
    if not found:
        raise ValueError(f"--budget must be a size such as 9MB or 9000000; got {text!r}")
    return int(float(found[1]) * _UNITS[found[2] or ""])


def compress_folder(
    folder: Path, out: Path, recipe: str, calibrate: Path | None, budget: str | None, report: Path | None, dry_run: bool
) -> None:
    """Plan, calibrate, compress, write and report."""
    from rich.console import Console

    from minicompress.files.folder import save_folder
    from minicompress.models import BertEncoder
    from minicompress.pipeline import Recipe
    from minicompress.pipeline import folder as pipeline

    console = Console()
    limit = None if budget is None else parse_bytes(budget)
    chosen = Recipe.from_toml(recipe) if Path(recipe).suffix == ".toml" else pipeline.encoder_recipe(recipe)
    weights = pipeline.read_float_weights(folder)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f"--out {out} exists; name a new folder, so that nothing is overwritten")
    encoder = BertEncoder.from_pretrained(folder)
    watched = [n for n in weights if n.endswith(".weight") and ".layer." in n and weights[n].ndim == 2]
    if dry_run and limit is None:
        _print_plan(console, weights, chosen, watched)
        return
    texts, held_out, origin = _texts(calibrate)
    console.print(f"calibration: {len(texts)} texts from {origin}")
    if limit is not None:
        statistics = _statistics(console, encoder, texts)
        chosen = _budget_recipe(console, encoder, texts[:_SEARCHED], limit, weights, statistics)
    if dry_run or limit is not None:
        _print_plan(console, weights, chosen, watched)
        if dry_run:
            return
    if limit is None:
        statistics = _statistics(console, encoder, texts) if pipeline.needs_texts(chosen) else {}
    result = _compress(console, weights, chosen, statistics)
    size = save_folder(result.model, folder, out)
    before = (folder / "model.safetensors").stat().st_size
    _report(console, encoder, out, result, held_out, report)
    console.print(f"{folder.name}: {before:,} bytes -> {out.name}: {size:,} bytes ({before / size:.2f}x smaller)")


def _texts(calibrate: Path | None) -> tuple[list[str], list[str], str]:
    """Texts to calibrate on, texts held out, and where they come from."""
    if calibrate is not None:
        lines = [line.strip() for line in calibrate.read_text("utf-8").splitlines() if line.strip()]
        origin = calibrate.name
    else:
        from minicompress.data.retrieval import load_retrieval

        task = load_retrieval().calibration
        lines = [text for pair in zip(task.queries, task.documents, strict=True) for text in pair]
        origin = "the standard library's docstrings"
    if len(lines) < 2:
        raise ValueError(f"--calibrate must hold at least two lines of text; got {len(lines)} in {origin}")
    order = np.random.default_rng(0).permutation(len(lines))
    held = max(1, min(len(lines), _TEXTS + _TEXTS // 4) // 5)
    chosen = [lines[i] for i in order[: _TEXTS + _TEXTS // 4]]
    return chosen[held:], chosen[:held], origin


def _statistics(console: Console, encoder: BertEncoder, texts: list[str]) -> dict[str, InputStatistics]:
    from rich.progress import Progress

    from minicompress.pipeline.folder import encoder_statistics

    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("watching the layers", total=len(texts))
        rng = np.random.default_rng(0)
        return encoder_statistics(encoder, texts, rng=rng, on_texts=lambda n: progress.advance(task, n))


def _budget_recipe(
    console: Console,
    encoder: BertEncoder,
    texts: list[str],
    limit: int,
    weights: dict[str, np.ndarray],
    statistics: dict[str, InputStatistics],
) -> Recipe:
    from rich.progress import Progress

    from minicompress.pipeline.budget import other_nbytes, search_budget

    rest = other_nbytes(encoder, weights)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("measuring sensitivity", total=len(encoder.weights.matrices))
        return search_budget(
            encoder,
            texts,
            budget=limit,
            other_nbytes=rest,
            statistics=statistics,
            on_matrix=lambda name: progress.advance(task),
        )


def _compress(
    console: Console, weights: dict[str, np.ndarray], recipe: Recipe, statistics: dict[str, InputStatistics]
) -> FolderResult:
    from rich.progress import Progress

    from minicompress.pipeline.folder import compress_encoder

    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("compressing", total=len(weights))

        def show(name: str) -> None:
            progress.update(task, advance=1, description=f"compressing {name}")

        return compress_encoder(weights, recipe, statistics=statistics, on_tensor=show)


def _print_plan(console: Console, weights: dict[str, np.ndarray], recipe: Recipe, watched: list[str]) -> None:
    from rich.table import Table

    from minicompress.evaluation import human_bytes
    from minicompress.pipeline.plan import plan

    rows = plan(weights, recipe, calibrated=watched)
    table = Table(title=f"plan: {recipe.name}")
    for heading in ("tensor", "shape", "method", "bytes", "expected"):
        table.add_column(heading, justify="right" if heading in ("bytes", "expected") else "left", overflow="fold")
    for row in rows:
        shape = "x".join(map(str, row.shape))
        table.add_row(row.name, shape, row.method, f"{row.original_nbytes:,}", f"{row.nbytes:,}")
    console.print(table)
    total = sum(row.nbytes for row in rows)
    console.print(f"expected: {total:,} bytes ({human_bytes(total)}), the file's header not counted", highlight=False)


def _report(
    console: Console, encoder: BertEncoder, out: Path, result: FolderResult, texts: list[str], report: Path | None
) -> None:
    from minicompress import files
    from minicompress.evaluation import compare_latency
    from minicompress.evaluation.retrieval import cosine_agreement, top_overlap
    from minicompress.models import BertEncoder

    start = time.perf_counter()
    small = BertEncoder.from_pretrained(out)
    small.encode(texts[:1])
    first = time.perf_counter() - start
    ours, theirs = small.encode(texts), encoder.encode(texts)
    batch = texts[:8]
    times = compare_latency({"float32": lambda: encoder.encode(batch), "compressed": lambda: small.encode(batch)})
    measured = {
        "held-out texts": len(texts),
        "mean cosine to float32": float(cosine_agreement(ours, theirs).mean()),
        "top-10 overlap with float32": top_overlap(ours, ours, theirs, theirs, k=min(10, len(texts))),
        "milliseconds to load and encode one text": 1e3 * first,
        f"milliseconds to encode {len(batch)} texts, float32": 1e3 * times["float32"].median,
        f"milliseconds to encode {len(batch)} texts, compressed": 1e3 * times["compressed"].median,
    }
    console.print(_table(result))
    for name, value in measured.items():
        console.print(f"{name}: {value:.4f}" if isinstance(value, float) else f"{name}: {value}", highlight=False)
    if report is not None and report.suffix in _report_figure.SUFFIXES:
        _report_figure.write_figure(report, result.model.report(), result.output_errors)
    elif report is not None:
        with files.atomic_path(report) as temporary:
            temporary.write_text(_account(result, measured, as_json=report.suffix == ".json") + "\n", "utf-8")


def _cells(result: FolderResult, rows: Sequence[ReportRow]) -> list[list[str]]:
    cells = []
    for row in rows:
        method = f"{row.method} ({row.reason})" if row.reason else row.method
        error = result.output_errors.get(row.name)
        shape = "x".join(map(str, row.shape)) or "scalar"
        shown = "" if error is None else f"{error:.4f}"
        numbers = [f"{row.bits_per_weight:.2f}", f"{row.nbytes:,}", f"{row.relative_error:.4f}", shown]
        cells.append([row.name, method, shape, *numbers])
    return cells


_HEADINGS = ("tensor", "method", "shape", "bits/weight", "bytes", "error of weights", "error of outputs")


def _table(result: FolderResult):  # type: ignore[no-untyped-def]
    """For the terminal: a row for each matrix, and one for all vectors together; the written report has them all."""
    from rich.table import Table

    table = Table(title=f"{result.model.nbytes:,} of {result.model.original_nbytes:,} bytes")
    for i, heading in enumerate(("tensor", "method", "shape", "bits", "bytes", "error: weights", "outputs")):
        table.add_column(heading, justify="left" if i < 3 else "right", overflow="fold", ratio=3 if i < 2 else None)
    rows = result.model.report().rows
    kept = [row for row in rows if row.reason == "vector"]
    for cells in _cells(result, [row for row in rows if row.reason != "vector"]):
        table.add_row(*cells)
    if kept:
        table.add_row(f"{len(kept)} vectors", "kept", "", "", f"{sum(row.nbytes for row in kept):,}", "", "")
    return table


def _account(result: FolderResult, measured: dict[str, float], *, as_json: bool) -> str:
    """The report as JSON or Markdown text."""
    import json

    model, account = result.model, result.model.report()
    if as_json:
        content = json.loads(account.to_json())
        return json.dumps(content | {"output_errors": result.output_errors, "measured": measured}, indent=2)
    lines = [_HEADINGS, ("---",) * 3 + ("---:",) * 4, *_cells(result, account.rows)]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    total = f"Total: {model.nbytes:,} of {model.original_nbytes:,} bytes."
    return "\n\n".join([table, total, "\n".join(f"- {name}: {value:.6g}" for name, value in measured.items())])
