"""Plausible wrong answers to kmeans_1d_exact; the first line of each docstring is found in the failure it gets."""

import itertools

import numpy as np


def _sorted(x, k):
    if k < 1 or len(np.unique(x)) < k:
        raise ValueError("k")
    return np.sort(x.ravel().astype(np.float64))


def _runs(v, cuts):
    runs = np.split(v, cuts)
    return runs, np.array([r.mean() for r in runs]), float(sum(((r - r.mean()) ** 2).sum() for r in runs))


def _best(v, k, cost=None):
    """A right dynamic program; returns the cuts."""
    n = len(v)
    v = v - v.mean()
    cost = cost or (lambda r: float(((r - r.mean()) ** 2).sum()))
    best = {(0, 0): (0.0, [])}
    for m in range(1, k + 1):
        for j in range(m, n + 1):
            options = [
                (best[m - 1, i][0] + cost(v[i:j]), [*best[m - 1, i][1], i]) for i in range(j) if (m - 1, i) in best
            ]
            best[m, j] = min(options)
    return best[k, n][1][1:]


def lloyd(x, *, k):
    """Lloyd's algorithm from a linear start
    Solver's mistake.
    """
    v = _sorted(x, k)
    c = np.linspace(v[0], v[-1], k)
    for _ in range(50):
        codes = np.abs(v[:, None] - c).argmin(1)
        c = np.array([v[codes == m].mean() if (codes == m).any() else c[m] for m in range(k)])
    return c, float(((v - c[np.abs(v[:, None] - c).argmin(1)]) ** 2).sum())


def widest_gaps(x, *, k):
    """the cuts were put at the k - 1 widest gaps
    Solver's mistake.
    """
    v = _sorted(x, k)
    cuts = sorted(i + 1 for i in np.argsort(-np.diff(v), kind="stable")[: k - 1])
    return _runs(v, cuts)[1:]


def cancellation(x, *, k):
    """the digits of the inertia are lost
    Solver's mistake.
    """
    v = _sorted(x, k)
    n = len(v)
    s, q = (np.concatenate([[0.0], np.cumsum(a)]) for a in (v, v**2))
    best = [[0.0] + [np.inf] * n]
    cuts = []
    for _ in range(k):
        row, cut = [np.inf] * (n + 1), [0] * (n + 1)
        for j in range(1, n + 1):
            for i in range(j):
                total = best[-1][i] + q[j] - q[i] - (s[j] - s[i]) ** 2 / (j - i)
                if total < row[j]:
                    row[j], cut[j] = total, i
        best.append(row)
        cuts.append(cut)
    j, ends = n, []
    for cut in cuts[::-1]:
        ends.append(cut[j])
        j = cut[j]
    return _runs(v, sorted(ends)[1:])[1], max(float(best[k][n]), 0.0)


def tries_every_split(x, *, k):
    """no result after .* is there a loop that never ends
    Solver's mistake.
    """
    v = _sorted(x, k)
    v0 = v.mean()
    options = (_runs(v - v0, list(c)) for c in itertools.combinations(range(1, len(v)), k - 1))
    _, c, inertia = min(options, key=lambda o: o[2])
    return c + v0, inertia


def without_sorting(x, *, k):
    """the weights were not sorted first
    Solver's mistake.
    """
    _sorted(x, k)
    v = x.ravel().astype(np.float64)
    _, c, inertia = _runs(v, _best(v, k))
    return c, inertia


def mean_squared_error(x, *, k):
    """the inertia was divided by the number of weights
    Solver's mistake.
    """
    v = _sorted(x, k)
    _, c, inertia = _runs(v, _best(v, k))
    return c, inertia / len(v)


def forgot_the_shift(x, *, k):
    """the centroids are shifted"""
    v = _sorted(x, k)
    v = v - v.mean()
    return _runs(v, _best(v, k))[1:]


def absolute_distances(x, *, k):
    """the sum of the absolute distances was minimised"""
    v = _sorted(x, k)
    return _runs(v, _best(v, k, lambda r: float(np.abs(r - np.median(r)).sum())))[1:]


def variance_of_each(x, *, k):
    """the inertia counts each cluster's variance"""
    v = _sorted(x, k)
    runs, c, _ = _runs(v, _best(v, k))
    return c, float(sum(r.var() for r in runs))


def one_cluster_short(x, *, k):
    """a fence-post error"""
    v = _sorted(x, k)
    return _runs(v, _best(v, max(k - 1, 1)))[1:]


def equal_clusters_allowed(x, *, k):
    """fewer than 3 different values"""
    if k < 1 or x.size < k:
        raise ValueError("k")
    v = np.sort(x.ravel().astype(np.float64))
    return _runs(v, _best(v, k))[1:]
