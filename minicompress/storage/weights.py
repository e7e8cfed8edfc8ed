"""Read the arrays of a safetensors file, whoever wrote it; a hostile or broken file is a clear ``ValueError``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

__all__ = ["from_bfloat16", "read_header", "read_weights"]


def read_weights(path: str | os.PathLike[str]) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Return the arrays by name and the file's text metadata.

    The header is checked before any tensor is allocated: offsets outside the file, a header longer than the file,
    shapes that disagree with the bytes, or a name given twice are refused. bfloat16 tensors come back as float32,
    which holds them exactly.

    Raises
    ------
    ValueError
        If the file is no safetensors file, is truncated, or its header does not fit its bytes.
    """
    source = Path(path)
    if not source.is_file():
        raise FileNotFoundError(f"there is no file {source}")
    try:
        with safe_open(source, framework="numpy") as file:
            metadata = dict(file.metadata() or {})
            header, start = _header(source)
            arrays = {name: _read(file, name, source, header[name], start) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"{source} is not a sound safetensors file: {error}") from error
    return arrays, metadata


def read_header(path: str | os.PathLike[str]) -> dict[str, tuple[str, tuple[int, ...], int]]:
    """Return what the header of a sound file says of each tensor: type as written ("F32"), shape, bytes."""
    source = Path(path)
    if not source.is_file():
        raise FileNotFoundError(f"there is no file {source}")
    try:
        with safe_open(source, framework="numpy") as file:
            names = list(file.keys())
            header, _ = _header(source)
    except SafetensorError as error:
        raise ValueError(f"{source} is not a sound safetensors file: {error}") from error
    found = {}
    for name in names:
        first, last = header[name]["data_offsets"]
        found[name] = header[name]["dtype"], tuple(header[name]["shape"]), last - first
    return found


def from_bfloat16(halves: np.ndarray) -> np.ndarray:
    """Return the float32 values of bfloat16 bits: they are the upper halves of float32.

    >>> from_bfloat16(np.array([0x3F80, 0xC000], np.uint16))
    array([ 1., -2.], dtype=float32)
    """
    return (halves.astype(np.uint32) << 16).view(np.float32)


def _header(source: Path) -> tuple[dict[str, Any], int]:
    """The header of a file that safetensors has found sound, and the byte at which the data begin."""
    with source.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        return json.loads(file.read(length), object_pairs_hook=_unique), 8 + length


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # safetensors takes the last of two equal names; which one a reader meant cannot be known.
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the header names {twice!r} twice")
    return found


def _read(file: safe_open, name: str, source: Path, entry: dict[str, Any], start: int) -> np.ndarray:
    if entry["dtype"] == "BF16":
        first, last = entry["data_offsets"]
        halves = np.fromfile(source, "<u2", (last - first) // 2, offset=start + first)
        return from_bfloat16(halves).reshape(entry["shape"])
    try:
        return file.get_tensor(name)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"tensor {name!r} has the type {entry['dtype']}, which NumPy cannot hold") from error
