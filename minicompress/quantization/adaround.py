"""AdaRound: learn, for each weight, whether to round it down or up, from what that does to the layer's outputs.

Rounding down or up is relaxed to a number h in [0, 1] of a variable v, which a term that hardens over time pushes to
an end:

    w~ = s (clip(floor(w / s) + z + h(v), qmin, qmax) - z),   h(v) = clip(1.2 sigmoid(v) - 0.1, 0, 1)
    L = tr(E H E^T) / 2 + lambda sum (1 - |2 h - 1|^beta),     E = W - W~

The factor 1.2 (the rectified sigmoid, zeta = 1.1, gamma = -0.1) lets h reach 0 and 1 where the slope is not yet 0.
Source: Nagel et al. 2020, arXiv:2004.10568.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization.scheme import WeightScheme
from minicompress.tensors import QuantizedTensor

__all__ = ["quantize_adaround", "rectified_sigmoid", "rounding_loss"]

ZETA, GAMMA = 1.1, -0.1


def rectified_sigmoid(v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """h(v) = clip((zeta - gamma) sigmoid(v) + gamma, 0, 1), and its derivative.

    >>> rectified_sigmoid(np.array([0.0, 9.0]))
    (array([0.5, 1. ]), array([0.3, 0. ]))
    """
    sigmoid = 1 / (1 + np.exp(-np.clip(v, -50, 50)))
    h = (ZETA - GAMMA) * sigmoid + GAMMA
    inside = (h > 0) & (h < 1)
    return np.clip(h, 0, 1), (ZETA - GAMMA) * sigmoid * (1 - sigmoid) * inside


@dataclasses.dataclass(frozen=True, eq=False)
class _Problem:
    """The fixed part of the loss: weights in units of their step, grid, and Hessian."""

    w: np.ndarray  # (out, in), float64
    step: np.ndarray  # (out, in)
    zero: np.ndarray  # (out, in)
    hessian: np.ndarray  # (in, in)
    low: int
    high: int

    @property
    def floor(self) -> np.ndarray:
        return np.floor(self.w / self.step) + self.zero

    def codes(self, up: np.ndarray) -> np.ndarray:
        """Codes for h, or for the boolean ``up``."""
        return np.clip(self.floor + up, self.low, self.high)

    def errors(self, up: np.ndarray) -> np.ndarray:
        return self.w - (self.codes(up) - self.zero) * self.step

    def row_losses(self, up: np.ndarray) -> np.ndarray:
        error = self.errors(up)
        return ((error @ self.hessian) * error).sum(axis=1)


def rounding_loss(problem: _Problem, v: np.ndarray, *, weight: np.ndarray, beta: float) -> tuple[float, np.ndarray]:
    """The relaxed loss L at ``v`` (out, in), and its gradient; ``weight`` (out, in) is lambda."""
    h, slope = rectified_sigmoid(v)
    error = problem.errors(h)
    pull = error @ problem.hessian
    code = problem.floor + h
    inside = (code > problem.low) & (code < problem.high)
    away = 2 * h - 1
    loss = 0.5 * (pull * error).sum() + (weight * (1 - np.abs(away) ** beta)).sum()
    by_h = -pull * problem.step * inside - weight * 2 * beta * np.abs(away) ** (beta - 1) * np.sign(away)
    return float(loss), by_h * slope


def quantize_adaround(
    w: Any,
    hessian: Any,
    *,
    bits: int,
    group_size: int | None = None,
    symmetric: bool = True,
    n_iter: int = 500,
    learning_rate: float = 0.02,
    regularization: float = 1.0,
    narrow_range: bool = True,
    scale_dtype: Any = np.float32,
) -> QuantizedTensor:
    """Quantize ``w`` (out, in), each weight to one of its two neighbours on the grid of :func:`quantize_rtn`.

    A row that ends worse than round to nearest is rounded to nearest, so no row loses to RTN on ``hessian``.

    Parameters
    ----------
    w, hessian : (out, in) and (in, in)
        As in :func:`quantize_gptq`.
    n_iter : int
        Steps of Adam; the first fifth runs without the hardening term, then beta falls from 20 to 2.
    learning_rate : float
    regularization : float
        lambda, in units of H_jj s^2 / 12, the average cost of rounding a weight alone.
    bits, group_size, symmetric, narrow_range, scale_dtype
        As in :func:`quantize_rtn`.

    Examples
    --------
    >>> h = np.array([[1, 0.9], [0.9, 1]])  # the two inputs nearly agree: errors of opposite sign cancel
    >>> quantize_adaround([[7, 0.4, 0.45]], np.pad(h, ((1, 0), (1, 0))), bits=4).to_dense()
    array([[7., 0., 1.]], dtype=float32)
    """
    weights = checks.float_array(w, "w", ndim=2)
    size = checks.group_size(group_size, weights.shape[1])
    steps = checks.integer(n_iter, "n_iter", low=0)
    rate = checks.real(learning_rate, "learning_rate", low=0, open_low=True)
    share = checks.real(regularization, "regularization", low=0)
    scheme = WeightScheme(bits, symmetric, narrow_range, scale_dtype)
    h = checks.hessian(hessian, weights.shape[1])
    scale, zero_point = scheme.parameters(weights, size)
    step, zero = (np.repeat(p, size, axis=1).astype(np.float64) for p in (scale, zero_point))
    # In units of each row's largest step, and of the Hessian's: neither may decide the learning rate.
    unit = step.max(axis=1, keepdims=True)
    problem = _Problem(weights / unit, step / unit, zero, h / (h.diagonal().max() or 1.0), *scheme.code_range)
    fraction = problem.w / problem.step - np.floor(problem.w / problem.step)
    # Nearest as RTN has it: divided in float32, halves to even.
    nearest = np.rint(weights / step.astype(np.float32)) - np.floor(problem.w / problem.step) >= 0.5
    v = _descend(problem, _start(fraction), steps, rate, share)
    learned = rectified_sigmoid(v)[0] >= 0.5
    worse = problem.row_losses(learned) >= problem.row_losses(nearest)
    up = np.where(worse[:, None], nearest, learned)
    return scheme.store(problem.codes(up).astype(np.uint8), scale, zero_point)


def _start(fraction: np.ndarray) -> np.ndarray:
    """v with h(v) = fraction: the descent starts from the weights as they are."""
    p = (np.clip(fraction, 0.01, 0.99) - GAMMA) / (ZETA - GAMMA)
    return np.log(p / (1 - p))


def _descend(problem: _Problem, v: np.ndarray, steps: int, rate: float, share: float) -> np.ndarray:
    """Adam on the relaxed loss.

    lambda is a share of what rounding that weight alone costs on average, H_jj s^2 / 12: inputs of large activations
    harden first, while others are still free to make up for them, and the unit of an input does not matter.
    """
    cost = problem.step**2 * problem.hessian.diagonal() / 12
    first, second = np.zeros_like(v), np.zeros_like(v)
    warm = steps // 5
    for i in range(steps):
        t = (i - warm) / max(1, steps - warm)
        weight, beta = (0.0, 20.0) if i < warm else (share, 2 + 18 * 0.5 * (1 + np.cos(np.pi * t)))
        _, grad = rounding_loss(problem, v, weight=weight * cost, beta=beta)
        grad /= np.where(cost > 0, cost, 1.0)
        first += 0.1 * (grad - first)
        second += 0.001 * (grad**2 - second)
        corrected = np.sqrt(second / (1 - 0.999 ** (i + 1)))
        v = v - rate * first / (1 - 0.9 ** (i + 1)) / (corrected + 1e-8)
    return v
