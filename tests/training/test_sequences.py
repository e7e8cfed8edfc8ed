"""Distilling language models: labels of sequences, sampling, on-policy steps, and what they teach."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress import nn
from minicompress.distillation import jsd_loss, reverse_kl_loss, soft_target_loss
from minicompress.training import (
    IGNORE,
    OnPolicy,
    next_tokens,
    on_policy_step,
    sampler,
    sequence_level_batches,
)


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


@pytest.mark.parametrize(
    "written", [np.array([[1, 2]]), np.array([[2, 2, 3]]), np.array([[1, 2, 3], [1, 2, 3]]), np.array([[1]])]
)
def test_generate_must_go_on_where_the_prompts_end(written):
    with pytest.raises(ValueError, match=r"generate must return the prompts \(1, 2\) with tokens after them"):
        list(sequence_level_batches(lambda ids: written, [np.array([[1, 2]])]))


def test_logits_of_another_vocabulary_are_named():
    rng = np.random.default_rng(0)
    big = nn.Sequential(nn.Embedding(9, 4, rng=rng), nn.Linear(4, 9, rng=rng))
    with pytest.raises(ValueError, match=r"student's shape \(1, 2, 7\); got \(1, 2, 9\)"):
        on_policy_step(Tiny(0), big, [[1, 2]], lambda ids: np.array([[1, 2, 3]]))


def test_other_bad_arguments_are_named():
    with pytest.raises(ValueError, match="prompt_length must be an integer from 1 to 2; got 3"):
        next_tokens([[1, 2, 3]], prompt_length=3)
    with pytest.raises(TypeError, match="prompts must hold integers"):
        on_policy_step(Tiny(0), Tiny(1), np.ones((1, 2)), lambda ids: ids)
    with pytest.raises(ValueError, match="temperature must be a number in"):
        sampler(Tiny(0), new_tokens=1, rng=np.random.default_rng(0), temperature=-1)
