"""Grader of svd_truncate_factors. Oracle: matrices built from a chosen spectrum and known orthogonal matrices."""

from dataclasses import replace

import numpy as np
import pytest

HADAMARD = np.array([[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]) / 2  # orthogonal, exact
ROTATION = np.array([[2, -1, 2], [2, 2, -1], [-1, 2, 2]]) / 3


def orthogonal(seed, rows, columns):
    """Orthonormal columns, by QR and not by an SVD."""
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((rows, columns)))[0]


def mistakes(u, s, v, rank):
    """What the usual mistakes return as ``left @ right``."""
    part, last = slice(rank), slice(len(s) - rank, None)
    return {
        "S was left out: U V^T turns, but does not stretch": u[:, part] @ v[:, part].T,
        "the whole of S went into both factors, so the product holds S^2; each takes its square root (平方根)": (
            u[:, part] * s[part] ** 2
        )
        @ v[:, part].T,
        "the smallest components were kept": (u[:, last] * s[last]) @ v[:, last].T,
        "one component too few": (u[:, : rank - 1] * s[: rank - 1]) @ v[:, : rank - 1].T,
        "one component too many": (u[:, : rank + 1] * s[: rank + 1]) @ v[:, : rank + 1].T,
    }


def holds(exercise, u, s, v, rank, *, dtype=np.float64, order="C"):
    """Grade ``w = u diag(s) v^T``: the product and both Gram matrices are known without any SVD."""
    s = np.asarray(s, np.float64)
    w = np.array((u * s) @ v.T, dtype=dtype, order=order)
    answer = exercise(w, rank=rank)
    left = answer.part(0, "left").has(shape=(len(w), rank), dtype=np.float64).value
    right = answer.part(1, "right").has(shape=(rank, w.shape[1]), dtype=np.float64).value
    close = {"rtol": 0, "atol": 1e-9 * s[0]}
    best = (u[:, :rank] * s[:rank]) @ v[:, :rank].T
    replace(answer, value=left @ right, name="left @ right").close_to(best, **close, known=mistakes(u, s, v, rank))
    diagonal = np.diag(s[:rank])
    known = {
        "S went into left alone: give each factor the square root of S (平方根)": np.diag(s[:rank] ** 2),
        "S went into right alone: give each factor the square root of S (平方根)": np.eye(rank),
        "the components came smallest first": diagonal[::-1, ::-1],
    }
    replace(answer, value=left.T @ left, name="left.T @ left").close_to(diagonal, **close, known=known)
    replace(answer, value=right @ right.T, name="right @ right.T").close_to(diagonal, **close)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_by_hand(exercise, rank):
    holds(exercise, HADAMARD[:, :3], [9.0, 4.0, 1.0], ROTATION, rank)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_wide_matrix(exercise, rank):
    holds(exercise, ROTATION, [25.0, 4.0, 0.25], HADAMARD[:, 1:], rank)


@pytest.mark.parametrize("rank", [1, 3, 4])
def test_a_square_matrix(exercise, rank):
    holds(exercise, HADAMARD, [8.0, 4.0, 2.0, 1.0], orthogonal(1, 4, 4), rank)


def test_larger(exercise):
    holds(exercise, orthogonal(2, 20, 12), 0.5 ** np.arange(12), orthogonal(3, 15, 12), 5)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_computes_in_float64(exercise, dtype):
    holds(exercise, HADAMARD, [8.0, 4.0, 2.0, 1.0], HADAMARD[:, [1, 2, 0, 3]], 2, dtype=dtype)  # exact in float16


def test_leaves_a_fortran_ordered_array_alone(exercise):
    holds(exercise, orthogonal(4, 6, 3), [3.0, 2.0, 1.0], orthogonal(5, 5, 3), 2, order="F")


def test_fewer_components_than_the_rank(exercise):
    holds(exercise, HADAMARD, [5.0, 0.0, 0.0, 0.0], HADAMARD, 3)


def test_one_row_and_one_number(exercise):
    holds(exercise, np.ones((1, 1)), [5.0], np.array([[0.6], [0.8]]), 1)
    holds(exercise, np.ones((1, 1)), [3.0], -np.ones((1, 1)), 1)


def test_refuses_a_rank_that_the_matrix_cannot_have(exercise):
    for shape, rank in [((4, 3), 4), ((3, 4), 4), ((4, 3), 0), ((4, 3), -1)]:
        because = "rank must be in 1 .. min(m, n)"
        exercise.raises(ValueError, np.ones(shape), rank=rank, because=because)


@pytest.mark.parametrize("shape", [(4,), (2, 3, 3)])
def test_refuses_what_is_not_a_matrix(exercise, shape):
    exercise.raises(ValueError, np.ones(shape), rank=1, because="w must be 2-D, (m, n)")
