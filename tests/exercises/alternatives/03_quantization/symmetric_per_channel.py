"""Right answers to symmetric_per_channel in other styles; each must pass."""

import math

import numpy as np


def plain_python(w, *, bits=8):
    """Two loops over Python floats."""
    if bits not in (2, 3, 4, 5, 6, 7, 8) or w.ndim != 2 or not w.size:
        raise ValueError("bits or shape")
    rows = w.tolist()
    if not all(math.isfinite(v) for row in rows for v in row):
        raise ValueError("not finite")
    codes, scales = [], []
    for row in rows:
        largest = max(max(row), -min(row))
        scale = largest / ((1 << (bits - 1)) - 1) if largest > 0 else 1.0
        scales.append(scale)
        codes.append([round(v / scale) for v in row])
    return np.array(codes, dtype=np.int8), np.array(scales, dtype=np.float32)


def transposed(w, *, bits=8):
    """Columns of the transpose, so that (out,) broadcasts by itself; rounding the scale last."""
    if w.ndim != 2 or w.shape[0] * w.shape[1] == 0 or not 1 < bits < 9:
        raise ValueError("shape or bits")
    if np.isnan(w).any() or np.isinf(w).any():
        raise ValueError("not finite")
    columns = w.T.astype(np.float64)
    largest = np.linalg.norm(columns, ord=np.inf, axis=0)
    scale = np.divide(largest, 2 ** (bits - 1) - 1, out=np.ones_like(largest), where=largest > 0)
    return np.around(columns / scale).T.astype(np.int8), scale.astype(np.float32)


def by_outer_product(w, *, bits=8):
    """The scales spread to the shape of w by an outer product; a clamp for good measure."""
    if not (2 <= bits <= 8 and w.ndim == 2 and w.size > 0 and np.all(np.abs(w) < np.inf)):
        raise ValueError("an argument")
    qmax = 2 ** (bits - 1) - 1
    scale = np.maximum.reduce(np.abs(w), axis=1) / np.float32(qmax)
    scale += scale == 0
    steps = w / np.einsum("i,j->ij", scale, np.ones(w.shape[1], np.float32))
    return np.clip(np.rint(steps), -qmax, qmax).astype(np.int8), scale.astype(np.float32)
