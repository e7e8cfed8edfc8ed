"""Inputs as real layers see them: correlated, with a few channels far larger than the rest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

Inputs = Callable[..., np.ndarray]


def correlated(n: int, channels: int, *, seed: int, outliers: int = 2) -> np.ndarray:
    """(n, channels) float32: a decaying spectrum, a little noise, and ``outliers`` channels 12 times the others."""
    rng = np.random.default_rng(seed)
    spectrum = np.exp(-4 * np.arange(channels) / channels)
    mixing = rng.standard_normal((channels, channels)) * spectrum[:, None]
    x = rng.standard_normal((n, channels)) @ mixing + 0.3 * rng.standard_normal((n, channels))
    x[:, rng.choice(channels, outliers, replace=False)] *= 12
    return x.astype(np.float32)


@pytest.fixture(scope="session")
def correlated_inputs() -> Inputs:
    """The function ``correlated(n, channels, seed=..., outliers=2)``."""
    return correlated
