"""How time grows: with the size of the weights, with the threads, with the batch.

``python -m benchmarks scaling [--quick] [--json FILE] [--figure FILE]``

An exponent of 1 means twice the bytes (or nonzeros), twice the time; the fit is a line through the logarithms of the
larger half of the sizes, where the cost of a call no longer shows.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.timing import best_times
from minicompress import ops
from minicompress.storage import atomic_path, write_atomic

__all__ = ["exponent", "main"]

Make = Callable[[int, int, np.random.Generator], tuple[float, Callable[[], object]]]


def _csr(side: int, batch: int, rng: np.random.Generator) -> tuple[float, Callable[[], object]]:
    w = rng.standard_normal((side, side)).astype(np.float32)
    w[rng.random(w.shape) < 0.9] = 0
    data, indices, indptr = ops.csr_from_dense(w)
    x, narrow = rng.standard_normal((side, batch)).astype(np.float32), indices.astype(np.uint16)
    return float(data.size), lambda: ops.csr_matmul(data, narrow, indptr, x)


def _codes(side: int, groups: int, bits: int, rng: np.random.Generator) -> tuple[Any, ...]:
    panels = ops.panel_codes(rng.integers(0, 2**bits, (side, side)).astype(np.uint8), groups, bits)
    scale = ops.panel_parameters(np.full((side, groups), 0.05, np.float32))
    zero = ops.panel_parameters(np.full((side, groups), 2 ** (bits - 1), np.float32))
    return panels, scale, zero, bits, side


def _int8(side: int, batch: int, rng: np.random.Generator) -> tuple[float, Callable[[], object]]:
    stored = _codes(side, 1, 8, rng)
    q, one = rng.integers(-127, 128, (batch, side)).astype(np.int8), np.ones(batch, np.float32)
    return float(stored[0].nbytes), lambda: ops.affine_linear_int8(q, one, *stored)


def _int4(side: int, batch: int, rng: np.random.Generator) -> tuple[float, Callable[[], object]]:
    stored, x = _codes(side, side // 64, 4, rng), rng.standard_normal((batch, side)).astype(np.float32)
    return float(stored[0].nbytes), lambda: ops.affine_linear(x, *stored)


def _mask(side: int, batch: int, rng: np.random.Generator) -> tuple[float, Callable[[], object]]:
    w = rng.standard_normal(side * side).astype(np.float32)
    return float(w.nbytes), lambda: ops.largest_mask(w, w.size // 2, True)


OPERATIONS: dict[str, tuple[str, Make]] = {
    "CSR x dense, 90 % zeros": ("nonzeros", _csr),
    "int8 x int8": ("bytes", _int8),
    "int4 x float": ("bytes", _int4),
    "magnitude mask": ("bytes", _mask),
}


def exponent(sizes: list[float], seconds: list[float]) -> float:
    """Slope of log seconds over log size, from the larger half of the sizes.

    >>> round(exponent([1, 2, 4, 8], [5, 5, 2, 4]), 6)
    1.0
    """
    half = len(sizes) // 2
    return float(np.polyfit(np.log(sizes[half:]), np.log(seconds[half:]), 1)[0])


def _measure(sides: list[int], batches: list[int], rounds: int, burst: float) -> Iterator[dict[str, Any]]:
    rng = np.random.default_rng(0)
    before = os.environ.get("MINICOMPRESS_NUM_THREADS")
    for name, (unit, make) in OPERATIONS.items():
        row: dict[str, Any] = {"operation": name, "unit": unit, "sides": sides, "batches": batches}
        made = [make(side, 32, rng) for side in sides]
        row["sizes"] = [size for size, _ in made]
        row["seconds"] = best_times([run for _, run in made], rounds=rounds, burst=burst)
        row["exponent"] = exponent(row["sizes"], row["seconds"])
        for threads in (1, 2):
            os.environ["MINICOMPRESS_NUM_THREADS"] = str(threads)
            (row[f"threads {threads}"],) = best_times([made[-1][1]], rounds=rounds, burst=burst)
        if before is None:
            del os.environ["MINICOMPRESS_NUM_THREADS"]
        else:
            os.environ["MINICOMPRESS_NUM_THREADS"] = before
        runs = [make(1024, batch, rng)[1] for batch in batches] if name != "magnitude mask" else []
        row["batch seconds"] = best_times(runs, rounds=rounds, burst=burst)
        yield row


def _draw(rows: list[dict[str, Any]], path: Path, kind: str) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.5, 3.4), layout="constrained")
    size, batch = figure.subplots(1, 2)
    colours, marks = ("#0072b2", "#d55e00", "#009e73", "#cc79a7"), "osv^"
    for row, colour, mark in zip(rows, colours, marks, strict=True):
        label = f"{row['operation']}: {row['unit']}^{row['exponent']:.2f}"
        size.loglog(row["sizes"], row["seconds"], color=colour, marker=mark, markersize=4, label=label)
        if row["batch seconds"]:
            each = [s / b * 1e6 for s, b in zip(row["batch seconds"], row["batches"], strict=True)]
            batch.loglog(row["batches"], each, color=colour, marker=mark, markersize=4, label=row["operation"])
    size.set(xlabel="stored bytes, or nonzeros", ylabel="seconds a call", title="time against size, batch 32")
    batch.set(xlabel="batch (rows of activations)", ylabel="microseconds a row", title="1024 x 1024, time a row")
    size.legend(fontsize=6.5)
    for axes in (size, batch):
        axes.grid(color="#dddddd", linewidth=0.6)
    figure.savefig(path, format=kind, dpi=150)


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, measure, print."""
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    parser = argparse.ArgumentParser(prog="python -m benchmarks scaling", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, short bursts")
    parser.add_argument("--threads", type=int, default=2, help="threads where the number is not what varies")
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--figure", type=Path, help="draw them to this .png or .svg")
    options = parser.parse_args(arguments)
    sides, batches = (
        ([128, 256, 512], [1, 8, 32]) if options.quick else ([256, 512, 1024, 2048, 4096], [1, 4, 16, 64, 128])
    )
    rounds, burst = (2, 0.01) if options.quick else (5, 0.03)
    steps = track(_measure(sides, batches, rounds, burst), "measuring", total=len(OPERATIONS), transient=True)
    rows = list(steps)
    table = Table(title=f"time against size (batch 32), threads (side {sides[-1]}) and batch (side 1024)")
    for heading in (
        "operation",
        "exponent of time",
        "1 thread / 2 threads",
        "us a row at batch " + ", ".join(map(str, batches)),
    ):
        table.add_column(heading)
    for row in rows:
        each = ", ".join(f"{s / b * 1e6:.1f}" for s, b in zip(row["batch seconds"], row["batches"], strict=False))
        gain = row["threads 1"] / row["threads 2"]
        table.add_row(row["operation"], f"{row['unit']}^{row['exponent']:.2f}", f"{gain:.2f}", each)
    Console().print(table)
    if options.json:
        write_atomic(options.json, (json.dumps(rows, indent=1) + "\n").encode())
    if options.figure:
        with atomic_path(options.figure) as temporary:
            _draw(rows, temporary, options.figure.suffix[1:])
    return 0
