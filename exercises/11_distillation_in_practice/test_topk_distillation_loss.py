"""Grader of topk_distillation_loss. Oracle: plain Python over k + 1 outcomes, and complex-step derivatives.

The complex step d f / d x = Im f(x + i h) / h, h = 1e-30, is exact to rounding and uses the loss alone.
"""

import cmath
import math

import numpy as np
import pytest

NAMES = ("loss", "grad")


def lse(values):
    top = max(v.real for v in values)
    return top + cmath.log(sum(cmath.exp(v - top) for v in values))


def divergence(z, logs, tokens):
    """D of one position; ``z`` may be complex."""
    whole = lse(z)
    total = sum(math.exp(a) * (a - (z[c] - whole)) for a, c in zip(logs, tokens, strict=True))
    rest = [v for c, v in enumerate(z) if c not in tokens]
    p_rest = 1 - math.fsum(math.exp(a) for a in logs)
    if rest and p_rest > 0:
        total += p_rest * (math.log(p_rest) - (lse(rest) - whole))
    return total


def exact(student, logs, indices):
    n = len(student)
    loss, grad = 0.0, np.zeros(student.shape)
    for i in range(n):
        z, a, tokens = student[i].astype(float).tolist(), logs[i].astype(float).tolist(), indices[i].tolist()
        loss += complex(divergence(z, a, tokens)).real / n
        for c in range(len(z)):
            moved = [complex(v, 1e-30 * (k == c)) for k, v in enumerate(z)]
            grad[i, c] = divergence(moved, a, tokens).imag / 1e-30 / n
    return loss, grad


def mistakes(student, logs, indices):
    """What the usual mistakes return."""
    z, a = student.astype(float), logs.astype(float)
    n, vocabulary = z.shape
    k = a.shape[1]
    rows = np.arange(n)[:, None]
    log_q = z - np.array([lse(row).real for row in z.tolist()])[:, None]
    p = np.exp(a)
    p_rest = np.maximum(1 - p.sum(axis=1), 0)
    loss, grad = exact(student, logs, indices)
    chosen = log_q[rows, indices]
    renormalised = a - np.log(p.sum(axis=1, keepdims=True))
    student_top = chosen - np.array([lse(row).real for row in chosen.tolist()])[:, None]
    is_rest = np.ones(z.shape, bool)
    is_rest[rows, indices] = False

    def mean(terms):
        return float(np.sum(terms) / n)

    def dense(weights):
        g = np.exp(log_q)
        g[rows, indices] -= weights
        return g / n

    top_only = mean(p * (a - chosen))
    found = {
        "the rest was left out: its bucket (桶) is one more outcome": {"loss": top_only},
        "the top k were renormalised to sum to 1, so the student learns to leave the rest empty": {
            "loss": mean(np.exp(renormalised) * (renormalised - chosen))
        },
        "teacher and student were both renormalised over the top k": {
            "loss": mean(np.exp(renormalised) * (renormalised - student_top))
        },
        "the sum was not divided by the number of positions": {"loss": loss * n},
        "the mean ran over the k tokens as well": {"loss": loss / k},
        "the mean ran over the vocabulary as well": {"loss": loss / vocabulary},
        "the gradient of the rest is q alone: what the teacher leaves to the rest was forgotten": {
            "loss": loss,
            "grad": dense(p),
        },
        "the gradient was not divided by the number of positions": {"loss": loss, "grad": grad * n},
        "the gradient has the wrong sign": {"loss": loss, "grad": -grad},
        "the gradient was multiplied by p: that of a weighted logit, not of a softmax": {
            "loss": loss,
            "grad": dense(p * p),
        },
    }
    if k < vocabulary:
        log_rest = np.array([lse(row[m].tolist()).real for row, m in zip(log_q, is_rest, strict=True)])
        held = p_rest > 0
        log_p_rest = np.log(np.where(held, p_rest, 1))
        even = p_rest / (vocabulary - k)
        spread = even[:, None] * (np.log(np.where(held, even, 1))[:, None] - log_q) * is_rest
        rest_first = np.exp(log_q) * is_rest - is_rest * (p_rest / (vocabulary - k))[:, None]
        found |= {
            "p_rest was spread evenly over the other tokens; they are one bucket (桶)": {
                "loss": top_only + mean(spread)
            },
            "the teacher's ln p_rest is missing: the rest has a cross-entropy, not a divergence": {
                "loss": top_only - mean(p_rest * log_rest)
            },
            "the divergence is the wrong way round, the student in front": {
                "loss": mean(np.exp(chosen) * (chosen - a)) + mean(np.exp(log_rest) * (log_rest - log_p_rest))
            },
            "the gradient of the rest takes an equal part of p_rest from each token": {
                "loss": loss,
                "grad": np.where(is_rest, rest_first / n, grad),
            },
            "the gradient of the rest takes all of p_rest from every token": {
                "loss": loss,
                "grad": np.where(is_rest, (np.exp(log_q) - p_rest[:, None]) / n, grad),
            },
        }
    return found


def holds(exercise, student, logs, indices):
    answer = exercise(student, logs, indices)
    told = "NaN or infinity: ln 0, or 0 / 0 where q_rest underflows; take ln q_rest as a log-sum-exp (数值稳定)"
    loss = answer.part(0, "loss").has(shape=(), dtype="float")
    grad = answer.part(1, "grad").has(shape=student.shape, dtype=np.float64)
    loss.check(bool(np.isfinite(loss.value)), told)
    grad.check(bool(np.isfinite(grad.value).all()), told)
    known = mistakes(student, logs, indices)
    answer.close_to(exact(student, logs, indices), rtol=1e-7, atol=1e-10, names=NAMES, known=known)


def case(seed, positions=3, vocabulary=6, k=2):
    """The k best tokens of a made teacher, in any order."""
    rng = np.random.default_rng(seed)
    z, t = rng.normal(0, 2, (2, positions, vocabulary))
    t = t - np.logaddexp.reduce(t, axis=1, keepdims=True)
    order = rng.permuted(np.argsort(-t, axis=1)[:, :k], axis=1)
    return z, np.take_along_axis(t, order, axis=1), order


def test_by_hand(exercise):
    """p = (1/2, 1/4) and the rest 1/4; q is 1/4 each, so the rest has 1/2."""
    logs = np.log([[0.5, 0.25]])
    expected = 0.5 * math.log(2) + 0.25 * math.log(0.5), np.array([[0.0, 0.125, 0.125, -0.25]])
    arrays = np.zeros((1, 4)), logs, np.array([[3, 0]])
    exercise(*arrays).close_to(expected, rtol=1e-7, atol=1e-10, names=NAMES, known=mistakes(*arrays))


@pytest.mark.parametrize("k", [1, 2, 4, 5])
def test_numbers_of_tokens(exercise, k):
    holds(exercise, *case(k, k=k))


def test_the_whole_vocabulary(exercise):
    """No rest: the plain divergence, also where the p_j leave something over."""
    z, logs, indices = case(6, k=6)
    holds(exercise, z, logs, indices)
    holds(exercise, z, logs - 0.25, indices)


@pytest.mark.parametrize("shape", [(1, 4, 2), (4, 4, 2), (5, 2, 1), (2, 3, 2), (3, 1, 1), (2, 2, 2)])
def test_shapes(exercise, shape):
    holds(exercise, *case(7, *shape))


def test_nothing_left_for_the_rest(exercise):
    z, _, indices = case(8)
    logs = np.log([[0.75, 0.25], [0.5, 0.5], [0.5, 0.25]])
    holds(exercise, z, logs, indices)


@pytest.mark.parametrize("extra", [1e-9, 9e-7])
def test_a_little_more_than_1(exercise, extra):
    z, _, indices = case(9)
    logs = np.log([[0.75 + extra, 0.25], [0.5, 0.5 + extra], [0.5, 0.25]])
    holds(exercise, z, logs, indices)


def test_a_student_that_rules_the_rest_out(exercise):
    """q_rest underflows to 0 while the teacher leaves something for the rest."""
    logs, indices = np.log([[0.5, 0.25], [0.9, 0.05]]), np.array([[0, 1], [2, 3]])
    z = np.array([[1000.0, 999.0, -1000.0, -999.0, -998.0], [-900.0, -901.0, 900.0, 0.0, -902.0]])
    holds(exercise, z, logs, indices)


def test_large_logits(exercise):
    logs, indices = np.log([[0.5, 0.25], [0.9, 0.05]]), np.array([[0, 1], [2, 3]])
    z = np.array([[1000.0, -1000.0, 1000.0, 999.0, 998.0], [-1000.0, -1000.0, -999.0, -1000.0, -998.0]])
    holds(exercise, z, logs, indices)


def test_float32_in_fortran_order(exercise):
    z, logs, indices = case(10, 4, 7, 3)
    single = np.asfortranarray(z.astype(np.float32)), np.asfortranarray(logs.astype(np.float32))
    holds(exercise, *single, np.asfortranarray(indices.astype(np.int32)))
    holds(exercise, z, single[1], indices)
    holds(exercise, single[0], logs, indices)


@pytest.mark.parametrize("index", [-1, -6, 6, 100])
def test_refuses_indices(exercise, index):
    z, logs, _ = case(11)
    indices = np.array([[0, 1], [2, index], [4, 0]])
    exercise.raises(ValueError, z, logs, indices, because="an index must be in 0 .. 5")


def test_refuses_a_token_twice(exercise):
    z, logs, indices = case(12, k=3)
    because = "a position names a token twice (重复)"
    for pair in ((0, 1), (0, 2), (1, 2)):
        bad = indices.copy()
        bad[2, pair[0]] = bad[2, pair[1]]
        exercise.raises(ValueError, z, logs - 1, bad, because=because)
        exercise.raises(ValueError, z, np.log([[0.5, 0.25, 0.25 + 1e-7]] * 3), bad, because=because)


@pytest.mark.parametrize("extra", [1.1e-6, 0.3])
def test_refuses_more_than_1(exercise, extra):
    z, _, indices = case(13)
    logs = np.log([[0.25, 0.25], [0.5, 0.5 + extra], [0.5, 0.25]])
    exercise.raises(ValueError, z, logs, indices, because="the probabilities of a position sum to more than 1 + 1e-6")
