"""Right answers to nf4_levels in other styles; each must pass."""

import numpy as np


def with_scipy(*, bits=4, offset=0.9677083):
    """The quantile function of SciPy, on arrays."""
    from scipy.special import ndtri

    if bits not in range(2, 9) or offset <= 0.5 or offset >= 1:
        raise ValueError("bits or offset")
    half = 1 << (bits - 1)
    above = ndtri(np.linspace(offset, 0.5, half, endpoint=False))
    below = -ndtri(np.linspace(offset, 0.5, half - 1, endpoint=False))
    return (np.concatenate([below, [0], above[::-1]]) / above[0]).astype(np.float32)


def plain_python(*, bits=4, offset=0.9677083):
    """One probability at a time; the loop gives ascending order by itself."""
    from statistics import NormalDist

    if not 2 <= bits <= 8 or not 0.5 < offset < 1.0:
        raise ValueError("bits or offset")
    normal = NormalDist(0.0, 1.0)
    half = 2 ** (bits - 1)
    top = normal.inv_cdf(offset)
    levels = []
    for i in range(half - 1):
        levels.append(-normal.inv_cdf(offset + (0.5 - offset) * i / (half - 1)) / top)
    levels.append(0)
    for i in reversed(range(half)):
        levels.append(normal.inv_cdf(offset + (0.5 - offset) * i / half) / top)
    return np.array(levels, dtype=np.float32)
