"""Distilled training: gradients against torch and differences, teachers left alone, sequences, and what it buys."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress import nn
from minicompress.distillation import (
    attention_transfer_loss,
    distillation_loss,
    jsd_loss,
    multi_teacher_loss,
    reverse_kl_loss,
    soft_target_loss,
)
from minicompress.training import (
    IGNORE,
    Distillation,
    FeatureMatch,
    OnPolicy,
    distil,
    next_tokens,
    on_policy_step,
    projection,
    sampler,
    sequence_level_batches,
)


def mlp(seed: int, hidden: int = 6) -> nn.Sequential:
    rng = np.random.default_rng(seed)
    return nn.Sequential(nn.Linear(4, hidden, rng=rng), nn.Tensor.tanh, nn.Linear(hidden, 3, rng=rng))


def task(n: int = 16) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.standard_normal((n, 4)).astype(np.float32), rng.integers(0, 3, n)


def soft(student, teacher, labels):
    return soft_target_loss(student, teacher)


class Tiny(nn.Module):
    """A recurrent language model: ids (batch, length) to logits (batch, length, vocabulary)."""

    def __init__(self, seed: int, vocabulary: int = 7, hidden: int = 16) -> None:
        rng = np.random.default_rng(seed)
        self.embedding, self.gru = nn.Embedding(vocabulary, hidden, rng=rng), nn.GRU(hidden, hidden, rng=rng)
        self.dropout = nn.Dropout(0.1, rng=rng)
        self.out = nn.Linear(hidden, vocabulary, rng=rng)
        self.out.weight.data *= 6  # far from uniform, so that there is something to imitate

    def forward(self, ids):
        return self.out(self.dropout(self.gru(self.embedding(ids))))


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


# ---- sequences -----------------------------------------------------------------------------------------------------


@pytest.mark.oracle("next_tokens", against="labels written out by hand", tolerance="equal")
@pytest.mark.oracle("sequence_level_batches", against="labels written out by hand", tolerance="equal")
@pytest.mark.parametrize("stop", [None, 0])
def test_labels_count_only_what_was_generated_up_to_the_end(stop):
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 3, (40, 9))
    inputs, labels = next_tokens(ids, prompt_length=4, stop=stop)
    np.testing.assert_array_equal(inputs, ids[:, :-1])
    for row, label in zip(ids, labels, strict=True):
        wanted, ended = [], False
        for place in range(1, 9):  # the definition, token by token
            wanted.append(IGNORE if place < 4 or ended else row[place])
            ended |= place >= 4 and stop is not None and row[place] == stop
        np.testing.assert_array_equal(label, wanted)


def test_a_student_learns_to_write_what_the_teacher_writes():
    teacher, student = Tiny(0).eval(), Tiny(1)
    prompts = [np.arange(7)[:, None]]
    generate = sampler(teacher, new_tokens=6, rng=np.random.default_rng(0), temperature=0)
    data = list(sequence_level_batches(generate, prompts))
    adam = nn.Adam(student.named_parameters(), lr=0.02)
    loss = lambda logits, labels: nn.cross_entropy(logits, labels, ignore=IGNORE)  # noqa: E731
    nn.fit(student, data, optimizer=adam, epochs=120, loss=loss, progress=False)
    written = sampler(student, new_tokens=6, rng=np.random.default_rng(0), temperature=0)(prompts[0])
    np.testing.assert_array_equal(written, generate(prompts[0]))
    assert (written[:, 1:] != written[:, :-1]).any()


@pytest.mark.oracle("sampler", against="the softmax in closed form, frequencies", tolerance="stated in the test")
def test_sampling_follows_the_softmax_at_its_temperature():
    model = Tiny(0).eval()
    with nn.no_grad():
        logits = model(np.array([[3, 5]])).data[0, -1].astype(np.float64)
    for temperature in (0.5, 2.0):
        drawn = sampler(model, new_tokens=1, rng=np.random.default_rng(0), temperature=temperature)(
            np.tile([3, 5], (20_000, 1))
        )[:, -1]
        p = np.exp((logits - logits.max()) / temperature)
        expected = 20_000 * p / p.sum()
        gap = np.abs(np.bincount(drawn, minlength=7) - expected)
        assert (gap <= 4 * np.sqrt(expected) + 1).all(), (gap, expected)  # four standard deviations of a Poisson count
    greedy = sampler(model, new_tokens=1, rng=np.random.default_rng(0), temperature=0)(np.array([[3, 5]]))
    assert greedy[0, -1] == logits.argmax()


@pytest.mark.oracle("on_policy_step", against="torch autograd of the JSD on the sampled text", tolerance="1e-5")
def test_an_on_policy_step_has_torchs_gradient():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    student, teacher = (nn.Sequential(nn.Embedding(5, 8, rng=rng), nn.Linear(8, 5, rng=rng)) for _ in range(2))
    prompts = np.array([[1, 2], [3, 4]])
    written = np.array([[1, 2, 0, 4, 1], [3, 4, 1, 0, 2]])
    value = on_policy_step(student, teacher, prompts, lambda _: written, stop=0)
    value.backward()

    table = torch.tensor(student.steps[0].weight.data, requires_grad=True)
    w, b = (torch.tensor(t.data, requires_grad=True) for t in (student.steps[1].weight, student.steps[1].bias))
    # The places that count predict: row 0 the stop; row 1 the 1 and the stop.
    places = torch.tensor([2, 4, 1])
    q = (table[places] @ w.T + b).softmax(-1)
    theirs = torch.tensor(teacher.state_dict()["steps.0.weight"])[places]
    p = (theirs @ torch.tensor(teacher.steps[1].weight.data).T + torch.tensor(teacher.steps[1].bias.data)).softmax(-1)
    m = (p + q) / 2
    wanted = (0.5 * (p * (p / m).log()).sum(-1) + 0.5 * (q * (q / m).log()).sum(-1)).mean()
    wanted.backward()
    assert value.item() == pytest.approx(wanted.item(), rel=1e-5)
    for mine, torchs in ((student.steps[0].weight, table), (student.steps[1].weight, w), (student.steps[1].bias, b)):
        np.testing.assert_allclose(mine.grad, torchs.grad.numpy(), rtol=1e-4, atol=1e-7)


@pytest.mark.oracle("OnPolicy", against="the teacher's own distribution", tolerance="falls")
@pytest.mark.parametrize("loss", [jsd_loss, reverse_kl_loss, soft_target_loss])
def test_on_policy_training_brings_the_student_to_the_teacher_on_its_own_text(loss):
    teacher, student, rng = Tiny(0), Tiny(1, hidden=12), np.random.default_rng(0)
    prompts, modes = np.tile(np.arange(7), 4)[:, None], []
    write = sampler(student, new_tokens=6, rng=rng)

    def generate(ids):
        modes.append(student.training)
        return write(ids)

    adam = nn.Adam(student.named_parameters(), lr=0.02)
    pair = OnPolicy(student, teacher, generate, loss)
    assert list(pair.named_parameters()) == [f"student.{name}" for name in student.named_parameters()]
    batches = [(prompts, None)] * 10
    history = nn.fit(pair, batches, optimizer=adam, epochs=10, loss=pair.total_loss, progress=False)
    assert not any(modes)  # it writes without dropout
    assert np.mean(history.steps[-10:]) < 0.35 * np.mean(history.steps[:3])
    assert all(p.grad is None for p in teacher.named_parameters().values())


def test_the_student_is_back_in_its_mode_when_it_learns():
    student, teacher = Tiny(1), Tiny(0)
    seen = []
    student.dropout.add_hook(lambda module, args: seen.append(module.training))
    on_policy_step(student, teacher, np.array([[1]]), sampler(student, new_tokens=2, rng=np.random.default_rng(0)))
    assert seen == [False, False, True]
    assert student.training
    on_policy_step(student.eval(), teacher, np.array([[1]]), lambda ids: np.array([[1, 2]]))
    assert not student.training


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
    big = nn.Sequential(nn.Embedding(9, 4, rng=rng), nn.Linear(4, 9, rng=rng))
    with pytest.raises(ValueError, match=r"student's shape \(1, 2, 7\); got \(1, 2, 9\)"):
        on_policy_step(Tiny(0), big, [[1, 2]], lambda ids: np.array([[1, 2, 3]]))


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


@pytest.mark.parametrize(
    "written", [np.array([[1, 2]]), np.array([[2, 2, 3]]), np.array([[1, 2, 3], [1, 2, 3]]), np.array([[1]])]
)
def test_generate_must_go_on_where_the_prompts_end(written):
    with pytest.raises(ValueError, match=r"generate must return the prompts \(1, 2\) with tokens after them"):
        list(sequence_level_batches(lambda ids: written, [np.array([[1, 2]])]))


def test_other_bad_arguments_are_named():
    with pytest.raises(ValueError, match="prompt_length must be an integer from 1 to 2; got 3"):
        next_tokens([[1, 2, 3]], prompt_length=3)
    with pytest.raises(TypeError, match="prompts must hold integers"):
        on_policy_step(Tiny(0), Tiny(1), np.ones((1, 2)), lambda ids: ids)
    with pytest.raises(ValueError, match="temperature must be a number in"):
        sampler(Tiny(0), new_tokens=1, rng=np.random.default_rng(0), temperature=-1)
    with pytest.raises(ValueError, match="weight must be a number in"):
        FeatureMatch("a", "b", weight=-1)
