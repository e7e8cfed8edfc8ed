"""Right answers to erk_densities in other styles; each must pass."""

import numpy as np


def largest_first(shapes, *, density):
    """Sort by d / n; make layers dense from the front while the next one would exceed 1."""
    if len(shapes) == 0 or not (density > 0 and density < 1):
        raise ValueError("shapes or density")
    n = np.array([float(np.prod(s)) for s in shapes])
    d = np.array([float(np.sum(s)) for s in shapes])
    order = np.argsort(-d / n, kind="stable")
    budget, left = density * n.sum(), d.sum()
    result = np.ones(len(n))
    for place, i in enumerate(order):
        if budget / left * d[i] <= n[i]:
            rest = order[place:]
            result[rest] = budget / left * d[rest] / n[rest]
            break
        budget, left = budget - n[i], left - d[i]
    return result.tolist()


def bisection(shapes, *, density):
    """The total grows with eps: halve the interval in which it crosses the budget, then solve for eps exactly."""
    if not shapes or not 0.0 < density < 1.0:
        raise ValueError("shapes or density")
    n, d = [], []
    for shape in shapes:
        n.append(1)
        for size in shape:
            n[-1] *= size
        d.append(sum(shape))
    budget = density * sum(n)
    low, high = 0.0, max(a / b for a, b in zip(n, d, strict=True))
    for _ in range(200):
        middle = (low + high) / 2
        if sum(min(a, middle * b) for a, b in zip(n, d, strict=True)) < budget:
            low = middle
        else:
            high = middle
    return [min(1.0, high * b / a) for a, b in zip(n, d, strict=True)]
