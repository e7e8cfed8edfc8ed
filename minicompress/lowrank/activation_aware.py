"""Low rank for the inputs that come: the error of the layer's output is minimised, not that of its weights.

With C = X^T X / n + damping mean(diag) I = S S^T (Cholesky, S lower triangular),

    mean over samples of ||(W - W') x||^2 = ||(W - W') S||_F^2   (up to the damping)

so the best W' of rank r comes from the SVD of the whitened weights W S = U diag(s) V^T: W' = U_r diag(s_r) V_r^T S^-1.
No inverse is taken: diag(s_r) V_r^T = U_r^T W S, so W' = U_r (U_r^T W). The loss is the sum of the s_i^2 left out.
Source: Wang et al. 2024 (SVD-LLM), arXiv:2403.07378.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.lowrank.factors import balanced
from minicompress.lowrank.ranks import checked_rank
from minicompress.tensors import LowRankMatrix

__all__ = ["activation_aware_svd", "whitened_weights"]


def whitened_weights(w: Any, x: Any, *, damping: float = 1e-6) -> np.ndarray:
    """Return W S, whose singular values are what each component of the layer's output is worth.

    Parameters
    ----------
    w : (out, in), finite
    x : (n_samples, in), finite
    damping : float, 1e-10 to 1
        In units of the mean of diag(X^T X / n); inputs never seen would otherwise have no Cholesky factor.

    Returns
    -------
    (out, in) float64

    Examples
    --------
    >>> ws = whitened_weights([[1.0, 1.0]], np.diag([2.0, 0.0]), damping=1e-10)
    >>> ws.round(4)  # X^T X / n = diag(2, 0): the second input does not matter
    array([[1.4142, 0.    ]])
    """
    weights = checks.float_array(w, "w", ndim=2).astype(np.float64)
    samples = checks.float_array(x, "x", shape=(None, weights.shape[1])).astype(np.float64)
    damping = checks.real(damping, "damping", low=1e-10, high=1)
    scale = float(np.abs(samples).max()) or 1.0
    samples = samples / scale
    c = samples.T @ samples / len(samples)
    mean = float(np.trace(c)) / len(c)
    # Inputs that are all 0 say nothing: plain SVD then.
    c[np.diag_indices(len(c))] += damping * mean if mean > 0 else 1.0
    return weights @ np.linalg.cholesky(c) * scale


def activation_aware_svd(
    w: Any, x: Any, *, rank: int, damping: float = 1e-6, allow_growth: bool = False
) -> LowRankMatrix:
    """Return the matrix of that rank whose outputs on ``x`` are closest to those of ``w``.

    Parameters
    ----------
    w : (out, in), finite
    x : (n_samples, in), finite
        Calibration inputs. With x x^T = I on average it is ``svd_factorize``.
    rank : int, 1 to min(out, in)
    damping : float, 1e-10 to 1
        See ``whitened_weights``.
    allow_growth : bool
        Take a rank whose factors are no smaller than ``w``, see ``break_even_rank``.

    Raises
    ------
    ValueError
        If the rank is past break-even, a shape does not fit, or a value is not finite.

    Examples
    --------
    >>> w = np.diag([5.0, 1.0, 1.0])
    >>> x = np.diag([0.1, 9.0, 9.0])  # the large weight meets a small input
    >>> activation_aware_svd(w, x, rank=2, allow_growth=True).to_dense().round(4)
    array([[0., 0., 0.],
           [0., 1., 0.],
           [0., 0., 1.]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2).astype(np.float64)
    rank = checked_rank(rank, weights.shape, allow_growth=allow_growth)
    u, _, _ = np.linalg.svd(whitened_weights(weights, x, damping=damping), full_matrices=False)
    return balanced(u[:, :rank], u[:, :rank].T @ weights)
