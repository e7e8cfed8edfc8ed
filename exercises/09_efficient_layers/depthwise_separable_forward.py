"""Depthwise separable convolution (深度可分离卷积) over a sequence: forward pass, 1-D.

Questions: B27, B28 | Difficulty: 2/5 | Minutes: 15 | Points: 20

Two steps in place of one full convolution. The depthwise step (逐通道卷积) slides one kernel of its own over each
channel, without mixing channels; the pointwise step (逐点卷积) mixes the channels at each position:

    z[b, c, t] = sum over k of depthwise[c, k] * xp[b, c, t * stride + k]        k = 0 .. K - 1
    y[b, o, t] = sum over c of pointwise[o, c] * z[b, c, t]

xp is ``x`` with ``padding`` zeros on both sides of the length (两端补零). The kernel is not reversed: it is a
cross-correlation (互相关), as in every deep learning library. The length of y is

    T = floor((L + 2 * padding - K) / stride) + 1

Task (任务): return y, float64 of shape (batch, outputs, T). No bias, no activation.

x : (batch, channels, L).  depthwise : (channels, K).  pointwise : (outputs, channels).  All float32 or float64, batch
and sizes at least 1; change none. Compute in float64. Tolerance (容差): relative 1e-9, absolute 1e-9.
Raise ``ValueError`` where the numbers of channels of ``x``, ``depthwise`` and ``pointwise`` are not all equal,
``stride`` is below 1, ``padding`` is below 0, or the kernel is longer than the padded row.
"""

import numpy as np


def depthwise_separable_forward(
    x: np.ndarray, depthwise: np.ndarray, pointwise: np.ndarray, *, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Return the depthwise separable convolution of ``x``, float64 (batch, outputs, T)."""
    raise NotImplementedError
