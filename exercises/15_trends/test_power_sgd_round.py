"""Grader of power_sgd_round. Oracle: Gram-Schmidt in rational numbers (its diagonal is positive by construction)."""

import math
from fractions import Fraction

import numpy as np
import pytest

NAMES = ("update", "q_new", "residuals")


def dot(a, b):
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


def orthogonal(columns):
    """Gram-Schmidt in rational numbers, then each column divided by its length: the diagonal of R is that length."""
    found = []
    for column in columns:
        rest = list(column)
        for other in found:
            share = dot(other, column) / dot(other, other)
            rest = [a - share * b for a, b in zip(rest, other, strict=True)]
        found.append(rest)
    return [[float(v) / math.sqrt(dot(c, c)) for v in c] for c in found]


def exact(gradients, residuals, q):
    mean = [[Fraction(0)] * gradients.shape[2] for _ in range(gradients.shape[1])]
    for w, i, j in np.ndindex(gradients.shape):
        mean[i][j] += Fraction(float(gradients[w, i, j] + residuals[w, i, j])) / len(gradients)
    p = [[dot(row, [Fraction(float(v)) for v in column]) for row in mean] for column in q.T]
    basis = np.array(orthogonal(p)).T
    middle = np.array([[float(v) for v in row] for row in mean])
    q_new = middle.T @ basis
    update = basis @ q_new.T
    return update, q_new, gradients + residuals - update


def positive(p):
    basis, upper = np.linalg.qr(p)
    return basis * np.where(np.diag(upper) < 0, -1.0, 1.0)


def mistakes(gradients, residuals, q):
    """What the usual mistakes return."""
    m = gradients + residuals
    mean = m.mean(0)
    update, q_new, rest = exact(gradients, residuals, q)
    basis = positive(mean @ q)
    raw = np.linalg.qr(mean @ q)[0]
    own_q = np.einsum("wnm,nr->wmr", m, basis)
    own = [positive(x @ q) for x in m]
    mine = np.mean([b @ (b.T @ x) for b, x in zip(own, m, strict=True)], axis=0)
    p = mean @ q
    unit = p / np.linalg.norm(p, axis=0)
    late = gradients.mean(0)
    forgot = positive(late @ q)
    start = positive(q)
    u, s, v = np.linalg.svd(mean)
    r = q.shape[1]
    best = (u[:, :r] * s[:r]) @ v[:r]
    named = {
        "the signs are those of LAPACK: turn the columns so that the diagonal of R is positive (R 对角线为正)": (
            update,
            mean.T @ raw,
        ),
        "all columns were turned to a positive first entry; the diagonal of R decides": (
            update,
            mean.T @ (basis * np.where(basis[0] < 0, -1.0, 1.0)),
        ),
        "P was not orthonormalised (正交化)": (p @ (mean.T @ p).T,),
        "the columns of P were normalised, but are not orthogonal to each other": (unit @ (mean.T @ unit).T,),
        "Q was orthonormalised before the first product; P is to be, after it": (mean @ start @ start.T,),
        "the residuals were not added (误差反馈)": (forgot @ (forgot.T @ late),),
        "the sum over the workers, not the mean": (update * len(m),),
        "each worker has a P of its own; it is the mean that is orthonormalised": (mine,),
        "only the first worker's gradient was used": (own[0] @ own[0].T @ m[0],),
        "the old Q was used for the update; Q_new is": (basis @ q.T,),
        "the best approximation of rank r (SVD); one round comes only near to it": (best,),
        "q_new is that of M_w Q, not of M_w^T P_hat": (update, p),
        "q_new was not averaged over the workers": (update, own_q),
        "q_new was orthonormalised too": (update, positive(q_new)),
        "the residual uses the worker's own Q; it is what the common update leaves": (
            update,
            q_new,
            m - np.einsum("nr,wmr->wnm", basis, own_q),
        ),
        "the residual is the old one": (update, q_new, residuals),
        "the residual leaves out what waited before: it is M_w - update, not G_w - update": (
            update,
            q_new,
            gradients - update,
        ),
        "the residual has the wrong sign": (update, q_new, -rest),
        "one residual for all workers, of the mean": (update, q_new, mean - update),
        "update is transposed": (update.T,),
    }
    return {text: dict(zip(NAMES, value, strict=False)) for text, value in named.items()}


def holds(exercise, gradients, residuals, q):
    answer = exercise(gradients, residuals, q)
    known = mistakes(gradients, residuals, q)
    answer.close_to(exact(gradients, residuals, q), rtol=1e-8, atol=1e-8, dtype="exact", names=NAMES, known=known)
    return answer


def case(seed, workers, n, m, r):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (workers, n, m)), rng.normal(0, 0.5, (workers, n, m)), rng.normal(0, 1, (m, r))


def test_by_hand(exercise):
    """The mean of M is [[3, 4], [0, 0]]. P = (-3, 0) has the unit vector (-1, 0) and R = 3."""
    gradients = np.array([[[2.0, 4.0], [1.0, 0.0]], [[3.0, 3.0], [0.0, 0.0]]])
    residuals = np.array([[[0.0, 1.0], [0.0, 0.0]], [[1.0, 0.0], [-1.0, 0.0]]])
    q = np.array([[-1.0], [0.0]])
    update, q_new = np.array([[3.0, 4.0], [0.0, 0.0]]), np.array([[-3.0], [-4.0]])
    rest = np.array([[[-1.0, 1.0], [1.0, 0.0]], [[1.0, -1.0], [-1.0, 0.0]]])
    answer = exercise(gradients, residuals, q)
    known = mistakes(gradients, residuals, q)
    answer.close_to((update, q_new, rest), rtol=1e-8, atol=1e-8, dtype="exact", names=NAMES, known=known)


@pytest.mark.parametrize(("n", "m", "r"), [(4, 3, 1), (3, 5, 2), (5, 3, 3), (4, 4, 2), (1, 3, 1), (3, 1, 1), (6, 7, 4)])
def test_shapes(exercise, n, m, r):
    holds(exercise, *case(n * m + r, 3, n, m, r))


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_numbers_of_workers(exercise, workers):
    holds(exercise, *case(workers, workers, 4, 5, 2))


@pytest.mark.parametrize("signs", [(1, 1), (-1, 1), (1, -1), (-1, -1)])
def test_signs(exercise, signs):
    """Columns of Q turned: the columns of P and of Q_new turn with them, the update stays."""
    gradients, residuals, q = case(8, 2, 4, 4, 2)
    holds(exercise, gradients, residuals, q * np.array(signs))


def test_a_mean_of_low_rank_comes_back_whole(exercise):
    rng = np.random.default_rng(9)
    low = rng.normal(0, 1, (5, 2)) @ rng.normal(0, 1, (2, 4))
    noise = rng.normal(0, 1, (2, 5, 4))
    gradients = np.stack([low, low]) + noise - noise.mean(0)
    answer = holds(exercise, gradients, np.zeros((2, 5, 4)), rng.normal(0, 1, (4, 2)))
    whole = bool(np.allclose(answer.value[0], low, atol=1e-8))
    answer.check(whole, "the mean has rank r: the update must be the mean itself")


def test_nothing_is_lost(exercise):
    """Three rounds: the updates plus the mean residual are the sum of the mean gradients."""
    rng = np.random.default_rng(10)
    gradients, residuals, q = rng.normal(0, 1, (3, 2, 4, 3)), np.zeros((2, 4, 3)), rng.normal(0, 1, (3, 1))
    applied = np.zeros((4, 3))
    for g in gradients:
        answer = holds(exercise, g, residuals, q)
        update, q, residuals = answer.value
        applied += update
    lost = np.abs(applied + residuals.mean(0) - gradients.mean(1).sum(0)).max()
    answer.check(bool(lost < 1e-7), "updates + mean residual are not the sum of the mean gradients")


def test_leaves_fortran_ordered_arrays_alone(exercise):
    gradients, residuals, q = (np.asfortranarray(a) for a in case(11, 2, 4, 3, 2))
    holds(exercise, gradients, residuals, q)


@pytest.mark.parametrize(
    ("gradients", "residuals", "q", "because"),
    [
        ((4, 3), (4, 3), (3, 1), "gradients must be 3-D"),
        ((1, 2, 4, 3), (1, 2, 4, 3), (3, 1), "gradients must be 3-D"),
        ((2, 4, 3), (1, 4, 3), (3, 1), "residuals has another shape"),
        ((2, 4, 3), (4, 3), (3, 1), "residuals has another shape"),
        ((2, 4, 3), (2, 4, 1), (3, 1), "residuals has another shape"),
        ((2, 4, 3), (2, 4, 3), (3,), "q must be 2-D"),
        ((2, 4, 3), (2, 4, 3), (2, 3, 1), "q must be 2-D"),
        ((2, 4, 3), (2, 4, 3), (4, 1), "q must have m = 3 rows"),
        ((2, 4, 3), (2, 4, 3), (1, 1), "q must have m = 3 rows"),
        ((2, 4, 3), (2, 4, 3), (3, 0), "r must be at least 1"),
        ((2, 4, 3), (2, 4, 3), (3, 4), "r must be at most min(n, m) = 3"),
        ((2, 2, 3), (2, 2, 3), (3, 3), "r must be at most min(n, m) = 2"),
    ],
)
def test_refuses(exercise, gradients, residuals, q, because):
    rng = np.random.default_rng(12)
    arrays = (rng.normal(0, 1, shape) for shape in (gradients, residuals, q))
    exercise.raises(ValueError, *arrays, because=because)
