"""Grader of fake_quantize_with_ste. Oracles: torch (frozen) and rational numbers, one element at a time."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("y", "dx")

# torch.fake_quantize_per_tensor_affine(x, 0.1, 5, 0, 15) and x.grad after y.backward(grad), torch 2.13.0.
TORCH_X = [-1.3, -0.52, -0.2, 0.0, 0.13, 0.41, 0.9, 1.27, 1.6, 2.2]
TORCH_GRAD = [1.0, -2.0, 3.0, 4.0, -5.0, 6.0, 7.0, -8.0, 9.0, 10.0]
TORCH_Y = [-0.5, -0.5, -0.2, 0.0, 0.1, 0.4, 0.9, 1.0, 1.0, 1.0]
TORCH_DX = [0.0, -2.0, 3.0, 4.0, -5.0, 6.0, 7.0, 0.0, 0.0, 0.0]


def exact(x, grad, scale, zero, bits):
    """The definition in rational numbers; ``scale`` is taken as the decimal number that it was written as."""
    y, dx = np.zeros(x.shape, np.float32), np.zeros(x.shape, np.float32)
    for i in np.ndindex(x.shape):
        n = round(Fraction(float(x[i])) / Fraction(str(scale))) + zero
        kept = min(max(n, 0), 2**bits - 1)
        y[i], dx[i] = float(Fraction(str(scale)) * (kept - zero)), grad[i] if kept == n else 0
    return y, dx


def mistakes(x, grad, scale, zero, bits):
    """What the usual mistakes return."""
    top = 2**bits - 1
    wide = x.astype(np.float64)
    n = np.rint(wide / scale) + zero
    kept = np.clip(n, 0, top)
    y = scale * (kept - zero)
    dx = np.where(kept == n, grad, 0)
    low, high = -scale * zero, scale * (top - zero)
    half = np.floor(wide / scale + 0.5) + zero
    joint = np.rint(wide / scale + zero)
    return {
        "the gradient passes everywhere; it is 0 where the value was clamped (截断)": {"y": y, "dx": grad},
        "the gradient was multiplied by the derivative of rounding, which is 0": {"y": y, "dx": 0 * grad},
        "the mask compares x with the ends of the grid; it is the rounded n that counts": {
            "y": y,
            "dx": np.where((wide >= low) & (wide <= high), grad, 0),
        },
        "the gradient stops at the ends of the grid; there it still passes (ends included 含端点)": {
            "y": y,
            "dx": np.where((n > 0) & (n < top), grad, 0),
        },
        "the mask is turned round: what was clamped passes": {"y": y, "dx": np.where(kept == n, 0, grad)},
        "the gradient was divided by scale": {"y": y, "dx": dx / scale},
        "the gradient was multiplied by scale": {"y": y, "dx": dx * scale},
        "the mask was returned in place of the gradient": {"y": y, "dx": (kept == n) * 1.0},
        "the integers were returned, not dequantized (反量化)": {"y": kept},
        "the zero point (零点) was not taken off again": {"y": scale * kept},
        "the zero point (零点) has the wrong sign": {"y": scale * (np.clip(n - 2 * zero, 0, top) + zero)},
        "the value was not clamped (截断)": {"y": scale * (n - zero)},
        "the grid reaches up to 2**bits; its last code is 2**bits - 1": {"y": scale * (np.clip(n, 0, top + 1) - zero)},
        "the grid is signed; here it is 0 .. 2**bits - 1": {
            "y": scale * (np.clip(n, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1) - zero)
        },
        "the values were truncated, not rounded": {
            "y": scale * (np.clip(np.trunc(wide / scale) + zero, 0, top) - zero)
        },
        "the zero point was added before rounding: a tie then goes another way": {
            "y": scale * (np.clip(joint, 0, top) - zero)
        },
        "a half was rounded up, not to even (四舍六入五成双)": {"y": scale * (np.clip(half, 0, top) - zero)},
    }


def holds(exercise, x, grad, scale, zero, bits):
    known = mistakes(x, grad, scale, zero, bits)
    answer = exercise(x, grad, scale=scale, zero_point=zero, bits=bits)
    answer.close_to(exact(x, grad, scale, zero, bits), rtol=1e-6, dtype="exact", names=NAMES, known=known)


def data(seed, shape, scale, zero, bits):
    """Values on the grid and beyond both ends, away from ties."""
    rng = np.random.default_rng(seed)
    n = rng.uniform(-3 - zero, 2**bits + 2 - zero, shape)
    n = np.rint(n) + rng.uniform(-0.45, 0.45, shape)
    return (n * scale).astype(np.float32), rng.normal(0, 1, shape).astype(np.float32)


def test_agrees_with_torch(exercise):
    x, grad = np.array(TORCH_X, np.float32), np.array(TORCH_GRAD, np.float32)
    expected = np.array(TORCH_Y, np.float32), np.array(TORCH_DX, np.float32)
    answer = exercise(x, grad, scale=0.1, zero_point=5, bits=4)
    known = mistakes(x, grad, 0.1, 5, 4)
    answer.close_to(expected, rtol=1e-6, dtype="exact", names=NAMES, known=known)


@pytest.mark.parametrize("bits", [2, 3, 4, 7, 8])
def test_bit_widths(exercise, bits):
    zero = 2**bits // 3
    holds(exercise, *data(bits, (40,), 0.03, zero, bits), 0.03, zero, bits)


@pytest.mark.parametrize("zero", [0, 1, 7, 15])
def test_zero_points(exercise, zero):
    holds(exercise, *data(20 + zero, (6, 8), 0.7, zero, 4), 0.7, zero, 4)


@pytest.mark.parametrize("shape", [(), (1,), (2, 3, 4)])
def test_shapes(exercise, shape):
    x, grad = data(30, shape, 0.05, 3, 4)
    holds(exercise, np.asarray(x), np.asarray(grad), 0.05, 3, 4)


def test_bits_default_to_8(exercise):
    x, grad = data(31, (50,), 0.02, 100, 8)
    known = mistakes(x, grad, 0.02, 100, 8)
    answer = exercise(x, grad, scale=0.02, zero_point=100)
    answer.close_to(exact(x, grad, 0.02, 100, 8), rtol=1e-6, dtype="exact", names=NAMES, known=known)


def test_at_the_ends_of_the_grid(exercise):
    """scale 0.5, codes 0 .. 7, zero point 2: the grid reaches from -1 to 2.5."""
    x = np.array([-1.0, 2.5, -1.2, 2.7, -1.26, 2.76, -1.25, 2.75], np.float32)
    holds(exercise, x, np.arange(1, 9, dtype=np.float32), 0.5, 2, 3)


@pytest.mark.parametrize("zero", [4, 5])
def test_ties(exercise, zero):
    x = np.array([0.25, 0.75, 1.25, -0.25, -0.75, -1.25, 1.75, -1.75], np.float32)
    holds(exercise, x, np.ones(8, np.float32), 0.5, zero, 4)


def test_leaves_fortran_ordered_arrays_alone(exercise):
    x, grad = data(32, (5, 6), 0.1, 8, 4)
    holds(exercise, np.asfortranarray(x), np.asfortranarray(grad), 0.1, 8, 4)


@pytest.mark.parametrize("scale", [0.0, -0.1])
def test_refuses_scale(exercise, scale):
    x = np.ones(3, np.float32)
    exercise.raises(ValueError, x, x, scale=scale, zero_point=0, bits=4, because="scale must be positive")


@pytest.mark.parametrize("zero", [-1, 16, 17])
def test_refuses_zero_point(exercise, zero):
    x = np.ones(3, np.float32)
    because = "zero_point must be in 0 .. 15"
    exercise.raises(ValueError, x, x, scale=0.1, zero_point=zero, bits=4, because=because)


@pytest.mark.parametrize("shape", [(1,), (4,), (2, 3), ()])
def test_refuses_another_shape(exercise, shape):
    because = "x and grad differ in shape"
    exercise.raises(
        ValueError, np.ones(3, np.float32), np.ones(shape, np.float32), scale=0.1, zero_point=0, because=because
    )
