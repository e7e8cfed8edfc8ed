"""The sweep of GPTQ over one block of columns that share a scale in each row.

Columns are rounded from left to right; what rounding column j lost, the columns after it make up for:

    q_j = round(w_j),   e_j = (w_j - q_j) / U_jj,   w_k -= e_j U_jk   for every k > j

U is the upper factor of the inverse Hessian (``inverse_factor``). The caller takes the errors e (rows, block) on to
the columns beyond the block at once: W[:, rest] -= e U[block, rest]. Source: Frantar et al. 2022, arXiv:2210.17323.
"""

from __future__ import annotations

import numpy as np

__all__ = ["gptq_sweep"]


def gptq_sweep(
    w: np.ndarray, upper: np.ndarray, scale: np.ndarray, zero_point: np.ndarray, qmin: int, qmax: int
) -> tuple[np.ndarray, np.ndarray]:
    """Codes uint8 (rows, block) in qmin .. qmax, and errors float64 (rows, block), of ``w`` float64 (rows, block).

    ``upper`` float64 (block, block); ``scale`` float32 and ``zero_point`` uint8 (rows,). A weight is rounded in
    float32, as ``affine_quantize`` does, so that codes of weights that no error reached are the same to the bit.

    >>> w, u = np.array([[1.4, 1.4]]), np.array([[1.0, 0.5], [0.0, 1.0]])
    >>> gptq_sweep(w, u, np.float32([1]), np.uint8([8]), 0, 15)  # 1.4 lost 0.4, so the next becomes 1.2
    (array([[9, 9]], dtype=uint8), array([[0.4, 0.2]]))
    """
    left = w.copy()
    codes = np.empty(w.shape, np.uint8)
    errors = np.empty(w.shape)
    zero = zero_point.astype(np.float32)
    for j in range(w.shape[1]):
        with np.errstate(over="ignore"):  # far outside the grid w / s may be infinite; the clip brings it back
            steps = np.rint(left[:, j].astype(np.float32) / scale) + zero
        codes[:, j] = np.clip(steps, qmin, qmax)
        rounded = (codes[:, j] - zero) * scale
        errors[:, j] = (left[:, j] - rounded) / upper[j, j]
        left[:, j + 1 :] -= np.outer(errors[:, j], upper[j, j + 1 :])
    return codes, errors
