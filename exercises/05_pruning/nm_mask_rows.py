"""N:M semi-structured sparsity (N:M 半结构化稀疏), 2:4 as sparse tensor cores run it.

Questions: M24, B04, H03 | Difficulty: 2/5 | Minutes: 10 | Points: 20

A weight ``w`` (out_features, in_features) multiplies as y = x @ w.T, so each row is one dot product over the inputs.
In an N:M pattern each run of ``m`` neighbouring inputs of one row (组: w[i, g * m : (g + 1) * m]) keeps exactly ``n``
weights; the hardware stores those n with the index of each (2:4 by default: 2 of 4 are kept).

Task (任务): return the mask (掩码), ``bool`` of the shape of ``w``, True where the weight is kept. In each group the
``n`` weights of largest magnitude are kept; among equal magnitudes (并列) the one at the lower index is kept first, so
that a group of zeros keeps its first ``n``.

w : 2-D floats, finite; do not change it.
Raise ``ValueError`` where ``w`` is not 2-D, where ``n`` is not in 1 .. m, or where in_features is not a multiple of
``m`` (不能整除). A ``w`` without rows gives a mask without rows.
"""

import numpy as np


def nm_mask_rows(w: np.ndarray, *, n: int = 2, m: int = 4) -> np.ndarray:
    """Return the mask that keeps the ``n`` largest of each ``m`` neighbouring inputs."""
    raise NotImplementedError
