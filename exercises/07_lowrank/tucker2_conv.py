"""One convolution as three: Tucker-2 by the higher-order SVD (高阶奇异值分解, HOSVD).

Questions: B26, S02 | Difficulty: 3/5 | Minutes: 20 | Points: 30

A convolution kernel w (out, in, kh, kw) is replaced by a 1x1 convolution that lowers the channels (降通道), a small
core (核心) with the taps, and a 1x1 convolution that raises them again (升通道):

    w'[o, i, y, x] = sum over a, b of  last[o, a] * core[a, b, y, x] * first[b, i]

HOSVD: unfold (展开) the kernel along its outputs and along its inputs,

    M_out (out, in * kh * kw)  has row o = w[o].ravel(),     M_in (in, out * kh * kw)  has row i = w[:, i].ravel()

Let L (out, rank_out) hold the leading left singular vectors of M_out and R (in, rank_in) those of M_in, both taken
from w itself (not from a kernel already projected). The core is w projected on both sides:

    core[a, b, y, x] = sum over o, i of  L[o, a] * R[i, b] * w[o, i, y, x]

Task (任务): return the tuple ``(first, core, last)`` of three kernels, ready to run one after the other, float64:

    first (rank_in, in, 1, 1) = R^T,    core (rank_out, rank_in, kh, kw),    last (out, rank_out, 1, 1) = L

Signs and rotations inside are free: the grader looks at w', and at first first^T = I and last^T last = I.

w : float32 or float64; do not change it. Compute in float64. Tolerance (容差): 1e-7 times the largest |w|, absolute.
Raise ``ValueError`` where ``w`` is not 4-D, ``rank_out`` is not in 1 .. out or ``rank_in`` is not in 1 .. in. (A rank
may exceed the rank of the unfolded matrix, as rank_out = 5 for w (5, 2, 1, 1): the factors still have orthonormal
columns.)
"""

import numpy as np


def tucker2_conv(w: np.ndarray, *, rank_out: int, rank_in: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the kernels ``(first, core, last)`` whose sequence approximates the convolution ``w``."""
    raise NotImplementedError
