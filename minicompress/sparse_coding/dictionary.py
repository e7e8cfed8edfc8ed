"""Dictionary learning: find atoms in which the signals are sparse, codes and atoms by turns.

    codes   C <- ISTA from the codes so far
    atoms   d_j <- d_j + c_j^T (X - C D) / ||c_j||^2,  then to length 1 where it is longer;  j = 1 .. n_atoms

minimises  ||X - C D||_F^2 / 2 + alpha ||C||_1  with  ||d_j|| <= 1. Each half is an exact or a descending step for the
other half held fixed, so the objective never rises. An atom that no signal uses takes the shape of the signal that is
fitted worst; as its codes are 0, that changes no value.
Source: Mairal, Bach, Ponce and Sapiro 2009, "Online Dictionary Learning for Sparse Coding" (its batch form).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.sparse_coding.ista import ista
from minicompress.sparse_coding.lasso import checked_finite

__all__ = ["learn_dictionary"]


def learn_dictionary(
    signals: Any, *, n_atoms: int, alpha: float, n_iter: int = 30, n_inner: int = 20, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return a dictionary D, float64 (n_atoms, n_features), and codes C (n_samples, n_atoms).

    Parameters
    ----------
    signals : X (n_samples, n_features), finite
    n_atoms : int >= 1
        May be more than n_features (overcomplete).
    alpha : float >= 0
    n_iter, n_inner : int >= 1
        Rounds, and ISTA steps in each.
    rng : numpy.random.Generator
        Draws the signals that the atoms start from.

    Examples
    --------
    >>> x = np.outer([1.0, -2.0, 3.0], [0.6, 0.8])
    >>> d, c = learn_dictionary(x, n_atoms=1, alpha=0.01, rng=np.random.default_rng(0))
    >>> bool(abs(abs(d[0] @ [0.6, 0.8]) - 1) < 1e-9), float(np.abs(x - c @ d).max().round(3))
    (True, 0.008)
    """
    x = checks.float_array(signals, "signals", ndim=2, dtype=np.float64)
    count = checks.integer(n_atoms, "n_atoms", low=1)
    rounds = checks.integer(n_iter, "n_iter", low=1)
    draw = checks.generator(rng).permutation(len(x))
    dictionary = _unit(x[np.resize(draw, count)] if count <= len(x) else rng.standard_normal((count, x.shape[1])))
    codes = np.zeros((len(x), count))
    for _ in range(rounds):
        codes = ista(x, dictionary, alpha=alpha, n_iter=n_inner, start=codes)
        _update_atoms(x, dictionary, codes)
    return dictionary, ista(x, dictionary, alpha=alpha, n_iter=n_inner, start=codes)


def _update_atoms(x: np.ndarray, dictionary: np.ndarray, codes: np.ndarray) -> None:
    """One exact step for each atom in turn, in place."""
    with np.errstate(over="ignore", invalid="ignore"):
        residual = x - codes @ dictionary
        for j, atom in enumerate(dictionary):
            used = codes[:, j]
            energy = used @ used
            if energy > 0:
                moved = atom + used @ residual / energy
                moved /= max(1.0, np.linalg.norm(moved))
            else:
                moved = _unit(residual[np.argmax((residual**2).sum(axis=1))][None])[0]
            residual -= np.outer(used, moved - atom)
            dictionary[j] = moved
    checked_finite(dictionary)


def _unit(rows: np.ndarray) -> np.ndarray:
    """``rows`` of length 1, those of zeros left as they are."""
    largest = np.abs(rows).max(axis=1, keepdims=True)
    scaled = rows / np.where(largest > 0, largest, 1)
    norm = np.linalg.norm(scaled, axis=1, keepdims=True)
    return scaled / np.where(norm > 0, norm, 1)
