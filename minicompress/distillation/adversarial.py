"""Adversarial inputs for robust distillation: a min-max game with the teacher held at the clean input.

    min over the student of  max over ||d||_inf <= epsilon of  T^2 KL(teacher(x) || student(x + d))

The attacker climbs (the inner max, here); the student descends on the same divergence. The teacher never sees d.
Source: Goldblum et al. 2019 (ARD), arXiv:1905.09747; FGSM: Goodfellow et al. 2014, arXiv:1412.6572; PGD: Madry et
al. 2017, arXiv:1706.06083.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.hard_labels import hard_label_loss
from minicompress.distillation.soft_targets import soft_target_loss

__all__ = ["fgsm_perturb", "pgd_perturb", "robust_distillation_loss"]

Gradient = Callable[[np.ndarray], Any]


def fgsm_perturb(x: Any, gradient: Gradient, *, epsilon: float, low: Any = None, high: Any = None) -> np.ndarray:
    """Return clip(x + epsilon sign(gradient(x)), low, high): one step to the corner that promises the largest loss.

    Parameters
    ----------
    x : array of finite numbers, any shape
    gradient : callable
        Takes inputs like ``x``, returns d loss / d input of the same shape.
    epsilon : float >= 0, in units of ``x``
    low, high : float, optional
        Range of valid inputs.

    Examples
    --------
    >>> fgsm_perturb(np.array([0.5, 0.95]), lambda x: x - 0.6, epsilon=0.1, low=0, high=1)
    array([0.4, 1. ])
    """
    return pgd_perturb(x, gradient, epsilon=epsilon, step=epsilon, steps=1, low=low, high=high)


def pgd_perturb(
    x: Any,
    gradient: Gradient,
    *,
    epsilon: float,
    step: float,
    steps: int,
    rng: np.random.Generator | None = None,
    low: Any = None,
    high: Any = None,
) -> np.ndarray:
    """Return x_k of x_(k+1) = project(x_k + step sign(gradient(x_k))): projected gradient ascent.

    The projection is onto ||x_k - x||_inf <= epsilon, then onto [low, high].

    Parameters
    ----------
    x, gradient, epsilon, low, high
        See ``fgsm_perturb``.
    step : float >= 0, in units of ``x``
    steps : int >= 1
    rng : numpy.random.Generator, optional
        Start at a uniform random point of what the attack may reach instead of at ``x``.

    Returns
    -------
    array like ``x``: float64 where ``x`` is float64, else float32

    Examples
    --------
    >>> pgd_perturb(np.array([0.0, 1.0]), lambda x: x - 0.5, epsilon=0.3, step=0.2, steps=5)
    array([-0.3,  1.3])
    """
    clean = checks.float_array(x, "x", dtype=None)
    epsilon = checks.real(epsilon, "epsilon", low=0)
    step = checks.real(step, "step", low=0)
    steps = checks.integer(steps, "steps", low=1)
    floor, ceiling = _box(clean, epsilon, low, high)
    point = clean.astype(np.float64)
    if rng is not None:
        share = checks.generator(rng).uniform(0, 1, clean.shape)
        point = (1 - share) * floor + share * ceiling
    for _ in range(steps):
        slope = gradient(point.astype(clean.dtype))
        sign = np.sign(checks.float_array(slope, "gradient(x)", shape=clean.shape, dtype=np.float64))
        with np.errstate(over="ignore"):  # an infinite step is clipped
            point = np.clip(point + step * sign, floor, ceiling)
    return point.astype(clean.dtype)


def robust_distillation_loss(
    adversarial_logits: Any,
    clean_teacher_logits: Any,
    clean_logits: Any,
    *,
    labels: Any,
    temperature: float = 1.0,
    alpha: float = 1.0,
) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """Return alpha T^2 KL(teacher(x) || student(x + d)) + (1 - alpha) CE(labels, student(x)) and both gradients.

    Parameters
    ----------
    adversarial_logits, clean_teacher_logits, clean_logits : (..., classes), finite
        student(x + d), teacher(x) and student(x).
    labels : integers (...)
    temperature : float in [1e-3, 1e4]
    alpha : float in [0, 1]

    Returns
    -------
    loss : float
    grads : the gradients by ``adversarial_logits`` and by ``clean_logits``

    Examples
    --------
    >>> z, t = np.array([[0.0, 0.0]]), np.array([[2.0, 0.0]])
    >>> loss, (by_adversarial, by_clean) = robust_distillation_loss(z, t, z, labels=[0], alpha=0.5)
    >>> by_adversarial.round(4), by_clean
    (array([[-0.1904,  0.1904]]), array([[-0.25,  0.25]]))
    """
    alpha = checks.real(alpha, "alpha", low=0, high=1)
    soft, by_adversarial = soft_target_loss(adversarial_logits, clean_teacher_logits, temperature=temperature)
    hard, by_clean = hard_label_loss(clean_logits, labels)
    return alpha * soft + (1 - alpha) * hard, (alpha * by_adversarial, (1 - alpha) * by_clean)


def _box(clean: np.ndarray, epsilon: float, low: Any, high: Any) -> tuple[np.ndarray, np.ndarray]:
    """The ends of what the attacker may reach, float64, inside what ``x``'s dtype can hold."""
    limit = float(np.finfo(clean.dtype).max)
    bottom = -limit if low is None else checks.real(low, "low")
    top = limit if high is None else checks.real(high, "high")
    if bottom > top:
        raise ValueError(f"low must be at most high; got {bottom:g} > {top:g}")
    if (clean < bottom).any() or (clean > top).any():
        raise ValueError(f"x must lie in [low, high] = [{bottom:g}, {top:g}]; it spans {clean.min()} to {clean.max()}")
    with np.errstate(over="ignore"):  # an infinite end is clipped to the range of the dtype
        centre = clean.astype(np.float64)
        return np.clip(centre - epsilon, bottom, top), np.clip(centre + epsilon, bottom, top)
