"""Right answers to group_quantize in other styles; each must pass."""

import math

import numpy as np


def plain_python(w, *, bits=4, group_size):
    """Three loops over Python floats."""
    if not 2 <= bits <= 8 or w.ndim != 2 or 0 in w.shape:
        raise ValueError("bits or shape")
    if group_size <= 0 or w.shape[1] % group_size > 0 or not all(math.isfinite(v) for v in w.ravel()):
        raise ValueError("group_size or values")
    qmax = (1 << bits) - 1
    codes, scales, zeros = [], [], []
    for row in w.tolist():
        codes.append([])
        scales.append([])
        zeros.append([])
        for start in range(0, len(row), group_size):
            group = row[start : start + group_size]
            lo, hi = min(group + [0.0]), max(group + [0.0])
            scale = (hi - lo) / qmax if hi > lo else 1.0
            zero = round(-lo / scale)
            codes[-1] += [max(0, min(qmax, round(v / scale) + zero)) for v in group]
            scales[-1].append(scale)
            zeros[-1].append(zero)
    return np.array(codes, np.uint8), np.array(scales, np.float32), np.array(zeros, np.uint8)


def reduceat_and_repeat(w, *, bits=4, group_size):
    """No third axis: ufunc.reduceat over the starts of the groups, then repeat, in double precision."""
    if w.ndim != 2 or w.size < 1 or bits not in range(2, 9) or not np.isfinite(w.sum(dtype=np.float64)):
        raise ValueError("w or bits")
    if group_size < 1 or w.shape[1] // group_size * group_size != w.shape[1]:
        raise ValueError("group_size")
    starts = np.arange(0, w.shape[1], group_size)
    wide = w.astype(np.float64)
    lo = np.minimum.reduceat(wide, starts, axis=1).clip(max=0)
    hi = np.maximum.reduceat(wide, starts, axis=1).clip(min=0)
    scale = (hi - lo) / (2**bits - 1)
    scale[hi == lo] = 1
    zero = np.round(-lo / scale).astype(np.uint8)
    steps = np.round(wide / scale.repeat(group_size, axis=1)).astype(np.int64) + zero.repeat(group_size, axis=1)
    return steps.clip(0, 2**bits - 1).astype(np.uint8), scale.astype(np.float32), zero


def groups_as_rows(w, *, bits=4, group_size):
    """Every group a row of one tall float32 matrix."""
    if np.ndim(w) != 2 or not w.size or not np.isfinite(w).all() or bits < 2 or bits > 8:
        raise ValueError("w or bits")
    if group_size < 1 or divmod(w.shape[1], group_size)[1]:
        raise ValueError("group_size")
    tall = np.ascontiguousarray(w, np.float32).reshape(-1, group_size)
    padded = np.concatenate([tall, np.zeros((len(tall), 1), np.float32)], axis=1)
    scale = np.ptp(padded, axis=1) / np.float32(2**bits - 1)
    scale += scale == 0
    zero = np.rint(-padded.min(axis=1) / scale)
    codes = np.minimum(np.rint(tall.T / scale) + zero, 2**bits - 1).T
    shape = (w.shape[0], -1)
    return codes.astype(np.uint8).reshape(w.shape), scale.reshape(shape), zero.astype(np.uint8).reshape(shape)
