"""Right answers to coo_to_csr in other styles; each must pass."""

import numpy as np


def _refuse(rows, cols, values, shape):
    if len({len(rows), len(cols), len(values)}) != 1:
        raise ValueError("lengths")
    if any(not 0 <= i < shape[0] for i in rows.tolist()) or any(not 0 <= j < shape[1] for j in cols.tolist()):
        raise ValueError("index")


def dictionary(rows, cols, values, *, shape):
    """One dict of sums for all places."""
    _refuse(rows, cols, values, shape)
    places = {}
    for i, j, v in zip(rows.tolist(), cols.tolist(), values.tolist(), strict=True):
        places[i, j] = places.get((i, j), 0.0) + v
    order = sorted(places)
    indptr = np.searchsorted([i for i, _ in order], np.arange(shape[0] + 1)).astype(np.int64)
    data = np.array([places[p] for p in order], values.dtype)
    return data, np.array([j for _, j in order], np.int64), indptr


def unique_keys(rows, cols, values, *, shape):
    """One 64-bit key for each place."""
    _refuse(rows, cols, values, shape)
    keys, place = np.unique(rows.astype(np.int64) * shape[1] + cols, return_inverse=True)
    data = np.bincount(place, weights=values, minlength=len(keys)).astype(values.dtype)
    indptr = np.searchsorted(keys, np.arange(shape[0] + 1, dtype=np.int64) * shape[1])
    return data, keys % shape[1], indptr
