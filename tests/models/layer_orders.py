"""The orders known from the papers, as tests: a module that has a fixture ``layers`` imports them and they run on it.

What is held is the energy of the outputs on unseen inputs that is lost, as a share, summed over the layers; beside it,
in how many layers the order holds one by one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from minicompress.lowrank import activation_aware_svd, svd_factorize
from minicompress.pruning import input_norm, prune_sparsegpt, row_mask, wanda_mask
from minicompress.quantization import hessian_from, quantize_gptq, quantize_rtn

#: Name to weight, calibration inputs, and unseen inputs in float64.
Layers = dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
Method = Callable[[np.ndarray, np.ndarray], np.ndarray]


def lost(layers: Layers, method: Method) -> np.ndarray:
    """Share of the outputs' energy that ``method(w, x)`` loses in each layer."""
    shares = []
    for w, x, unseen in layers.values():
        exact = w.astype(np.float64)
        shares.append((((exact - method(w, x)) @ unseen.T) ** 2).sum() / ((exact @ unseen.T) ** 2).sum())
    return np.array(shares)


@pytest.mark.parametrize("group_size", [None, 32])
def test_gptq_loses_less_than_rounding_at_3_bits(layers: Layers, group_size: int | None) -> None:
    options = {"bits": 3, "group_size": group_size, "symmetric": False}
    rounded = lost(layers, lambda w, x: quantize_rtn(w, **options).to_dense())
    gptq = lost(layers, lambda w, x: quantize_gptq(w, hessian_from(x), **options).to_dense())
    assert gptq.sum() < 0.8 * rounded.sum()
    assert (gptq < rounded).sum() >= 0.9 * len(layers)


def test_sparsegpt_loses_less_than_wanda_than_magnitude_at_half(layers: Layers) -> None:
    magnitude = lost(layers, lambda w, x: w * row_mask(w, sparsity=0.5))
    wanda = lost(layers, lambda w, x: w * wanda_mask(w, input_norm(x), sparsity=0.5))
    sparsegpt = lost(layers, lambda w, x: prune_sparsegpt(w, hessian_from(x), sparsity=0.5)[0])
    assert wanda.sum() < magnitude.sum()
    assert sparsegpt.sum() < 0.85 * wanda.sum()
    assert (wanda < magnitude).sum() >= 0.8 * len(layers)
    assert (sparsegpt < wanda).sum() >= 0.9 * len(layers)


def test_svd_that_knows_the_inputs_loses_less(layers: Layers) -> None:
    def rank(w: np.ndarray) -> int:
        return min(w.shape) // 4

    plain = lost(layers, lambda w, x: svd_factorize(w, rank=rank(w)).to_dense())
    aware = lost(layers, lambda w, x: activation_aware_svd(w, x, rank=rank(w)).to_dense())
    assert aware.sum() < 0.9 * plain.sum()
    assert (aware < plain).sum() >= 0.9 * len(layers)
