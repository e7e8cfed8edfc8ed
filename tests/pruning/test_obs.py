"""OBS against brute force: remove each weight in turn, refit all others by least squares, take the cheapest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from minicompress.pruning import obs_score, prune_obs
from minicompress.quantization import hessian_from

Inputs = Callable[..., np.ndarray]


def refitted(w: np.ndarray, h: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """The row of least loss with zeros where not ``keep``: argmin (w - v) h (w - v)^T."""
    root = np.linalg.cholesky(h).T
    out = np.zeros(len(w))
    out[keep] = np.linalg.lstsq(root[:, keep], root @ w, rcond=None)[0]
    return out


def loss(w: np.ndarray, v: np.ndarray, h: np.ndarray) -> float:
    return float((w - v) @ h @ (w - v)) / 2


@pytest.mark.oracle(
    "obs_score",
    against="brute force: numpy.linalg.lstsq without each weight",
    tolerance="1e-10 relative: float64, condition 1e4",
)
@pytest.mark.parametrize("seed", range(5))
def test_score_is_the_rise_of_the_loss(correlated_inputs: Inputs, seed: int) -> None:
    w, h = np.random.default_rng(seed).standard_normal((3, 8)), hessian_from(correlated_inputs(60, 8, seed=seed))
    score = obs_score(w, h)
    for i in range(3):
        for j in range(8):
            best = refitted(np.float64(np.float32(w[i])), h, np.arange(8) != j)
            assert score[i, j] == pytest.approx(loss(np.float64(np.float32(w[i])), best, h), rel=1e-10)


@pytest.mark.oracle(
    "prune_obs",
    against="brute force: every next weight tried with numpy.linalg.lstsq",
    tolerance="masks equal; weights 1e-6 of the largest: float32 storage",
)
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("damping", [0.0, 0.05])
def test_greedy_choice_and_exact_update(correlated_inputs: Inputs, seed: int, damping: float) -> None:
    w = np.random.default_rng(seed).standard_normal((3, 8)).astype(np.float32)
    h = hessian_from(correlated_inputs(60, 8, seed=seed))
    exact = h + damping * np.trace(h) / 8 * np.eye(8)
    for drop in (1, 3, 6):
        pruned, mask = prune_obs(w, h, sparsity=drop / 8, damping=damping)
        for i in range(3):
            row, keep = w[i].astype(np.float64), np.ones(8, bool)
            for _ in range(drop):
                tries = {}
                for j in np.flatnonzero(keep):
                    without = keep & (np.arange(8) != j)
                    tries[int(j)] = loss(row, refitted(row, exact, without), exact)
                keep[min(tries, key=lambda j: tries[j])] = False
            np.testing.assert_array_equal(mask[i], keep)
            np.testing.assert_allclose(pruned[i], refitted(row, exact, keep), atol=1e-6 * np.abs(pruned[i]).max())


def test_white_inputs_leave_magnitude() -> None:
    w = np.float32([[3, -1, 1, 2], [0, 0, 5, 5]])
    pruned, mask = prune_obs(w, np.eye(4), sparsity=0.5)
    np.testing.assert_array_equal(mask, [[True, False, False, True], [False, False, True, True]])
    np.testing.assert_array_equal(pruned, w * mask)
    np.testing.assert_allclose(obs_score(w, 2 * np.eye(4)), w**2)


def test_twins_answer_for_each_other() -> None:
    """Two inputs that always agree: one of the two weights costs nothing (up to the damping)."""
    x = np.random.default_rng(0).standard_normal((50, 3))
    x[:, 1] = x[:, 0]
    pruned, mask = prune_obs([[2.0, 3.0, 0.5]], hessian_from(x), sparsity=1 / 3, damping=1e-6)
    assert mask.tolist() == [[False, True, True]]
    np.testing.assert_allclose(pruned, [[0, 5, 0.5]], atol=1e-4)


def test_inputs_never_seen_go_first() -> None:
    h = np.diag([2.0, 0.0, 2.0])
    pruned, mask = prune_obs([[0.1, 9.0, 0.2]], h, sparsity=1 / 3)
    assert mask.tolist() == [[True, False, True]]
    np.testing.assert_array_equal(pruned, np.float32([[0.1, 0, 0.2]]))
    np.testing.assert_allclose(obs_score([[0.1, 9.0, 0.2]], h), [[0.01, 0, 0.04]], rtol=1e-6)


@pytest.mark.parametrize("sparsity", [0.0, 0.3, 0.5, 1.0])
def test_the_count_of_each_row_is_exact(sparsity: float) -> None:
    w = np.random.default_rng(1).integers(-1, 2, (6, 7)).astype(np.float32)
    pruned, mask = prune_obs(w, hessian_from(np.random.default_rng(2).integers(-1, 2, (4, 7))), sparsity=sparsity)
    assert ((~mask).sum(axis=1) == round(7 * sparsity)).all()
    assert not pruned[~mask].any()
