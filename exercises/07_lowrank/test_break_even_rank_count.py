"""Grader of break_even_rank_count. Oracle: counting the ranks that save something; for large sizes algebra by hand."""

import math

import pytest


def counted(m, n):
    """Try one rank after the other."""
    return next(r for r in range(m * n + 1) if (r + 1) * (m + n) >= m * n)


def mistakes(m, n, right):
    half, rest = divmod(m * n, m + n)
    least = {"at least 1 was returned: where no rank saves anything, the answer is 0": 1} if right == 0 else {}
    return {
        **least,
        "the rank of equality (相等) was counted: there the factors hold as many numbers as the matrix": half
        if rest == 0
        else right,
        "the division was done in floats, which hold 53 bits: use // on integers": math.ceil(m * n / (m + n)) - 1,
        "a quotient of floats, which hold 53 bits: use // on integers": int(m * n / (m + n)),
        "the quotient was rounded to the nearest": round(m * n / (m + n)),
        "the quotient was rounded up: that rank holds more numbers than the matrix": half + 1,
        "half of the smaller side: true for square matrices only": (min(m, n) - 1) // 2,
        "the smaller side, which is the largest rank a matrix can have; it saves nothing": min(m, n),
    }


def holds(exercise, m, n, rank):
    exercise(m, n).equals(rank, known=mistakes(m, n, rank))


@pytest.mark.parametrize(("m", "n", "rank"), [(64, 64, 31), (768, 3072, 614), (3, 6, 1), (128, 64, 42), (100, 25, 19)])
def test_layers(exercise, m, n, rank):
    assert rank == counted(m, n)
    holds(exercise, m, n, rank)


def test_every_small_matrix(exercise):
    for m in range(1, 13):
        for n in (1, 2, 3, 4, 5, 6, 10, 12):
            holds(exercise, m, n, counted(m, n))


@pytest.mark.parametrize(("m", "n"), [(1, 1), (1, 50), (2, 2), (50, 1)])
def test_nothing_to_save(exercise, m, n):
    holds(exercise, m, n, 0)


@pytest.mark.parametrize("k", [10**9 + 7, 2**60, 3 * 10**19 + 1])
def test_large_integers(exercise, k):
    holds(exercise, 2 * k, 2 * k, k - 1)  # equality at half the side
    holds(exercise, 2 * k + 1, 2 * k + 1, k)  # (2k + 1) / 2 = k + 1/2
    holds(exercise, 3 * k, 6 * k, 2 * k - 1)  # 18 k^2 / 9 k
    holds(exercise, 6 * k + 3, 3 * k + 2, 2 * k + 1)  # 18 k^2 + 21 k + 6 = (2 k + 1)(9 k + 5) + 2 k + 1


def test_type(exercise):
    answer = exercise(64, 32)
    answer.check(type(answer.value) is int, "the rank must be a Python int")


@pytest.mark.parametrize(("m", "n"), [(0, 5), (5, 0), (-3, 5), (5, -3), (-4, -4)])
def test_refuses_sides(exercise, m, n):
    exercise.raises(ValueError, m, n, because="m and n must be at least 1")
