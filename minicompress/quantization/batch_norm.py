"""Batch-norm folding: at inference a batch norm is an affine map, and disappears into the layer before it.

    gamma (W x + b - mean) / sqrt(var + eps) + beta = W' x + b'
    W' = diag(g) W,   b' = g (b - mean) + beta,   g = gamma / sqrt(var + eps)

Fold first, quantize after: the folded weights are the ones that run. Source: Jacob et al. 2018, arXiv:1712.05877.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["fold_batch_norm"]


def fold_batch_norm(
    w: Any, bias: Any | None, *, gamma: Any, beta: Any, mean: Any, var: Any, eps: float = 1e-5
) -> tuple[np.ndarray, np.ndarray]:
    """Return W' (shape of ``w``) and b' (out,), float32.

    Parameters
    ----------
    w : (out, in) or (out, in, k, ...)
    bias : (out,), or None for a layer without
    gamma, beta, mean, var : (out,)
        Gain, shift, running mean and running variance (at least 0) of the batch norm.
    eps : float, at least 0

    Raises
    ------
    ValueError
        If a shape does not fit, ``var`` is negative, or ``var + eps`` is 0.

    Examples
    --------
    >>> fold_batch_norm([[2.0]], [1.0], gamma=[3.0], beta=[0.5], mean=[1.0], var=[4.0], eps=0.0)
    (array([[3.]], dtype=float32), array([0.5], dtype=float32))
    """
    weights = checks.float_array(w, "w")
    if weights.ndim < 2:
        raise ValueError(f"w must have at least 2 dimensions (out, in, ...); got {checks.describe(weights)}")
    out = weights.shape[0]

    def vector(value: Any, name: str) -> np.ndarray:
        return checks.float_array(value, name, shape=(out,), dtype=np.float64)

    variance = vector(var, "var")
    small = checks.real(eps, "eps", low=0)
    if (variance < 0).any() or (variance + small == 0).any():
        raise ValueError(f"var must be at least 0, and var + eps more; got a minimum of {variance.min():.3g}")
    start = np.zeros(out) if bias is None else vector(bias, "bias")
    with np.errstate(over="ignore", invalid="ignore"):
        gain = vector(gamma, "gamma") / np.sqrt(variance + small)
        folded = weights * gain.reshape(-1, *[1] * (weights.ndim - 1))
        shift = gain * (start - vector(mean, "mean")) + vector(beta, "beta")
    return checks.float_array(folded, "w, folded,"), checks.float_array(shift, "bias, folded,")
