"""AWQ: its search against a plain one, and the promise that r = 0 gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from minicompress.quantization import quantize_awq, quantize_rtn

Inputs = Callable[..., np.ndarray]


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def lost(w: np.ndarray, dense: np.ndarray, x: np.ndarray) -> float:
    return float(np.linalg.norm(x.astype(np.float64) @ (w.astype(np.float64) - dense).T) ** 2)


def searched(w: np.ndarray, x: np.ndarray, bits: int, group: int) -> tuple[float, float]:
    """The paper's search, written out: the best exponent, and the loss there."""
    mean = np.abs(x).mean(axis=0, dtype=np.float64)
    found = []
    for r in np.arange(20) / 20:
        s = np.maximum(mean, 1e-4) ** r
        s = s / np.sqrt(s.max() * s.min())
        back = np.empty(w.shape)
        for row in range(len(w)):
            for start in range(0, w.shape[1], group):
                run = slice(start, start + group)
                scaled = w[row, run] * s[run]
                step = np.abs(scaled).max() / (2 ** (bits - 1) - 1)
                back[row, run] = np.rint(scaled / step) * step / s[run]
        found.append((lost(w, back, x), r))
    return min(found)


@pytest.mark.oracle(
    "quantize_awq",
    against="the search over 20 exponents written out in double precision",
    tolerance="1e-5 relative: float32 scales; no weight of these lies so near a half that its code moves",
)
@pytest.mark.parametrize("seed", range(4))
def test_the_search_finds_what_a_plain_one_finds(correlated_inputs: Inputs, seed: int) -> None:
    w, x = normal(12, 32, seed=seed), correlated_inputs(100, 32, seed=seed)
    q = quantize_awq(w, x, bits=3, group_size=16)
    best, r = searched(w, x, 3, 16)
    np.testing.assert_allclose(lost(w, q.to_dense(), x), best, rtol=1e-5)
    assert r > 0
    mean = np.abs(x).mean(axis=0)
    s = mean**r / np.sqrt((mean**r).max() * (mean**r).min())
    assert q.input_scale is not None
    np.testing.assert_allclose(q.input_scale, 1 / s, rtol=1e-5)


@pytest.mark.oracle("quantize_awq", against="quantize_rtn on the calibration inputs", tolerance="never above")
def test_never_loses_to_rtn_on_its_calibration_inputs(correlated_inputs: Inputs) -> None:
    ratio = []
    for seed in range(40):
        options = ({"bits": 4}, {"bits": 3, "group_size": 8}, {"bits": 2, "symmetric": False})[seed % 3]
        outliers = seed % 4
        w, x = normal(16, 24, seed=seed), correlated_inputs(60, 24, seed=seed, outliers=outliers)
        ours, rtn = quantize_awq(w, x, **options), quantize_rtn(w, **options)
        ratio.append(lost(w, ours.to_dense(), x) / lost(w, rtn.to_dense(), x))
    assert max(ratio) <= 1
    assert np.mean(ratio) < 0.8


def test_it_carries_over_to_inputs_not_seen(correlated_inputs: Inputs) -> None:
    x, w = correlated_inputs(1000, 64, seed=1), normal(64, 64, seed=1)
    ours, rtn = quantize_awq(w, x[:500], bits=3), quantize_rtn(w, bits=3)
    assert lost(w, ours.to_dense(), x[500:]) < 0.7 * lost(w, rtn.to_dense(), x[500:])


def test_the_scale_is_stored_and_applied(correlated_inputs: Inputs) -> None:
    w, x = normal(16, 32), correlated_inputs(50, 32, seed=3)
    q = quantize_awq(w, x, bits=4)
    assert q.input_scale is not None
    np.testing.assert_allclose(q.linear(x), x @ q.to_dense().T, rtol=0, atol=1e-4 * np.abs(x @ w.T).max())
    # Without it the weights are far off: it was not forgotten in either place.
    bare = q.to_dense() / q.input_scale
    assert lost(w, bare, x) > 10 * lost(w, q.to_dense(), x)


def test_where_rtn_is_best_nothing_is_stored() -> None:
    w = np.float32([[7, -3, 1, 0]])  # on the grid: no error to lower
    q = quantize_awq(w, normal(10, 4), bits=4)
    assert q.input_scale is None
    np.testing.assert_array_equal(q.codes, quantize_rtn(w, bits=4).codes)


def test_the_unit_of_the_inputs_does_not_matter(correlated_inputs: Inputs) -> None:
    w, x = normal(8, 32), correlated_inputs(50, 32, seed=5).astype(np.float64)
    q = quantize_awq(w, x, bits=3)
    for power in (-400, -10, 30, 400):
        other = quantize_awq(w, x * 2.0**power, bits=3)
        np.testing.assert_array_equal(other.codes, q.codes)


def test_dead_inputs_and_no_grid(correlated_inputs: Inputs) -> None:
    w, x = normal(8, 32), correlated_inputs(50, 32, seed=6)
    x[:, 4] = 0
    q = quantize_awq(w, x, bits=4)
    assert np.isfinite(q.to_dense()).all()
    assert lost(w, q.to_dense(), x) <= lost(w, quantize_rtn(w, bits=4).to_dense(), x)
    np.testing.assert_array_equal(quantize_awq(w, x, bits=4, n_grid=1).codes, quantize_rtn(w, bits=4).codes)
    np.testing.assert_array_equal(quantize_awq(w, x * 0, bits=4).codes, quantize_rtn(w, bits=4).codes)


def test_weights_near_the_end_of_float32_fall_back_to_rtn(correlated_inputs: Inputs) -> None:
    w, x = normal(4, 16), correlated_inputs(50, 16, seed=7)
    w *= np.float32(3e38) / np.abs(w).max()
    assert np.isfinite(quantize_awq(w, x, bits=4).to_dense()).all()


def test_arguments_are_named() -> None:
    w = normal(3, 8)
    with pytest.raises(ValueError, match=r"x must have shape \(any, 8\)"):
        quantize_awq(w, normal(5, 7), bits=4)
    with pytest.raises(ValueError, match="x has 1 value that is not finite"):
        quantize_awq(w, np.float32([[np.nan] + [0] * 7]), bits=4)
    with pytest.raises(ValueError, match="n_grid must be"):
        quantize_awq(w, normal(5, 8), bits=4, n_grid=0)
    with pytest.raises(ValueError, match="group_size must divide"):
        quantize_awq(w, normal(5, 8), bits=4, group_size=3)
