"""Wrong repairs of the quantizer; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _scale(w, clip_ratio):
    if not 0 < clip_ratio <= 1:
        raise ValueError("clip_ratio")
    threshold = clip_ratio * np.abs(w).max(axis=1)
    return np.where(threshold > 0, threshold / 127, 1.0).astype(np.float32)


def unrepaired(w, *, clip_ratio=1.0):
    """the fault is still there"""
    scale = _scale(w, clip_ratio)
    codes = np.rint(w / scale[:, None]).astype(np.int32).astype(np.int8)
    return np.clip(codes, -127, 127), scale


def clamp_removed(w, *, clip_ratio=1.0):
    """now the clamp is gone as well
    Solver's mistake.
    """
    scale = _scale(w, clip_ratio)
    return np.rint(w / scale[:, None]).astype(np.int32).astype(np.int8), scale


def sign_restored(w, *, clip_ratio=1.0):
    """the signs were mended but not the wrap
    Solver's mistake.
    """
    scale = _scale(w, clip_ratio)
    steps = np.rint(w / scale[:, None]).astype(np.int32)
    codes = steps.astype(np.int8).astype(np.int32)
    codes = np.where(np.abs(steps) > 127, np.sign(steps) * np.abs(codes), codes)
    return np.clip(codes, -127, 127).astype(np.int8), scale


def ratio_ignored(w, *, clip_ratio=1.0):
    """clip_ratio is ignored now"""
    _scale(w, clip_ratio)
    scale = _scale(w, 1.0)
    return np.rint(w / scale[:, None]).astype(np.int8), scale


def clipped_weights_on_the_wide_scale(w, *, clip_ratio=1.0):
    """clip_ratio is ignored in the scale"""
    _scale(w, clip_ratio)
    scale = _scale(w, 1.0)
    limit = clip_ratio * np.abs(w).max(axis=1, keepdims=True)
    return np.rint(np.clip(w, -limit, limit) / scale[:, None]).astype(np.int8), scale


def clamps_to_all_of_int8(w, *, clip_ratio=1.0):
    """the clamp lets -128 pass"""
    scale = _scale(w, clip_ratio)
    return np.clip(np.rint(w / scale[:, None]), -128, 127).astype(np.int8), scale


def wider_codes(w, *, clip_ratio=1.0):
    """q: expected dtype int8, returned int16
    Solver's mistake.
    """
    scale = _scale(w, clip_ratio)
    return np.clip(np.rint(w / scale[:, None]).astype(np.int16), -127, 127), scale


def wide_and_unclamped(w, *, clip_ratio=1.0):
    """q: expected dtype int8, returned int32"""
    scale = _scale(w, clip_ratio)
    return np.rint(w / scale[:, None]).astype(np.int32), scale


def unsigned_codes(w, *, clip_ratio=1.0):
    """q: expected dtype int8, returned uint8
    Solver's mistake.
    """
    scale = _scale(w, clip_ratio)
    return np.clip(np.rint(w / scale[:, None]), 0, 255).astype(np.uint8), scale


def blamed_the_127(w, *, clip_ratio=1.0):
    """the last code is 127
    Solver's mistake.
    """
    if not 0 < clip_ratio <= 1:
        raise ValueError("clip_ratio")
    threshold = clip_ratio * np.abs(w).max(axis=1)
    scale = np.where(threshold > 0, threshold / 128, 1.0).astype(np.float32)
    return np.clip(np.rint(w / scale[:, None]), -128, 127).astype(np.int8), scale


def blamed_the_axis(w, *, clip_ratio=1.0):
    """scale: expected shape|one scale for the whole matrix|values differ
    Solver's mistake.
    """
    if not 0 < clip_ratio <= 1:
        raise ValueError("clip_ratio")
    threshold = clip_ratio * np.abs(w).max(axis=0)
    scale = np.where(threshold > 0, threshold / 127, 1.0).astype(np.float32)
    return np.clip(np.rint(w / scale), -127, 127).astype(np.int8), scale


def blamed_the_rounding(w, *, clip_ratio=1.0):
    """the codes were truncated"""
    scale = _scale(w, clip_ratio)
    return np.clip((w / scale[:, None]).astype(np.int32), -127, 127).astype(np.int8), scale


def blamed_the_rounding_of_halves(w, *, clip_ratio=1.0):
    """a half was rounded up
    Solver's mistake.
    """
    scale = _scale(w, clip_ratio)
    return np.clip(np.floor(w / scale[:, None] + 0.5), -127, 127).astype(np.int8), scale


def one_scale_for_the_matrix(w, *, clip_ratio=1.0):
    """one scale for the whole matrix"""
    _scale(w, clip_ratio)
    scale = np.float32(clip_ratio * np.abs(w).max() / 127 or 1.0)
    return np.clip(np.rint(w / scale), -127, 127).astype(np.int8), np.full(len(w), scale)


def lost_the_zero_rows(w, *, clip_ratio=1.0):
    """scale: .*expected 1.0, returned 0.0"""
    if not 0 < clip_ratio <= 1:
        raise ValueError("clip_ratio")
    scale = (clip_ratio * np.abs(w).max(axis=1) / 127).astype(np.float32)
    codes = np.nan_to_num(np.rint(w / scale[:, None]))
    return np.clip(codes, -127, 127).astype(np.int8), scale


def clips_the_weights_in_place(w, *, clip_ratio=1.0):
    """after the call, w is"""
    scale = _scale(w, clip_ratio)
    limit = 127 * scale[:, None]
    np.clip(w, -limit, limit, out=w)
    return np.rint(w / scale[:, None]).astype(np.int8), scale


def raises_on_saturation(w, *, clip_ratio=1.0):
    """OverflowError
    Solver's mistake.
    """
    scale = _scale(w, clip_ratio)
    steps = np.rint(w / scale[:, None])
    if np.abs(steps).max() > 127:
        raise OverflowError("a code does not fit int8")
    return steps.astype(np.int8), scale


def lost_the_check(w, *, clip_ratio=1.0):
    """expected ValueError, returned .*clip_ratio must be in"""
    threshold = abs(clip_ratio) * np.abs(w).max(axis=1)
    scale = np.where(threshold > 0, threshold / 127, 1.0).astype(np.float32)
    return np.clip(np.rint(w / scale[:, None]), -127, 127).astype(np.int8), scale
