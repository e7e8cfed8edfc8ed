"""Plausible wrong answers to q4_0_block; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(x):
    if x.ndim != 2 or x.shape[1] != 32 or not np.isfinite(x).all():
        raise ValueError("x")


def _largest(x):
    _checked(x)
    return np.take_along_axis(x, np.abs(x).argmax(axis=1)[:, None], axis=1)


def _codes(x, d, shift=8.5):
    return np.clip(np.trunc(x / np.where(d == 0, 1, d) + shift), 0, 15).astype(np.uint8)


def _record(d, codes):
    return np.hstack([d.astype(np.float16).view(np.uint8), codes[:, :16] | codes[:, 16:] << 4])


def largest_without_its_sign(x):
    """the sign of the largest weight was lost
    Solver's mistake.
    """
    d = np.abs(_largest(x)) / np.float32(8)
    return _record(d, _codes(x, d))


def absmax_over_seven(x):
    """the usual symmetric scale
    Solver's mistake.
    """
    d = np.abs(_largest(x)) / np.float32(7)
    return _record(d, _codes(x, d))


def plus_eight(x):
    """d = m / 8"""
    d = _largest(x) / np.float32(8)
    return _record(d, _codes(x, d))


def signed_maximum(x):
    """the largest value was taken, not the one of the largest magnitude
    Solver's mistake.
    """
    _checked(x)
    d = x.max(axis=1, keepdims=True) / np.float32(-8)
    return _record(d, _codes(x, d))


def last_of_the_largest(x):
    """the last was taken, not the first"""
    _checked(x)
    backwards = x[:, ::-1]
    d = np.take_along_axis(backwards, np.abs(backwards).argmax(axis=1)[:, None], axis=1) / np.float32(-8)
    return _record(d, _codes(x, d))


def neighbours_share_a_byte(x):
    """the nibbles hold neighbours
    Solver's mistake.
    """
    d = _largest(x) / np.float32(-8)
    codes = _codes(x, d)
    return np.hstack([d.astype(np.float16).view(np.uint8), codes[:, ::2] | codes[:, 1::2] << 4])


def nibbles_swapped(x):
    """the nibbles are swapped"""
    d = _largest(x) / np.float32(-8)
    codes = _codes(x, d)
    return np.hstack([d.astype(np.float16).view(np.uint8), codes[:, 16:] | codes[:, :16] << 4])


def big_endian(x):
    """the scale is big-endian"""
    d = _largest(x) / np.float32(-8)
    codes = _codes(x, d)
    return np.hstack([d.astype(">f2").view(np.uint8), codes[:, :16] | codes[:, 16:] << 4])


def scale_last(x):
    """the scale comes after the codes"""
    d = _largest(x) / np.float32(-8)
    return np.roll(_record(d, _codes(x, d)), -2, axis=1)


def sixteen_wraps(x):
    """became 0; it must be held at 15"""
    d = _largest(x) / np.float32(-8)
    codes = np.trunc(x / np.where(d == 0, 1, d) + 8.5).astype(np.uint8) & 15
    return _record(d, codes)


def sixteen_runs_over(x):
    """runs over into the other nibble
    Solver's mistake.
    """
    d = _largest(x) / np.float32(-8)
    codes = np.trunc(x / np.where(d == 0, 1, d) + 8.5).astype(np.uint8)
    return np.hstack([d.astype(np.float16).view(np.uint8), codes[:, :16] + (codes[:, 16:] << 4)])


def without_the_half(x):
    """without the half"""
    d = _largest(x) / np.float32(-8)
    return _record(d, _codes(x, d, 8))


def codes_with_the_stored_scale(x):
    """after its rounding to float16
    Solver's mistake.
    """
    d = (_largest(x) / np.float32(-8)).astype(np.float16)
    return _record(d, _codes(x, d.astype(np.float32)))


def positive_zero(x):
    """0 / -8 is -0\\.0"""
    d = _largest(x) / np.float32(-8) + np.float32(0)
    return _record(d, _codes(x, d))


def zeros_have_code_zero(x):
    """a block of zeros has the code 8"""
    d = _largest(x) / np.float32(-8)
    return _record(d, np.where(d == 0, 0, _codes(x, d)).astype(np.uint8))


def any_width(x):
    """x must be of shape \\(n, 32\\)
    Solver's mistake.
    """
    if not np.isfinite(x).all():
        raise ValueError("x")
    return q4_0(x.reshape(-1, x.shape[-1]))


def q4_0(x):
    """x must be of shape \\(n, 32\\)"""
    if not np.isfinite(x).all():
        raise ValueError("x")
    x = x.reshape(-1, x.shape[-1])[:, :32]
    d = np.take_along_axis(x, np.abs(x).argmax(axis=1)[:, None], axis=1) / np.float32(-8)
    codes = _codes(x, d)
    half = codes.shape[1] // 2
    return np.hstack([d.astype(np.float16).view(np.uint8), codes[:, :half] | codes[:, -half:] << 4])
