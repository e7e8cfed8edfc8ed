"""Symmetric quantization of a weight matrix, one scale per output row (对称、逐通道 per-channel 量化).

Questions: B18, B03 | Difficulty: 2/5 | Minutes: 8 | Points: 15

A weight ``w`` has shape (out_features, in_features); each output feature (输出通道) is one row. Row i gets a scale
of its own, and the zero point is 0 (对称), so the codes are signed:

    scale[i] = max over j of |w[i, j]| / qmax,   qmax = 2**(bits - 1) - 1
    codes[i, j] = round(w[i, j] / scale[i])                                 w'[i, j] = scale[i] * codes[i, j]

Task (任务): return the tuple ``(codes, scale)``.

1. codes : int8 (out_features, in_features) for every ``bits``; they lie in -qmax .. qmax, so the lowest code
   -2**(bits - 1) stays unused. Round half to even, as ``np.rint`` does (四舍六入五成双). Except for quotients that are
   exactly a half, none lies near one: compute in float32 or in float64.
2. scale : float32 (out_features,), to a relative 1e-6; the codes are exact.
3. A row of zeros (全零行): scale 1.0 and codes 0.

w : float32 or float64; do not change it.  bits : 2 to 8.
Raise ``ValueError`` where ``w`` is not 2-D, has no element, or holds NaN or infinity, or where ``bits`` is not in
2 .. 8.
"""

import numpy as np


def symmetric_per_channel(w: np.ndarray, *, bits: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(codes, scale)``: int8 codes of the shape of ``w`` and one float32 scale per row."""
    raise NotImplementedError
