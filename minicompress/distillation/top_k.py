"""Distillation from the teacher's k largest logits: all that an interface reveals, or all that a disk should hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.inputs import finish, log_softmax, mean_weights, real_array, temperature_of

__all__ = ["top_k_logits", "top_k_loss"]


def top_k_logits(teacher_logits: Any, *, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the k largest logits of each position, largest first, and their classes: (..., k) each.

    Equal logits keep the order of their classes. The indices are int32: k * 8 bytes a position at float32.

    >>> top_k_logits(np.array([[0.0, 3.0, 1.0, 3.0]]), k=3)
    (array([[3., 3., 1.]]), array([[1, 3, 2]], dtype=int32))
    """
    values = checks.float_array(teacher_logits, "teacher_logits", dtype=None)
    if values.ndim < 1:
        raise ValueError(f"teacher_logits must have shape (..., classes); got {checks.describe(values)}")
    k = checks.integer(k, "k", low=1, high=values.shape[-1])
    order = np.argsort(-values, axis=-1, kind="stable")[..., :k]
    return np.take_along_axis(values, order, axis=-1), order.astype(np.int32)


def top_k_loss(
    student_logits: Any, top_logits: Any, top_indices: Any, *, temperature: float = 1.0, mask: Any = None
) -> tuple[float, np.ndarray]:
    """Return T^2 KL(p || q) for a teacher known on k classes only, and its gradient T (q - p) / positions.

        p = softmax(top_logits / T) on the k classes, 0 elsewhere;   q = softmax(student / T) on all classes

    With k = classes it is ``soft_target_loss``. With fewer, p is renormalised, so it overstates the k classes by what
    the tail holds, and the student, which is charged over all classes, learns to leave the tail empty.
    Source: the bias and its cure by sampling are described in Anshumann et al. 2025, arXiv:2503.16870.

    Parameters
    ----------
    student_logits : (..., classes), finite
    top_logits : (..., k), finite
        The teacher's logits; log-probabilities will do as well.
    top_indices : integers (..., k), each class at most once a position
    temperature : float in [1e-3, 1e4]
    mask : boolean (...), optional
        True = counts.

    Examples
    --------
    >>> top, where = top_k_logits(np.array([[0.0, 9.0, 9.0]]), k=2)
    >>> loss, grad = top_k_loss(np.zeros((1, 3)), top, where)
    >>> round(loss, 6), grad.round(4)  # ln(3 / 2)
    (0.405465, array([[ 0.3333, -0.1667, -0.1667]]))
    """
    z = real_array(student_logits, "student_logits")
    if z.ndim < 1:
        raise ValueError(f"student_logits must have shape (..., classes); got {checks.describe(z)}")
    t = real_array(top_logits, "top_logits", shape=(*z.shape[:-1], None))
    where = checks.int_array(top_indices, "top_indices", low=0, high=z.shape[-1] - 1).astype(np.int64)
    if where.shape != t.shape:
        raise ValueError(f"top_indices must have the shape {t.shape} of top_logits; got {checks.describe(where)}")
    if (np.diff(np.sort(where, axis=-1), axis=-1) == 0).any():
        raise ValueError("top_indices names a class twice at one position")
    weight = mean_weights(mask, z.shape[:-1])[..., None]
    temperature = temperature_of(temperature)
    log_q, log_p = log_softmax(z / temperature), log_softmax(t / temperature)
    p = np.exp(log_p)
    divergence = np.sum(weight * p * (log_p - np.take_along_axis(log_q, where, axis=-1)))
    grad = np.exp(log_q)
    np.put_along_axis(grad, where, np.take_along_axis(grad, where, axis=-1) - p, axis=-1)
    return finish(temperature**2 * max(0.0, divergence), temperature * weight * grad, student_logits)
