"""How large a model is: bytes of its arrays, and bytes of the file that holds them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["bits_per_weight", "file_nbytes", "human_bytes", "weights_nbytes"]


def weights_nbytes(weights: Mapping[str, Any]) -> int:
    """Return the bytes of all arrays, as they are held.

    >>> weights_nbytes({"w": np.zeros((2, 3), np.float32)})
    24
    """
    return sum(np.asarray(array).nbytes for array in weights.values())


def file_nbytes(*paths: str | Path) -> int:
    """Return the bytes on disk of files, and of every file below folders."""
    total = 0
    for path in map(Path, paths):
        if path.is_dir():
            total += sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
        else:
            total += path.stat().st_size
    return total


def bits_per_weight(nbytes: int, weights: int) -> float:
    """Return stored bits for each weight, everything counted.

    >>> bits_per_weight(100, 200)
    4.0
    """
    if weights < 1:
        raise ValueError(f"weights must be at least 1; got {weights}")
    return 8 * nbytes / weights


def human_bytes(nbytes: float) -> str:
    """Return a size as people read it, in decimal units.

    >>> human_bytes(22_700_000)
    '22.7 MB'
    """
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if nbytes >= size:
            return f"{nbytes / size:.1f} {unit}"
    return f"{nbytes:.0f} B"
