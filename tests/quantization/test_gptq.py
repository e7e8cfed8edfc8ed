"""GPTQ: against the optimum that each update claims to be, against RTN, and on Hessians that misbehave."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minicompress import ops
from minicompress.quantization import (
    HessianAccumulator,
    PerAxis,
    WeightScheme,
    choose_qparams,
    hessian_from,
    quantize_gptq,
    quantize_rtn,
)
from minicompress.tensors import QuantizedTensor

Inputs = Callable[..., np.ndarray]
SCHEMES: list[dict[str, Any]] = [
    {"bits": 4},
    {"bits": 3, "group_size": 16},
    {"bits": 2, "group_size": 8, "symmetric": False},
    {"bits": 8, "symmetric": False, "scale_dtype": np.float16},
    {"bits": 4, "group_size": 32, "narrow_range": False, "scale_dtype": np.float16},
]


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def objective(w: np.ndarray, q: QuantizedTensor, h: np.ndarray) -> np.ndarray:
    """e H e^T of each row, in double precision."""
    error = w.astype(np.float64) - q.to_dense()
    return np.einsum("ri,ij,rj->r", error, h, error)


def same(a: QuantizedTensor, b: QuantizedTensor) -> bool:
    return a.arrays().keys() == b.arrays().keys() and all(
        x.tobytes() == y.tobytes() for x, y in zip(a.arrays().values(), b.arrays().values(), strict=True)
    )


def by_least_squares(w: np.ndarray, h: np.ndarray, scale: np.ndarray, zero: np.ndarray, top: int) -> np.ndarray:
    """GPTQ with nothing but ``lstsq``: fix the rounded columns, and refit *all* later ones to the original weights."""
    root = np.linalg.cholesky(h).T  # ||root e||^2 = e H e^T
    codes = np.zeros(w.shape)
    for row, one in enumerate(w.astype(np.float64)):
        now = one.copy()
        for j in range(len(one)):
            codes[row, j] = np.clip(np.rint(np.float32(now[j]) / scale[row]) + zero[row], 0, top)
            now[j] = (codes[row, j] - zero[row]) * np.float64(scale[row])
            if j + 1 < len(one):
                lost = root[:, : j + 1] @ (one - now)[: j + 1]
                now[j + 1 :] = one[j + 1 :] + np.linalg.lstsq(root[:, j + 1 :], lost, rcond=None)[0]
    return codes


@pytest.mark.oracle(
    "quantize_gptq",
    against="numpy.linalg.lstsq, refitting all later columns after each rounding",
    tolerance="codes equal: the two differ by 1e-12 of a step, and no weight of these lies so near a half",
)
@pytest.mark.parametrize("seed", range(5))
def test_each_update_is_the_constrained_optimum(correlated_inputs: Inputs, seed: int) -> None:
    w, x = normal(6, 12, seed=seed), correlated_inputs(40, 12, seed=seed)
    h = hessian_from(x)
    damped = h + 0.01 * np.trace(h) / 12 * np.eye(12)
    p = choose_qparams(w, bits=4, symmetric=False, granularity=PerAxis(0))
    q = quantize_gptq(w, h, bits=4, symmetric=False)
    np.testing.assert_array_equal(q.codes, by_least_squares(w, damped, p.scale, p.zero_point, 15))


@pytest.mark.oracle(
    "inverse_factor",
    against="numpy.linalg.inv of every trailing block",
    tolerance="1e-9 relative: two double-precision inverses of condition 1e4",
)
def test_the_factor_holds_the_inverse_of_every_trailing_block(correlated_inputs: Inputs) -> None:
    h = hessian_from(correlated_inputs(64, 16, seed=3))
    upper, used = ops.inverse_factor(h, 0.01)
    assert used == 0.01
    assert not np.tril(upper, -1).any()
    damped = h / h.diagonal().mean() + 0.01 * np.eye(16)
    for j in range(16):
        inverse = np.linalg.inv(damped[j:, j:])
        np.testing.assert_allclose(upper[j, j:] * upper[j, j], inverse[0], rtol=1e-9, atol=1e-9 * np.abs(inverse).max())


@pytest.mark.oracle(
    "quantize_gptq", against="all 4^6 codes of a row, tried", tolerance="never below the optimum; at most 2.5 times"
)
def test_against_every_possible_row(correlated_inputs: Inputs) -> None:
    x = correlated_inputs(50, 6, seed=9, outliers=1)
    h = hessian_from(x)
    w = normal(8, 6, seed=9)
    q = quantize_gptq(w, h, bits=2, symmetric=False)
    ours, rtn = objective(w, q, h), objective(w, quantize_rtn(w, bits=2, symmetric=False), h)
    grid = np.array(list(itertools.product(range(4), repeat=6)))
    best = np.empty(8)
    for row in range(8):
        error = w[row] - (grid - float(q.zero_point[row, 0])) * float(q.scale[row, 0])
        best[row] = ((error @ h) * error).sum(axis=1).min()
    assert (ours >= best * (1 - 1e-9)).all()
    assert ours.sum() <= 2.5 * best.sum() < rtn.sum()


@pytest.mark.oracle(
    "quantize_gptq", against="quantize_rtn, where H = c I", tolerance="codes, scales and weights equal to the bit"
)
@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
@pytest.mark.parametrize("act_order", [False, True])
def test_on_white_inputs_gptq_is_rtn_to_the_bit(scheme: dict[str, Any], act_order: bool) -> None:
    w = normal(20, 64) * 3
    w[3] = 0
    # Halves of a step, to within float32: in double precision many would fall to the other side.
    w[4:, 0] = np.linspace(20, 30, 16)  # the largest of its row, which sets the step
    step = choose_qparams(w[4:], bits=scheme["bits"], granularity=PerAxis(0)).scale[:, None]
    w[4:, 1::2] = (np.rint(w[4:, 1::2] / step) + np.float32(0.5)) * step
    for h in (np.eye(64), 7.3 * np.eye(64), np.zeros((64, 64))):
        q, rtn = quantize_gptq(w, h, act_order=act_order, block_size=24, **scheme), quantize_rtn(w, **scheme)
        np.testing.assert_array_equal(q.codes, rtn.codes)
        assert q.scale.tobytes() == rtn.scale.tobytes()
        np.testing.assert_array_equal(q.to_dense(), rtn.to_dense())


@pytest.mark.oracle(
    "quantize_gptq", against="quantize_rtn on tr(E H E^T)", tolerance="never above, on 100 layers of 64 rows"
)
@pytest.mark.parametrize("scheme", [{"bits": 4}, {"bits": 3, "group_size": 16, "symmetric": False}], ids=str)
def test_never_loses_to_rtn_on_correlated_layers(correlated_inputs: Inputs, scheme: dict[str, Any]) -> None:
    ratio = np.empty((100, 2))
    for seed in range(100):
        w, h = normal(64, 48, seed=seed), hessian_from(correlated_inputs(128, 48, seed=seed))
        rtn = objective(w, quantize_rtn(w, **scheme), h).sum()
        for k, act_order in enumerate((False, True)):
            ratio[seed, k] = objective(w, quantize_gptq(w, h, act_order=act_order, **scheme), h).sum() / rtn
    assert ratio.max() < 1
    assert ratio[:, 0].mean() < 0.6
    assert ratio[:, 1].mean() < ratio[:, 0].mean(), "outlier channels first is better, on such inputs"


def test_it_carries_over_to_inputs_not_seen(correlated_inputs: Inputs) -> None:
    x = correlated_inputs(2000, 64, seed=1)
    seen, fresh = x[:1000], x[1000:]
    w = normal(64, 64, seed=1)
    h, unseen = hessian_from(seen), hessian_from(fresh)
    ours, rtn = quantize_gptq(w, h, bits=3), quantize_rtn(w, bits=3)
    assert objective(w, ours, unseen).sum() < 0.6 * objective(w, rtn, unseen).sum()


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_the_scale_of_the_hessian_does_not_matter(correlated_inputs: Inputs, scheme: dict[str, Any]) -> None:
    w, h = normal(16, 64), hessian_from(correlated_inputs(200, 64, seed=4))
    q = quantize_gptq(w, h, **scheme)
    for power in (-600, -3, 40, 600):  # exact in floating point
        assert same(quantize_gptq(w, h * 2.0**power, **scheme), q)
    other = quantize_gptq(w, h * 3.7, **scheme)
    assert (other.codes != q.codes).mean() < 0.01
    np.testing.assert_allclose(objective(w, other, h).sum(), objective(w, q, h).sum(), rtol=0.02)


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
@pytest.mark.parametrize("act_order", [False, True])
def test_blocks_change_speed_only(correlated_inputs: Inputs, scheme: dict[str, Any], act_order: bool) -> None:
    w, h = normal(16, 64, seed=2), hessian_from(correlated_inputs(200, 64, seed=5))
    whole = quantize_gptq(w, h, block_size=64, act_order=act_order, **scheme)
    for block in (1, 5, 16, 1000):
        q = quantize_gptq(w, h, block_size=block, act_order=act_order, **scheme)
        np.testing.assert_array_equal(q.codes, whole.codes)  # no weight of these lies within 1e-12 of a half
        np.testing.assert_allclose(q.scale.astype(np.float32), whole.scale.astype(np.float32), rtol=1e-6)


def test_act_order_stores_its_permutation_only_where_groups_need_it(correlated_inputs: Inputs) -> None:
    w, h = normal(8, 32), hessian_from(correlated_inputs(100, 32, seed=6))
    grouped, whole = (quantize_gptq(w, h, bits=4, group_size=size, act_order=True) for size in (8, None))
    order = np.argsort(-h.diagonal(), kind="stable")
    np.testing.assert_array_equal(grouped.input_permutation, order)
    assert whole.input_permutation is None
    # Sweeping permuted columns by hand is the same thing.
    by_hand = quantize_gptq(w[:, order], h[np.ix_(order, order)], bits=4, group_size=8)
    np.testing.assert_array_equal(grouped.to_dense()[:, order], by_hand.to_dense())
    x = normal(3, 32, seed=8)
    np.testing.assert_allclose(grouped.linear(x), x @ grouped.to_dense().T, atol=1e-4)


def test_codes_keep_to_the_grid_of_the_scheme(correlated_inputs: Inputs) -> None:
    w, h = normal(64, 64, seed=3), hessian_from(correlated_inputs(80, 64, seed=7))
    assert quantize_gptq(w, h, bits=2).codes.min() == 1, "narrow: -2 is not used, however far errors pushed a weight"
    assert quantize_gptq(w, h, bits=2, narrow_range=False).codes.min() == 0
    assert WeightScheme(2).code_range == (1, 3)


def test_groups_take_their_scale_from_weights_that_moved(correlated_inputs: Inputs) -> None:
    w, h = normal(16, 32, seed=4), hessian_from(correlated_inputs(80, 32, seed=8))
    q, rtn = quantize_gptq(w, h, bits=3, group_size=8), quantize_rtn(w, bits=3, group_size=8)
    np.testing.assert_array_equal(q.scale[:, 0], rtn.scale[:, 0])
    assert (q.scale[:, 1:] != rtn.scale[:, 1:]).all()


def test_an_input_never_seen_is_rounded_to_nearest(correlated_inputs: Inputs) -> None:
    x = correlated_inputs(80, 16, seed=2)
    x[:, [0, 7]] = 0
    w, h = normal(8, 16, seed=6), hessian_from(x)
    q, rtn = quantize_gptq(w, h, bits=4), quantize_rtn(w, bits=4)
    np.testing.assert_array_equal(q.codes[:, [0, 7]], rtn.codes[:, [0, 7]])
    live = [j for j in range(16) if j not in (0, 7)]
    assert (q.codes[:, live] != rtn.codes[:, live]).any()


def test_an_input_never_seen_needs_no_damping(correlated_inputs: Inputs, caplog: pytest.LogCaptureFixture) -> None:
    x = correlated_inputs(80, 16, seed=2)
    x[:, 3] = 0
    with caplog.at_level(logging.WARNING):
        quantize_gptq(normal(8, 16), hessian_from(x), bits=4, damping=0.0)
    assert not caplog.records


def test_damping_is_raised_where_the_factor_fails_and_said(caplog: pytest.LogCaptureFixture) -> None:
    x = np.repeat(normal(3, 1), 8, axis=1)  # rank 1
    w, h = normal(4, 8), hessian_from(x)
    with caplog.at_level(logging.WARNING):
        q = quantize_gptq(w, h, bits=4, damping=0.0)
    assert "damping raised from 0 to 0.0001" in caplog.text
    assert objective(w, q, h).sum() < objective(w, quantize_rtn(w, bits=4), h).sum()
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        quantize_gptq(w, h, bits=4)
    assert not caplog.records
    with pytest.raises(ValueError, match="positive semi-definite"):
        quantize_gptq(w, np.eye(8) - 0.5, bits=4)


@pytest.mark.oracle("hessian_from", against="2 X^T X / n in Python integers", tolerance="1e-15 relative")
def test_the_hessian() -> None:
    x = np.random.default_rng(0).integers(-50, 50, (30, 4))
    exact = [[sum(2 * int(r[i]) * int(r[j]) for r in x) / 30 for j in range(4)] for i in range(4)]
    np.testing.assert_allclose(hessian_from(x), exact, rtol=1e-14)


@pytest.mark.oracle("HessianAccumulator", against="numpy.cov of the whole, uncentred", tolerance="1e-12 relative")
def test_the_hessian_in_a_stream() -> None:
    x = normal(1000, 5).astype(np.float64) + 3
    stream = HessianAccumulator(5)
    for part in np.split(x, [1, 7, 400]):
        stream.update(part)
    stream.update(x[:10].reshape(2, 5, 5))
    whole = np.concatenate([x, x[:10]])
    mean = whole.mean(axis=0)
    np.testing.assert_allclose(stream.hessian(), 2 * (np.cov(whole.T, bias=True) + np.outer(mean, mean)), rtol=1e-12)
    assert stream.count == 1010
    stream.hessian()[...] = 0  # a copy
    assert stream.hessian().any()


def test_arguments_are_named() -> None:
    w, h = normal(3, 8), np.eye(8)
    with pytest.raises(ValueError, match=r"hessian must have shape \(8, 8\)"):
        quantize_gptq(w, np.eye(7), bits=4)
    with pytest.raises(ValueError, match="hessian must be symmetric"):
        quantize_gptq(w, h + np.triu(np.ones((8, 8)), 1), bits=4)
    with pytest.raises(ValueError, match="diagonal of at least 0; entry 2 is -1"):
        quantize_gptq(w, np.diag([1, 1, -1, 1, 1, 1, 1, 1]), bits=4)
    with pytest.raises(ValueError, match="group_size must divide in_features = 8; got 3"):
        quantize_gptq(w, h, bits=4, group_size=3)
    with pytest.raises(ValueError, match="bits must be"):
        quantize_gptq(w, h, bits=9)
    with pytest.raises(ValueError, match="damping must be"):
        quantize_gptq(w, h, bits=4, damping=2)
    with pytest.raises(ValueError, match="scale_dtype must be"):
        quantize_gptq(w, h, bits=4, scale_dtype=np.float64)
    with pytest.raises(ValueError, match="block_size must be"):
        quantize_gptq(w, h, bits=4, block_size=0)
    with pytest.raises(ValueError, match=r"x must have shape \(\.\.\., 8\)"):
        HessianAccumulator(8).update(w[:, :4])
    with pytest.raises(ValueError, match="has seen no data"):
        HessianAccumulator(8).hessian()
    with pytest.raises(ValueError, match="x has values beyond 1e150"):
        hessian_from(np.full((2, 2), 1e200))


@pytest.mark.oracle(
    "WeightScheme", against="scale and zero point of each group by hand", tolerance="one float32 rounding"
)
def test_the_scheme_by_hand() -> None:
    w = normal(3, 8)
    for first, last in ((0, 4), (4, 8)):
        low, high = np.minimum(w[:, first:last].min(axis=1), 0), np.maximum(w[:, first:last].max(axis=1), 0)
        scale, zero = WeightScheme(4).parameters(w, 4)
        np.testing.assert_allclose(scale[:, first // 4], np.maximum(-low, high) / 7, rtol=2e-7)
        assert (zero == 8).all()
        scale, zero = WeightScheme(3, symmetric=False).parameters(w, 4)
        np.testing.assert_allclose(scale[:, first // 4], (high.astype(np.float64) - low) / 7, rtol=2e-7)
        np.testing.assert_array_equal(zero[:, first // 4], np.rint(-low / ((high.astype(np.float64) - low) / 7)))
    half = WeightScheme(4, scale_dtype=np.float16).parameters(w, 4)[0]
    exact = WeightScheme(4).parameters(w, 4)[0]
    assert half.dtype == np.float16
    assert ((half >= exact) & (half <= exact * (1 + 2.0**-10))).all(), "rounded up, to the next float16"
