"""A calibration range that outliers cannot stretch (百分位校准, 抗离群值的校准范围).

Questions: H04 | Difficulty: 2/5 | Minutes: 8 | Points: 15

Static quantization fixes the range of an activation ahead of time (静态量化). With min and max, one outlier (离群值)
sets the step of all the others; a percentile (百分位数) gives the outlier up:

    low = min(Q(100 - percentile), 0)        high = max(Q(percentile), 0)

where Q(p) is the p-th percentile of *all* elements of ``x``, by linear interpolation (线性插值): sort the N elements
ascending into v[0] .. v[N-1], let h = (N - 1) * p / 100 and k = floor(h); then

    Q(p) = v[k] + (h - k) * (v[k + 1] - v[k])        (v[k] where h = k)

So a share of 100 - percentile is cut off at *each* end, and ``percentile = 100`` is the range from min to max. The
range is widened to contain 0, which must stay exactly representable (零点).

x : floats of any shape.  percentile : a number above 50 and at most 100.
Return the tuple ``(low, high)`` of two Python or NumPy floats; do not change ``x``.
Compute in float64. Tolerance (容差): a relative 1e-5, plus 1e-6.
Raise ``ValueError`` where ``x`` is empty, holds NaN or infinity, or where ``percentile`` is not in (50, 100].
"""

import numpy as np


def percentile_range(x: np.ndarray, *, percentile: float) -> tuple[float, float]:
    """Return ``(low, high)``: the range that keeps all but the outermost values of ``x``, widened to contain 0."""
    raise NotImplementedError
