"""The header of a safetensors file, checked to the last byte before anything is read by it.

    8 bytes     n, little endian
    n bytes     JSON: {name: {"dtype", "shape", "data_offsets": [first, last]}, "__metadata__": {text: text}}
    the rest    the tensors' bytes, one behind the other without a hole

The file itself is never mapped or read whole, so that it may be larger than memory or than an address space.
Source: github.com/huggingface/safetensors.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Entry", "bits_of", "from_bfloat16", "read_entries"]

_LONGEST = 100_000_000  # bytes of a header, as safetensors itself allows

#: Types by their name in the file. bfloat16 is read as its bits.
_TYPES = {"BOOL": "?", "U8": "u1", "I8": "i1", "U16": "<u2", "I16": "<i2", "F16": "<f2", "BF16": "<u2", "U32": "<u4"}
_TYPES |= {"I32": "<i4", "F32": "<f4", "C64": "<c8", "U64": "<u8", "I64": "<i8", "F64": "<f8"}
#: Bits of the types that NumPy lacks.
_OTHERS = {"F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8}
_OTHERS |= {"F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8}
_FLOATS = ("BF16", "F16", "F32", "F64")


@dataclasses.dataclass(frozen=True)
class Entry:
    """Where one tensor lies: its file, type as written ("F32"), shape, first byte in the file, and bytes."""

    path: Path
    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int
    nbytes: int

    @property
    def is_matrix(self) -> bool:
        """Whether it holds floats in two and more dimensions."""
        return self.dtype in _FLOATS and len(self.shape) >= 2 and self.nbytes > 0

    def check_type(self) -> None:
        """Raise ``ValueError`` if NumPy has no such type."""
        if self.dtype not in _TYPES:
            raise ValueError(f"tensor {self.name!r} has the type {self.dtype}, which NumPy cannot hold")

    def read(self) -> np.ndarray:
        """Read this tensor alone; bfloat16 comes back as float32, which holds it exactly."""
        self.check_type()
        kind = np.dtype(_TYPES[self.dtype])
        array = np.fromfile(self.path, kind, self.nbytes // kind.itemsize, offset=self.start)
        if array.nbytes != self.nbytes:
            raise ValueError(f"{self.path} ends within tensor {self.name!r}: it became shorter since it was opened")
        return (from_bfloat16(array) if self.dtype == "BF16" else array).reshape(self.shape)


def bits_of(dtype: str) -> int:
    """Return the width of a type by its name in the file."""
    return _OTHERS[dtype] if dtype in _OTHERS else 8 * np.dtype(_TYPES[dtype]).itemsize


def from_bfloat16(halves: np.ndarray) -> np.ndarray:
    """Return the float32 values of bfloat16 bits: they are the upper halves of float32.

    >>> from_bfloat16(np.array([0x3F80, 0xC000], np.uint16))
    array([ 1., -2.], dtype=float32)
    """
    wide = halves.astype(np.uint32)
    wide <<= 16
    return wide.view(np.float32)


def read_entries(path: str | os.PathLike[str]) -> tuple[dict[str, Entry], dict[str, str]]:
    """Return the tensors of one file, sorted by name, and its text metadata; no tensor is read.

    Raises
    ------
    ValueError
        If the file is no safetensors file, is truncated, or its header does not fit its bytes.
    """
    source = Path(path)
    if not source.is_file():
        raise FileNotFoundError(f"there is no file {source}")
    try:
        content, start = _parsed(source)
        metadata = _metadata(content.pop("__metadata__", None))
        entries = [_entry(source, name, fields, start) for name, fields in content.items()]
        _without_holes(entries, start, source.stat().st_size)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{source} is not a sound safetensors file: {error}") from error
    return {entry.name: entry for entry in sorted(entries, key=lambda entry: entry.name)}, metadata


def _parsed(source: Path) -> tuple[dict[str, Any], int]:
    """The header as JSON, and the byte at which the data begin."""
    size = source.stat().st_size
    with source.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > min(_LONGEST, size - 8):
            raise ValueError(f"the header would have {length:,} bytes, and the file has {size:,}")
        text = file.read(length)
    if not text.startswith(b"{"):
        raise ValueError("the header is no JSON object")
    content: dict[str, Any] = json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_number)
    return content, 8 + length


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Of two equal names, which one a reader meant cannot be known.
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the header names {twice!r} twice")
    for name in found:
        name.encode()  # half a surrogate pair is no text
    return found


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _metadata(found: Any) -> dict[str, str]:
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ValueError("__metadata__ must hold text by name")
    return found


def _entry(source: Path, name: str, fields: Any, start: int) -> Entry:
    if not isinstance(fields, dict) or not {"dtype", "shape", "data_offsets"} <= fields.keys():
        raise ValueError(f"tensor {name!r} must have dtype, shape and data_offsets")
    kind, shape, offsets = fields["dtype"], fields["shape"], fields["data_offsets"]
    if not isinstance(kind, str) or kind not in _TYPES | _OTHERS:
        raise ValueError(f"tensor {name!r} has the unknown type {kind!r}")
    if not (_counts(shape) and _counts(offsets) and len(offsets) == 2):
        raise ValueError(f"tensor {name!r} has the shape {shape!r} and data_offsets {offsets!r}")
    bits = math.prod(shape) * bits_of(kind)
    if bits != 8 * (offsets[1] - offsets[0]):
        raise ValueError(f"tensor {name!r} of type {kind} and shape {shape} does not take bytes {offsets}")
    return Entry(source, name, kind, tuple(shape), start + offsets[0], bits // 8)


def _counts(value: Any) -> bool:
    return isinstance(value, list) and all(type(n) is int and 0 <= n < 2**63 for n in value)


def _without_holes(entries: list[Entry], start: int, size: int) -> None:
    at = start
    for entry in sorted(entries, key=lambda entry: (entry.start, entry.nbytes)):
        if entry.start != at:
            raise ValueError(f"tensor {entry.name!r} does not begin where the one before it ends")
        at += entry.nbytes
    if at != size:
        raise ValueError(f"its tensors end at byte {at:,}, and the file at {size:,}")
