"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _positions(queries, keys, window, sinks, offset):
    start = keys - queries if offset is None else offset
    if window < 1 or sinks < 0 or start < 0 or start + queries > keys:
        raise ValueError("sizes")
    return np.arange(start, start + queries)[:, None], np.arange(keys)


def one_too_wide(queries, keys, *, window, sinks=0, offset=None):
    """the window \\(窗口\\) is one key too wide
    Solver's mistake.
    """
    p, j = _positions(queries, keys, window, sinks, offset)
    return (j <= p) & ((p - j <= window) | (j < sinks))


def both_sides(queries, keys, *, window, sinks=0, offset=None):
    """the window reaches into the future as well
    Solver's mistake.
    """
    p, j = _positions(queries, keys, window, sinks, offset)
    return (abs(p - j) < window) | ((j < sinks) & (j <= p))


def sinks_from_the_future(queries, keys, *, window, sinks=0, offset=None):
    """the sinks are seen from before their own position
    Solver's mistake.
    """
    p, j = _positions(queries, keys, window, sinks, offset)
    return ((j <= p) & (p - j < window)) | (j < sinks)


def no_sinks(queries, keys, *, window, sinks=0, offset=None):
    """the sinks \\(注意力汇聚点\\) were left out"""
    p, j = _positions(queries, keys, window, sinks, offset)
    return (j <= p) & (p - j < window)


def plain_causal(queries, keys, *, window, sinks=0, offset=None):
    """the window was left out"""
    p, j = _positions(queries, keys, window, sinks, offset)
    return j <= p


def inverted(queries, keys, *, window, sinks=0, offset=None):
    """True and False are exchanged
    Solver's mistake.
    """
    p, j = _positions(queries, keys, window, sinks, offset)
    return ~((j <= p) & ((p - j < window) | (j < sinks)))


def no_offset(queries, keys, *, window, sinks=0, offset=None):
    """query i stands at position offset \\+ i
    Solver's mistake.
    """
    _positions(queries, keys, window, sinks, offset)
    p, j = np.arange(queries)[:, None], np.arange(keys)
    return (j <= p) & ((p - j < window) | (j < sinks))


def default_offset(queries, keys, *, window, sinks=0, offset=None):
    """keys - queries is its default only"""
    _positions(queries, keys, window, sinks, offset)
    p, j = np.arange(keys - queries, keys)[:, None], np.arange(keys)
    return (j <= p) & ((p - j < window) | (j < sinks))


def offset_or_default(queries, keys, *, window, sinks=0, offset=None):
    """keys - queries is its default only
    Solver's mistake.
    """
    _positions(queries, keys, window, sinks, offset)
    start = offset or keys - queries
    p, j = np.arange(start, start + queries)[:, None], np.arange(keys)
    return (j <= p) & ((p - j < window) | (j < sinks))


def additive(queries, keys, *, window, sinks=0, offset=None):
    """expected dtype bool, returned float64
    Solver's mistake.
    """
    p, j = _positions(queries, keys, window, sinks, offset)
    return np.where((j <= p) & ((p - j < window) | (j < sinks)), 0.0, -np.inf)


def unchecked_positions(queries, keys, *, window, sinks=0, offset=None):
    """the queries do not stand on positions"""
    if window < 1 or sinks < 0:
        raise ValueError("sizes")
    start = keys - queries if offset is None else offset
    p, j = np.arange(start, start + queries)[:, None], np.arange(keys)
    return (j <= p) & ((p - j < window) | (j < sinks))
