"""Distilled training: gradients against torch and differences, teachers left alone, and what it buys."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress import nn
from minicompress.distillation import (
    attention_transfer_loss,
    distillation_loss,
    multi_teacher_loss,
    soft_target_loss,
)
from minicompress.training import (
    Distillation,
    FeatureMatch,
    distil,
    projection,
)


def mlp(seed: int, hidden: int = 6) -> nn.Sequential:
    rng = np.random.default_rng(seed)
    return nn.Sequential(nn.Linear(4, hidden, rng=rng), nn.Tensor.tanh, nn.Linear(hidden, 3, rng=rng))


def task(n: int = 16) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((n, 4)).astype(np.float32), rng.integers(0, 3, n)


def soft(student, teacher, labels):
    return soft_target_loss(student, teacher)


# ---- losses on the tape --------------------------------------------------------------------------------------------


@pytest.mark.oracle("projection", against="torch autograd through both networks", tolerance="1e-5")
@pytest.mark.oracle("distil", against="torch autograd through both networks", tolerance="1e-5")
def test_logit_and_feature_losses_have_torchs_gradient():
    torch = pytest.importorskip("torch")
    student, teacher, (x, labels) = mlp(0), mlp(1, hidden=9), task()
    match = FeatureMatch("steps.0", "steps.0", weight=0.7, projection=projection(9, 6, rng=np.random.default_rng(2)))
    pair = Distillation(
        student,
        teacher,
        loss=lambda s, t, y: distillation_loss(s, t, labels=y, temperature=3.0, alpha=0.4),
        features=[match],
    )
    assert sorted(pair.named_parameters()) == sorted(
        ["features.0.projection", *(f"student.{name}" for name in student.named_parameters())]
    )
    value = pair.total_loss(pair(x), labels)
    value.backward()

    mine = {name: torch.tensor(w, requires_grad=True) for name, w in student.state_dict().items()}
    theirs = {name: torch.tensor(w) for name, w in teacher.state_dict().items()}
    p = torch.tensor(match.projection.data, requires_grad=True)

    def run(w):
        hidden = torch.tensor(x) @ w["steps.0.weight"].T + w["steps.0.bias"]
        return hidden, torch.tanh(hidden) @ w["steps.2.weight"].T + w["steps.2.bias"]

    (hidden, out), (their_hidden, their_out) = run(mine), run(theirs)
    kl = torch.nn.functional.kl_div(
        (out / 3).log_softmax(-1), (their_out / 3).log_softmax(-1), log_target=True, reduction="batchmean"
    )
    wanted = 0.4 * 9 * kl + 0.6 * torch.nn.functional.cross_entropy(out, torch.tensor(labels))
    wanted = wanted + 0.7 * ((hidden @ p.T - their_hidden) ** 2).mean()
    wanted.backward()
    assert value.item() == pytest.approx(wanted.item(), rel=1e-5)
    for name, tensor in student.named_parameters().items():
        np.testing.assert_allclose(tensor.grad, mine[name].grad.numpy(), rtol=1e-4, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(match.projection.grad, p.grad.numpy(), rtol=1e-4, atol=1e-6)


@pytest.mark.oracle("distil", against="finite differences", tolerance="1e-5")
def test_attention_and_feature_losses_have_the_gradient_of_differences():
    class Attentive(nn.Module):
        def __init__(self, seed: int, heads: int) -> None:
            rng = np.random.default_rng(seed)
            self.attention, self.out = nn.MultiHeadAttention(4, heads, rng=rng), nn.Linear(4, 3, rng=rng)

        def forward(self, x):
            return self.out(self.attention(x, return_weights=True)[0])

    student, teacher = Attentive(0, heads=2).astype(np.float64), Attentive(1, heads=4).astype(np.float64)
    x = np.random.default_rng(2).standard_normal((2, 5, 4))
    labels = np.zeros((2, 5), int)
    matches = [
        FeatureMatch("attention", "attention", loss=attention_transfer_loss, weight=50, pick=lambda out: out[1]),
        FeatureMatch("attention", "attention", weight=0.5, pick=lambda out: out[0]),
    ]
    pair = Distillation(student, teacher, features=matches)
    nn.check_gradients(lambda: pair.total_loss(pair(x), labels), student.named_parameters(), rtol=1e-5, atol=1e-8)
    with nn.no_grad():
        _, _, inner = pair(x)
    assert inner.item() > 0.01


def test_several_teachers_pull_towards_their_mean_distribution():
    student, teachers, (x, _) = mlp(0), [mlp(1), mlp(2)], task()
    pair = Distillation(student, teachers, loss=lambda s, t, y: multi_teacher_loss(s, t, weights=[1.0, 3.0]))
    logits, known, inner = pair(x)
    assert inner is None
    assert len(known) == 2
    seed = nn.Tensor(logits.data, requires_grad=True)
    pair.total_loss((seed, known, None), None).backward()
    softmax = lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)  # noqa: E731
    mean = 0.25 * softmax(known[0]) + 0.75 * softmax(known[1])
    np.testing.assert_allclose(seed.grad, (softmax(logits.data) - mean) / len(x), rtol=1e-4, atol=1e-7)


def test_the_teacher_is_called_in_inference_and_left_as_it_was():
    rng = np.random.default_rng(0)
    teacher = nn.Sequential(nn.Linear(4, 8, rng=rng), nn.Dropout(0.5, rng=rng), nn.Linear(8, 3, rng=rng))
    student, before, (x, labels) = mlp(1), teacher.state_dict(), task()
    match = FeatureMatch("steps.0", "steps.0", projection=projection(8, 6, rng=rng))
    start, recorded = match.projection.data.copy(), []
    stop = teacher.steps[0].add_hook(lambda module, args: recorded.append(nn.is_recording()))
    history = distil(student, teacher, [(x, labels)], epochs=30, features=[match], progress=False)
    stop()
    assert recorded == [False] * 30  # no tape grows under the teacher
    assert history.steps[-1] < history.steps[0]
    assert all(np.array_equal(before[name], w) for name, w in teacher.state_dict().items())
    assert all(p.grad is None for p in teacher.named_parameters().values())
    assert not teacher.training
    assert not student.training
    assert np.abs(match.projection.data - start).max() > 0.01  # the projection learned too
    assert all(not module._hooks for model in (student, teacher) for _, module in model.named_modules())


def test_hooks_go_even_when_the_student_fails():
    student, teacher = mlp(0), mlp(1)
    pair = Distillation(student, teacher, features=[FeatureMatch("steps.0", "steps.0")])
    with pytest.raises(ValueError, match="x must have shape"):
        pair(np.ones((2, 5), np.float32))
    assert all(not module._hooks for model in (student, teacher) for _, module in model.named_modules())


# ---- what it buys --------------------------------------------------------------------------------------------------


def test_a_distilled_student_beats_a_plain_one_on_few_images(digits):
    """In the mean of 3 seeds: the same 100 images and steps, the teacher having seen 1200."""
    plain, distilled = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        teacher = digits.network(64, rng)
        digits.train(teacher, rng, epochs=15)
        rows = rng.choice(1200, 100, replace=False)
        student = digits.network(32, np.random.default_rng(seed + 50))
        digits.train(student, np.random.default_rng(seed), epochs=200, rows=rows)
        plain.append(digits.accuracy(student))
        student = digits.network(32, np.random.default_rng(seed + 50))
        distil(
            student,
            teacher,
            digits.batches(np.random.default_rng(seed), rows),
            epochs=200,
            loss=lambda s, t, y: distillation_loss(s, t, labels=y, temperature=4.0, alpha=0.9),
            optimizer=lambda p: nn.Adam(p, lr=3e-3),
            progress=False,
        )
        distilled.append(digits.accuracy(student))
    assert np.mean(distilled) > np.mean(plain) + 0.02, (plain, distilled)


# ---- what is refused -----------------------------------------------------------------------------------------------


def test_logits_of_another_shape_are_named():
    rng = np.random.default_rng(0)
    x = task()[0]
    with pytest.raises(ValueError, match=r"teacher's logits must have the student's shape \(16, 3\); got \(16, 5\)"):
        distil(mlp(0), nn.Linear(4, 5, rng=rng), [(x, None)], epochs=1, loss=soft, progress=False)


@pytest.mark.parametrize(("student", "teacher", "role"), [("steps.9", "steps.0", "student"), ("", "body", "teacher")])
def test_an_unknown_layer_is_answered_with_the_names(student, teacher, role):
    pair = Distillation(mlp(0), mlp(1), features=[FeatureMatch(student, teacher)])
    with pytest.raises(ValueError, match=f"{role} must be the name of one of .* 'steps.0', 'steps.2'; got"):
        pair(task()[0])


def test_widths_that_differ_need_a_projection():
    pair = Distillation(mlp(0), mlp(1, hidden=9), features=[FeatureMatch("steps.0", "steps.0")])
    with pytest.raises(ValueError, match=r"teacher_features must have shape \(16, 6\)"):
        pair(task()[0])


@pytest.mark.parametrize("teacher", [None, [], [None]])
def test_a_teacher_must_be_a_module(teacher):
    with pytest.raises(TypeError, match="student and teacher must be modules"):
        Distillation(mlp(0), teacher)


def test_a_weight_below_zero_is_named():
    with pytest.raises(ValueError, match="weight must be a number in"):
        FeatureMatch("a", "b", weight=-1)
