"""A linear layer on affine codes, accumulated in int32 (仿射整数线性层, int32 累加).

Questions: B03 | Difficulty: 2/5 | Minutes: 12 | Points: 20

With x = s_x (q_x - zero_x) and w = s_w (q_w - zero_w), the scales come out of the sum, and integers are left:

    acc[i, o] = sum_j (q_x[i, j] - zero_x) * (q_w[o, j] - zero_w[o]) + bias[o]

Multiplied out, it is the raw product of the codes and three corrections for the zero points (零点交叉项):

    sum_j q_x q_w  -  zero_w[o] sum_j q_x  -  zero_x sum_j q_w  +  in_features * zero_x * zero_w[o]

Task (任务): return ``acc``. You may use either form; the result must be exact.

q_x : (n, in_features), uint8 or int8.  q_w : (out_features, in_features), uint8 or int8.
zero_x : one integer.  zero_w : one integer, or an array (out_features,), one per output channel (逐通道).
bias : (out_features,) int32, in units of s_x s_w.
Zero points are Python integers or of any NumPy integer type, uint8 and int8 included. Every sum, in either form, fits
int32 (a product of 8-bit codes does not fit 8 or 16 bits, and a float32 holds integers exactly only up to 2**24).
Return an int32 array of shape (n, out_features); do not change the arguments.
Raise ``ValueError`` where ``q_x`` or ``q_w`` is neither uint8 nor int8, or where their numbers of columns differ.
"""

import numpy as np


def integer_linear(
    q_x: np.ndarray, q_w: np.ndarray, zero_x: int, zero_w: int | np.ndarray, bias: np.ndarray
) -> np.ndarray:
    """Return the int32 accumulators (n, out_features) of the affine codes ``q_x`` and ``q_w``."""
    raise NotImplementedError
