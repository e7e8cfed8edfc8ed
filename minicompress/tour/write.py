"""What the tour leaves behind: a Markdown report, a Pareto figure, and the numbers as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from minicompress.evaluation import human_bytes
from minicompress.files import atomic_path
from minicompress.tour.measure import BATCHES, TourRow

__all__ = ["HEAD", "cells", "write_figure", "write_json", "write_markdown"]

HEAD = ["recipe", "file", "smaller", "bits/weight", "accuracy [95 %]", "change [95 %]"]
HEAD += [f"batch {b}" for b in BATCHES] + ["remarks"]


def cells(row: TourRow, yardstick: TourRow) -> list[str]:
    """Return one row of the table as text; ``yardstick`` is the float model's row."""
    exact = row is yardstick
    change = (
        "" if exact else f"{100 * row.change.value:+.2f} [{100 * row.change.low:+.2f}, {100 * row.change.high:+.2f}]"
    )
    times = []
    for batch in BATCHES:
        speed_up = "" if exact else f" ({row.float_seconds[batch] / row.seconds[batch]:.2f}x)"
        times.append(f"{1e3 * row.seconds[batch]:.2f} ms{speed_up}")
    return [
        row.name,
        human_bytes(row.nbytes),
        "" if exact else f"{yardstick.nbytes / row.nbytes:.2f}x",
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
        "*file*: bytes on disk of the saved model, side information included. *change*: accuracy in percentage points",
        "against the float model on the same test samples, paired bootstrap. *batch n*: median time of one call with n",
        "names, in brackets the float model's time over it (above 1 is faster), measured in turns in one run.",
        "",
    ]
    with atomic_path(path) as temporary:
        temporary.write_text("\n".join(lines), "utf-8")


def write_json(rows: Sequence[TourRow], path: str | Path, *, about: Mapping[str, str]) -> None:
    """Write every number, unrounded."""
    content = {"about": dict(about), "rows": [dataclasses.asdict(row) for row in rows]}
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False), "utf-8")


def write_figure(rows: Sequence[TourRow], path: str | Path) -> None:
    """Draw accuracy against size with the Pareto front: the recipes that no other beats in both."""
    import matplotlib

    matplotlib.use("Agg", force=False)
    from matplotlib.figure import Figure

    markers = dict(zip(dict.fromkeys(row.family for row in rows), "osD^vPX*", strict=False))
    colours = dict(zip(markers, ["#555555", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"], strict=False))
    figure = Figure(figsize=(7.0, 4.4), layout="constrained")
    axes = figure.add_subplot()
    for family, marker in markers.items():
        own = [row for row in rows if row.family == family]
        sizes = [row.nbytes / 1e3 for row in own]
        values = [100 * row.accuracy.value for row in own]
        spread = [
            [100 * (row.accuracy.value - row.accuracy.low) for row in own],
            [100 * (row.accuracy.high - row.accuracy.value) for row in own],
        ]
        axes.errorbar(sizes, values, spread, fmt=marker, ms=7, capsize=3, lw=1, color=colours[family], label=family)
    front = pareto_front(rows)
    axes.plot([r.nbytes / 1e3 for r in front], [100 * r.accuracy.value for r in front], "--", color="#999999", zorder=0)
    for row in rows:
        axes.annotate(
            row.name,
            (row.nbytes / 1e3, 100 * row.accuracy.value),
            xytext=(7, -12),
            textcoords="offset points",
            fontsize=8,
        )
    axes.set(xscale="log", xlabel="size on disk (kB, logarithmic)", ylabel="accuracy on the test set (%)")
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.xaxis.set_minor_formatter(lambda value, _: "")
    axes.grid(alpha=0.3)
    axes.legend(title="family (bars: 95 % interval)", fontsize=8, title_fontsize=8)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format=Path(path).suffix.lstrip(".") or "png", dpi=150)


def pareto_front(rows: Sequence[TourRow]) -> list[TourRow]:
    """Return the rows that no other row beats in both size and accuracy, smallest first."""
    best: list[TourRow] = []
    for row in sorted(rows, key=lambda r: (r.nbytes, -r.accuracy.value)):
        if not best or row.accuracy.value > best[-1].accuracy.value:
            best.append(row)
    return best
