"""Reference answer: depthwise separable convolution in one dimension."""

import numpy as np


def depthwise_separable_forward(
    x: np.ndarray, depthwise: np.ndarray, pointwise: np.ndarray, *, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Return the depthwise separable convolution of ``x``, float64 (batch, outputs, T)."""
    batch, channels, length = x.shape
    taps = depthwise.shape[1]
    if len(depthwise) != channels or stride < 1:  # one kernel alone would be broadcast to all channels
        raise ValueError("depthwise must have a kernel for each channel, stride must be at least 1")
    # The kernel begins at 0, stride, 2 stride, ... and must end within the padded row.
    steps = (length + 2 * padding - taps) // stride + 1
    if steps < 1:
        raise ValueError("the kernel is longer than the padded row")
    # A negative padding is refused by np.pad, another number of columns of pointwise by the product at the end.
    padded = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (padding, padding)))

    # Depthwise: one tap at a time for all channels and places. Each channel sees its own kernel only.
    z = np.zeros((batch, channels, steps))
    for k in range(taps):
        z += depthwise[:, k, None] * padded[:, :, k::stride][:, :, :steps]

    # Pointwise: the only place where channels meet; a matrix product at each position.
    return pointwise @ z
