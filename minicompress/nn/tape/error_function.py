"""The error function, fast for float32."""

from __future__ import annotations

import numpy as np

BLOCK = 1 << 16  # values at a time, so that the passes of the formula find them in the cache


def erf(x: np.ndarray) -> np.ndarray:
    """Return ``erf(x) = 2/sqrt(pi) * integral of e**(-t**2) from 0 to x``.

    float64 takes SciPy's. float32 takes ``1 - poly(u) e**(-x**2)`` with ``u = 1 / (1 + p|x|)``: five multiply-adds
    and one vectorised exponential, with an error below 1e-6 (1.5e-7 from the formula, the rest from float32
    rounding).
    Source: Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 7.1.26.

    >>> bool(abs(erf(np.float32([0.5]))[0] - 0.5204999) < 1e-6)
    True
    """
    if x.dtype != np.float32:
        from scipy import special  # here, because it takes longer to import than all of this package

        return np.asarray(special.erf(x), x.dtype)
    out = np.empty(x.shape, np.float32)
    values, results = x.reshape(-1), out.reshape(-1)
    for start in range(0, x.size, BLOCK):
        results[start : start + BLOCK] = _erf32(values[start : start + BLOCK])
    return out


def _erf32(x: np.ndarray) -> np.ndarray:
    size = np.abs(x)
    u = 1 / (1 + 0.3275911 * size)
    poly = 1.061405429 * u
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        poly += coefficient
        poly *= u
    size *= size
    np.negative(size, out=size)
    poly *= np.exp(size, out=size)
    return np.copysign(1 - poly, x)
