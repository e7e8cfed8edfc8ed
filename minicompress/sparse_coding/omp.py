"""Orthogonal matching pursuit: the atom that fits the residual best, then all chosen atoms refitted, k times.

    j = argmax |r . d_j| / ||d_j||,   S <- S + {j},   c_S = argmin ||x - c_S D_S||,   r = x - c_S D_S

The residual is orthogonal to every chosen atom, so none is chosen twice. With incoherent atoms a k-sparse signal is
found exactly. Sources: Pati, Rezaiifar and Krishnaprasad 1993; Tropp and Gilbert 2007.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.sparse_coding.lasso import checked_finite, checked_pair

__all__ = ["orthogonal_matching_pursuit"]


def orthogonal_matching_pursuit(signals: Any, dictionary: Any, *, n_nonzero: int) -> np.ndarray:
    """Return codes, float64 (n_samples, n_atoms), of at most ``n_nonzero`` entries a signal.

    Parameters
    ----------
    signals : X (n_samples, n_features), finite
    dictionary : D (n_atoms, n_features), finite
        Atoms of any length; one of length 0, or one that earlier atoms already span, is never chosen.
    n_nonzero : int
        1 to min(n_atoms, n_features). Fewer are used where the residual is 0 before.

    Examples
    --------
    >>> orthogonal_matching_pursuit([[4.0, 3.0]], [[1.0, 0.0], [0.0, 2.0], [0.6, 0.8]], n_nonzero=1)
    array([[0. , 0. , 4.8]])
    """
    x, d = checked_pair(signals, dictionary)
    most = checks.integer(n_nonzero, "n_nonzero", low=1, high=min(d.shape))
    length = np.abs(d).max(axis=1, keepdims=True)  # first to the largest entry, so that squares stay in range
    unit = d / np.where(length > 0, length, 1)
    norm = np.linalg.norm(unit, axis=1, keepdims=True)
    unit /= np.where(norm > 0, norm, 1)
    codes = np.zeros((len(x), len(d)))
    for row, signal in zip(codes, x, strict=True):
        size = np.abs(signal).max() or 1.0
        chosen, amounts = _pursue(signal / size, unit, most)
        with np.errstate(over="ignore"):
            row[chosen] = amounts * (size / (length * norm)[chosen, 0])
    return checked_finite(codes)


def _pursue(signal: np.ndarray, unit: np.ndarray, most: int) -> tuple[list[int], np.ndarray]:
    """Chosen atoms and their amounts, for one signal and atoms of length 1."""
    chosen: list[int] = []
    amounts = np.empty(0)
    residual = signal
    zero = 1e-12 * np.linalg.norm(signal)
    for _ in range(most):
        fit = np.abs(unit @ residual)
        fit[chosen] = -1
        best = int(np.argmax(fit))
        if fit[best] <= zero:
            break
        chosen.append(best)
        amounts = np.linalg.lstsq(unit[chosen].T, signal, rcond=None)[0]
        residual = signal - amounts @ unit[chosen]
    return chosen, amounts
