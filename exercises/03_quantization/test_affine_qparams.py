"""Grader of affine_qparams. Oracles: ONNX DynamicQuantizeLinear (frozen), and exact rational arithmetic."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("scale", "zero_point")

# (scale, zero point) of ONNX DynamicQuantizeLinear (uint8, opset 13), computed by onnxruntime 1.31.1.
ONNX = [
    ([-1.0, 0.25, 3.0], 0.01568627543747425, 64),
    ([0.5, 2.0, 7.25], 0.028431372717022896, 0),
    ([-6.5, -1.0, -0.25], 0.02549019642174244, 255),
    ([0.0, -0.75, 0.125], 0.0034313725773245096, 219),
    ([1e-4, -3e-5, 0.0], 5.098038968753826e-07, 59),
]


def exact(x, bits):
    """The definition in rational numbers: no rounding but the one that is asked for (``round`` is half to even)."""
    lo, hi = min(Fraction(float(x.min())), 0), max(Fraction(float(x.max())), 0)
    scale = (hi - lo) / (2**bits - 1)
    return float(scale), round(-lo / scale)


def mistakes(x, bits=8):
    """What the usual mistakes return; only the items that tell."""
    lo, hi = float(x.min()), float(x.max())
    wide = max(hi, 0.0) - min(lo, 0.0)
    scale, zero = exact(x, bits)
    qmax = 2**bits - 1
    return {
        "the range was not widened to contain 0 (零)": {"scale": (hi - lo) / qmax},
        "the range was divided by 2**bits: there are 2**bits - 1 steps between 2**bits codes": {
            "scale": wide / 2**bits
        },
        "the scale is upside down: it is the real width of one step": {"scale": qmax / wide},
        "a symmetric quantizer, max(abs(x)) over half the codes; this one is affine": {
            "scale": float(abs(x).max()) / (2 ** (bits - 1) - 1)
        },
        "the zero point (零点) was truncated, not rounded": {
            "scale": scale,
            "zero_point": int(-min(lo, 0.0) / scale),
        },
        "the zero point (零点) has the wrong sign": {"scale": scale, "zero_point": -zero},
        "the zero point (零点) is that of a signed grid; this grid starts at 0": {
            "scale": scale,
            "zero_point": zero - 2 ** (bits - 1),
        },
        "scale and zero point are in the wrong order": {"scale": zero, "zero_point": scale},
    }


def holds(exercise, x, scale, zero, bits=8):
    known = mistakes(x, bits)
    exercise(x, bits=bits).close_to((scale, zero), rtol=1e-6, names=NAMES, known=known)


@pytest.mark.parametrize(("values", "scale", "zero"), ONNX)
def test_agrees_with_onnx(exercise, values, scale, zero):
    holds(exercise, np.array(values, np.float32), scale, zero)


@pytest.mark.parametrize("bits", [2, 3, 4, 8, 16])
def test_bit_widths(exercise, bits):
    x = np.random.default_rng(bits).normal(0.3, 2.0, (5, 7)).astype(np.float32)
    holds(exercise, x, *exact(x, bits), bits=bits)


def test_bits_default_to_8(exercise):
    x = np.array([[-0.3, 0.1], [0.9, 0.2]], np.float32)
    exercise(x).close_to(exact(x, 8), rtol=1e-6, names=NAMES, known=mistakes(x))


@pytest.mark.parametrize(("lo", "zero"), [(-0.5, 0), (-1.5, 2), (-2.5, 2), (-3.5, 4)])
def test_rounds_half_to_even(exercise, lo, zero):
    x = np.array([lo, 255 + lo], np.float32)  # the scale is exactly 1
    half_up = {"half was rounded up (floor(x + 0.5)), not to even (四舍六入五成双)": (1.0, int(0.5 - lo))}
    exercise(x, bits=8).close_to((1.0, zero), names=NAMES, known={**half_up, **mistakes(x)})


def test_all_zeros(exercise):
    exercise(np.zeros((2, 3), np.float32)).equals((1.0, 0), names=NAMES)


def test_constants(exercise):
    holds(exercise, np.full(4, 2.5, np.float32), 2.5 / 255, 0)
    holds(exercise, np.full((2, 2), -2.5, np.float32), 2.5 / 255, 255)


@pytest.mark.parametrize("shape", [(), (1,)])
def test_a_single_element(exercise, shape):
    holds(exercise, np.full(shape, -0.75, np.float32), 0.75 / 255, 255)


def test_leaves_a_fortran_ordered_array_alone(exercise):
    x = np.asfortranarray(np.linspace(-2, 5, 24, dtype=np.float32).reshape(2, 3, 4))
    holds(exercise, x, *exact(x, 8))


def test_half_precision(exercise):
    x = np.array([-1.1, 0.3, 2.7], np.float16)
    narrow = (x.max() - x.min()) / np.float16(255)
    known = {"the division was done in float16; make lo and hi Python floats first": {"scale": narrow}, **mistakes(x)}
    exercise(x).close_to(exact(x, 8), rtol=1e-6, names=NAMES, known=known)


def test_types(exercise):
    answer = exercise(np.array([-1.0, 2.0], np.float32))
    answer.part(0, "scale").has(shape=(), dtype="float")
    answer.part(1, "zero_point").has(shape=(), dtype="integer")


@pytest.mark.parametrize("bits", [1, 17])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, np.ones(3, np.float32), bits=bits, because="bits must be in 2 .. 16")


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [np.inf, 0.0], [-np.inf, 0.0]])
def test_refuses_what_has_no_range(exercise, values):
    because = "x is empty" if not values else "x holds NaN or infinity"
    exercise.raises(ValueError, np.array(values, np.float32), because=because)
