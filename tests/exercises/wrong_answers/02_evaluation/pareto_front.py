"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(points, larger):
    if points.ndim != 2 or points.shape[1] == 0 or points.shape[1] != len(larger) or np.isnan(points).any():
        raise ValueError("points")
    return [list(row) for row in points.tolist()]


def _front(rows, larger, beats):
    keep = [i for i, b in enumerate(rows) if not any(beats(a, b) for j, a in enumerate(rows) if j != i)]
    return np.array(keep, np.int64)


def _costs(rows, larger):
    return [tuple(-v if up else v for v, up in zip(row, larger, strict=True)) for row in rows]


def smaller_always(points, larger_is_better):
    """every measurement was taken as smaller is better"""
    rows = _checked(points, larger_is_better)
    return _front(rows, None, lambda a, b: a != b and all(x <= y for x, y in zip(a, b, strict=True)))


def wrong_way_round(points, larger_is_better):
    """larger_is_better was read the other way round
    Solver's mistake.
    """
    rows = _costs(_checked(points, larger_is_better), [not up for up in larger_is_better])
    return _front(rows, None, lambda a, b: a != b and all(x <= y for x, y in zip(a, b, strict=True)))


def strictly_everywhere(points, larger_is_better):
    """strictly better in everything
    Solver's mistake.
    """
    rows = _costs(_checked(points, larger_is_better), larger_is_better)
    return _front(rows, None, lambda a, b: all(x < y for x, y in zip(a, b, strict=True)))


def equals_gone(points, larger_is_better):
    """dominated each other away
    Solver's mistake.
    """
    rows = _costs(_checked(points, larger_is_better), larger_is_better)
    return _front(rows, None, lambda a, b: all(x <= y for x, y in zip(a, b, strict=True)))


def first_of_equals(points, larger_is_better):
    """only the first was kept
    Solver's mistake.
    """
    rows = _costs(_checked(points, larger_is_better), larger_is_better)
    found = _front(rows, None, lambda a, b: a != b and all(x <= y for x, y in zip(a, b, strict=True)))
    return np.array([i for i in found if rows.index(rows[i]) == i], np.int64)


def best_in_one(points, larger_is_better):
    """a compromise between two is on the front too"""
    rows = _costs(_checked(points, larger_is_better), larger_is_better)
    best = [min(column) for column in zip(*rows, strict=True)]
    found = [i for i, r in enumerate(rows) if any(v == b for v, b in zip(r, best, strict=True))]
    return np.array(found, np.int64)


def by_bytes(points, larger_is_better):
    """in order of the first measurement
    Solver's mistake.
    """
    rows = _checked(points, larger_is_better)
    costs = _costs(rows, larger_is_better)
    found = _front(costs, None, lambda a, b: a != b and all(x <= y for x, y in zip(a, b, strict=True)))
    return np.array(sorted(found.tolist(), key=lambda i: rows[i]), np.int64)


def a_mask(points, larger_is_better):
    """expected shape .*, returned shape|expected dtype int64, returned bool
    Solver's mistake.
    """
    rows = _costs(_checked(points, larger_is_better), larger_is_better)
    found = _front(rows, None, lambda a, b: a != b and all(x <= y for x, y in zip(a, b, strict=True)))
    return np.isin(np.arange(len(rows)), found)


def negated(points, larger_is_better):
    """(uint8|int8)(.|\\n)*values differ|(uint8|int8)(.|\\n)*expected shape
    Solver's mistake.
    """
    _checked(points, larger_is_better)
    costs = np.where(larger_is_better, -points, points).astype(points.dtype)
    found = [i for i, b in enumerate(costs) if not any((a <= b).all() and (a < b).any() for a in costs)]
    return np.array(found, np.int64)


def through_floats(points, larger_is_better):
    """1152921504606846976(.|\\n)*expected shape|expected shape(.|\\n)*1152921504606846976|1\\.15292\\d*e\\+18|differ
    Solver's mistake.
    """
    _checked(points, larger_is_better)
    costs = points.astype(float) * np.where(larger_is_better, -1.0, 1.0)
    found = [i for i, b in enumerate(costs) if not any((a <= b).all() and (a < b).any() for a in costs)]
    return np.array(found, np.int64)


def nan_kept(points, larger_is_better):
    """points holds a NaN"""
    _checked(np.nan_to_num(points), larger_is_better)
    rows = _costs(points.tolist(), larger_is_better)
    return _front(rows, None, lambda a, b: a != b and all(x <= y for x, y in zip(a, b, strict=True)))
