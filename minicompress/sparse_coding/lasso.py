"""The problem that ISTA and FISTA solve: few atoms for each signal, their number held down by the L1 norm.

    F(C) = ||X - C D||_F^2 / 2 + alpha ||C||_1,   gradient of the first term  (C D - X) D^T,  Lipschitz L = ||D D^T||_2

Signals X (n_samples, n_features), dictionary D (n_atoms, n_features), codes C (n_samples, n_atoms). Each row of C is
a Lasso of its own; scikit-learn's ``Lasso`` divides the first term by n_features.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from minicompress import checks

__all__ = ["Problem", "checked_finite", "checked_problem", "lasso_objective"]


class Problem(NamedTuple):
    """What an iteration needs: its cost does not grow with n_features."""

    correlation: np.ndarray  # X D^T (n_samples, n_atoms)
    gram: np.ndarray  # D D^T (n_atoms, n_atoms)
    lipschitz: float
    alpha: float
    start: np.ndarray  # (n_samples, n_atoms)

    def gradient(self, codes: np.ndarray) -> np.ndarray:
        """(C D - X) D^T."""
        return codes @ self.gram - self.correlation


def lasso_objective(signals: Any, dictionary: Any, codes: Any, *, alpha: float) -> float:
    """Return F(C), a float.

    >>> lasso_objective([[3.0]], [[1.0]], [[2.0]], alpha=0.5)
    1.5
    """
    x, d = checked_pair(signals, dictionary)
    c = checks.float_array(codes, "codes", shape=(len(x), len(d)), dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        value = ((x - c @ d) ** 2).sum() / 2 + checks.real(alpha, "alpha", low=0) * np.abs(c).sum()
    return float(checked_finite(value))


def checked_pair(signals: Any, dictionary: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return X and D in float64, with as many features each."""
    d = checks.float_array(dictionary, "dictionary", ndim=2, dtype=np.float64)
    return checks.float_array(signals, "signals", shape=(None, d.shape[1]), dtype=np.float64), d


def checked_problem(signals: Any, dictionary: Any, alpha: Any, start: Any) -> Problem:
    """Return what the iterations need of checked arguments; ``start`` None is C = 0."""
    x, d = checked_pair(signals, dictionary)
    strength = checks.real(alpha, "alpha", low=0)
    shape = (len(x), len(d))
    codes = np.zeros(shape) if start is None else checks.float_array(start, "start", shape=shape, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        gram = checked_finite(d @ d.T)
        return Problem(checked_finite(x @ d.T), gram, float(np.linalg.eigvalsh(gram)[-1]), strength, codes)


def checked_finite(result: np.ndarray) -> np.ndarray:
    """Return ``result``, or raise where it left the range of float64."""
    if not np.isfinite(result).all():
        raise ValueError("products of signals and dictionary leave the range of float64; scale them first")
    return result
