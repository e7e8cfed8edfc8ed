"""The digits of scikit-learn, and a small network for them: what the quality experiments of training run on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from minicompress import nn


class Digits:
    """Images (n, 64) in [0, 1] and their labels: 1200 to train on, 597 to test on."""

    def __init__(self) -> None:
        data = pytest.importorskip("sklearn.datasets").load_digits()
        order = np.random.default_rng(0).permutation(len(data.data))
        x, labels = (data.data[order] / 16).astype(np.float32), data.target[order]
        self.x, self.labels, self.test_x, self.test_labels = x[:1200], labels[:1200], x[1200:], labels[1200:]

    def network(self, hidden: int, rng: np.random.Generator) -> nn.Sequential:
        return nn.Sequential(nn.Linear(64, hidden, rng=rng), nn.Tensor.relu, nn.Linear(hidden, 10, rng=rng))

    def batches(self, rng: np.random.Generator, rows: Any = slice(None)) -> Callable[[int], Iterator[tuple[Any, Any]]]:
        x, labels = self.x[rows], self.labels[rows]

        def epoch(_: int) -> Iterator[tuple[Any, Any]]:
            order = rng.permutation(len(x))
            return ((x[part], labels[part]) for part in np.split(order, range(64, len(x), 64)))

        return epoch

    def train(
        self,
        model: nn.Module,
        rng: np.random.Generator,
        *,
        epochs: int,
        lr: float = 3e-3,
        rows: Any = slice(None),
        optimizer: nn.Optimizer | None = None,
    ) -> None:
        adam = nn.Adam(model.named_parameters(), lr=lr) if optimizer is None else optimizer
        batches = self.batches(rng, rows)
        nn.fit(model, batches, optimizer=adam, epochs=epochs, loss=nn.cross_entropy, progress=False)

    def accuracy(self, model: nn.Module) -> float:
        with nn.no_grad():
            return float((model.eval()(self.test_x).data.argmax(axis=1) == self.test_labels).mean())


@pytest.fixture(scope="session")
def digits() -> Digits:
    return Digits()
