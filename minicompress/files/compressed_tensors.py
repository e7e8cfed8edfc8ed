"""A folder in the ``compressed-tensors`` layout, which vLLM and transformers read: codes, scales, and a configuration.

    "<module>.weight_packed"   int32    codes of 1 to 8 bits, end to end in 32-bit words, least significant first
    "<module>.weight_scale"    (out, groups), (out, 1) or (1,)
    "<module>.weight_zero_point"        int32, packed likewise but down the rows; only where it is asymmetric
    "<module>.weight_shape"    int64    (out, in)
    "<module>.weight"          int8 (int-quantized) or float8 E4M3 (float-quantized), in the place of weight_packed
    config.json                quantization_config: groups of modules, each with its bits, strategy and format

A code c stands for s (c - z), as in :class:`~minicompress.tensors.QuantizedTensor`: the words are the same bits.
Source: github.com/vllm-project/compressed-tensors.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from minicompress import ops
from minicompress.files.folder import new_folder
from minicompress.pipeline.model import CompressedModel
from minicompress.storage import atomic_path, write_atomic
from minicompress.tensors import CompressedTensor, DenseTensor, FP8Tensor, QuantizedTensor

__all__ = ["save_compressed_tensors"]

_SUFFIX = ".weight"
_TYPES = {"<f4": "F32", "<f2": "F16", "<f8": "F64", "|i1": "I8", "<i4": "I32", "<i8": "I64", "<i2": "I16", "|u1": "U8"}
_TYPES |= {"|b1": "BOOL"}
Arrays = dict[str, tuple[str, np.ndarray]]  # name: (type in the file, array)


def save_compressed_tensors(
    model: CompressedModel, out: str | os.PathLike[str], *, config: Mapping[str, Any] | None = None
) -> int:
    """Write ``model`` to the new folder ``out``: ``model.safetensors`` and ``config.json``. Returns the weights' bytes.

    Integer weights go to "pack-quantized"; 8-bit symmetric ones with a scale for each row or tensor to "int-quantized";
    FP8 E4M3 to "float-quantized"; everything else must be dense.

    Parameters
    ----------
    model : CompressedModel
    out : path
        All or nothing; it must not exist, or be empty.
    config : mapping, optional
        The model's own ``config.json``, to which ``quantization_config`` is added.

    Raises
    ------
    ValueError
        If a tensor has no place in this layout (the message names it), such as one with an input scale (AWQ) that was
        not folded into the layer before, or a sparse one.

    Examples
    --------
    >>> import tempfile, minicompress
    >>> model = minicompress.compress({"layer.weight": np.eye(64, dtype=np.float32)}, "int4-g64")
    >>> place = Path(tempfile.mkdtemp()) / "model"
    >>> size = save_compressed_tensors(model, place)
    >>> json.loads((place / "config.json").read_text())["quantization_config"]["format"]
    'pack-quantized'
    """
    if not isinstance(model, CompressedModel):
        raise TypeError(f"model must be a CompressedModel (see minicompress.compress); got {type(model).__name__}")
    arrays: Arrays = {name: _typed(buffer) for name, buffer in model.buffers.items()}
    groups: dict[str, dict[str, Any]] = {}
    ignore = []
    for name, tensor in model.tensors.items():
        if isinstance(tensor, DenseTensor):
            arrays[name] = _typed(tensor.data.reshape(model.records[name].shape))
            if name.endswith(_SUFFIX) and tensor.data.ndim == 2:
                ignore.append(name.removesuffix(_SUFFIX))
            continue
        module, scheme, stored = _quantized(name, tensor, model.records[name].activation_bits)
        arrays |= {f"{module}.{field}": value for field, value in stored.items()}
        key = json.dumps(scheme, sort_keys=True)
        groups.setdefault(key, {**scheme, "targets": []})["targets"].append(module)
    formats = {group["format"] for group in groups.values()}
    quantization = {
        "quant_method": "compressed-tensors",
        "quantization_status": "compressed",
        "format": formats.pop() if len(formats) == 1 else "mixed-precision" if formats else "dense",
        "config_groups": {f"group_{i}": group for i, group in enumerate(groups.values())},
        "ignore": ignore,
    }
    content = {**(config or {}), "quantization_config": quantization}
    with new_folder(out) as folder:
        _write(arrays, folder / "model.safetensors")
        write_atomic(folder / "config.json", (json.dumps(content, indent=2) + "\n").encode())
    return (Path(out) / "model.safetensors").stat().st_size


def _quantized(name: str, tensor: CompressedTensor, activation_bits: int | None) -> tuple[str, dict[str, Any], Arrays]:
    """The module's name, its scheme, and its arrays."""
    if not name.endswith(_SUFFIX):
        raise ValueError(f"tensor {name!r} is quantized, and such a name must end in {_SUFFIX!r} in this layout")
    if isinstance(tensor, QuantizedTensor):
        weights, stored = _integers(name, tensor)
    elif isinstance(tensor, FP8Tensor) and tensor.element == "e4m3":
        weights = {"num_bits": 8, "type": "float", "symmetric": True, **_strategy(tensor.scale, tensor.shape)}
        if weights["strategy"] == "group":
            raise ValueError(f"tensor {name!r} has FP8 groups; this layout takes a scale for each row or tensor")
        stored = {"weight": ("F8_E4M3", tensor.codes), "weight_scale": _scales(tensor.scale, tensor.shape, weights)}
    else:
        raise ValueError(f"tensor {name!r} is stored as {tensor.format!r}, which has no place in this layout")
    format = "pack-quantized" if "weight_packed" in stored else f"{weights['type']}-quantized"
    inputs = None
    if activation_bits is not None:
        inputs = {"num_bits": activation_bits, "type": "int", "symmetric": True, "strategy": "token", "dynamic": True}
    return name.removesuffix(_SUFFIX), {"weights": weights, "input_activations": inputs, "format": format}, stored


def _integers(name: str, tensor: QuantizedTensor) -> tuple[dict[str, Any], Arrays]:
    if tensor.input_scale is not None or tensor.input_permutation is not None:
        what = "an input scale (fold it into the layer before)" if tensor.input_scale is not None else "act-order"
        raise ValueError(f"tensor {name!r} has {what}, which has no place in this layout")
    symmetric = tensor.zero_point is None
    weights = {"num_bits": tensor.bits, "type": "int", "symmetric": symmetric, **_strategy(tensor.scale, tensor.shape)}
    if not symmetric and weights["strategy"] == "tensor":
        weights["strategy"] = "channel"  # zero points of a whole tensor are not packed by the library
    scale = _scales(tensor.scale, tensor.shape, weights)
    if symmetric and tensor.bits == 8 and weights["strategy"] != "group":
        return weights, {"weight": ("I8", (tensor.codes ^ 128).view(np.int8)), "weight_scale": scale}
    stored: Arrays = {"weight_packed": ("I32", _words(tensor.packed)), "weight_scale": scale}
    stored["weight_shape"] = ("I64", np.array(tensor.shape, np.int64))
    if not symmetric:
        _, zero_point = tensor.full_parameters()
        down = ops.pack_bits(np.ascontiguousarray(zero_point.T), tensor.bits)
        stored["weight_zero_point"] = ("I32", np.ascontiguousarray(_words(down).T))
    return weights, stored


def _strategy(scale: np.ndarray, shape: tuple[int, ...]) -> dict[str, Any]:
    if scale.shape[1] > 1:
        return {"strategy": "group", "group_size": shape[1] // scale.shape[1]}
    return {"strategy": "tensor" if scale.shape[0] == 1 else "channel", "group_size": None}


def _scales(scale: np.ndarray, shape: tuple[int, ...], weights: Mapping[str, Any]) -> tuple[str, np.ndarray]:
    if weights["strategy"] == "tensor":
        return _typed(scale.reshape(1))
    return _typed(np.ascontiguousarray(np.broadcast_to(scale, (shape[0], scale.shape[1]))))


def _words(packed: np.ndarray) -> np.ndarray:
    """Bytes (rows, n) as 32-bit words (rows, ceil(n / 4)), the last one filled with zeros."""
    filled = np.zeros((len(packed), -(-packed.shape[1] // 4) * 4), np.uint8)
    filled[:, : packed.shape[1]] = packed
    return filled.view("<i4")


def _typed(array: np.ndarray) -> tuple[str, np.ndarray]:
    return _TYPES[array.dtype.newbyteorder("<").str], array


def _write(arrays: Arrays, path: Path) -> None:
    """Write a safetensors file by hand: the library's NumPy side has no float8."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, (kind, array) in arrays.items():
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for _, array in arrays.values():
            file.write(np.ascontiguousarray(array).tobytes())
