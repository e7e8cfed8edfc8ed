"""Plausible wrong answers to erk_densities; the first line of each docstring is found in the failure it gets."""

import math


def _sizes(shapes, density):
    if not shapes or not 0 < density < 1:
        raise ValueError("shapes or density")
    return [math.prod(s) for s in shapes], [sum(s) for s in shapes]


def cut_only(shapes, *, density):
    """cut at 1 without redistribution"""
    n, d = _sizes(shapes, density)
    eps = density * sum(n) / sum(d)
    return [min(1.0, eps * b / a) for a, b in zip(n, d, strict=True)]


def not_cut(shapes, *, density):
    """the densities were not cut"""
    n, d = _sizes(shapes, density)
    return [density * sum(n) / sum(d) * b / a for a, b in zip(n, d, strict=True)]


def one_round(shapes, *, density):
    """one round of redistribution only"""
    n, d = _sizes(shapes, density)
    eps = density * sum(n) / sum(d)
    dense = [eps * b > a for a, b in zip(n, d, strict=True)]
    taken = sum(a for a, full in zip(n, dense, strict=True) if full)
    eps = (density * sum(n) - taken) / sum(b for b, full in zip(d, dense, strict=True) if not full)
    return [1.0 if full else min(1.0, eps * b / a) for a, b, full in zip(n, d, dense, strict=True)]


def uniform(shapes, *, density):
    """the same density for every layer"""
    _sizes(shapes, density)
    return [density] * len(shapes)


def equal_shares(shapes, *, density):
    """the excess was given to the others in equal shares"""
    n, d = _sizes(shapes, density)
    eps = density * sum(n) / sum(d)
    first = [min(1.0, eps * b / a) for a, b in zip(n, d, strict=True)]
    missing = density * sum(n) - sum(a * f for a, f in zip(n, first, strict=True))
    free = sum(a for a, f in zip(n, first, strict=True) if f < 1)
    return [f + missing / free if f < 1 else f for f in first]


def without_kernel(shapes, *, density):
    """ER without the kernel"""
    n, _ = _sizes(shapes, density)
    raw = [sum(s[:2]) / math.prod(s[:2]) for s in shapes]
    dense = set()
    while True:
        rest = [i for i in range(len(n)) if i not in dense]
        eps = (density * sum(n) - sum(n[i] for i in dense)) / sum(raw[i] * n[i] for i in rest)
        over = {i for i in rest if eps * raw[i] > 1}
        if not over:
            return [1.0 if i in dense else eps * raw[i] for i in range(len(n))]
        dense |= over


def _right(shapes, density):
    n, d = _sizes(shapes, density)
    dense = set()
    while True:
        rest = [i for i in range(len(n)) if i not in dense]
        eps = (density * sum(n) - sum(n[i] for i in dense)) / sum(d[i] for i in rest)
        over = {i for i in rest if eps * d[i] > n[i]}
        if not over:
            return [1.0 if i in dense else eps * d[i] / n[i] for i in range(len(n))]
        dense |= over


def sparsities(shapes, *, density):
    """the sparsities, 1 - density"""
    return [1 - v for v in _right(shapes, density)]


def counts(shapes, *, density):
    """the numbers of weights, not their share"""
    return [v * math.prod(s) for v, s in zip(_right(shapes, density), shapes, strict=True)]


def whole_weights(shapes, *, density):
    """rounded to whole numbers of weights"""
    return [round(v * math.prod(s)) / math.prod(s) for v, s in zip(_right(shapes, density), shapes, strict=True)]


def takes_it_for_the_sparsity(shapes, *, density):
    """density was taken for the sparsity"""
    _sizes(shapes, density)
    return _right(shapes, 1 - density)


def returns_ones_for_one(shapes, *, density):
    """expected ValueError, returned .*density must be above 0 and below 1"""
    if density == 1:
        return [1.0] * len(shapes)
    return _right(shapes, density)
