"""Plausible wrong answers to mx_block_quantize; the first line of each docstring is found in the failure it gets."""

import numpy as np

_TABLE = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6])


def _blocks(x):
    if x.ndim != 2 or x.size == 0 or x.shape[1] % 32 != 0:
        raise ValueError("x")
    return x.reshape(x.shape[0], x.shape[1] // 32, 32).astype(np.float64)


def _exponents(blocks):
    largest = np.abs(blocks).max(axis=2)
    return np.where(largest > 0, np.maximum(np.frexp(largest)[1] - 3, -127), -127)


def _grid(v, rounding=np.rint):
    step = 2.0 ** (np.maximum(np.frexp(v)[1], 1) - 2)
    return rounding(v / step) * step


def _result(x, exponents, elements=None):
    exponents = np.clip(np.where(np.isfinite(exponents), exponents, -127), -128, 127).astype(int)
    if elements is None:
        elements = _grid(_blocks(x) * 2.0 ** -exponents[..., None]).clip(-6, 6)
    return exponents.astype(np.int8), elements.reshape(x.shape).astype(np.float32)


def floor_of_log2(x):
    """log2 rounded a value just below a power of two up to it
    Solver's mistake.
    """
    largest = np.abs(_blocks(x)).max(axis=2).astype(np.float32)
    with np.errstate(divide="ignore"):
        return _result(x, np.maximum(np.floor(np.log2(largest)) - 2, -127))


def rounded_exponent(x):
    """the exponent was rounded to nearest"""
    with np.errstate(divide="ignore"):
        return _result(x, np.maximum(np.rint(np.log2(np.abs(_blocks(x)).max(axis=2))) - 2, -127))


def largest_must_fit(x):
    """the exponent was raised until the largest fits below 6
    Solver's mistake.
    """
    with np.errstate(divide="ignore"):
        return _result(x, np.maximum(np.ceil(np.log2(np.abs(_blocks(x)).max(axis=2) / 6)), -127))


def exponent_not_lowered(x):
    """not lowered by 2"""
    return _result(x, _exponents(_blocks(x)) + 2)


def frexp_off_by_one(x):
    """frexp's exponent belongs to 0\\.5 <= m < 1
    Solver's mistake.
    """
    return _result(x, _exponents(_blocks(x)) + 1)


def signed_maximum(x):
    """not the largest magnitude"""
    largest = np.maximum(_blocks(x).max(axis=2), 0)
    return _result(x, np.maximum(np.frexp(largest)[1] - 3, -127))


def one_exponent(x):
    """the exponent of the whole array"""
    blocks = _blocks(x)
    return _result(x, np.full(blocks.shape[:2], _exponents(blocks.reshape(1, 1, -1))[0, 0]))


def exponent_wraps(x):
    """exponents below -127 do not fit
    Solver's mistake.
    """
    blocks = _blocks(x)
    e = np.frexp(np.abs(blocks).max(axis=2))[1] - 3
    elements = _grid(np.ldexp(blocks, -e[..., None])).clip(-6, 6)
    return e.astype(np.int8), elements.reshape(x.shape).astype(np.float32)


def ties_to_the_smaller(x):
    """a tie goes to the smaller magnitude
    Solver's mistake.
    """
    blocks = _blocks(x)
    e = _exponents(blocks)
    scaled = blocks * 2.0 ** -e[..., None]
    elements = np.sign(scaled) * _TABLE[np.abs(np.abs(scaled)[..., None] - _TABLE).argmin(-1)]
    return _result(x, e, elements)


def ties_to_the_larger(x):
    """a tie goes to the larger magnitude"""
    blocks = _blocks(x)
    e = _exponents(blocks)
    scaled = blocks * 2.0 ** -e[..., None]
    elements = np.sign(scaled) * _grid(np.abs(scaled), lambda v: np.floor(v + 0.5)).clip(0, 6)
    return _result(x, e, elements)


def not_saturated(x):
    """not brought back to 6"""
    blocks = _blocks(x)
    e = _exponents(blocks)
    return _result(x, e, _grid(blocks * 2.0 ** -e[..., None]))


def steps_of_a_half(x):
    """rounded to multiples of 0\\.5
    Solver's mistake.
    """
    blocks = _blocks(x)
    e = _exponents(blocks)
    return _result(x, e, (np.rint(blocks * 2.0 ** -e[..., None] * 2) / 2).clip(-6, 6))


def dequantized(x):
    """the elements are those times 2\\*\\*e"""
    e, elements = _result(x, _exponents(_blocks(x)))
    return e, np.ldexp(elements, np.repeat(e.astype(int), 32, axis=1)).astype(np.float32)


def biased_exponents(x):
    """exponents: expected dtype int8, returned uint8"""
    e, elements = _result(x, _exponents(_blocks(x)))
    return (e.astype(int) + 127).astype(np.uint8), elements


def blocks_stay_apart(x):
    """kept the axis of blocks"""
    e, elements = _result(x, _exponents(_blocks(x)))
    return e, elements.reshape(x.shape[0], -1, 32)
