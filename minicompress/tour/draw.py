"""The tour's figure: accuracy against size on disk, and the front of recipes that no other beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minicompress.storage import atomic_path
from minicompress.tour.measure import TourRow
from minicompress.tour.write import pareto_front

__all__ = ["write_figure"]

_COLOURS = ("#555555", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00")
_TICKS = (50, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000)
_DEPTH = 12  # percentage points below the best that the axis shows; what is worse is marked at its foot


def write_figure(rows: Sequence[TourRow], path: str | Path) -> None:
    """Draw accuracy against size with 95 % intervals, one marker a family, and the Pareto front."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("the figure needs Matplotlib: pip install 'minicompress[study]'") from error
    figure = Figure(figsize=(7.4, 4.4), layout="constrained")
    axes = figure.add_subplot()
    floor = 100 * max(row.accuracy.value for row in rows) - _DEPTH
    families = list(dict.fromkeys(row.family for row in rows))
    for family, marker, colour in zip(families, "osD^vP", _COLOURS, strict=False):
        shown = [row for row in rows if row.family == family]
        _draw_family(axes, shown, family, marker, colour, floor)
    front = [row for row in pareto_front(rows) if 100 * row.accuracy.value > floor]
    axes.plot(
        [row.nbytes / 1e3 for row in front],
        [100 * row.accuracy.value for row in front],
        "--",
        color="#999999",
        zorder=0,
        label="no recipe beats these",
    )
    _name_points(axes, rows, floor)
    _dress(axes, rows, floor)
    with atomic_path(path) as temporary:
        figure.savefig(temporary, format=Path(path).suffix.lstrip(".") or "png", dpi=150)


def _draw_family(axes: Any, rows: list[TourRow], family: str, marker: str, colour: str, floor: float) -> None:
    inside = [row for row in rows if 100 * row.accuracy.value > floor]
    values = [100 * row.accuracy.value for row in inside]
    spread = [
        [100 * (row.accuracy.value - row.accuracy.low) for row in inside],
        [100 * (row.accuracy.high - row.accuracy.value) for row in inside],
    ]
    sizes = [row.nbytes / 1e3 for row in inside]
    axes.errorbar(sizes, values, spread, fmt=marker, ms=7, capsize=3, lw=1, color=colour, label=family)
    for row in rows:
        if row not in inside:
            axes.plot(row.nbytes / 1e3, floor + 0.6, marker="v", ms=8, color=colour)


def _name_points(axes: Any, rows: Sequence[TourRow], floor: float) -> None:
    """Write names beside their points, in turns below and above; points that fall together share one text."""
    groups: list[list[TourRow]] = []
    for row in sorted(rows, key=lambda r: r.nbytes):
        if groups and row.nbytes < 1.03 * groups[-1][0].nbytes:
            groups[-1].append(row)
        else:
            groups.append([row])
    for turn, group in enumerate(groups):
        value = 100 * group[0].accuracy.value
        end = 100 * (group[0].accuracy.low if turn % 2 == 0 else group[0].accuracy.high)
        text = "\n".join(row.name for row in group)
        below = turn % 2 == 0
        if value <= floor:
            text, end, below = f"{text} ({value:.1f} %)", floor + 0.9, False
        axes.annotate(
            text,
            (group[0].nbytes / 1e3, end),
            xytext=(0, -4 if below else 4),
            textcoords="offset points",
            ha="center",
            va="top" if below else "bottom",
            fontsize=8,
        )


def _dress(axes: Any, rows: Sequence[TourRow], floor: float) -> None:
    sizes = [row.nbytes / 1e3 for row in rows]
    low, high = min(sizes) / 1.25, max(sizes) * 1.25
    axes.set(xscale="log", xlim=(low, high), ylim=(floor, floor + _DEPTH + 5))
    axes.set(xlabel="size on disk (kB, logarithmic)", ylabel="accuracy on the test set (%)")
    axes.set_xticks([t for t in _TICKS if low <= t <= high], [f"{t:,}" for t in _TICKS if low <= t <= high])
    axes.set_xticks([], minor=True)
    axes.grid(alpha=0.3)
    axes.legend(title="family (bars: 95 % interval)", fontsize=8, title_fontsize=8, loc="lower right")
