"""Plausible wrong answers to fake_quantize_with_ste; each docstring's first line is found in the failure it gets."""

import numpy as np


def _integers(x, grad, scale, zero_point, bits):
    if scale <= 0 or not 0 <= zero_point < 2**bits or x.shape != grad.shape:
        raise ValueError("arguments")
    return np.rint(x / np.float32(scale)) + zero_point


def _value(n, scale, zero_point, bits):
    return (np.float32(scale) * (np.clip(n, 0, 2**bits - 1) - zero_point)).astype(np.float32)


def passes_everywhere(x, grad, *, scale, zero_point, bits=8):
    """the gradient passes everywhere
    Solver's mistake.
    """
    n = _integers(x, grad, scale, zero_point, bits)
    return _value(n, scale, zero_point, bits), grad.copy()


def mask_of_the_real_range(x, grad, *, scale, zero_point, bits=8):
    """the mask compares x with the ends of the grid
    Solver's mistake.
    """
    n = _integers(x, grad, scale, zero_point, bits)
    inside = (x >= -scale * zero_point) & (x <= scale * (2**bits - 1 - zero_point))
    return _value(n, scale, zero_point, bits), (grad * inside).astype(np.float32)


def strict_mask(x, grad, *, scale, zero_point, bits=8):
    """the gradient stops at the ends of the grid"""
    n = _integers(x, grad, scale, zero_point, bits)
    return _value(n, scale, zero_point, bits), grad * ((n > 0) & (n < 2**bits - 1))


def no_gradient(x, grad, *, scale, zero_point, bits=8):
    """the derivative of rounding, which is 0"""
    n = _integers(x, grad, scale, zero_point, bits)
    return _value(n, scale, zero_point, bits), np.zeros_like(grad)


def divided_by_scale(x, grad, *, scale, zero_point, bits=8):
    """the gradient was divided by scale
    Solver's mistake.
    """
    n = _integers(x, grad, scale, zero_point, bits)
    return _value(n, scale, zero_point, bits), grad * (n == np.clip(n, 0, 2**bits - 1)) / np.float32(scale)


def returns_the_mask(x, grad, *, scale, zero_point, bits=8):
    """the mask was returned
    Solver's mistake.
    """
    n = _integers(x, grad, scale, zero_point, bits)
    return _value(n, scale, zero_point, bits), (n == np.clip(n, 0, 2**bits - 1)).astype(np.float32)


def integers(x, grad, *, scale, zero_point, bits=8):
    """the integers were returned, not dequantized
    Solver's mistake.
    """
    n = _integers(x, grad, scale, zero_point, bits)
    kept = np.clip(n, 0, 2**bits - 1)
    return kept.astype(np.float32), grad * (n == kept)


def zero_point_kept(x, grad, *, scale, zero_point, bits=8):
    """was not taken off again"""
    n = _integers(x, grad, scale, zero_point, bits)
    kept = np.clip(n, 0, 2**bits - 1)
    return (kept * np.float32(scale)).astype(np.float32), grad * (n == kept)


def not_clamped(x, grad, *, scale, zero_point, bits=8):
    """the value was not clamped"""
    n = _integers(x, grad, scale, zero_point, bits)
    return (np.float32(scale) * (n - zero_point)).astype(np.float32), grad * (n == np.clip(n, 0, 2**bits - 1))


def signed_grid(x, grad, *, scale, zero_point, bits=8):
    """the grid is signed
    Solver's mistake.
    """
    n = _integers(x, grad, scale, zero_point, bits)
    kept = np.clip(n, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return (np.float32(scale) * (kept - zero_point)).astype(np.float32), grad * (n == kept)


def zero_point_before_rounding(x, grad, *, scale, zero_point, bits=8):
    """the zero point was added before rounding"""
    _integers(x, grad, scale, zero_point, bits)
    n = np.rint(x / np.float32(scale) + np.float32(zero_point))
    return _value(n, scale, zero_point, bits), grad * (n == np.clip(n, 0, 2**bits - 1))


def broadcasts_the_gradient(x, grad, *, scale, zero_point, bits=8):
    """x and grad differ in shape
    Solver's mistake.
    """
    n = _integers(x, np.zeros_like(x), scale, zero_point, bits)
    return _value(n, scale, zero_point, bits), np.where(n == np.clip(n, 0, 2**bits - 1), grad, 0).astype(np.float32)
