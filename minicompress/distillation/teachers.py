"""Several teachers: the student imitates the weighted average of their softened distributions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.inputs import log_softmax, real_array, temperature_of
from minicompress.distillation.soft_targets import soft_target_loss

__all__ = ["multi_teacher_loss"]


def multi_teacher_loss(
    student_logits: Any,
    teacher_logits: Sequence[Any],
    *,
    weights: Any = None,
    temperature: float = 1.0,
    mask: Any = None,
) -> tuple[float, np.ndarray]:
    """Return T^2 KL(p || q) with p = sum_k w_k softmax(teacher_k / T), and its gradient T (q - p) / positions.

    The gradient is that of the weighted average of the single losses; the loss is smaller by a constant, what the
    teachers disagree among themselves. Averaging logits instead would let one confident teacher outvote the rest.
    Source: Hinton et al. 2015, arXiv:1503.02531, section 1 (arithmetic mean of an ensemble).

    Parameters
    ----------
    student_logits : (..., classes), finite
    teacher_logits : sequence of arrays (..., classes)
    weights : one number >= 0 for each teacher, optional
        Divided by their sum; equal by default.
    temperature : float in [1e-3, 1e4]
    mask : boolean (...), optional
        True = counts.

    Examples
    --------
    >>> sure, other = np.array([[9.0, 0.0]]), np.array([[0.0, 9.0]])
    >>> loss, grad = multi_teacher_loss(np.zeros((1, 2)), [sure, other])
    >>> round(abs(loss), 9), grad.round(9) + 0.0  # together they do not know
    (0.0, array([[0., 0.]]))
    """
    z = real_array(student_logits, "student_logits")
    if len(teacher_logits) == 0:
        raise ValueError("teacher_logits must hold at least one teacher; got none")
    shares = np.ones(len(teacher_logits)) if weights is None else real_array(weights, "weights", ndim=1)
    if shares.shape != (len(teacher_logits),) or (shares < 0).any() or not shares.sum() > 0:
        raise ValueError(
            f"weights must be {len(teacher_logits)} numbers >= 0, not all 0; got {checks.describe(weights)}"
        )
    temperature = temperature_of(temperature)
    log_p = np.full(z.shape, -np.inf)
    for k in np.flatnonzero(shares).tolist():
        teacher = real_array(teacher_logits[k], f"teacher_logits[{k}]", shape=z.shape)
        log_p = np.logaddexp(log_p, np.log(shares[k] / shares.sum()) + log_softmax(teacher / temperature))
    # T ln p are logits whose softmax at T is p.
    return soft_target_loss(student_logits, temperature * log_p, temperature=temperature, mask=mask)
