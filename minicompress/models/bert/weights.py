"""The tensors of a BERT folder: dense ones of others, or those of our own container, checked against the sizes."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.models.bert.config import BertConfig
from minicompress.storage import read_weights
from minicompress.tensors import CompressedTensor, DenseTensor
from minicompress.tensors.container import MODEL, fields_by_tensor, is_compressed

__all__ = ["FILE", "BertWeights", "expected_shapes"]

FILE = "model.safetensors"


@dataclasses.dataclass(frozen=True, eq=False)
class BertWeights:
    """Matrices as stored tensors, vectors as float32, by the names of ``BertModel``; widths of rounded inputs.

    Parameters
    ----------
    matrices : dict of str to CompressedTensor
    vectors : dict of str to (n,) float32
    activation_bits : dict of str to int
        For the matrices whose inputs are rounded when they run.
    prefix : str
        What stood before the names in the file: "" or "bert.".
    """

    matrices: dict[str, CompressedTensor]
    vectors: dict[str, np.ndarray]
    activation_bits: dict[str, int]
    prefix: str = ""

    @classmethod
    def read(cls, folder: Path, config: BertConfig) -> BertWeights:
        """Read ``model.safetensors`` of ``folder``; what is missing or does not fit ``config`` is a ``ValueError``."""
        path = folder / FILE
        if not path.is_file():
            raise FileNotFoundError(f"there is no file {path}: weights are read from {FILE} alone")
        arrays, metadata = read_weights(path)
        tensors: Mapping[str, np.ndarray | CompressedTensor]
        bits: dict[str, int]
        try:
            if is_compressed(metadata):
                tensors, bits = _stored(arrays, metadata[MODEL])
            else:
                tensors, bits = {name: a for name, a in arrays.items() if a.dtype.kind == "f"}, {}
            return cls.of(tensors, config, bits)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ValueError(f"{path}: {error}") from error

    @classmethod
    def of(
        cls,
        tensors: Mapping[str, np.ndarray | CompressedTensor],
        config: BertConfig,
        activation_bits: Mapping[str, int] | None = None,
    ) -> BertWeights:
        """Pick from ``tensors``, by their names with or without "bert.", those that the encoder runs on."""
        prefix = "bert." if "bert.embeddings.word_embeddings.weight" in tensors else ""
        matrices: dict[str, CompressedTensor] = {}
        vectors: dict[str, np.ndarray] = {}
        for name, shape in expected_shapes(config).items():
            if prefix + name not in tensors:
                raise ValueError(f"no tensor {prefix + name!r}, which config.json's sizes ask for")
            tensor = tensors[prefix + name]
            if tensor.shape != shape:
                raise ValueError(f"{prefix + name!r} must have shape {shape} by config.json; got {tensor.shape}")
            if isinstance(tensor, np.ndarray):
                tensor = DenseTensor(checks.float_array(tensor, repr(prefix + name)))
            if len(shape) == 1:
                vectors[name] = tensor.to_dense()
            else:
                matrices[name] = tensor
        bits = {n.removeprefix(prefix): b for n, b in (activation_bits or {}).items()}
        return cls(matrices, vectors, bits, prefix)


def expected_shapes(config: BertConfig) -> dict[str, tuple[int, ...]]:
    """Names and shapes of all that the encoder needs; the pooler is not among it.

    >>> sizes = {"vocab_size": 9, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2}
    >>> expected_shapes(BertConfig(**sizes, intermediate_size=16))["encoder.layer.0.output.dense.weight"]
    (8, 16)
    """
    h, wide = config.hidden_size, config.intermediate_size
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (config.vocab_size, h),
        "embeddings.position_embeddings.weight": (config.max_position_embeddings, h),
        "embeddings.token_type_embeddings.weight": (config.type_vocab_size, h),
        "embeddings.LayerNorm.weight": (h,),
        "embeddings.LayerNorm.bias": (h,),
    }
    for i in range(config.num_hidden_layers):
        layer = f"encoder.layer.{i}."
        linear = {f"attention.self.{part}": (h, h) for part in ("query", "key", "value")}
        linear |= {"attention.output.dense": (h, h), "intermediate.dense": (wide, h), "output.dense": (h, wide)}
        for name, shape in linear.items():
            shapes |= {f"{layer}{name}.weight": shape, f"{layer}{name}.bias": shape[:1]}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{layer}{name}.weight": (h,), f"{layer}{name}.bias": (h,)}
    return shapes


def _stored(arrays: dict[str, np.ndarray], text: str) -> tuple[dict[str, CompressedTensor], dict[str, int]]:
    """Tensors and input widths of our own container (see :mod:`minicompress.files.container`)."""
    tensors: dict[str, CompressedTensor] = {}
    bits: dict[str, int] = {}
    groups = fields_by_tensor(arrays)
    entries: dict[str, Any] = json.loads(text)["tensors"]
    for name, entry in entries.items():
        if "meta" not in entry:
            continue  # an integer buffer
        tensors[name] = CompressedTensor.from_arrays(entry["meta"], groups.get(name, {}))
        if entry["record"].get("activation_bits") is not None:
            bits[name] = checks.one_of(entry["record"]["activation_bits"], f"{name}: activation_bits", (8,))
    return tensors, bits
