"""A small network, a small task, and a step: shared by the tests of sparse training."""

from __future__ import annotations

import numpy as np

from minicompress import nn

__all__ = ["mlp", "step", "task"]


def mlp(seed: int = 0) -> nn.Sequential:
    rng = np.random.default_rng(seed)
    return nn.Sequential(nn.Linear(12, 20, rng=rng), nn.Tensor.tanh, nn.Linear(20, 5, rng=rng))


def task(seed: int = 0, n: int = 64) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 12)).astype(np.float32)
    return x, (x @ rng.standard_normal((12, 5))).argmax(axis=1)


def step(model: nn.Module, optimizer: nn.Optimizer, batch: tuple[np.ndarray, np.ndarray]) -> None:
    nn.fit(model, [batch], optimizer=optimizer, epochs=1, loss=nn.cross_entropy, progress=False)
