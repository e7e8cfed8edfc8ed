"""The encoder as an ONNX graph written by hand, for ONNX Runtime to run: float32, and its dynamic int8."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from minicompress.models import BertEncoder

__all__ = ["export_float", "export_int8"]


class _Graph:
    """Nodes and constants, each node named by the value it makes."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._count = 0

    def constant(self, array: np.ndarray, name: str | None = None) -> str:
        from onnx import numpy_helper

        made = name or f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), made))
        return made

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        from onnx import helper

        self._count += 1
        out = f"{kind}_{self._count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [out], name=out, **attributes))
        return out


def export_float(encoder: BertEncoder, path: Path) -> None:
    """Write ids and mask (batch, length) int64 -> unit vectors (batch, hidden) float32."""
    import onnx
    from onnx import TensorProto, helper

    g, config = _Graph(), encoder.config
    words = g.constant(encoder.weights.matrices["embeddings.word_embeddings.weight"].to_dense(), "words")
    positions = encoder.weights.matrices["embeddings.position_embeddings.weight"].to_dense()
    kinds = encoder.weights.matrices["embeddings.token_type_embeddings.weight"].to_dense()
    shape = g.node("Shape", "ids")
    zero, one = g.constant(np.array([0])), g.constant(np.array([1]))
    length = g.node("Slice", shape, one, g.constant(np.array([2])))
    place = g.node("Slice", g.constant(positions + kinds[0]), zero, length, zero)
    x = _norm(g, encoder, "embeddings.LayerNorm", g.node("Add", g.node("Gather", words, "ids"), place))
    floats = g.node("Cast", "mask", to=TensorProto.FLOAT)
    hidden = g.node("Mul", g.node("Sub", g.constant(np.float32(1)), floats), g.constant(np.float32(-1e9)))
    bias = g.node("Unsqueeze", hidden, g.constant(np.array([1, 2])))
    for i in range(config.num_hidden_layers):
        x = _block(g, encoder, f"encoder.layer.{i}.", x, bias)
    share = g.node("Unsqueeze", floats, g.constant(np.array([2])))
    total = g.node("ReduceSum", g.node("Mul", x, share), one, keepdims=0)
    mean = g.node("Div", total, g.node("ReduceSum", share, one, keepdims=0))
    g.nodes.append(helper.make_node("LpNormalization", [mean], ["vectors"], axis=1, p=2))
    ids = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "length"]) for n in ("ids", "mask")]
    out = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", config.hidden_size])
    graph = helper.make_graph(g.nodes, "encoder", ids, [out], g.constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def _linear(g: _Graph, encoder: BertEncoder, name: str, x: str) -> str:
    w = g.constant(encoder.weights.matrices[f"{name}.weight"].to_dense().T, f"{name}.weight")
    return g.node("Add", g.node("MatMul", x, w), g.constant(encoder.weights.vectors[f"{name}.bias"]))


def _norm(g: _Graph, encoder: BertEncoder, name: str, x: str) -> str:
    parts = (g.constant(encoder.weights.vectors[f"{name}.{part}"]) for part in ("weight", "bias"))
    return g.node("LayerNormalization", x, *parts, axis=-1, epsilon=encoder.config.layer_norm_eps)


def _block(g: _Graph, encoder: BertEncoder, layer: str, x: str, bias: str) -> str:
    heads, width = encoder.config.num_attention_heads, encoder.config.hidden_size
    apart = g.constant(np.array([0, 0, heads, width // heads]))

    def split(part: str, perm: list[int]) -> str:
        made = _linear(g, encoder, f"{layer}attention.self.{part}", x)
        return g.node("Transpose", g.node("Reshape", made, apart), perm=perm)

    q, k, v = split("query", [0, 2, 1, 3]), split("key", [0, 2, 3, 1]), split("value", [0, 2, 1, 3])
    scores = g.node("Div", g.node("MatMul", q, k), g.constant(np.float32((width // heads) ** 0.5)))
    mixed = g.node("MatMul", g.node("Softmax", g.node("Add", scores, bias), axis=-1), v)
    joined = g.node("Reshape", g.node("Transpose", mixed, perm=[0, 2, 1, 3]), g.constant(np.array([0, 0, width])))
    y = g.node("Add", _linear(g, encoder, f"{layer}attention.output.dense", joined), x)
    y = _norm(g, encoder, f"{layer}attention.output.LayerNorm", y)
    wide = _linear(g, encoder, f"{layer}intermediate.dense", y)
    inner = g.node("Erf", g.node("Div", wide, g.constant(np.float32(2**0.5))))
    gelu = g.node(
        "Mul", g.node("Mul", wide, g.node("Add", inner, g.constant(np.float32(1)))), g.constant(np.float32(0.5))
    )
    return _norm(
        g, encoder, f"{layer}output.LayerNorm", g.node("Add", _linear(g, encoder, f"{layer}output.dense", gelu), y)
    )


def export_int8(source: Path, target: Path) -> None:
    """ONNX Runtime's own dynamic quantization of ``source``: int8 weights, activations rounded as they come."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(source, target, weight_type=QuantType.QInt8)
