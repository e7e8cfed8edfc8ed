"""Entropy-constrained quantization: the rate asked for, the error that theory gives, and less of it with a Hessian."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from minicompress.quantization import hessian_from, quantize_entropy_constrained, quantize_rtn


def entropy(codes: np.ndarray) -> float:
    return float(stats.entropy(np.unique(codes, return_counts=True)[1], base=2))


@pytest.mark.parametrize("rate", [1.5, 2.5, 3.25, 4.0, 5.5])
def test_the_rate_is_met(rate: float) -> None:
    w = np.random.default_rng(0).standard_t(5, (200, 300)).astype(np.float32)
    for relative in (False, True):
        assert entropy(quantize_entropy_constrained(w, rate=rate, relative=relative).codes) == pytest.approx(
            rate, abs=0.01
        )


@pytest.mark.oracle("quantize_entropy_constrained", against="Gish and Pierce's limit (closed form)", tolerance="1 %")
@pytest.mark.parametrize("rate", [3.5, 4.5])
def test_the_error_is_that_of_theory(rate: float) -> None:
    """At high rates D = (2 pi e / 12) sigma^2 2^(-2 R) for a normal source: 0.25 bit from Shannon's bound."""
    w = np.random.default_rng(1).standard_normal((500, 400)).astype(np.float32)
    back = quantize_entropy_constrained(w, rate=rate).to_dense()
    assert ((w - back) ** 2).mean() == pytest.approx(2 * np.pi * np.e / 12 * 2.0 ** (-2 * rate), rel=0.01)


def test_an_error_is_at_most_half_a_step() -> None:
    w = np.random.default_rng(2).standard_normal((40, 50)).astype(np.float32)
    q = quantize_entropy_constrained(w, rate=3.0, relative=True)
    assert (np.abs(w - q.to_dense()) <= q.scale / 2 * (1 + 1e-5)).all()
    sizes = np.sqrt((w.astype(np.float64) ** 2).mean(axis=1))
    np.testing.assert_allclose(q.scale[:, 0] / sizes, q.scale[0, 0] / sizes[0], rtol=1e-5)
    assert quantize_entropy_constrained(w, rate=3.0).scale.shape == (1, 1)


def test_better_than_a_fixed_width_at_the_same_bits() -> None:
    w = np.random.default_rng(3).standard_t(4, (256, 256)).astype(np.float32)
    fixed = quantize_rtn(w, bits=4)
    free = quantize_entropy_constrained(w, rate=4.0)
    assert np.linalg.norm(w - free.to_dense()) < 0.6 * np.linalg.norm(w - fixed.to_dense())


def test_a_hessian_lowers_the_error_of_outputs() -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((2000, 40)) @ rng.standard_normal((40, 160)) + 0.3 * rng.standard_normal((2000, 160))
    w = rng.standard_normal((96, 160)).astype(np.float32)

    def error(back: np.ndarray) -> float:
        return float(np.linalg.norm(x @ (w - back).T.astype(np.float64)))

    plain = error(quantize_entropy_constrained(w, rate=2.5).to_dense())
    assert error(quantize_entropy_constrained(w, hessian_from(x), rate=2.5).to_dense()) < 0.7 * plain
    white = quantize_entropy_constrained(w, np.eye(160), rate=2.5)
    np.testing.assert_array_equal(white.to_dense(), quantize_entropy_constrained(w, rate=2.5).to_dense())


def test_the_sweep_by_its_definition() -> None:
    """Column after column over the whole width, no blocks, from the inverse of the damped Hessian itself."""
    rng = np.random.default_rng(7)
    x = rng.standard_normal((900, 60)) @ rng.standard_normal((60, 300)) + 0.5 * rng.standard_normal((900, 300))
    w, h = rng.standard_normal((12, 300)).astype(np.float32), hessian_from(x)
    q = quantize_entropy_constrained(w, h, rate=3.0)
    order = np.argsort(-h.diagonal(), kind="stable")
    damped = h / h.diagonal().mean() + 0.01 * np.eye(300)
    inverse = np.linalg.inv(damped[np.ix_(order, order)])
    upper = np.linalg.cholesky(inverse).T
    left, codes = w[:, order].astype(np.float64), np.empty((12, 300))
    for j in range(300):
        codes[:, j] = np.rint(left[:, j] / q.scale[0, 0])
        error = (left[:, j] - codes[:, j] * q.scale[0, 0]) / upper[j, j]
        left[:, j + 1 :] -= np.outer(error, upper[j, j + 1 :])
    ours = q.codes[:, order].astype(int) - 2 ** (q.bits - 1)
    assert (ours == codes).mean() > 0.99  # one tie broken by rounding may change the columns after it


def test_a_row_of_outliers_has_a_step_of_its_own() -> None:
    w = np.random.default_rng(5).standard_normal((64, 64)).astype(np.float32)
    w[3, 7] = 1e4
    q = quantize_entropy_constrained(w, rate=5.0)
    assert q.bits == 8
    assert q.scale.shape == (64, 1)
    assert abs(q.to_dense()[3, 7] - 1e4) < 1e4 / 200
    others = np.arange(64) != 3
    assert len(np.unique(q.scale[others])) == 1
    assert np.abs((w - q.to_dense())[others]).max() <= q.scale[0, 0] / 2 * (1 + 1e-5)


@pytest.mark.parametrize("w", [np.zeros((3, 4)), np.ones((1, 1)), np.full((4, 4), -2.0)])
def test_few_values(w: np.ndarray) -> None:
    back = quantize_entropy_constrained(w, rate=3.0).to_dense()
    np.testing.assert_allclose(back, w, rtol=0.02)


def test_bad_arguments_are_named() -> None:
    for rate in (0, -1, 9, "3"):
        with pytest.raises((TypeError, ValueError), match="rate must be a number"):
            quantize_entropy_constrained(np.eye(4), rate=rate)
    with pytest.raises(ValueError, match="hessian must have shape"):
        quantize_entropy_constrained(np.eye(4), np.eye(3), rate=2)
