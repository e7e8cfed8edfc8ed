"""Plausible wrong answers; the first line of each docstring is found in the failure it gets."""

import itertools

import numpy as np


def _checked(errors, sizes, budget):
    if errors.shape != sizes.shape or len(errors) == 0 or sizes.min(axis=1).sum() > budget:
        raise ValueError("shapes or budget")


def _states(errors, sizes, budget, keep=lambda new, old: new < old):
    states = {0: (0.0, ())}
    for e, s in zip(errors.tolist(), sizes.tolist(), strict=True):
        grown = {}
        for used, (error, choice) in states.items():
            for k, (more, size) in enumerate(zip(e, s, strict=True)):
                new = (error + more, (*choice, k))
                if used + size <= budget and (used + size not in grown or keep(new, grown[used + size])):
                    grown[used + size] = new
        states = grown
    return [(error, size, choice) for size, (error, choice) in states.items()]


def _answer(found):
    return np.array(found[2], np.int64), float(found[0]), int(found[1])


def _greedy(errors, sizes, budget, value):
    choice = sizes.argmin(axis=1)
    rows = np.arange(len(choice))
    while True:
        used, steps = sizes[rows, choice].sum(), []
        for i, k in np.ndindex(errors.shape):
            gain, cost = errors[i, choice[i]] - errors[i, k], int(sizes[i, k]) - int(sizes[i, choice[i]])
            if gain > 0 and used + cost <= budget:
                steps.append((value(gain, cost), -i, -k))
        if not steps:
            return choice, float(errors[rows, choice].sum()), int(sizes[rows, choice].sum())
        _, i, k = max(steps)
        choice[-i] = -k


def greedy_by_error_per_byte(errors, sizes, *, budget):
    """a greedy choice \\(贪心\\) by error per byte
    Solver's mistake.
    """
    _checked(errors, sizes, budget)
    return _greedy(errors, sizes, budget, lambda gain, cost: gain / max(cost, 1))


def greedy_by_error(errors, sizes, *, budget):
    """a greedy choice \\(贪心\\) by error: good
    Solver's mistake.
    """
    _checked(errors, sizes, budget)
    return _greedy(errors, sizes, budget, lambda gain, cost: gain)


def below_the_budget(errors, sizes, *, budget):
    """equal to it is allowed"""
    _checked(errors, sizes, budget)
    found = _states(errors, sizes, budget - 1)
    return _answer(min(found or _states(errors, sizes, budget)))


def smallest_size(errors, sizes, *, budget):
    """the size was made smallest, not the error"""
    _checked(errors, sizes, budget)
    return _answer(min(_states(errors, sizes, budget), key=lambda s: (s[1], s[0], s[2])))


def first_of_equal_error(errors, sizes, *, budget):
    """of choices with the same error the first was taken
    Solver's mistake.
    """
    _checked(errors, sizes, budget)
    return _answer(min(_states(errors, sizes, budget), key=lambda s: (s[0], s[2])))


def last_of_equals(errors, sizes, *, budget):
    """of choices with the same error and size the last was taken
    Solver's mistake.
    """
    _checked(errors, sizes, budget)
    found = _states(
        errors, sizes, budget, lambda new, old: (new[0], [-k for k in new[1]]) < (old[0], [-k for k in old[1]])
    )
    return _answer(min(found, key=lambda s: (s[0], s[1], [-k for k in s[2]])))


def found_from_the_last_layer(errors, sizes, *, budget):
    """first when read from the last layer
    Solver's mistake.
    """
    _checked(errors, sizes, budget)
    choice, error, size = _answer(min(_states(errors[::-1], sizes[::-1], budget)))
    return choice[::-1].copy(), error, size


def the_same_way_for_all(errors, sizes, *, budget):
    """all layers got the same way"""
    _checked(errors, sizes, budget)
    ways = [(errors[:, k].sum(), sizes[:, k].sum(), [k] * len(errors)) for k in range(errors.shape[1])]
    return _answer(min([w for w in ways if w[1] <= budget] or ways))


def every_choice(errors, sizes, *, budget):
    """took longer|time limit|no answer within|seconds
    Solver's mistake.
    """
    _checked(errors, sizes, budget)
    best = None
    for choice in itertools.product(range(errors.shape[1]), repeat=len(errors)):
        size = sum(int(row[k]) for row, k in zip(sizes, choice, strict=True))
        if size <= budget:
            found = (float(sum(row[k] for row, k in zip(errors, choice, strict=True))), size, choice)
            best = found if best is None else min(best, found)
    return _answer(best)


def narrow_sums(errors, sizes, *, budget):
    """the total size overflowed
    Solver's mistake.
    """
    _checked(errors, sizes, budget)
    choice, error, _ = _answer(min(_states(errors, sizes, budget)))
    return choice, error, int(np.sum(sizes[np.arange(len(sizes)), choice], dtype=sizes.dtype))


def no_error_where_nothing_fits(errors, sizes, *, budget):
    """no choice fits the budget"""
    if errors.shape != sizes.shape or not len(errors):
        raise ValueError("shapes")
    least = [(0.0, 0, tuple(int(k) for k in sizes.argmin(axis=1)))]
    return _answer(min(_states(errors, sizes, budget) or least))
