"""Reference answer: the Pareto front of measured models."""

import numpy as np


def pareto_front(points: np.ndarray, larger_is_better: list[bool]) -> np.ndarray:
    """Return the ascending indices of the points that no other point dominates."""
    if points.ndim != 2 or points.shape[1] < 1:
        raise ValueError(f"points must be (n, d) with a column; got {points.shape}")
    if np.isnan(points).any():
        raise ValueError("points holds a NaN, which cannot be compared")

    # Row a, column b of these tables compares model a with model b.
    nowhere_worse = np.ones((len(points), len(points)), bool)
    somewhere_better = np.zeros_like(nowhere_worse)
    # strict: a ValueError where larger_is_better has not d items.
    for column, larger in zip(points.T, larger_is_better, strict=True):
        one, other = column[:, None], column[None, :]
        # Turning the comparison round is safe for every dtype; a minus sign is not (unsigned, -128 of int8).
        better = one > other if larger else one < other
        nowhere_worse &= ~better.T
        somewhere_better |= better

    # Equal models are nowhere better than each other, so they stay or go together.
    dominated = (nowhere_worse & somewhere_better).any(axis=0)
    return np.flatnonzero(~dominated)
