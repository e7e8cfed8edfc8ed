"""Plausible wrong answers to symmetric_per_channel; a docstring's first line is found in the failure it gets."""

import numpy as np


def _checked(w, bits):
    if bits < 2 or bits > 8 or w.ndim != 2 or w.size == 0 or not np.isfinite(w).all():
        raise ValueError("bits or w")
    return 2 ** (bits - 1) - 1


def _nonzero(scale):
    return np.where(scale == 0, 1, scale)


def per_column(w, *, bits=8):
    """one scale per column: an output channel
    Solver's mistake.
    """
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=0) / qmax).astype(np.float32)
    return np.rint(w / scale).astype(np.int8), scale


def per_tensor(w, *, bits=8):
    """one scale for the whole matrix \\(per-tensor\\)
    Solver's mistake.
    """
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max() / qmax)
    return np.rint(w / scale).astype(np.int8), np.float32(scale)


def per_tensor_repeated(w, *, bits=8):
    """one scale for the whole matrix, repeated"""
    qmax = _checked(w, bits)
    scale = float(abs(w).max()) / qmax or 1.0
    return np.rint(w / scale).astype(np.int8), np.full(w.shape[0], scale, np.float32)


def keeps_the_axis(w, *, bits=8):
    """the scale kept an axis of length 1 \\(keepdims\\)
    Solver's mistake.
    """
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=1, keepdims=True) / qmax).astype(np.float32)
    return np.rint(w / scale).astype(np.int8), scale


def divides_by_128(w, *, bits=8):
    """absmax was divided by 2\\*\\*\\(bits - 1\\); the largest code"""
    _checked(w, bits)
    levels = 2 ** (bits - 1)
    scale = _nonzero(np.abs(w).max(axis=1) / levels).astype(np.float32)
    return np.clip(np.rint(w / scale[:, None]), -levels, levels - 1).astype(np.int8), scale


def divides_by_255(w, *, bits=8):
    """the steps of the whole range"""
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=1) / (2**bits - 1)).astype(np.float32)
    return np.clip(np.rint(w / scale[:, None]), -qmax - 1, qmax).astype(np.int8), scale


def full_range(w, *, bits=8):
    """divided by half of 2\\*\\*bits - 1
    Solver's mistake.
    """
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=1) * 2 / (2**bits - 1)).astype(np.float32)
    return np.clip(np.rint(w / scale[:, None]), -qmax - 1, qmax).astype(np.int8), scale


def forgets_abs(w, *, bits=8):
    """the maximum was taken without abs"""
    qmax = _checked(w, bits)
    scale = _nonzero(w.max(axis=1) / qmax).astype(np.float32)
    return np.clip(np.rint(w / scale[:, None]), -qmax, qmax).astype(np.int8), scale


def always_127(w, *, bits=8):
    """the scale is that of 8 bits, whatever bits is"""
    _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=1) / 127).astype(np.float32)
    return np.rint(w / scale[:, None]).astype(np.int8), scale


def asymmetric_scale(w, *, bits=8):
    """that of an asymmetric quantizer
    Solver's mistake.
    """
    qmax = _checked(w, bits)
    scale = _nonzero((w.max(axis=1) - w.min(axis=1)) / (2**bits - 1)).astype(np.float32)
    return np.clip(np.rint(w / scale[:, None]), -qmax - 1, qmax).astype(np.int8), scale


def inverse_scale(w, *, bits=8):
    """the scale is upside down"""
    qmax = _checked(w, bits)
    largest = _nonzero(np.abs(w).max(axis=1))
    scale = (qmax / largest).astype(np.float32)
    return np.rint(w * scale[:, None]).astype(np.int8), scale


def truncates(w, *, bits=8):
    """w / scale was truncated, not rounded"""
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w.astype(float)).max(axis=1) / qmax)
    return (w / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def half_up(w, *, bits=8):
    """half was rounded up"""
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=1) / qmax).astype(np.float32)
    return np.floor(w / scale[:, None] + 0.5).astype(np.int8), scale


def divides_zero_by_zero(w, *, bits=8):
    """the scale of a row of zeros .* is not 1\\.0
    Solver's mistake.
    """
    qmax = _checked(w, bits)
    scale = np.abs(w).max(axis=1) / qmax
    with np.errstate(all="ignore"):
        codes = np.nan_to_num(np.rint(w / scale[:, None])).astype(np.int8)
    return codes, scale.astype(np.float32)


def epsilon_under_the_scale(w, *, bits=8):
    """the scale of a row of zeros .* is not 1\\.0
    Solver's mistake.
    """
    qmax = _checked(w, bits)
    scale = np.maximum(np.abs(w).max(axis=1), 1e-12) / qmax
    return np.rint(w / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def scale_in_double(w, *, bits=8):
    """scale: expected dtype float32, returned float64
    Solver's mistake.
    """
    qmax = _checked(w, bits)
    scale = np.array([max(abs(float(v)) for v in row) / qmax or 1.0 for row in w])
    return np.rint(w / scale[:, None]).astype(np.int8), scale


def codes_as_floats(w, *, bits=8):
    """codes: expected dtype int8, returned float32"""
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=1) / qmax).astype(np.float32)
    return np.rint(w / scale[:, None]), scale


def swapped(w, *, bits=8):
    """came back in the wrong order"""
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=1) / qmax).astype(np.float32)
    return scale, np.rint(w / scale[:, None]).astype(np.int8)


def stored_unsigned(w, *, bits=8):
    """codes: expected dtype int8, returned uint8
    Solver's mistake.
    """
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=1) / qmax).astype(np.float32)
    return (np.rint(w / scale[:, None]) + qmax + 1).astype(np.uint8), scale


def only_the_codes(w, *, bits=8):
    """expected a tuple of 2 \\(codes, scale\\), returned an array"""
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=1) / qmax)
    return np.rint(w / scale[:, None]).astype(np.int8)


def normalises_in_place(w, *, bits=8):
    """after the call, w is"""
    qmax = _checked(w, bits)
    scale = _nonzero(np.abs(w).max(axis=1) / qmax).astype(np.float32)
    w /= scale[:, None]
    return np.rint(w).astype(np.int8), scale


def accepts_anything(w, *, bits=8):
    """expected ValueError, returned .*bits must be in 2 \\.\\. 8"""
    qmax = max(2 ** (bits - 1) - 1, 1)
    scale = _nonzero(np.abs(w).max(axis=1) / qmax).astype(np.float32)
    return np.rint(w / scale[:, None]).astype(np.int8), scale
