"""Hard labels: the cross-entropy with the true class, what a student without a teacher would minimise."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.inputs import finish, log_softmax, mean_weights, real_array

__all__ = ["hard_label_loss"]


def hard_label_loss(student_logits: Any, labels: Any, *, mask: Any = None) -> tuple[float, np.ndarray]:
    """Return the mean of -ln q_label, q = softmax(student), and its gradient (q - onehot) / positions.

    Parameters
    ----------
    student_logits : (..., classes), finite
    labels : integers (...), each in 0 .. classes - 1 where it counts
    mask : boolean (...), optional
        True = counts. What stands in ``labels`` elsewhere does not matter (-100 is fine).

    Examples
    --------
    >>> loss, grad = hard_label_loss(np.array([[0.0, 0.0]]), [1])
    >>> round(loss, 6), grad
    (0.693147, array([[ 0.5, -0.5]]))
    """
    z = real_array(student_logits, "student_logits")
    if z.ndim < 1:
        raise ValueError(f"student_logits must have shape (..., classes); got {checks.describe(z)}")
    given = checks.int_array(labels, "labels")
    if given.shape != z.shape[:-1]:
        raise ValueError(f"labels must have shape {z.shape[:-1]}; got {checks.describe(given)}")
    weight = mean_weights(mask, given.shape)
    chosen = np.where(weight > 0, given, 0)
    checks.int_array(chosen, "labels", low=0, high=z.shape[-1] - 1)
    log_q = log_softmax(z)
    picked = chosen.astype(np.int64)[..., None]
    loss = -np.sum(weight[..., None] * np.take_along_axis(log_q, picked, axis=-1))
    grad = np.exp(log_q)
    np.put_along_axis(grad, picked, np.take_along_axis(grad, picked, axis=-1) - 1, axis=-1)
    return finish(loss, weight[..., None] * grad, student_logits)
