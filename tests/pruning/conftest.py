"""Inputs as real layers see them: correlated, with a few channels far larger than the rest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

Inputs = Callable[..., np.ndarray]


def correlated(n: int, channels: int, *, seed: int, outliers: int = 2) -> np.ndarray:
    """(n, channels) float32: a decaying spectrum, a little noise, and ``outliers`` channels 12 times the others.

    The seed draws the layer (mixing, outliers); rows are then drawn in order, so that a longer draw of the same seed
    holds a shorter one's rows and unseen ones after them.
    """
    rng = np.random.default_rng(seed)
    spectrum = np.exp(-4 * np.arange(channels) / channels)
    mixing = rng.standard_normal((channels, channels)) * spectrum[:, None]
    loud = rng.choice(channels, outliers, replace=False)
    noise = rng.standard_normal((n, 2, channels))
    x = noise[:, 0] @ mixing + 0.3 * noise[:, 1]
    x[:, loud] *= 12
    return x.astype(np.float32)


@pytest.fixture(scope="session")
def correlated_inputs() -> Inputs:
    """The function ``correlated(n, channels, seed=..., outliers=2)``."""
    return correlated
