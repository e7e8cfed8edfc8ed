"""Plausible wrong answers to unpack_2_4; the first line of each docstring is found in its failure."""

import numpy as np


def _checked(values, meta):
    if values.ndim != 2 or meta.ndim != 2 or values.shape[1] % 2 or meta.dtype != np.uint8:
        raise ValueError("values or meta")
    if meta.shape != (len(values), (values.shape[1] // 2 + 1) // 2):
        raise ValueError("shape")


def _nibbles(values, meta):
    nibbles = np.empty((len(meta), 2 * meta.shape[1]), np.uint8)
    nibbles[:, ::2], nibbles[:, 1::2] = meta & 15, meta >> 4
    return nibbles[:, : values.shape[1] // 2]


def _dense(values, first, second, dtype=None):
    groups = values.shape[1] // 2
    dense = np.zeros((len(values), groups, 4), dtype or values.dtype)
    places = np.stack([first, second], axis=2).astype(np.int64)
    np.put_along_axis(dense, places, values.reshape(len(values), groups, 2), axis=2)
    return dense.reshape(len(values), 4 * groups)


def _rising(first, second):
    if (first >= second).any():
        raise ValueError("rise")
    return first, second


def places_exchanged(values, meta):
    """the first place is in the low two bits
    Solver's mistake.
    """
    _checked(values, meta)
    nibbles = _nibbles(values, meta)
    _rising(nibbles & 3, nibbles >> 2)
    return _dense(values, nibbles >> 2, nibbles & 3)


def halves_exchanged(values, meta):
    """the even one is in the low four bits
    Solver's mistake.
    """
    _checked(values, meta)
    _rising(*((n := _nibbles(values, meta)) & 3, n >> 2))
    if values.shape[1] // 2 % 2:
        return _dense(values, n & 3, n >> 2)
    n = _nibbles(values, meta >> 4 | meta << 4)
    return _dense(values, n & 3, n >> 2)


def low_nibbles_first(values, meta):
    """they take turns
    Solver's mistake.
    """
    _checked(values, meta)
    _rising(*((n := _nibbles(values, meta)) & 3, n >> 2))
    n = np.concatenate([meta & 15, meta >> 4], axis=1)[:, : values.shape[1] // 2]
    return _dense(values, n & 3, n >> 2)


def padding_checked(values, meta):
    """ValueError: rise
    Solver's mistake.
    """
    _checked(values, meta)
    nibbles = np.stack([meta & 15, meta >> 4], axis=2).reshape(len(meta), 2 * meta.shape[1])
    _rising(nibbles & 3, nibbles >> 2)
    n = nibbles[:, : values.shape[1] // 2]
    return _dense(values, n & 3, n >> 2)


def any_places(values, meta):
    """which do not rise
    Solver's mistake.
    """
    _checked(values, meta)
    n = _nibbles(values, meta)
    return _dense(values, n & 3, n >> 2)


def equal_places_pass(values, meta):
    """has places (0 and 0|1 and 1|2 and 2|3 and 3), which do not rise"""
    _checked(values, meta)
    n = _nibbles(values, meta)
    if (n & 3 > n >> 2).any() or ((n & 3) > (n >> 2)).any():
        raise ValueError("rise")
    return _dense(values, n & 3, n >> 2)


def float64_result(values, meta):
    """expected dtype float32, returned float64"""
    _checked(values, meta)
    n = _nibbles(values, meta)
    first, second = _rising(n & 3, n >> 2)
    return _dense(values, first, second, np.float64)


def groups_keep_their_axis(values, meta):
    """the groups kept an axis of their own"""
    _checked(values, meta)
    n = _nibbles(values, meta)
    first, second = _rising(n & 3, n >> 2)
    return _dense(values, first, second).reshape(len(values), values.shape[1] // 2, 4)


def shapes_unchecked(values, meta):
    """meta must have shape
    Solver's mistake.
    """
    if values.ndim != 2 or meta.ndim != 2 or values.shape[1] % 2 or meta.dtype != np.uint8:
        raise ValueError("values or meta")
    meta = np.resize(meta, (len(values), (values.shape[1] // 2 + 1) // 2)) if meta.size else meta
    n = _nibbles(values, meta)
    first, second = _rising(n & 3, n >> 2)
    return _dense(values, first, second)
