"""Soft targets: the student imitates the teacher's whole distribution, softened by a temperature."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.distillation.inputs import finish, log_softmax, logit_pair, temperature_of

__all__ = ["soft_target_loss"]


def soft_target_loss(
    student_logits: Any, teacher_logits: Any, *, temperature: float = 1.0, mask: Any = None
) -> tuple[float, np.ndarray]:
    """Return the forward divergence T^2 KL(p || q) and its gradient T (q - p) / positions.

        p = softmax(teacher / T),   q = softmax(student / T),   KL(p || q) = sum_c p_c ln(p_c / q_c)   in nats

    The mean is over positions (samples, tokens), not over classes. T^2 keeps the gradient's size as T grows: in the
    limit it is that of half the mean squared error of the centred logits.
    Source: Hinton et al. 2015, arXiv:1503.02531, sections 2 and 2.1.

    Parameters
    ----------
    student_logits, teacher_logits : (..., classes), finite
    temperature : float in [1e-3, 1e4]
    mask : boolean (...), optional
        True = counts; padded tokens get a zero gradient.

    Returns
    -------
    loss : float
    grad : (..., classes), float64 where the student is float64, else float32

    Examples
    --------
    >>> loss, grad = soft_target_loss(np.array([[0.0, 0.0]]), np.array([[2.0, 0.0]]), temperature=2.0)
    >>> round(loss, 4), grad.round(4)
    (0.4438, array([[-0.4621,  0.4621]]))
    """
    z, t, weight = logit_pair(student_logits, teacher_logits, mask)
    temperature = temperature_of(temperature)
    log_q, log_p = log_softmax(z / temperature), log_softmax(t / temperature)
    p = np.exp(log_p)
    divergence = np.sum(weight * p * (log_p - log_q))
    grad = temperature * weight * (np.exp(log_q) - p)
    return finish(temperature**2 * max(0.0, divergence), grad, student_logits)
