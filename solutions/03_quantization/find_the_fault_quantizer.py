"""Reference answer: the repaired per-channel int8 quantizer."""

import numpy as np


def find_the_fault_quantizer(w: np.ndarray, *, clip_ratio: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(q, scale)``: int8 codes and one float32 scale for each row of ``w``."""
    if not 0 < clip_ratio <= 1:
        raise ValueError(f"clip_ratio must be in (0, 1]; got {clip_ratio}")
    threshold = clip_ratio * np.abs(w).max(axis=1)
    scale = np.where(threshold > 0, threshold / 127, 1.0).astype(np.float32)
    steps = np.rint(w / scale[:, None])

    # The fault: the steps were stored as int8 before they were clamped. An int8 wraps: 181 became 181 - 256 = -75, a
    # legal code of the wrong sign, and a clamp that comes after cannot see it. With clip_ratio = 1 no step exceeds 127,
    # so nothing wrapped and every test passed. Clamp in the wide type first, store narrow last.
    codes = np.clip(steps, -127, 127).astype(np.int8)
    return codes, scale
