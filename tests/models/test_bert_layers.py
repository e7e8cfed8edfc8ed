"""On layers of all-MiniLM-L6-v2, and texts that were not used for calibration: the order of the papers.

Three blocks of the six (the first, a middle one, the last), all six linear layers of each. What is held is the energy
of the outputs that is lost, as a share, summed over the layers; beside it, in how many layers the order holds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from minicompress.data import load_docstrings
from minicompress.models import BertEncoder, find_pretrained
from tests.models.layer_orders import (  # noqa: F401 (the tests run here, on this module's layers)
    Layers,
    test_gptq_loses_less_than_rounding_at_3_bits,
    test_sparsegpt_loses_less_than_wanda_than_magnitude_at_half,
    test_svd_that_knows_the_inputs_loses_less,
)

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


def test_there_is_more_to_calibrate_on_than_the_layers_are_wide(layers: Layers) -> None:
    assert len(layers) == 6 * len(BLOCKS)
    assert min(len(x) for _, x, _ in layers.values()) > 2 * 1536
