"""Logit matching: the squared distance of the logits themselves, no softmax and no temperature."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.distillation.inputs import finish, logit_pair

__all__ = ["logit_mse_loss"]


def logit_mse_loss(student_logits: Any, teacher_logits: Any, *, mask: Any = None) -> tuple[float, np.ndarray]:
    """Return the mean over positions and classes of (z - t)^2 and its gradient 2 (z - t) / (positions classes).

    Half of it, on logits centred at each position, is what T^2 KL tends to as T grows.
    Source: Ba and Caruana 2014, arXiv:1312.6184; Kim et al. 2021, arXiv:2105.08919.

    Parameters
    ----------
    student_logits, teacher_logits : (..., classes), finite
    mask : boolean (...), optional
        True = counts.

    Examples
    --------
    >>> logit_mse_loss(np.array([[1.0, 2.0]]), np.array([[1.0, 4.0]]))
    (2.0, array([[ 0., -2.]]))
    """
    z, t, weight = logit_pair(student_logits, teacher_logits, mask)
    share = weight / z.shape[-1]
    difference = z - t
    return finish(np.sum(share * difference**2), 2 * share * difference, student_logits)
