"""Right answers to pareto_front in other styles; each must pass."""

import numpy as np


def plain_python(points, larger_is_better):
    """Python numbers, which have no overflow, and the definition."""
    if np.ndim(points) != 2 or not points.shape[1] or len(larger_is_better) != points.shape[1]:
        raise ValueError("shape")
    rows = [[-v if up else v for v, up in zip(row, larger_is_better, strict=True)] for row in points.tolist()]
    if any(v != v for row in rows for v in row):
        raise ValueError("NaN")
    kept = []
    for i, b in enumerate(rows):
        for a in rows:
            if a != b and all(x <= y for x, y in zip(a, b, strict=True)):
                break
        else:
            kept.append(i)
    return np.array(kept, dtype=np.int64)


def ranks(points, larger_is_better):
    """Each column replaced by its dense rank, which is small and signed."""
    if points.ndim != 2 or points.shape[1] in (0,) or points.shape[1] != len(larger_is_better):
        raise ValueError("shape")
    if not (points == points).all():
        raise ValueError("NaN")
    cost = np.empty(points.shape, np.int64)
    for j, up in enumerate(larger_is_better):
        cost[:, j] = np.unique(points[:, j], return_inverse=True)[1]
        if up:
            cost[:, j] *= -1
    keep = [not ((cost <= row).all(axis=1) & (cost < row).any(axis=1)).any() for row in cost]
    return np.flatnonzero(np.array(keep, bool))
