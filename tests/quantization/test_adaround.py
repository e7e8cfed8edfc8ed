"""AdaRound: the gradient of its relaxed loss, all roundings tried on small rows, and RTN as the floor."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from minicompress.quantization import adaround, hessian_from, quantize_adaround, quantize_gptq, quantize_rtn
from minicompress.tensors import QuantizedTensor

Inputs = Callable[..., np.ndarray]


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def objective(w: np.ndarray, q: QuantizedTensor, h: np.ndarray) -> np.ndarray:
    error = w.astype(np.float64) - q.to_dense()
    return np.einsum("ri,ij,rj->r", error, h, error)


def problem(seed: int) -> tuple[Any, np.ndarray]:
    """A relaxed problem with some codes at the ends of a tight grid, and a point v off the corners."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((20, 6)) * [1, 2, 3, 1, 1, 1]
    step, zero = np.full((4, 6), 0.31), np.full((4, 6), 4.0)
    made = adaround._Problem(rng.standard_normal((4, 6)), step, zero, hessian_from(x), 2, 6)
    return made, rng.normal(0, 1.5, (4, 6))


@pytest.mark.oracle(
    "quantize_adaround", against="central differences of its loss", tolerance="1e-6 relative, double precision"
)
@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_by_finite_differences(seed: int) -> None:
    made, v = problem(seed)
    weight = np.random.default_rng(seed).uniform(0.1, 1, v.shape)
    _, grad = adaround.rounding_loss(made, v, weight=weight, beta=3.0)
    for index in np.ndindex(v.shape):
        ends = []
        for sign in (1, -1):
            moved = v.copy()
            moved[index] += sign * 1e-6
            ends.append(adaround.rounding_loss(made, moved, weight=weight, beta=3.0)[0])
        np.testing.assert_allclose(grad[index], (ends[0] - ends[1]) / 2e-6, rtol=1e-5, atol=1e-6)
    assert (grad == 0).any(), "a code held by the clip has no slope of its own"
    assert (grad != 0).any()


@pytest.mark.oracle(
    "quantize_adaround", against="torch autograd of the loss", tolerance="1e-10 relative, double precision"
)
def test_the_gradient_by_torch() -> None:
    torch = pytest.importorskip("torch")
    made, v = problem(7)
    weight = np.random.default_rng(7).uniform(0.1, 1, v.shape)
    t = torch.tensor(v, requires_grad=True)
    w, step, zero, h, lam = (torch.tensor(a) for a in (made.w, made.step, made.zero, made.hessian, weight))
    up = torch.clip(torch.sigmoid(t) * 1.2 - 0.1, 0, 1)
    back = (torch.clip(torch.floor(w / step) + zero + up, made.low, made.high) - zero) * step
    loss = 0.5 * ((w - back) @ h * (w - back)).sum() + (lam * (1 - (2 * up - 1).abs() ** 5.0)).sum()
    loss.backward()
    ours, grad = adaround.rounding_loss(made, v, weight=weight, beta=5.0)
    np.testing.assert_allclose(ours, loss.item(), rtol=1e-12)
    # At the very end of the grid torch's clip passes the gradient on, ours does not: no v here lies there.
    np.testing.assert_allclose(grad, t.grad.numpy(), rtol=1e-10, atol=1e-12)


@pytest.mark.oracle(
    "quantize_adaround",
    against="all 2^8 roundings of a row, tried",
    tolerance="never below; at most 1.3 times in total",
)
def test_against_every_rounding_up_or_down() -> None:
    rng = np.random.default_rng(3)
    x = rng.standard_normal((60, 8)) @ rng.standard_normal((8, 8))
    w, h = normal(12, 8, seed=3), hessian_from(x)
    q, rtn = quantize_adaround(w, h, bits=3, n_iter=1000), quantize_rtn(w, bits=3)
    choices = np.array(list(itertools.product((0, 1), repeat=8)))
    best = np.empty(12)
    for row in range(12):
        s = float(q.scale[row, 0])
        codes = np.clip(np.floor(w[row].astype(np.float64) / s) + choices, -3, 3)
        error = w[row] - codes * s
        best[row] = ((error @ h) * error).sum(axis=1).min()
    ours = objective(w, q, h)
    assert (ours >= best * (1 - 1e-6)).all()
    assert ours.sum() <= 1.3 * best.sum()
    assert objective(w, rtn, h).sum() > 1.5 * best.sum()


@pytest.mark.oracle("quantize_adaround", against="quantize_rtn on e H e^T", tolerance="no row above")
@pytest.mark.parametrize(
    "scheme",
    [{"bits": 4}, {"bits": 3, "group_size": 8, "symmetric": False}, {"bits": 2, "scale_dtype": np.float16}],
    ids=str,
)
def test_no_row_loses_to_rtn(correlated_inputs: Inputs, scheme: dict[str, Any]) -> None:
    total = np.zeros(2)
    for seed in range(5):
        w, h = normal(16, 32, seed=seed), hessian_from(correlated_inputs(80, 32, seed=seed, outliers=seed % 2))
        q, rtn = quantize_adaround(w, h, n_iter=150, **scheme), quantize_rtn(w, **scheme)
        ours, theirs = objective(w, q, h), objective(w, rtn, h)
        assert (ours <= theirs * (1 + 1e-9)).all()
        assert np.abs(q.codes.astype(int) - rtn.codes).max() <= 1, "each weight goes to one of its two neighbours"
        total += ours.sum(), theirs.sum()
    assert total[0] < 0.8 * total[1]


def test_without_outliers_it_is_as_good_as_gptq(correlated_inputs: Inputs) -> None:
    w, h = normal(32, 48, seed=1), hessian_from(correlated_inputs(200, 48, seed=1, outliers=0))
    ours = objective(w, quantize_adaround(w, h, bits=4), h).sum()
    assert ours < 1.1 * objective(w, quantize_gptq(w, h, bits=4), h).sum()
    assert ours < 0.4 * objective(w, quantize_rtn(w, bits=4), h).sum()


@pytest.mark.parametrize("scheme", [{"bits": 4}, {"bits": 3, "group_size": 8, "symmetric": False}], ids=str)
def test_without_a_step_it_is_rtn(scheme: dict[str, Any]) -> None:
    w, rtn = normal(8, 16), quantize_rtn(normal(8, 16), **scheme)
    for q in (quantize_adaround(w, np.eye(16), n_iter=0, **scheme), quantize_adaround(w, np.zeros((16, 16)), **scheme)):
        np.testing.assert_array_equal(q.codes, rtn.codes)
        np.testing.assert_array_equal(q.scale, rtn.scale)


def test_the_units_do_not_matter(correlated_inputs: Inputs) -> None:
    w, h = normal(8, 16), hessian_from(correlated_inputs(80, 16, seed=2))
    q = quantize_adaround(w, h, bits=3, n_iter=100)
    np.testing.assert_array_equal(quantize_adaround(w, h * 2.0**200, bits=3, n_iter=100).codes, q.codes)
    np.testing.assert_array_equal(quantize_adaround(w * 2.0**40, h, bits=3, n_iter=100).codes, q.codes)


def test_arguments_are_named() -> None:
    w, h = normal(3, 4), np.eye(4)
    with pytest.raises(ValueError, match="n_iter must be"):
        quantize_adaround(w, h, bits=4, n_iter=-1)
    with pytest.raises(ValueError, match="learning_rate must be"):
        quantize_adaround(w, h, bits=4, learning_rate=0)
    with pytest.raises(ValueError, match="regularization must be"):
        quantize_adaround(w, h, bits=4, regularization=-1)
    with pytest.raises(ValueError, match="hessian must have shape"):
        quantize_adaround(w, np.eye(3), bits=4)
