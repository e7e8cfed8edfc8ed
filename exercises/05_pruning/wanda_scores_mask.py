"""Wanda: prune by weight times activation norm (权重幅值 × 激活范数), row by row, arXiv 2306.11695.

Questions: M25, B15 | Difficulty: 2/5 | Minutes: 12 | Points: 20

A linear layer y = x @ w.T has the weight ``w`` (out_features, in_features). Wanda looks at calibration activations
(校准激活) ``x`` of shape (..., in_features), whose leading axes (samples, tokens) are all alike, and scores

    score[i, j] = |w[i, j]| * ||x_j||_2            x_j: the values of input j over all leading positions

The norm is the plain root of the sum of squares (no mean), computed in double precision whatever the dtype of ``x``:
float16 squares overflow (溢出) above 255.

Task (任务): return the tuple ``(scores, mask)``.

1. scores : float64 (out_features, in_features), to a relative 1e-6.
2. mask : bool of the same shape, True where the weight is kept. Within each row (逐输出行比较), exactly
   k = round(in_features * sparsity) weights of smallest score are pruned, half to even (四舍六入五成双); among equal
   scores (并列) the one at the lower index is pruned first.

w, x : float16, float32 or float64, finite; do not change them.  sparsity : 0 to 1.
Raise ``ValueError`` where the last axis of ``x`` is not in_features, or where ``sparsity`` is not in 0 .. 1.
"""

import numpy as np


def wanda_scores_mask(w: np.ndarray, x: np.ndarray, *, sparsity: float) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(scores, mask)``: the Wanda scores of ``w`` and the mask of the weights to keep."""
    raise NotImplementedError
