"""Attention transfer: the student looks where the teacher looks, whatever the number of channels."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.distillation.inputs import finish, real_array

__all__ = ["attention_transfer_loss"]

_EPS = 1e-12  # the floor under a map's norm, as in torch.nn.functional.normalize


def attention_transfer_loss(student_features: Any, teacher_features: Any) -> tuple[float, np.ndarray]:
    """Return the mean squared distance of the normalised attention maps, and its gradient.

        a = mean over channels of A^2, flattened;   Q = a / max(||a||_2, 1e-12);   loss = mean (Q_S - Q_T)^2

    Paper and published code differ: equation 2 of the paper has beta / 2 times the norm ||Q_S - Q_T||_2 itself, the
    authors' code the mean of its square. The code is followed, which has a gradient where the maps agree.
    Source: Zagoruyko and Komodakis 2016, arXiv:1612.03928.

    Parameters
    ----------
    student_features, teacher_features : (batch, channels, *positions), finite
        The channels may differ, batch and positions may not.

    Examples
    --------
    >>> s, t = np.array([[[1.0, 0.0]]]), np.array([[[0.0, 1.0]]])  # they look at opposite ends
    >>> attention_transfer_loss(s, t)[0], attention_transfer_loss(s, 5 * s)[0]
    (1.0, 0.0)
    """
    s = real_array(student_features, "student_features")
    t = real_array(teacher_features, "teacher_features")
    if s.ndim < 3:
        raise ValueError(f"student_features must have shape (batch, channels, *positions); got {checks.describe(s)}")
    if t.ndim != s.ndim or t.shape[0] != s.shape[0] or t.shape[2:] != s.shape[2:]:
        raise ValueError(
            f"teacher_features must have the batch and positions of student_features {s.shape}; "
            f"got {checks.describe(t)}"
        )
    s_map, s_norm = _normalised_map(s)
    t_map, _ = _normalised_map(t)
    difference = s_map - t_map
    g = 2 * difference / difference.size
    # Below the floor Q is a / 1e-12: the norm is a constant there, and the projection falls away.
    along = np.where(s_norm > _EPS, np.sum(g * s_map, axis=1, keepdims=True), 0.0)
    by_map = (g - along * s_map) / np.maximum(s_norm, _EPS)
    grad = 2 * s / s.shape[1] * by_map.reshape(s.shape[0], 1, *s.shape[2:])
    return finish(np.mean(difference**2), grad, student_features, "student_features")


def _normalised_map(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Q (batch, positions) and the norms (batch, 1) that it was divided by."""
    energy = np.mean(features**2, axis=1).reshape(features.shape[0], -1)
    norm = np.sqrt(np.sum(energy**2, axis=1, keepdims=True))
    return energy / np.maximum(norm, _EPS), norm
