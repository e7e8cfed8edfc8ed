"""Read the arrays of a safetensors file, whoever wrote it; a hostile or broken file is a clear ``ValueError``."""

from __future__ import annotations

import os

import numpy as np

from minicompress.storage.header import read_entries

__all__ = ["read_header", "read_weights"]


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
    entries, metadata = read_entries(path)
    return {name: entry.read() for name, entry in entries.items()}, metadata


def read_header(path: str | os.PathLike[str]) -> dict[str, tuple[str, tuple[int, ...], int]]:
    """Return what the header of a sound file says of each tensor: type as written ("F32"), shape, bytes."""
    entries, _ = read_entries(path)
    return {name: (entry.dtype, entry.shape, entry.nbytes) for name, entry in entries.items()}
