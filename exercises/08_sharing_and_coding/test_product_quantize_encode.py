"""Grader of product_quantize_encode. Oracle: rational numbers; for small cases all k**m vectors are tried as wholes."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

NAMES = ("codes", "errors")


def whole_vectors(x, codebooks):
    """Not piece by piece: the nearest of all k**m vectors that the codebooks can form, the first in order of codes."""
    m, k, _ = codebooks.shape
    codes, errors = np.zeros((len(x), m), np.uint8), np.zeros(len(x))
    for i, row in enumerate(x.tolist()):
        best = None
        for choice in itertools.product(range(k), repeat=m):
            vector = [v for j, c in enumerate(choice) for v in codebooks[j, c].tolist()]
            error = sum((Fraction(a) - Fraction(b)) ** 2 for a, b in zip(row, vector, strict=True))
            if best is None or error < best[0]:
                best = error, choice
        errors[i], codes[i] = float(best[0]), best[1]
    return codes, errors


def encode(pieces, books, *, score=None, pick="first"):
    """Pieces (n, m, s), one codebook each; ``score`` is what is made small."""
    diff = pieces[:, :, None, :].astype(float) - books.astype(float)
    square = (diff**2).sum(-1)
    value = square if score is None else score(pieces[:, :, None, :].astype(float), books.astype(float))
    codes = value.argmin(-1) if pick == "first" else value.shape[-1] - 1 - value[..., ::-1].argmin(-1)
    return codes, np.take_along_axis(square, codes[..., None], -1)[..., 0].sum(1)


def mistakes(x, codebooks):
    """What the usual mistakes return."""
    n, d = x.shape
    m, k, s = codebooks.shape
    pieces = x.reshape(n, m, s)
    strided = np.ascontiguousarray(x).reshape(n, s, m).swapaxes(1, 2)
    codes, errors = encode(pieces, codebooks)
    smallest = ((pieces[:, :, None, :].astype(float) - codebooks) ** 2).sum(-1).min(-1)
    first = np.broadcast_to(codebooks[:1], codebooks.shape)
    named = {
        "a piece takes every m-th element; it is a run of neighbours (相邻)": encode(strided, codebooks),
        "the nearest by the largest inner product (内积), not by the distance": encode(
            pieces, codebooks, score=lambda a, b: -(a * b).sum(-1)
        ),
        "||c||^2 - x.c: the factor 2 of the expanded square is missing": encode(
            pieces, codebooks, score=lambda a, b: (b * b).sum(-1) - (a * b).sum(-1)
        ),
        "the sum of absolute differences (L1), not of squares": encode(
            pieces, codebooks, score=lambda a, b: np.abs(a - b).sum(-1)
        ),
        "the largest difference of a piece (L-infinity), not the sum of squares": encode(
            pieces, codebooks, score=lambda a, b: np.abs(a - b).max(-1)
        ),
        "all pieces use the first codebook; each has its own": encode(pieces, first),
        "of equally near codewords the last index was taken": encode(pieces, codebooks, pick="last"),
        "the farthest codeword, not the nearest": encode(pieces, codebooks, score=lambda a, b: -((a - b) ** 2).sum(-1)),
        "the error is that of each piece; add the pieces of a vector": (codes, smallest),
        "the error is the mean over the d elements, not their sum": (codes, errors / max(d, 1)),
        "the error is the mean over the pieces, not their sum": (codes, errors / max(m, 1)),
        "the error is a distance: its square was asked for": (codes, np.sqrt(errors)),
        "the error adds the distances of the pieces, not their squares": (codes, np.sqrt(smallest).sum(1)),
        "one error for all vectors": (codes, errors.sum()),
        "one mean error for all vectors": (codes, errors.sum() / max(n, 1)),
        "the codes came out as (m, n); the vectors come first": (codes.T, errors),
        "one index per vector: the whole vector was compared, the codebooks side by side": (
            encode(x[:, None, :], codebooks.swapaxes(0, 1).reshape(1, k, d))[0][:, 0],
        ),
    }
    return {text: dict(zip(NAMES, value, strict=False)) for text, value in named.items()}


def holds(exercise, x, codebooks, oracle=whole_vectors):
    answer = exercise(x, codebooks)
    codes, errors = oracle(x, codebooks)
    known = mistakes(x, codebooks)
    answer.close_to((codes, errors), rtol=1e-6, atol=1e-9, names=NAMES, known=known)
    part = answer.part(0, "codes").has(dtype="integer")
    part.check(part.value.dtype == np.uint8, "the codes are not uint8, one byte each: codes reach 255")
    answer.part(1, "errors").has(dtype=np.float64)


def case(seed, n, m, k, s):
    rng = np.random.default_rng(seed)
    return rng.normal(0.3, 1, (n, m * s)), rng.normal(0, 1.5, (m, k, s))


def test_by_hand(exercise):
    """Two pieces of two: (1, 2) is nearest to (1, 1), (-1, 4) to (0, 3): errors 1 + 2."""
    x = np.array([[1.0, 2.0, -1.0, 4.0], [0.0, 0.0, 5.0, 5.0]])
    codebooks = np.array([[[0, 0], [1, 1], [4, 4]], [[9, 9], [0, 0], [0, 3]]], np.float64)
    expected = np.array([[1, 2], [0, 2]], np.uint8), np.array([3.0, 29.0])
    answer = exercise(x, codebooks)
    answer.close_to(expected, rtol=1e-6, atol=1e-9, dtype="exact", names=NAMES, known=mistakes(x, codebooks))


@pytest.mark.parametrize(("m", "k", "s"), [(2, 3, 2), (3, 4, 2), (2, 5, 3), (4, 2, 1), (1, 6, 4), (3, 1, 2), (1, 1, 1)])
def test_all_combinations_tried(exercise, m, k, s):
    holds(exercise, *case(m + k + s, 6, m, k, s))


def test_equally_near(exercise):
    codebooks = np.array([[[2, 0], [0, 2], [0, -2]], [[1, 1], [1, 1], [-1, 1]]], np.float64)
    holds(exercise, np.array([[0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0], [-2.0, 0.0, 0.0, 0.0]]), codebooks)


def test_256_codewords(exercise):
    """Codeword c of piece j is the number c or 255 - c, so that the code of a whole number is known."""
    line = np.arange(256, dtype=np.float32)
    codebooks = np.stack([line, line[::-1]])[:, :, None]
    x = np.array([[255, 0], [0, 255], [128, 127], [3.25, 300], [-7, 100]], np.float32)
    codes = np.array([[255, 255], [0, 0], [128, 128], [3, 0], [0, 155]], np.uint8)
    expected = codes, np.array([0.0, 0.0, 0.0, 0.0625 + 45**2, 49.0])
    answer = exercise(x, codebooks)
    signed = {"the codes went through int8, which ends at 127": {"codes": codes.astype(np.int8)}}
    answer.close_to(expected, rtol=1e-6, atol=1e-9, names=NAMES, known={**signed, **mistakes(x, codebooks)})


@pytest.mark.parametrize("offset", [1e5, -1e5])
def test_far_from_zero(exercise, offset):
    """The squares are around 1e10, the errors around 0.1."""
    codebooks = offset + np.array([[[0.1, 0.3], [0.5, 0.3]], [[0.1, 0.9], [0.3, 0.1]]])
    x = offset + np.array([[0.13, 0.34, 0.37, 0.07], [0.42, 0.26, 0.03, 0.71]])
    expected = whole_vectors(x, codebooks)
    answer = exercise(x, codebooks)
    told = "the digits are lost (相消误差): take the differences in float64 before anything is squared"
    errors = answer.part(1, "errors").has(shape=(2,), dtype="float")
    errors.check(bool((np.abs(errors.value - expected[1]) < 1e-8).all()), told)
    answer.close_to(expected, rtol=1e-6, atol=1e-9, names=NAMES, known=mistakes(x, codebooks))


def test_single_precision_far_from_zero(exercise):
    codebooks = (1e5 + np.array([[[0, 0.25], [0.5, 0.25]], [[0, 1], [0.25, 0]]])).astype(np.float32)
    holds(exercise, (1e5 + np.array([[0, 0.25, 0.25, 0.0625], [0.375, 0.25, 0.0, 0.75]])).astype(np.float32), codebooks)


def test_mixed_precision_in_fortran_order(exercise):
    x, codebooks = case(5, 5, 3, 3, 2)
    holds(exercise, np.asfortranarray(x.astype(np.float32)), np.asfortranarray(codebooks))
    holds(exercise, x, codebooks.astype(np.float32))
    holds(exercise, x[::-1], np.asfortranarray(codebooks.astype(np.float32)))


def test_differences_of_single_precision_numbers(exercise):
    x = np.array([[1.0, 3e-5], [1e-4, 2.0]], np.float32)
    codebooks = np.array([[[1e-8], [3.0]], [[-7e-9], [1.9]]], np.float32)
    holds(exercise, x, codebooks)


def test_no_vectors(exercise):
    _, codebooks = case(6, 1, 3, 4, 2)
    expected = np.zeros((0, 3), np.uint8), np.zeros(0)
    exercise(np.zeros((0, 6)), codebooks).equals(expected, dtype="exact", names=NAMES)


@pytest.mark.parametrize(
    ("shape", "books", "because"),
    [
        ((6,), (3, 4, 2), "x must be 2-D"),
        ((2, 3, 2), (3, 4, 2), "x must be 2-D"),
        ((2, 6), (4, 6), "codebooks must be 3-D"),
        ((2, 6), (1, 3, 4, 2), "codebooks must be 3-D"),
        ((2, 7), (3, 4, 2), "x has 7 columns, not 3 * 2"),
        ((3, 4), (3, 4, 2), "x has 4 columns, not 3 * 2"),
        ((2, 12), (3, 4, 2), "x has 12 columns, not 3 * 2"),
        ((2, 6), (3, 0, 2), "a codebook must have 1 to 256 codewords"),
        ((2, 2), (1, 257, 2), "a codebook must have 1 to 256 codewords: the codes are uint8"),
    ],
)
def test_refuses(exercise, shape, books, because):
    exercise.raises(ValueError, np.ones(shape), np.ones(books), because=because)
