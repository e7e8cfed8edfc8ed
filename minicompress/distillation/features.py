"""FitNets: an inner layer of the student imitates one of the teacher, through a projection where widths differ."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.inputs import finish, gradient_for, mean_weights, real_array

__all__ = ["feature_loss"]


def feature_loss(
    student_features: Any, teacher_features: Any, *, projection: Any = None, mask: Any = None
) -> tuple[float, Any]:
    """Return the mean squared error of projected student features, and its gradient(s).

        e = S P^T - F,   loss = mean over positions and features of e^2,   g = 2 e / (positions features)
        d loss / dS = g P,   d loss / dP = g^T S   (summed over positions)

    FitNets writes half the squared norm with a convolutional regressor in place of P; this is the form of its
    successors (DistilBERT, TinyBERT), which differs by a constant factor.
    Source: Romero et al. 2014, arXiv:1412.6550, equation 3.

    Parameters
    ----------
    student_features : (..., student_width)
    teacher_features : (..., teacher_width)
    projection : (teacher_width, student_width), optional
        Learned with the student; without one the widths must agree.
    mask : boolean (...), optional
        True = counts.

    Returns
    -------
    loss : float
    grad : (..., student_width); with a projection the pair (grad, grad of the projection)

    Examples
    --------
    >>> s, t, p = np.ones((1, 2)), np.array([[3.0]]), np.array([[1.0, 1.0]])
    >>> feature_loss(s, t, projection=p)
    (1.0, (array([[-2., -2.]]), array([[-2., -2.]])))
    """
    s = real_array(student_features, "student_features")
    if s.ndim < 1:
        raise ValueError(f"student_features must have shape (..., width); got {checks.describe(s)}")
    width = None if projection is not None else s.shape[-1]
    t = real_array(teacher_features, "teacher_features", shape=(*s.shape[:-1], width))
    p = None if projection is None else real_array(projection, "projection", shape=(t.shape[-1], s.shape[-1]))
    share = mean_weights(mask, s.shape[:-1])[..., None] / t.shape[-1]
    error = (s if p is None else s @ p.T) - t
    g = 2 * share * error
    loss, grad = finish(np.sum(share * error**2), g if p is None else g @ p, student_features, "student_features")
    if p is None:
        return loss, grad
    by_projection = g.reshape(-1, t.shape[-1]).T @ s.reshape(-1, s.shape[-1])
    return loss, (grad, gradient_for(by_projection, projection, "projection"))
