"""Right answers to kv_cache_quantize in other styles; each must pass."""

import numpy as np


def reduce_over_axis_1(keys, values, *, bits=4, group_size=32):
    """No transpose: keys as (groups, group_size, d), values as (tokens, groups, group_size)."""
    tokens, d = keys.shape
    if values.shape != (tokens, d) or bits not in range(1, 9) or group_size <= 0:
        raise ValueError("arguments")
    if tokens % group_size or d % group_size:
        raise ValueError("group_size")
    results = []
    for cut, axis in ((keys.reshape(-1, group_size, d), 1), (values.reshape(tokens, -1, group_size), 2)):
        low, high = cut.min(axis=axis), cut.max(axis=axis)
        scale = np.where(high == low, 1.0, (high - low) / ((1 << bits) - 1))
        codes = np.round((cut - np.expand_dims(low, axis)) / np.expand_dims(scale, axis))
        results += [codes.reshape(tokens, d).astype(np.uint8), scale, low]
    return tuple(results)


def loops(keys, values, *, bits=4, group_size=32):
    """Group by group."""
    if keys.shape != values.shape or not 1 <= bits <= 8 or group_size < 1:
        raise ValueError("arguments")
    tokens, d = keys.shape
    if tokens % group_size != 0 or d % group_size != 0:
        raise ValueError("group_size")

    def one(part):
        low = part.min()
        scale = (part.max() - low) / (2**bits - 1) or 1.0
        return np.rint((part - low) / scale), scale, low

    k = [np.zeros((tokens, d), np.uint8), np.zeros((tokens // group_size, d)), np.zeros((tokens // group_size, d))]
    v = [np.zeros((tokens, d), np.uint8), np.zeros((tokens, d // group_size)), np.zeros((tokens, d // group_size))]
    for start in range(0, tokens, group_size):
        for c in range(d):
            run = slice(start, start + group_size)
            k[0][run, c], k[1][start // group_size, c], k[2][start // group_size, c] = one(keys[run, c])
    for t in range(tokens):
        for start in range(0, d, group_size):
            run = slice(start, start + group_size)
            v[0][t, run], v[1][t, start // group_size], v[2][t, start // group_size] = one(values[t, run])
    return (*k, *v)
