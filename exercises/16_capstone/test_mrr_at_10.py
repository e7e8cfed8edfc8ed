"""Grader of mrr_at_10. Oracle: the rank of a document is the number of documents before it, counted one by one."""

from fractions import Fraction

import numpy as np
import pytest


def ranks(row, last=False):
    """Ranks from 1, in Python numbers."""
    found = []
    for d, own in enumerate(row):
        before = sum(v > own or (v == own and (e > d if last else e < d)) for e, v in enumerate(row))
        found.append(before + 1)
    return found


def mean(values):
    values = list(values)
    return float(sum(values, Fraction(0)) / len(values)) if values else 0.0


def reciprocal(row, good, depth=10, last=False, pick=min):
    own = [r for r, g in zip(ranks(row, last), good, strict=True) if g]
    return Fraction(1, pick(own)) if own and pick(own) <= depth else Fraction(0)


def each(scores, relevant, **options):
    return [reciprocal(row, good, **options) for row, good in zip(scores.tolist(), relevant.tolist(), strict=True)]


def exact(scores, relevant):
    return mean(each(scores, relevant))


def mistakes(scores, relevant):
    rows, goods = scores.tolist(), relevant.tolist()

    def first(table):
        """The best rank of a relevant document in each row, 99 where there is none."""
        pairs = zip(table, goods, strict=True)
        return [min((r for r, g in zip(row, good, strict=True) if g), default=99) for row, good in pairs]

    def optimistic():
        best = first([[1 + sum(v > own for v in row) for own in row] for row in rows])
        return mean(Fraction(1, r) if r <= 10 else Fraction(0) for r in best)

    def every_relevant():
        parts = []
        for row, good in zip(rows, goods, strict=True):
            own = [r for r, g in zip(ranks(row), good, strict=True) if g]
            parts.append(sum((Fraction(1, r) for r in own if r <= 10), Fraction(0)) / max(1, len(own)))
        return mean(parts)

    def from_zero():
        best = first([ranks(row) for row in rows])
        return mean(Fraction(1, max(1, r - 1)) if r <= 10 else Fraction(0) for r in best)

    def negated():
        with np.errstate(all="ignore"):
            order = np.argsort(-scores, axis=1, kind="stable")
        parts = []
        for places, good in zip(order, relevant, strict=True):
            hits = np.flatnonzero(good[places[:10]])
            parts.append(Fraction(1, int(hits[0]) + 1) if len(hits) else Fraction(0))
        return mean(parts)

    found = {
        "the smallest score came first": lambda: mean(each(-scores.astype(object), relevant)),
        "of equal scores the higher index came first (并列)": lambda: mean(each(scores, relevant, last=True)),
        "a relevant document came before others of the same score: ties go by index": optimistic,
        "the rank was not cut at 10": lambda: mean(each(scores, relevant, depth=10**9)),
        "the cut is one too early: rank 10 still counts": lambda: mean(each(scores, relevant, depth=9)),
        "the cut is one too late: rank 11 counts 0": lambda: mean(each(scores, relevant, depth=11)),
        "all relevant documents were averaged; only the first one counts": every_relevant,
        "the last relevant document was taken; the first one counts": lambda: mean(each(scores, relevant, pick=max)),
        "queries without a relevant document were left out of the mean; they count 0": lambda: mean(
            r for r, good in zip(each(scores, relevant), goods, strict=True) if any(good)
        ),
        "queries without a hit among the first 10 were left out of the mean; they count 0": lambda: mean(
            r for r in each(scores, relevant) if r
        ),
        "the sum over the queries; the mean is asked for": lambda: float(sum(each(scores, relevant))),
        "the share of queries with a hit among the first 10; one over the rank is asked for": lambda: mean(
            Fraction(int(r > 0)) for r in each(scores, relevant)
        ),
        "the ranks counted from 0": from_zero,
    }
    if scores.dtype.kind in "iu":
        found["the scores were negated in their own dtype, which overflows (取负溢出)"] = negated
    return found


def holds(exercise, scores, relevant):
    answer = exercise(scores, relevant)
    answer.close_to(exact(scores, relevant), rtol=0, atol=1e-9, known=mistakes(scores, relevant))


def search(seed, queries=9, documents=30, share=0.1):
    rng = np.random.default_rng(seed)
    return rng.normal(0, 1, (queries, documents)), rng.random((queries, documents)) < share


def test_by_hand(exercise):
    """Ranks 2, 1 and none: (1/2 + 1 + 0) / 3."""
    scores = np.array([[0.9, 0.1, 0.5], [0.2, 0.8, 0.3], [0.1, 0.2, 0.3]])
    relevant = np.array([[0, 1, 1], [0, 1, 0], [0, 0, 0]], bool)
    exercise(scores, relevant).close_to(0.5, rtol=0, atol=1e-9, known=mistakes(scores, relevant))


@pytest.mark.parametrize("seed", range(6))
def test_searches(exercise, seed):
    holds(exercise, *search(seed))


@pytest.mark.parametrize("rank", [1, 2, 9, 10, 11, 12, 20])
def test_the_cut(exercise, rank):
    scores = np.arange(20.0)[None, ::-1]
    holds(exercise, scores, np.arange(20)[None] == rank - 1)
    holds(exercise, scores, np.arange(20)[None] >= rank - 1)


@pytest.mark.parametrize("documents", [1, 2, 5, 10, 11])
def test_few_documents(exercise, documents):
    holds(exercise, *search(documents, 9, documents, 0.5))


@pytest.mark.parametrize("seed", range(10, 14))
def test_ties(exercise, seed):
    """Long rows: a sort that is not stable does not keep them in order by luck."""
    rng = np.random.default_rng(seed)
    holds(exercise, rng.integers(0, 3, (8, 60)).astype(np.float64), rng.random((8, 60)) < 0.04)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.int64, np.uint64, np.float16, np.float32])
def test_dtypes_and_fortran_order(exercise, dtype):
    rng = np.random.default_rng(20)
    kind = np.dtype(dtype).kind
    low, high = {"u": (0, 6), "i": (-3, 4), "f": (-3, 4)}[kind]
    scores = rng.integers(low, high, (12, 30)).astype(dtype)
    if kind in "iu":
        info = np.iinfo(dtype)
        scores[rng.random(scores.shape) < 0.2] = info.min
        scores[rng.random(scores.shape) < 0.05] = info.max
    holds(exercise, np.asfortranarray(scores), np.asfortranarray(rng.random((12, 30)) < 0.15))


def test_large_integers(exercise):
    """Beyond 2**53, where float64 makes neighbours equal."""
    scores = 2**60 + np.array([[0, 1, 2, 3], [3, 2, 1, 0], [0, 0, 1, 1]])
    holds(exercise, scores, np.array([[0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 1]], bool))


def test_minus_infinity(exercise):
    scores = np.array([[-np.inf, -1.0, -np.inf, -5.0], [-np.inf, -np.inf, -np.inf, 0.0]])
    holds(exercise, scores, np.array([[1, 0, 0, 0], [0, 0, 1, 0]], bool))


def test_refuses_nan(exercise):
    scores, relevant = search(30)
    scores[2, 3] = np.nan
    exercise.raises(ValueError, scores, relevant, because="scores holds a NaN")


@pytest.mark.parametrize("shape", [(5,), (0, 4), (4, 0), (2, 3, 4)])
def test_refuses_scores(exercise, shape):
    because = "scores must be (queries, documents), neither 0"
    exercise.raises(ValueError, np.ones(shape), np.ones(shape, bool), because=because)


@pytest.mark.parametrize("shape", [(9, 1), (1, 30), (30, 9), (9, 29), (9,), (30,)])
def test_refuses_shapes(exercise, shape):
    exercise.raises(ValueError, search(31)[0], np.ones(shape, bool), because="the shapes differ")
