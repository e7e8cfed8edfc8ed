"""Write ``vectors.json``: what onnx, onnxruntime and torch give on small inputs, so that the suite runs without them.

    python tests/quantization/make_vectors.py

``test_vectors.py`` holds the library to the file, and, where the native libraries are installed, the file to them.
"""

from __future__ import annotations

import json
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np

TARGET = Path(__file__).with_name("vectors.json")
#: Where true division gives 127 and multiplication by the reciprocal gives 128 (127.5 to within a float32's spacing).
DISAGREEMENT = (np.float32(0.273939937), np.float32(0.00214854861))


def inputs() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(20)
    return {
        "normal": rng.standard_normal((3, 8)).astype(np.float32),
        "positive": rng.uniform(0.5, 3, (2, 8)).astype(np.float32),
        "negative": -rng.uniform(0.5, 3, (2, 8)).astype(np.float32),
        "skewed": (rng.gamma(1.0, size=(2, 8)) - 0.1).astype(np.float32),
        "halves": (np.arange(-16, 16, dtype=np.float32) / 2).reshape(2, 16),
    }


def onnx_codes(x: np.ndarray, scale: float, zero_point: int, dtype: Any) -> tuple[np.ndarray, np.ndarray]:
    """QuantizeLinear and DequantizeLinear of the ONNX reference evaluator."""
    from onnx import TensorProto, helper
    from onnx.reference import ReferenceEvaluator

    kind = {np.uint8: TensorProto.UINT8, np.int8: TensorProto.INT8}[dtype]
    graph = helper.make_graph(
        [
            helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
            helper.make_node("DequantizeLinear", ["q", "s", "z"], ["y"]),
        ],
        "affine",
        [
            helper.make_tensor_value_info("x", TensorProto.FLOAT, None),
            helper.make_tensor_value_info("s", TensorProto.FLOAT, []),
            helper.make_tensor_value_info("z", kind, []),
        ],
        [
            helper.make_tensor_value_info("q", kind, None),
            helper.make_tensor_value_info("y", TensorProto.FLOAT, None),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    feeds = {"x": x, "s": np.asarray(scale, np.float32), "z": np.asarray(zero_point, dtype)}
    q, y = ReferenceEvaluator(model).run(None, feeds)
    return q, y


def ort_parameters(x: np.ndarray, symmetric: bool) -> tuple[float, int]:
    """Scale and zero point of onnxruntime's own quantizer: uint8 over 0 .. 255, or int8 over -127 .. 127."""
    from onnxruntime.quantization.quant_utils import compute_scale_zp

    qmin, qmax, dtype = (-127, 127, np.int8) if symmetric else (0, 255, np.uint8)
    zero_point, scale = compute_scale_zp(
        x.min(), x.max(), np.array(qmin, dtype), np.array(qmax, dtype), symmetric=symmetric
    )
    return float(scale), int(zero_point)


def torch_results(x: np.ndarray) -> dict[str, Any]:
    """Observers (quint8 asymmetric; qint8 symmetric, which divides by 127.5) and per-channel fake quantization."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from torch.ao.quantization import MinMaxObserver

        t = torch.tensor(x)
        out: dict[str, Any] = {}
        for name, dtype, scheme in (
            ("asymmetric", torch.quint8, torch.per_tensor_affine),
            ("symmetric", torch.qint8, torch.per_tensor_symmetric),
        ):
            observer = MinMaxObserver(dtype=dtype, qscheme=scheme)
            observer(t)
            scale, zero_point = observer.calculate_qparams()
            s, z = scale.item(), int(zero_point.item())
            codes = torch.quantize_per_tensor(t, s, z, dtype).int_repr().numpy()
            out[name] = {"scale": s, "zero_point": z, "codes": codes.tolist()}
    # As ours does: over 127, and in float32 from the row's largest magnitude.
    scales = torch.tensor((np.abs(x).astype(np.float64).max(axis=1) / 127).astype(np.float32))
    zeros = torch.zeros(len(scales), dtype=torch.int32)
    fake = torch.fake_quantize_per_channel_affine(t, scales, zeros, 0, -127, 127)
    out["per_channel"] = {"scale": scales.tolist(), "values": fake.tolist()}
    return out


def collect() -> dict[str, Any]:
    import onnx
    import onnxruntime
    import torch

    cases = {}
    for name, x in inputs().items():
        rows: dict[str, Any] = {"x": x.tolist(), "torch": torch_results(x)}
        for symmetric in (False, True):
            s, z = ort_parameters(x, symmetric)
            q, y = onnx_codes(x, s, z, np.int8 if symmetric else np.uint8)
            key = "symmetric" if symmetric else "asymmetric"
            rows[key] = {"scale": s, "zero_point": z, "codes": q.tolist(), "values": y.tolist()}
        cases[name] = rows
    x, s = DISAGREEMENT
    tensor = torch.quantize_per_tensor(torch.tensor([x]), float(s), 0, torch.quint8)
    return {
        "command": "python tests/quantization/make_vectors.py",
        "versions": {m.__name__: m.__version__ for m in (onnx, onnxruntime, torch)},
        "cases": cases,
        "disagreement": {
            "x": float(x),
            "scale": float(s),
            "onnx": int(onnx_codes(np.array([x]), float(s), 0, np.uint8)[0][0]),
            "torch": int(tensor.int_repr()[0]),
        },
    }


if __name__ == "__main__":
    temporary = TARGET.with_suffix(".part")
    temporary.write_text(json.dumps(collect()) + "\n", "utf-8")
    os.replace(temporary, TARGET)
