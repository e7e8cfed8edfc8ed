"""Measure one trained classifier under each recipe: the saved file, the compressed kernels, the held-out test set."""

from __future__ import annotations

import copy
import dataclasses
import functools
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from minicompress import files
from minicompress.evaluation import Interval, accuracy, accuracy_difference, compare_latency
from minicompress.nn import Module
from minicompress.pipeline import CompressedModel, Recipe, compress, load_into

__all__ = ["BATCHES", "Classifier", "TourRow", "measure_recipes"]

#: Batch sizes at which latency is measured.
BATCHES = (1, 64)

_NOISE = 1.05  # two medians of the same call differ by a few percent


class Classifier(Protocol):
    """What the tour asks of a model."""

    def predict_logits(self, inputs: Any) -> np.ndarray:
        """Return (n, classes) for n inputs."""


@dataclasses.dataclass(frozen=True)
class TourRow:
    """One recipe, measured.

    Parameters
    ----------
    name, family, summary : str
    nbytes : int
        Size of the saved file, everything included.
    bits_per_weight : float
    accuracy : Interval
        Share of right answers on the test set with its 95 % Wilson interval.
    change : Interval
        Accuracy minus the float model's on the same samples, 95 % paired bootstrap.
    seconds, float_seconds : dict of int to float
        Median latency of one call by batch size, and the float model's, measured in turns with it.
    remarks : tuple of str
        Where the recipe did harm: larger or slower than float.
    """

    name: str
    family: str
    summary: str
    nbytes: int
    bits_per_weight: float
    accuracy: Interval
    change: Interval
    seconds: Mapping[int, float]
    float_seconds: Mapping[int, float]
    remarks: tuple[str, ...]


def measure_recipes(
    model: Module,
    inputs: Sequence[Any] | np.ndarray,
    labels: np.ndarray,
    recipes: Sequence[Recipe],
    *,
    calibration: Mapping[str, np.ndarray] | None = None,
    seconds: float = 0.15,
    on_step: Callable[[str], None] = lambda text: None,
) -> list[TourRow]:
    """Compress ``model`` by each recipe and measure it; the first row is the float32 model itself.

    Parameters
    ----------
    model : a trained module with ``predict_logits(inputs)``; it is not changed
    inputs, labels : the test set, as arrays
    recipes : the recipes to try
    calibration : inputs of each weight, for the recipes that look at data
    seconds : time for each latency measurement
    on_step : called with a short text before each piece of work (for a progress bar)
    """
    yardstick = next((r for r in recipes if r.name == "float32"), None)
    others = [r for r in recipes if r is not yardstick]
    if yardstick is None:
        from minicompress.pipeline import PRESETS

        yardstick = PRESETS["float32"]
    weights = model.state_dict()
    # All compressions come first: a recipe that does not fit fails before minutes are spent on measuring.
    compressed: dict[str, CompressedModel] = {}
    for recipe in (yardstick, *others):
        on_step(f"compress {recipe.name}")
        compressed[recipe.name] = compress(weights, recipe, calibration if recipe.needs_inputs else None)
    dense = load_into(copy.deepcopy(model), compressed[yardstick.name])
    baseline: np.ndarray | None = None
    rows: list[TourRow] = []
    with tempfile.TemporaryDirectory() as folder:
        for recipe in (yardstick, *others):
            on_step(f"measure {recipe.name}")
            path = Path(folder) / f"{len(rows)}.safetensors"
            nbytes = files.save(compressed[recipe.name], path)
            # What is measured is what a user gets: the model as it comes back from the file.
            running = load_into(copy.deepcopy(model), files.load(path))
            predicted = _predict(running, inputs)
            baseline = predicted if baseline is None else baseline
            bits = compressed[recipe.name].bits_per_weight
            first = rows[0] if rows else None
            rows.append(
                _row(
                    recipe,
                    nbytes,
                    bits,
                    predicted,
                    baseline,
                    labels,
                    _latencies(running, dense, inputs, seconds),
                    first,
                )
            )
    return rows


def _predict(model: Any, inputs: Any) -> np.ndarray:
    return np.asarray(model.predict_logits(inputs)).argmax(axis=1)


def _latencies(model: Any, dense: Any, inputs: Any, seconds: float) -> dict[int, tuple[float, float]]:
    """Median seconds of a call with the compressed and with the float model, in turns, by batch size."""
    found = {}
    for batch in BATCHES:
        # Spread evenly over the samples, which may be sorted by length.
        some = inputs[np.linspace(0, len(inputs) - 1, batch + 2)[1:-1].astype(int)]
        calls = {name: functools.partial(m.predict_logits, some) for name, m in (("this", model), ("float", dense))}
        timed = compare_latency(calls, seconds=seconds)
        found[batch] = (timed["this"].median, timed["float"].median)
    return found


def _row(
    recipe: Recipe,
    nbytes: int,
    bits: float,
    predicted: np.ndarray,
    baseline: np.ndarray,
    labels: np.ndarray,
    latencies: dict[int, tuple[float, float]],
    yardstick: TourRow | None,
) -> TourRow:
    remarks = []
    if yardstick is not None:
        if nbytes > yardstick.nbytes:
            remarks.append("larger than float")
        slow = [str(b) for b, (ours, theirs) in latencies.items() if ours > _NOISE * theirs]
        if slow:
            remarks.append(f"slower than float at batch {' and '.join(slow)}")
    change = accuracy_difference(predicted, baseline, labels, rng=np.random.default_rng(0))
    return TourRow(
        recipe.name,
        recipe.family,
        recipe.summary,
        nbytes,
        bits,
        accuracy(predicted, labels),
        change,
        {b: ours for b, (ours, _) in latencies.items()},
        {b: theirs for b, (_, theirs) in latencies.items()},
        tuple(remarks),
    )
