"""GGUF, the file of llama.cpp: metadata and tensors in one file that can be mapped into memory.

    "GGUF" | version u32 = 3 | tensors u64 | entries u64
    entries    key string | type u32 | value                 string: length u64 | UTF-8 bytes
    tensors    name string | n u32 | n sizes u64, innermost first | type u32 | offset u64
    padding to a multiple of general.alignment (32), then the data, each tensor at a multiple of it

All numbers are little-endian. Source: the GGUF specification (github.com/ggml-org/ggml, docs/gguf.md).
"""

from __future__ import annotations

import dataclasses
import math
import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from minicompress import checks
from minicompress.files.gguf_values import Cursor, packed_entry
from minicompress.ops import gguf_block
from minicompress.storage import atomic_path, from_bfloat16
from minicompress.tensors import DenseTensor, GGUFTensor

__all__ = ["GGUFFile", "load_gguf", "save_gguf"]

_MAGIC, _VERSION, _ALIGNMENT = b"GGUF", 3, 32
_MOST_DIMENSIONS = 4
_DENSE: dict[int, np.dtype[Any]] = {0: np.dtype("<f4"), 1: np.dtype("<f2"), 28: np.dtype("<f8")}
_DENSE |= {24: np.dtype("i1"), 25: np.dtype("<i2"), 26: np.dtype("<i4"), 27: np.dtype("<i8")}
_BLOCKS = {2: "Q4_0", 3: "Q4_1", 8: "Q8_0", 12: "Q4_K", 13: "Q5_K", 14: "Q6_K"}
_BFLOAT16 = 30
_CODES: dict[Any, int] = {kind: code for code, kind in _BLOCKS.items()} | {np.dtype("<f4"): 0, np.dtype("<f2"): 1}


@dataclasses.dataclass(frozen=True, eq=False)
class GGUFFile:
    """What a file holds.

    Parameters
    ----------
    metadata : dict of str to int, float, bool, str or list
    tensors : dict of str to array, DenseTensor or GGUFTensor
        Floats as they are stored (bfloat16 as float32), integers as arrays; blocks as rows of the innermost size.
    """

    metadata: dict[str, Any]
    tensors: dict[str, DenseTensor | GGUFTensor | np.ndarray]


def save_gguf(
    tensors: Mapping[str, np.ndarray | DenseTensor | GGUFTensor],
    path: str | os.PathLike[str],
    *,
    metadata: Mapping[str, Any] | None = None,
) -> int:
    """Write tensors in F32, F16, Q8_0, Q4_0, Q4_1 or K-quants; all or nothing. Returns the bytes on disk.

    Parameters
    ----------
    tensors : mapping of name to tensor
        Arrays and ``DenseTensor`` of float16 or float32, and ``GGUFTensor`` (see ``quantization.quantize_gguf``).
    metadata : mapping, optional
        ``general.architecture`` is "minicompress" where it is not given.

    Examples
    --------
    >>> import tempfile
    >>> from minicompress.quantization import quantize_gguf
    >>> path = Path(tempfile.mkdtemp()) / "w.gguf"
    >>> size = save_gguf({"w": quantize_gguf(np.eye(2, 32), format="Q8_0")}, path)
    >>> load_gguf(path).tensors["w"].kind
    'Q8_0'
    """
    entries = {"general.architecture": "minicompress"} | dict(metadata or {})
    if entries.setdefault("general.alignment", _ALIGNMENT) != _ALIGNMENT:
        raise ValueError(f"general.alignment must be {_ALIGNMENT}; got {entries['general.alignment']!r}")
    head = [_MAGIC, struct.pack("<IQQ", _VERSION, len(tensors), len(entries))]
    head += [packed_entry(key, value) for key, value in entries.items()]
    data, offset = [], 0
    for name, tensor in tensors.items():
        sizes, code, content = _packed(name, tensor)
        text = name.encode()
        dims = struct.pack(f"<I{len(sizes)}Q", len(sizes), *reversed(sizes))
        head.append(struct.pack("<Q", len(text)) + text + dims + struct.pack("<IQ", code, offset))
        data.append(content)
        offset += _padded(len(content))
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        for content in (b"".join(head), *data):
            file.write(content)
            file.write(bytes(_padded(len(content)) - len(content)))
    return os.path.getsize(path)


def load_gguf(path: str | os.PathLike[str]) -> GGUFFile:
    """Read a GGUF file, version 2 or 3, as if it came from a stranger.

    Raises
    ------
    ValueError
        If the file is none, is truncated, names a tensor twice, puts one outside the file, or holds a type that this
        package does not know; the message names the tensor.
    """
    source = Path(path)
    if not source.is_file():
        raise FileNotFoundError(f"there is no file {source}")
    content = np.memmap(source, np.uint8, "r") if source.stat().st_size else np.zeros(0, np.uint8)
    try:
        return _parsed(content)
    except (ValueError, TypeError, struct.error, UnicodeDecodeError) as error:
        raise ValueError(f"{source} is not a sound GGUF file: {error}") from error


def _parsed(content: np.ndarray) -> GGUFFile:
    cursor = Cursor(content)
    if cursor.take(4) != _MAGIC:
        raise ValueError('it does not begin with "GGUF"')
    version = cursor.number("<I")
    if version not in (2, 3):
        raise ValueError(f"its version must be 2 or 3; got {version}")
    n_tensors, n_entries = cursor.number("<Q"), cursor.number("<Q")
    metadata: dict[str, Any] = {}
    for _ in range(n_entries):
        key, value = cursor.entry()
        if key in metadata:
            raise ValueError(f"it has the key {key!r} twice")
        metadata[key] = value
    infos: dict[str, tuple[tuple[int, ...], int, int]] = {}
    for _ in range(n_tensors):
        name = cursor.text()
        if name in infos:
            raise ValueError(f"it names the tensor {name!r} twice")
        n = cursor.number("<I")
        if not 1 <= n <= _MOST_DIMENSIONS:
            raise ValueError(f"tensor {name!r} must have 1 to {_MOST_DIMENSIONS} dimensions; got {n}")
        sizes = tuple(reversed([cursor.number("<Q") for _ in range(n)]))
        infos[name] = (sizes, cursor.number("<I"), cursor.number("<Q"))
    alignment = checks.integer(metadata.get("general.alignment", _ALIGNMENT), "general.alignment", low=1, high=1 << 20)
    start = -(-cursor.at // alignment) * alignment
    return GGUFFile(metadata, {name: _tensor(content, start, name, *info) for name, info in infos.items()})


def _tensor(
    content: np.ndarray, start: int, name: str, sizes: tuple[int, ...], code: int, offset: int
) -> DenseTensor | GGUFTensor | np.ndarray:
    count = math.prod(sizes)
    if code in _BLOCKS:
        weights, size = gguf_block(_BLOCKS[code])
        if sizes[-1] % weights:
            raise ValueError(f"tensor {name!r} must have a multiple of {weights} columns; got the shape {sizes}")
        nbytes = count // weights * size
    elif code in _DENSE or code == _BFLOAT16:
        nbytes = count * (2 if code == _BFLOAT16 else _DENSE[code].itemsize)
    else:
        raise ValueError(f"tensor {name!r} has the type {code}, which is not read here")
    if start + offset + nbytes > len(content):
        raise ValueError(f"tensor {name!r} ends {start + offset + nbytes - len(content)} bytes after the file")
    data = np.array(content[start + offset : start + offset + nbytes])
    if code in _BLOCKS:
        return GGUFTensor(data.reshape(count // sizes[-1] if count else 0, -1), _BLOCKS[code])
    if code == _BFLOAT16:
        return DenseTensor(from_bfloat16(data.view("<u2")).reshape(sizes))
    array = data.view(_DENSE[code]).reshape(sizes)
    return DenseTensor(array) if array.dtype.kind == "f" else array


def _packed(name: str, tensor: Any) -> tuple[tuple[int, ...], int, bytes]:
    """Shape, type and bytes of a tensor."""
    if isinstance(tensor, GGUFTensor):
        return tensor.shape, _CODES[tensor.kind], np.ascontiguousarray(tensor.blocks).tobytes()
    array = tensor.data if isinstance(tensor, DenseTensor) else tensor
    if not isinstance(array, np.ndarray) or array.dtype not in _CODES:
        raise TypeError(f"{name!r} must be float16 or float32, or in GGUF blocks; got {checks.describe(array)}")
    if not 1 <= array.ndim <= _MOST_DIMENSIONS:
        raise ValueError(f"{name!r} must have 1 to {_MOST_DIMENSIONS} dimensions; got {checks.describe(array)}")
    return array.shape, _CODES[array.dtype], np.ascontiguousarray(array).tobytes()


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
