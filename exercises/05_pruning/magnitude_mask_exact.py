"""Magnitude pruning with an exact count (按幅值剪枝，剪掉的个数必须精确).

Questions: G05, B04, H03 | Difficulty: 1/5 | Minutes: 8 | Points: 10

Magnitude pruning (幅值剪枝) sets the weights of smallest absolute value to zero. With n weights and a sparsity
(稀疏度) s, exactly

    k = round(n * s)            round half to even, as ``round`` and ``np.rint`` do (四舍六入五成双)

weights are pruned: no more and no fewer, however many weights share one magnitude. Among equal magnitudes (并列),
the weight that comes first in row-major order (行优先, the order of ``w.ravel()``) is pruned first.

Task (任务): return the mask (掩码), an array of ``bool`` of the shape of ``w``: True where the weight is kept, False
where it is pruned.

w : floats of any shape; do not change it.  sparsity : a float in 0 .. 1; n * s is computed in double precision.
Raise ``ValueError`` where ``sparsity`` is not in 0 .. 1 (NaN included), or where ``w`` is empty or holds a NaN.
"""

import numpy as np


def magnitude_mask_exact(w: np.ndarray, *, sparsity: float) -> np.ndarray:
    """Return the boolean mask that prunes exactly ``round(w.size * sparsity)`` weights."""
    raise NotImplementedError
