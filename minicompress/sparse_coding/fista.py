"""FISTA: ISTA from a point ahead of the last one. The error falls as 1 / k^2 instead of 1 / k.

    C_k = ista step from Y_k,   t_{k+1} = (1 + sqrt(1 + 4 t_k^2)) / 2
    Y_{k+1} = C_k + (t_k - 1) / t_{k+1} (C_k - C_{k-1})

F(C_k) - F* <= 2 L ||C_0 - C*||^2 / (k + 1)^2; on the way F may rise now and then.
Source: Beck and Teboulle 2009, "A Fast Iterative Shrinkage-Thresholding Algorithm", SIAM J. Imaging Sciences 2(1).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.sparse_coding.ista import proximal_gradient
from minicompress.sparse_coding.lasso import checked_finite, checked_problem

__all__ = ["fista"]


def fista(signals: Any, dictionary: Any, *, alpha: float, n_iter: int = 100, start: Any = None) -> np.ndarray:
    """Return codes C, float64 (n_samples, n_atoms), after ``n_iter`` steps on ||X - C D||^2 / 2 + alpha ||C||_1.

    Parameters are those of :func:`ista`.

    >>> fista([[3.0, 0.2]], [[1.0, 0.0], [0.0, 1.0]], alpha=0.5)
    array([[2.5, 0. ]])
    """
    problem = checked_problem(signals, dictionary, alpha, start)
    codes = ahead = problem.start
    t = 1.0
    for _ in range(checks.integer(n_iter, "n_iter", low=1)):
        before, codes = codes, proximal_gradient(problem, ahead)
        t_next = (1 + math.sqrt(1 + 4 * t * t)) / 2
        with np.errstate(over="ignore", invalid="ignore"):
            ahead = codes + (t - 1) / t_next * (codes - before)
        t = t_next
    return checked_finite(codes) + 0.0  # no -0, and an array of its own
