"""LoRA against torch: the output, the merged weight, the gradients, and training from its start."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from minicompress.lowrank import LoRA
from minicompress.quantization import quantize_rtn
from minicompress.tensors import DenseTensor, QuantizedTensor


def adapter(seed: int = 0) -> LoRA:
    rng = np.random.default_rng(seed)
    return LoRA(rng.standard_normal((3, 8)).astype(np.float32), rng.standard_normal((6, 3)).astype(np.float32), 12.0)


@pytest.mark.oracle(
    "LoRA", against="torch.nn.functional.linear twice, and autograd, float64", tolerance="2e-6: float32"
)
def test_output_merge_and_gradients_are_those_of_torch(activations: Any) -> None:
    torch = pytest.importorskip("torch")
    f = torch.nn.functional
    lora, w = adapter(), np.random.default_rng(1).standard_normal((6, 8)).astype(np.float32)
    x, g = activations(10, 8, 2).reshape(2, 5, 8), np.random.default_rng(3).standard_normal((2, 5, 6))
    a, b = (torch.tensor(m, dtype=torch.float64, requires_grad=True) for m in (lora.a, lora.b))
    tx = torch.tensor(x, dtype=torch.float64)
    y = f.linear(tx, torch.tensor(w, dtype=torch.float64)) + 12 / 3 * f.linear(f.linear(tx, a), b)
    (y * torch.tensor(g)).sum().backward()
    expected = y.detach().numpy()
    room = 1e-6 * np.abs(expected).max()
    np.testing.assert_allclose(x @ lora.merge(w).T, expected, atol=2 * room)
    np.testing.assert_allclose(lora.attach(DenseTensor(w)).linear(x), expected, atol=2 * room)
    by_a, by_b = lora.gradients(x, g)
    np.testing.assert_allclose(by_a, a.grad.numpy(), rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(by_b, b.grad.numpy(), rtol=1e-6, atol=1e-5)
    assert by_a.dtype == by_b.dtype == np.float32


@pytest.mark.oracle("LoRA", against="closed form W + (alpha / r) B A", tolerance="one rounding of float32")
def test_merging_and_taking_it_out_again() -> None:
    lora, w = adapter(), np.random.default_rng(4).standard_normal((6, 8)).astype(np.float32)
    kept = w.copy()
    merged = lora.merge(w)
    exact = w + 4.0 * lora.b.astype(np.float64) @ lora.a
    np.testing.assert_array_equal(merged, exact.astype(np.float32))
    np.testing.assert_allclose(lora.unmerge(merged), w, atol=1e-6 * np.abs(merged).max())
    np.testing.assert_allclose(lora.delta().to_dense(), exact - w, atol=1e-5)
    np.testing.assert_array_equal(w, kept)
    assert (lora.rank, lora.scale) == (3, 4.0)
    assert lora.delta().nbytes == 4 * 3 * (6 + 8)


def test_on_a_quantized_weight_the_codes_stay() -> None:
    lora, w = adapter(), quantize_rtn(np.random.default_rng(5).standard_normal((6, 8)), bits=4)
    both = lora.attach(w)
    assert isinstance(both.first, QuantizedTensor)
    assert both.first.packed is w.packed
    assert both.nbytes == w.nbytes + lora.delta().nbytes
    np.testing.assert_allclose(both.to_dense(), lora.merge(w.to_dense()), atol=1e-5)


def test_training_starts_at_the_weight_and_reaches_a_low_rank_difference(activations: Any) -> None:
    """Gradient descent on A and B alone recovers W* = W + rank-2 difference; W never moves."""
    rng = np.random.default_rng(6)
    w = rng.standard_normal((6, 8)).astype(np.float32)
    target = w + rng.standard_normal((6, 2)) @ rng.standard_normal((2, 8))
    x = rng.standard_normal((64, 8)).astype(np.float32)
    lora = LoRA.start((6, 8), rank=2, alpha=2.0, rng=np.random.default_rng(7))
    np.testing.assert_array_equal(lora.merge(w), w)
    assert np.abs(lora.a).max() <= 8**-0.5
    first = np.mean((x @ (lora.merge(w) - target).T) ** 2)
    for _ in range(600):
        by_a, by_b = lora.gradients(x, 2 * x @ (lora.merge(w) - target).T / x.size)
        lora = LoRA(lora.a - 0.3 * by_a, lora.b - 0.3 * by_b, lora.alpha)
    assert np.mean((x @ (lora.merge(w) - target).T) ** 2) < 1e-4 * first


def test_arguments_are_checked() -> None:
    lora = adapter()
    with pytest.raises(ValueError, match="must share the rank"):
        LoRA(lora.a, lora.b[:, :2], 1.0)
    with pytest.raises(ValueError, match="a has 24 values that are not finite"):
        LoRA(lora.a * np.nan, lora.b, 1.0)
    with pytest.raises(ValueError, match=r"w must have shape \(6, 8\)"):
        lora.merge(np.zeros((8, 6)))
    with pytest.raises(ValueError, match="first and second must have the same shape"):
        lora.attach(DenseTensor(np.zeros((2, 2), np.float32)))
    with pytest.raises(ValueError, match=r"x must have shape \(..., 8\)"):
        lora.gradients(np.zeros((2, 6)), np.zeros((2, 6)))
    with pytest.raises(ValueError, match=r"grad_y must have shape \(2, 6\)"):
        lora.gradients(np.zeros((2, 8)), np.zeros((3, 6)))
    with pytest.raises(ValueError, match="rank must be at most 3"):
        LoRA.start((6, 8), rank=4, alpha=1.0, rng=np.random.default_rng(0))
    assert LoRA.start((6, 8), rank=6, alpha=1.0, rng=np.random.default_rng(0), allow_growth=True).rank == 6
    with pytest.raises(ValueError, match="takes b beyond float32"):
        LoRA(lora.a, lora.b * np.float32(1e37), 1e6).delta()
    with pytest.raises(ValueError, match="add up beyond float32"):
        LoRA(lora.a, lora.b * np.float32(1e37), 1e6).merge(np.zeros((6, 8)))
    with pytest.raises(ValueError, match="gradient of a or b is beyond float32"):
        LoRA(lora.a, lora.b * np.float32(1e37), 1e6).gradients(np.ones((1, 8)), np.ones((1, 6)))
