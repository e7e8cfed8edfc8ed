"""What the losses share: arguments made float64 and checked, the mean over what counts, and the gradient's dtype.

Every loss computes in float64 and returns ``(loss, grad)``: a ``float``, and an array of the student's shape, float64
where the student is float64 and float32 otherwise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks

__all__ = [
    "LIMIT",
    "finish",
    "gradient_for",
    "log_softmax",
    "logit_pair",
    "mean_weights",
    "real_array",
    "temperature_of",
]

#: Larger magnitudes are refused: a product of three of them, squared and summed, must stay within float64.
LIMIT = 1e50


def real_array(
    value: Any, name: str, *, ndim: int | tuple[int, ...] | None = None, shape: tuple[int | None, ...] | None = None
) -> np.ndarray:
    """Return ``value`` as a non-empty float64 array of finite numbers within ``LIMIT``."""
    values = checks.float_array(value, name, ndim=ndim, shape=shape, dtype=np.float64)
    if np.abs(values).max() > LIMIT:
        raise ValueError(f"{name} has values beyond {LIMIT:g}; scale it first")
    return values


def temperature_of(value: Any) -> float:
    """Return a temperature in [1e-3, 1e4]; beyond it T^2 and 1/T eat up what float64 can tell apart."""
    return checks.real(value, "temperature", low=1e-3, high=1e4)


def mean_weights(mask: Any, shape: tuple[int, ...], name: str = "mask") -> np.ndarray:
    """Return what a mean over ``shape`` multiplies each entry by: 1 / count where ``mask`` is True, 0 elsewhere.

    ``None`` counts everything.

    >>> mean_weights(np.array([True, True, False]), (3,))
    array([0.5, 0.5, 0. ])
    """
    if mask is None:
        return np.full(shape, 1 / max(1, int(np.prod(shape))))
    counted = np.asarray(mask)
    if counted.dtype != bool:
        raise TypeError(f"{name} must be boolean, True = counts; got {checks.describe(mask)}")
    if counted.shape != shape:
        raise ValueError(f"{name} must have shape {shape}; got {checks.describe(counted)}")
    if not counted.any():
        raise ValueError(f"{name} must be True somewhere: nothing is left to take the mean of")
    return counted / counted.sum()


def logit_pair(student: Any, teacher: Any, mask: Any = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return both logits as float64 (..., classes), and the weights (..., 1) of the mean over their positions."""
    z = real_array(student, "student_logits")
    if z.ndim < 1:
        raise ValueError(f"student_logits must have shape (..., classes); got {checks.describe(np.asarray(student))}")
    t = real_array(teacher, "teacher_logits", shape=z.shape)
    return z, t, mean_weights(mask, z.shape[:-1])[..., None]


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """Return z - ln sum e^z over the last axis; the largest logit is taken off first, so that nothing overflows.

    >>> log_softmax(np.array([0.0, -1000.0]))
    array([    0., -1000.])
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def finish(loss: Any, grad: np.ndarray, student: Any, name: str = "student_logits") -> tuple[float, np.ndarray]:
    """Return ``(loss, grad)`` with the gradient in the dtype that ``student`` asks for.

    >>> finish(np.float64(1.5), np.ones(2), np.ones(2, np.float16))
    (1.5, array([1., 1.], dtype=float32))
    """
    return float(loss), gradient_for(grad, student, name)


def gradient_for(grad: np.ndarray, value: Any, name: str) -> np.ndarray:
    """Return ``grad`` as float64 where ``value`` is float64, else as float32, refusing what float32 cannot hold."""
    if np.asarray(value).dtype == np.float64:
        return grad
    if grad.size and np.abs(grad).max() > np.finfo(np.float32).max:
        raise ValueError(f"the gradient of {name} is beyond float32; scale {name} first")
    return grad.astype(np.float32)
