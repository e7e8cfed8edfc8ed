"""Plausible wrong answers to speed_int4_matvec; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(packed, scale, x):
    if x.size != 2 * packed.shape[1] or len(scale) != len(packed) or x.size % (2 * scale.shape[1]):
        raise ValueError("shapes")
    return packed & 15, packed >> 4, x.size // scale.shape[1]


def _weights(first, second, scale, size, offset=8):
    codes = np.stack([first, second], axis=2).reshape(len(first), -1).astype(np.float32)
    return (codes - offset) * np.repeat(scale, size, axis=1)


def high_nibble_first(packed, scale, x):
    """the nibbles \\(半字节\\) of a byte were swapped
    Solver's mistake.
    """
    low, high, size = _checked(packed, scale, x)
    return _weights(high, low, scale, size) @ x


def not_interleaved(packed, scale, x):
    """the nibbles were not interleaved
    Solver's mistake.
    """
    low, high, size = _checked(packed, scale, x)
    half = x.size // 2
    return _weights(low, high, scale, size) @ np.stack([x[:half], x[half:]], axis=1).ravel()


def offset_forgotten(packed, scale, x):
    """8 was not subtracted from the codes"""
    low, high, size = _checked(packed, scale, x)
    return _weights(low, high, scale, size, 0) @ x


def offset_of_seven(packed, scale, x):
    """7 was subtracted from the codes, not 8
    Solver's mistake.
    """
    low, high, size = _checked(packed, scale, x)
    return _weights(low, high, scale, size, 7) @ x


def uint8_wraps(packed, scale, x):
    """values differ; the first is at
    Solver's mistake.
    """
    low, high, size = _checked(packed, scale, x)
    codes = np.stack([low - 8, high - 8], axis=2).reshape(len(packed), -1)  # uint8: 7 - 8 is 255
    return (codes * np.repeat(scale, size, axis=1)) @ x


def one_scale_per_row(packed, scale, x):
    """every group \\(分组\\) took the scale of the first one"""
    low, high, _ = _checked(packed, scale, x)
    return _weights(low, high, scale[:, :1], x.size) @ x


def scales_repeat_column_by_column(packed, scale, x):
    """the scales change with every column, not with every group
    Solver's mistake.
    """
    low, high, size = _checked(packed, scale, x)
    return (_weights(low, high, np.ones_like(scale), size) * np.tile(scale, (1, size))) @ x


def scale_forgotten(packed, scale, x):
    """the scale was left out"""
    low, high, size = _checked(packed, scale, x)
    return _weights(low, high, np.ones_like(scale), size) @ x


def double_result(packed, scale, x):
    """expected dtype float32, returned float64
    Solver's mistake.
    """
    low, high, size = _checked(packed, scale, x)
    return _weights(low, high, scale, size).astype(np.float64) @ x


def accumulates_in_half(packed, scale, x):
    """off by .*; allowed"""
    low, high, size = _checked(packed, scale, x)
    return (_weights(low, high, scale, size) * x).astype(np.float16).sum(axis=1).astype(np.float32)


def no_checks(packed, scale, x):
    """expected ValueError, returned .*one row for each of the 3 rows
    Solver's mistake.
    """
    size = max(1, x.size // scale.shape[1])
    if x.size != 2 * packed.shape[1] or size % 2:
        raise ValueError("x")
    rows = np.resize(scale, (len(packed), scale.shape[1]))
    return _weights(packed & 15, packed >> 4, rows, size)[:, : x.size] @ x
