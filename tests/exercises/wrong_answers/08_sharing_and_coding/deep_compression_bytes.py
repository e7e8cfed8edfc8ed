"""Plausible wrong answers to deep_compression_bytes; the first line of each docstring is in the failure it gets."""

import heapq
import math
from collections import Counter

import numpy as np


def _checked(codes, k, index_bits):
    if codes.ndim != 2 or not 2 <= k <= 256 or not 1 <= index_bits <= 8:
        raise ValueError("arguments")
    if codes.size and not (codes.min() >= 0 and codes.max() < k):
        raise ValueError("codes")
    return codes.ravel().tolist(), 2**index_bits


def _bits(stream):
    heap = list(Counter(stream).values())
    heapq.heapify(heap)
    total = len(stream) if len(heap) == 1 else 0
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        total += joined
        heapq.heappush(heap, joined)
    return total


def _entries(flat, most, covers):
    gaps, values, zeros = [], [], 0
    for v in flat:
        if not v:
            zeros += 1
            continue
        while zeros > most:
            gaps.append(most)
            values.append(0)
            zeros -= covers
        gaps.append(zeros)
        values.append(v)
        zeros = 0
    return gaps, values


def _result(gaps, values, k, steps, bits=_bits, tables=None, codebook=None):
    parts = {
        "gaps": math.ceil(bits(gaps) / 8),
        "codes": math.ceil(bits(values) / 8),
        "tables": steps + k if tables is None else tables,
        "codebook": 4 * (k - 1) if codebook is None else codebook,
    }
    return {"entries": len(gaps), **parts, "total": sum(parts.values())}


def filler_covers_its_gap_only(codes, *, k, index_bits):
    """a filler covers M zeros only
    Solver's mistake.
    """
    flat, steps = _checked(codes, k, index_bits)
    return _result(*_entries(flat, steps - 1, steps - 1), k, steps)


def distances_for_gaps(codes, *, k, index_bits):
    """the distance from weight to weight was stored
    Solver's mistake.
    """
    flat, steps = _checked(codes, k, index_bits)
    gaps, values, before = [], [], -1
    for place in np.flatnonzero(flat).tolist():
        step = place - before
        while step > steps - 1:
            gaps, values, step = [*gaps, steps - 1], [*values, 0], step - (steps - 1)
        gaps, values, before = [*gaps, step], [*values, flat[place]], place
    return _result(gaps, values, k, steps)


def no_fillers(codes, *, k, index_bits):
    """no fillers \\(填充项\\) were added"""
    flat, steps = _checked(codes, k, index_bits)
    gaps, values = _entries(flat, 10**9, 1)
    return _result([min(g, steps - 1) for g in gaps], values, k, steps)


def row_by_row(codes, *, k, index_bits):
    """the rows were coded each by itself
    Solver's mistake.
    """
    _, steps = _checked(codes, k, index_bits)
    gaps, values = [], []
    for row in codes.tolist():
        g, v = _entries(row, steps - 1, steps)
        gaps += g
        values += v
    return _result(gaps, values, k, steps)


def fixed_width(codes, *, k, index_bits):
    """no Huffman code: index_bits"""
    flat, steps = _checked(codes, k, index_bits)
    gaps, values = _entries(flat, steps - 1, steps)
    found = _result(gaps, values, k, steps)
    found["gaps"] = math.ceil(len(gaps) * index_bits / 8)
    found["codes"] = math.ceil(len(values) * math.ceil(math.log2(k)) / 8)
    found["total"] = found["gaps"] + found["codes"] + found["tables"] + found["codebook"]
    return found


def entropy(codes, *, k, index_bits):
    """the entropy in place of a Huffman code
    Solver's mistake.
    """
    flat, steps = _checked(codes, k, index_bits)

    def bits(stream):
        return sum(c * math.log2(len(stream) / c) for c in Counter(stream).values())

    return _result(*_entries(flat, steps - 1, steps), k, steps, bits=bits)


def one_symbol_of_no_bits(codes, *, k, index_bits):
    """a stream of one symbol was given 0 bits
    Solver's mistake.
    """
    flat, steps = _checked(codes, k, index_bits)

    def bits(stream):
        return _bits(stream) if len(set(stream)) > 1 else 0

    return _result(*_entries(flat, steps - 1, steps), k, steps, bits=bits)


def forgets_the_tables(codes, *, k, index_bits):
    """the tables \\(码长表\\) were forgotten"""
    flat, steps = _checked(codes, k, index_bits)
    return _result(*_entries(flat, steps - 1, steps), k, steps, tables=0)


def tables_of_what_occurs(codes, *, k, index_bits):
    """the tables hold only the symbols that occur
    Solver's mistake.
    """
    flat, steps = _checked(codes, k, index_bits)
    gaps, values = _entries(flat, steps - 1, steps)
    return _result(gaps, values, k, steps, tables=len(set(gaps)) + len(set(values)))


def codebook_with_zero(codes, *, k, index_bits):
    """the codebook holds k values
    Solver's mistake.
    """
    flat, steps = _checked(codes, k, index_bits)
    return _result(*_entries(flat, steps - 1, steps), k, steps, codebook=4 * k)


def fillers_have_no_code(codes, *, k, index_bits):
    """the fillers have no code"""
    flat, steps = _checked(codes, k, index_bits)
    gaps, values = _entries(flat, steps - 1, steps)
    return _result(gaps, [v for v in values if v], k, steps)


def adds_the_entries(codes, *, k, index_bits):
    """the total adds the entries"""
    flat, steps = _checked(codes, k, index_bits)
    found = _result(*_entries(flat, steps - 1, steps), k, steps)
    return found | {"total": found["total"] + found["entries"]}
