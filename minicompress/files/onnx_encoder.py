"""A BERT encoder as one ONNX file: token ids in, a vector for each text out.

    ids, mask int64 (batch, length) -> vectors float32 (batch, hidden)

The graph is the forward pass of :class:`minicompress.models.BertEncoder`, with pooling and normalisation inside;
:mod:`minicompress.files.onnx_weights` says how a compressed matrix stands in it.
"""

from __future__ import annotations

import collections
import dataclasses
import os
from pathlib import Path

import numpy as np

from minicompress import checks
from minicompress.files.onnx_graph import Graph, onnx_package
from minicompress.files.onnx_weights import OnnxOptions, OnnxWeights
from minicompress.models.bert import BertConfig, BertEncoder
from minicompress.models.bert.weights import BertWeights

__all__ = ["OnnxExport", "save_onnx"]

_HIDDEN = -1e9  # added to the score of padding: its exponential is 0


@dataclasses.dataclass(frozen=True)
class OnnxExport:
    """What was written.

    Parameters
    ----------
    nbytes : int
        Bytes on disk.
    matrices : dict of str to str
        How each matrix stands in the file, by the name of its weight.

    Examples
    --------
    >>> print(OnnxExport(10, {"a": "float32", "b": "float32"}).summary())
    2 x float32
    """

    nbytes: int
    matrices: dict[str, str]

    def summary(self) -> str:
        """Return one line for each form, with the number of matrices that take it."""
        counts = collections.Counter(self.matrices.values())
        return "\n".join(f"{count} x {form}" for form, count in counts.most_common())


def save_onnx(
    encoder: BertEncoder | str | os.PathLike[str],
    path: str | os.PathLike[str],
    *,
    half: bool = False,
    accuracy_level: int = 1,
    avoid_saturation: bool = False,
) -> OnnxExport:
    """Write an encoder as an ONNX file, whose inputs are ``ids`` and ``mask`` and whose output is ``vectors``.

    ``mask`` is 1 at tokens and 0 at padding; a text needs at least one token. Quantized matrices keep their codes;
    floats, and formats that ONNX does not have, are written as floats. All or nothing.

    Parameters
    ----------
    encoder : BertEncoder or path
        An encoder, or the folder of one, dense or compressed.
    path : path
        The file to write.
    half : bool
        Store what is written as floats in float16: half the bytes, rounded to 11 bits.
    accuracy_level : int
        Of MatMulNBits: 1 multiplies in float32; 4 lets the runtime round inputs to 8 bits, block by block, which is
        faster and no longer equal to this library's products.
    avoid_saturation : bool
        Where inputs are rounded to 8 bits, store unsigned weights: exact on x86 without VNNI instructions too, where
        ONNX Runtime's signed kernels saturate; these products are slower on processors that have them.

    Raises
    ------
    ImportError
        Without the package ``onnx`` (``pip install "minicompress[models]"``).
    FileNotFoundError, ValueError
        If the folder is not sound, or the weights do not fit one file (2 GB).

    Examples
    --------
    >>> save_onnx("no such folder", "a.onnx")
    Traceback (most recent call last):
    FileNotFoundError: there is no folder no such folder
    """
    checks.one_of(accuracy_level, "accuracy_level", (0, 1, 2, 3, 4))
    config, weights = _read(encoder)
    graph = Graph(onnx_package())
    written = OnnxWeights(graph, OnnxOptions(half, accuracy_level, avoid_saturation))
    _Encoder(graph, config, weights, written).vectors()
    nbytes = graph.save(path, inputs=("ids", "mask"), output="vectors", width=config.hidden_size)
    return OnnxExport(nbytes, written.held)


def _read(encoder: BertEncoder | str | os.PathLike[str]) -> tuple[BertConfig, BertWeights]:
    """Sizes and weights; a folder's tokenizer is not needed."""
    if isinstance(encoder, BertEncoder):
        return encoder.config, encoder.weights
    if not isinstance(encoder, str | os.PathLike):
        raise TypeError(f"encoder must be a BertEncoder or the path of a folder; got {checks.describe(encoder)}")
    folder = Path(encoder)
    if not folder.is_dir():
        raise FileNotFoundError(f"there is no folder {folder}")
    config = BertConfig.from_folder(folder)
    return config, BertWeights.read(folder, config)


class _Encoder:
    """The layers, in the order of ``BertEncoder.forward``."""

    def __init__(self, graph: Graph, config: BertConfig, weights: BertWeights, written: OnnxWeights) -> None:
        self.g, self.config, self.weights, self.written = graph, config, weights, written

    def vectors(self) -> None:
        g, types = self.g, self.g.onnx.TensorProto
        real = g.node("Cast", "mask", to=types.FLOAT)
        padding = g.node("Mul", g.node("Sub", g.shared(1), real), g.shared(_HIDDEN))
        bias = g.node("Unsqueeze", padding, g.shared([1, 2], np.int64))  # (batch, 1, 1, length)
        x = self._embeddings()
        for i in range(self.config.num_hidden_layers):
            x = self._block(f"encoder.layer.{i}.", x, bias)
        if self.config.pooling == "cls":
            pooled = g.node("Gather", x, g.shared(0, np.int64), axis=1)
        else:
            one = g.shared([1], np.int64)
            share = g.node("Unsqueeze", real, g.shared([2], np.int64))
            total = g.node("ReduceSum", g.node("Mul", x, share), one, keepdims=0)
            pooled = g.node("Div", total, g.node("ReduceSum", share, one, keepdims=0))
        if not self.config.normalize:
            g.node("Identity", pooled, out="vectors")
            return
        length = g.node("ReduceL2", pooled, g.shared([1], np.int64), keepdims=1)
        g.node("Div", pooled, g.node("Max", length, g.shared(1e-12)), out="vectors")

    def _embeddings(self) -> str:
        g = self.g
        length = g.node("Gather", g.node("Shape", "ids"), g.shared(1, np.int64))
        words, places, kinds = (f"embeddings.{t}_embeddings.weight" for t in ("word", "position", "token_type"))
        tables = self.weights.matrices
        x = self.written.lookup("ids", words, tables[words])
        x = g.node("Add", x, self.written.first_rows(length, places, tables[places]))
        first = tables[kinds].take_rows(np.zeros(1, np.int64))[0]
        self.written.held[kinds] = "float32, its first row"  # the others are never looked up
        return self._norm("embeddings.LayerNorm", g.node("Add", x, g.constant(first, kinds)))

    def _block(self, layer: str, x: str, bias: str) -> str:
        g = self.g
        mixed = self._attention(layer, x, bias)
        y = g.node("Add", self._linear(f"{layer}attention.output.dense", mixed), x)
        y = self._norm(f"{layer}attention.output.LayerNorm", y)
        wide = self._activate(self._linear(f"{layer}intermediate.dense", y))
        z = g.node("Add", self._linear(f"{layer}output.dense", wide), y)
        return self._norm(f"{layer}output.LayerNorm", z)

    def _attention(self, layer: str, x: str, bias: str) -> str:
        g, heads, width = self.g, self.config.num_attention_heads, self.config.hidden_size
        apart = g.shared([0, 0, heads, width // heads], np.int64)

        def split(part: str, perm: list[int]) -> str:
            made = self._linear(f"{layer}attention.self.{part}", x)
            return g.node("Transpose", g.node("Reshape", made, apart), perm=perm)

        # (batch, head, length, d), the keys transposed.
        q, k, v = split("query", [0, 2, 1, 3]), split("key", [0, 2, 3, 1]), split("value", [0, 2, 1, 3])
        scores = g.node("Div", g.node("MatMul", q, k), g.shared((width // heads) ** 0.5))
        mixed = g.node("MatMul", g.node("Softmax", g.node("Add", scores, bias), axis=-1), v)
        return g.node("Reshape", g.node("Transpose", mixed, perm=[0, 2, 1, 3]), g.shared([0, 0, width], np.int64))

    def _activate(self, x: str) -> str:
        g = self.g
        if self.config.hidden_act == "relu":
            return g.node("Relu", x)
        inner = g.node("Erf", g.node("Div", x, g.shared(2**0.5)))
        return g.node("Mul", g.node("Mul", x, g.node("Add", inner, g.shared(1))), g.shared(0.5))

    def _linear(self, name: str, x: str) -> str:
        weight, bias = f"{name}.weight", self.weights.vectors[f"{name}.bias"]
        bits = self.weights.activation_bits.get(weight)
        return self.written.linear(x, weight, self.weights.matrices[weight], bias, bits)

    def _norm(self, name: str, x: str) -> str:
        parts = (self.g.constant(self.weights.vectors[f"{name}.{p}"], f"{name}.{p}") for p in ("weight", "bias"))
        return self.g.node("LayerNormalization", x, *parts, axis=-1, epsilon=self.config.layer_norm_eps)
