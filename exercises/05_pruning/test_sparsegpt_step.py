"""Grader of sparsegpt_step.

Oracle: constrained least squares from H itself, without its Cholesky factor. Each row is a quadratic problem; with the
columns before j frozen and the lost weights 0, the rest is solved anew for every column.
"""

import numpy as np
import pytest

NAMES = ("updated", "mask")
TOLERANCE = {"rtol": 1e-6, "atol": 1e-9}


def factor(h):
    """The upper U with inv(H) = U'U."""
    return np.linalg.cholesky(np.linalg.inv(h)).T


def least_squares(row, h, lost, start, stop):
    """Freeze one column after the other; those to the right take the values of least error d'Hd given the frozen."""
    row = row.copy()
    first = row.copy()
    d = np.zeros(len(row))  # the columns before start are frozen as they are
    for j in range(start, stop):
        if lost[j - start]:
            d[j] = -first[j]
        else:
            d[j] = row[j] - first[j]  # frozen where the columns before it have pushed it
        done, rest = np.arange(start, j + 1), np.arange(j + 1, len(row))
        d[rest] = np.linalg.solve(h[np.ix_(rest, rest)], -h[np.ix_(rest, done)] @ d[done])
        row = first + d
    row[start:stop][lost] = 0
    return row


def chosen(scores, k, last=False):
    """Take the smallest out, one by one, in row-major order."""
    left = list(enumerate(scores.ravel(order="C").tolist()))
    mask = np.ones(scores.size, bool)
    for _ in range(k):
        place = min(left[::-1] if last else left, key=lambda pair: pair[1])
        left.remove(place)
        mask[place[0]] = False
    return mask.reshape(scores.shape)


def brute(w, h, start, stop, k):
    w = w.astype(np.float64)
    # u[j, j]**2 is the first entry of the inverse of H[j:, j:]
    price = np.array([np.linalg.inv(h[j:, j:])[0, 0] for j in range(start, stop)])
    mask = chosen(w[:, start:stop] ** 2 / price, k)
    rows = [least_squares(row, h, ~kept, start, stop) for row, kept in zip(w, mask, strict=True)]
    return np.array(rows).reshape(w.shape), mask


def variant(w, u, mask, start, stop, *, end=None, sign=-1.0, stale=False, divide=True, update=True, back=False):
    """The update done in one of the usual wrong ways."""
    w = w.astype(np.float64)
    old = w.copy()
    for j in reversed(range(start, stop)) if back else range(start, stop):
        lost = ~mask[:, j - start]
        errors = np.where(lost, (old if stale else w)[:, j], 0.0) / (u[j, j] if divide else 1.0)
        if update:
            w[:, j:end] += sign * np.outer(errors, u[j, j:end])
        w[lost, j] = 0
    return w


def mistakes(w, h, start, stop, k):
    u = factor(h)
    right, mask = brute(w, h, start, stop, k)
    block = w[:, start:stop].astype(np.float64)
    h_inv = np.linalg.inv(h)
    hit = np.triu(h_inv)

    def done(mask, **options):
        return {"updated": variant(w, u, mask, start, stop, **options), "mask": mask}

    whole = variant(w, h_inv / np.diag(h_inv)[:, None] * np.diag(u)[:, None], mask, start, stop)
    per_row = np.vstack([chosen(row[None], round(k / len(w))) for row in block**2 / np.diag(u)[start:stop] ** 2])
    masks = {
        "the mask is that of plain magnitudes: the diagonal of u is missing from the score": chosen(block**2, k),
        "the score multiplies by u[j, j]**2: a column that others can stand in for is cheap, so divide": chosen(
            block**2 * np.diag(u)[start:stop] ** 2, k
        ),
        "the score divides by u[j, j], not by its square": chosen(block**2 / np.diag(u)[start:stop], k),
        "the score uses the diagonal of the first columns: the block begins at start": chosen(
            block**2 / np.diag(u)[: stop - start] ** 2, k
        ),
        "the score has the sign of w: it is a square": chosen(block / np.diag(u)[start:stop], k),
        "each row was pruned by itself: the whole block is one pool": per_row,
        "k was truncated, not rounded": chosen(block**2 / np.diag(u)[start:stop] ** 2, max(k - 1, 0)),
        "half was rounded up in k, not to even (四舍六入五成双)": chosen(
            block**2 / np.diag(u)[start:stop] ** 2, min(k + 1, block.size)
        ),
        "of equal scores, the last one was pruned first": chosen(block**2 / np.diag(u)[start:stop] ** 2, k, last=True),
    }
    found = {text: {"mask": m} for text, m in masks.items()}
    return found | {
        "the mask is inverted: True must mean that the weight is kept": {"mask": ~mask},
        "nothing makes up for the lost weights: were they only zeroed, or was u read down a column? Its rows hold the "
        "update (inv(H) = U'U)": done(mask, update=False),
        "only the block was updated: the columns after stop must take their share as well": done(mask, end=stop),
        "the update has the wrong sign": done(mask, sign=1.0),
        "the error uses the weights from before the block: take the value that the weight has by now": done(
            mask, stale=True
        ),
        "the error was not divided by u[j, j]": done(mask, divide=False),
        "the columns were taken from right to left": done(mask, back=True),
        "u was taken for the inverse Hessian": {"updated": variant(w, hit, mask, start, stop), "mask": mask},
        "the frozen columns were moved again: only j and those after it may move": {"updated": whole, "mask": mask},
        "the lost weights were not set to exactly 0.0": {
            "updated": np.where(right == 0, 1e-17, right) if (right == 0).any() else right,
            "mask": mask,
        },
    }


def holds(exercise, w, h, start, stop, sparsity, k):
    answer = exercise(w, factor(h), start=start, stop=stop, sparsity=sparsity)
    expected = brute(w, h, start, stop, k)
    answer.close_to(expected, **TOLERANCE, names=NAMES, known=mistakes(w, h, start, stop, k))
    updated = answer.part(0, "updated").has(shape=w.shape, dtype="float64")
    exact = bool((updated.value[:, start:stop][~expected[1]] == 0).all())
    updated.check(exact, "a pruned weight is not exactly 0.0: rounding left a remainder, and sparse storage keeps it")


def layer(seed, rows=5, columns=10, dtype=np.float64):
    """Correlated inputs of very different size: on white inputs nothing would have to move."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, (60, columns)) @ (np.eye(columns) + 0.6 * rng.normal(0, 1, (columns, columns)))
    x *= 2.0 ** rng.integers(-2, 3, columns)
    return rng.normal(0, 1, (rows, columns)).astype(dtype), x.T @ x / len(x)


def test_by_hand(exercise):
    """H = [[2, 1], [1, 2]]: without the first weight, the second takes half of it."""
    w, h = np.array([[1.0, 4.0], [6.0, -8.0]]), np.array([[2.0, 1.0], [1.0, 2.0]])
    expected = np.array([[0.0, 4.5], [6.0, -8.0]]), np.array([[False, True], [True, True]])
    answer = exercise(w, factor(h), start=0, stop=2, sparsity=0.25)
    answer.close_to(expected, **TOLERANCE, names=NAMES, known=mistakes(w, h, 0, 2, 1))


@pytest.mark.parametrize(("start", "stop"), [(0, 4), (0, 10), (3, 7), (6, 10), (4, 5), (9, 10)])
def test_blocks(exercise, start, stop):
    count = 5 * (stop - start)
    holds(exercise, *layer(start + stop), start, stop, 0.6, round(count * 3 / 5))


@pytest.mark.parametrize(("sparsity", "k"), [(0.0, 0), (0.1, 2), (0.5, 10), (0.9, 18), (1.0, 20)])
def test_sparsities(exercise, sparsity, k):
    holds(exercise, *layer(30), 2, 6, sparsity, k)


@pytest.mark.parametrize(("sparsity", "k"), [(0.25, 2), (0.35, 4), (0.45, 4), (0.58, 6)])
def test_rounds_k_half_to_even(exercise, sparsity, k):
    holds(exercise, *layer(31), 1, 3, sparsity, k)


def test_equal_scores(exercise):
    """White inputs and weights of few magnitudes: every score has many equals."""
    w = np.random.default_rng(32).choice([-2.0, -1.0, 1.0, 2.0], (6, 8))
    holds(exercise, w, np.eye(8), 1, 7, 0.4, 14)


def test_a_lost_weight_is_exactly_zero(exercise):
    for seed in range(40, 46):
        holds(exercise, *layer(seed, 20, 6), 0, 6, 0.5, 60)


def test_single_precision_and_fortran_order(exercise):
    w, h = layer(33, dtype=np.float32)
    holds(exercise, np.asfortranarray(w), h, 2, 8, 0.5, 15)


def test_single_precision_everywhere(exercise):
    w, h = layer(34, dtype=np.float32)
    u = factor(h).astype(np.float32)
    wide = u.astype(np.float64)
    expected = brute(w, np.linalg.inv(wide.T @ wide), 0, 5, 12)
    answer = exercise(w, u, start=0, stop=5, sparsity=0.48)
    answer.part(0, "updated").has(shape=w.shape, dtype="float64")
    answer.close_to(expected, rtol=1e-6, atol=1e-8, names=NAMES)


@pytest.mark.parametrize("shape", [(10, 9), (9, 10), (9, 9), (11, 11), (10,), (5, 5)])
def test_refuses_u(exercise, shape):
    because = "u must be of shape (columns, columns) = (10, 10)"
    exercise.raises(ValueError, np.ones((5, 10)), np.ones(shape), start=0, stop=4, sparsity=0.5, because=because)


@pytest.mark.parametrize(("start", "stop"), [(-1, 4), (4, 4), (5, 4), (6, 11), (10, 11)])
def test_refuses_block(exercise, start, stop):
    because = "0 <= start < stop <= columns must hold"
    exercise.raises(ValueError, np.ones((5, 10)), np.eye(10), start=start, stop=stop, sparsity=0.5, because=because)


@pytest.mark.parametrize("sparsity", [-0.1, 1.1, float("nan")])
def test_refuses_sparsity(exercise, sparsity):
    because = "sparsity must be in 0 .. 1"
    exercise.raises(ValueError, np.ones((5, 10)), np.eye(10), start=0, stop=4, sparsity=sparsity, because=because)
