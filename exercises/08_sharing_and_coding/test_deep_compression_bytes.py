"""Grader of deep_compression_bytes. Oracles: the entries by walking over the zeros, each best code by trying every
complete set of lengths."""

import functools
import math
from collections import Counter

import numpy as np
import pytest


@functools.cache
def complete(n):
    """All ascending tuples of n lengths with a Kraft sum of 1: split one word of each tuple of n - 1."""
    if n == 1:
        return {(0,)}
    return {tuple(sorted((*t[:i], *t[i + 1 :], t[i] + 1, t[i] + 1))) for t in complete(n - 1) for i in range(n - 1)}


def best_bits(stream):
    counts = sorted(Counter(stream).values(), reverse=True)
    if len(counts) < 2:
        return len(stream)
    return min(sum(c * n for c, n in zip(counts, t, strict=True)) for t in complete(len(counts)))


def fixed_bits(stream, width):
    return len(stream) * width


def shannon_bits(stream):
    counts = Counter(stream)
    return sum(c * max(1, math.ceil(math.log2(len(stream) / c))) for c in counts.values())


def entropy_bits(stream):
    return sum(c * math.log2(len(stream) / c) for c in Counter(stream).values())


def walk(flat, most, *, skips=0, early=0, first=0, tail=False):
    """Entries by walking; ``skips`` and ``early`` are the usual mistakes of fillers."""
    gaps, values, zeros = [], [], first
    for v in flat:
        if v:
            gaps.append(zeros)
            values.append(v)
            zeros = 0
            continue
        zeros += 1
        if zeros == most + 1 - skips - early:
            gaps.append(most - early)
            values.append(0)
            zeros = 0
    while not tail and values and values[-1] == 0:  # fillers after the last weight are not stored
        gaps.pop()
        values.pop()
    return gaps, values


def count(gaps, values, most, k, *, bits=best_bits, tables=None, codebook=None):
    parts = {
        "gaps": math.ceil(bits(gaps) / 8),
        "codes": math.ceil(bits(values) / 8),
        "tables": most + 1 + k if tables is None else tables,
        "codebook": 4 * (k - 1) if codebook is None else codebook,
    }
    return {"entries": len(gaps), **parts, "total": sum(parts.values())}


def exact(codes, k, index_bits):
    most = 2**index_bits - 1
    return count(*walk(codes.ravel().tolist(), most), most, k)


def mistakes(codes, k, index_bits):
    """What the usual mistakes return."""
    most = 2**index_bits - 1
    flat = codes.ravel().tolist()
    gaps, values = walk(flat, most)
    right = count(gaps, values, most, k)
    width = max(1, math.ceil(math.log2(k)))
    kept = [v for v in flat if v]
    fixed = right | {"gaps": -(-len(gaps) * index_bits // 8), "codes": -(-len(values) * width // 8)}
    fixed["total"] = sum(fixed[key] for key in ("gaps", "codes", "tables", "codebook"))
    both = math.ceil((best_bits(gaps) + best_bits(values)) / 8)
    rounded_down = right | {"gaps": best_bits(gaps) // 8, "codes": best_bits(values) // 8}
    rounded_down["total"] = sum(rounded_down[key] for key in ("gaps", "codes", "tables", "codebook"))
    return {
        "no fillers (填充项) were added": count([min(g, most) for g in walk(flat, 10**9)[0]], kept, most, k),
        "a filler covers M zeros only; it is a zero itself, so it covers M + 1 places": count(
            *walk(flat, most, skips=1), most, k
        ),
        "the distance from weight to weight was stored, not the number of zeros between": count(
            *distances(flat, most), most, k
        ),
        "fillers were added for the zeros after the last weight": count(*walk(flat, most, tail=True), most, k),
        "the rows were coded each by itself; the gaps run on from row to row": count(*by_rows(codes, most), most, k),
        "the codes were read column by column": count(*walk(codes.T.ravel().tolist(), most), most, k),
        "the fillers have no code: they are entries of code 0": count(gaps, kept, most, k) | {"entries": len(gaps)},
        "all zeros were stored as codes": count(gaps, flat, most, k),
        "entries counts the weights, not the fillers": right | {"entries": len(kept)},
        "no Huffman code: index_bits and ceil(log2(k)) bits for each entry": fixed,
        "a stream of one symbol was given 0 bits; it takes 1 bit each": count(
            gaps, values, most, k, bits=lambda s: best_bits(s) if len(set(s)) > 1 else 0
        ),
        "the entropy in place of a Huffman code, whose words have whole bits": count(
            gaps, values, most, k, bits=entropy_bits
        ),
        "the word lengths are ceil(log2(1 / p)) (Shannon): Huffman's are shorter": count(
            gaps, values, most, k, bits=shannon_bits
        ),
        "the bits were rounded down to bytes": rounded_down,
        "the two streams were joined before rounding up to bytes": right
        | {"total": both + right["tables"] + right["codebook"]},
        "the tables (码长表) were forgotten": count(gaps, values, most, k, tables=0),
        "the table has M entries for M + 1 gaps": count(gaps, values, most, k, tables=most + k),
        "the tables hold only the symbols that occur": count(
            gaps, values, most, k, tables=len(set(gaps)) + len(set(values))
        ),
        "the codebook (码本) was forgotten": count(gaps, values, most, k, codebook=0),
        "the codebook holds k values; that of code 0 is not stored": count(gaps, values, most, k, codebook=4 * k),
        "the codebook has one byte for each value; a float32 has 4": count(gaps, values, most, k, codebook=k - 1),
        "the total adds the entries, which are no bytes": right | {"total": right["total"] + right["entries"]},
    }


def distances(flat, most):
    gaps, values, before = [], [], -1
    for place, v in enumerate(flat):
        if v:
            step = place - before
            while step > most:
                gaps.append(most)
                values.append(0)
                step -= most
            gaps.append(step)
            values.append(v)
            before = place
    return gaps, values


def by_rows(codes, most):
    gaps, values = [], []
    for row in codes.tolist():
        g, v = walk(row, most)
        gaps += g
        values += v
    return gaps, values


def holds(exercise, codes, k, index_bits):
    answer = exercise(codes, k=k, index_bits=index_bits)
    answer.equals(exact(codes, k, index_bits), known=mistakes(codes, k, index_bits))


def layer(seed, shape, k, density):
    rng = np.random.default_rng(seed)
    size = np.minimum(rng.geometric(0.4, shape), k - 1)
    return np.where(rng.random(shape) < density, size, 0)


def test_by_hand(exercise):
    """The example of the prompt. Gaps 2, 3, 1 and codes 5, 0, 7: 5 bits each, 1 byte. Tables 4 + 8, codebook 7 * 4."""
    codes = np.array([[0, 0, 5, 0, 0], [0, 0, 0, 7, 0]])
    expected = {"entries": 3, "gaps": 1, "codes": 1, "tables": 12, "codebook": 28, "total": 42}
    exercise(codes, k=8, index_bits=2).equals(expected, known=mistakes(codes, 8, 2))


@pytest.mark.parametrize("zeros", [0, 2, 3, 4, 5, 7, 8, 9, 11, 12, 16])
def test_fillers(exercise, zeros):
    """M = 3: the first filler at 4 zeros, the second at 8."""
    codes = np.array([[0] * zeros + [2] + [0] * zeros + [1, 1, 3] + [0] * zeros])
    holds(exercise, codes, 4, 2)
    holds(exercise, codes[::-1, ::-1], 4, 2)


@pytest.mark.parametrize("index_bits", [1, 2, 3])
@pytest.mark.parametrize("density", [0.05, 0.2, 0.6])
def test_layers(exercise, index_bits, density):
    holds(exercise, layer(index_bits, (12, 31), 8, density), 8, index_bits)


@pytest.mark.parametrize("k", [2, 3, 5, 9, 12])
def test_sizes_of_the_codebook(exercise, k):
    holds(exercise, layer(k, (20, 17), k, 0.3), k, 3)


def test_the_largest_sizes(exercise):
    codes = np.zeros((2, 700), np.int64)
    codes[0, 255], codes[1, 0], codes[1, 300] = 255, 7, 7  # gaps 255, 444, 299
    holds(exercise, codes, 256, 8)
    codes[0, 255] = 0
    holds(exercise, codes, 256, 8)


def test_a_long_stream_of_two_symbols(exercise):
    """1000 weights side by side: 1 bit for each of the gaps (all 0) and of the codes."""
    codes = np.tile([1, 2, 2, 1], (25, 10))
    expected = {"entries": 1000, "gaps": 125, "codes": 125, "tables": 32 + 3, "codebook": 8, "total": 293}
    exercise(codes, k=3, index_bits=5).equals(expected, known=mistakes(codes, 3, 5))


@pytest.mark.parametrize("shape", [(1, 1), (4, 5), (0, 3)])
def test_nothing_is_left(exercise, shape):
    expected = {"entries": 0, "gaps": 0, "codes": 0, "tables": 12, "codebook": 12, "total": 24}
    codes = np.zeros(shape, np.int64)
    exercise(codes, k=4, index_bits=3).equals(expected, known=mistakes(codes, 4, 3))


@pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16])
def test_dtypes_in_fortran_order(exercise, kind):
    holds(exercise, np.asfortranarray(layer(3, (9, 14), 6, 0.3).astype(kind)), 6, 2)


@pytest.mark.parametrize("shape", [(6,), (2, 3, 1)])
def test_refuses_shape(exercise, shape):
    exercise.raises(ValueError, np.ones(shape, np.int64), k=4, index_bits=3, because="codes must be 2-D")


@pytest.mark.parametrize("code", [-1, 4, 300])
def test_refuses_codes(exercise, code):
    codes = np.array([[0, 1], [code, 3]])
    exercise.raises(ValueError, codes, k=4, index_bits=3, because="a code must be in 0 .. k - 1 = 3")


@pytest.mark.parametrize(("k", "index_bits"), [(1, 3), (257, 3), (4, 0), (4, 9)])
def test_refuses_sizes(exercise, k, index_bits):
    because = "k must be in 2 .. 256" if index_bits == 3 else "index_bits must be in 1 .. 8"
    exercise.raises(ValueError, np.zeros((2, 2), np.int64), k=k, index_bits=index_bits, because=because)
