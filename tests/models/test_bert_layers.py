"""On layers of all-MiniLM-L6-v2, and texts that were not used for calibration: the order of the papers.

Three blocks of the six (the first, a middle one, the last), all six linear layers of each. What is held is the energy
of the outputs that is lost, as a share, summed over the layers; beside it, in how many layers the order holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from minicompress.data import load_docstrings
from minicompress.lowrank import activation_aware_svd, svd_factorize
from minicompress.models import BertEncoder, find_pretrained
from minicompress.pruning import input_norm, prune_sparsegpt, row_mask, wanda_mask
from minicompress.quantization import hessian_from, quantize_gptq, quantize_rtn

Layers = dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
Method = Callable[[np.ndarray, np.ndarray], np.ndarray]
BLOCKS = (0, 3, 5)


@pytest.fixture(scope="module")
def layers() -> Layers:
    """Weight, calibration inputs and unseen inputs of each linear layer of :data:`BLOCKS`."""
    pytest.importorskip("tokenizers")
    try:
        model = BertEncoder.from_pretrained(find_pretrained("all-MiniLM-L6-v2"))
    except FileNotFoundError as error:
        pytest.skip(str(error))
    corpus = load_docstrings()

    def inputs(texts: Sequence[str]) -> dict[str, np.ndarray]:
        found: dict[str, list[np.ndarray]] = {}

        def watch(name: str, x: np.ndarray, real: np.ndarray) -> None:
            if int(name.split(".")[2]) in BLOCKS:
                found.setdefault(name, []).append(x[real])

        model.watch = watch
        model.encode(texts)
        return {name: np.concatenate(parts) for name, parts in found.items()}

    seen = inputs([d.text[:600] for d in corpus.train[::60]])
    unseen = inputs([d.text[:600] for d in corpus.test[::40]])
    dense = {name: model.weights.matrices[name].to_dense() for name in seen}
    return {name: (dense[name], x, unseen[name].astype(np.float64)) for name, x in seen.items()}


def lost(layers: Layers, method: Method) -> np.ndarray:
    """Share of the outputs' energy that ``method(w, x)`` loses in each layer."""
    shares = []
    for w, x, unseen in layers.values():
        exact = w.astype(np.float64)
        shares.append((((exact - method(w, x)) @ unseen.T) ** 2).sum() / ((exact @ unseen.T) ** 2).sum())
    return np.array(shares)


def test_there_is_more_to_calibrate_on_than_the_layers_are_wide(layers: Layers) -> None:
    assert len(layers) == 6 * len(BLOCKS)
    assert min(len(x) for _, x, _ in layers.values()) > 2 * 1536


def test_gptq_loses_less_than_rounding_at_3_bits(layers: Layers) -> None:
    rounded = lost(layers, lambda w, _: quantize_rtn(w, bits=3, group_size=64).to_dense())
    gptq = lost(layers, lambda w, x: quantize_gptq(w, hessian_from(x), bits=3, group_size=64).to_dense())
    assert gptq.sum() < 0.8 * rounded.sum()
    assert (gptq < rounded).sum() >= 0.9 * len(layers)


def test_sparsegpt_loses_less_than_wanda_than_magnitude_at_half(layers: Layers) -> None:
    magnitude = lost(layers, lambda w, _: w * row_mask(w, sparsity=0.5))
    wanda = lost(layers, lambda w, x: w * wanda_mask(w, input_norm(x), sparsity=0.5))
    sparsegpt = lost(layers, lambda w, x: prune_sparsegpt(w, hessian_from(x), sparsity=0.5)[0])
    assert wanda.sum() < magnitude.sum()
    assert sparsegpt.sum() < 0.85 * wanda.sum()
    assert (wanda < magnitude).sum() >= 0.8 * len(layers)
    assert (sparsegpt < wanda).sum() >= 0.9 * len(layers)


def test_svd_that_knows_the_inputs_loses_less(layers: Layers) -> None:
    def rank(w: np.ndarray) -> int:
        return min(w.shape) // 4

    plain = lost(layers, lambda w, _: svd_factorize(w, rank=rank(w)).to_dense())
    aware = lost(layers, lambda w, x: activation_aware_svd(w, x, rank=rank(w)).to_dense())
    assert aware.sum() < 0.9 * plain.sum()
    assert (aware < plain).sum() >= 0.9 * len(layers)
