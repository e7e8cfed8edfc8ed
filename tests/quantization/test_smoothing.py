"""SmoothQuant: the output is what it was, the spread is shared, and 8-bit products gain from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from minicompress.quantization import quantize_rtn, smooth

Inputs = Callable[..., np.ndarray]


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.oracle(
    "smooth", against="the float output, and s written out", tolerance="outputs 1e-6 of the sum of magnitudes (float32)"
)
@pytest.mark.parametrize("alpha", [0.0, 0.3, 0.5, 0.85, 1.0])
def test_the_float_output_is_what_it_was(correlated_inputs: Inputs, alpha: float) -> None:
    w, x = normal(20, 32), correlated_inputs(50, 32, seed=1)
    reach = np.abs(x).max(axis=0)
    smoothed, s = smooth(w, reach, alpha=alpha)
    expected = reach.astype(np.float64) ** alpha / np.abs(w).max(axis=0).astype(np.float64) ** (1 - alpha)
    np.testing.assert_allclose(s, expected, rtol=1e-6)
    assert s.dtype == smoothed.dtype == np.float32
    room = 1e-6 * (np.abs(x).astype(np.float64) @ np.abs(w).T.astype(np.float64))
    before = x.astype(np.float64) @ w.T.astype(np.float64)
    after = (x / s).astype(np.float64) @ smoothed.T.astype(np.float64)
    assert (np.abs(after - before) <= room).all()


def test_powers_of_two_are_exact() -> None:
    x, w = np.float32([[16, 1, 4]]) * np.float32([[1], [-0.37], [0.61]]), np.float32([[1, 1, 1], [0.3, 0.7, 0.9]])
    smoothed, s = smooth(w, [16.0, 1.0, 4.0])
    assert s.tolist() == [4, 1, 2]
    np.testing.assert_array_equal((x / s)[:, None] * smoothed, x[:, None] * w)


def test_at_one_half_both_sides_reach_alike(correlated_inputs: Inputs) -> None:
    w, x = normal(20, 32), correlated_inputs(50, 32, seed=2)
    smoothed, s = smooth(w, np.abs(x).max(axis=0), alpha=0.5)
    np.testing.assert_allclose(np.abs(x / s).max(axis=0), np.abs(smoothed).max(axis=0), rtol=1e-5)


def test_layers_that_share_their_input_share_the_scale() -> None:
    q, k, v = (normal(8, 16, seed=i) * (i + 1) for i in range(3))
    reach = np.abs(normal(30, 16, seed=9)).max(axis=0)
    smoothed, s = smooth([q, k, v], reach)
    alone, together = smooth(np.concatenate([q, k, v]), reach)
    np.testing.assert_array_equal(s, together)
    assert isinstance(smoothed, list)
    np.testing.assert_array_equal(np.concatenate(smoothed), alone)


def test_int8_activations_gain(correlated_inputs: Inputs) -> None:
    w, x = normal(64, 64), correlated_inputs(400, 64, seed=3)
    seen, fresh = x[:200], x[200:]
    exact = fresh.astype(np.float64) @ w.T
    plain = quantize_rtn(w, bits=8).linear(fresh, activation_bits=8)
    smoothed, s = smooth(w, np.abs(seen).max(axis=0))
    stored = dataclasses.replace(quantize_rtn(smoothed, bits=8), input_scale=1 / s)
    error = [np.linalg.norm(y - exact) for y in (stored.linear(fresh, activation_bits=8), plain)]
    assert error[0] < 0.5 * error[1]


def test_dead_channels_have_a_floor() -> None:
    w = normal(4, 3)
    w[:, 1] = 0
    smoothed, s = smooth(w, [0.0, 4.0, 1.0])
    assert s[0] == np.float32(1e-5)
    assert np.isfinite(smoothed).all()
    assert np.isfinite(1 / s).all()
    assert (smooth(np.zeros((2, 2)), [0.0, 0.0])[1] == np.float32(1e-5)).all()


def test_arguments_are_named() -> None:
    w = normal(4, 3)
    with pytest.raises(ValueError, match=r"x_absmax must have shape \(3,\)"):
        smooth(w, [1.0, 2.0])
    with pytest.raises(ValueError, match="x_absmax must be at least 0"):
        smooth(w, [1.0, -2.0, 1.0])
    with pytest.raises(ValueError, match="alpha must be"):
        smooth(w, [1.0, 2.0, 1.0], alpha=1.5)
    with pytest.raises(ValueError, match="w must hold matrices of one width"):
        smooth([w, normal(4, 4)], [1.0, 2.0, 1.0])
    with pytest.raises(ValueError, match="w overflows float32"):
        smooth(w, np.full(3, 1e300), alpha=1)
