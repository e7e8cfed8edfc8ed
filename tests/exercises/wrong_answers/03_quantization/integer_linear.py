"""Plausible wrong answers to integer_linear; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(q_x, q_w):
    eight = (np.dtype(np.uint8), np.dtype(np.int8))
    if q_x.dtype not in eight or q_w.dtype not in eight or q_x.shape[1] != q_w.shape[1]:
        raise ValueError("dtypes or columns")


def _wide(q_x, q_w, zero_x, zero_w):
    """Return everything as int32, the zero points of w as a column."""
    _checked(q_x, q_w)
    zeros = np.broadcast_to(np.asarray(zero_w, np.int32), len(q_w))[:, None]
    return q_x.astype(np.int32), q_w.astype(np.int32), np.int32(zero_x), zeros


def last_term_forgotten(q_x, q_w, zero_x, zero_w, bias):
    """the last cross term .* is missing"""
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    return x @ w.T - zw.T * x.sum(1, dtype=np.int32)[:, None] - zx * w.sum(1, dtype=np.int32) + bias


def last_term_counted_once(q_x, q_w, zero_x, zero_w, bias):
    """zero_x \\* zero_w was counted once"""
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    product = x @ w.T - zw.T * x.sum(1, dtype=np.int32)[:, None] - zx * w.sum(1, dtype=np.int32)
    return product + zx * zw.T + bias


def symmetric_weights(q_x, q_w, zero_x, zero_w, bias):
    """zero_w was forgotten"""
    x, w, zx, _ = _wide(q_x, q_w, zero_x, zero_w)
    return (x - zx) @ w.T + bias


def symmetric_activations(q_x, q_w, zero_x, zero_w, bias):
    """zero_x was forgotten
    Solver's mistake.
    """
    x, w, _, zw = _wide(q_x, q_w, zero_x, zero_w)
    return x @ (w - zw).T + bias


def raw_product(q_x, q_w, zero_x, zero_w, bias):
    """the raw product of the codes"""
    x, w, _, _ = _wide(q_x, q_w, zero_x, zero_w)
    return x @ w.T + bias


def subtracts_in_8_bits(q_x, q_w, zero_x, zero_w, bias):
    """wrapped \\(溢出回绕\\) in 8 bits
    Solver's mistake.
    """
    _, w, _, zw = _wide(q_x, q_w, zero_x, zero_w)
    centred = q_x - np.asarray(zero_x).astype(q_x.dtype)
    return centred.astype(np.int32) @ (w - zw).T + bias


def stores_centred_codes_as_int8(q_x, q_w, zero_x, zero_w, bias):
    """wrapped \\(溢出回绕\\) in 8 bits
    Solver's mistake.
    """
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    a, b = (x - zx).astype(np.int8), (w - zw).astype(np.int8)
    return a.astype(np.int32) @ b.T.astype(np.int32) + bias


def numpy_zero_points_as_they_come(q_x, q_w, zero_x, zero_w, bias):
    """values differ"""
    _checked(q_x, q_w)
    zeros = np.reshape(zero_w, (-1, 1))
    corrections = q_x.shape[1] * zero_x * zeros.T
    x, w = q_x.astype(np.int32), q_w.astype(np.int32)
    product = x @ w.T - zeros.T * x.sum(1)[:, None] - zero_x * w.sum(1)
    return (product + corrections + bias).astype(np.int32)


def accumulates_in_16_bits(q_x, q_w, zero_x, zero_w, bias):
    """the sums were kept in 16 bits
    Solver's mistake.
    """
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    return ((x - zx).astype(np.int16) @ (w - zw).T.astype(np.int16)).astype(np.int32) + bias


def float32_matmul(q_x, q_w, zero_x, zero_w, bias):
    """float32 .*exact.* only up to 2\\*\\*24
    Solver's mistake.
    """
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    sums = (x - zx).astype(np.float32) @ (w - zw).T.astype(np.float32)
    return sums.astype(np.int32) + bias


def bias_added_as_float32(q_x, q_w, zero_x, zero_w, bias):
    """values differ
    Solver's mistake.
    """
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    sums = ((x - zx) @ (w - zw).T).astype(np.float32) + bias.astype(np.float32)
    return np.rint(sums).astype(np.int32)


def zero_points_along_the_input(q_x, q_w, zero_x, zero_w, bias):
    """zero_w was lined up with the input features
    Solver's mistake.
    """
    _checked(q_x, q_w)
    zeros = np.asarray(zero_w, np.int32)
    if zeros.ndim and len(zeros) != q_w.shape[1]:
        zeros = zeros[:, None]
    return (q_x.astype(np.int32) - int(zero_x)) @ (q_w.astype(np.int32) - zeros).T + bias


def weights_not_transposed(q_x, q_w, zero_x, zero_w, bias):
    """q_w was not transposed"""
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    right = (w - zw) if w.shape[0] == w.shape[1] else (w - zw).T
    return (x - zx) @ right + bias


def returns_out_by_n(q_x, q_w, zero_x, zero_w, bias):
    """the result is transposed"""
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    return (w - zw) @ (x - zx).T + bias[:, None]


def without_bias(q_x, q_w, zero_x, zero_w, bias):
    """the bias is missing"""
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    return (x - zx) @ (w - zw).T


def adds_the_zero_points(q_x, q_w, zero_x, zero_w, bias):
    """the zero points were added"""
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    return (x + zx) @ (w + zw).T + bias


def int64_sums(q_x, q_w, zero_x, zero_w, bias):
    """expected dtype int32, returned int64
    Solver's mistake.
    """
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    return (x - zx).astype(np.int64) @ (w - zw).T + bias


def totals_in_place_of_row_sums(q_x, q_w, zero_x, zero_w, bias):
    """taken over all elements, not per row"""
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    corrections = -zw.T * np.int32(x.sum()) - zx * np.int32(w.sum()) + np.int32(x.shape[1]) * zx * zw.T
    return x @ w.T + corrections + bias


def scalar_zero_points_only(q_x, q_w, zero_x, zero_w, bias):
    """TypeError
    Solver's mistake.
    """
    _checked(q_x, q_w)
    return (q_x.astype(np.int32) - int(zero_x)) @ (q_w.astype(np.int32) - int(zero_w)).T + bias


def adds_the_bias_in_place(q_x, q_w, zero_x, zero_w, bias):
    """after the call, bias is"""
    x, w, zx, zw = _wide(q_x, q_w, zero_x, zero_w)
    bias += 1
    return (x - zx) @ (w - zw).T + bias - np.int32(1)


def takes_floats(q_x, q_w, zero_x, zero_w, bias):
    """the codes must be uint8 or int8"""
    zeros = np.broadcast_to(np.asarray(zero_w, np.int32), len(q_w))[:, None]
    return (q_x.astype(np.int32) - int(zero_x)) @ (q_w.astype(np.int32) - zeros).T + bias
