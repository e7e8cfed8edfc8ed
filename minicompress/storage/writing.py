"""Write safetensors files: the same content is the same bytes, and files are joined without holding them.

Wide types come first, then names in order, so that every tensor is aligned. The safetensors library lays tensors out
likewise, but puts its metadata in an order that changes from run to run.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from minicompress.storage.header import Entry, bits_of, read_entries

__all__ = ["join_tensors", "write_tensors"]

_NAMES = {"b1": "BOOL", "u1": "U8", "i1": "I8", "u2": "U16", "i2": "I16", "f2": "F16", "u4": "U32", "i4": "I32"}
_NAMES |= {"f4": "F32", "u8": "U64", "i8": "I64", "f8": "F64"}
_CHUNK = 1 << 20
_Described = Mapping[str, tuple[str, tuple[int, ...], int]]  # name: (type in the file, shape, bytes)


def write_tensors(
    path: str | os.PathLike[str], arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str] | None = None
) -> None:
    """Write ``arrays`` by name to ``path``.

    >>> import tempfile
    >>> from safetensors.numpy import load_file
    >>> path = Path(tempfile.mkdtemp()) / "w.safetensors"
    >>> write_tensors(path, {"w": np.eye(2)})
    >>> load_file(path)["w"].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    described = {name: (_type(name, array), array.shape, array.nbytes) for name, array in arrays.items()}
    with Path(path).open("wb") as file:
        file.write(_header(described, metadata or {}))
        for name in _ordered(described):
            plain = np.ascontiguousarray(arrays[name], arrays[name].dtype.newbyteorder("<"))
            file.write(plain.reshape(-1).view(np.uint8).data)


def join_tensors(
    path: str | os.PathLike[str], parts: Iterable[str | os.PathLike[str]], metadata: Mapping[str, str] | None = None
) -> None:
    """Write one file with the tensors of all ``parts``, copied in small pieces: memory does not grow with them.

    The bytes are those of :func:`write_tensors` with all arrays at once; they are on the disk when this returns.

    Raises
    ------
    ValueError
        If a part is not sound, or two hold the same name.
    """
    entries: dict[str, Entry] = {}
    for part in parts:
        found, _ = read_entries(part)
        twice = sorted(entries.keys() & found.keys())
        if twice:
            raise ValueError(f"parts hold tensor {twice[0]!r} twice: {entries[twice[0]].path} and {part}")
        entries |= found
    described = {name: (entry.dtype, entry.shape, entry.nbytes) for name, entry in entries.items()}
    with Path(path).open("wb") as file:
        file.write(_header(described, metadata or {}))
        for name in _ordered(described):
            _copy(entries[name], file)
        file.flush()
        os.fsync(file.fileno())


def _copy(entry: Entry, file: Any) -> None:
    left = entry.nbytes
    with entry.path.open("rb") as part:
        part.seek(entry.start)
        while left:
            piece = part.read(min(left, _CHUNK))
            if not piece:
                raise ValueError(f"{entry.path} ends within tensor {entry.name!r}")
            file.write(piece)
            left -= len(piece)


def _type(name: str, array: np.ndarray) -> str:
    kind = f"{array.dtype.kind}{array.dtype.itemsize}"
    if kind not in _NAMES:
        raise ValueError(f"tensor {name!r} of type {array.dtype} has no place in a safetensors file")
    return _NAMES[kind]


def _ordered(described: _Described) -> list[str]:
    return sorted(described, key=lambda name: (-bits_of(described[name][0]), described[name][0], name))


def _header(described: _Described, metadata: Mapping[str, str]) -> bytes:
    content: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    at = 0
    for name in _ordered(described):
        kind, shape, nbytes = described[name]
        content[name] = {"dtype": kind, "shape": list(shape), "data_offsets": [at, at + nbytes]}
        at += nbytes
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
