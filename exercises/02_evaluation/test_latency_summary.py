"""Grader of latency_summary. Oracles: the statistics module, and counting for the percentile."""

import statistics

import numpy as np
import pytest

NAMES = ("median_base", "median_candidate", "p95_candidate", "speed_up")


def nearest_rank(values, percent=95):
    """By counting: the smallest value with enough values at or below it."""
    return min(v for v in values if 100 * sum(u <= v for u in values) >= percent * len(values))


def result(base, candidate):
    ratios = [b / c for b, c in zip(base, candidate, strict=True)]
    return statistics.median(base), statistics.median(candidate), nearest_rank(candidate), statistics.median(ratios)


def exact(base, candidate, warm_up):
    return result(base.tolist()[warm_up:], candidate.tolist()[warm_up:])


def mistakes(base, candidate, warm_up):
    b, c = base.tolist()[warm_up:], candidate.tolist()[warm_up:]
    right = result(b, c)
    lower, upper = sorted(c), sorted(b)
    before = dict(zip(NAMES, right, strict=True))

    def item(name, value):
        place = NAMES.index(name)
        return {key: before[key] for key in NAMES[:place]} | {name: value}

    n = len(c)
    return {
        "the warm-up (预热) was not left out": result(base.tolist(), candidate.tolist()),
        "the warm-up was taken from the sorted values: it is the first turns in time": result(
            sorted(base.tolist())[warm_up:], sorted(candidate.tolist())[warm_up:]
        ),
        "the warm-up was taken from the end": result(
            base.tolist()[: len(base) - warm_up], candidate.tolist()[: len(base) - warm_up]
        ),
        "the mean, which one slow turn moves; the median (中位数) is asked for": {"median_base": sum(b) / n},
        "for an even number of turns the upper of the two in the middle; the mean of both is asked for": {
            "median_base": upper[n // 2]
        },
        "for an even number of turns the lower of the two in the middle; the mean of both is asked for": {
            "median_base": upper[(n - 1) // 2]
        },
        "the percentile was interpolated (插值); nearest rank is asked for": item(
            "p95_candidate", float(np.quantile(c, 0.95))
        ),
        "the percentile is one place too high: rank r is index r - 1": item(
            "p95_candidate", lower[min(n - 1, -(-95 * n // 100))]
        ),
        "the percentile was rounded down: floor(0.95 * n) in place of ceil": item(
            "p95_candidate", lower[max(0, 95 * n // 100 - 1)]
        ),
        "the percentile is that of base": item("p95_candidate", nearest_rank(b)),
        "the percentile was taken in the order of time; sort first": item("p95_candidate", c[-(-95 * n // 100) - 1]),
        "the ratio of the medians; the median of the ratios of the pairs (成对) is asked for": item(
            "speed_up", right[0] / right[1]
        ),
        "the mean of the ratios; their median is asked for": item(
            "speed_up", sum(x / y for x, y in zip(b, c, strict=True)) / n
        ),
        "the ratios are upside down: base / candidate": item(
            "speed_up", statistics.median(y / x for x, y in zip(b, c, strict=True))
        ),
        "the lists were sorted before the ratios were taken: the pairs (成对) are lost": item(
            "speed_up", statistics.median(x / y for x, y in zip(upper, lower, strict=True))
        ),
    }


def holds(exercise, base, candidate, warm_up):
    answer = exercise(base, candidate, warm_up=warm_up)
    known = mistakes(base, candidate, warm_up)
    answer.close_to(exact(base, candidate, warm_up), rtol=1e-9, names=NAMES, known=known)


def times(seed, turns, dtype=np.float64):
    """Noise that both share, a few slow turns, and a slow warm-up."""
    rng = np.random.default_rng(seed)
    shared = rng.lognormal(0, 0.5, turns)
    base, candidate = (shared * rng.lognormal(m, 0.2, turns) for m in (0.0, -0.7))
    base[:2] *= 30
    candidate[:2] *= 50
    return base.astype(dtype), candidate.astype(dtype)


def test_by_hand(exercise):
    base, candidate = np.array([90.0, 4, 2, 8, 6]), np.array([80.0, 1, 4, 2, 5])
    answer = exercise(base, candidate, warm_up=1)  # the ratios are 4, 1/2, 4, 6/5
    answer.close_to((5.0, 3.0, 5.0, 2.6), rtol=1e-9, names=NAMES, known=mistakes(base, candidate, 1))


@pytest.mark.parametrize("turns", [3, 4, 5, 12, 21, 22, 23, 41, 42, 62, 102, 103])
def test_numbers_of_turns(exercise, turns):
    holds(exercise, *times(turns, turns), 2)


@pytest.mark.parametrize("warm_up", [0, 1, 3, 10, 29])
def test_warm_up(exercise, warm_up):
    holds(exercise, *times(1, 30), warm_up)


def test_warm_up_is_2_by_default(exercise):
    base, candidate = times(2, 11)
    answer = exercise(base, candidate)
    answer.close_to(exact(base, candidate, 2), rtol=1e-9, names=NAMES, known=mistakes(base, candidate, 2))


def test_one_turn(exercise):
    holds(exercise, np.array([3.0]), np.array([1.5]), 0)


def test_float32_and_strides(exercise):
    base, candidate = times(3, 24, np.float32)
    holds(exercise, base, candidate, 2)
    both = np.asfortranarray(np.stack([base, candidate]))
    holds(exercise, both[0], both[1], 4)


def test_equal_values(exercise):
    holds(exercise, np.full(20, 2.0), np.array([1.0] * 18 + [3.0] * 2), 0)
    holds(exercise, np.full(20, 2.0), np.array([3.0] + [1.0] * 19), 0)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf])
@pytest.mark.parametrize("place", [0, 7])
def test_refuses_values(exercise, bad, place):
    for which in (0, 1):
        pair = times(4, 10)
        pair[which][place] = bad
        exercise.raises(ValueError, *pair, warm_up=2, because=f"{bad} is no time")


@pytest.mark.parametrize("shapes", [((5,), (6,)), ((5, 1), (5, 1)), ((), ()), ((2, 3), (2, 3)), ((4,), (4, 1))])
def test_refuses_shapes(exercise, shapes):
    exercise.raises(ValueError, *(np.ones(s) for s in shapes), warm_up=0, because="1-D arrays of one length are needed")


@pytest.mark.parametrize("warm_up", [-1, 5, 6])
def test_refuses_warm_up(exercise, warm_up):
    because = "warm_up is negative" if warm_up < 0 else "no turn remains"
    exercise.raises(ValueError, np.ones(5), np.ones(5), warm_up=warm_up, because=because)
