"""Right answers to lsq_step_gradient in other styles; each must pass."""

import numpy as np


def three_sums(x, grad, *, step, qmin, qmax):
    """The three regions one after the other, by boolean indexing."""
    if not (step > 0 and qmin <= 0 and qmax > 0):
        raise ValueError("step or grid")
    v = x / step
    below, above = v <= qmin, v >= qmax
    inside = ~(below | above)
    total = qmin * grad[below].sum() + qmax * grad[above].sum()
    total += np.vdot(grad[inside], np.rint(v[inside]) - v[inside])
    return np.where(inside, grad, 0.0), float(total * (x.size * qmax) ** -0.5)


def loops(x, grad, *, step, qmin, qmax):
    """One element at a time."""
    if step <= 0 or not qmin <= 0 < qmax:
        raise ValueError("step or grid")
    dx, total = np.zeros(x.shape), 0.0
    for i in np.ndindex(x.shape):
        v = float(x[i]) / step
        if v <= qmin:
            total += grad[i] * qmin
        elif v >= qmax:
            total += grad[i] * qmax
        else:
            total += grad[i] * (round(v) - v)
            dx[i] = grad[i]
    return dx, total / (x.size * qmax) ** 0.5
