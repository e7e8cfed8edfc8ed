"""Grader of huffman_code_lengths. Oracle: every complete set of lengths is tried; closed forms for long codes."""

import functools
from fractions import Fraction

import numpy as np
import pytest


@functools.cache
def complete(n):
    """All ascending tuples of n lengths with a Kraft sum of 1: split one of the longest words of each of n - 1."""
    if n == 1:
        return {(0,)}
    return {tuple(sorted((*t[:i], *t[i + 1 :], t[i] + 1, t[i] + 1))) for t in complete(n - 1) for i in range(n - 1)}


def least(counts):
    """The smallest total of all codes; the commonest symbols have the shortest words."""
    used = sorted((int(c) for c in counts if c), reverse=True)
    if len(used) == 1:
        return used[0]
    return min(sum(c * n for c, n in zip(used, lengths, strict=True)) for lengths in complete(len(used)))


def shannon_fano(counts):
    """Top down: cut the sorted list where the halves are most equal."""
    lengths = [0] * len(counts)

    def cut(group):
        if len(group) < 2:
            return
        sums = np.cumsum([counts[s] for s in group])
        at = int(np.argmin(np.abs(2 * sums[:-1] - sums[-1]))) + 1
        for s in group:
            lengths[s] += 1
        cut(group[:at])
        cut(group[at:])

    cut(sorted((s for s in range(len(counts)) if counts[s]), key=lambda s: -counts[s]))
    return lengths


def rounded(counts):
    p = np.array(counts, float) / sum(counts)
    return [int(np.ceil(-np.log2(v))) if v else 0 for v in p]


def joined(counts, key, width=None, low=0):
    """The total where the two groups that come first by ``key`` are joined; sums wrap at ``width`` bits."""
    groups, total = [(int(c), int(c)) for c in counts if c], 0
    while len(groups) > 1:
        groups.sort(key=lambda g: key(g[0]))
        (a, weight), (b, other), *groups = groups
        total += weight + other
        wrapped = (a + b - low) % 2**width + low if width else a + b
        groups.append((wrapped, weight + other))
    return total


def totals(counts):
    """The totals of the usual mistakes; a group's total is the sum of its joins."""
    used = [int(c) for c in counts if c]
    fixed = max(1, int(np.ceil(np.log2(len(used)))))
    ranked = sorted(used, reverse=True)
    return {
        "the largest counts were joined; join the smallest": joined(counts, key=lambda c: -c),
        "the sums of counts overflowed in uint8 (溢出): add Python integers": joined(counts, lambda c: c, 8),
        "the sums of counts overflowed in int8 (溢出): add Python integers": joined(counts, lambda c: c, 8, -128),
        "the lengths are ceil(log2(1 / p)), Shannon's code, which is not the best one": sum(
            c * n for c, n in zip(counts, rounded(counts), strict=True)
        ),
        "the symbols were split from the top (Shannon-Fano), which is not the best code": sum(
            c * n for c, n in zip(counts, shannon_fano(counts), strict=True)
        ),
        "all words have the same length": fixed * sum(used),
        "the words are 1, 2, 3, ... bits long by rank (unary code): joined groups must go back among the others": sum(
            c * min(r + 1, len(used) - 1) for r, c in enumerate(ranked)
        ),
    }


def holds(exercise, counts, total=None):
    counts = np.asarray(counts)
    answer = exercise(counts).has(shape=counts.shape, dtype="integer")
    lengths = [int(v) for v in answer.value]
    numbers = [int(c) for c in counts]
    used = [n for n, c in zip(lengths, numbers, strict=True) if c]
    spare = [n for n, c in zip(lengths, numbers, strict=True) if not c]
    answer.check(not any(spare), "a symbol that does not occur has a word: its length must be 0")
    if len(used) == 1:
        answer.check(used == [1], "a single symbol must have 1 bit (一个符号也要一位)")
        return
    answer.check(min(used) >= 1, "a symbol that occurs has no word (length 0 or below)")
    kraft = sum((Fraction(1, 2**n) for n in used), Fraction(0))
    answer.check(kraft <= 1, "no prefix code has these lengths: Kraft's sum (克拉夫特不等式) is above 1")
    wanted = least(counts) if total is None else total
    got = sum(c * n for c, n in zip(numbers, lengths, strict=True))
    if got != wanted:
        like = [text for text, other in totals(numbers).items() if other == got]
        told = f"the code needs {got} bits, the best one {wanted}" + "".join(f". Looks like: {t}" for t in like[:1])
        answer.check(False, told)


def test_by_hand(exercise):
    """1 + 2 = 3, 3 + 4 = 7, 7 + 8 = 15: the lengths are alone in being best."""
    exercise(np.array([4, 1, 8, 2])).equals(np.array([2, 3, 1, 3]))


def test_where_splitting_from_the_top_fails(exercise):
    """The example of Shannon-Fano against Huffman: 89 bits against 87."""
    holds(exercise, [15, 7, 6, 6, 5], 87)
    holds(exercise, [5, 6, 15, 6, 7])


@pytest.mark.parametrize("n", range(2, 12))
def test_every_code_tried(exercise, n):
    rng = np.random.default_rng(n)
    holds(exercise, rng.integers(1, 40, n))
    holds(exercise, rng.integers(1, 6, n) ** 3)
    holds(exercise, rng.integers(0, 3, n) + (np.arange(n) == n - 1))


@pytest.mark.parametrize("m", [1, 3, 8])
def test_equal_counts(exercise, m):
    exercise(np.full(2**m, 7)).equals(np.full(2**m, m))


def test_equal_counts_of_another_number(exercise):
    """300 = 212 + 88: 212 words of 8 bits and 88 of 9."""
    holds(exercise, np.ones(300, np.int64), 212 * 8 + 88 * 9)


def test_powers_of_two(exercise):
    exercise(np.array([1, 1, 2, 4, 8, 16, 32])).equals(np.array([6, 6, 5, 4, 3, 2, 1]))


def test_long_words(exercise):
    """Counts 1, 1, 2, 4, ..., 2**58: the rarest words have 59 bits. The sum is 2**59."""
    counts = np.array([1] + [2**i for i in range(59)])
    exercise(counts[::-1]).equals(np.concatenate([np.arange(1, 60), [59]]))


def test_fibonacci(exercise):
    """1, 2, 3, 5, 8, ...: the deepest tree of all."""
    counts = [1, 2]
    while len(counts) < 30:
        counts.append(counts[-1] + counts[-2])
    exercise(np.array(counts)).equals(np.array([29, *range(29, 0, -1)]))


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.int32, np.uint64])
def test_dtypes(exercise, kind):
    counts = np.array([120, 100, 127, 90, 3, 0, 126, 110], kind)
    holds(exercise, counts)


def test_symbols_that_do_not_occur(exercise):
    holds(exercise, [0, 3, 0, 1, 1, 0, 0])
    holds(exercise, [0, 5, 0, 2])


@pytest.mark.parametrize("counts", [[9], [0, 0, 1], [4, 0]])
def test_one_symbol_alone(exercise, counts):
    holds(exercise, counts)


def test_two_symbols(exercise):
    exercise(np.array([1000, 1])).equals(np.array([1, 1]))


@pytest.mark.parametrize(
    ("counts", "because"),
    [
        ([], "there is no symbol"),
        ([0, 0, 0], "no symbol occurs"),
        ([3, -1, 2], "a count is negative"),
        ([-1], "a count is negative"),
        ([[3, 1], [2, 2]], "counts must be 1-D"),
        ([[3]], "counts must be 1-D"),
    ],
)
def test_refuses(exercise, counts, because):
    exercise.raises(ValueError, np.array(counts, np.int64), because=because)
