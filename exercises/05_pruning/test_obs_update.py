"""Grader of obs_update. Oracle: for each q, the other weights are found from H itself, by elimination in fractions."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("q", "updated", "loss")
TOLERANCE = {"rtol": 1e-6, "atol": 1e-9}


def solve(a, b):
    """Gauss-Jordan in rational numbers."""
    rows = [[*map(Fraction, row), Fraction(v)] for row, v in zip(a, b, strict=True)]
    for i in range(len(rows)):
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for j in range(len(rows)):
            if j != i:
                rows[j] = [v - rows[j][i] * p for v, p in zip(rows[j], rows[i], strict=True)]
    return [row[-1] for row in rows]


def remove(w, h, q):
    """d[q] = -w[q]; the rest of d solves H_rr d_r = -H_rq d_q. Returns the new weights and L, in fractions."""
    n = len(w)
    rest = [i for i in range(n) if i != q]
    d = [Fraction(0)] * n
    d[q] = -w[q]
    moved = solve([[h[i][j] for j in rest] for i in rest], [-h[i][q] * d[q] for i in rest]) if rest else []
    for i, v in zip(rest, moved, strict=True):
        d[i] = v
    loss = sum(d[i] * h[i][j] * d[j] for i in range(n) for j in range(n)) / 2
    return [a + b for a, b in zip(w, d, strict=True)], loss


def brute(w, h):
    """Try every q."""
    w, h = [Fraction(v) for v in w.tolist()], [[Fraction(v) for v in row] for row in h.tolist()]
    tried = [remove(w, h, q) for q in range(len(w))]
    q = min(range(len(w)), key=lambda i: tried[i][1])
    return q, np.array([float(v) for v in tried[q][0]]), float(tried[q][1])


def removal(w, h_inv, q, sign=-1.0, column=None):
    column = h_inv[:, q] if column is None else column
    updated = w + sign * w[q] / h_inv[q, q] * column
    loss = w[q] ** 2 / h_inv[q, q] / 2
    return updated, loss


def mistakes(w, h):
    w = w.astype(np.float64)
    h_inv = np.linalg.inv(h)
    q, updated, loss = brute(w, h)
    zeroed = np.where(np.arange(len(w)) == q, 0.0, w)
    away, _ = removal(w, h_inv, q, sign=1.0)
    away[q] = 0
    bare = w - w[q] * h_inv[:, q]
    bare[q] = 0
    from_h = w - w[q] / h[q, q] * h[:, q]
    from_h[q] = 0
    found = {
        "only the weight was zeroed: the others must move to make up for it": {"updated": zeroed},
        "the update has the wrong sign: it moves the others away from the optimum": {"updated": away},
        "the update was not divided by h_inv[q, q]": {"q": q, "updated": bare},
        "h_inv was used as if it were H: it is the inverse already": {"q": q, "updated": from_h},
        "the loss lacks the factor 1/2": {"q": q, "updated": updated, "loss": 2 * loss},
        "the loss is the saliency of OBD, w**2 * H_qq / 2: that of zeroing q alone, without the update": {
            "loss": w[q] ** 2 * h[q, q] / 2
        },
        "the loss has h_inv[q, q] as a factor, not as a divisor": {"loss": w[q] ** 2 * h_inv[q, q] / 2},
        "the loss was lost: it is 0 only for a weight that is 0": {"q": q, "updated": updated, "loss": 0.0},
    }
    others = {
        "q was chosen by magnitude: a large weight can be cheap, if others can stand in for it": np.abs(w),
        "q was chosen by OBD, w**2 * H_qq: the diagonal of H is not the inverse of that of h_inv": w**2 * np.diag(h),
        "q was chosen by w**2 * h_inv[q, q]: the diagonal belongs below the line": w**2 * np.diag(h_inv),
        "q was chosen by w / h_inv[q, q] with its sign, not by w**2": w / np.diag(h_inv),
        "the costliest q was removed": -(w**2) / np.diag(h_inv),
    }
    for text, scores in others.items():
        found[text] = {"q": int(np.argmin(scores))}
    losses = w**2 / np.diag(h_inv)
    found["of equal losses the highest q was chosen"] = {"q": int(np.flatnonzero(np.isclose(losses, losses.min()))[-1])}
    return found


def holds(exercise, w, h):
    answer = exercise(w, np.linalg.inv(h))
    answer.close_to(brute(w, h), **TOLERANCE, names=NAMES, known=mistakes(w, h))
    updated = answer.part(1, "updated").has(shape=w.shape, dtype="float64")
    q = answer.part(0, "q").value
    updated.check(bool(updated.value[q] == 0), "the removed weight is not exactly 0: rounding left a remainder")


def problem(seed, n=6):
    """Correlated inputs: here the optimal update matters, and magnitude chooses another weight."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, (3 * n, n)) @ (np.eye(n) + 0.8 * rng.normal(0, 1, (n, n)))
    return rng.normal(0, 1, n), x.T @ x / len(x)


def test_by_hand(exercise):
    w, h = np.array([1.0, 1.5]), np.array([[2.0, 1.0], [1.0, 2.0]])
    answer = exercise(w, np.array([[2.0, -1.0], [-1.0, 2.0]]) / 3)
    answer.close_to((0, np.array([0.0, 2.0]), 0.75), **TOLERANCE, names=NAMES, known=mistakes(w, h))


@pytest.mark.parametrize("seed", [0, 1, 2, 14, 98, 120, 229])
def test_brute_force(exercise, seed):
    """With seeds 120 and 229, magnitude, OBD and ``w**2 * h_inv[q, q]`` each choose another wrong weight."""
    holds(exercise, *problem(seed))


@pytest.mark.parametrize("n", [1, 2, 9])
def test_sizes(exercise, n):
    holds(exercise, *problem(20 + n, n))


def test_a_diagonal_hessian_moves_nothing(exercise):
    w, h = np.array([1.0, -2.0, 3.0]), np.diag([40.0, 4.0, 2.0])
    answer = exercise(w, np.diag(1 / np.diag(h)))
    answer.close_to((1, np.array([1.0, 0.0, 3.0]), 8.0), **TOLERANCE, names=NAMES, known=mistakes(w, h))


def test_a_weight_of_zero_costs_nothing(exercise):
    w, h = problem(30)
    w[4] = 0
    answer = exercise(w, np.linalg.inv(h))
    answer.close_to((4, w, 0.0), **TOLERANCE, names=NAMES, known=mistakes(w, h))


def test_the_lowest_index_on_a_tie(exercise):
    w, h = np.array([2.0, -1.0, 1.0, -1.0]), np.eye(4)
    expected = 1, np.array([2.0, 0.0, 1.0, -1.0]), 0.5
    exercise(w, np.eye(4)).close_to(expected, **TOLERANCE, names=NAMES, known=mistakes(w, h))


def test_single_precision_and_fortran_order(exercise):
    w, h = problem(31)
    w = w.astype(np.float32)
    answer = exercise(w, np.asfortranarray(np.linalg.inv(h)))
    answer.part(1, "updated").has(shape=(6,), dtype="float64")
    answer.close_to(brute(w, h), **TOLERANCE, names=NAMES, known=mistakes(w, h))
    h32 = np.linalg.inv(h).astype(np.float32)
    expected = brute(w, np.linalg.inv(h32.astype(np.float64)))
    answer = exercise(w, h32)
    answer.part(1, "updated").has(shape=(6,), dtype="float64")
    answer.close_to(expected, **TOLERANCE, names=NAMES)


def test_the_removed_weight_is_exactly_zero(exercise):
    """1 / 49 * 49 is not 1 in floating point."""
    updated = exercise(np.array([1.0]), np.array([[49.0]])).part(1, "updated").has(shape=(1,), dtype="float64")
    updated.check(bool(updated.value[0] == 0), "the removed weight is not exactly 0: rounding left a remainder")


@pytest.mark.parametrize("shape", [(3, 3), (4,), (4, 3), (3, 4), (4, 5), (1, 4, 4)])
def test_refuses_shape(exercise, shape):
    exercise.raises(ValueError, np.ones(4), np.ones(shape), because="h_inv must be of shape (4, 4)")
    exercise.raises(ValueError, np.ones(1), np.eye(2) + 1, because="h_inv must be of shape (1, 1)")


@pytest.mark.parametrize("value", [0.0, -1.0])
def test_refuses_a_diagonal_that_is_not_positive(exercise, value):
    because = "every diagonal entry of h_inv must be above 0"
    exercise.raises(ValueError, np.ones(3), np.diag([1.0, value, 2.0]), because=because)
