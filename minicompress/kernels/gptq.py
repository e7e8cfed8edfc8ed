"""Twin of :mod:`minicompress.reference.gptq`: rows in parallel, four at a time through the triangle of U.

    for column j        4 divisions and roundings, one for each row
        for k > j       one load of U[j, k .. k + 7], 4 multiplications and 4 subtractions of 8 float64

A row of a block of 128 is 1 KB and stays in the first cache; U is 128 KB and comes from the second, once for four
rows. Product and difference are rounded one by one, as in NumPy (no fused multiply-add): codes are equal to the bit.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels.compiler import arguments, contiguous, kernel, unpack
from minicompress.kernels.threads import launch, parts_for, share

__all__ = ["gptq_sweep"]

_LEAST = 20_000  # products that are worth a part
_KINDS = arguments(
    "float64[:, ::1], float64[:, ::1], float32[::1], uint8[::1], int64, int64, uint8[:, ::1], float64[:, ::1]"
)


@numba.njit(error_model="numpy", inline="always")
def _round(value, scale, zero, low, high):  # type: ignore[no-untyped-def]
    """The code of one weight, as ``affine_quantize`` rounds, and the weight that it stands for."""
    step = np.rint(np.float32(value) / scale) + zero
    code = min(max(step, low), high)
    return code, (code - zero) * scale


@numba.njit(error_model="numpy")
def _row(left, upper, scale, zero, low, high, codes, errors):  # type: ignore[no-untyped-def]
    for j in range(left.size):
        code, rounded = _round(left[j], scale, zero, low, high)
        codes[j] = np.int32(code)
        error = (left[j] - np.float64(rounded)) / upper[j, j]
        errors[j] = error
        rest, line = left[j + 1 :], upper[j, j + 1 :]
        for k in range(rest.size):
            rest[k] -= error * line[k]


@numba.njit(error_model="numpy")
def _four_rows(left, upper, scale, zero, low, high, codes, errors):  # type: ignore[no-untyped-def]
    for j in range(left.shape[1]):
        for r in range(4):
            code, rounded = _round(left[r, j], scale[r], np.float32(zero[r]), low, high)
            codes[r, j] = np.int32(code)
            errors[r, j] = (left[r, j] - np.float64(rounded)) / upper[j, j]
        e0, e1, e2, e3 = errors[0, j], errors[1, j], errors[2, j], errors[3, j]
        line = upper[j, j + 1 :]
        one, two, three, four = left[0, j + 1 :], left[1, j + 1 :], left[2, j + 1 :], left[3, j + 1 :]
        for k in range(line.size):
            one[k] -= e0 * line[k]
            two[k] -= e1 * line[k]
            three[k] -= e2 * line[k]
            four[k] -= e3 * line[k]


@kernel(_KINDS, error_model="numpy")
def _sweep(table, part, parts):  # type: ignore[no-untyped-def]
    left, upper, scale, zero, qmin, qmax, codes, errors = unpack(table, _KINDS)
    first, last = share(left.shape[0], part, parts)
    low, high = np.float32(qmin), np.float32(qmax)
    whole = first + (last - first) // 4 * 4
    for r in range(first, whole, 4):
        run = slice(r, r + 4)
        _four_rows(left[run], upper, scale[run], zero[run], low, high, codes[run], errors[run])
    for r in range(whole, last):
        _row(left[r], upper, scale[r], np.float32(zero[r]), low, high, codes[r], errors[r])


def gptq_sweep(
    w: np.ndarray, upper: np.ndarray, scale: np.ndarray, zero_point: np.ndarray, qmin: int, qmax: int
) -> tuple[np.ndarray, np.ndarray]:
    """Codes uint8 (rows, block) in qmin .. qmax, and errors float64 (rows, block), of ``w`` float64 (rows, block)."""
    left = np.empty(w.shape, np.float64)
    left[...] = w
    upper, scale, zero_point = contiguous(upper, scale, zero_point)
    codes, errors = np.empty(w.shape, np.uint8), np.empty(w.shape, np.float64)
    parts = min(parts_for(w.size * w.shape[1] / 2, _LEAST), max(1, w.shape[0] // 4))
    launch(_sweep, parts, left, upper, scale, zero_point, qmin, qmax, codes, errors)
    return codes, errors
