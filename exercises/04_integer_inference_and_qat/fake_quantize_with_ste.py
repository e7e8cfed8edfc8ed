"""Fake quantization and its straight-through gradient (伪量化与直通估计器 STE).

Questions: M19, S03 | Difficulty: 2/5 | Minutes: 10 | Points: 20

Quantization-aware training (量化感知训练) rounds in the forward pass (前向) and pretends in the backward pass (反向)
that it did not. The forward pass quantizes and dequantizes at once, with the unsigned grid 0 .. qmax,
qmax = 2**bits - 1:

    n = round(x / scale) + zero_point            y = scale * (clamp(n, 0, qmax) - zero_point)

The straight-through estimator (直通估计器) takes rounding for the identity and differentiates the clamp as it is: the
gradient passes where n itself lies on the grid, ends included, and is 0 where it was clamped:

    dx = grad   where 0 <= n <= qmax,   0 elsewhere

n is the integer after rounding. So an x a little beyond the last grid point, which still rounds to it, passes its
gradient. ``round`` is half to even (四舍六入五成双) and comes before the zero point is added.

Task (任务): return the tuple ``(y, dx)``, two float32 arrays of the shape of ``x``.

x, grad : float32 of one shape; do not change them.  scale : float, positive.  zero_point : int in 0 .. qmax.
bits : 2 to 8.
Tolerance (容差): ``y`` to a relative 1e-6; ``dx`` exact (the sign of a zero does not count).
Raise ``ValueError`` where ``scale`` is not positive, ``zero_point`` is not in 0 .. qmax, or the shapes of x and grad
differ.
"""

import numpy as np


def fake_quantize_with_ste(
    x: np.ndarray, grad: np.ndarray, *, scale: float, zero_point: int, bits: int = 8
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(y, dx)``: x quantized and dequantized, and the gradient with respect to x."""
    raise NotImplementedError
