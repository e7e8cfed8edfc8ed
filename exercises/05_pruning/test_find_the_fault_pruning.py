"""Grader of find_the_fault_pruning. Oracle: exact squares of the importance, units taken out one by one."""

from fractions import Fraction

import numpy as np
import pytest

NAMES = ("w_in", "b_in", "w_out")


def square(values):
    return sum(Fraction(float(v)) ** 2 for v in values)


def ranked(w_in, w_out, score=None, last=False):
    """The units from the most to the least important; rational numbers, so ties are exact."""
    score = score or (lambda j: square(w_in[j]) * square(w_out[:, j]))
    return sorted(range(len(w_in)), key=lambda j: (-score(j), -j if last else j))


def block(w_in, b_in, w_out, rows, columns=None):
    """Unit by unit."""
    columns = rows if columns is None else columns
    return (
        np.array([w_in[j] for j in rows], w_in.dtype),
        np.array([b_in[j] for j in rows], b_in.dtype),
        np.array([w_out[:, j] for j in columns], w_out.dtype).T,
    )


def mistakes(w_in, b_in, w_out, units):
    arrays = (w_in, b_in, w_out)
    order = ranked(w_in, w_out)
    best, kept = order[:units], sorted(order[:units])
    half = block(*arrays, kept, best)

    def by(score):
        return block(*arrays, sorted(ranked(w_in, w_out, score)[:units]))

    found = {
        "the fault is still there: w_in comes in order of importance, w_out in the old order": block(
            *arrays, best, kept
        ),
        "the fault was turned round: now w_out comes in order of importance, and w_in in the old order": half,
        "b_in is still in order of importance: it belongs to the rows of w_in": (half[0], b_in[best], w_out[:, kept]),
        "w_in is still in order of importance: it must be cut as b_in and w_out are": (
            w_in[best],
            b_in[kept],
            w_out[:, kept],
        ),
        "the function is right, but the units are in order of importance: the old order is asked for": block(
            *arrays, best
        ),
        "the units are in reverse order": block(*arrays, kept[::-1]),
        "the least important units were kept": block(*arrays, sorted(order[::-1][:units])),
        "the first units were kept: that hides the fault": block(*arrays, range(units)),
        "w_out plays no part in the importance any more": by(lambda j: square(w_in[j])),
        "w_in plays no part in the importance any more": by(lambda j: square(w_out[:, j])),
        "the importance is a sum of norms now; it is a product": by(
            lambda j: np.linalg.norm(w_in[j].astype(float)) + np.linalg.norm(w_out[:, j].astype(float))
        ),
        "of equal units the higher index was kept": block(*arrays, sorted(ranked(w_in, w_out, last=True)[:units])),
    }
    if w_in.shape[0] == w_in.shape[1]:
        found["the axes of the norms were changed: they were right"] = by(
            lambda j: square(w_in[:, j]) * square(w_out[j])
        )
    return found


def holds(exercise, w_in, b_in, w_out, units):
    answer = exercise(w_in, b_in, w_out, units=units)
    known = mistakes(w_in, b_in, w_out, units)
    expected = block(w_in, b_in, w_out, sorted(ranked(w_in, w_out)[:units]))
    answer.equals(expected, dtype="exact", names=NAMES, known=known)


def layer(seed, hidden=8, width=5, dtype=np.float32):
    rng = np.random.default_rng(seed)
    w_in = rng.normal(0, 1, (hidden, width)) * 2.0 ** rng.integers(-2, 3, (hidden, 1))
    w_out = rng.normal(0, 1, (width, hidden)) * 2.0 ** rng.integers(-2, 3, hidden)
    return w_in.astype(dtype), rng.normal(0, 1, hidden).astype(dtype), w_out.astype(dtype)


def test_by_hand(exercise):
    """Importances 1, 6 and 4."""
    w_in, b_in = np.array([[1.0], [2.0], [4.0]]), np.array([10.0, 20.0, 30.0])
    w_out = np.array([[-1.0, 3.0, 1.0]])
    expected = np.array([[2.0], [4.0]]), np.array([20.0, 30.0]), np.array([[3.0, 1.0]])
    answer = exercise(w_in, b_in, w_out, units=2)
    answer.equals(expected, names=NAMES, known=mistakes(w_in, b_in, w_out, 2))


@pytest.mark.parametrize("units", [1, 2, 3, 5, 7, 8])
def test_units(exercise, units):
    holds(exercise, *layer(1), units)
    holds(exercise, *layer(2), units)


def test_all_units_change_nothing(exercise):
    arrays = layer(3)
    exercise(*arrays, units=8).equals(arrays, dtype="exact", names=NAMES, known=mistakes(*arrays, 8))


def test_what_worked_before(exercise):
    """Units that are sorted by importance, the largest first."""
    w_in, b_in, w_out = layer(4)
    order = ranked(w_in, w_out)
    holds(exercise, w_in[order], b_in[order], w_out[:, order], 5)


@pytest.mark.parametrize("seed", range(5, 9))
def test_as_many_units_as_the_width(exercise, seed):
    holds(exercise, *layer(seed, 6, 6), 4)


def test_equal_units(exercise):
    """Whole numbers: the norms are exact. More units than a sort which is not stable keeps in order by luck."""
    rng = np.random.default_rng(9)
    w_in = np.zeros((40, 3))
    w_in[np.arange(40), rng.integers(0, 3, 40)] = rng.choice([-2.0, -1.0, 1.0, 2.0], 40)
    w_out = np.ones((4, 40)) * rng.choice([-1.0, 1.0], 40)
    holds(exercise, w_in, rng.normal(0, 1, 40), w_out, 10)
    holds(exercise, w_in, rng.normal(0, 1, 40), w_out, 31)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_dtypes_and_fortran_order(exercise, dtype):
    holds(exercise, *(np.asfortranarray(a) for a in layer(10, dtype=dtype)), 4)


@pytest.mark.parametrize("units", [0, -1, 9])
def test_refuses_units(exercise, units):
    exercise.raises(ValueError, *layer(11), units=units, because="units must be in 1 .. 8")
