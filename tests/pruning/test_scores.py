"""Scores against what they claim: the change of a loss that torch, or a difference of two losses, measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress.pruning import (
    block_influence,
    input_norm,
    layer_mask,
    movement_score,
    obd_score,
    snip_score,
    taylor_score,
    wanda_score,
)

RNG = np.random.default_rng(0)
W, X, TARGET = RNG.standard_normal((5, 8)), RNG.standard_normal((40, 8)), RNG.standard_normal((40, 5))


def loss(w: np.ndarray) -> float:
    return float(np.log(np.cosh(X @ w.T - TARGET)).sum() / len(X))


def gradient(w: np.ndarray) -> np.ndarray:
    return np.tanh(X @ w.T - TARGET).T @ X / len(X)


def masked_slope(mask_of: Any) -> float:
    """D loss / d c at c = 1 for weights multiplied by c under ``mask_of``, by central differences."""
    h = 1e-6
    return (loss(np.where(mask_of, W * (1 + h), W)) - loss(np.where(mask_of, W * (1 - h), W))) / (2 * h)


@pytest.mark.oracle(
    "taylor_score",
    against="central differences of the loss by a gate on each weight",
    tolerance="1e-8 absolute, O(h^2)",
)
@pytest.mark.oracle(
    "snip_score",
    against="central differences of the loss by a gate on each weight",
    tolerance="1e-8 relative to the sum",
)
def test_weights_one_by_one() -> None:
    slopes = np.array(
        [[masked_slope((np.arange(5)[:, None] == i) & (np.arange(8) == j)) for j in range(8)] for i in range(5)]
    )
    np.testing.assert_allclose(taylor_score(W, gradient(W)), slopes**2, rtol=1e-5, atol=1e-8)
    snip = snip_score(W, gradient(W))
    np.testing.assert_allclose(snip, np.abs(slopes) / np.abs(slopes).sum(), atol=1e-8)
    assert snip.sum() == pytest.approx(1)


@pytest.mark.oracle(
    "taylor_score", against="torch autograd of the loss by one gate a row", tolerance="1e-12 relative, float64 sums"
)
def test_rows_have_one_gate_each() -> None:
    torch = pytest.importorskip("torch")
    gate = torch.ones(5, dtype=torch.float64, requires_grad=True)
    out = torch.tensor(X) @ (torch.tensor(W) * gate[:, None]).T - torch.tensor(TARGET)
    (torch.log(torch.cosh(out)).sum() / len(X)).backward()
    np.testing.assert_allclose(taylor_score(W, gradient(W), units=5), gate.grad.numpy() ** 2, rtol=1e-12)
    # Runs of rows: the effects add up before the square.
    w6, g6 = np.vstack([W, W[:1]]), np.vstack([gradient(W), gradient(W)[:1]])
    by_hand = [(w6[i : i + 2] * g6[i : i + 2]).sum() ** 2 for i in (0, 2, 4)]
    np.testing.assert_allclose(taylor_score(w6, g6, units=3), by_hand, rtol=1e-12)


@pytest.mark.oracle(
    "movement_score", against="closed form: the change of w^2 / 2 under gradient descent", tolerance="1e-9"
)
def test_movement_adds_up_what_descent_does() -> None:
    """With a small step, sum of -w g is the growth of w^2 / 2 over the step, divided by the step."""
    lr, w, score = 1e-7, W.copy(), None
    for _ in range(3):
        score = movement_score(w, gradient(w), score=score)
        w = w - lr * gradient(w)
    assert score is not None
    np.testing.assert_allclose(score, (w**2 - W**2) / 2 / lr, atol=1e-5)
    assert (score < 0).any()
    assert (score > 0).any()


@pytest.mark.oracle(
    "obd_score",
    against="the rise of a quadratic loss with a diagonal Hessian",
    tolerance="1e-12 relative, float64 sums",
)
def test_obd_is_exact_where_the_hessian_is_diagonal() -> None:
    x, w = np.diag([3.0, 1.0, 0.5, 2.0]), RNG.standard_normal((3, 4))
    h = 2 * x.T @ x / len(x)
    score = obd_score(w, np.diagonal(h))
    for i in range(3):
        for j in range(4):
            pruned = w.copy()
            pruned[i, j] = 0
            rise = (((w - pruned) @ x.T) ** 2).sum() / len(x)
            assert score[i, j] == pytest.approx(rise, rel=1e-12)
    # Wanda ranks as OBD does: its score is the root, up to a constant.
    np.testing.assert_allclose(wanda_score(w, input_norm(x)), np.sqrt(score * len(x)), rtol=1e-12)


def test_obd_curvature_may_be_of_every_weight() -> None:
    np.testing.assert_array_equal(obd_score([[1.0, 2.0]], [[2.0, 1.0]]), [[1.0, 2.0]])
    np.testing.assert_array_equal(obd_score([[1.0], [2.0]], [[2.0], [1.0]]), [[1.0], [2.0]])


@pytest.mark.oracle(
    "block_influence", against="scipy.spatial.distance.cosine", tolerance="1e-12 absolute, float64 sums"
)
def test_block_influence() -> None:
    distance = pytest.importorskip("scipy.spatial.distance")
    a, b = RNG.standard_normal((4, 6, 16)), RNG.standard_normal((4, 6, 16))
    theirs = np.mean([distance.cosine(u, v) for u, v in zip(a.reshape(-1, 16), b.reshape(-1, 16), strict=True)])
    assert block_influence(a, b) == pytest.approx(theirs, abs=1e-12)
    assert block_influence(a, 3 * a) == pytest.approx(0, abs=1e-12)
    assert block_influence(a, -a) == pytest.approx(2, abs=1e-12)
    assert block_influence(a * 1e200, b * 1e-200) == pytest.approx(theirs, abs=1e-12)
    assert block_influence(np.zeros((2, 3)), [[0, 0, 0], [1, 0, 0]]) == 0.5
    blocks = {"0": block_influence(a, b), "1": block_influence(a, a + 0.1 * b), "2": block_influence(a, a + b)}
    assert layer_mask(blocks, sparsity=1 / 3) == {"0": True, "1": False, "2": True}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: taylor_score([1.0], [1.0, 2.0]), r"grad must have shape \(1,?\)"),
        (lambda: taylor_score([[1.0]] * 4, [[1.0]] * 4, units=3), "units = 3 must divide axis 0"),
        (lambda: taylor_score([1e200], [1e100]), "beyond the range of float64"),
        (lambda: snip_score([1e300], [1e300]), "beyond the range of float64"),
        (lambda: movement_score([1.0], [1.0], score=[1.0, 2.0]), r"score must have shape \(1,?\)"),
        (lambda: obd_score([[1.0, 2.0]], [1.0, -1.0]), "hessian_diagonal must be at least 0"),
        (lambda: obd_score([[1.0, 2.0]], [1.0, 1.0, 1.0]), "must broadcast to w"),
        (lambda: obd_score([1.0, 2.0], [[1.0, 1.0]]), "must broadcast to w"),
        (lambda: wanda_score([[1.0, 2.0]], [1.0, -1.0]), "x_norm must be at least 0"),
        (lambda: wanda_score([[1.0, 2.0]], [1.0]), r"x_norm must have shape \(2,?\)"),
        (lambda: input_norm(1.0), r"x must have shape \(\.\.\., in_features\)"),
        (lambda: block_influence([[1.0]], [1.0]), r"h_out must have shape \(1, 1\)"),
        (lambda: block_influence(1.0, 1.0), "h_in must have shape"),
    ],
)
def test_what_does_not_fit_is_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
