"""Grader of find_the_fault_leak. Oracle: counting in Python lists and sets."""

import numpy as np
import pytest

NAMES = ("best", "accuracy")


def share(row, examples):
    return sum(row[i] for i in examples) / len(examples)


def chosen(rows, examples, last=False):
    counts = [sum(row[i] for i in examples) for row in rows]
    places = [c for c, count in enumerate(counts) if count == max(counts)]
    return places[-1 if last else 0]


def exact(correct, order, tuning):
    rows, order = correct.tolist(), order.tolist()
    best = chosen(rows, order[:tuning])
    return best, share(rows[best], order[tuning:])


def mistakes(correct, order, tuning):
    rows, order = correct.tolist(), order.tolist()
    n = len(order)
    best = chosen(rows, order[:tuning])

    def pick(tuned, reported, last=False):
        c = chosen(rows, tuned, last)
        return c, share(rows[c], reported)

    return {
        "the fault is still there: the reporting set holds examples of the tuning set (泄漏)": pick(
            order[:tuning], range(tuning, n)
        ),
        "the two sets are apart now, but the shuffled order is not used at all": pick(range(tuning), range(tuning, n)),
        "the candidate is chosen on the reporting set: that is the worst leak (泄漏)": pick(
            order[tuning:], order[tuning:]
        ),
        "the candidate is chosen on all examples, the reporting set included (泄漏)": pick(range(n), order[tuning:]),
        "the accuracy is that on the tuning set": pick(order[:tuning], order[:tuning]),
        "the accuracy is that on all examples, the tuning set included (泄漏)": pick(order[:tuning], range(n)),
        "the two sets are exchanged": pick(order[tuning:], order[:tuning]),
        "the last entries of order were taken for tuning; the first are asked for": pick(
            order[n - tuning :], order[: n - tuning]
        ),
        "examples that are in no set: both the old and the new half of the split were left out": (
            best,
            share(rows[best], [i for i in range(tuning, n) if i not in order[:tuning]] or [0]),
        ),
        "of equal candidates the last was chosen; the first is asked for": pick(
            order[:tuning], order[tuning:], last=True
        ),
        "a number of right answers; the accuracy is a share": {
            "best": best,
            "accuracy": float(sum(rows[best][i] for i in order[tuning:])),
        },
        "the right answers were divided by n; the reporting set is smaller": {
            "best": best,
            "accuracy": sum(rows[best][i] for i in order[tuning:]) / n,
        },
        "one entry of order is missing from the reporting set": (best, share(rows[best], order[tuning + 1 :] or [0])),
        "the best candidate of the reporting set was reported: (best on tuning, accuracy of another)": {
            "best": best,
            "accuracy": max(share(row, order[tuning:]) for row in rows),
        },
    }


def holds(exercise, correct, order, tuning):
    answer = exercise(correct, order, tuning=tuning)
    expected, known = exact(correct, order, tuning), mistakes(correct, order, tuning)
    answer.close_to(expected, rtol=0, atol=1e-9, names=NAMES, known=known)


def data(seed, candidates=6, n=24, dtype=np.int64):
    rng = np.random.default_rng(seed)
    return rng.random((candidates, n)) < 0.6, rng.permutation(n).astype(dtype)


def test_by_hand(exercise):
    """Examples 3 and 0 choose candidate 1; examples 2, 1 and 4 report 1/3."""
    correct = np.array([[1, 1, 1, 0, 1], [1, 1, 0, 1, 0]], bool)
    order = np.array([3, 0, 2, 1, 4])
    answer = exercise(correct, order, tuning=2)
    known = mistakes(correct, order, 2)
    answer.close_to((1, 1 / 3), rtol=0, atol=1e-9, names=NAMES, known=known)


@pytest.mark.parametrize("tuning", [1, 2, 5, 12, 19, 22, 23])
def test_tuning(exercise, tuning):
    for seed in range(3):
        holds(exercise, *data(seed), tuning)


@pytest.mark.parametrize("seed", range(10, 18))
def test_shuffles(exercise, seed):
    holds(exercise, *data(seed, candidates=4, n=15), 6)


def test_what_worked_before(exercise):
    correct, _ = data(20)
    holds(exercise, correct, np.arange(24), 10)


def test_reversed_order(exercise):
    correct, _ = data(21)
    holds(exercise, correct, np.arange(24)[::-1], 10)


def test_equal_candidates(exercise):
    correct, order = data(22)
    correct[[1, 4, 5]] = correct[[4, 1, 1]]
    correct[2:4] = False
    holds(exercise, correct, order, 8)
    holds(exercise, np.zeros((3, 4), bool), np.array([2, 0, 3, 1]), 2)


def test_as_many_candidates_as_examples(exercise):
    for seed in range(30, 34):
        holds(exercise, *data(seed, 9, 9), 4)


def test_narrow_integers_and_fortran_order(exercise):
    correct, order = data(40, 5, 30, np.uint8)
    holds(exercise, np.asfortranarray(correct), order, 11)


@pytest.mark.parametrize("tuning", [0, -1, 24, 25])
def test_refuses_tuning(exercise, tuning):
    exercise.raises(ValueError, *data(50), tuning=tuning, because="tuning must be in 1 .. 23")
