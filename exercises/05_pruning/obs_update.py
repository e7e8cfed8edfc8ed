"""Optimal brain surgeon (最优脑外科): remove one weight, let the others make up for it.

Questions: M25, K27 | Difficulty: 3/5 | Minutes: 20 | Points: 30

Near a minimum of the loss, a change d of the weights raises it by L = d' H d / 2 (H: the Hessian 海森矩阵, symmetric
and positive definite; the gradient is zero). Weight q is to become exactly 0, that is d[q] = -w[q]; all others may
move. Of all such d, the one of least L is sought. Hassibi and Stork solved it with a Lagrange multiplier
(拉格朗日乘子); the solution needs only the *inverse* Hessian, which is what you are given:

    h_inv = inverse of H            (n, n), symmetric

Task (任务): derive the update and the least L for each q, choose the q whose least L is smallest (lowest q on a tie
并列), and return the tuple ``(q, updated, loss)``.

1. q : the index of the removed weight, an integer.
2. updated : float64 (n,), all weights after the optimal update, with ``updated[q]`` exactly 0.0.
3. loss : the increase L of the loss, a float (mind the factor 1/2).

w : floats of shape (n,), n at least 1; h_inv : floats of shape (n, n); compute in double precision, do not change them.
Tolerance (容差): 1e-6 relative plus 1e-9 absolute.
Raise ``ValueError`` where ``h_inv`` is not of shape (n, n) or has a diagonal entry that is not above 0.
"""

import numpy as np


def obs_update(w: np.ndarray, h_inv: np.ndarray) -> tuple[int, np.ndarray, float]:
    """Return ``(q, updated, loss)`` of the cheapest removal of one weight."""
    raise NotImplementedError
