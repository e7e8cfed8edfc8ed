"""Weights in the blocks of llama.cpp's GGUF files, byte for byte: see :mod:`minicompress.reference.gguf`."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import numpy as np

from minicompress import checks, ops
from minicompress.tensors.base import CompressedTensor
from minicompress.tensors.decoded import DecodedTensor
from minicompress.tensors.fields import check_field

__all__ = ["GGUF_KINDS", "GGUFTensor"]

#: Kinds of block that can be read; Q8_0, Q4_0 and Q4_1 can be written too.
GGUF_KINDS = ("Q8_0", "Q4_0", "Q4_1", "Q4_K", "Q5_K", "Q6_K")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class GGUFTensor(DecodedTensor, CompressedTensor):
    """Rows of blocks of 32 or 256 weights.

    Parameters
    ----------
    blocks : (out, in / weights * bytes) uint8
        The blocks of each row, end to end, as they stand in a file.
    kind : one of ``GGUF_KINDS``

    Examples
    --------
    >>> from minicompress.quantization import quantize_gguf
    >>> w = quantize_gguf(np.eye(2, 32), format="Q4_0")
    >>> w.shape, w.bits_per_weight
    ((2, 32), 4.5)
    """

    format: ClassVar[str] = "gguf"
    blocks: np.ndarray
    kind: str

    def _validate(self) -> None:
        checks.one_of(self.kind, "kind", GGUF_KINDS)
        check_field(self.blocks, "blocks", np.uint8, (None, None))
        _, size = ops.gguf_block(self.kind)
        if self.blocks.shape[1] % size:
            raise ValueError(f"blocks must have a multiple of {size} bytes a row; got {checks.describe(self.blocks)}")
        with np.errstate(all="ignore"):
            if not np.isfinite(self._decode(np.arange(self.shape[0]))).all():
                raise ValueError("blocks holds a scale that is not finite")

    @property
    def shape(self) -> tuple[int, ...]:
        """(out_features, in_features)."""
        weights, size = ops.gguf_block(self.kind)
        return (self.blocks.shape[0], self.blocks.shape[1] // size * weights)

    def _decode(self, rows: np.ndarray) -> np.ndarray:
        _, size = ops.gguf_block(self.kind)
        blocks = np.ascontiguousarray(self.blocks[rows]).reshape(-1, size)
        return ops.gguf_decode(blocks, self.kind).reshape(len(rows), self.shape[1])
