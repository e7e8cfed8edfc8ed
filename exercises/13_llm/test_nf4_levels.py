"""Grader of nf4_levels. Oracles: the table in bitsandbytes, and quantiles found by bisection of math.erf."""

import math

import numpy as np
import pytest

# The NF4 table as published in the source of bitsandbytes (bitsandbytes/functional.py).
TABLE = [
    -1.0,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0.0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1.0,
]


def quantile(p):
    """Find z with Phi(z) = p by bisection."""
    low, high = -9.0, 9.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if 0.5 * math.erfc(-middle / math.sqrt(2)) < p else (low, middle)
    return (low + high) / 2


def side(offset, count, intervals):
    return [quantile(offset + (0.5 - offset) * i / intervals) for i in range(count)]


def raw(bits, offset):
    half = 2 ** (bits - 1)
    return np.array([-v for v in side(offset, half - 1, half - 1)] + [0.0] + side(offset, half, half)[::-1])


def expected(bits, offset):
    levels = raw(bits, offset)
    return (levels / levels[-1]).astype(np.float32)


def mistakes(bits, offset):
    """What the usual mistakes return."""
    half, n = 2 ** (bits - 1), 2**bits
    right = expected(bits, offset)

    def scaled(levels):
        levels = np.sort(np.asarray(levels, dtype=float))
        return levels / np.abs(levels).max()

    both = side(offset, half, half)
    short = side(offset, half - 1, half - 1)
    return {
        "the negative side got the extra level; it has one fewer than the positive side (负半轴少一个)": -right[::-1],
        "both sides have the same levels: there is no exact 0": scaled(both + [-v for v in both]),
        "the levels were not divided by the largest (归一化)": raw(bits, offset),
        "the levels are evenly spaced; they should be quantiles (分位数)": np.linspace(-1, 1, n),
        "the probabilities themselves were returned, without the quantile function Q": scaled(
            [offset + (0.5 - offset) * i / half - 0.5 for i in range(half)]
            + [0]
            + [0.5 - offset - (0.5 - offset) * i / (half - 1) for i in range(half - 1)]
        ),
        "the steps of probability stop short of 0.5 by one too many: 0.5 is left out, not the point before it": scaled(
            [quantile(p) for p in np.linspace(offset, 0.5, half + 2)[:half]]
            + [0]
            + [-quantile(p) for p in np.linspace(offset, 0.5, half + 1)[: half - 1]]
        ),
        "Q(0.5) = 0 is counted among the positive levels: 0 comes twice": scaled(
            [quantile(p) for p in np.linspace(offset, 0.5, half)[:-1]] + [0, 0] + [-v for v in short]
        ),
        "the levels are medians of equally likely cells, Q((i + 0.5) / n): zero is none of them": scaled(
            [quantile((i + 0.5) / n) for i in range(n)]
        ),
        "the levels were not sorted ascending (升序)": right[::-1],
        "offset is ignored: it holds for other values than 0.9677083 too": expected(bits, 0.9677083),
        "the negative end was divided by the wrong number: divide every level by the same, the largest": np.where(
            right < 0, right, right * raw(bits, offset)[-1]
        ),
    }


def holds(exercise, bits, offset):
    answer = exercise(bits=bits, offset=offset)
    answer.close_to(expected(bits, offset), dtype="exact", known=mistakes(bits, offset))


def test_agrees_with_bitsandbytes(exercise):
    exercise().close_to(np.array(TABLE, np.float32), dtype="exact", known=mistakes(4, 0.9677083))


@pytest.mark.parametrize("bits", [2, 3, 4, 5, 8])
def test_bit_widths(exercise, bits):
    holds(exercise, bits, 0.9677083)


@pytest.mark.parametrize("offset", [0.75, 0.9, 0.995, 0.50001, 0.999999])
def test_offsets(exercise, offset):
    holds(exercise, 4, offset)
    holds(exercise, 3, offset)


def test_two_bits_by_hand(exercise):
    """Q(0.8) and Q(0.65) on the positive side, Q(0.8) on the negative one."""
    levels = np.array([-1, 0, 0.3853204664075676 / 0.8416212335729143, 1], np.float32)
    exercise(bits=2, offset=0.8).close_to(levels, dtype="exact", known=mistakes(2, 0.8))


def test_zero_and_the_ends_are_exact(exercise):
    answer = exercise(bits=6).has(shape=(64,), dtype=np.float32)
    answer.check(bool((answer.value[[0, 31, 63]] == [-1, 0, 1]).all()), "levels 0, 31 and 63 must be exactly -1, 0, 1")


@pytest.mark.parametrize("bits", [1, 9, 0])
def test_refuses_bits(exercise, bits):
    exercise.raises(ValueError, bits=bits, because="bits must be in 2 .. 8")


@pytest.mark.parametrize("offset", [0.5, 1.0, 0.3, 1.2])
def test_refuses_offset(exercise, offset):
    because = "the offset is a probability strictly between 0.5 and 1"
    exercise.raises(ValueError, offset=offset, because=because)
