"""The table as a picture: one line an operation and peer, a dot a shape, on a logarithmic axis of ratios."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from minicompress.storage import atomic_path

__all__ = ["draw", "grouped"]

_OURS, _THEIRS, _INK = "#0072b2", "#d55e00", "#333333"  # a pair that the colour-blind can tell apart


def grouped(results: list[dict[str, Any]]) -> dict[tuple[str, str], list[float]]:
    """The ratios of all shapes for each (operation, peer), in the order of the rows."""
    found: dict[tuple[str, str], list[float]] = {}
    for r in results:
        for peer, ratio in r["ratios"].items():
            found.setdefault((r["operation"], peer), []).append(ratio)
    return found


def draw(results: list[dict[str, Any]], machine: dict[str, Any], path: Path) -> None:
    """Write the picture of ``results`` to ``path`` (.png or .svg)."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    lines = grouped(results)
    figure = Figure(figsize=(8.5, 0.9 + 0.24 * len(lines)), layout="constrained")
    axes = figure.subplots()
    for y, ratios in enumerate(reversed(list(lines.values()))):
        middle = float(np.median(ratios))
        colours = [_OURS if ratio >= 1 else _THEIRS for ratio in ratios]
        axes.scatter(ratios, [y] * len(ratios), s=14, c=colours, alpha=0.45, linewidths=0)
        axes.plot([middle] * 2, [y - 0.35, y + 0.35], color=_INK, linewidth=1.6)
        axes.annotate(f"{middle:.2f}", (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=7)
    axes.axvline(1, color=_INK, linewidth=0.8)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
    axes.set_yticks(range(len(lines)), [f"{operation}  |  {peer}" for operation, peer in reversed(list(lines))])
    axes.tick_params(axis="y", labelsize=7)
    axes.set_ylim(-0.6, len(lines) - 0.4)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("time of the peer / our time, each dot a shape, the bar their median (right of 1: ours is faster)")
    axes.set_title(f"{machine['threads']} threads, {machine['isa']}", fontsize=9)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format=path.suffix[1:], dpi=150)
