"""From two exact factors to a stored matrix: balanced, so that neither carries all of the scale, and float32."""

from __future__ import annotations

import numpy as np

from minicompress.tensors import DenseTensor, LowRankMatrix

__all__ = ["balanced"]


def balanced(left: np.ndarray, right: np.ndarray) -> LowRankMatrix:
    """Return left @ right with column k of left and row k of right scaled to the same norm.

    W = U S V^T becomes (U sqrt(S)) (sqrt(S) V^T): the form whose factors lose least in float16 or few bits.

    Parameters
    ----------
    left : (out, rank) float64
    right : (rank, in) float64

    Examples
    --------
    >>> w = balanced(np.array([[4.0]]), np.array([[1.0]]))
    >>> w.left.to_dense(), w.right.to_dense()
    (array([[2.]], dtype=float32), array([[2.]], dtype=float32))
    """
    norms = np.linalg.norm(left, axis=0), np.linalg.norm(right, axis=1)
    both = (norms[0] > 0) & (norms[1] > 0)
    scale = np.sqrt(np.divide(norms[1], norms[0], out=np.ones_like(norms[0]), where=both))
    # No entry of the product is larger than the sum of the components' norms.
    if np.sum(norms[0] * norms[1]) > np.finfo(np.float32).max:
        raise ValueError("w has a norm beyond float32; scale it first")
    thin = (left * scale).astype(np.float32), (right / scale[:, None]).astype(np.float32)
    return LowRankMatrix(DenseTensor(thin[0]), DenseTensor(thin[1]))
