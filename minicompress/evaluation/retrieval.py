"""How well vectors find what belongs to them: reciprocal rank, hits, and agreement with another model's vectors.

    rank_i = 1 + number of other documents that score at least as high as the right one    (ties count against)
    MRR@k  = mean over queries of 1 / rank_i, or 0 where rank_i > k

Scores are inner products: cosines where vectors have length 1. Source: Voorhees 1999, TREC-8 question answering track.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.evaluation.intervals import Interval

__all__ = ["bootstrap_mean", "bootstrap_ratio", "cosine_agreement", "ranks", "reciprocal_ranks", "top_overlap"]

_DRAWS = 10_000


def ranks(queries: Any, documents: Any) -> np.ndarray:
    """Return the rank, from 1, of document i among all for query i: int64 (n,), from vectors (n, d) each.

    >>> ranks([[1, 0], [0, 1]], [[1, 0], [2, 1]])
    array([2, 1])
    """
    scores = _scores(queries, documents, square=True)
    return (scores >= scores.diagonal()[:, None]).sum(axis=1)


def reciprocal_ranks(ranks: Any, *, cutoff: int = 10) -> np.ndarray:
    """Return 1 / rank, or 0 beyond ``cutoff``: their mean is MRR@cutoff; ``cutoff=1`` gives hits.

    >>> reciprocal_ranks([1, 2, 11])
    array([1. , 0.5, 0. ])
    """
    found = checks.int_array(ranks, "ranks", ndim=1, low=1)
    return np.where(found <= checks.integer(cutoff, "cutoff", low=1), 1 / found, 0.0)


def bootstrap_mean(values: Any, *, rng: np.random.Generator, confidence: float = 0.95, draws: int = _DRAWS) -> Interval:
    """Mean of ``values`` (n,) with the percentile bootstrap's interval. Source: Efron 1979, doi:10.1214/aos/1176344552.

    >>> print(bootstrap_mean([0, 1, 1, 1], rng=np.random.default_rng(0)))
    0.7500 [0.2500, 1.0000]
    """
    data = checks.float_array(values, "values", ndim=1, dtype=np.float64)
    low, high = _ends(_resampled(data[:, None], rng, draws)[:, 0], confidence)
    return Interval(float(data.mean()), low, high)


def bootstrap_ratio(
    values: Any, baseline: Any, *, rng: np.random.Generator, confidence: float = 0.95, draws: int = _DRAWS
) -> Interval:
    """mean(values) / mean(baseline), the two measured on the same samples, by a paired bootstrap.

    A resample draws queries, and takes both models' values of each: what both find hard cancels.

    >>> r = bootstrap_ratio([0.5, 1, 0], [1, 1, 0.5], rng=np.random.default_rng(0))
    >>> r.value, r.high <= 1
    (0.6, True)
    """
    data = checks.float_array(values, "values", ndim=1, dtype=np.float64)
    base = checks.float_array(baseline, "baseline", shape=data.shape, dtype=np.float64)
    if base.min() < 0 or base.mean() == 0:
        raise ValueError("baseline must be at least 0 and not 0 everywhere: there is no ratio to it")
    means = _resampled(np.stack([data, base], axis=1), rng, draws)
    means = means[means[:, 1] > 0]  # a resample of zeros alone has no ratio
    low, high = _ends(means[:, 0] / means[:, 1], confidence)
    return Interval(float(data.mean() / base.mean()), low, high)


def top_overlap(queries: Any, documents: Any, baseline_queries: Any, baseline_documents: Any, *, k: int = 10) -> float:
    """Mean share of a query's ``k`` best documents that both models have among theirs.

    >>> eye = np.eye(3)
    >>> top_overlap(eye, eye, eye, eye[[1, 0, 2]], k=1)
    0.3333333333333333
    """
    ours, theirs = _scores(queries, documents), _scores(baseline_queries, baseline_documents)
    if ours.shape != theirs.shape:
        raise ValueError(f"both models must have scored the same texts; got {ours.shape} and {theirs.shape} scores")
    count = checks.integer(k, "k", low=1, high=ours.shape[1])
    kept = []
    for scores in (ours, theirs):
        best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        chosen = np.zeros(scores.shape, bool)
        np.put_along_axis(chosen, best, True, axis=1)
        kept.append(chosen)
    return float((kept[0] & kept[1]).sum() / (count * len(ours)))


def cosine_agreement(vectors: Any, baseline: Any) -> np.ndarray:
    """Cosine between each text's vector and the baseline's vector of the same text: float64 (n,).

    >>> cosine_agreement([[2, 0], [1, 1]], [[1, 0], [1, 0]]).round(4)
    array([1.    , 0.7071])
    """
    a = checks.float_array(vectors, "vectors", ndim=2, dtype=np.float64)
    b = checks.float_array(baseline, "baseline", shape=a.shape, dtype=np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    if not lengths.all():
        raise ValueError(f"vector {int(np.argmin(lengths))} is zero: it has no direction")
    return (a * b).sum(axis=1) / lengths


def _scores(queries: Any, documents: Any, square: bool = False) -> np.ndarray:
    q = checks.float_array(queries, "queries", ndim=2)
    return q @ checks.float_array(documents, "documents", shape=(len(q) if square else None, q.shape[1])).T


def _resampled(values: np.ndarray, rng: np.random.Generator, draws: int) -> np.ndarray:
    """Means (draws, columns) of resampled rows of ``values`` (n, columns), in pieces of bounded memory."""
    checks.generator(rng)
    n, count = len(values), checks.integer(draws, "draws", low=1)
    step = max(1, 2_000_000 // n)
    parts = [values[rng.integers(0, n, (min(step, count - s), n))].mean(axis=1) for s in range(0, count, step)]
    return np.concatenate(parts)


def _ends(values: np.ndarray, confidence: float) -> tuple[float, float]:
    level = checks.real(confidence, "confidence", low=0, high=1, open_low=True)
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
