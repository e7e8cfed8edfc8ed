"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _drawn(correct, resamples, level):
    n = len(correct)
    if not 0 < level < 1 or resamples.ndim != 2 or resamples.shape[1] != n:
        raise ValueError("level or shape")
    if resamples.min() < 0 or resamples.max() >= n:
        raise ValueError("index")
    return correct.astype(float)[resamples]


def whole_tail(correct, resamples, *, level=0.95):
    """all of 1 - level was cut off at each end
    Solver's mistake.
    """
    drawn = _drawn(correct, resamples, level).mean(axis=1)
    return float(correct.mean()), *map(float, np.quantile(drawn, [1 - level, level]))


def mean_of_resamples(correct, resamples, *, level=0.95):
    """the mean of the resamples was returned as the accuracy
    Solver's mistake.
    """
    drawn, tail = _drawn(correct, resamples, level).mean(axis=1), (1 - level) / 2
    return float(drawn.mean()), *map(float, np.quantile(drawn, [tail, 1 - tail]))


def normal_interval(correct, resamples, *, level=0.95):
    """a normal interval from the spread of the resamples
    Solver's mistake.
    """
    drawn = _drawn(correct, resamples, level).mean(axis=1)
    z = {0.95: 1.959963984540054, 0.9: 1.6448536269514722}.get(level, 1.96)
    middle = float(correct.mean())
    return middle, middle - z * float(drawn.std()), middle + z * float(drawn.std())


def reflected(correct, resamples, *, level=0.95):
    """a basic \\(reflected\\) bootstrap interval"""
    drawn, tail = _drawn(correct, resamples, level).mean(axis=1), (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    middle = float(correct.mean())
    return middle, float(2 * middle - high), float(2 * middle - low)


def without_duplicates(correct, resamples, *, level=0.95):
    """duplicates in a resample were counted once
    Solver's mistake.
    """
    _drawn(correct, resamples, level)
    drawn, tail = [correct[np.unique(row)].mean() for row in resamples], (1 - level) / 2
    return float(correct.mean()), *map(float, np.quantile(drawn, [tail, 1 - tail]))


def over_the_resamples(correct, resamples, *, level=0.95):
    """the mean was taken over the resamples"""
    drawn, tail = _drawn(correct, resamples, level).mean(axis=0), (1 - level) / 2
    return float(correct.mean()), *map(float, np.quantile(drawn, [tail, 1 - tail]))


def sorted_places(correct, resamples, *, level=0.95):
    """the quantiles were not interpolated
    Solver's mistake.
    """
    drawn, tail = np.sort(_drawn(correct, resamples, level).mean(axis=1)), (1 - level) / 2
    last = len(drawn) - 1
    return float(correct.mean()), float(drawn[int(tail * last)]), float(drawn[int((1 - tail) * last)])


def small_sums(correct, resamples, *, level=0.95):
    """in an 8-bit integer, which overflows
    Solver's mistake.
    """
    drawn, tail = _drawn(correct, resamples, level).mean(axis=1), (1 - level) / 2
    right = np.sum(correct, dtype=np.int8)
    return float(right / len(correct)), *map(float, np.quantile(drawn, [tail, 1 - tail]))


def negative_indices(correct, resamples, *, level=0.95):
    """the index -1 is not in 0 \\.\\. 5
    Solver's mistake.
    """
    if not 0 < level < 1 or resamples.ndim != 2 or resamples.shape[1] != len(correct):
        raise ValueError("level or shape")
    if resamples.max() >= len(correct):
        raise ValueError("index")
    drawn, tail = correct[resamples].mean(axis=1), (1 - level) / 2
    return float(correct.mean()), *map(float, np.quantile(drawn, [tail, 1 - tail]))
