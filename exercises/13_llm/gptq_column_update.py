"""One column of GPTQ: round it, and let the columns to its right make up for the error (GPTQ 单列更新).

Questions: M04, M03 | Difficulty: 3/5 | Minutes: 15 | Points: 30

GPTQ quantizes the weights of a layer column by column. Column j meets the error that it makes, and the columns that are
still free absorb as much of it as they can. ``u`` is the upper triangular Cholesky factor of the inverse Hessian
(海森矩阵的逆的上三角 Cholesky 因子): inv(H) = u.T @ u.

Task (任务): do the step of column j and return the tuple ``(codes, updated)``.

1. qmax = 2**(bits - 1) - 1.  codes[i] = clamp(round(w[i, j] / scale[i]), -qmax, qmax): symmetric, one scale per row;
   round half to even (四舍六入五成双).
2. The error (误差), divided by the diagonal: e[i] = (w[i, j] - scale[i] * codes[i]) / u[j, j].
3. ``updated`` is a copy of ``w`` in which column j holds the quantized weights scale[i] * codes[i], and every column
   k > j is w[i, k] - e[i] * u[j, k]. Columns before j are done already: they stay as they are.

w : float64 (out, in), do not change it.  u : float64 (in, in), zeros below the diagonal.  j : 0 .. in - 1.
scale : float64 (out,), positive.  bits : 2 to 8.
``codes`` : int8 (out,), exact.  ``updated`` : float64 of the shape of ``w``, to a relative 1e-9 and an absolute 1e-12.
Raise ``ValueError`` where ``bits`` is not in 2 .. 8, or where ``j`` is not in 0 .. in - 1 (no negative index).
"""

import numpy as np


def gptq_column_update(
    w: np.ndarray, u: np.ndarray, j: int, *, scale: np.ndarray, bits: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(codes, updated)``: the codes of column ``j``, and the weights after its step."""
    raise NotImplementedError
