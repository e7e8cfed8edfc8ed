"""Grader of ista_lasso. Oracles: closed forms for orthogonal columns, scikit-learn at convergence (frozen), by hand."""

import numpy as np
import pytest


def shrink(v, t):
    return np.where(v > t, v - t, np.where(v < -t, v + t, 0.0))


def diagonal(d, c, alpha, n_iter, largest=None):
    """Iterates for A = Q diag(d), c = Q^T b: each coordinate goes to its optimum by a geometric series.

    The sign never changes on the way from 0, so x_k = x* (1 - (1 - d^2 / L)^k), and x stays 0 where |d c| <= alpha.
    """
    largest = (d**2).max() if largest is None else largest
    best = np.divide(shrink(d * c, alpha), d**2, out=np.zeros_like(d), where=d != 0)
    return best * (1 - (1 - d**2 / largest) ** n_iter)


def mistakes(d, c, alpha, n_iter):
    top = (d**2).max()
    small = np.abs(diagonal(d, c, alpha, n_iter)) > 0
    return {
        "the step was 1 / sigma; L is the square (平方) of the largest singular value": diagonal(
            d, c, alpha, n_iter, np.sqrt(top)
        ),
        "the squared Frobenius norm was used for L: a step that is too short": diagonal(
            d, c, alpha, n_iter, (d**2).sum()
        ),
        "one step too few": diagonal(d, c, alpha, n_iter - 1),
        "one step too many": diagonal(d, c, alpha, n_iter + 1),
        "alpha is left out: this is the gradient method for least squares": diagonal(d, c, 0.0, n_iter),
        "the first term lacks its 1/2: alpha counts half": diagonal(d, c, alpha / 2, n_iter),
        "alpha was divided by m, as if the first term were the mean (scikit-learn)": diagonal(
            d, c, alpha * len(c), n_iter
        ),
        "the sign was lost: the threshold (软阈值) works on |v| and gives it back": np.abs(
            diagonal(d, c, alpha, n_iter)
        ),
        "a hard threshold (硬阈值): what survives must be shrunk by alpha / L too": np.where(
            small, diagonal(d, c, 0.0, n_iter), 0.0
        ),
        "negative coefficients were cut off": np.maximum(diagonal(d, c, alpha, n_iter), 0),
        "the threshold was alpha, not alpha / L": diagonal(d, c, alpha * top, n_iter),
    }


def orthonormal(seed, m, n):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((m, n)))[0]


def holds(exercise, a, b, alpha, n_iter, expected, known):
    top = np.linalg.eigvalsh(a.astype(np.float64).T @ a)[-1]
    atol = 1e-9 * float(np.abs(a.astype(np.float64).T @ b).max() / top)
    answer = exercise(a, b, alpha=alpha, n_iter=n_iter)
    answer.close_to(expected, rtol=1e-9, atol=atol, dtype=np.float64, known=known)


D, C = np.array([3.0, 2.0, 1.0, 0.5, 0.25]), np.array([1.0, -2.0, 4.0, -6.0, 0.4])


@pytest.mark.parametrize("n_iter", [1, 2, 3, 10])
@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.5, 3.5])
def test_orthogonal_columns(exercise, alpha, n_iter):
    """A = Q diag(d) with more rows than columns; b has a part outside the span, which must not matter."""
    q = orthonormal(1, 7, 6)
    a, b = q[:, :5] * D, q[:, :5] @ C + 3 * q[:, 5]
    holds(exercise, a, b, alpha, n_iter, diagonal(D, C, alpha, n_iter), mistakes(D, C, alpha, n_iter))


@pytest.mark.parametrize("size", [1.0, 2.0, 0.1])
def test_one_step_is_all_for_an_orthogonal_matrix(exercise, size):
    q = orthonormal(2, 5, 5)
    d = np.full(5, size)
    for n_iter in (1, 4):
        expected = shrink(size * C, 0.6) / size**2
        holds(exercise, size * q, q @ C, 0.6, n_iter, expected, mistakes(d, C, 0.6, n_iter))


def test_by_hand(exercise):
    """L = 4. One step: v = A^T b / 4 = (2, -0.25), shrunk by 1 / 4 to (1.75, 0). Another: v = (1.75 + 1/4, ...)."""
    a, b = np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([4.0, -1.0])
    holds(exercise, a, b, 1.0, 1, np.array([1.75, 0.0]), {})
    holds(exercise, a, b, 1.0, 2, np.array([1.75, 0.0]), {})
    a, b = np.array([[1.0, 1.0]]), np.array([4.0])  # L = 2: v = (2, 2), shrunk by 1/2; then A x - b = -1
    holds(exercise, a, b, 1.0, 1, np.array([1.5, 1.5]), {})
    holds(exercise, np.array([[2.0, 2.0]]), b, 2.0, 1, np.array([0.75, 0.75]), {})  # L = 8: v = 1, less 1/4


def test_agrees_with_scikit_learn(exercise):
    """Lasso(alpha=0.5 / 6, fit_intercept=False, tol=1e-14, max_iter=10**6).fit(a, b).coef_, scikit-learn 1.9.1."""
    i, j = np.arange(6)[:, None], np.arange(4)
    a, b = np.cos(1.0 + i * (j + 1)), np.array([1.0, -2.0, 0.5, 3.0, 0.0, -1.0])
    expected = np.array([-0.31214501175587417, 1.4394710253644403, 0.3318363155586412, 0.6735034952994258])
    answer = exercise(a, b, alpha=0.5, n_iter=3000)
    answer.close_to(expected, rtol=1e-6, atol=1e-9, dtype=np.float64)


def test_a_hundred_steps_by_default(exercise):
    d, c = np.array([1.0, 0.1]), np.array([2.0, 30.0])
    answer = exercise(np.diag(d), c, alpha=0.5)
    expected = diagonal(d, c, 0.5, 100)
    answer.close_to(expected, rtol=1e-9, dtype=np.float64, known=mistakes(d, c, 0.5, 100))


def test_all_zero_from_the_largest_correlation_on(exercise):
    q = orthonormal(3, 4, 2)
    a, b = q * np.array([2.0, 1.0]), q @ np.array([3.0, -5.0])  # A^T b = (6, -5)
    exercise(a, b, alpha=6.5, n_iter=5).equals(np.zeros(2))


@pytest.mark.parametrize("alpha", [0.0, 1.0])
def test_a_dictionary_of_zeros(exercise, alpha):
    exercise(np.zeros((3, 2)), np.ones(3), alpha=alpha, n_iter=3).equals(np.zeros(2))


def test_float32_in_fortran_order(exercise):
    a = np.asfortranarray(np.diag(np.array([1.1, 0.7, 0.3], np.float32)))
    b = np.array([1.3, -2.1, 5.7], np.float32)
    d, c = np.diag(a).astype(np.float64), b.astype(np.float64)
    holds(exercise, a, b, 0.2, 7, diagonal(d, c, 0.2, 7), mistakes(d, c, 0.2, 7))


@pytest.mark.parametrize("alpha", [-0.1, float("nan")])
def test_refuses_alpha(exercise, alpha):
    exercise.raises(ValueError, np.eye(2), np.ones(2), alpha=alpha, because="alpha must be at least 0")


@pytest.mark.parametrize("n_iter", [0, -1])
def test_refuses_n_iter(exercise, n_iter):
    exercise.raises(ValueError, np.eye(2), np.ones(2), alpha=0.1, n_iter=n_iter, because="n_iter must be at least 1")
