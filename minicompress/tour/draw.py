"""The tour's figure: accuracy against size on disk, and the front of recipes that no other beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from minicompress.storage import atomic_path
from minicompress.tour.measure import TourRow
from minicompress.tour.write import pareto_front

__all__ = ["write_figure"]

# Okabe and Ito's colours, told apart by readers with any common colour-blindness; the markers help in print.
_SIGNS = tuple(
    zip(
        "osDvP^Xh*<",
        ["#555555", "#0072B2", "#56B4E9", "#D55E00", "#E69F00", "#009E73", "#CC79A7", "#000000"] * 2,
        strict=False,
    )
)
_PLACES = ((6, 4), (6, -11), (-13, 4), (-13, -11), (-4, 13), (-4, -21))  # of a number beside its point, in turns
_TICKS = (50, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000)
_DEPTH = 12  # percentage points below the best that the axis shows; what is worse is marked at its foot


def write_figure(rows: Sequence[TourRow], path: str | Path) -> None:
    """Draw accuracy against size with 95 % intervals, one marker a family, and the Pareto front."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("the figure needs Matplotlib: pip install 'minicompress[study]'") from error
    figure = Figure(figsize=(9.0, 5.4), layout="constrained")
    axes = figure.add_subplot()
    floor = 100 * max(row.accuracy.value for row in rows) - _DEPTH
    families = list(dict.fromkeys(row.family for row in rows))
    for number, family in enumerate(families):
        shown = [row for row in rows if row.family == family]
        names = "\n".join(f"{1 + list(rows).index(row)}  {row.name}" for row in shown)
        _draw_family(axes, shown, f"{family}\n{names}", *_SIGNS[number % len(_SIGNS)], floor)
    front = [row for row in pareto_front(rows) if 100 * row.accuracy.value > floor]
    axes.plot(
        [row.nbytes / 1e3 for row in front],
        [100 * row.accuracy.value for row in front],
        "--",
        color="#999999",
        zorder=0,
        label="no recipe beats these",
    )
    _number_points(axes, rows, floor)
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


def _number_points(axes: Any, rows: Sequence[TourRow], floor: float) -> None:
    """Write each recipe's number beside its point; points that stand close together take turns around them."""
    turn, before = 0, 0.0
    for row in sorted(rows, key=lambda r: r.nbytes):
        turn = turn + 1 if row.nbytes < 1.1 * before else 0
        before = row.nbytes
        value = 100 * row.accuracy.value
        text = str(1 + list(rows).index(row))
        if value <= floor:
            text, value = f"{text} ({value:.1f} %)", floor + 0.6
        place = _PLACES[turn % len(_PLACES)]
        axes.annotate(text, (row.nbytes / 1e3, value), xytext=place, textcoords="offset points", fontsize=8)


def _dress(axes: Any, rows: Sequence[TourRow], floor: float) -> None:
    sizes = [row.nbytes / 1e3 for row in rows]
    low, high = min(sizes) / 1.25, max(sizes) * 1.25
    axes.set(xscale="log", xlim=(low, high), ylim=(floor, floor + _DEPTH + 5))
    axes.set(xlabel="size on disk (kB, logarithmic)", ylabel="accuracy on the test set (%)")
    axes.set_xticks([t for t in _TICKS if low <= t <= high], [f"{t:,}" for t in _TICKS if low <= t <= high])
    axes.set_xticks([], minor=True)
    axes.grid(alpha=0.3)
    axes.legend(
        title="family (bars: 95 % interval)",
        fontsize=8,
        title_fontsize=8,
        loc="center left",
        bbox_to_anchor=(1.01, 0.5),
        frameon=False,
    )
