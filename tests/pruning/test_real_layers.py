"""On the layers of the shipped transformer, and names that were not used for calibration: the order of the papers.

The inputs of this small model are correlated but have hardly any outlier channels, so that Wanda's lead over row-wise
magnitude is a few per cent; SparseGPT's update, which uses the correlations, halves the error.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from minicompress.models import load_pretrained_classifier
from minicompress.pipeline import layer_inputs
from minicompress.pruning import input_norm, nm_mask, prune_sparsegpt, row_mask, wanda_mask
from minicompress.quantization import hessian_from


@pytest.fixture(scope="module")
def layers() -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Weight, calibration inputs and unseen inputs of each linear layer."""
    pytest.importorskip("babel")
    from minicompress.data import load_language_names

    model, data = load_pretrained_classifier("transformer"), load_language_names()
    rng = np.random.default_rng(0)

    def inputs(texts: Sequence[str], count: int) -> dict[str, np.ndarray]:
        codes = model.encode([texts[i] for i in rng.choice(len(texts), count, replace=False)])
        lengths = (codes != 0).sum(axis=1)

        def run() -> None:
            for length in np.unique(lengths[lengths > 0]):
                model.predict_logits(codes[lengths == length])

        return layer_inputs(model, run, rng=rng)

    seen, unseen = inputs(data.train.texts, 500), inputs(data.test.texts, 250)
    weights = model.state_dict()
    return {name: (weights[name], x, unseen[name].astype(np.float64)) for name, x in seen.items()}


def lost(w: np.ndarray, pruned: np.ndarray, x: np.ndarray) -> float:
    """Share of the energy of the outputs."""
    return float((((w - pruned) @ x.T) ** 2).sum() / ((w @ x.T) ** 2).sum())


def test_order_at_the_same_share_of_every_row(layers: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    assert len(layers) >= 10
    for name, (w, x, unseen) in layers.items():
        mask = wanda_mask(w, input_norm(x), sparsity=0.5)
        magnitude = lost(w, w * row_mask(w, sparsity=0.5), unseen)
        wanda = lost(w, w * mask, unseen)
        updated = lost(w, prune_sparsegpt(w, hessian_from(x), mask=mask)[0], unseen)
        assert wanda < magnitude, name
        assert updated < 0.8 * wanda, name


def test_sparsegpt_at_2_4(layers: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    for name, (w, x, unseen) in layers.items():
        magnitude = lost(w, w * nm_mask(w, n=2, m=4), unseen)
        assert lost(w, prune_sparsegpt(w, hessian_from(x), n=2, m=4)[0], unseen) < 0.65 * magnitude, name
