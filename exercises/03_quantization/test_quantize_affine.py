"""Grader of quantize_affine. Oracles: exact rational arithmetic, and ONNX QuantizeLinear (frozen)."""

from fractions import Fraction

import numpy as np
import pytest

# (x, scale, zero point, signed, codes) of ONNX QuantizeLinear (opset 13), computed by onnxruntime 1.31.1.
ONNX = [
    ([-3.0, -0.75, -0.25, 0.0, 0.25, 0.75, 1.25, 40.0, 150.0], 0.5, 7, False, [1, 5, 7, 7, 7, 9, 9, 87, 255]),
    ([-3.0, -0.75, -0.25, 0.0, 0.25, 0.75, 1.25, 40.0, 150.0], 0.5, 7, True, [1, 5, 7, 7, 7, 9, 9, 87, 127]),
    ([-1.3, -0.21, 0.004, 0.33, 0.58, 2.9], 0.01, 100, False, [0, 79, 100, 133, 158, 255]),
    ([-1.3, -0.21, 0.004, 0.33, 0.58, 2.9], 0.01, -20, True, [-128, -41, -20, 13, 38, 127]),
]


def grid(bits, signed):
    return (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)


def exact(x, scale, zero_point, bits=8, signed=False):
    """The definition in rational numbers; ``round`` of a Fraction is half to even."""
    low, high = grid(bits, signed)
    codes = [round(Fraction(float(v)) / Fraction(scale)) + zero_point for v in x.ravel()]
    codes = [min(max(code, low), high) for code in codes]
    return np.array(codes, np.int8 if signed else np.uint8).reshape(x.shape)


def mistakes(x, scale, zero_point, bits, signed):
    """What the usual mistakes return."""
    low, high = grid(bits, signed)
    steps = x.astype(np.float64) / scale
    right = np.rint(steps)

    def cast(codes):
        return codes.astype(np.int64).astype(np.int8 if signed else np.uint8)

    def clamped(codes, low=low, high=high):
        return cast(np.clip(codes, low, high))

    return {
        "the codes were not clamped (截断): what does not fit wraps (回绕) in the cast": cast(right + zero_point),
        "the clamp came before the zero point (零点) was added": cast(np.clip(right, low, high) + zero_point),
        "the clamp used the grid of the other signedness (有符号/无符号)": clamped(
            right + zero_point, *grid(bits, not signed)
        ),
        "the clamp ends one too high: the largest code is one less than the power of two": clamped(
            right + zero_point, high=high + 1
        ),
        "the lowest code -2**(bits - 1) was left out; this grid has it": clamped(right + zero_point, low=low + signed),
        "the clamp forgot about bits: it is that of 8 bits": clamped(right + zero_point, *grid(8, signed)),
        "x / scale was truncated, not rounded": clamped(np.trunc(steps) + zero_point),
        "x / scale was rounded down (floor), not to the nearest": clamped(np.floor(steps) + zero_point),
        "half was rounded up (floor(x + 0.5)), not to even (四舍六入五成双)": clamped(
            np.floor(steps + 0.5) + zero_point
        ),
        "half was rounded away from zero, not to even (四舍六入五成双)": clamped(
            np.trunc(steps + np.copysign(0.5, steps)) + zero_point
        ),
        "the zero point was added before rounding, which moves the ties": clamped(np.rint(steps + zero_point)),
        "the zero point (零点) was subtracted; that belongs to dequantizing": clamped(right - zero_point),
        "the zero point (零点) was not added": clamped(right),
        "x was multiplied by the scale; a code counts steps, so divide": clamped(
            np.rint(x.astype(np.float64) * scale) + zero_point
        ),
    }


def holds(exercise, x, scale, zero_point, *, bits=8, signed=False):
    known = mistakes(x, scale, zero_point, bits, signed)
    expected = exact(x, scale, zero_point, bits, signed)
    exercise(x, scale, zero_point, bits=bits, signed=signed).equals(expected, dtype="exact", known=known)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_by_hand(exercise, dtype):
    x = np.array([[0.1, 0.2], [0.3, 0.4]], dtype)
    codes = np.array([[1, 2], [3, 4]], np.uint8)
    trap = "x / scale was truncated, not rounded (0.3 / 0.1 is 2.9999999999999996)"
    known = {trap: np.array([[1, 2], [2, 4]]), **mistakes(x, 0.1, 0, 8, False)}
    exercise(x, 0.1, 0, bits=8, signed=False).equals(codes, dtype="exact", known=known)


@pytest.mark.parametrize(("values", "scale", "zero_point", "signed", "codes"), ONNX)
def test_agrees_with_onnx(exercise, values, scale, zero_point, signed, codes):
    x = np.array(values, np.float32)
    expected = np.array(codes, np.int8 if signed else np.uint8)
    known = mistakes(x, scale, zero_point, 8, signed)
    exercise(x, scale, zero_point, bits=8, signed=signed).equals(expected, dtype="exact", known=known)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 7, 8])
def test_bit_widths(exercise, bits, signed):
    """Steps with a fraction of at most 0.4, a few of them beyond both ends of the grid."""
    rng = np.random.default_rng(bits)
    low, high = grid(bits, signed)
    zero_point = low + 1
    steps = np.concatenate([np.arange(low - 2, high + 3), rng.integers(2 * low - 9, 2 * high + 9, 20)]) - zero_point
    x = ((steps + rng.uniform(-0.4, 0.4, steps.size)) * 0.037).astype(np.float32)
    holds(exercise, x, 0.037, zero_point, bits=bits, signed=signed)


@pytest.mark.parametrize("zero_point", [4, 5])
@pytest.mark.parametrize("signed", [False, True])
def test_rounds_half_to_even(exercise, signed, zero_point):
    x = np.arange(-3.5, 4.5, dtype=np.float32) / 4  # every quotient is exactly a half
    holds(exercise, x, 0.25, zero_point, signed=signed)


@pytest.mark.parametrize(("bits", "signed"), [(8, False), (8, True), (4, False), (4, True)])
def test_saturates_far_outside(exercise, bits, signed):
    x = np.array([1e30, -1e30, 4e9, -4e9, 1e5, -1e5, 1e19, -1e19], np.float32)
    low, high = grid(bits, signed)
    dtype = np.int8 if signed else np.uint8
    early = "x / scale became an integer before it was clamped, and no integer dtype holds 1e30"
    wrong = np.array([low, low, high, low, high, low, low, low], dtype)  # an overflowing cast gives the smallest int64
    wrong32 = np.array([low, low, low, low, high, low, low, low], dtype)
    known = {early: wrong, f"{early} (int32)": wrong32}
    expected = np.array([high, low] * 4, dtype)
    exercise(x, 1.0, 1, bits=bits, signed=signed).equals(expected, dtype="exact", known=known)


def test_defaults_are_8_bits_unsigned(exercise):
    x = np.array([-0.3, 1.1, 12.2, 99.0], np.float32)
    expected = exact(x, 0.1, 100)
    exercise(x, 0.1, 100).equals(expected, dtype="exact", known=mistakes(x, 0.1, 100, 8, False))


@pytest.mark.parametrize(("zero_point", "bits", "signed"), [(0, 4, False), (15, 4, False), (-8, 4, True), (7, 4, True)])
def test_zero_points_at_the_ends(exercise, zero_point, bits, signed):
    x = np.array([-2.2, -0.7, 0.0, 0.3, 1.9], np.float32)
    holds(exercise, x, 0.25, zero_point, bits=bits, signed=signed)


def test_keeps_the_shape(exercise):
    x = np.asfortranarray(np.linspace(-2, 5, 24, dtype=np.float32).reshape(2, 3, 4))
    holds(exercise, x, 0.031, 60)


def test_no_element(exercise):
    exercise(np.zeros((0, 3), np.float32), 0.5, 3, bits=8, signed=True).equals(np.zeros((0, 3), np.int8), dtype="exact")


@pytest.mark.parametrize("bits", [1, 9])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, np.ones(3, np.float32), 0.5, 0, bits=bits, because="bits must be in 2 .. 8")


@pytest.mark.parametrize("scale", [0.0, -0.5, float("inf"), float("nan")])
def test_refuses_scale(exercise, scale):
    because = "scale must be a finite number above 0"
    exercise.raises(ValueError, np.ones(3, np.float32), scale, 0, bits=8, because=because)


@pytest.mark.parametrize(
    ("zero_point", "bits", "signed"),
    [(-1, 8, False), (256, 8, False), (16, 4, False), (128, 8, True), (-129, 8, True), (8, 4, True)],
)
def test_refuses_zero_point(exercise, zero_point, bits, signed):
    because = "the zero point must be a code of the grid, qmin .. qmax"
    exercise.raises(ValueError, np.ones(3, np.float32), 0.5, zero_point, bits=bits, signed=signed, because=because)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_finite(exercise, value):
    x = np.array([[0.5, 1.0], [value, 0.0]], np.float32)
    exercise.raises(ValueError, x, 0.5, 0, bits=8, because="x holds NaN or infinity")
