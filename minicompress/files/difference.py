"""Compare two models tensor by tensor: how far the second is from the first, and what it takes."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from minicompress.files.opening import ModelFile, Stored

__all__ = ["Difference", "TensorDifference", "compare_models"]


@dataclasses.dataclass(frozen=True)
class TensorDifference:
    """What became of one tensor.

    Parameters
    ----------
    name : str
    shape : tuple of int
    relative_error : float
        ||a - b|| / ||a|| (Frobenius); 0 where both are zero.
    cosine : float
        <a, b> / (||a|| ||b||); 1 where both are zero.
    sqnr : float
        Signal to noise, -20 log10 of the relative error, in dB; infinite where they are equal.
    largest : float
        max |a - b|.
    nbytes : tuple of int
        Bytes in the first and in the second file.
    """

    name: str
    shape: tuple[int, ...]
    relative_error: float
    cosine: float
    sqnr: float
    largest: float
    nbytes: tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Difference:
    """Rows of what both models hold, the worst first; names of one only; names whose shapes differ."""

    rows: tuple[TensorDifference, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    shapes_differ: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether both models hold the same values under the same names."""
        alone = (*self.only_first, *self.only_second, *self.shapes_differ)
        return not alone and all(row.largest == 0 for row in self.rows)


def compare_models(first: ModelFile, second: ModelFile) -> Difference:
    """Compare every tensor that both models hold under one name and in one shape."""
    both = [name for name in first.tensors if name in second.tensors]
    same = [name for name in both if first.tensors[name].shape == second.tensors[name].shape]
    rows = [_compared(first.tensors[name], second.tensors[name]) for name in same]
    return Difference(
        tuple(sorted(rows, key=lambda row: -row.relative_error)),
        tuple(name for name in first.tensors if name not in second.tensors),
        tuple(name for name in second.tensors if name not in first.tensors),
        tuple(name for name in both if name not in same),
    )


def _compared(first: Stored, second: Stored) -> TensorDifference:
    a, b = (np.asarray(tensor.values(), np.float64).ravel() for tensor in (first, second))
    scale = max(float(np.abs(a).max(initial=0)), float(np.abs(b).max(initial=0))) or 1.0
    a, b = a / scale, b / scale  # squares of very large or small weights stay in range
    off, norm_a, norm_b = (float(np.linalg.norm(v)) for v in (a - b, a, b))
    relative = off / norm_a if norm_a else (math.inf if off else 0.0)
    cosine = float(a @ b) / (norm_a * norm_b) if norm_a and norm_b else float(norm_a == norm_b)
    sqnr = -20 * math.log10(relative) if 0 < relative < math.inf else (math.inf if relative == 0 else -math.inf)
    largest = float(np.abs(a - b).max(initial=0)) * scale
    return TensorDifference(first.name, first.shape, relative, cosine, sqnr, largest, (first.nbytes, second.nbytes))
