"""ISTA: a gradient step on the squared error, a soft threshold for the L1 norm, again and again.

    C <- soft(C - (C D - X) D^T / L,  alpha / L),   soft(v, t) = sign(v) max(|v| - t, 0)

With the step 1 / L the objective never rises, and F(C_k) - F* <= L ||C_0 - C*||^2 / (2 k).
Sources: Daubechies, Defrise and De Mol 2003, arXiv:math/0307152; Beck and Teboulle 2009 (the rate).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops
from minicompress.sparse_coding.lasso import Problem, checked_finite, checked_problem

__all__ = ["ista", "proximal_gradient"]


def ista(signals: Any, dictionary: Any, *, alpha: float, n_iter: int = 100, start: Any = None) -> np.ndarray:
    """Return codes C, float64 (n_samples, n_atoms), after ``n_iter`` steps on ||X - C D||^2 / 2 + alpha ||C||_1.

    Parameters
    ----------
    signals : X (n_samples, n_features), finite
    dictionary : D (n_atoms, n_features), finite
    alpha : float >= 0
        From max |X D^T| on, all codes are 0.
    n_iter : int >= 1
    start : (n_samples, n_atoms), optional
        Codes to go on from; zeros without it.

    Examples
    --------
    >>> ista([[3.0, 0.2]], [[1.0, 0.0], [0.0, 1.0]], alpha=0.5)
    array([[2.5, 0. ]])
    """
    problem = checked_problem(signals, dictionary, alpha, start)
    codes = problem.start
    for _ in range(checks.integer(n_iter, "n_iter", low=1)):
        codes = proximal_gradient(problem, codes)
    return checked_finite(codes) + 0.0  # no -0, and an array of its own


def proximal_gradient(problem: Problem, codes: np.ndarray) -> np.ndarray:
    """One step from ``codes``; zeros where the dictionary is 0, as nothing then pays for a code."""
    if problem.lipschitz <= 0:
        return np.zeros_like(codes) if problem.alpha > 0 else codes
    with np.errstate(over="ignore", invalid="ignore"):
        moved = codes - problem.gradient(codes) / problem.lipschitz
        return ops.soft_threshold(moved, problem.alpha / problem.lipschitz)
