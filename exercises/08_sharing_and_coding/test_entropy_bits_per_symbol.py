"""Grader of entropy_bits_per_symbol. Oracle: 50-digit decimals; closed forms; one value of scipy."""

import math
from decimal import Decimal, localcontext

import numpy as np
import pytest

NAMES = ("H", "redundancy")


def exact(counts, lengths):
    pairs = [(int(c), int(n)) for c, n in zip(counts, lengths, strict=True) if c]
    total = sum(c for c, _ in pairs)
    with localcontext() as context:
        context.prec = 50
        entropy = sum(Decimal(c) / total * (Decimal(total) / c).ln() for c, _ in pairs) / Decimal(2).ln()
        average = sum(Decimal(c * n) for c, n in pairs) / total
        return float(entropy), float(average - entropy)


def mistakes(counts, lengths):
    """What the usual mistakes return."""
    entropy, loss = exact(counts, lengths)
    average = entropy + loss
    many = counts.astype(float)
    p = many / many.sum()
    used = p > 0
    narrow = many / max(float(np.sum(counts, dtype=counts.dtype)), 1.0)
    shifted = float(-(p * np.log2(p + 1e-9)).sum())
    rough = float(-(p * np.log2(p + 1e-12)).sum())
    wrapped = float(-(narrow[used] * np.log2(narrow[used])).sum())
    plain = float(lengths[used].astype(float).mean())
    return {
        "the natural logarithm (nats); bits need log2": {"H": entropy * math.log(2)},
        "the logarithm of base 10; bits need log2": {"H": entropy * math.log10(2)},
        "the minus sign is missing": {"H": -entropy},
        "the total number of bits; divide by the number of symbols": {"H": entropy * many.sum()},
        "the entropy was divided by its largest value, log2 of the number of symbols": {
            "H": entropy / max(math.log2(len(counts)), 1)
        },
        "log2 of the number of different symbols: that is the entropy of equal shares": {"H": math.log2(used.sum())},
        "a small number (eps) was added to p; take the zeros out in place of it": {"H": shifted},
        "a small number (1e-12) was added to p; take the zeros out in place of it": {"H": rough},
        "the sum of the counts overflowed in their own dtype (溢出)": {"H": wrapped},
        "the redundancy is L, not L - H": {"H": entropy, "redundancy": average},
        "the redundancy has the wrong sign: it is L - H": {"H": entropy, "redundancy": -loss},
        "the redundancy is the share (L - H) / L": {"H": entropy, "redundancy": loss / max(average, 1e-9)},
        "the redundancy is the share (L - H) / H": {"H": entropy, "redundancy": loss / max(entropy, 1e-9)},
        "the lengths were averaged without the shares p": {"H": entropy, "redundancy": plain - entropy},
        "L counts the lengths of symbols that do not occur": {
            "H": entropy,
            "redundancy": float(lengths.mean()) - entropy,
        },
        "redundancy and H are in the wrong order": {"H": loss, "redundancy": entropy},
    }


def holds(exercise, counts, lengths):
    counts, lengths = np.asarray(counts), np.asarray(lengths)
    answer = exercise(counts, lengths)
    entropy = answer.part(0, "H").has(shape=(), dtype="float")
    told = "H is NaN: 0 * log2(0) was computed; take out the symbols that do not occur"
    entropy.check(not math.isnan(entropy.value), told)
    known = mistakes(counts, lengths)
    answer.close_to(exact(counts, lengths), rtol=1e-9, atol=1e-12, names=NAMES, known=known)


def test_by_hand(exercise):
    """Shares 1/2, 1/4, 1/8, 1/8: H = 1/2 + 2/4 + 3/8 + 3/8. Two bits each lose a quarter of a bit."""
    counts, lengths = np.array([4, 2, 1, 1]), np.array([2, 2, 2, 2])
    answer = exercise(counts, lengths)
    answer.close_to((1.75, 0.25), rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(counts, lengths))


def test_agrees_with_scipy(exercise):
    """scipy 1.17.1, scipy.stats.entropy([5, 0, 7, 1, 20], base=2)."""
    counts, lengths = np.array([5, 0, 7, 1, 20]), np.array([3, 0, 2, 3, 1])
    expected = SCIPY, (15 + 14 + 3 + 20) / 33 - SCIPY
    answer = exercise(counts, lengths)
    answer.close_to(expected, rtol=1e-9, atol=1e-12, names=NAMES, known=mistakes(counts, lengths))


SCIPY = 1.4777369427952025


@pytest.mark.parametrize("seed", range(4))
def test_many_symbols(exercise, seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(0, 60, 40) * rng.integers(0, 2, 40)
    holds(exercise, counts, rng.integers(1, 12, 40))


def test_symbols_that_do_not_occur(exercise):
    holds(exercise, [0, 3, 0, 1, 0, 0], [9, 1, 0, 1, 5, 7])
    holds(exercise, [0, 3, 1, 4, 0], [0, 2, 2, 1, 0])


def test_equal_shares(exercise):
    holds(exercise, [5, 5, 5, 5, 5, 5, 5, 5], [3] * 8)
    holds(exercise, [2, 2, 2], [1, 2, 2])


@pytest.mark.parametrize(("counts", "lengths"), [([0, 7, 0], [3, 1, 2]), ([1], [0]), ([4], [5])])
def test_one_symbol_alone(exercise, counts, lengths):
    counts, lengths = np.array(counts), np.array(lengths)
    answer = exercise(counts, lengths)
    expected = 0.0, float(lengths[counts > 0][0])
    answer.close_to(expected, atol=1e-12, names=NAMES, known=mistakes(counts, lengths))
    told = "H is -0.0: write it as a sum of p * log2(1 / p)"
    entropy = answer.part(0, "H").has(shape=(), dtype="float")
    entropy.check(math.copysign(1, entropy.value) > 0, told)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint32, np.int64])
def test_dtypes(exercise, kind):
    counts = np.array([100, 120, 90, 3, 0, 127], kind)
    holds(exercise, counts, np.array([2, 2, 2, 4, 0, 2], np.uint8))
    holds(exercise, np.resize(counts, 300), np.full(300, 200, np.uint8))


def test_rare_symbols(exercise):
    holds(exercise, [10**12, 1, 1], [1, 2, 2])


@pytest.mark.parametrize("shape", [(3,), (5,), (4, 1)])
def test_refuses_other_shapes(exercise, shape):
    because = "counts and lengths must have the same shape"
    exercise.raises(ValueError, np.array([1, 2, 3, 4]), np.ones(shape, np.int64), because=because)


@pytest.mark.parametrize(
    ("counts", "because"),
    [
        ([], "there is no symbol"),
        ([0, 0], "all counts are 0"),
        ([3, -1], "a count is negative"),
        ([-1, 5, 2], "a count is negative"),
    ],
)
def test_refuses_counts(exercise, counts, because):
    exercise.raises(ValueError, np.array(counts, np.int64), np.ones(len(counts), np.int64), because=because)
