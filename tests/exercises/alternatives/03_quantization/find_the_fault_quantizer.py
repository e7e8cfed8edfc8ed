"""Right repairs of the quantizer in other styles; each must pass."""

import numpy as np


def clamp_in_int32(w, *, clip_ratio=1.0):
    """The two lines of ``faulty`` in the right order."""
    if not 0 < clip_ratio <= 1:
        raise ValueError(f"clip_ratio must be in (0, 1]; got {clip_ratio}")
    threshold = clip_ratio * np.abs(w).max(axis=1)
    scale = np.where(threshold > 0, threshold / 127, 1.0).astype(np.float32)
    steps = np.rint(w / scale[:, None]).astype(np.int32)
    codes = np.clip(steps, -127, 127)
    return codes.astype(np.int8), scale


def clip_the_weights_first(w, *, clip_ratio=1.0):
    """Saturate the real values, so that no step can exceed 127."""
    if not 0 < clip_ratio <= 1:
        raise ValueError("clip_ratio")
    limit = clip_ratio * np.abs(w.astype(np.float64)).max(axis=1, keepdims=True)
    scale = np.where(limit > 0, limit / 127, 1.0)
    return np.rint(np.clip(w, -limit, limit) / scale).astype(np.int8), scale[:, 0].astype(np.float32)


def loops(w, *, clip_ratio=1.0):
    """Row by row in Python floats."""
    if clip_ratio != clip_ratio or clip_ratio <= 0 or clip_ratio > 1:
        raise ValueError("clip_ratio")
    codes, scales = [], []
    for row in w.tolist():
        scale = clip_ratio * max(abs(v) for v in row) / 127 or 1.0
        codes.append([max(-127, min(127, round(v / scale))) for v in row])
        scales.append(scale)
    return np.array(codes, np.int8), np.array(scales, np.float32)
