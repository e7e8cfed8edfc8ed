"""Symmetric KL: the mean of the two directions, so that neither side's view is preferred."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.distillation.reverse_kl import reverse_kl_loss
from minicompress.distillation.soft_targets import soft_target_loss

__all__ = ["symmetric_kl_loss"]


def symmetric_kl_loss(
    student_logits: Any, teacher_logits: Any, *, temperature: float = 1.0, mask: Any = None
) -> tuple[float, np.ndarray]:
    """Return T^2 [KL(p || q) + KL(q || p)] / 2, half of Jeffreys' divergence, and its gradient.

    p = softmax(teacher / T), q = softmax(student / T). Unlike the Jensen-Shannon divergence it has no upper bound.
    Source: Jeffreys 1946, doi:10.1098/rspa.1946.0056.

    Parameters
    ----------
    student_logits, teacher_logits : (..., classes), finite
    temperature : float in [1e-3, 1e4]
    mask : boolean (...), optional
        True = counts.

    Examples
    --------
    >>> a, b = np.array([[0.0, 1.0]]), np.array([[2.0, 0.0]])
    >>> round(symmetric_kl_loss(a, b)[0], 4), round(symmetric_kl_loss(b, a)[0], 4)
    (0.9178, 0.9178)
    """
    forward, forward_grad = soft_target_loss(student_logits, teacher_logits, temperature=temperature, mask=mask)
    reverse, reverse_grad = reverse_kl_loss(student_logits, teacher_logits, temperature=temperature, mask=mask)
    return (forward + reverse) / 2, (forward_grad + reverse_grad) / 2
