"""L0 by hard concrete gates: how many weights there are, made differentiable.

A gate z multiplies a weight, a neuron or a head. With u ~ U(0, 1), and a stretch (a, b) = (-0.1, 1.1),

    s = sigmoid((log u - log(1 - u) + log_alpha) / temperature),   z = clip(s (b - a) + a, 0, 1)
    P(z > 0) = sigmoid(log_alpha - temperature log(-a / b)),       expected L0 = sum P(z > 0)

The stretch puts real mass on exactly 0 and exactly 1; in between z has a gradient. At test time u = 1/2, and
temperature 1: z = clip(sigmoid(log_alpha) (b - a) + a, 0, 1). Source: Louizos et al. 2017, arXiv:1712.01312.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["expected_l0", "sample_gates", "settled_gates"]

_LOW, _HIGH = -0.1, 1.1
_TEMPERATURE = 2 / 3


def sample_gates(
    log_alpha: Any, *, rng: np.random.Generator, temperature: float = _TEMPERATURE
) -> tuple[np.ndarray, Callable[[Any], np.ndarray]]:
    """Return gates z in [0, 1], float64 of the shape of ``log_alpha``, and the rule dL/dz -> dL/dlog_alpha.

    Parameters
    ----------
    log_alpha : array of finite numbers
        Large = open.
    rng : numpy.random.Generator
        Draws u.
    temperature : float > 0

    Examples
    --------
    >>> z, backward = sample_gates([9.0, 0.0, -9.0], rng=np.random.default_rng(0))
    >>> z.round(3), backward([1.0, 1.0, 1.0]).round(3)
    (array([1.  , 0.12, 0.  ]), array([0.  , 0.27, 0.  ]))
    """
    logits = checks.float_array(log_alpha, "log_alpha", dtype=np.float64)
    t = checks.real(temperature, "temperature", low=0, open_low=True)
    noise = checks.generator(rng).logistic(size=logits.shape)  # log u - log(1 - u), finite at both ends
    with np.errstate(over="ignore"):
        s = _sigmoid((logits + noise) / t)
    stretched = s * (_HIGH - _LOW) + _LOW
    slope = np.where((stretched > 0) & (stretched < 1), s * (1 - s) * ((_HIGH - _LOW) / t), 0.0)

    def backward(grad: Any) -> np.ndarray:
        """DL/dlog_alpha from dL/dz, u held fixed; both of the shape of log_alpha."""
        return checks.float_array(grad, "grad", shape=logits.shape, dtype=np.float64) * slope

    return np.clip(stretched, 0, 1), backward


def expected_l0(log_alpha: Any, *, temperature: float = _TEMPERATURE) -> tuple[float, np.ndarray]:
    """Return the expected number of gates that are not 0, and its gradient by ``log_alpha``.

    >>> value, grad = expected_l0([9.0, 0.0, -9.0])
    >>> round(value, 3), grad.round(3)
    (1.832, array([0.   , 0.14 , 0.001]))
    """
    logits = checks.float_array(log_alpha, "log_alpha", dtype=np.float64)
    t = checks.real(temperature, "temperature", low=0, open_low=True)
    with np.errstate(over="ignore"):
        p = _sigmoid(logits - t * np.log(-_LOW / _HIGH))
    return float(p.sum()), p * (1 - p)


def settled_gates(log_alpha: Any) -> np.ndarray:
    """Return the gates of inference, float64: no noise, many of them exactly 0 or 1.

    >>> settled_gates([9.0, 0.0, -9.0])
    array([1. , 0.5, 0. ])
    """
    logits = checks.float_array(log_alpha, "log_alpha", dtype=np.float64)
    return np.clip(_sigmoid(logits) * (_HIGH - _LOW) + _LOW, 0, 1)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    small = np.exp(-np.abs(x))  # never above 1
    return np.where(x >= 0, 1, small) / (1 + small)
