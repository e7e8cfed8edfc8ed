"""Plausible wrong answers to huffman_code_lengths; the first line of each docstring is in the failure it gets."""

import heapq

import numpy as np


def _checked(counts):
    if counts.ndim != 1 or (counts < 0).any() or not counts.any():
        raise ValueError("counts")
    return [int(c) for c in counts]


def _join(counts, sign=1, back=True):
    lengths = np.zeros(len(counts), int)
    heap = [(sign * c, [s]) for s, c in enumerate(counts) if c]
    if len(heap) == 1:
        lengths[heap[0][1]] = 1
    heapq.heapify(heap)
    while len(heap) > 1:
        (a, left), (b, right) = heapq.heappop(heap), heapq.heappop(heap)
        lengths[left + right] += 1
        heapq.heappush(heap, (a + b, left + right))
    return lengths


def shannon_code(counts):
    """Shannon's code, which is not the best one
    Solver's mistake.
    """
    p = np.array(_checked(counts), float)
    p /= p.sum()
    return np.array([max(1, int(np.ceil(-np.log2(v)))) if v else 0 for v in p])


def shannon_fano(counts):
    """split from the top \\(Shannon-Fano\\)
    Solver's mistake.
    """
    numbers = _checked(counts)
    lengths = np.zeros(len(numbers), int)
    groups = [sorted((s for s, c in enumerate(numbers) if c), key=lambda s: -numbers[s])]
    if len(groups[0]) == 1:
        lengths[groups[0]] = 1
    while groups:
        group = groups.pop()
        if len(group) > 1:
            lengths[group] += 1
            sums = np.cumsum([numbers[s] for s in group])
            at = int(np.argmin(np.abs(2 * sums[:-1] - sums[-1]))) + 1
            groups += [group[:at], group[at:]]
    return lengths


def joins_the_largest(counts):
    """the largest counts were joined"""
    return _join(_checked(counts), sign=-1)


def one_chain(counts):
    """joined groups must go back among the others
    Solver's mistake.
    """
    numbers = _checked(counts)
    used = sorted((s for s, c in enumerate(numbers) if c), key=lambda s: -numbers[s])
    lengths = np.zeros(len(numbers), int)
    for rank, s in enumerate(used):
        lengths[s] = max(1, min(rank + 1, len(used) - 1))
    return lengths


def fixed_length(counts):
    """all words have the same length"""
    numbers = _checked(counts)
    used = sum(c > 0 for c in numbers)
    return np.array([max(1, (used - 1).bit_length()) if c else 0 for c in numbers])


def single_symbol_of_no_bits(counts):
    """a single symbol must have 1 bit
    Solver's mistake.
    """
    numbers = _checked(counts)
    return _join(numbers) * (sum(c > 0 for c in numbers) > 1)


def words_for_all_symbols(counts):
    """a symbol that does not occur has a word
    Solver's mistake.
    """
    numbers = _checked(counts)
    if len(numbers) == 1:
        return np.ones(1, int)
    lengths = np.zeros(len(numbers), int)
    heap = [(c, [s]) for s, c in enumerate(numbers)]
    heapq.heapify(heap)
    while len(heap) > 1:
        (a, left), (b, right) = heapq.heappop(heap), heapq.heappop(heap)
        lengths[left + right] += 1
        heapq.heappush(heap, (a + b, left + right))
    return lengths


def sums_in_the_dtype_of_the_counts(counts):
    """the sums of counts overflowed in int8
    Solver's mistake.
    """
    _checked(counts)
    lengths = np.zeros(len(counts), int)
    groups = [(c, [s]) for s, c in enumerate(counts) if c]
    if len(groups) == 1:
        lengths[groups[0][1]] = 1
    with np.errstate(all="ignore"):
        while len(groups) > 1:
            groups.sort(key=lambda g: int(g[0]))
            (a, left), (b, right), *groups = groups
            lengths[left + right] += 1
            groups.append((a + b, left + right))
    return lengths


def arrays_in_the_heap(counts):
    """ValueError: The truth value of an array|TypeError
    Solver's mistake.
    """
    numbers = _checked(counts)
    lengths = np.zeros(len(numbers), int)
    heap = [(c, np.array([s])) for s, c in enumerate(numbers) if c]
    if len(heap) == 1:
        lengths[heap[0][1]] = 1
    heapq.heapify(heap)
    while len(heap) > 1:
        (a, left), (b, right) = heapq.heappop(heap), heapq.heappop(heap)
        both = np.concatenate([left, right])
        lengths[both] += 1
        heapq.heappush(heap, (a + b, both))
    return lengths


def one_bit_too_few(counts):
    """Kraft's sum \\(克拉夫特不等式\\) is above 1"""
    lengths = _join(_checked(counts))
    return np.where(lengths > 1, lengths - 1, lengths)
