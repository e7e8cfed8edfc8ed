"""Twins of :mod:`minicompress.reference.quantized`: products with 4- and 8-bit codes, in parallel over outputs or rows.

The tiles are in ``products_int8.py`` and ``products_float.py``; here the work is checked for shape, padded to whole
steps where a group is not one, and dealt out to threads.
"""

from __future__ import annotations

import numba
import numpy as np

from minicompress.kernels.compiler import arguments, contiguous, kernel, unpack
from minicompress.kernels.products_float import block_batch, block_few
from minicompress.kernels.products_int8 import block_int8, byte_group_sums, group_sums
from minicompress.kernels.threads import launch, parts_for, share
from minicompress.reference import quantized as reference

__all__ = ["affine_linear", "affine_linear_int8", "panel_codes"]

# Work that is worth a part of its own: about 5 us on one core of a 2024 server (see threads.py for what a part costs).
LEAST_FLOAT = 250_000  # products of a code and a float, 20 ps each
_LEAST_INT8 = 250_000  # codes read once for up to 8 activation rows, 10 to 16 ps each
BATCH = 12  # activation rows from which dequantizing a block once is faster


def whole_steps(x: np.ndarray, groups: int, steps: int, bits: int) -> np.ndarray:
    """Activations (n, groups * steps * step): each group padded with 0 to whole steps of 4 or 8 inputs."""
    n, columns = x.shape
    size, wanted = columns // groups, steps * (32 // bits)
    if size == wanted:
        return np.ascontiguousarray(x)
    padded = np.zeros((n, groups, wanted), x.dtype)
    padded[:, :, :size] = x.reshape(n, groups, size)
    return padded.reshape(n, groups * wanted)


_PANELS = "uint8[:, :, :, :, ::1], float32[:, :, ::1], float32[:, :, ::1], int64, float32[:, ::1], int64"
# The sums of the activations (parts, n, groups): parts may share rows, and each adds up its own, so that none reads
# what another is writing.
_INT8 = arguments("int8[:, ::1], float32[::1], int32[:, :, ::1], " + _PANELS)
_FLOAT = arguments("float32[:, ::1], float32[:, :, ::1], " + _PANELS)


@kernel(_INT8)
def _int8(table, part, parts):  # type: ignore[no-untyped-def]
    q, q_scale, sums, panels, scale, zero_point, bits, y, by_rows = unpack(table, _INT8)
    i0, i1, p0, p1 = rectangle(q.shape[0], panels.shape[0], by_rows, part, parts)
    own = sums[part]
    byte_group_sums(q, own, i0, i1)
    block_int8(q, q_scale, own, panels, scale, zero_point, bits, y, i0, i1, p0, p1)


@kernel(_FLOAT)
def _few(table, part, parts):  # type: ignore[no-untyped-def]
    x, sums, panels, scale, zero_point, bits, y, by_rows = unpack(table, _FLOAT)
    i0, i1, p0, p1 = rectangle(x.shape[0], panels.shape[0], by_rows, part, parts)
    own = sums[part]
    group_sums(x, own, i0, i1)
    block_few(x, own, panels, scale, zero_point, bits, y, i0, i1, p0, p1)


@kernel(_FLOAT)
def _batch(table, part, parts):  # type: ignore[no-untyped-def]
    x, _, panels, scale, zero_point, bits, y, by_rows = unpack(table, _FLOAT)
    i0, i1, p0, p1 = rectangle(x.shape[0], panels.shape[0], by_rows, part, parts)
    block_batch(x, panels, scale, zero_point, bits, y, i0, i1, p0, p1)


@numba.njit(inline="always")
def rectangle(n, count, by_rows, part, parts):  # type: ignore[no-untyped-def]
    """Activation rows ``i0:i1`` and panels ``p0:p1`` of one part, in whole tiles."""
    if by_rows:
        i0, i1 = share((n + 7) // 8, part, parts)
        return 8 * i0, min(8 * i1, n), 0, count
    p0, p1 = share((count + 1) // 2, part, parts)
    return 0, n, 2 * p0, min(2 * p1, count)


def panel_codes(codes: np.ndarray, groups: int, bits: int) -> np.ndarray:
    """Lay uint8 codes (rows, in) out as panels (ceil(rows / 16), groups, steps, 16, 4), C-contiguous."""
    return np.ascontiguousarray(reference.panel_codes(codes, groups, bits))


def cut(n: int, count: int, work: int, least: int) -> tuple[int, bool]:
    """Number of parts, and whether they share out the rows (where panels are too few) or the panels."""
    parts, row_tiles, strips = parts_for(work, least), (n + 7) // 8, (count + 1) // 2
    by_rows = strips < parts and row_tiles > strips
    return max(1, min(parts, row_tiles if by_rows else strips)), by_rows


def affine_linear(
    x: np.ndarray, panels: np.ndarray, scale: np.ndarray, zero_point: np.ndarray, bits: int, rows: int
) -> np.ndarray:
    """y = x W^T with float32 activations ``x`` (n, in): float32 (n, rows)."""
    panels, scale, zero_point = contiguous(panels, scale, zero_point)
    count, groups, steps = panels.shape[:3]
    x = whole_steps(x, groups, steps, bits)
    n = x.shape[0]
    y = np.empty((n, rows), np.float32)
    parts, by_rows = cut(n, count, x.size * rows, LEAST_FLOAT)
    few = n < BATCH
    sums = np.empty((parts, n if few else 0, groups), np.float32)
    launch(_few if few else _batch, parts, x, sums, panels, scale, zero_point, bits, y, by_rows)
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
    q_scale, panels, scale, zero_point = contiguous(q_scale, panels, scale, zero_point)
    count, groups, steps = panels.shape[:3]
    q = whole_steps(q, groups, steps, bits)
    n = q.shape[0]
    y = np.empty((n, rows), np.float32)
    parts, by_rows = cut(n, count, q.shape[1] * rows * (1 + n // 8), _LEAST_INT8)
    sums = np.empty((parts, n, groups), np.int32)
    launch(_int8, parts, q, q_scale, sums, panels, scale, zero_point, bits, y, by_rows)
    return y
