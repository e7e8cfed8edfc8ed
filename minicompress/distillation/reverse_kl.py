"""Reverse KL: the student is charged for what it says and the teacher would not, so it picks modes, not their mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.distillation.inputs import finish, log_softmax, logit_pair, temperature_of

__all__ = ["reverse_kl_loss"]


def reverse_kl_loss(
    student_logits: Any, teacher_logits: Any, *, temperature: float = 1.0, mask: Any = None
) -> tuple[float, np.ndarray]:
    """Return T^2 KL(q || p), p = softmax(teacher / T), q = softmax(student / T), and its gradient.

        KL(q || p) = sum_c q_c r_c,   r_c = ln(q_c / p_c),   gradient T q_c (r_c - KL) / positions

    Source: Gu et al. 2023 (MiniLLM), arXiv:2306.08543.

    Parameters
    ----------
    student_logits, teacher_logits : (..., classes), finite
    temperature : float in [1e-3, 1e4]
    mask : boolean (...), optional
        True = counts.

    Examples
    --------
    >>> loss, grad = reverse_kl_loss(np.array([[0.0, 0.0]]), np.array([[2.0, 0.0]]))
    >>> round(loss, 4), grad
    (0.4338, array([[-0.5,  0.5]]))
    """
    z, t, weight = logit_pair(student_logits, teacher_logits, mask)
    temperature = temperature_of(temperature)
    log_q, log_p = log_softmax(z / temperature), log_softmax(t / temperature)
    q, ratio = np.exp(log_q), log_q - log_p
    divergence = np.sum(q * ratio, axis=-1, keepdims=True)
    grad = temperature * weight * q * (ratio - divergence)
    return finish(temperature**2 * max(0.0, np.sum(weight * divergence)), grad, student_logits)
