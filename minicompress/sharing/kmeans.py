"""k-means for the weights of one tensor: a few values that stand for all."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks, ops

__all__ = ["kmeans_1d", "optimal_kmeans_1d"]


def kmeans_1d(
    values: Any, *, k: int, init: str = "linear", n_iter: int = 100, rng: np.random.Generator | None = None
) -> np.ndarray:
    """Return ``k`` rising centroids (float64) of ``values``, a local minimum of sum_i min_c (v_i - c)^2 by Lloyd.

    Parameters
    ----------
    values : array of finite numbers, any shape
    k : int, at least 1
    init : "linear", "density" or "kmeans++"
        Evenly spaced over the range (best for weights, says the source: large ones are few and matter), at evenly
        spaced quantiles, or drawn by squared distance (needs ``rng``).
    n_iter : int
        Steps at most. A centroid that loses its values stays where it is.

    Source: Han et al. 2016, arXiv:1510.00149, section 3.2.

    Examples
    --------
    >>> kmeans_1d([0, 1, 10, 12], k=2)
    array([ 0.5, 11. ])
    """
    points = checks.float_array(values, "values", dtype=None).reshape(-1)
    count = checks.integer(k, "k", low=1)
    checks.one_of(init, "init", ("linear", "density", "kmeans++"))
    checks.integer(n_iter, "n_iter", low=0)
    if init == "kmeans++":
        checks.generator(rng)
    _within_range(points)
    return ops.kmeans1d_lloyd(points, ops.kmeans1d_start(points, count, init, rng), n_iter)


def optimal_kmeans_1d(values: Any, *, k: int) -> np.ndarray:
    """Return the ``k`` rising centroids (float64) of least sum_i min_c (v_i - c)^2, by dynamic programming.

    O(k n log n) in the number n of different values: seconds for 20,000. Fewer than ``k`` different values: each is
    a centroid, and the last is repeated. Exact to the rounding of sums of squares in float64, about 1e-15 of the whole
    spread squared. Source: Groenlund et al. 2017, arXiv:1701.07204.

    Examples
    --------
    >>> optimal_kmeans_1d([0, 1, 10, 12], k=3)
    array([ 0.5, 10. , 12. ])
    """
    points = checks.float_array(values, "values", dtype=None).reshape(-1)
    _within_range(points)
    return ops.kmeans1d_optimal(points, checks.integer(k, "k", low=1))


def _within_range(points: np.ndarray) -> None:
    largest = float(np.abs(points).max())
    if largest > 1e150:
        raise ValueError(f"values must be below 1e150, so that squares do not overflow; got {largest:.3g}")
