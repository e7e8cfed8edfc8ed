"""The generalised Jensen-Shannon divergence: bounded, and between forward and reverse KL as beta says."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.inputs import finish, log_softmax, logit_pair, temperature_of

__all__ = ["jsd_loss"]


def jsd_loss(
    student_logits: Any, teacher_logits: Any, *, beta: float = 0.5, temperature: float = 1.0, mask: Any = None
) -> tuple[float, np.ndarray]:
    """Return T^2 JSD_beta(p || q) and its gradient.

        m = beta p + (1 - beta) q,   JSD_beta = beta KL(p || m) + (1 - beta) KL(q || m)

    p = softmax(teacher / T), q = softmax(student / T); dJSD / dq_c = (1 - beta) ln(q_c / m_c). At beta = 1/2 it is
    symmetric and at most ln 2; JSD_beta / beta tends to KL(p || q) as beta falls to 0, JSD_beta / (1 - beta) to
    KL(q || p) as beta rises to 1.
    Source: Agarwal et al. 2023 (GKD), arXiv:2306.13649, section 2 (without T^2, which is 1 there).

    Parameters
    ----------
    student_logits, teacher_logits : (..., classes), finite
    beta : float, 1e-6 to 1 - 1e-6
        Share of the teacher in the mixture. The ends themselves are ``soft_target_loss`` and ``reverse_kl_loss``.
    temperature : float in [1e-3, 1e4]
    mask : boolean (...), optional
        True = counts.

    Examples
    --------
    >>> far = jsd_loss(np.array([[50.0, 0.0]]), np.array([[0.0, 50.0]]))[0]
    >>> round(far, 6)  # ln 2: nothing in common
    0.693147
    """
    beta = checks.real(beta, "beta", low=1e-6, high=1 - 1e-6)
    z, t, weight = logit_pair(student_logits, teacher_logits, mask)
    temperature = temperature_of(temperature)
    log_q, log_p = log_softmax(z / temperature), log_softmax(t / temperature)
    log_m = np.logaddexp(np.log(beta) + log_p, np.log1p(-beta) + log_q)
    p, q = np.exp(log_p), np.exp(log_q)
    slope = (1 - beta) * (log_q - log_m)
    loss = np.sum(weight * (beta * p * (log_p - log_m) + q * slope))
    grad = temperature * weight * q * (slope - np.sum(q * slope, axis=-1, keepdims=True))
    return finish(temperature**2 * max(0.0, loss), grad, student_logits)
