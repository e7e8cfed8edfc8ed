"""On the layers of the shipped teacher, and text that was not used for calibration: the order of the papers.

What is held is the energy of the outputs that is lost, as a share, summed over the layers; beside it, in how many
layers the order holds one by one.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from minicompress.data import load_docstrings
from minicompress.lowrank import activation_aware_svd, svd_factorize
from minicompress.models.decoder import KVCache, load_pretrained_decoder, perplexity
from minicompress.pipeline import compress, layer_inputs, load_into
from minicompress.pruning import input_norm, prune_sparsegpt, row_mask, wanda_mask
from minicompress.quantization import hessian_from, quantize_gptq, quantize_rtn

Layers = dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]
Method = Callable[[np.ndarray, np.ndarray], np.ndarray]


@pytest.fixture(scope="module")
def text() -> dict[str, np.ndarray]:
    """Calibration ids (rows, context), unseen ids of the same shape, and the ids on which perplexity is taken."""
    model, corpus = load_pretrained_decoder("teacher"), load_docstrings()
    assert model.tokenizer is not None
    size = model.config.context
    train = model.tokenizer.encode_all([d.text for d in corpus.train[::6]])
    test = model.tokenizer.encode_all([d.text for d in corpus.test])
    # Rows spread over the whole text, so that no single package stands for it.
    seen, unseen = (ids[: len(ids) // size * size].reshape(-1, size) for ids in (train, test))
    return {"seen": seen[:: len(seen) // 32][:32], "unseen": unseen[:: len(unseen) // 16][:16], "scored": test[:16385]}


@pytest.fixture(scope="module")
def layers(text: dict[str, np.ndarray]) -> Layers:
    """Weight, calibration inputs and unseen inputs of each linear layer."""
    model, rng = load_pretrained_decoder("teacher"), np.random.default_rng(0)
    seen, unseen = (layer_inputs(model, lambda ids=text[k]: model.logits(ids), rng=rng) for k in ("seen", "unseen"))
    weights = model.state_dict()
    return {name: (weights[name], x, unseen[name].astype(np.float64)) for name, x in seen.items()}


def lost(layers: Layers, method: Method) -> np.ndarray:
    """Share of the outputs' energy that ``method(w, x)`` loses in each layer."""
    shares = []
    for w, x, unseen in layers.values():
        exact = w.astype(np.float64)
        shares.append((((exact - method(w, x)) @ unseen.T) ** 2).sum() / ((exact @ unseen.T) ** 2).sum())
    return np.array(shares)


def test_there_are_seven_layers_in_a_block(layers: Layers) -> None:
    assert len(layers) == 7 * load_pretrained_decoder("teacher").config.layers


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


def test_a_compressed_teacher_runs_and_says_nearly_the_same(text: dict[str, np.ndarray]) -> None:
    model = load_pretrained_decoder("teacher")
    before = perplexity(model, text["scored"]).perplexity
    packed = compress(model.state_dict(), "int4-g64")
    running = load_into(model.copy(), packed)
    after = perplexity(running, text["scored"]).perplexity
    assert packed.nbytes < packed.original_nbytes / 7
    assert before < after < 1.06 * before
    dense = model.copy().load_state_dict(packed.to_dense())
    ids = text["unseen"][:1, :64]
    np.testing.assert_allclose(running.logits(ids), dense.logits(ids), atol=2e-3)
    np.testing.assert_allclose(running.logits(ids, KVCache(len(model.blocks))), dense.logits(ids), atol=2e-3)


def test_gptq_on_all_layers_keeps_more_than_rounding_does(text: dict[str, np.ndarray], layers: Layers) -> None:
    model = load_pretrained_decoder("teacher")
    calibration = {name: x for name, (_, x, _) in layers.items()}
    nats = [
        perplexity(load_into(model.copy(), compress(model.state_dict(), recipe, given)), text["scored"]).nats
        for recipe, given in (("float32", None), ("int3-g32-gptq", calibration), ("int3-g32", None))
    ]
    assert nats[0] < nats[1] < nats[2]
