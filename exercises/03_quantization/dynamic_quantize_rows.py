"""Dynamic quantization of activations, one scale per row (动态量化: 每个 token 一个 scale).

Questions: B17, H04 | Difficulty: 2/5 | Minutes: 8 | Points: 15

Dynamic means that the scale is computed at inference, from the activations that have just arrived; static (静态量化)
takes it from an earlier calibration (校准). Each row of ``x`` is one token with its own symmetric int8 grid (对称):

    scale[i] = max_j |x[i, j]| / 127        q[i, j] = clamp(round(x[i, j] / scale[i]), -127, 127)

1. Round half to even, as ``np.rint`` does (四舍六入五成双); -128 is never used.
2. A row of zeros (全零行) has scale 1.0 and codes 0: nothing may become NaN.
3. Compute in float32 or float64, also where ``x`` is float16.

x : (n_tokens, features), float16, float32 or float64.  Return the tuple ``(q, scale)``: ``q`` int8 of the shape of
``x``, ``scale`` float32 of shape (n_tokens,). Do not change ``x``.
Tolerance (容差): ``q`` exact, ``scale`` to a relative 1e-6.
Raise ``ValueError`` where ``x`` does not have two dimensions, is empty, or holds NaN or infinity.
"""

import numpy as np


def dynamic_quantize_rows(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(q, scale)``: int8 codes of ``x`` and one float32 scale for each row."""
    raise NotImplementedError
