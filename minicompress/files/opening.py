"""Open any model file (safetensors, our container, GGUF, or a folder with one) as a list of named tensors."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from minicompress.files.container import load
from minicompress.files.gguf import load_gguf
from minicompress.storage import read_header, read_weights
from minicompress.tensors import CompressedTensor, DenseTensor, GGUFTensor
from minicompress.tensors.container import is_compressed

__all__ = ["ModelFile", "Stored", "open_model"]

_WEIGHTS = "model.safetensors"


@dataclasses.dataclass(frozen=True, eq=False)
class Stored:
    """One tensor of a file: how it is stored, and its values when they are asked for.

    Parameters
    ----------
    name : str
    format : str
        "F32", "Q4_0", "quantized", ...
    shape : tuple of int
    nbytes : int
    values : callable
        Returns the dense array.
    """

    name: str
    format: str
    shape: tuple[int, ...]
    nbytes: int
    values: Callable[[], np.ndarray]

    @property
    def size(self) -> int:
        """The number of weights."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def bits_per_weight(self) -> float:
        """Stored bits for each weight; 0 where there are none."""
        return 8 * self.nbytes / self.size if self.size else 0.0


@dataclasses.dataclass(frozen=True, eq=False)
class ModelFile:
    """A file's kind ("safetensors", "minicompress" or "gguf"), its path, its size on disk, and its tensors."""

    kind: str
    path: Path
    nbytes: int
    tensors: dict[str, Stored]


def open_model(path: str | os.PathLike[str]) -> ModelFile:
    """Open a safetensors or GGUF file, or the folder of a model with a ``model.safetensors``.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is nothing, or it is not sound.

    Examples
    --------
    >>> import tempfile
    >>> from safetensors.numpy import save_file
    >>> place = Path(tempfile.mkdtemp()) / "w.safetensors"
    >>> save_file({"w": np.eye(2, dtype=np.float16)}, place)
    >>> open_model(place).tensors["w"].format
    'F16'
    """
    source = Path(path)
    if source.is_dir():
        source = source / _WEIGHTS
    if not source.is_file():
        raise FileNotFoundError(f"there is no file {source}")
    with source.open("rb") as file:
        magic = file.read(4)
    kind, tensors = _gguf(source) if magic == b"GGUF" else _safetensors(source)
    return ModelFile(kind, source, source.stat().st_size, tensors)


def _gguf(source: Path) -> tuple[str, dict[str, Stored]]:
    return "gguf", {name: _stored(name, tensor) for name, tensor in load_gguf(source).tensors.items()}


def _safetensors(source: Path) -> tuple[str, dict[str, Stored]]:
    arrays, metadata = read_weights(source)
    if is_compressed(metadata):
        model = load(source)
        held = {name: _stored(name, tensor, model.records[name].shape) for name, tensor in model.tensors.items()}
        return "minicompress", held | {name: _stored(name, array) for name, array in model.buffers.items()}
    header = read_header(source)
    return "safetensors", {name: Stored(name, *header[name], partial(arrays.__getitem__, name)) for name in arrays}


def _stored(name: str, tensor: CompressedTensor | np.ndarray, shape: tuple[int, ...] | None = None) -> Stored:
    if isinstance(tensor, np.ndarray):
        return Stored(name, str(tensor.dtype), tensor.shape, tensor.nbytes, lambda: tensor)
    format = tensor.format
    if isinstance(tensor, GGUFTensor):
        format = tensor.kind
    elif isinstance(tensor, DenseTensor):
        format = f"F{8 * tensor.data.dtype.itemsize}"
    whole = tensor.shape if shape is None else shape
    return Stored(name, format, whole, tensor.nbytes, lambda: tensor.to_dense().reshape(whole))
