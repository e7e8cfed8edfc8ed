"""Plausible wrong answers to hadamard_rotate; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(x, signs):
    n = x.shape[-1]
    if n < 1 or n & (n - 1) or signs.shape != (n,) or (np.abs(signs) != 1).any():
        raise ValueError("x or signs")
    return n


def _transform(v, stages=None, flip=False):
    n, width, done = v.shape[-1], 1, 0
    while width < n and done != stages:
        pieces = v.reshape(*v.shape[:-1], n // (2 * width), 2, width)
        a, b = pieces[..., 0, :], pieces[..., 1, :]
        v = np.stack([a + b, b - a if flip else a - b], axis=-2).reshape(v.shape)
        width, done = 2 * width, done + 1
    return v


def _root(x):
    return x.dtype.type(np.sqrt(x.shape[-1]))


def not_normalized(x, signs):
    """not divided by sqrt\\(n\\)
    Solver's mistake.
    """
    _checked(x, signs)
    return _transform(x * signs)


def divided_by_n(x, signs):
    """divided by n; Q is orthogonal"""
    return _transform(x * signs) / _checked(x, signs)


def signs_left_out(x, signs):
    """the signs were left out"""
    _checked(x, signs)
    return _transform(x) / _root(x)


def signs_after(x, signs):
    """the signs came after H
    Solver's mistake.
    """
    _checked(x, signs)
    return _transform(x) * signs / _root(x)


def first_axis(x, signs):
    """the first axis was rotated
    Solver's mistake.
    """
    _checked(x, signs)
    return np.moveaxis(_transform(np.moveaxis(x, 0, -1) * signs), -1, 0) / _root(x)


def sequency_order(x, signs):
    """order of their sign changes"""
    n = _checked(x, signs)
    h = _transform(np.eye(n))
    h = h[np.argsort((np.diff(h, axis=1) != 0).sum(axis=1))]
    return ((x * signs) @ h.T.astype(x.dtype)) / _root(x)


def bits_reversed(x, signs):
    """bit-reversed order
    Solver's mistake.
    """
    n = _checked(x, signs)
    v = x * signs
    width = n
    while width > 1:
        width //= 2
        v = np.concatenate([v[..., ::2] + v[..., 1::2], v[..., ::2] - v[..., 1::2]], axis=-1)
    bits = n.bit_length() - 1
    order = [int(format(i, f"0{bits}b")[::-1], 2) if bits else 0 for i in range(n)]
    return v[..., order] / _root(x)


def one_stage(x, signs):
    """only one stage was done
    Solver's mistake.
    """
    _checked(x, signs)
    return _transform(x * signs, stages=1) / _root(x)


def misses_the_last_stage(x, signs):
    """the last stage is missing"""
    n = _checked(x, signs)
    return _transform(x * signs, stages=max(n.bit_length() - 2, 0)) / _root(x)


def difference_reversed(x, signs):
    """the halves became a \\+ b and b - a
    Solver's mistake.
    """
    _checked(x, signs)
    return _transform(x * signs, flip=True) / _root(x)


def double_precision(x, signs):
    """expected dtype float32, returned float64
    Solver's mistake.
    """
    _checked(x, signs)
    return _transform(x * signs) / np.sqrt(np.float64(x.shape[-1]))


def whole_matrix(x, signs):
    """MemoryError|no answer|time
    Solver's mistake.
    """
    n = _checked(x, signs)
    h = np.ones((1, 1), x.dtype)
    while len(h) < n:
        h = np.block([[h, h], [h, -h]])
    return (x * signs) @ h.T / _root(x)


def zero_counts_as_a_sign(x, signs):
    """signs must be -1 or 1"""
    _checked(x, np.ones_like(signs))
    return _transform(x * signs) / _root(x)
