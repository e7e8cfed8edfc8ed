"""Right answers to bias_correction in other styles; each must pass."""

import numpy as np


def plain_python(w, w_q, b, *, mean, std):
    """math.erfc, one input at a time."""
    import math

    if w.shape != w_q.shape or min(std) < 0:
        raise ValueError("w_q or std")
    corrected = [float(v) for v in b]
    for j, (m, s) in enumerate(zip(mean.tolist(), std.tolist(), strict=True)):
        if s == 0:
            e = max(m, 0.0)
        else:
            t = m / s
            e = s * math.exp(-t * t / 2) / math.sqrt(2 * math.pi) + m * math.erfc(-t / math.sqrt(2)) / 2
        for o in range(len(w)):
            corrected[o] += (w[o, j] - w_q[o, j]) * e
    return np.array(corrected)


def normal_dist(w, w_q, b, *, mean, std):
    """The standard library's normal distribution; both outputs, then their difference."""
    from statistics import NormalDist

    if np.shape(w) != np.shape(w_q) or np.any(std < 0):
        raise ValueError("w_q or std")
    unit = NormalDist()
    e = np.array(
        [s * unit.pdf(m / s) + m * unit.cdf(m / s) if s > 0 else max(m, 0) for m, s in zip(mean, std, strict=True)]
    )
    return np.einsum("oj,j->o", w, e) + b - np.einsum("oj,j->o", w_q, e)
