"""Right answers to sliding_window_mask in other styles; each must pass."""

import numpy as np


def triangles(queries, keys, *, window, sinks=0, offset=None):
    """Two triangles cut from a table of ones; the sinks put in below the diagonal."""
    offset = keys - queries if offset is None else offset
    if window <= 0 or sinks <= -1 or not 0 <= offset <= keys - queries:
        raise ValueError("sizes")
    causal = np.tril(np.ones((queries, keys), bool), offset)
    mask = np.triu(causal, offset - window + 1)
    mask[:, :sinks] |= causal[:, :sinks]
    return mask


def slices(queries, keys, *, window, sinks=0, offset=None):
    """Row by row, two slices of each."""
    if window < 1 or sinks < 0:
        raise ValueError("sizes")
    if offset is None:
        offset = keys - queries
    if offset < 0 or queries + offset > keys:
        raise ValueError("positions")
    mask = np.zeros((queries, keys), dtype=np.bool_)
    for i, p in enumerate(range(offset, offset + queries)):
        mask[i, max(0, p + 1 - window) : p + 1] = True
        mask[i, : min(sinks, p + 1)] = True
    return mask
