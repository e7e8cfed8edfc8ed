"""Grader of generalised_jsd. Oracles: scipy.spatial.distance.jensenshannon (frozen), and plain Python sums."""

import math

import numpy as np
import pytest

STUDENT = [[1.0, -0.5, 2.0, 0.25], [0.0, 3.0, -1.0, 0.5], [-2.0, 0.125, 0.75, 1.5]]
TEACHER = [[2.0, 0.0, 1.0, -1.0], [-0.5, 2.5, 0.5, 0.0], [1.0, -1.5, 3.0, 0.25]]

# jensenshannon(softmax(teacher), softmax(student)) ** 2 (its distance is a square root), scipy 1.17.1.
SCIPY = [0.10887676014386452, 0.01995168552704302, 0.25471364358094145]


def log_softmax(row):
    row = [float(v) for v in row]
    top = max(row)
    lse = top + math.log(math.fsum(math.exp(v - top) for v in row))
    return [v - lse for v in row]


def kl(a, b):
    """KL of two lists of log-probabilities."""
    return math.fsum(math.exp(x) * (x - y) for x, y in zip(a, b, strict=True))


def mixture(lp, lq, beta):
    logs = []
    for a, b in zip(lp, lq, strict=True):
        x, y = math.log(beta) + a, math.log(1 - beta) + b
        logs.append(max(x, y) + math.log1p(math.exp(-abs(x - y))))
    return logs


def one(z, t, beta):
    lq, lp = log_softmax(z), log_softmax(t)
    if beta in (0, 1):
        return kl(lp, lq) if beta == 0 else kl(lq, lp)
    m = mixture(lp, lq, beta)
    return beta * kl(lp, m) + (1 - beta) * kl(lq, m)


def each(student, teacher, function):
    rows = zip(student.reshape(-1, student.shape[-1]), teacher.reshape(-1, teacher.shape[-1]), strict=True)
    return np.array([function(z, t) for z, t in rows]).reshape(student.shape[:-1])


def exact(student, teacher, beta):
    return each(student, teacher, lambda z, t: one(z, t, beta))


def mistakes(student, teacher, beta):
    """What the usual mistakes return."""

    def both(z, t):
        return log_softmax(t), log_softmax(z)

    def crossed(z, t):
        lp, lq = both(z, t)
        m = mixture(lp, lq, 1 - beta)
        return beta * kl(lp, m) + (1 - beta) * kl(lq, m)

    def from_m(z, t):
        lp, lq = both(z, t)
        m = mixture(lp, lq, beta)
        return beta * kl(m, lp) + (1 - beta) * kl(m, lq)

    def unweighted(z, t):
        lp, lq = both(z, t)
        m = mixture(lp, lq, beta)
        return (kl(lp, m) + kl(lq, m)) / 2

    def halves(z, t):
        lp, lq = both(z, t)
        m = mixture(lp, lq, 0.5)
        return beta * kl(lp, m) + (1 - beta) * kl(lq, m)

    def blended(z, t):
        lp, lq = both(z, t)
        return (1 - beta) * kl(lp, lq) + beta * kl(lq, lp)

    right = exact(student, teacher, beta)
    found = {
        "beta and 1 - beta are exchanged: beta is the share of the teacher (教师)": exact(student, teacher, 1 - beta),
        "the mean over the positions; each position is asked for": right.mean(),
        "the sum over the positions; each position is asked for": right.sum(),
        "the mean over the classes; KL is a sum": right / student.shape[-1],
        "the logarithms are base 2; nats are asked for": right / math.log(2),
        "the square root, which is the Jensen-Shannon distance (距离); the divergence is asked for": np.sqrt(
            np.maximum(right, 0)
        ),
        "forward and reverse KL were blended; JSD compares each with the mixture m": each(student, teacher, blended),
    }
    if 0 < beta < 1:
        found |= {
            "beta weighs the teacher's KL but stands with the student in the mixture": each(student, teacher, crossed),
            "the two KL terms are the wrong way round: p and q stand in front, m is compared with": each(
                student, teacher, from_m
            ),
            "beta is in the mixture, but the two KL terms have the weight 1/2": each(student, teacher, unweighted),
            "the mixture is half and half; m has the share beta": each(student, teacher, halves),
        }
    else:
        found["the formula was used at the end of its range, where it is 0 for any p and q"] = np.zeros(right.shape)
    return found


def holds(exercise, student, teacher, beta):
    known = mistakes(student, teacher, beta)
    answer = exercise(student, teacher, beta=beta)
    answer.close_to(exact(student, teacher, beta), rtol=1e-9, atol=1e-12, dtype="exact", known=known)


def logits(seed, shape=(3, 5), size=2.0):
    rng = np.random.default_rng(seed)
    return rng.normal(0, size, shape), rng.normal(0, size, shape)


def test_agrees_with_scipy(exercise):
    z, t = np.array(STUDENT), np.array(TEACHER)
    exercise(z, t, beta=0.5).close_to(np.array(SCIPY), rtol=1e-9, atol=1e-12, known=mistakes(z, t, 0.5))


@pytest.mark.parametrize("beta", [1e-6, 0.1, 0.25, 0.5, 0.75, 0.9])
def test_betas(exercise, beta):
    holds(exercise, *logits(1), beta)


@pytest.mark.parametrize("beta", [0, 1, 0.0, 1.0])
def test_the_ends(exercise, beta):
    holds(exercise, *logits(2), beta)


@pytest.mark.parametrize("shape", [(4, 4), (2, 3, 4), (2, 1, 3, 2), (6,), (2, 1)])
def test_shapes(exercise, shape):
    for beta in (0.0, 0.3, 1.0):
        holds(exercise, *logits(3, shape), beta)


@pytest.mark.parametrize("beta", [0.5, 0.2, 0.9])
def test_nothing_in_common(exercise, beta):
    """Disjoint distributions: the entropy of (beta, 1 - beta), ln 2 at most."""
    z, t = np.array([[5000.0, -5000.0], [3000.0, 3000.0]]), np.array([[-5000.0, 5000.0], [3000.0, 3000.0]])
    expected = np.array([-beta * math.log(beta) - (1 - beta) * math.log(1 - beta), 0.0])
    answer = exercise(z, t, beta=beta)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, known=mistakes(z, t, beta))


@pytest.mark.parametrize("beta", [0.0, 0.4, 1.0])
def test_probabilities_that_underflow(exercise, beta):
    z = np.array([[5000.0, 0.0, -5000.0], [0.0, 0.0, -900.0], [-5000.0, -5000.0, 5000.0]])
    t = np.array([[0.0, 5000.0, 0.0], [0.0, -900.0, 0.0], [-5000.0, -5000.0, 5000.0]])
    answer = exercise(z, t, beta=beta).has(shape=(3,), dtype="float")
    told = "NaN or infinity: 0 times the logarithm of 0; work with ln p, ln q and ln m, which are finite"
    answer.check(bool(np.isfinite(answer.value).all()), told)
    holds(exercise, z, t, beta)


def test_float32_in_fortran_order(exercise):
    z, t = (np.asfortranarray(a.astype(np.float32)) for a in logits(4))
    for beta in (0.0, 0.3):
        holds(exercise, z, t, beta)
        holds(exercise, z, t.astype(np.float64), beta)
        holds(exercise, z.astype(np.float64), t, beta)


@pytest.mark.parametrize("beta", [-0.001, 1.001, float("nan")])
def test_refuses_beta(exercise, beta):
    exercise.raises(ValueError, *logits(5), beta=beta, because="beta must be in 0 .. 1")


@pytest.mark.parametrize("shape", [(3, 4), (1, 5), (5,), (3, 1)])
def test_refuses_shapes(exercise, shape):
    exercise.raises(ValueError, logits(6)[0], np.ones(shape), beta=0.5, because="the shapes of the logits differ")
