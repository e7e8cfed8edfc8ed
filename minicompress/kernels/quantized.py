"""Twins of :mod:`minicompress.reference.quantized`: products with 4- and 8-bit codes, in parallel over outputs or rows.

The tiles are in ``products_int8.py`` and ``products_float.py``; here the work is checked for shape, padded to whole
steps where a group is not one, and dealt out to threads.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels.compiler import arguments, kernel, unpack
from minicompress.kernels.products_float import block_batch, block_few
from minicompress.kernels.products_int8 import block_int8, group_sums
from minicompress.kernels.threads import launch, share, threads_for
from minicompress.reference import quantized as reference

__all__ = ["affine_linear", "affine_linear_int8", "panel_codes"]

_LEAST_WORK = 200_000  # products of one code and one activation that are worth a second thread
_BATCH = 12  # activation rows from which dequantizing a block once is faster


def _whole_steps(x: np.ndarray, groups: int, steps: int, bits: int) -> np.ndarray:
    """Activations (n, groups * steps * step): each group padded with 0 to whole steps of 4 or 8 inputs."""
    n, columns = x.shape
    size, wanted = columns // groups, steps * (32 // bits)
    if size == wanted:
        return np.ascontiguousarray(x)
    padded = np.zeros((n, groups, wanted), x.dtype)
    padded[:, :, :size] = x.reshape(n, groups, size)
    return padded.reshape(n, groups * wanted)


_PANELS = "uint8[:, :, :, :, ::1], float32[:, :, ::1], float32[:, :, ::1], int64, float32[:, ::1], int64"
_INT8 = arguments("int8[:, ::1], float32[::1], int32[:, ::1], " + _PANELS)
_FLOAT = arguments("float32[:, ::1], float32[:, ::1], " + _PANELS)


@kernel(_INT8)
def _int8(table, part, parts):  # type: ignore[no-untyped-def]
    q, q_scale, sums, panels, scale, zero_point, bits, y, by_rows = unpack(table, _INT8)
    i0, i1, p0, p1 = _rectangle(q.shape[0], panels.shape[0], by_rows, part, parts)
    group_sums(q, sums, i0, i1)
    block_int8(q, q_scale, sums, panels, scale, zero_point, bits, y, i0, i1, p0, p1)


@kernel(_FLOAT)
def _few(table, part, parts):  # type: ignore[no-untyped-def]
    x, sums, panels, scale, zero_point, bits, y, by_rows = unpack(table, _FLOAT)
    i0, i1, p0, p1 = _rectangle(x.shape[0], panels.shape[0], by_rows, part, parts)
    group_sums(x, sums, i0, i1)
    block_few(x, sums, panels, scale, zero_point, bits, y, i0, i1, p0, p1)


@kernel(_FLOAT)
def _batch(table, part, parts):  # type: ignore[no-untyped-def]
    x, _, panels, scale, zero_point, bits, y, by_rows = unpack(table, _FLOAT)
    i0, i1, p0, p1 = _rectangle(x.shape[0], panels.shape[0], by_rows, part, parts)
    block_batch(x, panels, scale, zero_point, bits, y, i0, i1, p0, p1)


@numba.njit(inline="always")
def _rectangle(n, count, by_rows, part, parts):  # type: ignore[no-untyped-def]
    """Activation rows ``i0:i1`` and panels ``p0:p1`` of one thread."""
    if by_rows:
        i0, i1 = share(n, part, parts)
        return i0, i1, 0, count
    p0, p1 = share(count, part, parts)
    return 0, n, p0, p1


def panel_codes(codes: np.ndarray, groups: int, bits: int) -> np.ndarray:
    """Lay uint8 codes (rows, in) out as panels (ceil(rows / 16), groups, steps, 16, 4), C-contiguous."""
    return np.ascontiguousarray(reference.panel_codes(codes, groups, bits))


def _share_rows(n: int, count: int, threads: int) -> bool:
    """Whether threads share out the activation rows rather than the panels: where panels are too few."""
    return count < 4 * threads and n > count


def affine_linear(
    x: np.ndarray, panels: np.ndarray, scale: np.ndarray, zero_point: np.ndarray, bits: int, rows: int
) -> np.ndarray:
    """y = x W^T with float32 activations ``x`` (n, in): float32 (n, rows)."""
    panels = np.ascontiguousarray(panels)
    count, groups, steps = panels.shape[:3]
    x = _whole_steps(x, groups, steps, bits)
    n = x.shape[0]
    y = np.empty((n, rows), np.float32)
    threads = threads_for(x.size * rows, _LEAST_WORK)
    few = n < _BATCH
    sums = np.empty((n if few else 0, groups), np.float32)
    by_rows = _share_rows(n, count, threads)
    launch(_few if few else _batch, threads, x, sums, panels, scale, zero_point, bits, y, by_rows)
    return y


def affine_linear_int8(
    q: np.ndarray,
    q_scale: np.ndarray,
    panels: np.ndarray,
    scale: np.ndarray,
    zero_point: np.ndarray,
    bits: int,
    rows: int,
) -> np.ndarray:
    """y = diag(q_scale) q W^T with int8 activations ``q`` (n, in); each group's sum is an exact int32."""
    panels = np.ascontiguousarray(panels)
    count, groups, steps = panels.shape[:3]
    q = _whole_steps(q, groups, steps, bits)
    n = q.shape[0]
    y = np.empty((n, rows), np.float32)
    threads = threads_for(q.size * rows, _LEAST_WORK)
    sums = np.empty((n, groups), np.int32)
    by_rows = _share_rows(n, count, threads)
    launch(_int8, threads, q, q_scale, sums, panels, scale, zero_point, bits, y, by_rows)
    return y
