"""Rotation: scipy's Hadamard matrices, orthogonality for every size, and outliers that are gone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from minicompress.quantization import Rotation, hadamard_transform, quantize_rtn, random_rotation

Inputs = Callable[..., np.ndarray]
SIZES = [1, 2, 3, 8, 12, 37, 48, 64, 96, 384]


def drawn(n: int, seed: int = 0) -> Rotation:
    return random_rotation(n, rng=np.random.default_rng(seed))


@pytest.mark.oracle("hadamard_transform", against="scipy.linalg.hadamard", tolerance="1e-14: log2 n double sums")
@pytest.mark.parametrize("n", [1, 2, 4, 8, 32, 256])
def test_the_transform_is_scipys_matrix(n: int) -> None:
    linalg = pytest.importorskip("scipy.linalg")
    matrix = linalg.hadamard(n) / np.sqrt(n)
    x = np.random.default_rng(n).standard_normal((3, 5, n))
    np.testing.assert_allclose(hadamard_transform(x), x @ matrix.T, rtol=0, atol=1e-14 * n)
    np.testing.assert_allclose(hadamard_transform(hadamard_transform(x)), x, rtol=0, atol=1e-14 * n)
    assert hadamard_transform(x.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(hadamard_transform(x.astype(np.float32)), x @ matrix.T, rtol=0, atol=1e-5)


@pytest.mark.oracle("random_rotation", against="Q Q^T = I", tolerance="1e-13: double precision")
@pytest.mark.parametrize("n", SIZES)
def test_a_rotation_is_orthogonal(n: int) -> None:
    q = drawn(n)
    matrix = q.matrix()
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(n), rtol=0, atol=1e-13)
    assert q.size == n
    assert n % len(q.factor) == 0
    assert len(q.factor) % 2 == 1


@pytest.mark.oracle("Rotation", against="kron(H, R) diag(signs), written out with scipy", tolerance="1e-13")
@pytest.mark.parametrize("n", SIZES)
def test_calling_it_is_multiplying_by_the_matrix(n: int) -> None:
    linalg = pytest.importorskip("scipy.linalg")
    q, x = drawn(n, 3), np.random.default_rng(1).standard_normal((2, 4, n))
    p = n // len(q.factor)
    matrix = np.kron(linalg.hadamard(p) / np.sqrt(p), q.factor) * q.signs
    np.testing.assert_allclose(q.matrix(), matrix, rtol=0, atol=1e-13)
    np.testing.assert_allclose(q(x), x @ matrix.T, rtol=0, atol=1e-13 * n)
    np.testing.assert_allclose(q.inverse(q(x)), x, rtol=0, atol=1e-13 * n)
    np.testing.assert_allclose(q.inverse(x), x @ matrix, rtol=0, atol=1e-13 * n)


@pytest.mark.oracle("Rotation", against="the float output of the layer before", tolerance="that of float32 sums")
@pytest.mark.parametrize("n", SIZES)
def test_the_output_of_a_layer_is_what_it_was(correlated_inputs: Inputs, n: int) -> None:
    x = correlated_inputs(20, n, seed=4, outliers=min(2, n - 1))
    w = np.random.default_rng(5).standard_normal((6, n)).astype(np.float32)
    q = drawn(n)
    exact = x.astype(np.float64) @ w.T.astype(np.float64)
    np.testing.assert_allclose(q(x.astype(np.float64)) @ q(w.astype(np.float64)).T, exact, rtol=0, atol=1e-10)
    # In float32 each product moves by some eps of ||x|| ||w||.
    room = 1e-5 * np.linalg.norm(x, axis=1)[:, None] * np.linalg.norm(w, axis=1)
    assert (np.abs(q(x) @ q(w).T - exact) <= room).all()


@pytest.mark.parametrize("n", [64, 96])
def test_outliers_are_spread_and_int8_activations_gain(correlated_inputs: Inputs, n: int) -> None:
    x = correlated_inputs(300, n, seed=6)
    w = np.random.default_rng(7).standard_normal((n, n)).astype(np.float32)
    q = drawn(n, 1)

    def peak(z: np.ndarray) -> float:
        return float((np.abs(z).max(axis=1) / np.sqrt((z**2).mean(axis=1))).mean())

    assert peak(q(x)) < 0.7 * peak(x)
    exact = x.astype(np.float64) @ w.T
    plain = np.linalg.norm(quantize_rtn(w, bits=8).linear(x, activation_bits=8) - exact)
    turned = np.linalg.norm(quantize_rtn(q(w), bits=8).linear(q(x), activation_bits=8) - exact)
    assert turned < 0.7 * plain


def test_a_single_outlier_becomes_as_many_small_values() -> None:
    x = np.zeros(256)
    x[17] = 100
    np.testing.assert_allclose(np.abs(drawn(256)(x)), 100 / 16, rtol=1e-12)


def test_the_draw() -> None:
    a, b, c = drawn(24, 1), drawn(24, 1), drawn(24, 2)
    np.testing.assert_array_equal(a.matrix(), b.matrix())
    assert not np.array_equal(a.matrix(), c.matrix())
    means = np.mean([drawn(3, seed).matrix() for seed in range(400)], axis=0)
    assert np.abs(means).max() < 0.12, "no direction is preferred"


def test_arguments_are_named() -> None:
    with pytest.raises(ValueError, match=r"power of two.*\(3,\)"):
        hadamard_transform([1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="power of two"):
        hadamard_transform(3.0)
    with pytest.raises(ValueError, match=r"x must have shape \(\.\.\., 8\)"):
        drawn(8)(np.zeros((3, 4)))
    with pytest.raises(TypeError, match="rng must be"):
        random_rotation(8, rng=0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n must be"):
        drawn(0)
    with pytest.raises(ValueError, match="x overflows float32"):
        hadamard_transform(np.full(8, 3e38, np.float32))
    with pytest.raises(ValueError, match="factor must be"):
        Rotation(np.ones(12), np.eye(4))
    assert drawn(8)(np.zeros((0, 8))).shape == (0, 8)
