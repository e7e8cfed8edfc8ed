"""SparseGPT: prune one column after the other, and let the columns still to come make up for each loss.

    score_j = w_j^2 / U_jj^2,   e_j = w_j / U_jj  where w_j goes,   W[:, j+1:] -= e_j U[j, j+1:]

U is the upper factor of the inverse Hessian (:mod:`minicompress.reference.hessian`). The score is what the loss will
rise by, given that earlier columns are final; it is taken when the sweep arrives, on weights that have already
answered for what went before: at each block of columns for a share of zeros, at each group of M for N:M.
Source: Frantar and Alistarh 2023, arXiv:2301.00774.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.pruning.nm import nm_mask
from minicompress.pruning.ranking import drop_count, keep_largest

__all__ = ["prune_sparsegpt"]

_log = logging.getLogger(__name__)

#: (score (rows, run), first column, last column + 1) -> mask of that run of columns.
Choose = Callable[[np.ndarray, int, int], np.ndarray]


def prune_sparsegpt(
    w: Any,
    hessian: Any,
    *,
    sparsity: float | None = None,
    n: int | None = None,
    m: int | None = None,
    mask: Any = None,
    damping: float = 0.01,
    block_size: int = 128,
) -> tuple[np.ndarray, np.ndarray]:
    """Return pruned weights, float32 (out, in), and their mask, so that the outputs change least.

    Exactly one of ``sparsity``, ``n`` with ``m``, and ``mask`` says what goes.

    Parameters
    ----------
    w : (out, in), finite
    hessian : (in, in), symmetric positive semi-definite
        H = 2 X^T X / n of the inputs. Its scale does not matter. Weights of an input that was never seen go first.
    sparsity : float in [0, 1]
        Share of zeros: k = rint(out * in * sparsity) in all, as even a share of each block as whole numbers allow.
        Rows may differ.
    n, m : int
        Keep n of each m neighbours; m must divide in.
    mask : (out, in) boolean, True = kept
        From any score: the weights that stay are updated, the choice is not.
    damping : float in [0, 1]
        Added to H, as a share of its mean diagonal; raised where the Cholesky factor fails, and logged.
    block_size : int
        Columns that compete with one another, and between two matrix products.

    Raises
    ------
    ValueError
        If a shape does not fit, ``hessian`` is not positive semi-definite, or what goes is not said exactly once.

    Examples
    --------
    >>> h = np.array([[1, 0.9], [0.9, 1]])  # the two inputs nearly agree: one weight can stand for both
    >>> pruned, mask = prune_sparsegpt([[1.0, 1.0]], h, sparsity=0.5, damping=0.0)
    >>> pruned, mask
    (array([[0. , 1.9]], dtype=float32), array([[False,  True]]))
    """
    weights = checks.float_array(w, "w", ndim=2)
    block = checks.integer(block_size, "block_size", low=1)
    share = checks.real(damping, "damping", low=0, high=1)
    choose, run = _choice(weights, sparsity, n, m, mask, block)
    h = checks.hessian(hessian, weights.shape[1])
    upper, used = ops.inverse_factor(h, share)
    if used != share:
        _log.warning("damping raised from %g to %g: the Hessian (%d inputs) is singular", share, used, len(h))
    pruned, keep = _sweep(weights.astype(np.float64), upper, h.diagonal() > 0, choose, run, max(block // run, 1) * run)
    return checks.float_array(pruned, "w, after the sweep,"), keep


def _sweep(
    w: np.ndarray, upper: np.ndarray, seen: np.ndarray, choose: Choose, run: int, block: int
) -> tuple[np.ndarray, np.ndarray]:
    """Choose every ``run`` columns, and carry errors beyond every ``block``; ``w`` float64 is used up."""
    columns = w.shape[1]
    keep = np.empty(w.shape, bool)
    errors = np.empty(w.shape)
    for start in range(0, columns, block):
        stop = min(start + block, columns)
        for first in range(start, stop, run):
            last = min(first + run, stop)
            part = slice(first, last)
            score = (w[:, part] / upper.diagonal()[part] * seen[part]) ** 2
            keep[:, part] = choose(score, first, last)
            w[:, part], errors[:, part] = ops.sparsegpt_sweep(w[:, part], upper[part, part], keep[:, part])
            w[:, last:stop] -= errors[:, part] @ upper[part, last:stop]
        w[:, stop:] -= errors[:, start:stop] @ upper[start:stop, stop:]
    return w, keep


def _choice(w: np.ndarray, sparsity: Any, n: Any, m: Any, mask: Any, block: int) -> tuple[Choose, int]:
    """How the mask of a run of columns is chosen, and how many columns a run has."""
    if [sparsity is not None, n is not None or m is not None, mask is not None].count(True) != 1:
        raise ValueError("say what goes by exactly one of sparsity, n with m, and mask")
    if mask is not None:
        if not isinstance(mask, np.ndarray) or mask.dtype != bool or mask.shape != w.shape:
            raise ValueError(f"mask must be a boolean array of shape {w.shape}; got {checks.describe(mask)}")
        return (lambda score, first, last: mask[:, first:last]), min(block, w.shape[1])
    if sparsity is None:
        nm_mask(w, n=n, m=m)  # its checks: n <= m, and m divides the columns
        return (lambda score, first, last: nm_mask(score, n=n, m=m)), int(m)
    rows = w.shape[0]
    checks.real(sparsity, "sparsity", low=0, high=1)

    def of_block(score: np.ndarray, first: int, last: int) -> np.ndarray:
        # Counted from the start, so that the roundings of all blocks together are one.
        drop = drop_count(rows * last, sparsity) - drop_count(rows * first, sparsity)
        return keep_largest(score.reshape(-1), drop).reshape(score.shape)

    return of_block, min(block, w.shape[1])
