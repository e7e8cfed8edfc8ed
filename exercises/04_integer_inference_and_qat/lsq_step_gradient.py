"""LSQ: the gradient of a learned step size (LSQ 可学习步长的梯度).

Questions: M19, S03 | Difficulty: 3/5 | Minutes: 15 | Points: 30

LSQ trains the step (步长) of a quantizer along with the weights. With v = x / step and the integer grid qmin .. qmax
the forward pass is y = step * round(clamp(v, qmin, qmax)). Rounding is taken for the identity in its derivative only
(直通估计), which gives, element by element:

    dy/dx    = 1          where qmin < v < qmax,   0 elsewhere
    dy/dstep = round(v) - v   where qmin < v < qmax
               qmin           where v <= qmin
               qmax           where v >= qmax

The gradient of the step is summed over all elements and scaled by g = 1 / sqrt(N * qmax), N the number of elements of
``x``, so that the step does not learn faster than the weights (梯度缩放):

    dx = grad * dy/dx            dstep = g * sum(grad * dy/dstep)

Task (任务): return the tuple ``(dx, dstep)``. ``round`` is half to even (四舍六入五成双).

x, grad : float64 of one shape, not empty; do not change them.  step : float, positive.
qmin, qmax : int, qmin <= 0 < qmax; for example 0 and 15, or -8 and 7.
``dx`` : float64 of the shape of ``x``, exact (the sign of a zero does not count).
``dstep`` : a single float, to a relative 1e-9 and an absolute 1e-12.
Raise ``ValueError`` where ``step`` is not positive, or where qmin <= 0 < qmax does not hold.
"""

import numpy as np


def lsq_step_gradient(
    x: np.ndarray, grad: np.ndarray, *, step: float, qmin: int, qmax: int
) -> tuple[np.ndarray, float]:
    """Return ``(dx, dstep)``: the gradients with respect to ``x`` and to the step."""
    raise NotImplementedError
