"""Plausible wrong answers to kmeans_1d_lloyd; the first line of each docstring is found in the failure it gets."""

import numpy as np


def _checked(x, k, iterations):
    if x.size == 0 or k < 2 or iterations < 0:
        raise ValueError("x, k or iterations")
    return x.ravel().astype(np.float64)


def _run(flat, c, iterations, empty="stay", last=True):
    codes = np.argmin(np.abs(flat[:, None] - c), 1)
    for _ in range(iterations):
        codes = np.argmin(np.abs(flat[:, None] - c), 1)
        for m in range(len(c)):
            if (codes == m).any():
                c[m] = flat[codes == m].mean()
            elif empty != "stay":
                c[m] = empty
    return c, np.argmin(np.abs(flat[:, None] - c), 1) if last else codes


def starts_at_quantiles(x, *, k, iterations=20):
    """a start at the quantiles
    Solver's mistake.
    """
    flat = _checked(x, k, iterations)
    c, codes = _run(flat, np.quantile(flat, np.linspace(0, 1, k)), iterations)
    return c, codes.reshape(x.shape)


def starts_in_the_middle_of_bins(x, *, k, iterations=20):
    """the start is that of k equal bins
    Solver's mistake.
    """
    flat = _checked(x, k, iterations)
    edges = np.linspace(flat.min(), flat.max(), k + 1)
    c, codes = _run(flat, (edges[1:] + edges[:-1]) / 2, iterations)
    return c, codes.reshape(x.shape)


def start_without_the_end(x, *, k, iterations=20):
    """the start stops short of hi"""
    flat = _checked(x, k, iterations)
    c, codes = _run(flat, np.linspace(flat.min(), flat.max(), k, endpoint=False), iterations)
    return c, codes.reshape(x.shape)


def symmetric_start(x, *, k, iterations=20):
    """the start spans -max\\(abs\\(x\\)\\)"""
    flat = _checked(x, k, iterations)
    most = np.abs(flat).max()
    c, codes = _run(flat, np.linspace(-most, most, k), iterations)
    return c, codes.reshape(x.shape)


def mean_of_nothing(x, *, k, iterations=20):
    """the mean of an empty cluster \\(空簇\\) is 0 / 0
    Solver's mistake.
    """
    flat = _checked(x, k, iterations)
    c, codes = _run(flat, np.linspace(flat.min(), flat.max(), k), iterations, empty=np.nan)
    return c, codes.reshape(x.shape)


def empty_cluster_is_zero(x, *, k, iterations=20):
    """an empty cluster \\(空簇\\) was set to 0
    Solver's mistake.
    """
    flat = _checked(x, k, iterations)
    c, codes = np.linspace(flat.min(), flat.max(), k), None
    for _ in range(iterations):
        codes = np.argmin(np.abs(flat[:, None] - c), 1)
        sums = np.bincount(codes, weights=flat, minlength=k)
        c = sums / np.maximum(np.bincount(codes, minlength=k), 1)
    return c, np.argmin(np.abs(flat[:, None] - c), 1).reshape(x.shape)


def drops_empty_clusters(x, *, k, iterations=20):
    """the empty clusters \\(空簇\\) were dropped"""
    flat = _checked(x, k, iterations)
    c, codes = _run(flat, np.linspace(flat.min(), flat.max(), k), iterations)
    used, codes = np.unique(codes, return_inverse=True)
    return c[used], codes.reshape(x.shape)


def codes_one_step_old(x, *, k, iterations=20):
    """the codes belong to the centroids before the last update
    Solver's mistake.
    """
    flat = _checked(x, k, iterations)
    c, codes = _run(flat, np.linspace(flat.min(), flat.max(), k), iterations, last=False)
    return c, codes.reshape(x.shape)


def ties_to_the_higher(x, *, k, iterations=20):
    """of two equally near centroids the higher index was taken
    Solver's mistake.
    """
    flat = _checked(x, k, iterations)
    c = np.linspace(flat.min(), flat.max(), k)

    def nearest():
        return np.searchsorted((c[1:] + c[:-1]) / 2, flat, side="right")

    for _ in range(iterations):
        codes = nearest()
        for m in set(codes.tolist()):
            c[m] = flat[codes == m].mean()
    if flat.min() == flat.max():
        return c, np.zeros(x.shape, int)
    return c, nearest().reshape(x.shape)


def flat_codes(x, *, k, iterations=20):
    """codes kept flat"""
    flat = _checked(x, k, iterations)
    return _run(flat, np.linspace(flat.min(), flat.max(), k), iterations)


def single_precision(x, *, k, iterations=20):
    """the centroids must be float64
    Solver's mistake.
    """
    _checked(x, k, iterations)
    flat = x.ravel().astype(np.float32)
    c, codes = _run(flat, np.linspace(flat.min(), flat.max(), k, dtype=np.float32), iterations)
    return c, codes.reshape(x.shape)
