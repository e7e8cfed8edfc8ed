"""The encoder against ONNX Runtime, on a graph written by hand for the benchmark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from minicompress.models import BertConfig, BertEncoder
from minicompress.models.bert.weights import BertWeights
from tests.models import bert_folders


@pytest.mark.oracle("BERT encoder", against="onnxruntime", tolerance="1e-5")
def test_pooled_vectors_equal_those_of_onnx_runtime(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from benchmarks.onnx_bert import export_float

    config = BertConfig.from_json(bert_folders.CONFIG)
    encoder = BertEncoder(config, BertWeights.of(bert_folders.weights(), config))
    export_float(encoder, tmp_path / "m.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx", providers=["CPUExecutionProvider"])
    ids = np.random.default_rng(0).integers(0, 40, (5, 13))
    real = np.arange(13) < np.array([[13], [1], [5], [8], [13]])
    want = session.run(None, {"ids": ids, "mask": real.astype(np.int64)})[0]
    np.testing.assert_allclose(encoder.pool(encoder.forward(ids, real), real), want, atol=1e-5)
