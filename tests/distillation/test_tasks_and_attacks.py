"""Several tasks, and adversarial inputs: the attack against brute force and torch, the min-max as a whole."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from minicompress.distillation import (
    fgsm_perturb,
    hard_label_loss,
    multi_task_loss,
    pgd_perturb,
    robust_distillation_loss,
    soft_target_loss,
)


@pytest.mark.oracle("multi_task_loss", against="torch: autograd of the weighted sum", tolerance="1e-12")
def test_tasks_that_share_a_layer_add_up(data: Any, by_torch: Any) -> None:
    torch = pytest.importorskip("torch")
    x, shared, teacher = data((6, 3), 0), data((4, 3), 1), data((6, 4), 2)
    labels = np.array([0, 1, 2, 3, 0, 1])
    logits = x @ shared.T
    losses = {"imitate": soft_target_loss(logits, teacher), "classify": hard_label_loss(logits, labels)}
    total, grads = multi_task_loss(losses, weights={"imitate": 0.25, "classify": 2.0})

    def oracle(w: Any) -> Any:
        z = torch.tensor(x) @ w.T
        f = torch.nn.functional
        kl = f.kl_div(
            f.log_softmax(z, -1), f.log_softmax(torch.tensor(teacher), -1), reduction="batchmean", log_target=True
        )
        return 0.25 * kl + 2 * f.cross_entropy(z, torch.tensor(labels))

    expected, (slope,) = by_torch(oracle, shared)
    np.testing.assert_allclose(total, expected, rtol=1e-12)
    np.testing.assert_allclose(sum(g.T @ x for g in grads.values()), slope, rtol=1e-10, atol=1e-12)


def test_task_weights_are_checked() -> None:
    one = {"a": (1.0, np.ones(2, np.float32))}
    assert multi_task_loss(one, weights={"a": 2})[1]["a"].dtype == np.float32
    for losses, weights, message in (
        ({}, {}, "losses must name at least one task"),
        (one, {"b": 1.0}, "weights must name the tasks a; got b"),
        (one, {"a": -1.0}, r"weights\['a'\] must be a number"),
        (one, {"a": 1e39}, "beyond float32"),
        ({"a": (np.nan, np.ones(1))}, {"a": 1.0}, "the loss of 'a' must be a number"),
    ):
        with pytest.raises(ValueError, match=message):
            multi_task_loss(losses, weights=weights)


# ---- the attack ----------------------------------------------------------------------------------------------------


@pytest.mark.oracle("fgsm_perturb", against="brute force over the corners of the ball", tolerance="equal")
def test_one_step_is_the_worst_corner_for_a_linear_loss() -> None:
    rng = np.random.default_rng(0)
    x, w = rng.uniform(0, 1, 6), rng.standard_normal(6)
    corners = [np.clip(x + 0.3 * np.array(signs), 0, 1) for signs in product((-1, 1), repeat=6)]
    worst = max(corners, key=lambda c: float(w @ c))
    np.testing.assert_array_equal(fgsm_perturb(x, lambda _: w, epsilon=0.3, low=0, high=1), worst)


@pytest.mark.oracle("pgd_perturb", against="torch: sign ascent by autograd, clamped", tolerance="equal")
def test_steps_are_those_of_torch(data: Any) -> None:
    torch = pytest.importorskip("torch")
    w, t = data((5, 4), 3), data((3, 5), 4)
    x = np.random.default_rng(1).uniform(0, 1, (3, 4))

    def gradient(point: np.ndarray) -> np.ndarray:
        return soft_target_loss(point @ w.T, t)[1] @ w

    point = torch.tensor(x)
    for _ in range(7):
        point = point.detach().requires_grad_()
        f = torch.nn.functional
        log_q, log_p = f.log_softmax(point @ torch.tensor(w).T, -1), f.log_softmax(torch.tensor(t), -1)
        f.kl_div(log_q, log_p, reduction="batchmean", log_target=True).backward()
        stepped = point.detach() + 0.02 * point.grad.sign()
        point = torch.clamp(torch.min(torch.max(stepped, torch.tensor(x - 0.05)), torch.tensor(x + 0.05)), 0, 1)
    kept = x.copy()
    ours = pgd_perturb(x, gradient, epsilon=0.05, step=0.02, steps=7, low=0, high=1)
    np.testing.assert_array_equal(ours, point.numpy())
    np.testing.assert_array_equal(x, kept)
    assert np.abs(ours - x).max() <= 0.05 + 1e-15


def test_more_steps_find_more_loss_and_stay_in_the_ball(data: Any) -> None:
    w, v, t = data((9, 4), 5), data((3, 9), 6), data((8, 3), 7)
    x = data((8, 4), 8)

    def loss_and_grad(point: np.ndarray) -> tuple[float, np.ndarray]:
        hidden = np.tanh(point @ w.T)
        loss, g = soft_target_loss(hidden @ v.T, t)
        return loss, ((g @ v) * (1 - hidden**2)) @ w

    losses = [loss_and_grad(x)[0]]
    losses.append(loss_and_grad(fgsm_perturb(x, lambda p: loss_and_grad(p)[1], epsilon=0.05))[0])
    for rng in (None, np.random.default_rng(0)):
        found = pgd_perturb(x, lambda p: loss_and_grad(p)[1], epsilon=0.05, step=0.01, steps=20, rng=rng)
        assert np.abs(found - x).max() <= 0.05 + 1e-12
        losses.append(loss_and_grad(found)[0])
    assert losses[0] < losses[1] <= losses[2] + 1e-9
    assert losses[3] > losses[0]


def test_attack_arguments() -> None:
    x = np.array([0.2, 0.8], np.float32)
    flat = np.zeros_like
    assert pgd_perturb(x, flat, epsilon=0.1, step=0.1, steps=1).dtype == np.float32
    np.testing.assert_array_equal(pgd_perturb(x, flat, epsilon=0.1, step=0.1, steps=3), x)
    edge = np.full(2, np.finfo(np.float32).max)
    np.testing.assert_array_equal(fgsm_perturb(edge, np.ones_like, epsilon=1e300), edge)
    with pytest.raises(ValueError, match=r"x must lie in \[low, high\]"):
        fgsm_perturb(x, flat, epsilon=0.1, low=0.5)
    with pytest.raises(ValueError, match="low must be at most high"):
        fgsm_perturb(x, flat, epsilon=0.1, low=1, high=0)
    with pytest.raises(ValueError, match=r"gradient\(x\) must have shape \(2"):
        fgsm_perturb(x, lambda p: p[:1], epsilon=0.1)
    with pytest.raises(ValueError, match=r"gradient\(x\) has 2 values that are not finite"):
        fgsm_perturb(x, lambda p: p * np.nan, epsilon=0.1)
    with pytest.raises(ValueError, match="epsilon must be a number"):
        fgsm_perturb(x, flat, epsilon=-1)
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        pgd_perturb(x, flat, epsilon=0.1, step=0.1, steps=1, rng=0)


@pytest.mark.oracle("robust_distillation_loss", against="torch: value and autograd", tolerance="1e-12")
def test_the_robust_loss_is_that_of_torch(data: Any, by_torch: Any) -> None:
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    attacked, clean, t, labels = data((4, 5), 9), data((4, 5), 10), data((4, 5), 11), [0, 4, 2, 1]

    def oracle(a: Any, c: Any) -> Any:
        log_q, log_p = f.log_softmax(a / 3, -1), f.log_softmax(torch.tensor(t) / 3, -1)
        kl = f.kl_div(log_q, log_p, reduction="batchmean", log_target=True)
        return 0.6 * 9 * kl + 0.4 * f.cross_entropy(c, torch.tensor(labels))

    loss, grads = robust_distillation_loss(attacked, t, clean, labels=labels, temperature=3.0, alpha=0.6)
    expected, slopes = by_torch(oracle, attacked, clean)
    np.testing.assert_allclose(loss, expected, rtol=1e-12)
    np.testing.assert_allclose(grads[0], slopes[0], atol=1e-12)
    np.testing.assert_allclose(grads[1], slopes[1], atol=1e-12)


def test_training_on_the_worst_inputs_makes_a_student_that_yields_less() -> None:
    """The min-max on a problem with a robust and a fragile feature: against the same attack, the robust student wins.

    The fragile feature is ten times as telling for the teacher but a tenth as large as the attack's reach.
    """
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    side = 2.0 * labels - 1
    x = np.stack([2 * side + 0.8 * rng.standard_normal(400), 0.05 * side + 0.01 * rng.standard_normal(400)], axis=1)
    teacher = np.stack([-x @ [1.0, 60.0], x @ [1.0, 60.0]], axis=1)

    def attack(w: np.ndarray) -> np.ndarray:
        return pgd_perturb(x, lambda p: soft_target_loss(p @ w.T, teacher)[1] @ w, epsilon=0.5, step=0.2, steps=5)

    def train(robust: bool) -> np.ndarray:
        w = np.zeros((2, 2))
        for _ in range(400):
            seen = attack(w) if robust else x
            _, (grad, _) = robust_distillation_loss(seen @ w.T, teacher, x @ w.T, labels=labels)
            w = w - 0.5 * np.array([[1.0, 50.0], [1.0, 50.0]]) * (grad.T @ seen)  # the small feature needs large steps
        return w

    def accuracy(w: np.ndarray, inputs: np.ndarray) -> float:
        return float(np.mean((inputs @ w.T).argmax(axis=1) == labels))

    plain, robust = train(False), train(True)
    assert accuracy(plain, x) > 0.97
    assert accuracy(robust, x) > 0.97
    assert accuracy(robust, attack(robust)) > accuracy(plain, attack(plain)) + 0.2
