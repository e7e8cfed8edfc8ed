"""Plausible wrong answers to dynamic_quantize_rows; the first line of each docstring is in the failure it gets."""

import numpy as np


def _checked(x):
    if x.ndim != 2 or x.size == 0 or not np.isfinite(x).all():
        raise ValueError("x must be finite, two-dimensional, not empty")
    return x.astype(np.float32)


def _finish(x, scale):
    return np.clip(np.rint(x / scale), -127, 127).astype(np.int8)


def keepdims_left_in_scale(x):
    """the scale still has shape \\(n_tokens, 1\\)
    Solver's mistake.
    """
    x = _checked(x)
    scale = np.abs(x).max(axis=1, keepdims=True) / 127
    scale[scale == 0] = 1.0
    return _finish(x, scale), scale


def one_scale_for_all(x):
    """one scale for the whole tensor"""
    x = _checked(x)
    scale = np.abs(x).max() / 127 or np.float32(1)
    return _finish(x, scale), np.full(len(x), scale, np.float32)


def one_scale_per_column(x):
    """one scale per column \\(feature\\)"""
    x = _checked(x)
    scale = np.abs(x).max(axis=0) / np.float32(127)
    scale = np.where(scale == 0, np.float32(1), scale)
    rows = np.abs(x).max(axis=1) / np.float32(127)
    return _finish(x, scale), np.where(rows == 0, np.float32(1), rows)


def broadcast_along_features(x):
    """the scales were lined up with the columns
    Solver's mistake.
    """
    x = _checked(x)
    scale = np.abs(x).max(axis=1) / np.float32(127)
    scale[scale == 0] = 1
    return _finish(x, scale), scale


def divided_by_128(x):
    """the maximum was divided by 128"""
    x = _checked(x)
    scale = np.abs(x).max(axis=1) / np.float32(128)
    scale[scale == 0] = 1
    return np.clip(np.rint(x / scale[:, None]), -128, 127).astype(np.int8), scale


def maximum_without_abs(x):
    """the maximum of x, not of \\|x\\|"""
    x = _checked(x)
    scale = x.max(axis=1) / np.float32(127)
    scale[scale == 0] = 1
    return _finish(x, scale[:, None]), scale


def affine_scale(x):
    """the range max - min over 255 steps
    Solver's mistake.
    """
    x = _checked(x)
    scale = (x.max(axis=1) - x.min(axis=1)) / np.float32(255)
    scale[scale == 0] = 1
    return _finish(x, scale[:, None]), scale


def cast_without_rounding(x):
    """the codes were truncated by the cast"""
    x = _checked(x)
    scale = np.abs(x).max(axis=1) / np.float32(127)
    scale[scale == 0] = 1
    return (x / scale[:, None]).astype(np.int8), scale


def half_up(x):
    """a half was rounded up"""
    x = _checked(x)
    scale = np.abs(x).max(axis=1) / np.float32(127)
    scale[scale == 0] = 1
    return np.clip(np.floor(x / scale[:, None] + 0.5), -127, 127).astype(np.int8), scale


def epsilon_in_the_scale(x):
    """a zero row got the scale 1e-08
    Solver's mistake.
    """
    x = _checked(x)
    scale = np.maximum(np.abs(x).max(axis=1) / 127, 1e-8).astype(np.float32)
    return _finish(x, scale[:, None]), scale


def zero_row_divides_by_zero(x):
    """the scale of a zero row .* is 0
    Solver's mistake.
    """
    x = _checked(x)
    scale = np.abs(x).max(axis=1) / np.float32(127)
    q = np.nan_to_num(x / scale[:, None])
    return np.clip(np.rint(q), -127, 127).astype(np.int8), scale


def narrow_arithmetic(x):
    """the scale was computed in float16
    Solver's mistake.
    """
    _checked(x)
    scale = (np.abs(x).max(axis=1) / 127).astype(x.dtype)
    scale[scale == 0] = 1
    return np.clip(np.rint(x / scale[:, None]), -127, 127).astype(np.int8), scale.astype(np.float32)


def returns_the_reciprocal(x):
    """the scale is upside down
    Solver's mistake.
    """
    x = _checked(x)
    most = np.abs(x).max(axis=1)
    scale = 127 / np.where(most == 0, np.float32(127), most)
    return np.rint(x * scale[:, None]).astype(np.int8), scale


def float64_scale(x):
    """scale: expected dtype float32, returned float64
    Solver's mistake.
    """
    _checked(x)
    x = x.astype(np.float64)
    scale = np.abs(x).max(axis=1) / 127
    scale[scale == 0] = 1
    return _finish(x, scale[:, None]), scale


def codes_left_as_floats(x):
    """q: expected dtype int8, returned float32"""
    x = _checked(x)
    scale = np.abs(x).max(axis=1) / np.float32(127)
    scale[scale == 0] = 1
    return np.rint(x / scale[:, None]), scale


def normalises_in_place(x):
    """after the call, x is"""
    _checked(x)
    scale = (np.abs(x).max(axis=1) / 127).astype(np.float32)
    scale[scale == 0] = 1
    x /= scale[:, None].astype(x.dtype)
    return np.clip(np.rint(x), -127, 127).astype(np.int8), scale


def accepts_any_input(x):
    """expected ValueError, returned .*x holds NaN or infinity"""
    scale = np.abs(x.astype(np.float32)).max(axis=-1) / np.float32(127)
    scale = np.where(scale == 0, np.float32(1), scale)
    return _finish(x, scale[..., None]), scale


def only_positive_codes(x):
    """the signs of x were lost"""
    x = np.abs(_checked(x))
    scale = x.max(axis=1) / np.float32(127)
    scale[scale == 0] = 1
    return _finish(x, scale[:, None]), scale
