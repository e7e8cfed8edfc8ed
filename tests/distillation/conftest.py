"""Helpers of these tests: correlated logits, a mask, central differences, and the definitions as torch runs them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest


def correlated(shape: tuple[int, ...], seed: int, scale: float = 2.0) -> np.ndarray:
    """Float64 data whose last axis is correlated and has one large channel, as activations and logits do."""
    rng = np.random.default_rng(seed)
    width = shape[-1]
    mix = np.eye(width) + 0.6 * rng.standard_normal((width, width)) / np.sqrt(width)
    x = scale * rng.standard_normal(shape) @ mix
    x[..., 0] *= 4
    return x


@pytest.fixture
def data() -> Callable[..., np.ndarray]:
    return correlated


@pytest.fixture
def numeric() -> Callable[[Callable[[np.ndarray], float], np.ndarray], np.ndarray]:
    """Central differences of order four: error about h^4 from the formula and 1e-16 / h from rounding."""

    def gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-3) -> np.ndarray:
        grad = np.zeros_like(x)
        for index in np.ndindex(x.shape):
            near = []
            for shift in (-2 * h, -h, h, 2 * h):
                moved = x.copy()
                moved[index] += shift
                near.append(f(moved))
            grad[index] = (near[0] - 8 * near[1] + 8 * near[2] - near[3]) / (12 * h)
        return grad

    return gradient


@pytest.fixture
def by_torch() -> Callable[..., tuple[float, list[np.ndarray]]]:
    """``by_torch(f, *arrays)``: the value of ``f`` on float64 tensors, and its gradient by each, from autograd."""
    torch = pytest.importorskip("torch")

    def run(f: Callable[..., Any], *arrays: np.ndarray) -> tuple[float, list[np.ndarray]]:
        leaves = [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]
        loss = f(*leaves)
        loss.backward()
        return float(loss.detach()), [leaf.grad.numpy() for leaf in leaves]

    return run
