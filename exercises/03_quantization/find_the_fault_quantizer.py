"""Debugging exercise (调试练习): find the one fault in a per-channel int8 quantizer (逐通道量化器).

Questions: B03, B18 | Difficulty: 2/5 | Minutes: 10 | Points: 15

``faulty`` below should quantize a weight matrix to symmetric int8 (对称量化), one scale per row (output channel):

    t[i] = clip_ratio * max_j |w[i, j]|        scale[i] = t[i] / 127
    q[i, j] = clamp(round(w[i, j] / scale[i]), -127, 127)

With ``clip_ratio < 1`` the largest weights saturate at the end of the grid (饱和截断), which leaves a finer step for
the others. A row of zeros has scale 1.0 and codes 0. Round half to even, as ``np.rint`` does.

The report (故障报告): "All tests passed with the default clip_ratio. With clip_ratio=0.7, the accuracy collapsed: a
few large weights come back with the opposite sign."

Task (任务): find the fault (there is exactly one) and write the repaired quantizer as ``find_the_fault_quantizer``.
Copying ``faulty`` and changing one or two lines is enough. Leave ``faulty`` as it is, for comparison.

w : (out_features, in_features) float32 or float64, finite.  clip_ratio : above 0, at most 1.
Return the tuple ``(q, scale)``: ``q`` int8 of the shape of ``w``, ``scale`` float32 of shape (out_features,).
Do not change ``w``. Tolerance (容差): ``q`` exact, ``scale`` to a relative 1e-6.
Raise ``ValueError`` where ``clip_ratio`` is not in (0, 1].
"""

import numpy as np


def faulty(w: np.ndarray, *, clip_ratio: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return int8 codes and one scale per row; something in here is wrong."""
    if not 0 < clip_ratio <= 1:
        raise ValueError(f"clip_ratio must be in (0, 1]; got {clip_ratio}")
    threshold = clip_ratio * np.abs(w).max(axis=1)
    scale = np.where(threshold > 0, threshold / 127, 1.0).astype(np.float32)
    steps = np.rint(w / scale[:, None]).astype(np.int32)
    codes = steps.astype(np.int8)
    codes = np.clip(codes, -127, 127)
    return codes, scale


def find_the_fault_quantizer(w: np.ndarray, *, clip_ratio: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(q, scale)``: int8 codes and one float32 scale for each row of ``w``."""
    raise NotImplementedError
