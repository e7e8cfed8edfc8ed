"""Grader of tucker2_conv. Oracles: kernels built from known orthonormal factors; projectors from SVDs of unfoldings."""

from dataclasses import replace

import numpy as np
import pytest


def orthogonal(rng, rows, columns):
    return np.linalg.qr(rng.standard_normal((rows, columns)))[0]


def projector(matrix, rank):
    """Onto the leading left singular vectors."""
    u = np.linalg.svd(matrix)[0][:, :rank]
    return u @ u.T


def unfold_in(w):
    return np.concatenate([w[o].reshape(w.shape[1], -1) for o in range(len(w))], axis=1)  # another order of columns


def both(w, left, right):
    return np.einsum("oiyx,op,ij->pjyx", w, left, right)


def expected_kernel(w, rank_out, rank_in):
    w = w.astype(np.float64)
    return both(w, projector(w.reshape(len(w), -1), rank_out), projector(unfold_in(w), rank_in))


def mistakes(w, rank_out, rank_in):
    """What the usual mistakes return as w'."""
    w = w.astype(np.float64)
    out, inputs = w.shape[:2]
    left, right = projector(w.reshape(out, -1), rank_out), projector(unfold_in(w), rank_in)
    after_left = projector(unfold_in(both(w, left, np.eye(inputs))), rank_in)
    after_right = projector(both(w, np.eye(out), right).reshape(out, -1), rank_out)
    swapped = projector(w.reshape(inputs, -1), rank_in)  # reshaped without moving the axis
    flat = projector(w.sum(axis=(2, 3)), rank_out), projector(w.sum(axis=(2, 3)).T, rank_in)
    found = {
        "R was taken from a kernel already projected on its outputs (ST-HOSVD); take both from w": both(
            w, left, after_left
        ),
        "L was taken from a kernel already projected on its inputs (ST-HOSVD); take both from w": both(
            w, after_right, right
        ),
        "w.reshape(in, -1) mixes inputs and outputs: the input axis must come first (先转置)": both(w, left, swapped),
        "the taps were summed before the SVD; unfold (展开) them into the columns": both(w, *flat),
        "the inputs were not projected": both(w, left, np.eye(inputs)),
        "the outputs were not projected": both(w, np.eye(out), right),
    }
    if rank_out != rank_in and max(rank_out, rank_in) <= min(out, inputs):
        found["the two ranks were exchanged"] = expected_kernel(w, rank_in, rank_out)
    low = np.linalg.svd(w.reshape(out, -1))[0][:, -rank_out:]
    least = np.linalg.svd(unfold_in(w))[0][:, -rank_in:]
    found["the last singular vectors were taken; the leading (主导) ones belong to the largest values"] = both(
        w, low @ low.T, least @ least.T
    )
    return found


def holds(exercise, w, rank_out, rank_in, expected=None):
    if expected is None:
        expected = expected_kernel(w, rank_out, rank_in)
    out, inputs, high, wide = w.shape
    answer = exercise(w, rank_out=rank_out, rank_in=rank_in)
    shapes = {"first": (rank_in, inputs, 1, 1), "core": (rank_out, rank_in, high, wide), "last": (out, rank_out, 1, 1)}
    kernels = []
    for k, (name, shape) in enumerate(shapes.items()):
        kernel = answer.part(k, name).has(dtype=np.float64)
        kernel.check(kernel.value.shape == shape, f"{name} has shape {kernel.value.shape}; a kernel is {shape} here")
        kernels.append(kernel.value)
    first, core, last = kernels
    first, last = first[:, :, 0, 0], last[:, :, 0, 0]
    for gram, name in [(first @ first.T, "first @ first.T"), (last.T @ last, "last.T @ last")]:
        replace(answer, value=gram, name=name).close_to(np.eye(len(gram)), rtol=0, atol=1e-9)
    run = replace(answer, value=np.einsum("oa,abyx,bi->oiyx", last, core, first), name="w'")
    atol = 1e-7 * float(np.abs(w).max())
    run.close_to(expected, rtol=0, atol=atol, known=mistakes(w, rank_out, rank_in))


@pytest.mark.parametrize(("rank_out", "rank_in"), [(1, 1), (2, 3), (4, 2), (3, 3), (6, 1), (1, 4)])
def test_random_kernels(exercise, rank_out, rank_in):
    w = np.random.default_rng(rank_out + 7 * rank_in).standard_normal((6, 4, 3, 2))
    holds(exercise, w, rank_out, rank_in)


def test_more_inputs_than_outputs(exercise):
    holds(exercise, np.random.default_rng(1).standard_normal((3, 8, 2, 3)), 2, 3)


def test_as_many_inputs_as_outputs(exercise):
    holds(exercise, np.random.default_rng(2).standard_normal((5, 5, 3, 3)), 2, 3)


def test_a_kernel_of_low_rank_comes_back(exercise):
    rng = np.random.default_rng(3)
    core = rng.standard_normal((2, 3, 3, 3))
    w = np.einsum("oa,abyx,ib->oiyx", orthogonal(rng, 7, 2), core, orthogonal(rng, 6, 3))
    holds(exercise, w, 2, 3, w)


def test_known_components(exercise):
    """w is a sum of s_j p_j q_j t_j, orthonormal in each axis: the truncation keeps the largest s_j."""
    rng = np.random.default_rng(4)
    s = np.array([5.0, 3.0, 2.0, 1.0])
    p, q, t = orthogonal(rng, 6, 4), orthogonal(rng, 5, 4), orthogonal(rng, 9, 4).reshape(3, 3, 4)

    def first_of(count):
        return np.einsum("j,oj,ij,yxj->oiyx", s[:count], p[:, :count], q[:, :count], t[:, :, :count])

    for rank_out, rank_in, count in [(1, 2, 1), (2, 2, 2), (4, 3, 3)]:
        holds(exercise, first_of(4), rank_out, rank_in, first_of(count))


def test_full_ranks_change_nothing(exercise):
    w = np.random.default_rng(5).standard_normal((4, 3, 2, 2))
    holds(exercise, w, 4, 3, w)


def test_ranks_beyond_the_unfolded_matrix(exercise):
    w = np.random.default_rng(6).standard_normal((5, 2, 1, 1))
    holds(exercise, w, 5, 2, w)
    holds(exercise, np.ascontiguousarray(w.transpose(1, 0, 2, 3)), 1, 4)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fortran_order(exercise, dtype):
    w = np.random.default_rng(7).standard_normal((5, 4, 3, 3)).astype(dtype)
    holds(exercise, np.asfortranarray(w), 3, 2)


@pytest.mark.parametrize(("rank_out", "rank_in"), [(0, 1), (1, 0), (5, 1), (1, 4), (-1, 1), (1, -1)])
def test_refuses_ranks(exercise, rank_out, rank_in):
    because = "rank_out must be in 1 .. out = 4 and rank_in in 1 .. in = 3"
    exercise.raises(ValueError, np.ones((4, 3, 2, 2)), rank_out=rank_out, rank_in=rank_in, because=because)


@pytest.mark.parametrize("shape", [(4, 3, 2), (4, 3), (4, 3, 2, 2, 2)])
def test_refuses_what_is_no_kernel(exercise, shape):
    because = "w must be 4-D, (out, in, kh, kw)"
    exercise.raises(ValueError, np.ones(shape), rank_out=2, rank_in=2, because=because)
