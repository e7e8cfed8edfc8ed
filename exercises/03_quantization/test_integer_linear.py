"""Grader of integer_linear. Oracles: onnxruntime MatMulInteger (frozen), and loops over Python integers."""

import numpy as np
import pytest

# onnxruntime 1.31.1, MatMulInteger (opset 13): uint8 times int8, zero points 131 and one per output channel.
ORT_X = [[217, 163, 130, 69, 78], [10, 19, 4, 44, 208]]
ORT_W = [[38, 105, 0, 27, 120], [58, 33, 11, 15, 111], [-57, 80, 43, -128, -28]]
ORT_ZERO_W = [-7, 0, 90]
ORT_Y = [[-1392, -780, 6855], [-12057, -4869, 34756]]


def exact(q_x, q_w, zero_x, zero_w, bias):
    """The definition, one product at a time, in Python integers."""
    out, zeros = len(q_w), np.broadcast_to(zero_w, len(q_w)).tolist()
    x, w, zero_x = q_x.tolist(), q_w.tolist(), int(zero_x)
    rows = [
        [sum((a - zero_x) * (b - zeros[o]) for a, b in zip(row, w[o], strict=True)) + int(bias[o]) for o in range(out)]
        for row in x
    ]
    return np.array(rows, np.int32)


def wrapped_and_narrow(x, w, zx, zw, bias):
    """Mistakes of the number type, by casting back after each step."""
    a, b = (x - zx).astype(np.uint8).astype(np.int64), (w - zw[:, None]).astype(np.uint8).astype(np.int64)
    a8, b8 = a.astype(np.int8).astype(np.int64), b.astype(np.int8).astype(np.int64)
    right = (x - zx) @ (w - zw[:, None]).T
    wrap = "wrapped (溢出回绕) in 8 bits: widen codes and zero points to int32 first"
    return {
        f"q_x - zero_x {wrap}": a @ (w - zw[:, None]).T + bias,
        f"q_x - zero_x, as int8, {wrap}": a8 @ (w - zw[:, None]).T + bias,
        f"q_w - zero_w {wrap}": (x - zx) @ b8.T + bias,
        f"q_x - zero_x and q_w - zero_w {wrap}": a8 @ b8.T + bias,
        "the sums were kept in 16 bits and wrapped (溢出回绕); accumulate in int32": right.astype(np.int16) + bias,
        "float32 sums: exact only up to 2**24; accumulate in int32": (
            (x - zx).astype(np.float32) @ (w - zw[:, None]).astype(np.float32).T
        ).astype(np.int64)
        + bias,
    }


def mistakes(q_x, q_w, zero_x, zero_w, bias):
    """What the usual mistakes return."""
    x, w, bias = q_x.astype(np.int64), q_w.astype(np.int64), bias.astype(np.int64)
    zx, zw = int(zero_x), np.broadcast_to(np.asarray(zero_w, np.int64), len(w))
    raw, sum_x, sum_w = x @ w.T, x.sum(axis=1)[:, None], w.sum(axis=1)
    count = x.shape[1]
    right = raw - zw * sum_x - zx * sum_w + count * zx * zw
    found = {
        "the bias is missing": right,
        "the bias was subtracted": right - bias,
        "the last cross term (in_features * zero_x * zero_w) is missing": right - count * zx * zw + bias,
        "the last cross term has the wrong sign": right - 2 * count * zx * zw + bias,
        "zero_x * zero_w was counted once, not once per input feature": right - (count - 1) * zx * zw + bias,
        "zero_w was forgotten (its two cross terms)": raw - zx * sum_w + bias,
        "zero_x was forgotten (its two cross terms)": raw - zw * sum_x + bias,
        "the term zero_w * sum(q_x) is missing": right + zw * sum_x + bias,
        "the term zero_x * sum(q_w) is missing": right + zx * sum_w + bias,
        "both zero points were forgotten: the raw product of the codes": raw + bias,
        "the zero points were added, not subtracted": (x + zx) @ (w + zw[:, None]).T + bias,
        "the result is transposed: shape (n, out_features), one row per sample": (right + bias).T,
        "the sums of the corrections were taken over all elements, not per row": (
            raw - zw * x.sum() - zx * w.sum() + count * zx * zw + bias
        ),
    }
    if len(w) == count:
        found["zero_w was lined up with the input features; it has one entry per output channel (row of q_w)"] = (
            x - zx
        ) @ (w - zw).T + bias
        found["q_w was not transposed: its rows are the output channels"] = (x - zx) @ (w - zw[:, None]) + bias
    if len(w) == len(x):
        found["the bias was lined up with the samples; it has one entry per output channel"] = right + bias[:, None]
        found["zero_w and the sums of q_x were lined up the wrong way round"] = (
            raw - zw[:, None] * sum_x[:, 0] - zx * sum_w + count * zx * zw + bias
        )
    return found | wrapped_and_narrow(x, w, zx, zw, bias)


def holds(exercise, *arguments):
    exercise(*arguments).equals(exact(*arguments), dtype="exact", known=mistakes(*arguments))


def sample(seed, shape_x, shape_w, type_x=np.uint8, type_w=np.int8):
    rng = np.random.default_rng(seed)
    limits_x, limits_w = np.iinfo(type_x), np.iinfo(type_w)
    q_x = rng.integers(limits_x.min, limits_x.max + 1, shape_x).astype(type_x)
    q_w = rng.integers(limits_w.min, limits_w.max + 1, shape_w).astype(type_w)
    return q_x, q_w, rng.integers(-5000, 5000, shape_w[0]).astype(np.int32)


def test_agrees_with_onnxruntime(exercise):
    arguments = (np.array(ORT_X, np.uint8), np.array(ORT_W, np.int8), 131, np.array(ORT_ZERO_W), np.zeros(3, np.int32))
    answer = exercise(*arguments)
    answer.equals(np.array(ORT_Y, np.int32), dtype="exact", known=mistakes(*arguments))


def test_one_product(exercise):
    arguments = (np.array([[3]], np.uint8), np.array([[5]], np.int8), 10, -2, np.array([100], np.int32))
    answer = exercise(*arguments)
    answer.equals(np.array([[-7 * 7 + 100]], np.int32), dtype="exact", known=mistakes(*arguments))


@pytest.mark.parametrize("type_x", [np.uint8, np.int8], ids=["x_uint8", "x_int8"])
@pytest.mark.parametrize("type_w", [np.uint8, np.int8], ids=["w_uint8", "w_int8"])
def test_every_pair_of_types(exercise, type_x, type_w):
    q_x, q_w, bias = sample(1, (4, 9), (6, 9), type_x, type_w)
    holds(exercise, q_x, q_w, 77, -13 if type_w is np.int8 else 130, bias)


def test_square_matrices_with_one_zero_point_per_channel(exercise):
    q_x, q_w, bias = sample(2, (5, 5), (5, 5))
    holds(exercise, q_x, q_w, 128, np.array([-3, 0, 9, 60, -128]), bias)


def test_zero_points_of_the_type_of_the_codes(exercise):
    q_x, q_w, bias = sample(3, (3, 8), (4, 8), np.uint8, np.uint8)
    holds(exercise, q_x, q_w, np.uint8(200), np.array([0, 255, 128, 33], np.uint8), bias)
    q_x, q_w, bias = sample(4, (3, 8), (4, 8), np.int8, np.int8)
    holds(exercise, q_x, q_w, np.int8(-128), np.array([-128, 127, 0, 5], np.int8), bias)


def test_one_zero_point_of_the_type_of_the_codes(exercise):
    q_x, q_w, bias = sample(5, (2, 7), (3, 7), np.int8, np.uint8)
    holds(exercise, q_x, q_w, np.int8(100), np.uint8(250), bias)


def test_sums_that_float32_cannot_hold(exercise):
    q_x, q_w, bias = sample(6, (2, 3001), (2, 3001), np.uint8, np.uint8)
    q_x[:], q_w[:] = 255 - q_x // 64, 255 - q_w // 64
    bias[:] = [123456789, -1]
    holds(exercise, q_x, q_w, 1, np.array([2, 0]), bias)


def test_a_bias_that_float32_cannot_hold(exercise):
    q_x, q_w, bias = sample(7, (3, 4), (2, 4))
    bias[:] = [2**31 - 1 - 10**6, -(2**31) + 10**6]
    holds(exercise, q_x, q_w, 120, 4, bias)


def test_memory_order(exercise):
    q_x, q_w, bias = sample(8, (3, 6), (5, 6))
    holds(exercise, np.asfortranarray(q_x), np.asfortranarray(q_w), 90, np.arange(-2, 3), bias)


def test_refuses_columns_that_differ(exercise):
    q_x, q_w, bias = sample(9, (2, 4), (3, 5))
    exercise.raises(ValueError, q_x, q_w, 3, 4, bias, because="q_x has 4 columns, q_w has 5")
    one = q_x[:, :1].copy()
    exercise.raises(ValueError, one, q_w, 3, 4, bias, because="q_x has 1 column, q_w has 5; do not broadcast (不广播)")


@pytest.mark.parametrize("dtype", [np.float32, np.int32, np.bool_], ids=["float32", "int32", "bool"])
def test_refuses_what_are_no_8_bit_codes(exercise, dtype):
    q_x, q_w, bias = sample(10, (2, 4), (3, 4))
    because = "the codes must be uint8 or int8"
    exercise.raises(ValueError, q_x.astype(dtype), q_w, 3, 4, bias, because=because)
    exercise.raises(ValueError, q_x, q_w.astype(dtype), 3, 4, bias, because=because)
