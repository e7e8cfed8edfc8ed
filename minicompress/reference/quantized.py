"""Products with affine-quantized weights, without storing the float matrix.

With group sums, y_ir = sum_g s_rg (sum_{j in g} code_rj x_ij  -  z_rg sum_{j in g} x_ij): the codes are multiplied as
they are, and scale and zero point enter once per group.

The codes stand in **panels**, the layout in which 8-bit dot-product instructions read them: 16 rows side by side (one
lane each), 4 consecutive inputs of a row in the 4 bytes of its lane. At ``bits = 4`` a byte holds two inputs that are
4 apart, so that one AND and one shift give two such vectors.

    bits = 8:  panels[p, g, v, lane, t]       = code of row 16 p + lane, input 4 v + t of group g
    bits = 4:  panels[p, g, v, lane, t] & 15  = ... input 8 v + t         >> 4 = ... input 8 v + 4 + t

Rows beyond the last, and inputs beyond a group's size, are padded with code 0; activations are padded with 0.
"""

from __future__ import annotations

import numpy as np

__all__ = ["affine_linear", "affine_linear_int8", "panel_codes", "panel_parameters"]

LANES = 16


def panel_codes(codes: np.ndarray, groups: int, bits: int) -> np.ndarray:
    """Lay uint8 codes (rows, in) out as panels (ceil(rows / 16), groups, steps, 16, 4); ``bits`` is 4 or 8.

    >>> panel_codes(np.arange(8, dtype=np.uint8)[None], 1, 4)[0, 0, 0, 0]
    array([ 64,  81,  98, 115], dtype=uint8)
    """
    rows, columns = codes.shape
    size, step = columns // groups, 32 // bits
    panels, steps = -(-rows // LANES), -(-size // step)
    padded = np.zeros((panels * LANES, groups, steps * step), np.uint8)
    padded[:rows, :, :size] = codes.reshape(rows, groups, size)
    # Shape: (panel, lane, group, step, half, t) -> (panel, group, step, half, lane, t).
    lanes = padded.reshape(panels, LANES, groups, steps, step // 4, 4).transpose(0, 2, 3, 4, 1, 5)
    if bits == 8:
        return np.ascontiguousarray(lanes[:, :, :, 0])
    return np.ascontiguousarray(lanes[:, :, :, 0] | (lanes[:, :, :, 1] << 4))


def panel_parameters(values: np.ndarray) -> np.ndarray:
    """Lay scales or zero points (rows, groups) out as float32 (ceil(rows / 16), groups, 16), padded with 0.

    >>> panel_parameters(np.array([[1.0, 2.0]])).shape
    (1, 2, 16)
    """
    rows, groups = values.shape
    panels = -(-rows // LANES)
    padded = np.zeros((panels * LANES, groups), np.float32)
    padded[:rows] = values
    return np.ascontiguousarray(padded.reshape(panels, LANES, groups).transpose(0, 2, 1))


def affine_linear(
    x: np.ndarray, panels: np.ndarray, scale: np.ndarray, zero_point: np.ndarray, bits: int, rows: int
) -> np.ndarray:
    """y = x W^T with float32 activations ``x`` (n, in): float32 (n, rows).

    ``panels`` from :func:`panel_codes`; ``scale`` and ``zero_point`` from :func:`panel_parameters`.
    """
    products, sums = _group_products(x, panels, bits)
    zeros = zero_point[:, None] * sums[None, :, :, None]
    y = (scale[:, None] * (products - zeros)).sum(axis=2, dtype=np.float32)
    return rows_last(y, rows)


def affine_linear_int8(
    q: np.ndarray,
    q_scale: np.ndarray,
    panels: np.ndarray,
    scale: np.ndarray,
    zero_point: np.ndarray,
    bits: int,
    rows: int,
) -> np.ndarray:
    """y = diag(q_scale) q W^T with int8 activations ``q`` (n, in): each group's sum is an exact int32.

    |code q| <= 255 * 127 and |z q| likewise, so int32 holds groups of up to 33,000 inputs; callers see to that.
    """
    products, sums = _group_products(q.astype(np.int32), panels, bits)
    integers = products - zero_point.astype(np.int32)[:, None] * sums[None, :, :, None]
    y = (scale[:, None] * integers.astype(np.float32)).sum(axis=2, dtype=np.float32)
    return rows_last(y, rows) * q_scale[:, None]


def _group_products(x: np.ndarray, panels: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Sums over each group of code * x (panels, n, groups, 16) and of x (n, groups), in the type of ``x``."""
    n, columns = x.shape
    count, groups, steps = panels.shape[:3]
    size = columns // groups
    halves = [panels] if bits == 8 else [panels & 15, panels >> 4]
    # Shape: (panel, group, step, half, lane, t) -> (panel, group, step * half * t, lane).
    codes = np.stack(halves, axis=3).transpose(0, 1, 2, 3, 5, 4).reshape(count, groups, -1, LANES).astype(x.dtype)
    grouped = x.reshape(n, groups, size)
    # Shape: (1, groups, n, size) @ (panels, groups, size, 16) -> (panels, groups, n, 16).
    products = grouped.transpose(1, 0, 2)[None] @ codes[:, :, :size]
    return products.transpose(0, 2, 1, 3), grouped.sum(axis=2, dtype=x.dtype)


def rows_last(y: np.ndarray, rows: int) -> np.ndarray:
    """(panels, n, 16) -> (n, rows)."""
    return np.ascontiguousarray(y.transpose(1, 0, 2).reshape(y.shape[1], -1)[:, :rows])
