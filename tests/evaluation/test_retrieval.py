"""Ranks against brute force, intervals against closed forms, agreement against definitions."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.evaluation.retrieval import (
    bootstrap_mean,
    bootstrap_ratio,
    cosine_agreement,
    ranks,
    reciprocal_ranks,
    top_overlap,
)


def vectors(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((n, 8)).astype(np.float32)


@pytest.mark.oracle("ranks", against="counting", tolerance="equal")
def test_ranks_by_counting() -> None:
    q, d = vectors(30, 0), vectors(30, 1)
    scores = q.astype(np.float64) @ d.T.astype(np.float64)
    want = [1 + sum(scores[i, j] > scores[i, i] for j in range(30) if j != i) for i in range(30)]
    np.testing.assert_array_equal(ranks(q, d), want)
    assert len(set(want)) > 5


def test_ties_count_against() -> None:
    same = np.ones((4, 3), np.float32)
    np.testing.assert_array_equal(ranks(same, same), [4, 4, 4, 4])


def test_reciprocal_ranks_by_hand() -> None:
    np.testing.assert_array_equal(reciprocal_ranks([1, 4, 10, 11]), [1, 0.25, 0.1, 0])
    np.testing.assert_array_equal(reciprocal_ranks([1, 2], cutoff=1), [1, 0])
    with pytest.raises(ValueError, match="ranks must lie in"):
        reciprocal_ranks([0])


@pytest.mark.oracle("reciprocal_ranks", against="scikit-learn", tolerance="1e-12")
def test_mrr_equals_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    q, d = vectors(25, 2), vectors(25, 3)
    want = metrics.label_ranking_average_precision_score(np.eye(25), q @ d.T)
    assert reciprocal_ranks(ranks(q, d), cutoff=25).mean() == pytest.approx(want, abs=1e-12)


@pytest.mark.oracle("bootstrap_mean", against="the normal interval", tolerance="stated in the test")
def test_bootstrap_of_a_mean_is_nearly_normal() -> None:
    x = np.random.default_rng(0).uniform(0, 1, 2000)
    found = bootstrap_mean(x, rng=np.random.default_rng(1))
    half = 1.96 * x.std() / np.sqrt(len(x))
    assert found.value == pytest.approx(x.mean())
    assert found.low == pytest.approx(x.mean() - half, abs=0.1 * half)
    assert found.high == pytest.approx(x.mean() + half, abs=0.1 * half)


@pytest.mark.oracle("bootstrap_ratio", against="a known ratio", tolerance="stated in the test")
def test_pairing_narrows_the_ratio() -> None:
    rng = np.random.default_rng(0)
    base = rng.uniform(0, 1, 1500)
    near = base * rng.uniform(0.9, 1.0, 1500)
    paired = bootstrap_ratio(near, base, rng=np.random.default_rng(1))
    # The delta method: var(ratio) = var(y - r x) / (n mean(x)^2).
    ratio = near.mean() / base.mean()
    half = 1.96 * (near - ratio * base).std() / (np.sqrt(1500) * base.mean())
    assert paired.value == pytest.approx(ratio)
    assert paired.high - paired.low == pytest.approx(2 * half, rel=0.1)
    unpaired = bootstrap_ratio(rng.permutation(near), base, rng=np.random.default_rng(1))
    assert unpaired.high - unpaired.low > 5 * (paired.high - paired.low)


def test_a_ratio_needs_a_baseline() -> None:
    with pytest.raises(ValueError, match="no ratio"):
        bootstrap_ratio([1.0], [0.0], rng=np.random.default_rng(0))
    with pytest.raises(TypeError, match="rng must be"):
        bootstrap_ratio([1.0], [1.0], rng=0)
    with pytest.raises(ValueError, match="baseline must have shape"):
        bootstrap_ratio([1.0], [1.0, 2.0], rng=np.random.default_rng(0))


@pytest.mark.oracle("top_overlap", against="Python sets", tolerance="equal")
def test_overlap_by_sets() -> None:
    q, d, p, e = vectors(12, 4), vectors(20, 5), vectors(12, 6), vectors(20, 7)
    ours, theirs = np.argsort(-(q @ d.T))[:, :5], np.argsort(-(p @ e.T))[:, :5]
    want = np.mean([len(set(a) & set(b)) / 5 for a, b in zip(ours, theirs, strict=True)])
    assert top_overlap(q, d, p, e, k=5) == pytest.approx(want)
    assert top_overlap(q, d, q, d, k=5) == 1.0


@pytest.mark.oracle("cosine_agreement", against="the angle by hand", tolerance="stated in the test")
def test_cosines() -> None:
    x = vectors(6, 8)
    np.testing.assert_allclose(cosine_agreement(x, 3 * x), 1, atol=1e-12)
    np.testing.assert_allclose(cosine_agreement(x, -x), -1, atol=1e-12)
    with pytest.raises(ValueError, match="vector 1 is zero"):
        cosine_agreement([[1.0], [0.0]], [[1.0], [1.0]])
