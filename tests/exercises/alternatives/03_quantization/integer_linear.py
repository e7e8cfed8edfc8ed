"""Right answers to integer_linear in other styles; each must pass."""

import numpy as np


def centred_first(q_x, q_w, zero_x, zero_w, bias):
    """The short form: subtract, multiply, add."""
    if any(codes.dtype not in (np.uint8, np.int8) for codes in (q_x, q_w)) or q_x.shape[1] != q_w.shape[1]:
        raise ValueError("codes")
    a = q_x.astype(np.int32) - np.int32(zero_x)
    b = q_w.astype(np.int32) - np.reshape(np.asarray(zero_w, np.int32), (-1, 1))
    return a @ b.T + bias


def loops(q_x, q_w, zero_x, zero_w, bias):
    """Python integers."""
    if {q_x.dtype.name, q_w.dtype.name} - {"uint8", "int8"} or q_x.shape[1] != q_w.shape[1]:
        raise ValueError("codes")
    zeros = [int(zero_w)] * len(q_w) if np.ndim(zero_w) == 0 else [int(z) for z in zero_w]
    acc = np.zeros((len(q_x), len(q_w)), np.int32)
    w = [[c - z for c in row] for row, z in zip(q_w.tolist(), zeros, strict=True)]
    for i, row in enumerate(q_x.tolist()):
        centred = [c - int(zero_x) for c in row]
        for o, weights in enumerate(w):
            acc[i, o] = sum(a * b for a, b in zip(centred, weights, strict=True)) + int(bias[o])
    return acc


def float64_blas(q_x, q_w, zero_x, zero_w, bias):
    """float64 holds every integer up to 2**53, so BLAS is exact here."""
    for codes in (q_x, q_w):
        if codes.dtype.kind not in "iu" or codes.dtype.itemsize != 1:
            raise ValueError("codes")
    if q_x.shape[-1] != q_w.shape[-1]:
        raise ValueError("columns")
    a = q_x.astype(np.float64) - float(zero_x)
    b = q_w.astype(np.float64).T - np.asarray(zero_w, np.float64)
    return (np.dot(a, b) + bias).astype(np.int32)


def einsum_of_the_four_terms(q_x, q_w, zero_x, zero_w, bias):
    """The four terms in int64."""
    if q_x.dtype not in (np.uint8, np.int8) or q_w.dtype not in (np.uint8, np.int8):
        raise ValueError("codes")
    x, w = q_x.astype(np.int64), q_w.astype(np.int64)
    n, (out, count) = len(x), w.shape
    if x.shape[1] != count:
        raise ValueError("columns")
    zx, zw = int(zero_x), np.zeros(out, np.int64) + np.asarray(zero_w).astype(np.int64)
    acc = np.einsum("ij,oj->io", x, w)
    acc -= np.einsum("o,ij->io", zw, x)
    acc -= zx * np.einsum("oj->o", w)
    acc += np.tile(count * zx * zw + bias, (n, 1))
    return acc.astype(np.int32)
