"""The loss that distillation usually means: soft targets and hard labels, weighted."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.hard_labels import hard_label_loss
from minicompress.distillation.soft_targets import soft_target_loss

__all__ = ["distillation_loss"]


def distillation_loss(
    student_logits: Any,
    teacher_logits: Any,
    *,
    labels: Any,
    temperature: float = 2.0,
    alpha: float = 0.5,
    mask: Any = None,
) -> tuple[float, np.ndarray]:
    """Return alpha T^2 KL(p_T || q_T) + (1 - alpha) CE(labels, q_1) and its gradient by the student's logits.

        d loss / dz = [alpha T (q_T - p_T) + (1 - alpha) (q_1 - onehot)] / positions

    The soft part is taken at temperature T, the hard part at 1; T^2 stands whatever alpha is.
    Source: Hinton et al. 2015, arXiv:1503.02531, section 2.

    Parameters
    ----------
    student_logits, teacher_logits : (..., classes), finite
    labels : integers (...)
    temperature : float in [1e-3, 1e4]
    alpha : float in [0, 1]
        Weight of the teacher; 0 is plain training.
    mask : boolean (...), optional
        True = counts.

    Examples
    --------
    >>> z, t = np.array([[0.0, 0.0]]), np.array([[2.0, 0.0]])
    >>> loss, grad = distillation_loss(z, t, labels=[0], temperature=2.0, alpha=0.5)
    >>> round(loss, 4), grad.round(4)
    (0.5685, array([[-0.4811,  0.4811]]))
    """
    alpha = checks.real(alpha, "alpha", low=0, high=1)
    soft, soft_grad = soft_target_loss(student_logits, teacher_logits, temperature=temperature, mask=mask)
    hard, hard_grad = hard_label_loss(student_logits, labels, mask=mask)
    return alpha * soft + (1 - alpha) * hard, alpha * soft_grad + (1 - alpha) * hard_grad
