"""Grader of mse_clip. Oracle: the definition in plain Python loops; ties are exact in binary."""

import math

import numpy as np
import pytest


def error_of(values, t, bits, *, low=None, qmax=None):
    """Mean squared error of one threshold: Python floats, one value at a time."""
    qmax = 2 ** (bits - 1) - 1 if qmax is None else qmax
    low = -qmax if low is None else low
    step = t / qmax
    return math.fsum((v - step * min(max(round(v / step), low), qmax)) ** 2 for v in values) / len(values)


def winner(errors):
    """The threshold of least error; the larger of two that tie."""
    return max(errors, key=lambda t: (-errors[t], t))


def exact(x, bits, candidates):
    values = [float(v) for v in x.ravel()]
    errors = {float(t): error_of(values, float(t), bits) for t in candidates}
    first, second = sorted(set(errors.values()))[:2]
    assert second > 1.001 * first, "the two best candidates are too close for a fair test"
    return winner(errors), values, errors


def mistakes(values, errors, bits):
    """What the usual mistakes return."""
    best, qmax, codes = winner(errors), 2 ** (bits - 1) - 1, 2**bits
    absolute, kept, unclamped, lowest, wide, unsigned, signed = ({} for _ in range(7))
    for t in errors:
        step = t / qmax
        clipped = [min(max(v, -t), t) for v in values]
        rounded = [step * round(c / step) for c in clipped]
        absolute[t] = math.fsum(abs(v - r) for v, r in zip(values, rounded, strict=True))
        kept[t] = math.fsum((c - r) ** 2 for c, r in zip(clipped, rounded, strict=True))
        unclamped[t] = math.fsum((v - step * round(v / step)) ** 2 for v in values)
        lowest[t] = error_of(values, t, bits, low=-qmax - 1)
        wide[t] = error_of(values, t, bits, low=-codes // 2, qmax=codes // 2)
        unsigned[t] = error_of(values, t, bits, low=0, qmax=codes - 1)
        signed[t] = abs(math.fsum(v - r for v, r in zip(values, rounded, strict=True)))
    winners = {
        "the codes were not clamped (截断) to -qmax .. qmax": winner(unclamped),
        "the error was measured against the clipped x; it is that of x itself": winner(kept),
        "the mean absolute error was minimised, not the mean squared error (均方误差)": winner(absolute),
        "the step was t / 2**(bits - 1); the last code is qmax = 2**(bits - 1) - 1": winner(wide),
        "code -2**(bits - 1) was allowed; this grid ends at -qmax": winner(lowest),
        "the grid was unsigned, 0 .. 2**bits - 1": winner(unsigned),
        "the mean error was minimised: without a square, errors of both signs cancel": winner(signed),
        "the largest candidate was taken, without clipping anything": max(errors),
        "the smallest candidate was taken": min(errors),
        "the largest error was kept, not the least": min(errors, key=lambda t: (-errors[t], t)),
    }
    merged: dict[float, str] = {}  # two mistakes may choose the same candidate: then the message names both
    for text, t in winners.items():
        merged[t] = f"{merged[t]}, or {text}" if t in merged else text
    return {text: t for t, text in merged.items()} | {
        "the step t / qmax was returned, not the threshold t": best / qmax,
        "the position of the best candidate was returned, not the candidate": float(list(errors).index(best)),
        "the least error was returned, not the threshold": errors[best],
    }


def holds(exercise, x, bits, candidates):
    candidates = np.asarray(candidates)
    expected, values, errors = exact(x, bits, candidates)
    known = mistakes(values, errors, bits)
    exercise(x, bits=bits, candidates=candidates).equals(expected, known=known)


@pytest.mark.parametrize("bits", [2, 3, 4, 6, 8])
def test_bell_curve(exercise, bits):
    x = np.random.default_rng(bits).normal(0, 1.5, (12, 40)).astype(np.float32)
    candidates = np.random.default_rng(1).permutation(np.linspace(0.35, 7.1, 16))
    holds(exercise, x, bits, candidates)


@pytest.mark.parametrize("bits", [3, 4])
def test_heavy_tail(exercise, bits):
    x = np.random.default_rng(10 + bits).laplace(0, 0.1, 900)
    holds(exercise, x, bits, np.abs(x).max() * np.linspace(0.15, 1, 14)[::-1])


def test_one_negative_outlier(exercise):
    x = np.append(np.random.default_rng(5).normal(0.2, 0.3, 300), -6.0)
    holds(exercise, x, 3, np.array([1.1, 6.0, 0.5, 3.2, 2.0, 9.0]))


def test_the_squared_error_decides(exercise):
    # 2 bits, so the codes are -1, 0, 1. |errors|: t = 1 leaves 4 once, t = 5 leaves 1 five times (q = 0).
    x = np.array([1.0, 1.0, -1.0, 1.0, -1.0, 5.0])
    holds(exercise, x, 2, np.array([1.0, 5.0]))


def test_the_lowest_code(exercise):
    holds(exercise, np.array([-2.0, -2.0, 1.0, 1.0, -0.95]), 2, np.array([1.0, 1.8]))


def test_a_range_beyond_the_data(exercise):
    x = np.arange(-7, 8) * 0.5  # exactly the grid of 4 bits and t = 3.5
    holds(exercise, x, 4, np.array([5.0, 3.5, 3.0, 14.0]))


def test_float32_candidates(exercise):
    x = np.random.default_rng(6).normal(0, 1, 200).astype(np.float32)
    holds(exercise, x, 4, np.linspace(1, 4, 7).astype(np.float32))


def test_one_candidate(exercise):
    exercise(np.array([0.1, 9.0]), bits=4, candidates=np.array([0.7])).equals(0.7)


TIES = [
    ([1.0, -1.0], 2, [0.75, 1.25], "0.25 below and 0.25 above"),
    ([1.0, -1.0], 2, [1.25, 4.0, 0.75], "0.25 below and 0.25 above"),
    ([2.0, -4.0, 126.0], 8, [127.0, 254.0], "both grids hold every value"),
    ([2.0, -4.0, 126.0], 8, [254.0, 127.0, 63.5], "both grids hold every value"),
    ([0.0, 0.0, 0.0], 4, [2.0, 0.5, 8.0], "x is zero"),
]


@pytest.mark.parametrize(("values", "bits", "candidates", "why"), TIES)
def test_ties_go_to_the_larger(exercise, values, bits, candidates, why):
    errors = {t: error_of(values, t, bits) for t in candidates}
    best = sorted(t for t in errors if errors[t] == min(errors.values()))
    assert len(best) > 1
    known = {
        f"the errors of {best[-1]} and {best[0]} are equal ({why}): the larger wins a tie (相等时取大)": best[0],
        f"the first of the candidates that tie ({why}); the largest of them wins (相等时取大)": next(
            t for t in candidates if t in best
        ),
    }
    answer = exercise(np.array(values), bits=bits, candidates=np.array(candidates))
    answer.equals(best[-1], known=known)


def test_large_float32_values(exercise):
    x = np.array([1e25, -3e25, 2.2e25, 0.4e25], np.float32)  # a squared error overflows float32
    holds(exercise, x, 3, np.array([2e25, 3e25, 4.1e25]))


@pytest.mark.parametrize("bits", [1, 9])
def test_refuses_bits(exercise, bits):
    because = "bits must be in 2 .. 8"
    exercise.raises(ValueError, np.ones(3), bits=bits, candidates=np.ones(2), because=because)


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [np.inf, 0.0], [-np.inf, 0.0]])
def test_refuses_x(exercise, values):
    because = "x is empty" if not values else "x holds NaN or infinity"
    exercise.raises(ValueError, np.array(values), bits=4, candidates=np.ones(2), because=because)


@pytest.mark.parametrize("values", [[], [1.0, np.nan], [1.0, np.inf], [1.0, 0.0], [-1.0, 2.0]])
def test_refuses_candidates(exercise, values):
    because = "candidates must be positive and finite, and at least one"
    exercise.raises(ValueError, np.ones(3), bits=4, candidates=np.array(values), because=because)
