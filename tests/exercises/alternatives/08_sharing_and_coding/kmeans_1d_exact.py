"""Right answers to kmeans_1d_exact in other styles; each must pass."""

import functools

import numpy as np


def recursive(x, *, k):
    """Memoised recursion from the end; the cost of a run from its deviations, which needs no shift."""
    values = sorted(float(v) for v in x.ravel())
    if k < 1 or len(set(values)) < k:
        raise ValueError("too few values")

    @functools.cache
    def cost(i, j):
        own = np.array(values[i:j])
        return float(((own - own.mean()) ** 2).sum())

    @functools.cache
    def solve(m, j):
        if m == 1:
            return cost(0, j), (0,)
        options = ((solve(m - 1, i)[0] + cost(i, j), i) for i in range(m - 1, j))
        least, i = min(options)
        return least, (*solve(m - 1, i)[1], i)

    inertia, starts = solve(k, len(values))
    ends = (*starts[1:], len(values))
    return np.array([np.mean(values[a:b]) for a, b in zip(starts, ends, strict=True)]), inertia


def table_of_costs(x, *, k):
    """All costs at once as a matrix, shifted by the median; each layer is a min-plus product."""
    v = np.sort(np.asarray(x, np.float64), axis=None)
    if k < 1 or np.unique(v).size < k:
        raise ValueError("too few values")
    middle = np.median(v)
    w = v - middle
    n = len(w)
    s, q = np.append(0, np.cumsum(w)), np.append(0, np.cumsum(w * w))
    size = np.arange(n + 1) - np.arange(n + 1)[:, None]
    with np.errstate(all="ignore"):
        costs = np.where(size > 0, q - q[:, None] - (s - s[:, None]) ** 2 / np.maximum(size, 1), np.inf)
    best, back = costs[0], []
    for _ in range(k - 1):
        table = best[:, None] + costs
        back.append(table.argmin(0))
        best = table.min(0)
    cuts = [n]
    for step in reversed(back):
        cuts.insert(0, int(step[cuts[0]]))
    parts = np.split(w, cuts[:-1])
    return np.array([p.mean() for p in parts]) + middle, float(best[n])
