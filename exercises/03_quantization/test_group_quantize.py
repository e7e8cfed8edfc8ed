"""Grader of group_quantize. Oracles: exact rational arithmetic group by group, and ONNX DynamicQuantizeLinear."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("codes", "scale", "zero_point")

# Each group of four through ONNX DynamicQuantizeLinear (uint8, opset 13) by itself, computed by onnxruntime 1.31.1.
ONNX_W = [[-1.0, 0.25, 3.0, 0.7, 0.5, 2.0, 7.25, 1.1], [-6.5, -1.0, -0.25, -3.3, 0.0, 0.0, 0.0, -0.02]]
ONNX_CODES = [[0, 80, 255, 109, 18, 70, 255, 39], [0, 216, 245, 126, 255, 255, 255, 0]]
ONNX_SCALE = [[0.01568627543747425, 0.028431372717022896], [0.02549019642174244, 7.843137427698821e-05]]
ONNX_ZERO = [[64, 0], [255, 255]]


def exact(w, bits, group_size):
    """The definition in rational numbers; ``round`` of a Fraction is half to even."""
    qmax = 2**bits - 1
    shape = (w.shape[0], w.shape[1] // group_size)
    codes, scales, zeros = np.zeros(w.shape, np.uint8), np.zeros(shape, np.float32), np.zeros(shape, np.uint8)
    for i, g in np.ndindex(shape):
        columns = range(g * group_size, (g + 1) * group_size)
        values = [Fraction(float(w[i, j])) for j in columns]
        lo, hi = min(0, *values), max(0, *values)
        scale = (hi - lo) / qmax or Fraction(1)
        zero = min(max(round(-lo / scale), 0), qmax)
        scales[i, g], zeros[i, g] = float(scale), zero
        for j, v in zip(columns, values, strict=True):
            codes[i, j] = min(max(round(v / scale) + zero, 0), qmax)
    return codes, scales, zeros


def weights(seed, shape, bits, group_size, offset=0.2):
    """Groups of very different size, drawn until no quotient lies near a half."""
    rng = np.random.default_rng(seed)
    while True:
        size = 10.0 ** rng.integers(-2, 3, (shape[0], shape[1] // group_size))
        w = (rng.normal(offset, 1.0, shape) * np.repeat(size, group_size, axis=1)).astype(np.float32)
        grouped = w.reshape(shape[0], -1, group_size).astype(np.float64)
        lo, hi = np.minimum(grouped.min(2, keepdims=True), 0), np.maximum(grouped.max(2, keepdims=True), 0)
        steps = np.concatenate([grouped, lo], axis=2) / (hi - lo) * (2**bits - 1)
        if (np.abs(steps - np.floor(steps) - 0.5) > 1e-3).all():
            return w


def quantizer(grouped, bits, *, widen=True, levels=None, rounding=np.rint, zero_rounding=None, clamp=True):
    """Quantize over the last axis in one of the usual ways; returns codes, scale and zero point with all axes kept."""
    qmax = 2**bits - 1
    lo, hi = grouped.min(axis=-1, keepdims=True), grouped.max(axis=-1, keepdims=True)
    if widen:
        lo, hi = np.minimum(lo, 0), np.maximum(hi, 0)
    scale = np.where(hi > lo, (hi - lo) / (levels or qmax), 1.0)
    zero = np.clip((zero_rounding or rounding)(-lo / scale), 0, qmax)
    codes = rounding(grouped / scale) + zero
    codes = np.clip(codes, 0, qmax) if clamp else np.mod(codes, 256)
    return codes, scale, zero


def mistakes(w, bits, group_size):
    """What the usual mistakes return."""
    w = w.astype(np.float64)
    out, columns = w.shape
    groups = columns // group_size
    qmax = 2**bits - 1
    grouped = w.reshape(out, groups, group_size)
    lo = np.minimum(grouped.min(axis=-1, keepdims=True), 0)

    def plain(result):
        codes, scale, zero = result
        return {"codes": codes.reshape(w.shape), "scale": scale[..., 0], "zero_point": zero[..., 0]}

    def made(**options):
        return plain(quantizer(grouped, bits, **options))

    codes, scale, zero = quantizer(grouped, bits)
    strided = quantizer(w.reshape(out, group_size, groups).swapaxes(1, 2), bits)
    per_row = quantizer(w[:, None, :], bits)
    per_tensor = quantizer(w.reshape(1, 1, -1), bits)
    largest = np.abs(grouped).max(axis=-1)
    symmetric = np.where(largest > 0, largest / (2 ** (bits - 1) - 1), 1.0)
    found = {
        "the groups take every so many columns; a group is a run of neighbours (相邻)": plain(
            (strided[0].swapaxes(1, 2), *strided[1:])
        ),
        "one scale per row: the row was not cut into groups (分组)": plain(per_row),
        "one scale per row, repeated for each group": plain(per_row)
        | {"scale": np.repeat(per_row[1][..., 0], groups, 1), "zero_point": np.repeat(per_row[2][..., 0], groups, 1)},
        "one scale for the whole matrix, repeated": plain(per_tensor)
        | {"scale": np.full((out, groups), per_tensor[1]), "zero_point": np.full((out, groups), per_tensor[2])},
        "the codes kept the axis of groups; reshape them back to (out, in)": {"codes": codes},
        "scale and zero point kept an axis of length 1 (keepdims)": {
            "codes": codes.reshape(w.shape),
            "scale": scale,
        },
        "the scales came out as (groups, out); the rows come first": {
            "codes": codes.reshape(w.shape),
            "scale": scale[..., 0].T,
        },
        "the range was not widened to contain 0 (零)": made(widen=False),
        "the range was divided by 2**bits: there are 2**bits - 1 steps between 2**bits codes": made(levels=2**bits),
        "the last clamp (截断) is missing: where both ends round up, one code is 2**bits": made(clamp=False),
        "a symmetric quantizer: absmax over half the codes; this one is asymmetric (非对称)": {"scale": symmetric},
        "rounding was left out: the cast truncates": made(rounding=np.trunc),
        "everything was rounded down (floor), not to the nearest": made(rounding=np.floor),
        "the zero point (零点) was truncated, not rounded": made(zero_rounding=np.trunc),
        "the zero point (零点) has the wrong sign": {
            "codes": np.clip(np.rint(grouped / scale) - zero, 0, qmax).reshape(w.shape)
        },
        "the zero point (零点) was not added to the codes": {
            "codes": np.clip(np.rint(grouped / scale), 0, qmax).reshape(w.shape)
        },
        "the codes count steps from lo, round((w - lo) / scale): the zero point must be rounded by itself": {
            "codes": np.rint((grouped - lo) / scale).reshape(w.shape),
            "scale": scale[..., 0],
        },
        "half was rounded up (floor(x + 0.5)), not to even (四舍六入五成双)": made(
            rounding=lambda v: np.floor(v + 0.5)
        ),
        "scale and zero point are in the wrong order": {
            "codes": codes.reshape(w.shape),
            "scale": zero[..., 0],
            "zero_point": scale[..., 0],
        },
        "lo is stored as an offset where the zero point (零点) belongs": {"zero_point": lo[..., 0]},
    }
    if out % group_size == 0:
        down = quantizer(w.T.reshape(columns, -1, group_size), bits)
        found["the groups run down the columns: a group is a run of inputs within one row (行内)"] = {
            "codes": down[0].reshape(columns, out).T,
            "scale": down[1][..., 0].T,
        }
    return found


def holds(exercise, w, bits, group_size):
    known = mistakes(w, bits, group_size)
    answer = exercise(w, bits=bits, group_size=group_size)
    answer.close_to(exact(w, bits, group_size), dtype="exact", rtol=1e-6, names=NAMES, known=known)


def test_by_hand(exercise):
    w = np.array([[-0.5, 1.0, 0.3, 0.0, 3.0, 1.6, 0.9, 2.4], [0.0, -6.0, -1.5, -2.2, -7.0, 8.0, 0.8, 3.3]], np.float32)
    codes = np.array([[0, 15, 8, 5, 15, 8, 4, 12], [15, 0, 11, 9, 0, 15, 8, 10]], np.uint8)
    scale, zero = np.array([[0.1, 0.2], [0.4, 1.0]], np.float32), np.array([[5, 0], [15, 7]], np.uint8)
    answer = exercise(w, bits=4, group_size=4)
    answer.close_to((codes, scale, zero), dtype="exact", rtol=1e-6, names=NAMES, known=mistakes(w, 4, 4))


def test_agrees_with_onnx(exercise):
    w = np.array(ONNX_W, np.float32)
    expected = np.array(ONNX_CODES, np.uint8), np.array(ONNX_SCALE, np.float32), np.array(ONNX_ZERO, np.uint8)
    answer = exercise(w, bits=8, group_size=4)
    answer.close_to(expected, dtype="exact", rtol=1e-6, names=NAMES, known=mistakes(w, 8, 4))


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 6, 7, 8])
def test_bit_widths(exercise, bits):
    holds(exercise, weights(bits, (4, 12), bits, 4), bits, 4)


@pytest.mark.parametrize("group_size", [1, 2, 3, 6, 12])
def test_group_sizes(exercise, group_size):
    holds(exercise, weights(group_size, (6, 12), 4, group_size), 4, group_size)


@pytest.mark.parametrize("offset", [-4.0, 4.0])
def test_groups_on_one_side_of_zero(exercise, offset):
    holds(exercise, weights(30, (2, 8), 4, 4, offset), 4, 4)


def test_bits_default_to_4(exercise):
    w = weights(31, (3, 8), 4, 4)
    answer = exercise(w, group_size=4)
    answer.close_to(exact(w, 4, 4), dtype="exact", rtol=1e-6, names=NAMES, known=mistakes(w, 4, 4))


@pytest.mark.parametrize(("end", "bits"), [(7.5, 4), (127.5, 8)])
def test_both_ends_round_up(exercise, end, bits):
    """The scale is exactly 1 and the zero point 2**(bits - 1): the largest code would be 2**bits."""
    w = np.array([[-end, end, 0.5, 1.5, -0.5, -1.5, end, -end]], np.float32)
    holds(exercise, w, bits, 4)
    holds(exercise, w, bits, 8)


@pytest.mark.parametrize(("lo", "zero"), [(-4.5, 4), (-5.5, 6), (-6.5, 6)])
def test_zero_point_rounds_half_to_even(exercise, lo, zero):
    w = np.array([[lo, 15 + lo, 1.0, 0.0]], np.float32)  # the scale is exactly 1
    codes = np.array([[0, 15, 1 + zero, zero]], np.uint8)
    codes[0, :2] = [min(max(round(v) + zero, 0), 15) for v in (lo, 15 + lo)]
    expected = codes, np.array([[1.0]], np.float32), np.array([[zero]], np.uint8)
    answer = exercise(w, bits=4, group_size=4)
    answer.close_to(expected, dtype="exact", rtol=1e-6, names=NAMES, known=mistakes(w, 4, 4))


def test_groups_of_zeros(exercise):
    w = np.array([[0, 0, 0, 0.5, -3.0, 1.0], [1.9, 4.0, 0.0, 0, 0, 0]], np.float32)
    answer = exercise(w, bits=4, group_size=3)
    scale = answer.part(1, "scale").has(shape=(2, 2), dtype="float")
    told = "the scale of a group of zeros (全零组) is not 1.0: hi - lo is 0 there, and w / 0 is NaN"
    scale.check(bool((np.asarray(scale.value)[[0, 1], [0, 1]] == 1).all()), told)
    answer.close_to(exact(w, 4, 3), dtype="exact", rtol=1e-6, names=NAMES, known=mistakes(w, 4, 3))


def test_weights_in_double_precision(exercise):
    holds(exercise, weights(32, (3, 8), 4, 4).astype(np.float64) * 1.1, 4, 4)


def test_leaves_a_fortran_ordered_array_alone(exercise):
    holds(exercise, np.asfortranarray(weights(33, (3, 12), 4, 4)), 4, 4)


@pytest.mark.parametrize("bits", [1, 9])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, np.ones((2, 4), np.float32), bits=bits, group_size=2, because="bits must be in 2 .. 8")


@pytest.mark.parametrize("group_size", [3, 5, 8, 24])
def test_refuses_a_group_size_that_does_not_divide(exercise, group_size):
    w = np.ones((6, 4), np.float32)
    because = f"a group size of {group_size} does not divide the 4 inputs (不能整除)"
    exercise.raises(ValueError, w, bits=4, group_size=group_size, because=because)


@pytest.mark.parametrize("group_size", [0, -1, -2])
def test_refuses_a_group_size_below_1(exercise, group_size):
    because = "the group size must be at least 1"
    exercise.raises(ValueError, np.ones((2, 4), np.float32), bits=4, group_size=group_size, because=because)


@pytest.mark.parametrize("shape", [(4,), (2, 2, 4), (0, 4), (3, 0)])
def test_refuses_shape(exercise, shape):
    because = "w must be 2-D, (out_features, in_features), with at least one element"
    exercise.raises(ValueError, np.ones(shape, np.float32), bits=4, group_size=2, because=because)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_finite(exercise, value):
    w = np.array([[0.5, 1.0], [value, 0.0]], np.float32)
    exercise.raises(ValueError, w, bits=4, group_size=2, because="w holds NaN or infinity")
