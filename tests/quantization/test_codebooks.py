"""k-means, binary, ternary and power-of-two weights: optimal where they claim to be, and as the papers define them."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from minicompress import sharing
from minicompress.quantization import (
    PerAxis,
    PerGroup,
    PerTensor,
    quantize_binary,
    quantize_kmeans,
    quantize_power_of_two,
    quantize_rtn,
    quantize_ternary,
)
from minicompress.tensors import CodebookTensor


def heavy(rows: int, columns: int, seed: int) -> np.ndarray:
    """Weights with heavy tails and rows of different size."""
    rng = np.random.default_rng(seed)
    return (rng.standard_t(3, (rows, columns)) * rng.uniform(0.2, 3, (rows, 1))).astype(np.float32)


def squared_error(tensor: Any, w: np.ndarray) -> float:
    return float(((tensor.to_dense().astype(np.float64) - w) ** 2).sum())


@pytest.mark.oracle(
    "quantize_kmeans",
    against="scikit-learn KMeans from the same start",
    tolerance="inertia 1e-9 relative: rounding the codebook to float32 counts only squared",
)
@pytest.mark.parametrize("bits", [1, 3, 4])
def test_kmeans_by_scikit_learn(bits: int) -> None:
    cluster = pytest.importorskip("sklearn.cluster")
    w = np.random.default_rng(1).standard_normal((30, 40)).astype(np.float32)
    start = np.linspace(w.min(), w.max(), 2**bits, dtype=np.float64)[:, None]
    theirs = cluster.KMeans(2**bits, init=start, n_init=1, max_iter=300, tol=0).fit(w.reshape(-1, 1).astype(np.float64))
    ours = quantize_kmeans(w, bits=bits, init="linear", n_iter=300)
    used = np.unique(ours.codes).size
    assert used == 2**bits, "an empty cluster, which scikit-learn would move: the comparison needs another seed"
    np.testing.assert_allclose(squared_error(ours, w), theirs.inertia_, rtol=1e-9)


def test_kmeans_beats_a_grid_and_is_beaten_by_the_optimum() -> None:
    w = heavy(16, 32, 2)
    for bits in (2, 3):
        optimum = sharing.optimal_kmeans_1d(w, k=2**bits).astype(np.float32)[None]
        best = squared_error(CodebookTensor.from_codebook(w, optimum, bits=bits), w)
        inits = {"linear": None, "density": None, "kmeans++": np.random.default_rng(0)}
        found = [squared_error(quantize_kmeans(w, bits=bits, init=i, rng=rng), w) for i, rng in inits.items()]
        assert best * (1 - 1e-6) <= min(found)
        per_tensor = w.reshape(1, -1)
        assert max(found) < squared_error(quantize_rtn(per_tensor, bits=bits, symmetric=False), per_tensor)


def test_a_codebook_for_each_run_of_rows() -> None:
    w = heavy(12, 40, 3)
    whole, each = quantize_kmeans(w, bits=3), quantize_kmeans(w, bits=3, rows_per_group=1)
    assert squared_error(each, w) < squared_error(whole, w)
    assert each.nbytes - whole.nbytes == 11 * 8 * 4
    for row in range(12):
        np.testing.assert_array_equal(each.to_dense()[row], quantize_kmeans(w[row : row + 1], bits=3).to_dense()[0])


def test_few_values_are_kept_exactly() -> None:
    w = np.float32([[3, -1, 0.5, 3], [0.5, -1, -1, 3]])
    for init in ("linear", "density"):
        np.testing.assert_array_equal(quantize_kmeans(w, bits=3, init=init).to_dense(), w)


@pytest.mark.oracle(
    "quantize_binary",
    against="brute force over all signs, the scale by least squares",
    tolerance="error 1e-6 relative: the scale is float32",
)
def test_binary_is_the_nearest() -> None:
    for seed in range(5):
        w = heavy(1, 9, seed)[0].astype(np.float64)
        best = min(
            float(((w - (w @ b / 9) * np.array(b)) ** 2).sum()) for b in itertools.product((-1.0, 1.0), repeat=9)
        )
        np.testing.assert_allclose(squared_error(quantize_binary(w[None]), w[None]), best, rtol=1e-6)


def test_binary_granularities() -> None:
    w = heavy(6, 12, 4)
    assert quantize_binary(w).scale.shape == (6, 1)
    assert quantize_binary(w, granularity=PerTensor()).scale.shape == (1, 1)
    assert quantize_binary(w, granularity=PerGroup(4)).scale.shape == (6, 3)
    errors = [squared_error(quantize_binary(w, granularity=g), w) for g in (PerTensor(), PerAxis(0), PerGroup(4))]
    assert errors == sorted(errors, reverse=True)
    assert quantize_binary(np.zeros((1, 3))).to_dense().tolist() == [[0, 0, 0]]


@pytest.mark.oracle(
    "quantize_ternary", against="the definition of TWN, weight by weight", tolerance="1e-6 relative: a float32 scale"
)
def test_ternary_weight_networks() -> None:
    w = heavy(5, 30, 5)
    values = [float(v) for v in w.reshape(-1)]
    threshold = 0.7 * math.fsum(map(abs, values)) / len(values)
    kept = [abs(v) for v in values if abs(v) > threshold]
    alpha = math.fsum(kept) / len(kept)
    want = [math.copysign(alpha, v) if abs(v) > threshold else 0.0 for v in values]
    np.testing.assert_allclose(quantize_ternary(w).to_dense().reshape(-1), want, rtol=1e-6)
    assert abs(quantize_ternary(heavy(64, 640, 6)).bits_per_weight - 1.6) < 0.01


def test_the_threshold_of_twn_is_near_the_best_for_normal_weights() -> None:
    """The paper derives 0.7 E|w| for a normal distribution: brute force over all thresholds gains little."""
    w = np.random.default_rng(6).standard_normal((1, 400)).astype(np.float32)
    ordered = np.sort(np.abs(w[0].astype(np.float64)))[::-1]
    sums = np.cumsum(ordered)
    best = (ordered**2).sum() - (sums**2 / np.arange(1, 401)).max()
    assert best <= squared_error(quantize_ternary(w), w) <= 1.03 * best


@pytest.mark.oracle(
    "quantize_ternary",
    against="torch: weight_quant of the BitNet b1.58 training notes",
    tolerance="1e-5 relative: they multiply by 1 / clamp(mean, 1e-5), we divide by mean + 1e-5 as the paper does",
)
def test_absmean_by_torch() -> None:
    torch = pytest.importorskip("torch")
    w = torch.from_numpy(heavy(20, 30, 7))
    scale = 1.0 / w.abs().mean().clamp_(min=1e-5)
    want = (w * scale).round().clamp_(-1, 1) / scale
    found = quantize_ternary(w.numpy(), rule="absmean").to_dense()
    np.testing.assert_allclose(found, want.numpy(), rtol=1e-5, atol=0)


@pytest.mark.oracle(
    "quantize_power_of_two", against="brute force over all representable values", tolerance="distance equal"
)
@pytest.mark.parametrize("bits", [2, 3, 4, 6])
def test_powers_of_two_are_the_nearest(bits: int) -> None:
    w = heavy(8, 50, 8)
    w[0, :6] = [4, 3, 1.5, 0.75, -3, -6]  # half-way points
    tensor = quantize_power_of_two(w, bits=bits)
    back = tensor.to_dense().astype(np.float64)
    for row, found in zip(w.astype(np.float64), back, strict=True):
        top = max(k for k in range(-40, 40) if 2.0**k <= np.abs(row).max() * 4 / 3)
        levels = [0.0] + [s * 2.0 ** (top - k) for k in range(2 ** (bits - 1) - 1) for s in (-1, 1)]
        np.testing.assert_array_equal(np.abs(row - found), np.abs(row[:, None] - np.array(levels)).min(axis=1))
    mantissa, _ = np.frexp(back[back != 0])
    assert (np.abs(mantissa) == 0.5).all(), "every product is a shift"


def test_powers_of_two_by_the_rule_of_inq() -> None:
    """(a + b) / 2 <= |w| < 3 b / 2 gives b, for neighbours a < b: ties go up; n1 = floor(log2(4 s / 3))."""
    w = np.float32([[1.5, 1.4999, 0.75, 0.375, 0.374, 0.25, 0.124]])
    assert quantize_power_of_two(w, bits=3).to_dense()[0].tolist() == [2, 1, 1, 0.5, 0.5, 0.5, 0]
    assert quantize_power_of_two([[1.4999]], bits=8).to_dense()[0].tolist() == [1]


def test_more_bits_only_reach_further_down() -> None:
    w = np.abs(heavy(4, 200, 9)) + 0.5
    relative = [np.abs(quantize_power_of_two(w, bits=b).to_dense() / w - 1).max() for b in (5, 6, 8)]
    assert len(set(relative)) == 1
    assert relative[0] <= 1 / 3 + 1e-6


def test_arguments_are_named() -> None:
    w = np.ones((4, 6))
    with pytest.raises(ValueError, match="bits must be an integer from 1 to 8"):
        quantize_kmeans(w, bits=0)
    with pytest.raises(ValueError, match="rows_per_group must divide the 4 rows of w; got 3"):
        quantize_kmeans(w, bits=2, rows_per_group=3)
    with pytest.raises(ValueError, match="init must be one of 'linear'"):
        quantize_kmeans(w, bits=2, init="random")
    with pytest.raises(TypeError, match="rng must be a numpy.random.Generator"):
        quantize_kmeans(w, bits=2, init="kmeans++")
    with pytest.raises(ValueError, match="n_iter must be an integer of at least 0"):
        quantize_kmeans(w, bits=2, n_iter=-1)
    with pytest.raises(ValueError, match="rule must be one of 'twn', 'absmean'"):
        quantize_ternary(w, rule="sign")
    with pytest.raises(ValueError, match="bits must be an integer from 2 to 8"):
        quantize_power_of_two(w, bits=1)
