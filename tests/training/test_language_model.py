"""Training a decoder, in small: it learns, it keeps its best epoch, a seed fixes it, any loss can be given."""

from __future__ import annotations

import math

import numpy as np
import pytest

from minicompress import nn
from minicompress.data import DocstringCorpus, load_docstrings
from minicompress.models.decoder import perplexity
from minicompress.training.language_model import encode_corpus, train_language_model, windows

SIZES = {"width": 32, "layers": 1, "heads": 2, "kv_heads": 1, "hidden": 32, "context": 64}


@pytest.fixture(scope="module")
def tokens():
    whole = load_docstrings()
    few = DocstringCorpus(whole.train[:250], whole.validation[:40], whole.test[:40], whole.provenance)
    return encode_corpus(few, vocabulary=320)


def test_learns_and_keeps_the_best_epoch(tokens):
    seen = []
    model = train_language_model(
        tokens, epochs=3, progress=False, on_epoch=lambda epoch, score: seen.append(score.nats), **SIZES
    )
    assert perplexity(model, tokens.validation).nats == pytest.approx(min(seen), abs=1e-6)
    counts = np.bincount(tokens.train, minlength=320) + 1.0
    unigram = -np.log(counts / counts.sum())[tokens.validation].mean()
    assert min(seen) < unigram - 0.3 < math.log(320)


def test_the_best_epoch_need_not_be_the_last(tokens):
    seen = []
    steps = iter(range(10_000))

    def worse_later(logits, labels, ids):
        value = nn.cross_entropy(logits, labels)
        return value if next(steps) < per_epoch else value * -1.0

    per_epoch = len(windows(tokens.train, context=64, batch_size=4, rng=np.random.default_rng(0)))
    model = train_language_model(
        tokens,
        epochs=2,
        loss=worse_later,
        progress=False,
        on_epoch=lambda epoch, score: seen.append(score.nats),
        **SIZES,
    )
    assert seen[0] < seen[1]
    assert perplexity(model, tokens.validation).nats == pytest.approx(seen[0], abs=1e-6)


def test_a_seed_fixes_the_model(tokens):
    first, second, other = (
        train_language_model(tokens, epochs=1, seed=s, progress=False, **SIZES).state_dict() for s in (3, 3, 4)
    )
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert not np.array_equal(first["embedding.weight"], other["embedding.weight"])


def test_experts_are_kept_in_balance(tokens):
    model = train_language_model(tokens, epochs=1, progress=False, experts=4, experts_per_token=1, **SIZES)
    model.logits(tokens.validation[None, :256])
    assert 1.0 <= model.balance_loss().item() < 2.0


def test_a_loss_sees_the_ids_that_a_teacher_would_read(tokens):
    teacher = train_language_model(tokens, epochs=1, progress=False, **SIZES)
    student = teacher.copy()
    before = perplexity(student, tokens.validation).nats
    largest = []

    def distil(logits, labels, ids):
        np.testing.assert_array_equal(ids[:, 1:], labels[:, :-1])
        wanted = nn.Tensor(teacher.logits(ids))
        largest.append(float(np.abs((logits - wanted).data).max()))
        return ((logits - wanted) ** 2).mean()

    trained = train_language_model(tokens, model=student, epochs=1, loss=distil, progress=False)
    assert trained is student
    assert largest[0] == 0.0  # the copy agrees with its teacher, and so the loss leaves it (almost) alone
    assert perplexity(trained, tokens.validation).nats == pytest.approx(before, abs=0.05)


class TestWindows:
    def test_labels_are_the_next_tokens_and_no_place_is_read_twice(self):
        batches = windows(np.arange(1000), context=16, batch_size=4, rng=np.random.default_rng(0))
        rows = np.concatenate([x for x, _ in batches])
        np.testing.assert_array_equal(np.concatenate([y for _, (y, _) in batches]), rows + 1)
        np.testing.assert_array_equal(np.concatenate([again for _, (_, again) in batches]), rows)
        assert len(np.unique(rows)) == rows.size >= 1000 - 2 * 16
        assert not np.array_equal(rows[:, 0], np.sort(rows[:, 0]))
        assert [len(x) for x, _ in batches[:-1]] == [4] * (len(batches) - 1)

    def test_two_epochs_are_cut_at_other_places(self):
        rng = np.random.default_rng(0)
        first, second = (windows(np.arange(500), context=16, batch_size=4, rng=rng)[0][0][0, 0] % 16 for _ in range(2))
        assert first != second

    def test_a_short_text_is_refused(self):
        with pytest.raises(ValueError, match="at least 2 context \\+ 1 = 33 tokens; got 32"):
            windows(np.arange(32), context=16, batch_size=4, rng=np.random.default_rng(0))


def test_what_does_not_fit_is_named(tokens):
    with pytest.raises(ValueError, match="size must be one of 'teacher', 'student'; got 'tiny'"):
        train_language_model(tokens, size="tiny")
    model = train_language_model(tokens, epochs=1, progress=False, **SIZES)
    with pytest.raises(ValueError, match="those of the model that is given; got width"):
        train_language_model(tokens, model=model, width=64)
