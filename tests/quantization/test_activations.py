"""Static and dynamic quantization of activations."""

from __future__ import annotations

import numpy as np
import pytest

from minicompress.quantization import MinMax, MovingAverage, PerAxis, calibrate, dequantize, quantize, quantize_dynamic


def batches(n: int, seed: int = 0) -> list[np.ndarray]:
    return [np.random.default_rng(seed + i).standard_normal((4, 8)).astype(np.float32) * (1 + i) for i in range(n)]


@pytest.mark.oracle(
    "calibrate", against="the smallest and largest value of all batches", tolerance="float32 rounding of the step"
)
def test_static_parameters_are_those_of_all_batches() -> None:
    parts = batches(5)
    p = calibrate(MinMax(), iter(parts))
    low, high = (float(f(np.concatenate(parts))) for f in (np.min, np.max))
    np.testing.assert_allclose(float(p.scale), (high - low) / 255, rtol=1e-6)
    assert int(p.zero_point) == round(-low / ((high - low) / 255))
    late = batches(1, seed=9)[0] * 100
    assert quantize(late, p).max() == 255, "static: what lies outside is clipped"
    assert float(calibrate(MovingAverage(momentum=0.9), parts).scale) < float(p.scale)


@pytest.mark.oracle(
    "quantize_dynamic", against="onnx DynamicQuantizeLinear (reference evaluator)", tolerance="bit-equal"
)
@pytest.mark.parametrize("shift", [0.0, 3.0, -3.0])
def test_dynamic_is_onnxs(shift: float) -> None:
    onnx = pytest.importorskip("onnx")
    reference = pytest.importorskip("onnx.reference")
    x = np.random.default_rng(1).standard_normal((20, 30)).astype(np.float32) + np.float32(shift)
    node = onnx.helper.make_node("DynamicQuantizeLinear", ["x"], ["y", "s", "z"])
    kinds = (onnx.TensorProto.UINT8, onnx.TensorProto.FLOAT, onnx.TensorProto.UINT8)
    outputs = [onnx.helper.make_tensor_value_info(n, k, None) for n, k in zip("ysz", kinds, strict=True)]
    source = [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, None)]
    graph = onnx.helper.make_graph([node], "g", source, outputs)
    made = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)])
    y, s, z = reference.ReferenceEvaluator(made).run(None, {"x": x})
    q, p = quantize_dynamic(x)
    np.testing.assert_allclose(p.scale, s, rtol=2e-7)
    assert int(p.zero_point) == int(z)
    np.testing.assert_array_equal(q, y)


def test_a_scale_for_each_token() -> None:
    x = np.random.default_rng(2).standard_normal((5, 16)).astype(np.float32) * np.float32([[1], [10], [100], [1], [0]])
    q, p = quantize_dynamic(x, symmetric=True, granularity=PerAxis(0))
    assert p.scale.shape == (5,)
    for row in range(5):
        alone, _ = quantize_dynamic(x[row], symmetric=True)
        np.testing.assert_array_equal(q[row], alone)
    assert (np.abs(dequantize(q, p) - x).max(axis=1) <= p.scale * 0.5001).all()


def test_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="MinMax has seen no data"):
        calibrate(MinMax(), [])
    with pytest.raises(ValueError, match="x is empty"):
        quantize_dynamic([])
