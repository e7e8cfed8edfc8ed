"""What the tour leaves behind as text: a Markdown report, and the numbers as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from minicompress.evaluation import human_bytes
from minicompress.storage import atomic_path
from minicompress.tour.measure import BATCHES, TourRow

__all__ = ["HEAD", "cells", "pareto_front", "write_json", "write_markdown"]

HEAD = ["recipe", "file", "bits/weight", "accuracy, % [95 %]", "change, points [95 %]"]
HEAD += [f"batch {b}, ms" for b in BATCHES] + ["remarks"]


def cells(row: TourRow, yardstick: TourRow) -> list[str]:
    """Return one row of the table as text; ``yardstick`` is the float model's row."""
    exact = row is yardstick
    change = (
        "" if exact else f"{100 * row.change.value:+.2f} [{100 * row.change.low:+.2f}, {100 * row.change.high:+.2f}]"
    )
    times = []
    for batch in BATCHES:
        speed_up = "" if exact else f" ({row.float_seconds[batch] / row.seconds[batch]:.2f}x)"
        times.append(f"{1e3 * row.seconds[batch]:.2f}{speed_up}")
    smaller = "" if exact else f" ({yardstick.nbytes / row.nbytes:.2f}x)"
    return [
        row.name,
        f"{human_bytes(row.nbytes)}{smaller}",
        f"{row.bits_per_weight:.2f}",
        f"{100 * row.accuracy.value:.1f} [{100 * row.accuracy.low:.1f}, {100 * row.accuracy.high:.1f}]",
        change,
        *times,
        "; ".join(row.remarks),
    ]


def write_markdown(rows: Sequence[TourRow], path: str | Path, *, about: Mapping[str, str], figure: str) -> None:
    """Write the report: what was measured, the table, the figure, how to read it."""
    body = [cells(row, rows[0]) for row in rows]
    lines = ["# A tour of model compression", "", *(f"- **{key}**: {value}" for key, value in about.items()), ""]
    lines += ["| " + " | ".join(HEAD) + " |", "|" + " --- |" * len(HEAD)]
    lines += ["| " + " | ".join(row) + " |" for row in body]
    lines += [
        "",
        f"![Accuracy against size on disk]({figure})",
        "",
        "*file*: size on disk of the saved model, side information included; in brackets how many times smaller.",
        "*change*: accuracy against the float model on the same test samples, paired bootstrap. *batch n*: median time",
        "of one call with n names; in brackets the float model's time over it, measured in turns (above 1 is faster).",
        "",
    ]
    with atomic_path(path) as temporary:
        temporary.write_text("\n".join(lines), "utf-8")


def write_json(rows: Sequence[TourRow], path: str | Path, *, about: Mapping[str, str]) -> None:
    """Write every number, unrounded."""
    content = {"about": dict(about), "rows": [dataclasses.asdict(row) for row in rows]}
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False), "utf-8")


def pareto_front(rows: Sequence[TourRow]) -> list[TourRow]:
    """Return the rows that no other row beats in both size and accuracy, smallest first."""
    best: list[TourRow] = []
    for row in sorted(rows, key=lambda r: (r.nbytes, -r.accuracy.value)):
        if not best or row.accuracy.value > best[-1].accuracy.value:
            best.append(row)
    return best
