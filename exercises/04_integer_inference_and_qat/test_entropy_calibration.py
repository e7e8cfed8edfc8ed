"""Grader of entropy_calibration. Oracle: rational numbers, one cell at a time; only the logarithm is a float."""

import math
from fractions import Fraction

import numpy as np
import pytest

NAMES = ("threshold", "divergence")


def divergence(counts, k, levels, *, tail="last", share="filled", spread="even"):
    """KL(P || Q) of k bins; the options are the usual mistakes."""
    counts = [int(c) for c in counts]
    kept, beyond = counts[:k], sum(counts[k:])
    p = list(kept)
    if tail != "dropped":
        p[-1] += beyond
    source = p if tail == "both" else kept
    q = [Fraction(0)] * k
    for cell in range(levels):
        bins = [i for i in range(k) if i * levels // k == cell]
        if spread == "old":
            size = k // levels
            bins = list(range(cell * size, (cell + 1) * size if cell < levels - 1 else k))
        users = [i for i in bins if p[i] > 0 or share == "all"]
        for i in users:
            q[i] = Fraction(sum(source[b] for b in bins), len(users))
    total, inside = sum(p), sum(source)
    if inside == 0 or any(a and not b for a, b in zip(p, q, strict=True)):
        return math.inf
    terms = [a / total * math.log(Fraction(a * inside) / (b * total)) for a, b in zip(p, q, strict=True) if a]
    return math.fsum(terms)


def search(counts, levels, *, first=None, last=0, **options):
    ks = range(levels if first is None else first, len(counts) + 1 - last)
    found = [(divergence(counts, k, levels, **options), k) for k in ks]
    best = min((f[0] for f in found), default=math.inf)
    return next(((k, kl) for kl, k in found if kl <= best + 1e-14), (levels, math.inf))


def exact(counts, width, levels):
    k, kl = search(counts, levels)
    return k * width, kl


def mistakes(counts, width, levels):
    """What the usual mistakes return (each computed when it is asked for)."""
    k, kl = search(counts, levels)

    def other(**options):
        def found():
            k, kl = search(counts, levels, **options)
            return {"threshold": k * width, "divergence": min(kl, 1e300)}

        return found

    return {
        "P and Q treat the clipped counts (被截断的计数) alike: clipping is free; P takes them, Q does not": (
            other(tail="both")
        ),
        "a cell's counts were shared by all of its bins, empty ones too; only bins with P > 0 take part": other(
            share="all"
        ),
        "the cells have k // levels bins and the last takes the rest; bin i belongs to cell i * levels // k": other(
            spread="old"
        ),
        "the threshold is the middle of the last bin; it is its upper edge, k * width": {
            "threshold": (k - 0.5) * width,
            "divergence": kl,
        },
        "the threshold is the lower edge of the last bin; it is the upper one, k * width": {
            "threshold": (k - 1) * width,
            "divergence": kl,
        },
        "k is returned; the threshold is k * width": {"threshold": k, "divergence": kl},
        "the divergence is in bits; take the natural logarithm (自然对数)": {"divergence": kl / math.log(2)},
        "of equal divergences the largest threshold won": lambda: {
            "threshold": max(j for j in range(levels, len(counts) + 1) if divergence(counts, j, levels) <= kl + 1e-14)
            * width
        },
        "nothing was clipped: k = len(counts) was taken without a search": lambda: {
            "threshold": len(counts) * width,
            "divergence": divergence(counts, len(counts), levels),
        },
        "the last candidate, all bins, is missing": other(last=1),
        "the first candidate, k = levels, is missing": other(first=levels + 1),
    }


def histogram(seed, bins, size=4000, kind="laplace"):
    rng = np.random.default_rng(seed)
    x = np.abs(rng.laplace(0, 1, size) if kind == "laplace" else rng.standard_t(3, size))
    return np.histogram(x, bins=bins, range=(0, float(x.max())))[0].astype(np.int64)


def holds(exercise, counts, width, levels):
    counts = np.asarray(counts, np.int64)
    known = mistakes(counts, width, levels)
    answer = exercise(counts, width=width, levels=levels)
    compare(answer, exact(counts, width, levels), known)


def compare(answer, expected, known):
    answer.close_to(expected, rtol=1e-7, atol=1e-12, names=NAMES, known=known)


def test_by_hand(exercise):
    """k = 2: P = (6, 4) / 10 and Q = (6, 2) / 8; k = 3: cells {0, 1} and {2}; k = 4: cells {0, 1} and {2, 3}."""
    two = 0.6 * math.log(0.6 / 0.75) + 0.4 * math.log(0.4 / 0.25)
    three = 0.6 * math.log(0.6 / (4 / 9)) + 0.2 * math.log(0.2 / (4 / 9)) + 0.2 * math.log(0.2 / (1 / 9))
    four = 0.6 * math.log(6 / 4) + 0.2 * math.log(2 / 4)
    assert two < min(three, four)
    counts = np.array([6, 2, 1, 1])
    compare(exercise(counts, width=0.5, levels=2), (1.0, two), mistakes(counts, 0.5, 2))


@pytest.mark.parametrize("levels", [1, 2, 4, 7, 16])
def test_levels(exercise, levels):
    holds(exercise, histogram(levels, 40), 0.17, levels)


@pytest.mark.parametrize(("seed", "kind"), [(20, "laplace"), (21, "t"), (22, "t"), (23, "laplace")])
def test_histograms(exercise, seed, kind):
    holds(exercise, histogram(seed, 48, kind=kind), 2.5, 8)


def test_128_levels_by_default(exercise):
    counts = histogram(30, 160, 20000)
    compare(exercise(counts, width=0.1), exact(counts, 0.1, 128), mistakes(counts, 0.1, 128))


def test_gaps(exercise):
    """Empty bins: they take no share of a cell, and clipped counts on an empty cell make a divergence infinite."""
    holds(exercise, [50, 0, 30, 0, 0, 9, 0, 0, 0, 4, 0, 1], 1.0, 3)
    holds(exercise, [9, 0, 0, 7, 5, 0, 0, 0, 3, 1, 0, 0, 0, 0, 0, 2], 0.1, 4)
    holds(exercise, [0, 0, 0, 0, 5, 9, 4, 1], 0.1, 2)


def test_nothing_to_clip(exercise):
    holds(exercise, [1, 2, 3, 4, 4, 3, 6, 900], 1.0, 4)
    holds(exercise, [5, 5, 5, 5, 5, 5], 1.0, 3)


@pytest.mark.parametrize("counts", [[7, 3, 1, 0, 0, 0], [4, 4, 4, 4, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0]])
def test_of_equal_divergences_the_smallest_threshold_wins(exercise, counts):
    holds(exercise, counts, 0.25, 3)


def test_as_many_bins_as_levels(exercise):
    holds(exercise, [3, 0, 2, 5], 0.5, 4)
    holds(exercise, [8], 3.0, 1)


def test_types(exercise):
    answer = exercise(np.array([6, 2, 1, 1]), width=0.5, levels=2)
    answer.part(0, "threshold").has(shape=(), dtype="float")
    answer.part(1, "divergence").has(shape=(), dtype="float")


def test_refuses_fewer_bins_than_levels(exercise):
    because = "there are fewer bins than levels"
    exercise.raises(ValueError, np.array([3, 2, 1]), width=1.0, levels=4, because=because)


@pytest.mark.parametrize("levels", [0, -1])
def test_refuses_levels(exercise, levels):
    exercise.raises(ValueError, np.array([3, 2, 1]), width=1.0, levels=levels, because="levels must be at least 1")


@pytest.mark.parametrize("counts", [[3, -1, 2], [0, 0, 0]])
def test_refuses_counts(exercise, counts):
    because = "a count is negative" if min(counts) < 0 else "all counts are 0"
    exercise.raises(ValueError, np.array(counts), width=1.0, levels=2, because=because)
