"""Grader of allocate_bits. Oracles: all choices (small), and a table over every budget, layer by layer (large)."""

import itertools

import numpy as np
import pytest

NAMES = ("choice", "error", "size")


def total(table, choice):
    return sum(row[k] for row, k in zip(table.tolist(), choice, strict=True))


def every(errors, sizes):
    for choice in itertools.product(range(errors.shape[1]), repeat=len(errors)):
        yield total(errors, choice), total(sizes, choice), choice


def packed(found):
    error, size, choice = found
    return np.array(choice, np.int64), float(error), int(size)


def brute(errors, sizes, budget):
    return packed(min(c for c in every(errors, sizes) if c[1] <= budget))


def by_table(errors, sizes, budget):
    """From the last layer: best (error, size) of the rest for every budget; then the first choice that attains it."""
    rest = [[(0.0, 0)] * (budget + 1)]
    for e, s in zip(errors.tolist()[::-1], sizes.tolist()[::-1], strict=True):
        row = []
        for left in range(budget + 1):
            ways = [
                (e[k] + rest[-1][left - s[k]][0], s[k] + rest[-1][left - s[k]][1])
                for k in range(len(e))
                if s[k] <= left and rest[-1][left - s[k]] is not None
            ]
            row.append(min(ways) if ways else None)
        rest.append(row)
    choice, left, goal = [], budget, rest[-1][budget]
    for i in range(len(errors)):
        for k in range(errors.shape[1]):
            e, s = float(errors[i, k]), int(sizes[i, k])
            after = rest[len(errors) - i - 1]
            if s <= left and after[left - s] is not None:
                found = after[left - s]
                if (e + found[0], s + found[1]) == goal:
                    choice.append(k)
                    left, goal = left - s, found
                    break
    return np.array(choice, np.int64), float(total(errors, choice)), int(total(sizes, choice))


def greedy(errors, sizes, budget, per_byte=True):
    """Start with the smallest sizes, then buy the best step while one fits."""
    sizes = sizes.astype(np.int64)
    choice = sizes.argmin(axis=1)
    while True:
        used = sizes[np.arange(len(choice)), choice].sum()
        steps = []
        for i, k in np.ndindex(errors.shape):
            gain, cost = errors[i, choice[i]] - errors[i, k], sizes[i, k] - sizes[i, choice[i]]
            if gain > 0 and used + cost <= budget:
                steps.append((gain / max(cost, 1) if per_byte else gain, -i, -k))
        if not steps:
            break
        _, i, k = max(steps)
        choice[-i] = -k
    choice = choice.tolist()
    return np.array(choice, np.int64), float(total(errors, choice)), int(total(sizes, choice))


def mistakes(errors, sizes, budget):
    small = errors.shape[1] ** len(errors) <= 1000
    found = {}

    def best(fits, key):
        choices = [c for c in every(errors, sizes) if fits(c[1])]
        return packed(min(choices, key=key)) if choices else None

    def one_way():
        ways = [(c[0], c[1], c[2]) for c in every(errors, sizes) if c[1] <= budget and len(set(c[2])) == 1]
        return packed(min(ways)) if ways else None

    if small:
        found |= {
            "the total size must be below the budget; equal to it is allowed (不超过)": lambda: best(
                lambda s: s < budget, lambda c: c
            ),
            "the error was made largest": lambda: best(lambda s: s <= budget, lambda c: (-c[0], c[1], c[2])),
            "the size was made smallest, not the error": lambda: best(
                lambda s: s <= budget, lambda c: (c[1], c[0], c[2])
            ),
            "the budget was ignored": lambda: best(lambda s: True, lambda c: c),
            "of choices with the same error the first was taken; the smaller total size comes before": lambda: best(
                lambda s: s <= budget, lambda c: (c[0], c[2])
            ),
            "the total size overflowed (溢出) the dtype of sizes; sum in Python ints or int64": (
                *brute(errors, sizes, budget)[:2],
                brute(errors, sizes, budget)[2] % 256,
            )
            if sizes.dtype == np.uint8
            else lambda: None,
            "of choices with the same error the larger one was taken": lambda: best(
                lambda s: s <= budget, lambda c: (c[0], -c[1], c[2])
            ),
            "of choices with the same error and size the last was taken; the first in lexicographic order (字典序) "
            "is asked for": lambda: best(lambda s: s <= budget, lambda c: (c[0], c[1], tuple(-k for k in c[2]))),
            "of choices with the same error and size the one was taken that is first when read from the last layer": (
                lambda: best(lambda s: s <= budget, lambda c: (c[0], c[1], c[2][::-1]))
            ),
            "all layers got the same way; each layer chooses its own": one_way,
        }
    found |= {
        "a greedy choice (贪心) by error per byte: good, not always best": lambda: greedy(errors, sizes, budget),
        "a greedy choice (贪心) by error: good, not always best": lambda: greedy(errors, sizes, budget, False),
    }
    return found


def holds(exercise, errors, sizes, budget, oracle=brute):
    answer = exercise(errors, sizes, budget=budget)
    answer.equals(oracle(errors, sizes, budget), names=NAMES, known=mistakes(errors, sizes, budget))


def model(seed, layers, ways, most=30, grain=40):
    rng = np.random.default_rng(seed)
    return rng.integers(0, grain, (layers, ways)) / 8, rng.integers(1, most, (layers, ways))


def test_by_hand(exercise):
    """Greedy buys the 6 bytes of layer 0 first (4 of error) and then has no room for 3 + 3 of layers 1 and 2."""
    errors, sizes = np.array([[4.0, 0.0], [2.5, 0.0], [2.5, 0.0]]), np.array([[1, 7], [1, 5], [1, 5]])
    answer = exercise(errors, sizes, budget=11)
    answer.equals((np.array([0, 1, 1]), 4.0, 11), names=NAMES, known=mistakes(errors, sizes, 11))


@pytest.mark.parametrize("seed", range(8))
def test_small(exercise, seed):
    errors, sizes = model(seed, 5, 3)
    low, high = int(sizes.min(axis=1).sum()), int(sizes.max(axis=1).sum())
    for budget in (low, (2 * low + high) // 3, high):
        holds(exercise, errors, sizes, budget)


@pytest.mark.parametrize("seed", range(20, 28))
def test_many_ties(exercise, seed):
    errors, sizes = model(seed, 4, 4, most=4, grain=3)
    holds(exercise, errors, sizes, int(sizes.min(axis=1).sum()) + 2)


def test_equal_layers(exercise):
    """One layer may have the better way: the last, so that the choice is first in lexicographic order."""
    errors, sizes = np.array([[1.0, 0.0, 0.0]] * 4), np.array([[1, 2, 2]] * 4)
    for budget in (5, 6, 7, 8, 9):
        holds(exercise, errors, sizes, budget)


def test_one_layer_and_one_way(exercise):
    holds(exercise, *model(30, 1, 5), 29)
    holds(exercise, *model(31, 6, 1), 200)


@pytest.mark.parametrize("layers", [20, 60])
def test_large(exercise, layers):
    errors, sizes = model(40, layers, 3, grain=800)
    low, high = int(sizes.min(axis=1).sum()), int(sizes.max(axis=1).sum())
    holds(exercise, errors, sizes, (low + high) // 2, by_table)


def test_narrow_integers_and_fortran_order(exercise):
    errors, sizes = model(50, 6, 3, most=120)
    holds(exercise, np.asfortranarray(errors), np.asfortranarray(sizes.astype(np.uint8)), 400)


@pytest.mark.parametrize("less", [1, 1000])
def test_refuses_a_budget_that_nothing_fits(exercise, less):
    errors, sizes = model(60, 4, 3)
    budget = int(sizes.min(axis=1).sum()) - less
    exercise.raises(ValueError, errors, sizes, budget=budget, because="no choice fits the budget")


@pytest.mark.parametrize("shapes", [((2, 3), (2, 2)), ((2, 3), (3, 3)), ((2, 3), (1, 3)), ((0, 3), (0, 3))])
def test_refuses_shapes(exercise, shapes):
    because = "the shapes differ, or there is no layer"
    exercise.raises(ValueError, np.ones(shapes[0]), np.ones(shapes[1], np.int64), budget=99, because=because)
