"""The result of compression: stored tensors by name, and what happened to each."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from minicompress.pipeline.bridge import as_torch
from minicompress.pipeline.report import Report
from minicompress.tensors import CompressedTensor

__all__ = ["CompressedModel", "Record"]


@dataclasses.dataclass(frozen=True)
class Record:
    """What was done to one tensor; kept in the file, so that a loaded model can still be reported.

    Parameters
    ----------
    shape : tuple of int
        Original shape; a convolution (out, in, k) is stored as the matrix (out, in * k).
    method : str
        Method and options, such as ``rtn(bits=4, group_size=64)``; ``kept`` where no rule applied.
    reason : str
        Why a tensor was kept; empty otherwise.
    original_nbytes : int
        Bytes before.
    relative_error : float
        ||W - W'|| / ||W|| (Frobenius); 0 where the weight is all zeros.
    activation_bits : int or None
        Width to which a layer's inputs are rounded when it runs; None leaves them in float.
    """

    shape: tuple[int, ...]
    method: str
    reason: str
    original_nbytes: int
    relative_error: float
    activation_bits: int | None = None


@dataclasses.dataclass(frozen=True, eq=False)
class CompressedModel:
    """Compressed tensors by name. Built by :func:`minicompress.compress` or :func:`minicompress.files.load`.

    Parameters
    ----------
    tensors : dict of str to CompressedTensor
    records : dict of str to Record, same keys
    info : dict
        Free metadata (recipe name, model configuration ...), JSON-able; saved with the model.
    buffers : dict of str to array
        Integers and booleans that came with the weights, such as a table of positions; kept to the bit.
    """

    tensors: dict[str, CompressedTensor]
    records: dict[str, Record]
    info: dict[str, Any] = dataclasses.field(default_factory=dict)
    buffers: dict[str, np.ndarray] = dataclasses.field(default_factory=dict)

    @property
    def nbytes(self) -> int:
        """Bytes of all stored arrays, buffers among them."""
        return sum(tensor.nbytes for tensor in self.tensors.values()) + self._buffer_nbytes

    @property
    def original_nbytes(self) -> int:
        """Bytes of all arrays before compression."""
        return sum(record.original_nbytes for record in self.records.values()) + self._buffer_nbytes

    @property
    def _buffer_nbytes(self) -> int:
        return sum(array.nbytes for array in self.buffers.values())

    @property
    def bits_per_weight(self) -> float:
        """Stored bits for each weight, everything counted."""
        return 8 * self.nbytes / max(1, sum(int(np.prod(r.shape)) for r in self.records.values()))

    @property
    def activation_bits(self) -> dict[str, int]:
        """Names of the weights whose layers quantize their inputs, with the width."""
        return {n: r.activation_bits for n, r in self.records.items() if r.activation_bits is not None}

    def to_dense(self) -> dict[str, np.ndarray]:
        """Return float32 weights in their original shapes, as any framework can load them."""
        return {name: t.to_dense().reshape(self.records[name].shape) for name, t in self.tensors.items()}

    def to_state_dict(self) -> dict[str, Any]:
        """Return what ``torch.nn.Module.load_state_dict`` takes: float32 tensors, and the buffers as they were.

        Raises
        ------
        ImportError
            Without torch; :meth:`to_dense` gives arrays.
        """
        return as_torch(self.to_dense() | self.buffers)

    def report(self) -> Report:
        """Return the table of what was done; print it, or take its ``to_markdown()`` / ``to_json()``."""
        return Report.of(self)
