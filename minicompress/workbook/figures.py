"""One look for every figure and table of the workbook: colours, sizes, captions, and sliders with a still fallback.

Colours are those of Okabe and Ito, which readers with any common colour-blindness can tell apart. A figure is saved as
a PNG with its message as alternative text and as a caption below, so that a notebook reads without a kernel.

>>> fig, ax = subplots()
>>> _ = draw_staircase(ax, step=0.5, codes=range(-2, 3))
>>> shown = Still(fig, "A quantizer is a staircase.")
>>> shown.png[:4]
b'\\x89PNG'
"""

from __future__ import annotations

import html
import io
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from minicompress import checks

__all__ = [
    "BLACK",
    "BLUE",
    "GREEN",
    "GREY",
    "ORANGE",
    "PURPLE",
    "RED",
    "SKY",
    "Still",
    "Table",
    "draw_histogram",
    "draw_intervals",
    "draw_matrix",
    "draw_staircase",
    "has_sliders",
    "interactive",
    "show",
    "subplots",
    "table",
]

BLACK, GREY = "#000000", "#8C8C8C"
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
COLOURS = (BLUE, RED, GREEN, ORANGE, PURPLE, SKY, BLACK)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")  # a second sign beside the colour, for print in grey

STYLE: dict[str, Any] = {
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
    "font.family": "DejaVu Sans",  # ships with matplotlib: the same glyphs on every machine
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "legend.framealpha": 0.9,
    "legend.edgecolor": "none",
    "legend.fontsize": 9,
    "lines.linewidth": 1.8,
    "lines.markersize": 5.5,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}


def _figure(width: float, height: float) -> Any:
    try:
        import matplotlib
        from cycler import cycler
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("figures need Matplotlib: pip install 'minicompress[study]'") from error
    matplotlib.rcParams.update(STYLE | {"axes.prop_cycle": cycler(color=COLOURS)})
    return Figure(figsize=(width, height))


def subplots(rows: int = 1, columns: int = 1, *, height: float = 3.0, width: float = 7.2, **options: Any) -> Any:
    """Return ``(figure, axes)`` in the workbook's style; ``height`` (of each row) and ``width`` are in inches.

    The figure is known to no window manager: nothing is drawn until it is shown, and nothing has to be closed.
    """
    fig = _figure(width, height * rows)
    return fig, fig.subplots(rows, columns, **options)


# ---- what a cell ends with ----------------------------------------------------------------------------------------


class Still:
    """A figure as a PNG, with its message as alternative text and as the caption below it."""

    def __init__(self, figure: Any, message: str) -> None:
        if not message.strip():
            raise ValueError("message must say what the figure shows; got an empty text")
        self.message = message.strip()
        self.png = to_png(figure)

    def __repr__(self) -> str:
        return f"[Figure: {self.message}]"

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"image/png": self.png, "text/plain": repr(self)}, {"image/png": {"alt": self.message}}


def to_png(figure: Any) -> bytes:
    """Return a figure as PNG bytes with a palette of 256 colours: about a third of the size, and no visible change."""
    from PIL import Image

    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=STYLE["figure.dpi"], facecolor="white", metadata={"Software": None})
    Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(small, format="png", optimize=True)
    return small.getvalue()


def show(figure: Any, message: str) -> None:
    """Display a figure in a notebook, with ``message`` (what one sees in it) as its caption."""
    _display(Still(figure, message), message)


def _display(shown: Any, message: str) -> None:
    from IPython.display import Markdown, display

    display(shown)
    display(Markdown(f"*Figure. {message.strip()}*"))


class Table:
    """Rows of text and numbers: Markdown in a notebook, aligned columns in a terminal.

    >>> print(table(["bits", "bytes"], [["8", 1024], ["4", 512]]))
    bits  bytes
       8   1024
       4    512
    """

    def __init__(self, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        self.head = [str(cell) for cell in head]
        self.rows = [[str(cell) for cell in row] for row in rows]
        wrong = [row for row in self.rows if len(row) != len(self.head)]
        if wrong:
            raise ValueError(f"every row must have {len(self.head)} cells, one for each of {self.head}; got {wrong[0]}")

    def __repr__(self) -> str:
        lines = [self.head, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.head))]
        return "\n".join("  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) for line in lines)

    def _repr_html_(self) -> str:
        def line(cells: list[str], tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

        return "<table>" + line(self.head, "th") + "".join(line(row, "td") for row in self.rows) + "</table>"


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Return a :class:`Table`; format numbers yourself, at a precision that holds on another machine."""
    return Table(head, rows)


# ---- sliders ------------------------------------------------------------------------------------------------------


def has_sliders() -> bool:
    """Say whether a person sits at the notebook: only then are widgets made.

    A Jupyter server names the notebook in ``JPY_SESSION_NAME``, VS Code sets ``VSCODE_PID`` or ``VSCODE_CWD``; a run
    without a front end (nbclient, nbconvert) has none of them. ``MINICOMPRESS_WIDGETS=0`` or ``1`` decides by hand.
    """
    chosen = os.environ.get("MINICOMPRESS_WIDGETS", "")
    if chosen:
        return chosen != "0"
    return any(name in os.environ for name in ("JPY_SESSION_NAME", "VSCODE_PID", "VSCODE_CWD"))


def interactive(draw: Callable[..., Any], message: str, **choices: tuple[Sequence[Any], Any]) -> None:
    """Display ``draw(**values)``, a figure, with one slider for each of ``choices``: ``name=(values, first)``.

    Without a front end the figure of the first values is shown as it is. With one, the saved output still holds that
    figure beside the widget, for readers who open the notebook without a kernel.
    """
    for name, (values, first) in choices.items():
        checks.one_of(first, f"the first value of {name}", tuple(values))
    still = Still(draw(**{name: first for name, (_, first) in choices.items()}), message)
    _display(_with_sliders(draw, still, choices) if has_sliders() else still, message)


class _Sliders:
    """A widget's display data with the still figure added to it."""

    def __init__(self, box: Any, still: Still) -> None:
        self.box, self.still = box, still

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = self.still._repr_mimebundle_()
        return data | self.box._repr_mimebundle_(**options) | {"text/plain": repr(self.still)}, metadata


def _with_sliders(draw: Callable[..., Any], still: Still, choices: dict[str, tuple[Sequence[Any], Any]]) -> Any:
    try:
        import ipywidgets
    except ImportError:
        return still
    sliders = {
        name: ipywidgets.SelectionSlider(
            options=list(values), value=first, description=name.replace("_", " "), continuous_update=False
        )
        for name, (values, first) in choices.items()
    }
    image = ipywidgets.Image(value=still.png, format="png")

    def redraw(change: Any) -> None:
        image.value = to_png(draw(**{name: slider.value for name, slider in sliders.items()}))

    for slider in sliders.values():
        slider.observe(redraw, names="value")
    return _Sliders(ipywidgets.VBox([*sliders.values(), image]), still)


# ---- things drawn again and again ---------------------------------------------------------------------------------


def draw_staircase(ax: Any, *, step: float, codes: Iterable[int], zero_point: int = 0, colour: str = BLUE) -> Any:
    """Draw the quantizer x -> s (q - z): a tread for each code, the code written on it, the line y = x behind."""
    ends = np.array(sorted(codes))
    values = step * (ends - zero_point)
    ax.plot(values[[0, -1]], values[[0, -1]], color=GREY, linewidth=1, linestyle="--", label="no rounding")
    edges = np.concatenate([[values[0] - step / 2], values + step / 2])
    ax.step(edges, np.concatenate([values[:1], values]), where="pre", color=colour, label="rounded")
    for code, value in zip(ends, values, strict=True):
        ax.annotate(str(code), (value, value), (-9, 5), textcoords="offset points", ha="center", fontsize=9)
    return ax


def draw_histogram(
    ax: Any, values: Any, *, grid: Any = None, bins: Any = 80, colour: str = BLUE, label: str = ""
) -> Any:
    """Draw the density of ``values``, with the points of a quantization ``grid`` as ticks along the axis."""
    ax.hist(np.ravel(values), bins=bins, density=True, color=colour, alpha=0.55, label=label or None)
    ax.set_ylabel("density")
    if grid is not None:
        height = 0.05 * ax.get_ylim()[1]
        ax.vlines(np.ravel(grid), 0, height, color=BLACK, linewidth=0.9)
    return ax


def draw_matrix(
    ax: Any, values: Any, *, text: Any = None, label: str = "", colours: str = "viridis", log: bool = False
) -> Any:
    """Draw a matrix as a heat map with a labelled bar; ``text``, of the same shape, is written into the cells."""
    from matplotlib.colors import LogNorm

    shown = np.atleast_2d(np.asarray(values, np.float64))
    norm = LogNorm(shown.min(), shown.max()) if log else None
    image = ax.imshow(shown, aspect="auto", cmap=colours, norm=norm, interpolation="nearest")
    ax.grid(False)
    ax.figure.colorbar(image, ax=ax, label=label, shrink=0.9, pad=0.02)
    if text is not None:
        shares = np.ma.filled(image.norm(shown), 0.0)
        for (row, column), cell in np.ndenumerate(np.asarray(text)):
            # Black or white, whichever the cell's own colour leaves readable.
            red, green, blue = image.cmap(shares[row, column])[:3]
            dark = 0.3 * red + 0.59 * green + 0.11 * blue < 0.5
            ax.text(column, row, str(cell), ha="center", va="center", fontsize=9, color="white" if dark else "black")
    return image


def draw_intervals(ax: Any, names: Sequence[str], intervals: Sequence[Any], *, colour: str = BLUE) -> Any:
    """Draw estimates with their confidence intervals (``value``, ``low``, ``high``), one line each, first on top."""
    if len(names) != len(intervals) or not names:
        raise ValueError(f"names and intervals must be as long, and not empty; got {len(names)} and {len(intervals)}")
    places = np.arange(len(names))[::-1]
    middle = np.array([i.value for i in intervals])
    reach = np.abs(np.array([[i.low for i in intervals], [i.high for i in intervals]]) - middle)
    ax.errorbar(middle, places, xerr=reach, fmt="o", color=colour, capsize=3)
    ax.set_yticks(places, names)
    ax.set_ylim(-0.6, len(names) - 0.4)
    return ax
