"""Grader of find_the_fault_kl_mean. Oracle: plain Python sums, token by token, with math.fsum."""

import math

import numpy as np
import pytest


def kl(z, t):
    """KL(softmax(t) || softmax(z)) of one token."""
    logs = []
    for row in (z, t):
        row = [float(v) for v in row]
        lse = max(row) + math.log(math.fsum(math.exp(v - max(row)) for v in row))
        logs.append([v - lse for v in row])
    return math.fsum(math.exp(b) * (b - a) for a, b in zip(*logs, strict=True))


def tokens(student, teacher, mask):
    """The divergence of each counted token, sequence by sequence."""
    return [[kl(student[i, j], teacher[i, j]) for j in np.flatnonzero(mask[i])] for i in range(len(mask))]


def exact(student, teacher, mask):
    flat = [v for row in tokens(student, teacher, mask) for v in row]
    return math.fsum(flat) / len(flat)


def mistakes(student, teacher, mask):
    """What the fault itself and the usual wrong repairs return."""
    rows = tokens(student, teacher, mask)
    counted = int(mask.sum())
    total = math.fsum(v for row in rows for v in row)
    full = [row for row in rows if row]
    back = exact(teacher, student, mask)
    return {
        "the fault is still there: the mean also divides by the vocabulary (词表)": total / counted / student.shape[-1],
        "everything was summed: divide by the number of counted tokens": total,
        "divided by the batch alone (batchmean); each token counts": total / len(mask),
        "divided by all positions, padding (填充) as well": total / mask.size,
        "the mean per sequence was averaged: that gives short sequences a larger weight": math.fsum(
            math.fsum(row) / len(row) for row in full
        )
        / len(full),
        "the sums per sequence were averaged over the sequences that count": total / len(full),
        "the divergence was turned round, KL(student || teacher)": back,
        "the vocabulary was summed and the tokens too, then divided by the vocabulary": total / student.shape[-1],
        "the logarithms are base 2; nats are asked for": total / counted / math.log(2),
        "the root of the vocabulary does not make up for the mean": total / counted / math.sqrt(student.shape[-1]),
    }


def holds(exercise, student, teacher, mask):
    known = mistakes(student, teacher, mask)
    answer = exercise(student, teacher, mask)
    answer.close_to(exact(student, teacher, mask), rtol=1e-9, atol=1e-12, known=known)


def logits(seed, shape=(3, 4, 6)):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 2, shape), rng.normal(0, 2, shape)


MASK = np.array([[True, True, True, True], [True, True, False, False], [True, False, False, False]])


def test_by_hand(exercise):
    """Two tokens of p = (3/4, 1/4) against q = (1/2, 1/2), one of equal distributions."""
    z, t = np.zeros((1, 3, 2)), np.array([[[math.log(3.0), 0.0], [math.log(3.0), 0.0], [1.0, 1.0]]])
    expected = 2 / 3 * (0.75 * math.log(1.5) + 0.25 * math.log(0.5))
    mask = np.ones((1, 3), bool)
    exercise(z, t, mask).close_to(expected, rtol=1e-9, atol=1e-12, known=mistakes(z, t, mask))


def test_padded_sequences(exercise):
    holds(exercise, *logits(1), MASK)


def test_gaps_in_the_mask(exercise):
    holds(exercise, *logits(2), np.array([[False, True, False, True], [False] * 4, [True, False, True, True]]))


@pytest.mark.parametrize("vocabulary", [1, 2, 3, 100])
def test_vocabularies(exercise, vocabulary):
    holds(exercise, *logits(3, (3, 4, vocabulary)), MASK)


def test_as_many_of_each(exercise):
    holds(exercise, *logits(4, (3, 3, 3)), MASK[:, :3])


def test_words_that_both_rule_out_change_nothing(exercise):
    z, t = logits(5, (3, 4, 4))
    never = np.full((3, 4, 100), -1000.0)
    wide = np.concatenate([z, never], axis=2), np.concatenate([t, never], axis=2)
    expected = exact(z, t, MASK)
    exercise(*wide, MASK).close_to(expected, rtol=1e-9, atol=1e-12, known=mistakes(*wide, MASK))


def test_large_logits(exercise):
    z = np.array([[[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -999.0]]])
    t = np.array([[[0.0, 0.0, 1000.0], [-1000.0, -999.0, -1000.0]]])
    holds(exercise, z, t, np.ones((1, 2), bool))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_padding_may_hold_anything(exercise, value):
    z, t = logits(6)
    z[~MASK] = value
    t[~MASK] = value
    answer = exercise(z, t, MASK).has(shape=(), dtype="float")
    told = "NaN from padding: choose the counted tokens first, 0 * NaN is NaN"
    answer.check(bool(np.isfinite(answer.value)), told)
    answer.close_to(exact(z, t, MASK), rtol=1e-9, atol=1e-12)


def test_float32_in_fortran_order(exercise):
    z, t = (np.asfortranarray(a.astype(np.float32)) for a in logits(7))
    holds(exercise, z, t, np.asfortranarray(MASK))
    holds(exercise, z.astype(np.float64), t, MASK)
    holds(exercise, z, t.astype(np.float64), MASK)


def test_refuses_an_empty_mask(exercise):
    exercise.raises(ValueError, *logits(8), np.zeros((3, 4), bool), because="no token counts")
