"""Speed exercise (性能练习): multiply a packed int4 matrix by a vector (4 比特权重的矩阵向量乘).

Questions: B18, B03 | Difficulty: 4/5 | Minutes: 30 | Points: 40
Speed: baseline=numpy_int4_matvec | Bronze: 2x | Silver: 8x | Gold: 16x

When a language model writes one token, each layer is a matrix times one vector, and its time is that of reading the
weights. Four bits help only if the kernel (算子) unpacks them on the way: a float copy of W reads more than it saved.

Task (任务): compute y = W @ x, where W is stored as 4-bit codes, two in a byte, in symmetric groups of inputs (分组):

    code[i, 2 k] = packed[i, k] % 16        code[i, 2 k + 1] = packed[i, k] // 16        (low nibble 低半字节 first)
    W[i, j] = scale[i, j // group_size] * (code[i, j] - 8)       group_size = in_features / n_groups

packed : uint8 (out, in_features / 2).  scale : float32 (out, n_groups).  x : float32 (in_features,).  C order; do not
change them.  Return float32 (out,).
Tolerance (容差): 1e-5 times the largest, over the rows, of sum_j |W[i, j] x[j]|.
Raise ``ValueError`` where ``x`` is not of length 2 * packed.shape[1], where the rows of ``scale`` are not those of
``packed``, or where 2 * n_groups does not divide in_features (a group must not share a byte with the next).

First right, then fast: write the loop as a function under ``numba.njit`` and call it from yours. The tier (等级) is the
ratio to NumPy unpacking W and multiplying, for 2048 outputs and 2048 inputs, on this machine; it changes no points.
"""

import numba  # noqa: F401  (for your kernel)
import numpy as np


def speed_int4_matvec(packed: np.ndarray, scale: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the float32 product (out,) of the packed int4 matrix and ``x``."""
    raise NotImplementedError
