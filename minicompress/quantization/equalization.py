"""Cross-layer equalization: rescale the channels between two layers so that one step per tensor serves all of them.

For f with f(s x) = s f(x), s > 0 (ReLU, identity), W2 f(W1 x + b1) is the same function for every s > 0 in

    W1' = diag(1/s) W1,   b1' = b1 / s,   W2' = W2 diag(s),   s_i = sqrt(r1_i r2_i) / r2_i

with r1_i the largest magnitude of row i of W1 and r2_i that of column i of W2; after it both are sqrt(r1_i r2_i).
Source: Nagel et al. 2019 (DFQ), arXiv:1906.04721, section 4.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["equalize"]


def equalize(w1: Any, b1: Any | None, w2: Any) -> tuple[np.ndarray, np.ndarray | None, np.ndarray, np.ndarray]:
    """Return W1', b1', W2' and s (channels,), all float32.

    A channel that is all zeros on either side is left alone (s = 1). With more than two layers, go over the pairs
    until s is near 1.

    Parameters
    ----------
    w1 : (channels, in) or (channels, in, k, ...)
    b1 : (channels,) or None
    w2 : (out, channels) or (out, channels, k, ...)

    Examples
    --------
    >>> w1, _, w2, s = equalize([[8, 0], [0, 1]], None, [[2, 1]])
    >>> w1.tolist(), w2.tolist(), s.tolist()
    ([[4.0, 0.0], [0.0, 1.0]], [[4.0, 1.0]], [2.0, 1.0])
    """
    first, second = checks.float_array(w1, "w1"), checks.float_array(w2, "w2")
    if first.ndim < 2 or second.ndim < 2 or first.shape[0] != second.shape[1]:
        raise ValueError(
            "w1 (channels, in, ...) and w2 (out, channels, ...) must share their channels; "
            f"got shapes {first.shape} and {second.shape}"
        )
    channels = first.shape[0]
    bias = None if b1 is None else checks.float_array(b1, "b1", shape=(channels,))
    r1 = np.abs(first.reshape(channels, -1)).max(axis=1).astype(np.float64)
    r2 = np.abs(second).max(axis=(0, *range(2, second.ndim))).astype(np.float64)
    live = (r1 > 0) & (r2 > 0)
    s = np.sqrt(np.where(live, r1, 1.0) / np.where(live, r2, 1.0))
    rows, columns = (-1, *[1] * (first.ndim - 1)), (1, -1, *[1] * (second.ndim - 2))
    return (
        _scaled(first, 1 / s.reshape(rows), "w1"),
        None if bias is None else _scaled(bias, 1 / s, "b1"),
        _scaled(second, s.reshape(columns), "w2"),
        s.astype(np.float32),
    )


def _scaled(values: np.ndarray, factor: np.ndarray, name: str) -> np.ndarray:
    return checks.float_array(values * factor, f"{name}, equalized,")
