"""Grader of omp_recover. Oracles: OMP in rational numbers, planted codes, and scikit-learn (frozen)."""

from fractions import Fraction

import numpy as np
import pytest


def solved(gram, target):
    """Gauss and Jordan in rational numbers."""
    k = len(target)
    rows = [[*gram[i], target[i]] for i in range(k)]
    for i in range(k):
        pivot = next(r for r in range(i, k) if rows[r][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for r in range(k):
            if r != i:
                rows[r] = [v - rows[r][i] * u for v, u in zip(rows[r], rows[i], strict=True)]
    return [row[-1] for row in rows]


def dot(u, v):
    return sum(a * b for a, b in zip(u, v, strict=True))


def pursuit(d, y, rounds, *, normalise=True, absolute=True, refit=True, once=False):
    """OMP in rational numbers (scores squared, so that no root is taken), and its usual variants."""
    atoms = [[Fraction(float(v)) for v in column] for column in d.T]
    signal = [Fraction(float(v)) for v in y]
    residual, chosen, x = signal, [], [Fraction(0)] * len(atoms)
    first = None
    for _ in range(rounds):
        fits = [dot(a, residual) for a in atoms]
        first = fits if first is None or not once else first
        used = first if once else fits
        norms = [(dot(a, a) or Fraction(1)) if normalise else Fraction(1) for a in atoms]
        scores = [(f * f / s if absolute or f > 0 else -f * f / s) for f, s in zip(used, norms, strict=True)]
        free = [j for j in range(len(atoms)) if not refit or j not in chosen]
        j = max(free, key=lambda k: (scores[k], -k))
        if scores[j] == 0 or (not refit and fits[j] == 0):
            break
        chosen.append(j)
        if refit:
            gram = [[dot(atoms[a], atoms[b]) for b in chosen] for a in chosen]
            amounts = solved(gram, [dot(atoms[a], signal) for a in chosen])
            for a, c in zip(chosen, amounts, strict=True):
                x[a] = c
        else:
            x[j] += fits[j] / dot(atoms[j], atoms[j])
        residual = [s - sum(x[k] * atoms[k][i] for k in set(chosen)) for i, s in enumerate(signal)]
    return np.array([float(v) for v in x])


def mistakes(d, y, k):
    right = pursuit(d, y, k)
    norms = np.sqrt((d.astype(np.float64) ** 2).sum(axis=0))
    return {
        "the scores were not divided by the norms: long atoms (长原子) win": lambda: pursuit(d, y, k, normalise=False),
        "r . d_j was not taken in absolute value (绝对值): negative coefficients count too": lambda: pursuit(
            d, y, k, absolute=False
        ),
        "plain matching pursuit: the earlier coefficients were not fitted again (重新拟合)": lambda: pursuit(
            d, y, k, refit=False
        ),
        "all atoms were chosen by their correlation with y; score them against the residual (残差), round by round": (
            lambda: pursuit(d, y, k, once=True)
        ),
        "the coefficients belong to the normalised atoms: divide by the norms (归一化)": right * norms,
        "one round too few": lambda: pursuit(d, y, k - 1),
        "one round too many": lambda: pursuit(d, y, min(k + 1, *d.shape)),
        "least squares over all atoms, without any choice": lambda: np.linalg.lstsq(d, y, rcond=None)[0],
    }


def holds(exercise, d, y, k, expected=None):
    expected = pursuit(d, y, k) if expected is None else expected
    answer = exercise(d, y, n_nonzero=k)
    atol = 1e-8 * float(np.abs(expected).max())
    answer.close_to(expected, rtol=0, atol=atol, dtype=np.float64, known=mistakes(d, y, k))


def dictionary(seed, m, n):
    """Integers; columns of very different length."""
    rng = np.random.default_rng(seed)
    return (rng.integers(-9, 10, (m, n)) * rng.choice([1, 1, 5, 20], n)).astype(np.float64)


@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("shape", [(6, 9), (8, 5), (5, 5)])
def test_rational_oracle(exercise, shape, k):
    d = dictionary(k, *shape)
    y = np.random.default_rng(k + 10).integers(-20, 21, shape[0]).astype(np.float64)
    holds(exercise, d, y, k)


def test_agrees_with_scikit_learn(exercise):
    """orthogonal_mp(d, y, n_nonzero_coefs=2), scikit-learn 1.9.1; d has columns of length 1."""
    d = np.array([[1.0, 0.6, 0.0, 0.28], [0.0, 0.8, 0.6, -0.96], [0.0, 0.0, 0.8, 0.0]])
    y = np.array([1.0, -2.0, 0.5])
    expected = np.array([0.0, 0.0, 0.6991667464802224, 2.602720045972608])
    exercise(d, y, n_nonzero=2).close_to(expected, rtol=1e-8, atol=1e-9, dtype=np.float64, known=mistakes(d, y, 2))


def test_by_hand(exercise):
    """Score 4 and 3 for the axes, 4.8 for the third atom, whose coefficient is 24 / 25 of its length 1 / 5."""
    d, y = np.array([[1.0, 0.0, 3.0], [0.0, 2.0, 4.0]]), np.array([4.0, 3.0])
    holds(exercise, d, y, 1, np.array([0.0, 0.0, 24 / 25]))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_planted_codes_come_back(exercise, k):
    """Orthogonal atoms of different lengths: k rounds find the code and a further round finds nothing."""
    q = np.linalg.qr(np.random.default_rng(k).standard_normal((8, 8)))[0]
    d = q * np.array([1.0, 4.0, 0.5, 2.0, 8.0, 1.0, 0.1, 3.0])
    x = np.zeros(8)
    x[[6, 1, 3][:k]] = [30.0, -2.0, 0.5][:k]
    y = d @ x
    for rounds in (k, k + 2):
        answer = exercise(d, y, n_nonzero=rounds)
        answer.close_to(x, rtol=0, atol=3e-7, dtype=np.float64)
    zeros = answer.value[x == 0]
    told = "nothing is left to explain after the planted atoms: stop where every score is at most 1e-10 * ||y||"
    answer.check(bool((zeros == 0).all()), told)


def test_a_zero_signal_and_a_zero_atom(exercise):
    exercise(np.eye(3), np.zeros(3), n_nonzero=2).equals(np.zeros(3))
    d = np.array([[0.0, 1.0, 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    holds(exercise, d, np.array([1.0, 3.0, 0.5]), 2)
    holds(exercise, d, np.array([1.0, 3.0, 0.5]), 3, pursuit(d, np.array([1.0, 3.0, 0.5]), 2))


def test_equal_scores(exercise):
    holds(exercise, np.eye(3), np.array([2.0, -2.0, 2.0]), 1, np.array([2.0, 0.0, 0.0]))
    holds(exercise, np.eye(3), np.array([1.0, -2.0, 2.0]), 1, np.array([0.0, -2.0, 0.0]))


@pytest.mark.parametrize(("small", "found"), [(1.5e-10, True), (0.7e-10, False)])
def test_the_limit_is_relative_to_the_signal(exercise, small, found):
    y = 1000 * np.array([1.0, small])
    answer = exercise(np.eye(2), y, n_nonzero=2).has(shape=(2,), dtype=np.float64)
    told = "stop where every score is at most 1e-10 * ||y||, and not before"
    answer.check(bool((answer.value[1] != 0) == found), told)


def test_float32_in_fortran_order(exercise):
    d = np.asfortranarray(dictionary(20, 6, 7).astype(np.float32))
    y = np.array([3, -7, 11, 2, 5, -1], np.float32) / np.float32(3)
    for k in (1, 2, 3, 4):
        holds(exercise, d, y, k)


def test_short_atoms(exercise):
    """Lengths far below 1: the shortest atom has the direction of the signal."""
    d = np.array([[0.5, 0.0, 0.03], [0.0, 0.25, 0.04]])
    holds(exercise, d, np.array([3.0, 4.5]), 1)
    holds(exercise, np.array([[0.0, 0.5, 1.5], [0.0, 0.5, -1.0]]), np.array([3.0, -1.0]), 2)


def test_a_long_and_a_short_scale(exercise):
    d = dictionary(21, 5, 6)
    y = np.array([3.0, -7.0, 11.0, 2.0, 5.0])
    for size in (1e-6, 1e6):
        holds(exercise, d, y * size, 3)


@pytest.mark.parametrize(("shape", "k"), [((3, 5), 4), ((5, 3), 4), ((3, 5), 0), ((3, 5), -1)])
def test_refuses_n_nonzero(exercise, shape, k):
    because = "n_nonzero must be in 1 .. min(m, n) = 3"
    exercise.raises(ValueError, np.eye(*shape), np.ones(shape[0]), n_nonzero=k, because=because)
