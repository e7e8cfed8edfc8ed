"""Rotate activations and weights by a randomized Hadamard matrix (随机 Hadamard 旋转).

Questions: M17, M07 | Difficulty: 3/5 | Minutes: 20 | Points: 30

QuaRot multiplies activations by an orthogonal matrix (正交矩阵) Q that spreads outliers (离群值) over all channels, and
the weights by the same Q. With a rotation of the rows, rotate(x) @ rotate(w).T = x @ w.T: the layer's output stays.

Q = H D / sqrt(n), with D the diagonal matrix of random ``signs`` (随机符号) and H the Hadamard matrix in Sylvester's
order: H_1 = [[1]], H_2n = [[H_n, H_n], [H_n, -H_n]].

Task (任务): return, for each run of n values v on the last axis of ``x`` (最后一维), the rotated run Q v:

    y[..., i] = 1 / sqrt(n) * sum_j H[i, j] * signs[j] * x[..., j]

Do it by the fast Walsh-Hadamard transform (快速变换) in n * log2(n) additions: with n = 2**17, H itself would take
128 GB, and the grader allows two seconds. Stage by stage for width = 1, 2, 4, .. n / 2: cut the run into pieces of
2 * width, and replace the halves a and b of each piece by a + b and a - b.

x : float32 or float64 (..., n), n a power of two (2 的幂), 1 included; do not change it.
signs : int8 (n,) of -1 and 1.
Return an array of the shape and the dtype of ``x``.
Tolerance (容差), relative to the largest |y|: 1e-12 for float64, 1e-5 for float32.
Raise ``ValueError`` where n is no power of two, where ``signs`` has another length, or holds anything but -1 and 1.
"""

import numpy as np


def hadamard_rotate(x: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Return Q v for each run v on the last axis of ``x``."""
    raise NotImplementedError
