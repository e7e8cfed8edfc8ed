"""Our own container: one safetensors file whose metadata says how to put each tensor together again.

    metadata   minicompress.version    of the package that wrote it
               minicompress.model      what :mod:`minicompress.tensors.container` draws

Nothing is pickled. Loading validates every tensor as if it came from a stranger, because it may.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from minicompress import checks
from minicompress._version import __version__
from minicompress.pipeline.model import CompressedModel, Record
from minicompress.storage import atomic_path, join_tensors, read_entries, read_weights, write_tensors
from minicompress.tensors import CompressedTensor
from minicompress.tensors.container import BUFFER, MODEL, field_key, fields_by_tensor, is_compressed

__all__ = ["is_compressed", "join", "load", "save"]

_VERSION = "minicompress.version"


def save(model: CompressedModel, path: str | os.PathLike[str]) -> int:
    """Write ``model`` to ``path``, all or nothing, and return the bytes on disk.

    >>> import tempfile, minicompress
    >>> model = minicompress.compress({"w": np.eye(64, dtype=np.float32)}, "int8")
    >>> path = os.path.join(tempfile.mkdtemp(), "w.safetensors")
    >>> size = save(model, path)
    >>> bool((load(path).to_dense()["w"] == model.to_dense()["w"]).all())
    True
    """
    if not isinstance(model, CompressedModel):
        raise TypeError(f"model must be a CompressedModel (see minicompress.compress); got {type(model).__name__}")
    arrays: dict[str, np.ndarray] = {}
    entries: dict[str, Any] = {}
    for name, tensor in model.tensors.items():
        for field, a in tensor.arrays().items():
            arrays[field_key(name, field)] = a
        entries[name] = {"meta": tensor.meta(), "record": dataclasses.asdict(model.records[name])}
    for name, buffer in model.buffers.items():
        arrays[field_key(name, BUFFER)] = buffer
        entries[name] = {BUFFER: True}
    with atomic_path(path) as temporary:
        write_tensors(temporary, arrays, _metadata(model.info, entries))
    return os.path.getsize(path)


def join(
    parts: Sequence[str | os.PathLike[str]], path: str | os.PathLike[str]
) -> list[tuple[str, dict[str, Any], int]]:
    """Join containers into one without reading their arrays: the bytes are those of :func:`save` with the whole model.

    Their ``info`` is that of the first. Unlike :func:`save` it writes to ``path`` itself: the caller renames.

    Returns
    -------
    list of (name, entry, nbytes)
        What the container says of each tensor, tensors in the order of ``parts``, and the bytes of its arrays.
    """
    info: dict[str, Any] = {}
    found = []
    for part in parts:
        entries, metadata = read_entries(part)
        content = json.loads(metadata[MODEL])
        info = info or content["info"]
        sizes = fields_by_tensor(entries)
        found += [
            (name, entry, sum(stored.nbytes for stored in sizes[name].values()))
            for name, entry in content["tensors"].items()
        ]
    found.sort(key=lambda item: BUFFER in item[1])  # buffers last, as save has them
    join_tensors(path, parts, _metadata(info, {name: entry for name, entry, _ in found}))
    return found


def _metadata(info: dict[str, Any], entries: dict[str, Any]) -> dict[str, str]:
    return {_VERSION: __version__, MODEL: json.dumps({"info": info, "tensors": entries}, ensure_ascii=False)}


def load(path: str | os.PathLike[str]) -> CompressedModel:
    """Read a model that :func:`save` wrote; whatever does not fit together is a ``ValueError`` naming the tensor."""
    arrays, metadata = read_weights(path)
    if not is_compressed(metadata):
        raise ValueError(f"{path} is a safetensors file, but not one that minicompress.files.save wrote")
    try:
        content = json.loads(metadata[MODEL])
        entries = dict(content["tensors"])
        info = dict(content["info"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"{path}: the model's metadata cannot be read: {error}") from error
    by_tensor = fields_by_tensor(arrays)
    if by_tensor.keys() - entries.keys():
        raise ValueError(f"{path}: no metadata for tensor {sorted(by_tensor.keys() - entries.keys())[0]!r}")
    tensors, records, buffers = {}, {}, {}
    for name, entry in entries.items():
        try:
            if BUFFER in entry:
                buffers[name] = _buffer(by_tensor[name])
                continue
            tensors[name] = CompressedTensor.from_arrays(entry["meta"], by_tensor.get(name, {}))
            records[name] = _record(entry["record"], tensors[name])
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise ValueError(f"{path}: tensor {name!r}: {error}") from error
    return CompressedModel(tensors, records, info, buffers)


def _buffer(stored: dict[str, np.ndarray]) -> np.ndarray:
    if stored.keys() != {BUFFER} or stored[BUFFER].dtype.kind not in "iub":
        raise ValueError(f"a buffer is one array of integers; got {', '.join(stored)}")
    return stored[BUFFER]


def _record(stored: dict[str, Any], tensor: CompressedTensor) -> Record:
    shape = tuple(checks.integer(n, "shape", low=0) for n in stored["shape"])
    if math.prod(shape) != math.prod(tensor.shape):
        raise ValueError(f"the recorded shape {shape} does not hold the stored {tensor.shape}")
    for name in ("method", "reason"):
        if not isinstance(stored[name], str):
            raise ValueError(f"{name} must be text; got {checks.describe(stored[name])}")
    checks.integer(stored["original_nbytes"], "original_nbytes", low=0)
    checks.real(stored["relative_error"], "relative_error", low=0)
    checks.one_of(stored.get("activation_bits"), "activation_bits", (None, 8))
    return Record(**{**stored, "shape": shape})
