"""On the layers of the shipped teacher, and text that was not used for calibration: the order of the papers.

What is held is the energy of the outputs that is lost, as a share, summed over the layers; beside it, in how many
layers the order holds one by one.
"""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.data import load_docstrings
from minicompress.models.decoder import KVCache, load_pretrained_decoder, perplexity
from minicompress.pipeline import compress, layer_inputs, load_into
from tests.models.layer_orders import (  # noqa: F401 (the tests run here, on this module's layers)
    Layers,
    test_gptq_loses_less_than_rounding_at_3_bits,
    test_sparsegpt_loses_less_than_wanda_than_magnitude_at_half,
    test_svd_that_knows_the_inputs_loses_less,
)


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


def test_there_are_seven_layers_in_a_block(layers: Layers) -> None:
    assert len(layers) == 7 * load_pretrained_decoder("teacher").config.layers


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
