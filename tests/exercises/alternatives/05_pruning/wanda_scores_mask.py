"""Right answers to wanda_scores_mask in other styles; each must pass."""

import numpy as np


def einsum_and_ranks(w, x, *, sparsity):
    """Norms by einsum; a weight goes where its rank in the row is below k."""
    if x.ndim == 0 or x.shape[-1] != w.shape[-1] or not 0 <= sparsity <= 1:
        raise ValueError("x or sparsity")
    wide = x.astype(float).reshape(-1, x.shape[-1])
    norms = np.einsum("tj,tj->j", wide, wide) ** 0.5
    scores = np.abs(w.astype(float)) * norms[None, :]
    rank = scores.argsort(axis=1, kind="stable").argsort(axis=1)
    return scores, rank >= int(np.rint(w.shape[1] * sparsity))


def loops(w, x, *, sparsity):
    """A stream of tokens, as calibration does it, then Python's sort."""
    if not x.shape or x.shape[-1] != w.shape[1] or not (0.0 <= sparsity <= 1.0):
        raise ValueError("x or sparsity")
    squares = np.zeros(w.shape[1])
    for token in x.reshape(-1, w.shape[1]):
        squares += token.astype(np.float64) ** 2
    scores = np.empty(w.shape)
    mask = np.ones(w.shape, bool)
    for i, row in enumerate(w):
        scores[i] = np.abs(row) * np.sqrt(squares)
        order = sorted(range(w.shape[1]), key=lambda j, i=i: (scores[i, j], j))
        mask[i, order[: round(w.shape[1] * sparsity)]] = False
    return scores, mask
