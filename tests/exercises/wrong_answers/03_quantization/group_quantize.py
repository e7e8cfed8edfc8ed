"""Plausible wrong answers to group_quantize; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(w, bits, group_size):
    if bits < 2 or bits > 8 or w.ndim != 2 or w.size == 0 or not np.isfinite(w).all():
        raise ValueError("bits or w")
    if group_size < 1 or w.shape[1] % group_size != 0:
        raise ValueError("group_size")
    return w.shape[0], w.shape[1] // group_size, 2**bits - 1


def _params(grouped, qmax):
    lo, hi = np.minimum(grouped.min(-1, keepdims=True), 0), np.maximum(grouped.max(-1, keepdims=True), 0)
    scale = (hi - lo) / qmax
    scale[scale == 0] = 1
    return lo, scale, np.rint(-lo / scale)


def _result(codes, scale, zero):
    return codes.astype(np.uint8), scale.astype(np.float32), zero.astype(np.uint8)


def every_so_many_columns(w, *, bits=4, group_size):
    """the groups take every so many columns
    Solver's mistake.
    """
    out, groups, qmax = _checked(w, bits, group_size)
    codes, scale, zero = np.zeros(w.shape), np.zeros((out, groups)), np.zeros((out, groups))
    for g in range(groups):
        part = w[:, g::groups]
        _, s, z = _params(part, qmax)
        codes[:, g::groups] = np.clip(np.rint(part / s) + z, 0, qmax)
        scale[:, g], zero[:, g] = s[:, 0], z[:, 0]
    return _result(codes, scale, zero)


def down_the_columns(w, *, bits=4, group_size):
    """the groups run down the columns
    Solver's mistake.
    """
    _, _, qmax = _checked(w, bits, group_size)
    if len(w) % group_size:
        raise ValueError("group_size must divide the rows")
    grouped = w.T.reshape(w.shape[1], -1, group_size)
    _, scale, zero = _params(grouped, qmax)
    codes = np.clip(np.rint(grouped / scale) + zero, 0, qmax)
    return _result(codes.reshape(w.T.shape).T, scale[..., 0].T, zero[..., 0].T)


def not_grouped(w, *, bits=4, group_size):
    """the row was not cut into groups"""
    _, _, qmax = _checked(w, bits, group_size)
    _, scale, zero = _params(w, qmax)
    return _result(np.clip(np.rint(w / scale) + zero, 0, qmax), scale, zero)


def one_range_for_all(w, *, bits=4, group_size):
    """one scale for the whole matrix, repeated"""
    out, groups, qmax = _checked(w, bits, group_size)
    lo, hi = min(float(w.min()), 0.0), max(float(w.max()), 0.0)
    scale = (hi - lo) / qmax or 1.0
    zero = round(-lo / scale)
    codes = np.clip(np.rint(w / scale) + zero, 0, qmax)
    return _result(codes, np.full((out, groups), scale), np.full((out, groups), zero))


def codes_stay_grouped(w, *, bits=4, group_size):
    """the codes kept the axis of groups
    Solver's mistake.
    """
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    _, scale, zero = _params(grouped, qmax)
    return _result(np.clip(np.rint(grouped / scale) + zero, 0, qmax), scale[..., 0], zero[..., 0])


def keeps_the_axis(w, *, bits=4, group_size):
    """scale and zero point kept an axis of length 1
    Solver's mistake.
    """
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    _, scale, zero = _params(grouped, qmax)
    return _result(np.clip(np.rint(grouped / scale) + zero, 0, qmax).reshape(w.shape), scale, zero)


def range_without_zero(w, *, bits=4, group_size):
    """the range was not widened to contain 0"""
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    lo, hi = grouped.min(-1, keepdims=True), grouped.max(-1, keepdims=True)
    scale = np.where(hi > lo, (hi - lo) / qmax, 1)
    zero = np.clip(np.rint(-lo / scale), 0, qmax)
    codes = np.clip(np.rint(grouped / scale) + zero, 0, qmax)
    return _result(codes.reshape(w.shape), scale[..., 0], zero[..., 0])


def as_many_steps_as_codes(w, *, bits=4, group_size):
    """there are 2\\*\\*bits - 1 steps between 2\\*\\*bits codes"""
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    _, scale, zero = _params(grouped, 2**bits)
    zero = np.clip(zero, 0, qmax)
    codes = np.clip(np.rint(grouped / scale) + zero, 0, qmax)
    return _result(codes.reshape(w.shape), scale[..., 0], zero[..., 0])


def no_clamp(w, *, bits=4, group_size):
    """where both ends round up, one code is 2\\*\\*bits"""
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    _, scale, zero = _params(grouped, qmax)
    codes = (np.rint(grouped / scale) + zero).astype(int)
    return _result(codes.reshape(w.shape), scale[..., 0], zero[..., 0])


def symmetric(w, *, bits=4, group_size):
    """a symmetric quantizer: absmax over half the codes
    Solver's mistake.
    """
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    middle = 2 ** (bits - 1)
    scale = np.abs(grouped).max(-1, keepdims=True) / (middle - 1)
    scale[scale == 0] = 1
    codes = np.clip(np.rint(grouped / scale) + middle, 0, qmax)
    return _result(codes.reshape(w.shape), scale[..., 0], np.full((out, groups), middle))


def truncates(w, *, bits=4, group_size):
    """rounding was left out: the cast truncates"""
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size).astype(float)
    lo, scale, _ = _params(grouped, qmax)
    zero = (-lo / scale).astype(int)
    codes = np.clip((grouped / scale).astype(int) + zero, 0, qmax)
    return _result(codes.reshape(w.shape), scale[..., 0], zero[..., 0])


def truncated_zero_point(w, *, bits=4, group_size):
    """the zero point \\(零点\\) was truncated
    Solver's mistake.
    """
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    lo, scale, _ = _params(grouped, qmax)
    zero = (-lo / scale).astype(np.uint8)
    codes = np.clip(np.rint(grouped / scale) + zero, 0, qmax)
    return _result(codes.reshape(w.shape), scale[..., 0], zero[..., 0])


def steps_from_lo(w, *, bits=4, group_size):
    """the codes count steps from lo
    Solver's mistake.
    """
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    lo, scale, zero = _params(grouped, qmax)
    codes = np.clip(np.rint((grouped - lo) / scale), 0, qmax)
    return _result(codes.reshape(w.shape), scale[..., 0], zero[..., 0])


def zero_point_not_added(w, *, bits=4, group_size):
    """the zero point \\(零点\\) was not added to the codes"""
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    _, scale, zero = _params(grouped, qmax)
    codes = np.clip(np.rint(grouped / scale), 0, qmax)
    return _result(codes.reshape(w.shape), scale[..., 0], zero[..., 0])


def half_up(w, *, bits=4, group_size):
    """half was rounded up"""
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    lo, scale, _ = _params(grouped, qmax)
    zero = np.floor(-lo / scale + 0.5)
    codes = np.clip(np.floor(grouped / scale + 0.5) + zero, 0, qmax)
    return _result(codes.reshape(w.shape), scale[..., 0], zero[..., 0])


def stores_lo(w, *, bits=4, group_size):
    """zero_point: expected dtype uint8, returned float32
    Solver's mistake.
    """
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    lo, scale, zero = _params(grouped, qmax)
    codes = np.clip(np.rint(grouped / scale) + zero, 0, qmax).astype(np.uint8)
    return codes.reshape(w.shape), scale[..., 0].astype(np.float32), lo[..., 0].astype(np.float32)


def order_of_the_tuple(w, *, bits=4, group_size):
    """scale: expected dtype float32, returned uint8"""
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    _, scale, zero = _params(grouped, qmax)
    codes, s, z = _result(np.clip(np.rint(grouped / scale) + zero, 0, qmax), scale[..., 0], zero[..., 0])
    return codes.reshape(w.shape), z, s


def divides_zero_by_zero(w, *, bits=4, group_size):
    """the scale of a group of zeros .* is not 1\\.0"""
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    lo, hi = np.minimum(grouped.min(-1, keepdims=True), 0), np.maximum(grouped.max(-1, keepdims=True), 0)
    scale = (hi - lo) / qmax
    with np.errstate(all="ignore"):
        zero = np.nan_to_num(np.rint(-lo / scale))
        codes = np.clip(np.nan_to_num(np.rint(grouped / scale)) + zero, 0, qmax)
    return _result(codes.reshape(w.shape), scale[..., 0], zero[..., 0])


def ragged_last_group(w, *, bits=4, group_size):
    """does not divide the 4 inputs
    Solver's mistake.
    """
    _checked(w, bits, 1)
    if group_size < 1:
        raise ValueError("group_size")
    parts = []
    for start in range(0, w.shape[1], group_size):
        part = w[:, start : start + group_size]
        _, scale, zero = _params(part, 2**bits - 1)
        parts.append((np.clip(np.rint(part / scale) + zero, 0, 2**bits - 1), scale, zero))
    return _result(*(np.concatenate(items, axis=1) for items in zip(*parts, strict=True)))


def works_in_place(w, *, bits=4, group_size):
    """after the call, w is"""
    out, groups, qmax = _checked(w, bits, group_size)
    grouped = w.reshape(out, groups, group_size)
    _, scale, zero = _params(grouped, qmax)
    grouped /= scale
    return _result(np.clip(np.rint(grouped) + zero, 0, qmax).reshape(w.shape), scale[..., 0], zero[..., 0])


def any_bits(w, *, bits=4, group_size):
    """expected ValueError, returned .*bits must be in 2 \\.\\. 8"""
    out, groups, _ = _checked(w, 4, group_size)
    grouped = w.reshape(out, groups, group_size)
    _, scale, zero = _params(grouped, 2**bits - 1)
    codes = np.clip(np.rint(grouped / scale) + zero, 0, 2**bits - 1)
    return _result(codes.reshape(w.shape), scale[..., 0], zero[..., 0])
