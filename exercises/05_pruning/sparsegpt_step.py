"""SparseGPT on one block of columns: choose the mask, prune, and let the later columns make up for it (误差补偿).

Questions: M25, B15 | Difficulty: 4/5 | Minutes: 30 | Points: 40

A linear layer y = x @ w.T with the weight ``w`` (rows, columns) is pruned column by column, from left to right; what
is done is frozen. With H = X'X (海森矩阵) and U the *upper* Cholesky factor of its inverse, inv(H) = U'U
(上三角), the part ``U[j, j:]`` holds all that column j needs: U[j, j:] / U[j, j] is the first row of the
inverse of H[j:, j:], divided by its first entry. You are given ``u``.
For the block of columns ``start`` .. ``stop - 1`` (arXiv 2301.00774):

1. Choose (选掩码), once, from the weights as they are at first: the score of w[i, j] is w[i, j]**2 / u[j, j]**2.
   Of all rows * (stop - start) weights of the block together, k = round(rows * (stop - start) * sparsity) of smallest
   score are pruned, half to even (四舍六入五成双); of equal scores (并列) the first in row-major order of the block
   (行优先) goes first.
2. Update, for j = start, ..., stop - 1 in turn: where row i loses column j, with the value w[i, j] that the weight has
   *by now*,

       w[i, j:] -= w[i, j] / u[j, j] * u[j, j:]

   and w[i, j] is exactly 0.0 from then on. The columns after ``stop`` are updated too, those before j are not.

Task (任务): return the tuple ``(updated, mask)``: ``updated`` float64 (rows, columns), the whole weight after it,
to 1e-6 relative plus 1e-9 absolute; ``mask`` bool (rows, stop - start), True where the weight is kept.

w : 2-D floats, not to be changed.  u : (columns, columns), zero below the diagonal.  Compute in double precision.
Raise ``ValueError`` where ``u`` is not (columns, columns), where 0 <= start < stop <= columns does not hold, or where
``sparsity`` is not in 0 .. 1.
"""

import numpy as np


def sparsegpt_step(
    w: np.ndarray, u: np.ndarray, *, start: int, stop: int, sparsity: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(updated, mask)`` after the columns ``start`` to ``stop - 1`` are pruned."""
    raise NotImplementedError
