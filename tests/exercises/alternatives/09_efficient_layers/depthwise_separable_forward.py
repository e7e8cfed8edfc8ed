"""Right answers to depthwise_separable_forward in other styles; each must pass."""

import numpy as np


def _checked(x, depthwise, pointwise, stride, padding):
    if {x.shape[1], depthwise.shape[0]} != {pointwise.shape[1]} or stride < 1 or padding < 0:
        raise ValueError("arguments")
    if depthwise.shape[1] > x.shape[2] + 2 * padding:
        raise ValueError("the kernel is too long")


def full_kernel(x, depthwise, pointwise, *, stride=1, padding=0):
    """Multiplied out to a full convolution first: three indices of one einsum over windows."""
    _checked(x, depthwise, pointwise, stride, padding)
    full = np.einsum("oc,ck->ock", pointwise, depthwise, dtype=np.float64)
    xp = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(xp, depthwise.shape[1], axis=-1)[:, :, ::stride]
    return np.einsum("bctk,ock->bot", windows, full)


def by_correlate(x, depthwise, pointwise, *, stride=1, padding=0):
    """np.correlate row by row."""
    _checked(x, depthwise, pointwise, stride, padding)
    zeros = np.zeros(padding)
    rows = [
        [
            np.correlate(np.concatenate([zeros, r, zeros]), np.float64(d), "valid")
            for r, d in zip(s, depthwise, strict=True)
        ]
        for s in x.astype(float)
    ]
    return np.float64(pointwise) @ np.array(rows)[:, :, ::stride]


def pointwise_first(x, depthwise, pointwise, *, stride=1, padding=0):
    """Scalar loops; a place outside of the row contributes nothing."""
    _checked(x, depthwise, pointwise, stride, padding)
    batch, channels, length = x.shape
    taps = depthwise.shape[1]
    starts = range(-padding, length + padding - taps + 1, stride)
    y = np.zeros((batch, len(pointwise), len(starts)))
    for t, start in enumerate(starts):
        for k in range(taps):
            if 0 <= start + k < length:
                for c in range(channels):
                    y[:, :, t] += np.outer(x[:, c, start + k].astype(float), pointwise[:, c]) * float(depthwise[c, k])
    return y
