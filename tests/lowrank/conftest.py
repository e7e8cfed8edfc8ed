"""Weights and inputs as real layers have them: falling spectra, correlated inputs, a few channels far larger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest


def falling(m: int, n: int, seed: int, decay: float = 0.85) -> np.ndarray:
    """(m, n) float64 with singular values decay**i, and noise below them."""
    rng = np.random.default_rng(seed)
    k = min(m, n)
    u = np.linalg.qr(rng.standard_normal((m, k)))[0]
    v = np.linalg.qr(rng.standard_normal((n, k)))[0]
    return (u * decay ** np.arange(k)) @ v.T


def inputs(n: int, channels: int, seed: int) -> np.ndarray:
    """(n, channels) float32: correlated, two channels 12 times the others; the mixing is the same for every seed."""
    mix = np.random.default_rng(99)
    spectrum = np.exp(-4 * np.arange(channels) / channels)
    mixing = mix.standard_normal((channels, channels)) * spectrum[:, None]
    large = mix.choice(channels, 2, replace=False)
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, channels)) @ mixing + 0.3 * rng.standard_normal((n, channels))
    x[:, large] *= 12
    return x.astype(np.float32)


@pytest.fixture(scope="session")
def weights() -> Callable[..., np.ndarray]:
    return falling


@pytest.fixture(scope="session")
def activations() -> Callable[..., np.ndarray]:
    return inputs


@pytest.fixture(scope="session")
def best_by_turns() -> Callable[..., float]:
    """The best error of rank r, found by another road: alternating least squares from random starts."""

    def search(w: np.ndarray, rank: int, *, starts: int = 3, turns: int = 300) -> float:
        best = np.inf
        for seed in range(starts):
            right = np.random.default_rng(seed).standard_normal((rank, w.shape[1]))
            for _ in range(turns):
                left = np.linalg.lstsq(right.T, w.T, rcond=None)[0].T
                right = np.linalg.lstsq(left, w, rcond=None)[0]
            best = min(best, float(np.linalg.norm(w - left @ right)))
        return best

    return search


@pytest.fixture(scope="session")
def frobenius() -> Callable[[Any, Any], float]:
    return lambda a, b: float(np.linalg.norm(np.asarray(a, np.float64) - np.asarray(b, np.float64)))
