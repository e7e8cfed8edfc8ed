"""SparseGPT: each update against least squares, exact counts, and less output error than masks alone."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.pruning import input_norm, nm_mask, prune_obs, prune_sparsegpt, row_mask, wanda_mask
from minicompress.quantization import hessian_from

Inputs = Callable[..., np.ndarray]


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def damped(h: np.ndarray, share: float) -> np.ndarray:
    return h + share * np.trace(h) / len(h) * np.eye(len(h))


def by_least_squares(
    w: np.ndarray, h: np.ndarray, choose: Callable[[np.ndarray, int], np.ndarray], run: int
) -> tuple[np.ndarray, np.ndarray]:
    """SparseGPT with nothing but ``lstsq``: after each pruned weight, refit *all* later ones to the original row.

    ``choose(rises, first)`` gets what the loss would rise by without each weight of the run of columns.
    """
    root = np.linalg.cholesky(h).T  # ||root e||^2 = e h e^T
    now, keep = w.astype(np.float64).copy(), np.ones(w.shape, bool)
    columns = w.shape[1]

    def refit(row: int, j: int, fixed: np.ndarray) -> np.ndarray:
        out = fixed.copy()
        if j + 1 < columns:
            lost = root[:, : j + 1] @ (w[row].astype(np.float64) - fixed)[: j + 1]
            out[j + 1 :] = w[row, j + 1 :] + np.linalg.lstsq(root[:, j + 1 :], lost, rcond=None)[0]
        return out

    for first in range(0, columns, run):
        last = min(first + run, columns)
        rises = np.empty((len(w), last - first))
        for row in range(len(w)):
            for j in range(first, last):
                # All columns before j as they are now; what the best answer of those after j leaves of the loss.
                gap = np.zeros(columns)
                gap[j] = now[row, j]
                answer = (
                    np.linalg.lstsq(root[:, j + 1 :], root[:, j] * gap[j], rcond=None)[0] if j + 1 < columns else []
                )
                gap[j + 1 :] = -np.asarray(answer)
                rises[row, j - first] = ((root @ gap) ** 2).sum()
        keep[:, first:last] = choose(rises, first)
        for row in range(len(w)):
            for j in range(first, last):
                now[row] = refit(row, j, np.where(np.arange(columns) == j, now[row] * keep[row, j], now[row]))
    return now, keep


@pytest.mark.oracle(
    "prune_sparsegpt",
    against="numpy.linalg.lstsq, refitting all later columns after each pruned weight",
    tolerance="masks equal; weights 1e-6 of the largest: float32 storage",
)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("run", [4, 12])
def test_each_update_is_the_constrained_optimum(correlated_inputs: Inputs, seed: int, run: int) -> None:
    w, h = normal(5, 12, seed=seed), hessian_from(correlated_inputs(40, 12, seed=seed))

    def half(rises: np.ndarray, first: int) -> np.ndarray:
        order = np.argsort(rises.reshape(-1), kind="stable")
        mask = np.ones(rises.size, bool)
        drop = round(5 * min(first + run, 12) * 0.5) - round(5 * first * 0.5)
        mask[order[:drop]] = False
        return mask.reshape(rises.shape)

    ours, mask = prune_sparsegpt(w, h, sparsity=0.5, block_size=run)
    theirs, their_mask = by_least_squares(w, damped(h, 0.01), half, run)
    np.testing.assert_array_equal(mask, their_mask)
    np.testing.assert_allclose(ours, theirs, atol=1e-6 * np.abs(theirs).max())

    def two_of_four(rises: np.ndarray, first: int) -> np.ndarray:
        return np.argsort(np.argsort(rises, axis=1), axis=1) >= 2

    ours, mask = prune_sparsegpt(w, h, n=2, m=4, block_size=run)
    theirs, their_mask = by_least_squares(w, damped(h, 0.01), two_of_four, 4)
    np.testing.assert_array_equal(mask, their_mask)
    np.testing.assert_allclose(ours, theirs, atol=1e-6 * np.abs(theirs).max())


def test_a_given_mask_is_kept_and_answered_for(correlated_inputs: Inputs) -> None:
    x = correlated_inputs(200, 32, seed=3)
    w, h = normal(16, 32, seed=3), hessian_from(x)
    mask = wanda_mask(w, input_norm(x), sparsity=0.5)
    pruned, same = prune_sparsegpt(w, h, mask=mask, block_size=8)
    np.testing.assert_array_equal(same, mask)
    assert not pruned[~mask].any()
    assert (((w - pruned) @ x.T) ** 2).sum() < 0.6 * (((w * ~mask) @ x.T) ** 2).sum()
    whole, _ = prune_sparsegpt(w, h, mask=mask)
    np.testing.assert_allclose(pruned, whole, atol=2e-4)  # the block size changes the rounding alone


@given(
    rows=st.integers(1, 6),
    columns=st.integers(1, 20),
    sparsity=st.floats(0, 1),
    block=st.integers(1, 24),
    seed=st.integers(0, 50),
)
def test_the_count_is_exact(rows: int, columns: int, sparsity: float, block: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    w = rng.integers(-2, 3, (rows, columns)).astype(np.float32)  # ties, and zeros
    x = rng.integers(-1, 2, (3, columns))  # a singular Hessian, and inputs that were never seen
    before = w.tobytes()
    pruned, mask = prune_sparsegpt(w, hessian_from(x), sparsity=sparsity, block_size=block)
    assert w.tobytes() == before
    assert pruned.dtype == np.float32
    assert (~mask).sum() == round(w.size * sparsity)
    assert not pruned[~mask].any()
    assert np.isfinite(pruned).all()


def test_no_share_of_zeros_changes_nothing() -> None:
    w, h = normal(4, 8), hessian_from(normal(20, 8, seed=1))
    for how in ({"sparsity": 0.0}, {"n": 4, "m": 4}, {"mask": np.ones((4, 8), bool)}):
        pruned, mask = prune_sparsegpt(w, h, **how)  # type: ignore[arg-type]
        np.testing.assert_array_equal(pruned, w)
        assert mask.all()
    assert not prune_sparsegpt(w, h, sparsity=1.0)[0].any()


def test_white_inputs_leave_magnitude() -> None:
    """With H = I there is nothing to answer with: the lowest magnitudes of each block go, and nothing moves."""
    w = normal(6, 32)
    pruned, mask = prune_sparsegpt(w, np.eye(32), sparsity=0.5, block_size=32)
    np.testing.assert_array_equal(mask, np.abs(w) > np.partition(np.abs(w).reshape(-1), 95)[95])
    np.testing.assert_array_equal(pruned, w * mask)
    np.testing.assert_array_equal(prune_sparsegpt(w, np.eye(32), n=2, m=4)[1], nm_mask(w, n=2, m=4))


@pytest.mark.parametrize("seed", range(4))
def test_beats_masks_alone_on_unseen_inputs(correlated_inputs: Inputs, seed: int) -> None:
    """At the same share of every row: SparseGPT's update < Wanda < magnitude, and 2:4 likewise."""
    x = correlated_inputs(1024, 48, seed=seed, outliers=3)
    seen, unseen = x[:512], x[512:].astype(np.float64)
    w, h = normal(32, 48, seed=seed + 100), hessian_from(seen)

    def lost(pruned: np.ndarray) -> float:
        return float((((w - pruned) @ unseen.T) ** 2).sum())

    magnitude = lost(w * row_mask(w, sparsity=0.5))
    mask = wanda_mask(w, input_norm(seen), sparsity=0.5)
    wanda = lost(w * mask)
    updated = lost(prune_sparsegpt(w, h, mask=mask)[0])
    chosen = lost(prune_sparsegpt(w, h, sparsity=0.5)[0])
    assert updated < wanda < magnitude
    assert chosen < wanda
    two_of_four = nm_mask(w, n=2, m=4)
    pruned, kept = prune_sparsegpt(w, h, n=2, m=4)
    assert (kept.reshape(-1, 4).sum(axis=1) == 2).all()
    assert lost(pruned) < 0.7 * lost(w * two_of_four)
    # OBS chooses again after every weight, and refits all others: the yardstick.
    assert lost(prune_obs(w, h, sparsity=0.5, damping=0.01)[0]) < 1.1 * chosen


def test_inputs_never_seen_go_first(correlated_inputs: Inputs) -> None:
    x = correlated_inputs(50, 8, seed=1)
    x[:, 2] = 0
    w = normal(4, 8)
    w[:, 2] = 100
    pruned, mask = prune_sparsegpt(w, hessian_from(x), sparsity=1 / 8)
    assert not mask[:, 2].any()
    assert mask.sum() == 28
    np.testing.assert_array_equal(pruned[:, [0, 1, 3, 4, 5, 6, 7]], w[:, [0, 1, 3, 4, 5, 6, 7]])


def test_a_raised_damping_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, logger="minicompress.pruning.sparsegpt"):
        prune_sparsegpt(normal(2, 3), np.ones((3, 3)), sparsity=0.5, damping=0.0)
    assert "damping raised from 0 to 0.0001: the Hessian (3 inputs) is singular" in caplog.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "exactly one of sparsity, n with m, and mask"),
        ({"sparsity": 0.5, "n": 2, "m": 4}, "exactly one of sparsity, n with m, and mask"),
        ({"sparsity": 0.5, "mask": np.ones((2, 4), bool)}, "exactly one of sparsity, n with m, and mask"),
        ({"n": 2, "m": 3}, "m = 3 must divide"),
        ({"n": 5, "m": 4}, "n must be an integer from 0 to 4"),
        ({"mask": np.ones((4, 2), bool)}, r"mask must be a boolean array of shape \(2, 4\)"),
        ({"sparsity": 1.5}, "sparsity must be a number in"),
        ({"sparsity": 0.5, "damping": 2}, "damping must be a number in"),
        ({"sparsity": 0.5, "block_size": 0}, "block_size must be an integer of at least 1"),
        ({"sparsity": 0.5, "hessian": np.eye(3)}, r"hessian must have shape \(4, 4\)"),
        ({"sparsity": 0.5, "hessian": np.triu(np.ones((4, 4)))}, "hessian must be symmetric"),
        ({"sparsity": 0.5, "hessian": -np.eye(4)}, "hessian must have a diagonal of at least 0"),
        ({"sparsity": 0.5, "hessian": np.ones((4, 4)) * 9 - 8 * np.eye(4)}, "positive semi-definite"),
    ],
)
def test_what_does_not_fit_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        prune_sparsegpt(normal(2, 4), options.pop("hessian", np.eye(4)), **options)


def test_n_needs_m() -> None:
    with pytest.raises(TypeError, match="m must be an integer"):
        prune_sparsegpt(normal(2, 4), np.eye(4), n=2)
