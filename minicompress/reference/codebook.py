"""Products with weights that are values of a short list, told by 4-bit codes, without storing the float matrix.

    y_ir = sum_g s_rg sum_{j in g} level[code_rj] x_ij          level: 16 float32, one list for 16 rows side by side

The codes stand in the panels of 4-bit codes of :mod:`minicompress.reference.quantized`; a list of fewer than 16
values is filled up. NF4 has one list and a scale to each group; shared weights have lists and a scale of 1.
"""

from __future__ import annotations

import numpy as np

from minicompress.reference.quantized import LANES, rows_last

__all__ = ["codebook_linear"]


def codebook_linear(x: np.ndarray, panels: np.ndarray, levels: np.ndarray, scale: np.ndarray, rows: int) -> np.ndarray:
    """y = x W^T with float32 activations ``x`` (n, in): float32 (n, rows).

    ``panels`` from ``panel_codes(codes, groups, 4)``, ``scale`` from ``panel_parameters``; ``levels`` float32
    (panels, 16), all finite.

    >>> from minicompress.reference.quantized import panel_codes, panel_parameters
    >>> panels, scale = panel_codes(np.uint8([[1, 0, 1]]), 1, 4), panel_parameters(np.ones((1, 1)))
    >>> levels = np.float32([[-1, 0.5] + 14 * [0]])
    >>> codebook_linear(np.float32([[1, 2, 4]]), panels, levels, scale, 1)  # 0.5 - 2 + 2
    array([[0.5]], dtype=float32)
    """
    n, columns = x.shape
    count, groups = panels.shape[:2]
    size = columns // groups
    # Shape: (panel, group, step, half, lane, t) -> (panel, group, step * half * t, lane).
    codes = np.stack([panels & 15, panels >> 4], axis=3).transpose(0, 1, 2, 3, 5, 4).reshape(count, groups, -1, LANES)
    weights = levels[np.arange(count)[:, None, None, None], codes[:, :, :size]]
    # Shape: (1, groups, n, size) @ (panels, groups, size, 16) -> (panels, groups, n, 16).
    products = x.reshape(n, groups, size).transpose(1, 0, 2)[None] @ weights
    return rows_last((scale[:, :, None] * products).sum(axis=1, dtype=np.float32), rows)
