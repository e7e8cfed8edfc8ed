"""Grader of randomized_range_svd. Oracles: P A with the projector P from normal equations; chosen spectra."""

from dataclasses import replace

import numpy as np
import pytest


def orthogonal(rng, rows, columns):
    return np.linalg.qr(rng.standard_normal((rows, columns)))[0]


def made(seed, m, n, spectrum):
    rng = np.random.default_rng(seed)
    return (orthogonal(rng, m, len(spectrum)) * spectrum) @ orthogonal(rng, n, len(spectrum)).T


def projected(a, y, rank):
    """First singular values of P a, and its best approximation; P projects onto the columns of y. Uses eigh only."""
    a = a.astype(np.float64)
    p = y @ np.linalg.solve(y.T @ y, y.T)
    values, vectors = np.linalg.eigh(a.T @ p @ a)
    v = vectors[:, ::-1][:, :rank]
    return np.sqrt(values[::-1][:rank]), p @ a @ v @ v.T


def sampled(a, omega, n_iter):
    """(A A^T)^n_iter A omega, for spectra that are not too steep."""
    a = a.astype(np.float64)
    return np.linalg.matrix_power(a @ a.T, n_iter) @ a @ omega


def mistakes(a, omega, rank, n_iter):
    """What the usual mistakes return as ``s``."""
    exact = np.sqrt(np.linalg.eigvalsh(a.astype(np.float64).T @ a)[::-1][:rank].clip(0))
    found = {
        "the exact SVD of a: omega was not used": exact,
        "omega was cut to rank columns: all of its columns take part, the extra ones are the oversampling (过采样)": (
            projected(a, sampled(a, omega[:, :rank], n_iter), rank)[0]
        ),
        "one power iteration (幂迭代) too many": projected(a, sampled(a, omega, n_iter + 1), rank)[0],
        "the power iterations (幂迭代) were left out": projected(a, sampled(a, omega, 0), rank)[0],
    }
    if n_iter:
        few = projected(a, sampled(a, omega, n_iter - 1), rank)[0]
        found["one power iteration (幂迭代) too few"] = few
    return found


def holds(exercise, a, omega, rank, n_iter, s, best, known):
    answer = exercise(a, omega, rank=rank, n_iter=n_iter)
    u, vt = answer.part(0, "u").has(dtype=np.float64), answer.part(2, "vt").has(dtype=np.float64)
    told = f"u has shape {u.value.shape}, not (m, rank): the left vectors of B must be brought back to length m by Q"
    u = u.check(u.value.shape == (len(a), rank), told).value
    told = f"vt has shape {vt.value.shape}, not (rank, n): its rows are the right vectors (右奇异向量为行)"
    vt = vt.check(vt.value.shape == (rank, a.shape[1]), told).value
    found = answer.part(1, "s").has(shape=(rank,), dtype=np.float64)
    found.close_to(s, rtol=0, atol=1e-9 * s[0], known=known)
    for value, name in [(u.T @ u, "u.T @ u"), (vt @ vt.T, "vt @ vt.T")]:
        replace(answer, value=value, name=name).close_to(np.eye(rank), rtol=0, atol=1e-9)
    product = replace(answer, value=(u * found.value) @ vt, name="(u * s) @ vt")
    product.close_to(best, rtol=0, atol=1e-9 * s[0])


@pytest.mark.parametrize("n_iter", [0, 1, 2])
@pytest.mark.parametrize("shape", [(12, 9), (9, 12), (10, 10)])
def test_slow_spectra(exercise, n_iter, shape):
    a = made(1, *shape, 0.8 ** np.arange(8))
    omega = np.random.default_rng(2).standard_normal((shape[1], 5))
    s, best = projected(a, sampled(a, omega, n_iter), 3)
    holds(exercise, a, omega, 3, n_iter, s, best, mistakes(a, omega, 3, n_iter))


@pytest.mark.parametrize("n_iter", [1, 4])
def test_small_directions_survive(exercise, n_iter):
    """The spectrum 1, 1e-4 has rank 2 and omega two columns: the answer is exact, if nothing drowns."""
    spectrum = np.array([1.0, 1e-4])
    a = made(3, 12, 9, spectrum)
    omega = np.random.default_rng(4).standard_normal((9, 2))
    answer = exercise(a, omega, rank=2, n_iter=n_iter)
    s = answer.part(1, "s").has(shape=(2,), dtype=np.float64)
    told = "s[1] is not 1e-4: a small direction drowned (淹没); take an orthonormal basis after every product"
    s.check(bool(abs(s.value[1] - 1e-4) < 1e-9), told)
    holds(exercise, a, omega, 2, n_iter, spectrum, a, {})


def test_rank_equals_the_columns_of_omega(exercise):
    spectrum = np.array([5.0, 3.0, 2.0])
    a = made(5, 6, 8, spectrum)
    omega = np.random.default_rng(6).standard_normal((8, 3))
    holds(exercise, a, omega, 3, 0, spectrum, a, {})


def test_rank_1(exercise):
    a = made(7, 7, 6, np.array([4.0, 3.0, 2.0, 1.0]))
    omega = np.random.default_rng(8).standard_normal((6, 2))
    s, best = projected(a, sampled(a, omega, 1), 1)
    holds(exercise, a, omega, 1, 1, s, best, mistakes(a, omega, 1, 1))


def test_no_power_iteration_by_default(exercise):
    a = made(9, 8, 8, 0.9 ** np.arange(8))
    omega = np.random.default_rng(10).standard_normal((8, 4))
    s, _ = projected(a, sampled(a, omega, 0), 2)
    answer = exercise(a, omega, rank=2)
    answer.part(1, "s").close_to(s, rtol=0, atol=1e-9, known=mistakes(a, omega, 2, 0))


def test_float32_in_fortran_order(exercise):
    a = np.asfortranarray(made(11, 9, 7, 0.7 ** np.arange(7)).astype(np.float32))
    omega = np.asfortranarray(np.random.default_rng(12).standard_normal((7, 4)).astype(np.float32))
    s, best = projected(a, sampled(a, omega, 1), 2)
    holds(exercise, a, omega, 2, 1, s, best, mistakes(a, omega, 2, 1))


@pytest.mark.parametrize("rank", [0, -1, 4])
def test_refuses_rank(exercise, rank):
    exercise.raises(ValueError, np.eye(5), np.eye(5)[:, :3], rank=rank, because="rank must be in 1 .. k = 3")


def test_refuses_a_negative_number_of_iterations(exercise):
    exercise.raises(ValueError, np.eye(5), np.eye(5)[:, :3], rank=2, n_iter=-1, because="n_iter must be at least 0")
