"""From logits to a token: temperature, top-k, top-p, and a draw."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["greedy", "probabilities", "sample", "softmax_probabilities"]


def softmax_probabilities(
    logits: Any, *, temperature: float = 1.0, top_k: int | None = None, top_p: float | None = None
) -> np.ndarray:
    """Return p_i = exp(l_i / T) / sum over what is kept: first the temperature, then top-k, then top-p.

    Parameters
    ----------
    logits : (..., vocabulary)
        -inf forbids a token; each row needs one that is finite.
    temperature : float >= 0
        T; 0 is the limit: all on the first of the largest logits.
    top_k : int, optional
        Keep the k largest logits, and what equals the k-th.
    top_p : float in (0, 1], optional
        Keep the fewest of the likeliest tokens that together have at least this probability; of equal ones, those
        that come first. Source: Holtzman et al. 2019, arXiv:1904.09751.

    Returns
    -------
    float64 of the same shape; each row sums to 1.

    Examples
    --------
    >>> softmax_probabilities(np.log([4.0, 3.0, 2.0, 1.0]), top_k=3).round(3)
    array([0.444, 0.333, 0.222, 0.   ])
    >>> softmax_probabilities(np.log([4.0, 3.0, 2.0, 1.0]), top_p=0.5).round(3)
    array([0.571, 0.429, 0.   , 0.   ])
    """
    scores = _checked_logits(logits)
    heat = checks.real(temperature, "temperature", low=0)
    k = None if top_k is None else checks.integer(top_k, "top_k", low=1)
    mass = None if top_p is None else checks.real(top_p, "top_p", low=0, high=1, open_low=True)
    if heat == 0:
        return np.eye(scores.shape[-1])[scores.argmax(axis=-1)]
    with np.errstate(over="ignore"):  # a difference of -inf is a probability of 0
        scores = (scores - scores.max(axis=-1, keepdims=True)) / heat
    if k is not None and k < scores.shape[-1]:
        kth = np.partition(scores, -k, axis=-1)[..., -k, None]
        scores = np.where(scores < kth, -np.inf, scores)
    p = np.exp(scores)
    p /= p.sum(axis=-1, keepdims=True)
    return p if mass is None else _nucleus(p, mass)


def _nucleus(p: np.ndarray, mass: float) -> np.ndarray:
    """Drop each token before which, in falling order, there is already ``mass``."""
    order = np.argsort(-p, axis=-1, kind="stable")
    falling = np.take_along_axis(p, order, axis=-1)
    before = np.cumsum(falling, axis=-1) - falling
    before[..., 0] = 0.0  # one token stays, whatever the rounding
    kept = np.zeros_like(p)
    np.put_along_axis(kept, order, np.where(before < mass, falling, 0.0), axis=-1)
    return kept / kept.sum(axis=-1, keepdims=True)


def _checked_logits(logits: Any) -> np.ndarray:
    scores = checks.float_array(logits, "logits", dtype=np.float64, finite=False)
    if scores.ndim < 1:
        raise ValueError(f"logits must have shape (..., vocabulary); got {checks.describe(scores)}")
    if np.isnan(scores).any() or (scores == np.inf).any():
        raise ValueError("logits must be finite, or -inf for a token that is forbidden; got nan or +inf")
    if (scores.max(axis=-1) == -np.inf).any():
        raise ValueError("logits must allow a token in each row; got a row of -inf alone")
    return scores


def greedy(logits: Any) -> np.ndarray:
    """Return the id of the largest logit of each row, of equal ones the first: int64 (...).

    >>> int(greedy([0.1, 2.0, 2.0]))
    1
    """
    return np.asarray(_checked_logits(logits).argmax(axis=-1), np.int64)


def sample(p: Any, rng: np.random.Generator) -> np.ndarray:
    """Draw one id from each row of ``p`` (..., vocabulary), by the inverse of its cumulative sum: int64 (...).

    One uniform number a row is used. An id of probability 0 is never drawn.

    >>> sample([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], np.random.default_rng(0))
    array([1, 2])
    """
    rows = probabilities(p, "p")
    uniform = checks.generator(rng).random(rows.shape[:-1])
    sums = np.cumsum(rows, axis=-1)
    # uniform <= 1 - 2^-53, so its product stays below the whole sum: no id behind the last that can be drawn.
    return np.asarray((sums <= (uniform * sums[..., -1])[..., None]).sum(axis=-1), np.int64)


def probabilities(value: Any, name: str, *, shape: tuple[int | None, ...] | None = None) -> np.ndarray:
    """Return distributions (..., vocabulary) as float64, or raise if one is negative, not finite, or sums not to 1.

    >>> probabilities([0.5, 0.4], "p")
    Traceback (most recent call last):
    ValueError: p must sum to 1 along its last axis (within 1e-05); got a sum of 0.9
    """
    p = checks.float_array(value, name, dtype=np.float64, shape=shape, allow_empty=True)
    if p.ndim < 1 or p.shape[-1] == 0:
        raise ValueError(f"{name} must have shape (..., vocabulary), the last not empty; got {checks.describe(p)}")
    if (p < 0).any() or (p > 1 + _SLACK).any():
        raise ValueError(f"{name} must hold probabilities in [0, 1]; got {p.min():.6g} to {p.max():.6g}")
    sums = p.sum(axis=-1, keepdims=True)
    off = np.abs(sums - 1)
    if (off > _SLACK).any():
        worst = float(sums.flat[int(off.argmax())])
        raise ValueError(f"{name} must sum to 1 along its last axis (within {_SLACK:g}); got a sum of {worst:.6g}")
    return p / sums


_SLACK = 1e-5  # what float32 probabilities of a large vocabulary are off by
