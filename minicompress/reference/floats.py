"""Small floats: a sign, an exponent and a mantissa in 4 or 8 bits, and powers of two in 8 bits.

    element  sign exponent mantissa   bias  largest
    e4m3      1      4        3         7      448   (FP8; no infinity, code 127 is NaN)
    e5m2      1      5        2        15    57344   (FP8; infinities and NaN as in IEEE)
    e2m1      1      2        1         1        6   (FP4; every code a number)

    value = (-1)^s 2^(e - bias) (1 + m / 2^M)     where e > 0
          = (-1)^s 2^(1 - bias)      m / 2^M      where e = 0 (subnormal)

Rounding is to the nearest, halves to the even mantissa, and values beyond the largest become the largest. The exponent
comes from ``frexp``: ``floor(log2(x))`` in float32 is one too high just below a power of two.
Source: Micikevicius et al. 2022, arXiv:2209.05433; OCP Microscaling Formats (MX) 1.0, 2023.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np

__all__ = ["float_codes", "float_exponent", "float_largest", "float_values"]


class _Element(NamedTuple):
    exponent_bits: int
    mantissa_bits: int
    bias: int
    largest: float


_ELEMENTS = {"e4m3": _Element(4, 3, 7, 448.0), "e5m2": _Element(5, 2, 15, 57344.0), "e2m1": _Element(2, 1, 1, 6.0)}


def float_largest(element: str) -> float:
    """Largest finite value of ``element`` ("e4m3", "e5m2" or "e2m1").

    >>> float_largest("e4m3")
    448.0
    """
    return _ELEMENTS[element].largest


def float_exponent(x: np.ndarray) -> np.ndarray:
    """floor(log2 |x|) as int32, exact for every float; a zero gives -2000, below all of them.

    >>> float_exponent(np.nextafter(np.float32([8, 0]), np.float32(0)))
    array([    2, -2000], dtype=int32)
    """
    _, exponent = np.frexp(x)  # x = f 2^exponent with f in [0.5, 1)
    return np.where(x == 0, -2000, exponent - 1).astype(np.int32)


def float_codes(x: np.ndarray, element: str) -> np.ndarray:
    """Codes uint8 of finite ``x``, in its shape: sign bit, exponent, mantissa from high to low.

    >>> float_codes(np.float32([0.25, 0.75, -6, 100]), "e2m1")
    array([ 0,  2, 15,  7], dtype=uint8)
    """
    exponent_bits, mantissa_bits, bias, largest = _ELEMENTS[element]
    magnitude = np.minimum(np.abs(x.astype(np.float64)), largest)
    exponent = np.maximum(float_exponent(magnitude), 1 - bias)
    # Multiples of the mantissa's last bit. A carry, 2^(M + 1), is the next exponent with mantissa 0, as it should be.
    steps = np.rint(np.ldexp(magnitude, mantissa_bits - exponent)).astype(np.int64)
    codes = ((exponent + bias - 1).astype(np.int64) << mantissa_bits) + steps
    return (codes | (np.signbit(x).astype(np.int64) << (exponent_bits + mantissa_bits))).astype(np.uint8)


def float_values(codes: np.ndarray, element: str) -> np.ndarray:
    """Values float32 of uint8 ``codes``, in their shape.

    >>> float_values(np.uint8([0, 2, 15, 7]), "e2m1")
    array([ 0.,  1., -6.,  6.], dtype=float32)
    """
    return _table(element)[codes]


@functools.cache
def _table(element: str) -> np.ndarray:
    """The value of each code."""
    exponent_bits, mantissa_bits, bias, _ = _ELEMENTS[element]
    codes = np.arange(2 ** (1 + exponent_bits + mantissa_bits))
    mantissa = codes % 2**mantissa_bits
    exponent = (codes >> mantissa_bits) % 2**exponent_bits
    normal = exponent > 0
    magnitude = np.ldexp(mantissa + normal * 2.0**mantissa_bits, np.maximum(exponent, 1) - bias - mantissa_bits)
    if element == "e4m3":
        magnitude[codes % 128 == 127] = np.nan
    elif element == "e5m2":
        magnitude[exponent == 31] = np.where(mantissa[exponent == 31] == 0, np.inf, np.nan)
    table = np.where(codes >> (exponent_bits + mantissa_bits), -magnitude, magnitude).astype(np.float32)
    table.flags.writeable = False
    return table
