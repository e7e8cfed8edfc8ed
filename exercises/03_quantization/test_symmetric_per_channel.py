"""Grader of symmetric_per_channel. Oracles: exact rational arithmetic, row by row, and onnxruntime (frozen)."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("codes", "scale")

# (row, codes, scale) of onnxruntime.quantization 1.31.1: quantize_data(row, INT8, symmetric=True), codes -127 .. 127.
ONNXRUNTIME = [
    ([-1.0, 0.25, 0.6, 0.7], [-127, 32, 76, 89], 0.007874015718698502),
    ([0.5, 2.0, 7.25, -1.1], [9, 35, 127, -19], 0.05708661302924156),
    ([0.011, -0.02, 0.003, 0.0125], [70, -127, 19, 79], 0.00015748031728435308),
]


def exact(w, bits):
    """The definition in rational numbers; ``round`` of a Fraction is half to even."""
    qmax = 2 ** (bits - 1) - 1
    codes, scales = [], []
    for row in w:
        values = [Fraction(float(v)) for v in row]
        scale = max(abs(v) for v in values) / qmax or Fraction(1)
        codes.append([round(v / scale) for v in values])
        scales.append(float(scale))
    return np.array(codes, np.int8), np.array(scales, np.float32)


def weights(seed, shape, bits):
    """Rows of very different size, drawn until no quotient lies near a half."""
    rng = np.random.default_rng(seed)
    while True:
        w = (rng.normal(0.1, 1.0, shape) * 10.0 ** rng.integers(-3, 3, (shape[0], 1))).astype(np.float32)
        steps = w / (np.abs(w).max(axis=1, keepdims=True) / (2 ** (bits - 1) - 1))
        if (np.abs(steps - np.floor(steps) - 0.5) > 1e-3).all():
            return w


def mistakes(w, bits):
    """What the usual mistakes return."""
    w = w.astype(np.float64)
    qmax = 2 ** (bits - 1) - 1
    largest = np.abs(w).max(axis=1)

    def made(scale, rounding=np.rint, low=-(2 ** (bits - 1)), high=qmax):
        divisor = scale[:, None] if scale.shape == (len(w),) else scale
        return {"codes": np.clip(rounding(w / divisor), low, high), "scale": scale}

    def kept(scale):
        return {"codes": np.rint(w / scale), "scale": scale}

    with np.errstate(all="ignore"):
        right = np.where(largest > 0, largest / qmax, 1.0)
        column = np.abs(w).max(axis=0) / qmax
        signed_largest = w.max(axis=1) / qmax
        return {
            "a row of zeros (全零行) kept its scale of 0; it should be 1.0": {"scale": largest / qmax},
            "one scale per column: an output channel (输出通道) is a row of w": {
                "codes": np.rint(w / column),
                "scale": column,
            },
            "one scale for the whole matrix (per-tensor); every row has its own": kept(np.abs(w).max() / qmax),
            "one scale for the whole matrix, repeated for each row": kept(np.abs(w).max() / qmax)
            | {"scale": np.full(len(w), np.abs(w).max() / qmax)},
            "the scale kept an axis of length 1 (keepdims); its shape must be (out,)": kept(right[:, None]),
            "absmax was divided by 2**(bits - 1); the largest code is one less": made(largest / (qmax + 1)),
            "absmax was divided by 2**bits - 1, the steps of the whole range; absmax is only half of it": made(
                largest / (2 * qmax + 1)
            ),
            "absmax was divided by half of 2**bits - 1; here the codes run from -qmax to qmax": {
                "scale": 2 * largest / (2 * qmax + 1)
            },
            "the maximum was taken without abs: a row's largest magnitude may be negative": made(signed_largest)
            | {"codes": np.rint(w / signed_largest[:, None])},
            "the maximum was taken without abs, and its codes clamped": made(signed_largest),
            "the maximum was taken without abs, and its codes clamped to -qmax": made(signed_largest, low=-qmax),
            "the scale is that of 8 bits, whatever bits is": {"scale": right * qmax / 127},
            "the scale is that of an asymmetric quantizer, (max - min) / (2**bits - 1)": {
                "scale": (w.max(axis=1) - w.min(axis=1)) / (2**bits - 1)
            },
            "the scale is upside down: it is the real width of one step": {"scale": 1 / right},
            "the mean magnitude took the place of the largest": {"scale": np.abs(w).mean(axis=1) / qmax},
            "w / scale was truncated, not rounded": made(right, np.trunc),
            "w / scale was rounded down (floor), not to the nearest": made(right, np.floor),
            "half was rounded up (floor(x + 0.5)), not to even (四舍六入五成双)": made(
                right, lambda v: np.floor(v + 0.5)
            ),
            "half was rounded away from zero, not to even (四舍六入五成双)": made(
                right, lambda v: np.trunc(v + np.copysign(0.5, v))
            ),
            "the codes were stored unsigned, with 2**(bits - 1) added; here they are signed": {
                "codes": np.rint(w / right[:, None]) + qmax + 1
            },
            "(codes, scale) came back in the wrong order": {"codes": right, "scale": np.rint(w / right[:, None])},
        }


def holds(exercise, w, bits):
    exercise(w, bits=bits).close_to(exact(w, bits), dtype="exact", rtol=1e-6, names=NAMES, known=mistakes(w, bits))


def test_by_hand(exercise):
    w = np.array([[-12.7, 6.0, 0.1], [0.0254, -0.01, 0.005]], np.float32)
    expected = np.array([[-127, 60, 1], [127, -50, 25]], np.int8), np.array([0.1, 0.0002], np.float32)
    exercise(w, bits=8).close_to(expected, dtype="exact", rtol=1e-6, names=NAMES, known=mistakes(w, 8))


@pytest.mark.parametrize(("row", "codes", "scale"), ONNXRUNTIME)
def test_agrees_with_onnxruntime(exercise, row, codes, scale):
    w = np.array([row], np.float32)
    expected = np.array([codes], np.int8), np.array([scale], np.float32)
    exercise(w, bits=8).close_to(expected, dtype="exact", rtol=1e-6, names=NAMES, known=mistakes(w, 8))


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 7, 8])
def test_bit_widths(exercise, bits):
    holds(exercise, weights(bits, (4, 7), bits), bits)


def test_square_matrix(exercise):
    holds(exercise, weights(20, (5, 5), 8), 8)


def test_bits_default_to_8(exercise):
    w = weights(21, (3, 4), 8)
    exercise(w).close_to(exact(w, 8), dtype="exact", rtol=1e-6, names=NAMES, known=mistakes(w, 8))


def test_weights_in_double_precision(exercise):
    holds(exercise, weights(23, (3, 4), 8).astype(np.float64) * 1.1, 8)


def test_rounds_half_to_even(exercise):
    w = np.array([[127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5], [-254, 1, 3, 5, -1, -3, -5]], np.float32)
    holds(exercise, w, 8)  # scales of exactly 1 and 2


def test_rows_of_zeros(exercise):
    w = np.zeros((3, 4), np.float32)
    w[1] = [0.5, -3.0, 1.0, 0.0]
    answer = exercise(w, bits=4)
    scale = answer.part(1, "scale").has(shape=(3,), dtype="float")
    told = "the scale of a row of zeros (全零行) is not 1.0: 0 / qmax is 0, and w / 0 is NaN"
    scale.check(bool((np.asarray(scale.value)[[0, 2]] == 1).all()), told)
    answer.close_to(exact(w, 4), dtype="exact", rtol=1e-6, names=NAMES, known=mistakes(w, 4))


def test_one_row_and_one_column(exercise):
    holds(exercise, np.array([[2.0, -7.0, 3.25]], np.float32), 4)
    holds(exercise, np.array([[2.0], [-7.0], [0.0]], np.float32), 4)


def test_leaves_a_fortran_ordered_array_alone(exercise):
    holds(exercise, np.asfortranarray(weights(22, (3, 6), 8)), 8)


@pytest.mark.parametrize("bits", [1, 9])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, np.ones((2, 3), np.float32), bits=bits, because="bits must be in 2 .. 8")


@pytest.mark.parametrize("shape", [(3,), (2, 3, 4), (0, 3), (3, 0)])
def test_refuses_shape(exercise, shape):
    because = "w must be 2-D, (out_features, in_features), with at least one element"
    exercise.raises(ValueError, np.ones(shape, np.float32), bits=8, because=because)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_finite(exercise, value):
    w = np.array([[0.5, 1.0], [value, 0.0]], np.float32)
    exercise.raises(ValueError, w, bits=8, because="w holds NaN or infinity")
