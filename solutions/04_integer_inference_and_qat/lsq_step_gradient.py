"""Reference answer: the gradient of a learned step size."""

import numpy as np


def lsq_step_gradient(
    x: np.ndarray, grad: np.ndarray, *, step: float, qmin: int, qmax: int
) -> tuple[np.ndarray, float]:
    """Return ``(dx, dstep)``: the gradients with respect to ``x`` and to the step."""
    if step <= 0:
        raise ValueError(f"step must be positive; got {step}")
    if not qmin <= 0 < qmax:
        raise ValueError(f"qmin <= 0 < qmax must hold; got {qmin} and {qmax}")
    v = x / step
    inside = (v > qmin) & (v < qmax)

    # Product rule on step * round(x / step): round(v) from the factor in front, and step * 1 * (-x / step**2) = -v from
    # inside, with the derivative of round taken as 1. Where v is clamped, y = step * qmin or step * qmax, and the slope
    # is the integer: for these elements the clip gives just that.
    slope = np.where(inside, np.rint(v) - v, np.clip(v, qmin, qmax))

    # One step serves N elements, so its gradient is a sum of N terms while it is as large as a single weight: g brings
    # the ratio of update to value to what the weights have.
    return grad * inside, np.sum(grad * slope) / np.sqrt(x.size * qmax)
