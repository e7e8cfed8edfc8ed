"""Grader of depthwise_separable_forward. Oracles: the full convolution with kernel pointwise[o, c] * depthwise[c, k],
in rational numbers, one product at a time; torch (frozen)."""

from fractions import Fraction

import numpy as np
import pytest

# torch 2.13.0: F.conv1d(F.conv1d(x, depthwise[:, None], stride=2, padding=2, groups=2), pointwise[:, :, None])
X = [[[1.0, 2.0, -1.0, 0.5, 3.0, -2.0], [0.0, 1.0, 4.0, -3.0, 2.0, 1.0]]]
DEPTHWISE = [[1.0, 0.5, -1.0], [2.0, -0.25, 0.75]]
POINTWISE = [[1.0, -2.0], [0.5, 3.0], [-1.5, 0.25]]
TORCH = [[[-1.0, -2.5, -24.25, -5.5], [-0.5, 9.75, 28.875, 12.25], [1.5, -3.8125, 8.1875, -2.0625]]]


def exact(x, depthwise, pointwise, stride, padding):
    batch, channels, length = x.shape
    taps, steps = depthwise.shape[1], len(range(0, length + 2 * padding - depthwise.shape[1] + 1, stride))
    y = np.zeros((batch, len(pointwise), steps))
    for b, o, t in np.ndindex(y.shape):
        total = Fraction(0)
        for c, k in np.ndindex(channels, taps):
            place = t * stride + k - padding
            if 0 <= place < length:
                full = Fraction(float(pointwise[o, c])) * Fraction(float(depthwise[c, k]))
                total += full * Fraction(float(x[b, c, place]))
        y[b, o, t] = float(total)
    return y


def convolve(x, depthwise, pointwise, stride, left, right, *, start=0, edge=False):
    """The usual way; returns both steps."""
    pads = ((0, 0), (0, 0), (left, right))
    xp = np.pad(x.astype(float), pads, mode="edge") if edge else np.pad(x.astype(float), pads)
    windows = np.lib.stride_tricks.sliding_window_view(xp, depthwise.shape[1], axis=2)[:, :, start::stride]
    z = np.einsum("bctk,ck->bct", windows, depthwise)
    return z, np.einsum("oc,bct->bot", pointwise, z)


def mistakes(x, depthwise, pointwise, stride, padding):
    """What the usual mistakes return."""
    d, p = depthwise.astype(float), pointwise.astype(float)
    z, y = convolve(x, d, p, stride, padding, padding)
    first = np.broadcast_to(d[:1], d.shape)
    both = np.broadcast_to(z.sum(1, keepdims=True), z.shape)
    found = {
        "the kernel was reversed: that is a mathematical convolution; this one is a cross-correlation (互相关)": (
            convolve(x, d[:, ::-1], p, stride, padding, padding)[1]
        ),
        "the pointwise step is missing: z was returned": z,
        "all channels use the kernel of the first one; each has its own": convolve(
            x, first, p, stride, padding, padding
        )[1],
        "the depthwise step mixes the channels; only the pointwise step does": np.einsum("oc,bct->bot", p, both),
        "an activation (ReLU) stands between the steps; there is none": np.einsum("oc,bct->bot", p, np.maximum(z, 0)),
        "the stride was taken on the outputs with an offset; the first kernel begins at 0": convolve(
            x, d, p, stride, padding, padding, start=stride - 1
        )[1],
        "the stride was left out": convolve(x, d, p, 1, padding, padding)[1],
        "the padding was left out": convolve(x, d, p, stride, 0, 0)[1] if x.shape[2] >= d.shape[1] else z,
        "the zeros were put on the left only": convolve(x, d, p, stride, padding, 0)[1]
        if x.shape[2] + padding >= d.shape[1]
        else z,
        "all zeros were put on the left (causal, 因果)": convolve(x, d, p, stride, 2 * padding, 0)[1],
        "the edges were repeated; zeros are asked for (补零)": convolve(x, d, p, stride, padding, padding, edge=True)[
            1
        ],
        "the last position is missing: T has a + 1": y[:, :, :-1],
        "the axes are (batch, T, outputs)": y.swapaxes(1, 2),
    }
    if p.shape[0] == p.shape[1]:
        found["the pointwise matrix is transposed: it is (outputs, channels)"] = np.einsum("co,bct->bot", p, z)
    return found


def holds(exercise, x, depthwise, pointwise, stride=1, padding=0):
    answer = exercise(x, depthwise, pointwise, stride=stride, padding=padding)
    arguments = x, depthwise, pointwise, stride, padding
    answer.close_to(exact(*arguments), rtol=1e-9, atol=1e-9, dtype=np.float64, known=mistakes(*arguments))


def case(seed, batch=2, channels=3, length=9, taps=3, outputs=4):
    rng = np.random.default_rng(seed)
    shapes = (batch, channels, length), (channels, taps), (outputs, channels)
    return tuple(rng.normal(0.2, 1, s) for s in shapes)


def test_by_hand(exercise):
    """Channel 0 is left as it is, channel 1 becomes the difference to its right neighbour; then sum and 10 times."""
    x = np.array([[[1.0, 2.0, 3.0], [5.0, 8.0, 6.0]]])
    depthwise, pointwise = np.array([[1.0, 0.0], [-1.0, 1.0]]), np.array([[1.0, 1.0], [0.0, 10.0]])
    expected = np.array([[[4.0, 0.0], [30.0, -20.0]]])
    answer = exercise(x, depthwise, pointwise)
    answer.close_to(expected, rtol=1e-9, atol=1e-9, dtype=np.float64, known=mistakes(x, depthwise, pointwise, 1, 0))


def test_agrees_with_torch(exercise):
    x, depthwise, pointwise = np.array(X), np.array(DEPTHWISE), np.array(POINTWISE)
    answer = exercise(x, depthwise, pointwise, stride=2, padding=2)
    known = mistakes(x, depthwise, pointwise, 2, 2)
    answer.close_to(np.array(TORCH), rtol=1e-9, atol=1e-9, dtype=np.float64, known=known)


@pytest.mark.parametrize("stride", [1, 2, 3, 4])
@pytest.mark.parametrize("padding", [0, 1, 3])
def test_strides_and_paddings(exercise, stride, padding):
    for length in (6, 7):
        holds(exercise, *case(length, length=length, batch=1, channels=2, outputs=2), stride, padding)


@pytest.mark.parametrize("taps", [1, 2, 5, 7])
def test_kernels(exercise, taps):
    holds(exercise, *case(taps, length=7, taps=taps))
    holds(exercise, *case(taps, length=7, taps=taps, batch=1, channels=4, outputs=2), 2, 1)


@pytest.mark.parametrize(("channels", "outputs"), [(1, 1), (1, 5), (5, 1), (3, 3)])
def test_channels(exercise, channels, outputs):
    holds(exercise, *case(20, channels=channels, outputs=outputs), 1, 1)


def test_a_single_position(exercise):
    holds(exercise, *case(21, length=3, taps=3))
    holds(exercise, *case(22, length=1, taps=3), 1, 1)
    holds(exercise, *case(23, length=4, taps=3), 9)


def test_float32_in_fortran_order(exercise):
    x, depthwise, pointwise = (np.asfortranarray(a.astype(np.float32)) for a in case(24))
    holds(exercise, x, depthwise, pointwise, 2, 1)
    holds(exercise, x, depthwise.astype(np.float64), pointwise)


@pytest.mark.parametrize(
    ("channels", "kernels", "columns"), [(3, 2, 3), (3, 3, 2), (2, 3, 3), (3, 1, 3), (3, 3, 1), (1, 3, 1), (4, 3, 4)]
)
def test_refuses_channels(exercise, channels, kernels, columns):
    because = f"x has {channels} channels, depthwise {kernels} and pointwise {columns}"
    exercise.raises(
        ValueError, np.ones((2, channels, 5)), np.ones((kernels, 3)), np.ones((4, columns)), because=because
    )


@pytest.mark.parametrize(("stride", "padding"), [(0, 0), (-1, 0), (1, -1), (2, -2)])
def test_refuses_stride_and_padding(exercise, stride, padding):
    because = "stride must be at least 1" if stride < 1 else "padding must be at least 0"
    exercise.raises(ValueError, *case(25), stride=stride, padding=padding, because=because)


@pytest.mark.parametrize(
    ("length", "taps", "stride", "padding"), [(3, 4, 1, 0), (1, 6, 1, 2), (2, 9, 1, 0), (3, 4, 3, 0)]
)
def test_refuses_a_long_kernel(exercise, length, taps, stride, padding):
    because = f"a kernel of {taps} does not fit into {length + 2 * padding}"
    x, depthwise, pointwise = case(26, length=length, taps=taps)
    exercise.raises(ValueError, x, depthwise, pointwise, stride=stride, padding=padding, because=because)
