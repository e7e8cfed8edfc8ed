"""Optimal brain surgeon: take out the weight that costs least, and update the others so that it costs no more.

On the quadratic loss dw^T H dw / 2, with w_p held at 0 the best answer of all other weights is known:

    loss_p = w_p^2 / (2 [H^-1]_pp),   dw = -(w_p / [H^-1]_pp) H^-1[:, p]

A row of a linear layer has H = 2 X^T X / n, whatever the other rows do. Weights go one at a time, the inverse shrunk
by one elimination each: the choice is greedy, the update exact. A row costs O(in^2) a weight, and SparseGPT is
what makes this affordable for wide layers.
Sources: Hassibi and Stork 1993, "Second order derivatives for network pruning"; Frantar et al. 2022, arXiv:2208.11580.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.pruning.ranking import drop_count
from minicompress.pruning.scores import within_range

__all__ = ["obs_score", "prune_obs"]


def obs_score(w: Any, hessian: Any, *, damping: float = 0.0) -> np.ndarray:
    """Return w_ij^2 / (2 [H^-1]_jj), float64 (out, in): the rise of the loss, all others answering for w_ij.

    Parameters
    ----------
    w : (out, in), finite
    hessian : (in, in), symmetric positive semi-definite
        Weights of an input that was never seen (H_jj = 0) score 0.
    damping : float in [0, 1]
        Added to H, as a share of its mean diagonal; a singular H needs some, and gets it.

    Examples
    --------
    >>> obs_score([[1.0, 1.0]], [[2.0, 1.0], [1.0, 2.0]])
    array([[0.75, 0.75]])
    """
    weights, inverse, seen = _inputs(w, hessian, damping)
    with np.errstate(over="ignore"):
        return within_range((weights / np.sqrt(inverse.diagonal()) * seen) ** 2 / 2)


def prune_obs(w: Any, hessian: Any, *, sparsity: float, damping: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return pruned weights, float32 (out, in), and their mask: k = rint(in * sparsity) zeros in each row.

    Parameters are those of :func:`obs_score`; of equal losses the first weight goes.

    >>> prune_obs([[1.0, 1.0, 5.0]], [[2, 1.8, 0], [1.8, 2, 0], [0, 0, 2]], sparsity=1 / 3)
    (array([[0. , 1.9, 5. ]], dtype=float32), array([[False,  True,  True]]))
    """
    weights, inverse, seen = _inputs(w, hessian, damping)
    drop = drop_count(weights.shape[1], sparsity)
    # An input that was never seen is tied to nothing: any variance will do, the largest drops it first.
    inverse[~seen, ~seen] = np.finfo(np.float64).max
    rows = [ops.obs_row(row, inverse, drop) for row in weights]
    pruned, keep = (np.stack(part) for part in zip(*rows, strict=True))
    return checks.float_array(pruned, "w, after the update,"), keep


def _inputs(w: Any, hessian: Any, damping: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights in float64, the inverse Hessian (in, in), and which inputs were seen."""
    weights = checks.float_array(w, "w", ndim=2).astype(np.float64)
    share = checks.real(damping, "damping", low=0, high=1)
    h = checks.hessian(hessian, weights.shape[1])
    upper, _ = ops.inverse_factor(h, share)
    seen = h.diagonal() > 0
    mean = np.mean(h.diagonal()[seen] / h.diagonal().max()) * h.diagonal().max() if seen.any() else 1.0
    with np.errstate(over="ignore"):
        return weights, within_range(upper.T @ upper / mean), seen  # the factor is that of H over its mean diagonal
