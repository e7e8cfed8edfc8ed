"""ISTA, FISTA, OMP and the dictionary learner against scikit-learn, brute force, and the rates of their papers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minicompress.sparse_coding import fista, ista, lasso_objective, learn_dictionary, orthogonal_matching_pursuit

Solver = Callable[..., np.ndarray]


def problem(n: int = 20, features: int = 12, atoms: int = 18, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Signals and atoms of length 1 that are correlated: no orthogonal toy."""
    rng = np.random.default_rng(seed)
    d = rng.standard_normal((atoms, features)) + 0.7 * rng.standard_normal(features)
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    codes = rng.standard_normal((n, atoms)) * (rng.random((n, atoms)) < 0.2)
    return codes @ d + 0.05 * rng.standard_normal((n, features)), d


@pytest.mark.oracle(
    "ista", against="sklearn.linear_model.Lasso, row by row", tolerance="1e-9: both run until nothing moves"
)
@pytest.mark.oracle(
    "fista", against="sklearn.linear_model.Lasso, row by row", tolerance="1e-9: both run until nothing moves"
)
@pytest.mark.oracle("lasso_objective", against="sklearn's optimum: no point is lower", tolerance="1e-9 relative")
@pytest.mark.parametrize(("solver", "n_iter"), [(ista, 6000), (fista, 1500)])
@pytest.mark.parametrize("alpha", [0.05, 0.3])
def test_optimum_is_scikit_learns(solver: Solver, n_iter: int, alpha: float) -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    x, d = problem(n=6, features=12, atoms=8)
    ours = solver(x, d, alpha=alpha, n_iter=n_iter)
    lasso = linear.Lasso(alpha=alpha / 12, fit_intercept=False, tol=1e-14, max_iter=10**6)  # sklearn divides by n
    theirs = np.stack([lasso.fit(d.T, row).coef_ for row in x])
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
    np.testing.assert_array_equal(ours == 0, theirs == 0)
    best = lasso_objective(x, d, theirs, alpha=alpha)
    assert lasso_objective(x, d, ours, alpha=alpha) == pytest.approx(best, rel=1e-9)


def test_as_sparse_encode() -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    x, d = problem(n=5, features=12, atoms=8)
    theirs = decomposition.sparse_encode(x, d, algorithm="lasso_cd", alpha=0.1, max_iter=10**5)
    np.testing.assert_allclose(fista(x, d, alpha=0.1, n_iter=1500), theirs, atol=1e-3)  # its stopping rule is loose


def test_optimality_conditions_by_hand() -> None:
    """|(X - C D) d_j| <= alpha, with equality and the sign of the code where it is not 0."""
    x, d = problem()
    codes = fista(x, d, alpha=0.2, n_iter=4000)
    slope = (x - codes @ d) @ d.T
    assert (np.abs(slope) <= 0.2 + 1e-7).all()
    used = codes != 0
    np.testing.assert_allclose(slope[used], 0.2 * np.sign(codes[used]), atol=1e-7)
    assert 0 < used.mean() < 0.7


def test_rates_and_monotone_descent() -> None:
    """ISTA never rises; both keep their papers' bounds; FISTA is ahead."""
    x, d = problem()
    best = fista(x, d, alpha=0.1, n_iter=20000)
    optimum, lipschitz = lasso_objective(x, d, best, alpha=0.1), np.linalg.norm(d, 2) ** 2
    before = np.inf
    for k in (1, 2, 5, 10, 20, 50, 100):
        slow, fast = (lasso_objective(x, d, f(x, d, alpha=0.1, n_iter=k), alpha=0.1) for f in (ista, fista))
        assert slow <= before
        assert slow - optimum <= lipschitz * (best**2).sum() / (2 * k)
        assert fast - optimum <= 2 * lipschitz * (best**2).sum() / (k + 1) ** 2
        before = slow
    assert fast - optimum < 0.1 * (slow - optimum)
    # Going on from codes is going on.
    twice = ista(x, d, alpha=0.1, n_iter=7, start=ista(x, d, alpha=0.1, n_iter=5))
    np.testing.assert_array_equal(twice, ista(x, d, alpha=0.1, n_iter=12))


@pytest.mark.parametrize("solver", [ista, fista])
def test_closed_forms(solver: Solver) -> None:
    x = np.random.default_rng(0).standard_normal((4, 5))
    q = np.linalg.qr(np.random.default_rng(1).standard_normal((5, 5)))[0]
    wanted = np.sign(x @ q.T) * np.maximum(np.abs(x @ q.T) - 0.3, 0)
    np.testing.assert_allclose(solver(x, q, alpha=0.3, n_iter=3), wanted, atol=1e-12)
    most = np.abs(x @ q.T).max()
    assert not solver(x, q, alpha=most * 1.000001, n_iter=50).any()
    assert solver(x, q, alpha=most * 0.999, n_iter=50).any()
    assert not solver(x, np.zeros((3, 5)), alpha=0.1).any()
    np.testing.assert_allclose(solver(x, q, alpha=0, n_iter=50) @ q, x, atol=1e-12)


@pytest.mark.oracle(
    "orthogonal_matching_pursuit",
    against="sklearn.linear_model.orthogonal_mp",
    tolerance="1e-10: two least squares solvers",
)
@pytest.mark.parametrize("k", [1, 2, 4, 7])
def test_omp_is_scikit_learns(k: int) -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    x, d = problem(seed=3)
    theirs = linear.orthogonal_mp(d.T, x.T, n_nonzero_coefs=k).T
    ours = orthogonal_matching_pursuit(x, d, n_nonzero=k)
    np.testing.assert_allclose(ours, theirs, atol=1e-10)
    assert ((ours != 0).sum(axis=1) == k).all()
    residual = x - ours @ d
    for row, code in zip(residual, ours, strict=True):
        np.testing.assert_allclose(d[code != 0] @ row, 0, atol=1e-12)


@pytest.mark.oracle(
    "orthogonal_matching_pursuit",
    against="brute force over all supports",
    tolerance="1e-10, where the support is the best",
)
def test_omp_finds_what_is_sparse() -> None:
    """With incoherent atoms: the support that brute force finds, and the amounts."""
    rng = np.random.default_rng(5)
    d = np.vstack([np.eye(8), np.linalg.qr(rng.standard_normal((8, 8)))[0]])[[0, 1, 2, 8, 9, 10]]
    for support in itertools.combinations(range(6), 2):
        true = np.zeros(6)
        true[list(support)] = [2.0, -1.5]
        x = true @ d
        errors = {}
        for tried in itertools.combinations(range(6), 2):
            amounts = np.linalg.lstsq(d[list(tried)].T, x, rcond=None)[0]
            errors[tried] = float(((x - amounts @ d[list(tried)]) ** 2).sum())
        assert min(errors, key=lambda s: errors[s]) == support
        np.testing.assert_allclose(orthogonal_matching_pursuit(x[None], d, n_nonzero=2)[0], true, atol=1e-10)


def test_omp_at_its_edges() -> None:
    d = np.array([[3.0, 0.0], [0.0, 0.0], [0.0, 1e-200], [1.0, 0.0]])  # any length; one atom twice
    codes = orthogonal_matching_pursuit([[6.0, 1e-199], [0.0, 0.0]], d, n_nonzero=2)
    np.testing.assert_allclose(codes[0, :1], 2.0)
    assert not codes[1].any(), "nothing to fit"
    assert codes[0, 1] == codes[0, 3] == 0
    # A signal that one atom gives whole uses one.
    assert (orthogonal_matching_pursuit([[6.0, 0.0]], d, n_nonzero=2) != 0).sum() == 1


@pytest.mark.oracle(
    "learn_dictionary", against="the atoms that made the signals", tolerance="cosine 0.99 for every atom, noise 1 %"
)
def test_the_atoms_that_made_the_signals_are_found() -> None:
    rng = np.random.default_rng(0)
    true = rng.standard_normal((6, 10))
    true /= np.linalg.norm(true, axis=1, keepdims=True)
    codes = rng.standard_normal((400, 6)) * (rng.random((400, 6)) < 0.25)
    x = codes @ true + 0.01 * rng.standard_normal((400, 10))
    d, c = learn_dictionary(x, n_atoms=6, alpha=0.05, n_iter=60, rng=np.random.default_rng(1))
    assert d.shape == (6, 10)
    assert c.shape == (400, 6)
    assert np.abs(true @ d.T).max(axis=1).min() > 0.99
    assert np.linalg.norm(d, axis=1).max() <= 1 + 1e-12
    assert np.linalg.norm(x - c @ d) < 0.2 * np.linalg.norm(x)


def test_the_objective_never_rises_over_rounds() -> None:
    x, _ = problem(n=40)
    before = np.inf
    for n_iter in (1, 2, 3, 5, 8, 13):
        d, c = learn_dictionary(x, n_atoms=15, alpha=0.1, n_iter=n_iter, n_inner=3, rng=np.random.default_rng(2))
        now = lasso_objective(x, d, c, alpha=0.1)
        assert now <= before
        before = now


@pytest.mark.oracle(
    "learn_dictionary", against="sklearn.decomposition.DictionaryLearning", tolerance="objective at most 5 % above"
)
def test_objective_is_near_scikit_learns() -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    x, _ = problem(n=60)
    theirs = decomposition.DictionaryLearning(
        n_components=10, alpha=0.2, fit_algorithm="cd", transform_algorithm="lasso_cd", random_state=0, max_iter=200
    ).fit(x)
    code = fista(x, theirs.components_, alpha=0.2, n_iter=1000)
    d, c = learn_dictionary(x, n_atoms=10, alpha=0.2, n_iter=200, rng=np.random.default_rng(0))
    assert lasso_objective(x, d, c, alpha=0.2) <= 1.05 * lasso_objective(x, theirs.components_, code, alpha=0.2)


CALLS: dict[str, Callable[[np.ndarray, np.ndarray], Any]] = {
    "ista": lambda x, d: ista(x, d, alpha=0.1, n_iter=5),
    "fista": lambda x, d: fista(x, d, alpha=0.1, n_iter=5),
    "lasso_objective": lambda x, d: lasso_objective(x, d, np.ones((len(x), len(d))), alpha=0.1),
    "orthogonal_matching_pursuit": lambda x, d: orthogonal_matching_pursuit(x, d, n_nonzero=1),
    "learn_dictionary": lambda x, d: learn_dictionary(
        x, n_atoms=3, alpha=0.1, n_iter=2, n_inner=2, rng=np.random.default_rng(0)
    ),
}
SCALES = (0, 1e-300, 1e-40, 1, 1e30, 1e160, 1e300, np.nan, np.inf)


def numbers(result: Any) -> Iterator[np.ndarray]:
    for part in result if isinstance(result, tuple) else (result,):
        yield np.asarray(part)


@pytest.mark.parametrize("name", CALLS)
@given(data=st.data())
def test_a_finite_result_or_a_clear_error(name: str, data: st.DataObject) -> None:
    n, features, atoms, seed = (data.draw(st.integers(1, 5)) for _ in range(4))
    rng = np.random.default_rng(seed)
    scales = [data.draw(st.sampled_from((1,) * 4 + SCALES)) for _ in range(2)]
    x, d = (rng.standard_normal((rows, features)) for rows in (n, atoms))
    with np.errstate(invalid="ignore"):
        x, d = x * scales[0], d * scales[1]
    forms: dict[str, Callable[[], np.ndarray]] = {
        "as it is": lambda: x,
        "Fortran order": lambda: np.asfortranarray(x),
        "reversed": lambda: x[::-1],
        "no rows": lambda: x[:0],
        "no columns": lambda: x[:, :0],
        "one dimension": lambda: x[0],
        "text": lambda: np.full(x.shape, "a"),
    }
    x = forms[data.draw(st.sampled_from(("as it is",) * 6 + tuple(forms)))]()
    before = (x.tobytes(), d.tobytes())
    refusal, found = "", []
    try:
        found = list(numbers(CALLS[name](x, d)))
    except (ValueError, TypeError) as error:
        refusal = str(error)
    assert (x.tobytes(), d.tobytes()) == before
    assert all(np.isfinite(a).all() for a in found)
    assert found or any(word in refusal for word in ("signals", "dictionary", "codes")), refusal


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x, d: ista(x, d[:, :3], alpha=0.1), r"signals must have shape \(any, 3\)"),
        (lambda x, d: fista(x, d, alpha=-1), "alpha must be a number in"),
        (lambda x, d: fista(x, d, alpha=1, n_iter=0), "n_iter must be an integer of at least 1"),
        (lambda x, d: ista(x, d, alpha=1, start=x), r"start must have shape \(20, 18\)"),
        (lambda x, d: orthogonal_matching_pursuit(x, d, n_nonzero=13), "n_nonzero must be an integer from 1 to 12"),
        (lambda x, d: lasso_objective(x, d, x, alpha=1), r"codes must have shape \(20, 18\)"),
        (lambda x, d: learn_dictionary(x, n_atoms=0, alpha=1, rng=np.random.default_rng(0)), "n_atoms must be"),
    ],
)
def test_what_does_not_fit_is_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(*problem())
