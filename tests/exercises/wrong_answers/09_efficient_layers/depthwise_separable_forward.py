"""Plausible wrong answers to depthwise_separable_forward; the first line of each docstring is in its failure."""

import numpy as np


def _steps(x, depthwise, pointwise, stride, padding):
    if not x.shape[1] == depthwise.shape[0] == pointwise.shape[1] or stride < 1 or padding < 0:
        raise ValueError("arguments")
    steps = (x.shape[2] + 2 * padding - depthwise.shape[1]) // stride + 1
    if steps < 1:
        raise ValueError("too long")
    return steps


def _depthwise(x, depthwise, stride, left, right, steps):
    xp = np.pad(x.astype(float), ((0, 0), (0, 0), (left, right)))
    windows = [xp[:, :, t * stride : t * stride + depthwise.shape[1]] for t in range(steps)]
    return np.stack([(w * depthwise).sum(2) for w in windows], axis=2)


def true_convolution(x, depthwise, pointwise, *, stride=1, padding=0):
    """the kernel was reversed
    Solver's mistake.
    """
    _steps(x, depthwise, pointwise, stride, padding)
    xp = np.pad(x.astype(float), ((0, 0), (0, 0), (padding, padding)))
    z = np.array([[np.convolve(r, d, "valid")[::stride] for r, d in zip(row, depthwise, strict=True)] for row in xp])
    return pointwise @ z


def depthwise_only(x, depthwise, pointwise, *, stride=1, padding=0):
    """the pointwise step is missing"""
    steps = _steps(x, depthwise, pointwise, stride, padding)
    return _depthwise(x, depthwise, stride, padding, padding, steps)


def mixes_the_channels(x, depthwise, pointwise, *, stride=1, padding=0):
    """the depthwise step mixes the channels
    Solver's mistake.
    """
    steps = _steps(x, depthwise, pointwise, stride, padding)
    xp = np.pad(x.astype(float), ((0, 0), (0, 0), (padding, padding)))
    taps = depthwise.shape[1]
    windows = np.stack([xp[:, :, t * stride : t * stride + taps] for t in range(steps)], axis=2)
    return np.einsum("oc,bt->bot", pointwise, np.einsum("bctk,ck->bt", windows, depthwise))


def one_kernel_for_all(x, depthwise, pointwise, *, stride=1, padding=0):
    """all channels use the kernel of the first one"""
    steps = _steps(x, depthwise, pointwise, stride, padding)
    shared = np.repeat(depthwise[:1], len(depthwise), 0)
    return pointwise @ _depthwise(x, shared, stride, padding, padding, steps)


def stride_left_out(x, depthwise, pointwise, *, stride=1, padding=0):
    """the stride was left out"""
    steps = _steps(x, depthwise, pointwise, stride, padding)
    steps = x.shape[2] + 2 * padding - depthwise.shape[1] + 1
    return pointwise @ _depthwise(x, depthwise, 1, padding, padding, steps)


def causal_padding(x, depthwise, pointwise, *, stride=1, padding=0):
    """all zeros were put on the left
    Solver's mistake.
    """
    steps = _steps(x, depthwise, pointwise, stride, padding)
    return pointwise @ _depthwise(x, depthwise, stride, 2 * padding, 0, steps)


def fence_post(x, depthwise, pointwise, *, stride=1, padding=0):
    """the last position is missing
    Solver's mistake.
    """
    steps = _steps(x, depthwise, pointwise, stride, padding)
    return pointwise @ _depthwise(x, depthwise, stride, padding, padding, steps)[:, :, :-1]


def with_relu(x, depthwise, pointwise, *, stride=1, padding=0):
    """an activation \\(ReLU\\) stands between
    Solver's mistake.
    """
    steps = _steps(x, depthwise, pointwise, stride, padding)
    return pointwise @ np.maximum(_depthwise(x, depthwise, stride, padding, padding, steps), 0)


def positions_before_outputs(x, depthwise, pointwise, *, stride=1, padding=0):
    """the axes are \\(batch, T, outputs\\)
    Solver's mistake.
    """
    steps = _steps(x, depthwise, pointwise, stride, padding)
    z = _depthwise(x, depthwise, stride, padding, padding, steps)
    return np.tensordot(z, pointwise, axes=(1, 1))


def transposed_pointwise(x, depthwise, pointwise, *, stride=1, padding=0):
    """the pointwise matrix is transposed"""
    steps = _steps(x, depthwise, pointwise, stride, padding)
    z = _depthwise(x, depthwise, stride, padding, padding, steps)
    return (pointwise.T if pointwise.shape[0] == pointwise.shape[1] else pointwise) @ z


def broadcasts_one_kernel(x, depthwise, pointwise, *, stride=1, padding=0):
    """x has 3 channels, depthwise 1
    Solver's mistake.
    """
    if len(depthwise) == 1:
        depthwise = np.repeat(depthwise, x.shape[1], 0)
    steps = _steps(x, depthwise, pointwise, stride, padding)
    return pointwise @ _depthwise(x, depthwise, stride, padding, padding, steps)
