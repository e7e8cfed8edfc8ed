"""The sweeps of second-order pruning: take weights out, and let those that stay answer for each.

SparseGPT, columns from left to right, many rows at once (U the upper factor of the inverse Hessian):

    e_j = w_j / U_jj  where w_j goes, else 0,   w_k -= e_j U_jk   for every k > j

OBS, one row, any order (C the inverse Hessian of the weights that are left; the last step takes p out of it):

    p = argmin w_p^2 / C_pp,   w -= (w_p / C_pp) C[p],   C -= C[:, p] C[p] / C_pp

Sources: Frantar and Alistarh 2023, arXiv:2301.00774; Hassibi and Stork 1993, and Frantar et al. 2022, arXiv:2208.11580.
"""

from __future__ import annotations

import numpy as np

__all__ = ["obs_row", "sparsegpt_sweep"]


def sparsegpt_sweep(w: np.ndarray, upper: np.ndarray, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pruned weights and errors e, float64 (rows, block), of ``w`` float64 under the boolean mask ``keep``.

    ``upper`` float64 (block, block). The caller takes the errors on: W[:, rest] -= e U[block, rest].

    >>> w, u = np.array([[4.0, 1.0]]), np.array([[2.0, 0.5], [0.0, 1.0]])
    >>> sparsegpt_sweep(w, u, np.array([[False, True]]))  # the second weight takes over: 1 - 4 / 2 * 0.5
    (array([[0., 0.]]), array([[2., 0.]]))
    """
    left = w.copy()
    errors = np.zeros(w.shape)
    for j in range(w.shape[1]):
        gone = ~keep[:, j]
        errors[gone, j] = left[gone, j] / upper[j, j]
        left[gone, j] = 0
        left[:, j + 1 :] -= np.outer(errors[:, j], upper[j, j + 1 :])
    return left, errors


def obs_row(w: np.ndarray, inverse: np.ndarray, drop: int) -> tuple[np.ndarray, np.ndarray]:
    """One row ``w`` float64 (in,) without ``drop`` weights, and its boolean mask; ``inverse`` float64 (in, in).

    Of equal losses the first weight goes.

    >>> obs_row(np.array([1.0, 2.0]), np.array([[1.0, 0.5], [0.5, 1.0]]), 1)
    (array([0. , 1.5]), array([False,  True]))
    """
    left, c = w.copy(), inverse.copy()
    keep = np.ones(w.shape, bool)
    for _ in range(drop):
        variance = np.maximum(c.diagonal(), np.finfo(np.float64).tiny)  # rounding may leave 0 or less of it
        p = int(np.argmin(np.where(keep, np.abs(left) / np.sqrt(variance), np.inf)))
        left -= left[p] / variance[p] * c[p]
        c -= np.outer(c[:, p], c[p] / variance[p])
        keep[p] = False
        left[~keep] = 0  # what elimination leaves there is rounding
        c[p], c[:, p] = 0, 0
    return left, keep
