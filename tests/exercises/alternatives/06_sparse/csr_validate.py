"""Right answers to csr_validate in other styles; each must pass."""

import math

import numpy as np


def python_lists(data, indices, indptr, *, columns):
    """Integers of Python have no width."""
    values, cols, starts = data.tolist(), indices.tolist(), indptr.tolist()
    if len(values) != len(cols) or not starts:
        return "lengths"
    if starts[0]:
        return "start"
    if starts != sorted(starts):
        return "falls"
    if starts[-1] != len(values):
        return "end"
    if not all(0 <= j < columns for j in cols):
        return "range"
    pairs = [(cols[p - 1], cols[p]) for a, b in zip(starts, starts[1:], strict=False) for p in range(a + 1, b)]
    if any(a == b for a, b in pairs):
        return "duplicate"
    if any(a > b for a, b in pairs):
        return "order"
    return "ok" if all(map(math.isfinite, values)) else "not finite"


def wide_differences(data, indices, indptr, *, columns):
    """Differences are right in a wide signed type, once the values are known to be small."""
    if data.shape != indices.shape or not indptr.size:
        return "lengths"
    if indptr[0] != 0:
        return "start"
    wide = indptr.astype(object)
    if any(wide[1:] < wide[:-1]):
        return "falls"
    if wide[-1] != data.size:
        return "end"
    if any(j < 0 or j >= columns for j in indices.tolist()):
        return "range"
    inner = np.ones(len(indices), bool)
    begins = indptr[:-1].astype(np.int64)
    inner[begins[begins < len(indices)]] = False
    steps = np.diff(indices.astype(np.int64), prepend=0)[inner]
    for code, found in [("duplicate", steps == 0), ("order", steps < 0), ("not finite", ~np.isfinite(data))]:
        if found.any():
            return code
    return "ok"
