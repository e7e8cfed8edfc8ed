"""Plausible wrong answers to kv_cache_quantize; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(keys, values, bits, size):
    if keys.shape != values.shape or bits < 1 or bits > 8 or size < 1:
        raise ValueError("arguments")
    if keys.shape[0] % size or keys.shape[1] % size:
        raise ValueError("group_size")


def _rows(m, bits, size, levels=0, zero=False, rounding=np.rint):
    grouped = m.reshape(m.shape[0], -1, size)
    low, high = grouped.min(2, keepdims=True), grouped.max(2, keepdims=True)
    if zero:
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    scale = (high - low) / (2**bits - 1 + levels)
    scale[scale == 0] = 1
    codes = rounding((grouped - low) / scale)
    return codes.reshape(m.shape).astype(np.uint8), scale[..., 0], low[..., 0]


def _columns(m, bits, size, **options):
    return tuple(part.T for part in _rows(m.T, bits, size, **options))


def keys_per_token(keys, values, *, bits=4, group_size=32):
    """the keys were quantized per token
    Solver's mistake.
    """
    _checked(keys, values, bits, group_size)
    return (*_rows(keys, bits, group_size), *_rows(values, bits, group_size))


def values_per_channel(keys, values, *, bits=4, group_size=32):
    """the values were quantized per channel
    Solver's mistake.
    """
    _checked(keys, values, bits, group_size)
    return (*_columns(keys, bits, group_size), *_columns(values, bits, group_size))


def the_wrong_way_round(keys, values, *, bits=4, group_size=32):
    """keys and values are the wrong way round"""
    _checked(keys, values, bits, group_size)
    return (*_rows(keys, bits, group_size), *_columns(values, bits, group_size))


def every_so_many(keys, values, *, bits=4, group_size=32):
    """it is a run of neighbours
    Solver's mistake.
    """
    _checked(keys, values, bits, group_size)

    def strided(m):
        groups = m.shape[1] // group_size
        order = np.argsort(np.arange(m.shape[1]) % groups, kind="stable")
        codes, scale, low = _rows(m[:, order], bits, group_size)
        return codes[:, np.argsort(order)], scale, low

    return (*(part.T for part in strided(keys.T)), *strided(values))


def whole_channels(keys, values, *, bits=4, group_size=32):
    """the tokens were not cut into groups
    Solver's mistake.
    """
    _checked(keys, values, bits, group_size)
    return (*_columns(keys, bits, len(keys)), *_rows(values, bits, values.shape[1]))


def scales_not_transposed(keys, values, *, bits=4, group_size=32):
    """the key scales came out as \\(d, groups\\)
    Solver's mistake.
    """
    _checked(keys, values, bits, group_size)
    codes, scale, low = _rows(keys.T, bits, group_size)
    return (codes.T, scale, low, *_rows(values, bits, group_size))


def codes_not_transposed(keys, values, *, bits=4, group_size=32):
    """the key codes came out transposed"""
    _checked(keys, values, bits, group_size)
    return (*_rows(keys.T, bits, group_size), *_rows(values, bits, group_size))


def as_many_steps_as_codes(keys, values, *, bits=4, group_size=32):
    """the range was divided by 2\\*\\*bits"""
    _checked(keys, values, bits, group_size)
    return (*_columns(keys, bits, group_size, levels=1), *_rows(values, bits, group_size, levels=1))


def widened_to_zero(keys, values, *, bits=4, group_size=32):
    """the range was widened to contain 0
    Solver's mistake.
    """
    _checked(keys, values, bits, group_size)
    return (*_columns(keys, bits, group_size, zero=True), *_rows(values, bits, group_size, zero=True))


def truncated(keys, values, *, bits=4, group_size=32):
    """the codes were truncated"""
    _checked(keys, values, bits, group_size)
    option = {"rounding": np.floor}
    return (*_columns(keys, bits, group_size, **option), *_rows(values, bits, group_size, **option))


def stores_zero_points(keys, values, *, bits=4, group_size=32):
    """a zero point, min / scale, is stored"""
    _checked(keys, values, bits, group_size)
    parts = [*_columns(keys, bits, group_size), *_rows(values, bits, group_size)]
    parts[2], parts[5] = np.rint(-parts[2] / parts[1]), np.rint(-parts[5] / parts[4])
    return tuple(parts)


def checks_the_channels_only(keys, values, *, bits=4, group_size=32):
    """does not divide both the 6 tokens
    Solver's mistake.
    """
    if keys.shape != values.shape or bits < 1 or bits > 8 or group_size < 1 or keys.shape[1] % group_size:
        raise ValueError("arguments")
    full = len(keys) // group_size * group_size
    return (*_columns(keys[:full], bits, group_size), *_rows(values, bits, group_size))
