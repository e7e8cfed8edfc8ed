"""What a decoder keeps of the tokens it has read, so that the next one costs one position and not all of them."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from minicompress import checks
from minicompress.quantization import QuantizedCache

__all__ = ["FloatLayerCache", "KVCache", "LayerCache", "QuantizedLayerCache"]


class LayerCache(Protocol):
    """The cache of one layer: two arrays (batch, heads, tokens, channels), such as keys and values."""

    @property
    def length(self) -> int:
        """Tokens held."""

    @property
    def nbytes(self) -> int:
        """Bytes of what is held."""

    def append(self, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Take in new tokens and return all of them, as they are stored."""

    def truncate(self, length: int) -> None:
        """Forget all tokens from ``length`` on."""


class FloatLayerCache:
    """Both arrays in float, in buffers that double when they are full; ``nbytes`` counts the tokens held."""

    def __init__(self) -> None:
        self.length = 0
        self._buffers: list[np.ndarray] = []

    @property
    def nbytes(self) -> int:
        """Bytes of the tokens held."""
        return sum(buffer[:, :, : self.length].nbytes for buffer in self._buffers)

    def append(self, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Take in new tokens and return views of all of them."""
        start, stop = self.length, self.length + first.shape[2]
        if not self._buffers:
            self._buffers = [np.empty((*a.shape[:2], max(16, stop), a.shape[3]), a.dtype) for a in (first, second)]
        for i, new in enumerate((first, second)):
            buffer = self._buffers[i]
            if stop > buffer.shape[2]:
                grown = np.empty((*buffer.shape[:2], 2 * stop, buffer.shape[3]), buffer.dtype)
                grown[:, :, :start] = buffer[:, :, :start]
                self._buffers[i] = buffer = grown
            buffer[:, :, start:stop] = new
        self.length = stop
        return self._buffers[0][:, :, :stop], self._buffers[1][:, :, :stop]

    def truncate(self, length: int) -> None:
        """Forget all tokens from ``length`` on: what speculative decoding does with a rejected draft."""
        self.length = checks.integer(length, "length", low=0, high=self.length)


class QuantizedLayerCache:
    """Keys per channel and values per token in ``bits`` bits (:class:`minicompress.quantization.QuantizedCache`)."""

    def __init__(self, *, bits: int, group_size: int) -> None:
        self.bits, self.group_size = bits, group_size
        self._heads: dict[tuple[int, int], QuantizedCache] = {}

    @property
    def length(self) -> int:
        """Tokens held."""
        return len(next(iter(self._heads.values()))) if self._heads else 0

    @property
    def nbytes(self) -> int:
        """Bytes of codes, scales and zero points, and of the latest tokens, which wait in float."""
        return sum(head.nbytes for head in self._heads.values())

    def append(self, first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Take in new tokens and return all of them, decoded."""
        if first.shape != second.shape:
            raise ValueError(
                f"a quantized cache holds keys and values of one shape; got {first.shape} and {second.shape}: "
                "keep the cache of latent attention in float"
            )
        batch, heads, _, width = first.shape
        places = [(b, h) for b in range(batch) for h in range(heads)]
        for b, h in places:
            head = self._heads.setdefault((b, h), QuantizedCache(width, bits=self.bits, group_size=self.group_size))
            head.append(first[b, h], second[b, h])
        keys = np.stack([self._heads[p].keys() for p in places]).reshape(batch, heads, -1, width)
        values = np.stack([self._heads[p].values() for p in places]).reshape(batch, heads, -1, width)
        return keys.astype(first.dtype), values.astype(second.dtype)

    def truncate(self, length: int) -> None:
        """Refuse: a group of tokens shares its steps and cannot be cut."""
        if checks.integer(length, "length", low=0, high=self.length) != self.length:
            raise ValueError("a quantized cache cannot forget tokens; use one in float")


class KVCache:
    """The caches of all layers of a decoder.

    Parameters
    ----------
    layers : int
    bits : int or None
        None keeps float; 8 or 4 quantize as the tokens come in.
    group_size : int
        Tokens that share a key's step; as many of the latest tokens, at the most, wait in float.

    Examples
    --------
    >>> cache = KVCache(1)
    >>> keys, _ = cache[0].append(np.zeros((1, 2, 3, 4), np.float32), np.ones((1, 2, 3, 4), np.float32))
    >>> cache.length, cache.nbytes    # 2 (keys, values) * 2 heads * 3 tokens * 4 channels * 4 bytes
    (3, 192)
    """

    def __init__(self, layers: int, *, bits: int | None = None, group_size: int = 32) -> None:
        count = checks.integer(layers, "layers", low=1)
        self.bits = None if bits is None else checks.integer(bits, "bits", low=1, high=8)
        size = checks.integer(group_size, "group_size", low=1)
        self._layers: list[LayerCache] = [
            FloatLayerCache() if self.bits is None else QuantizedLayerCache(bits=self.bits, group_size=size)
            for _ in range(count)
        ]

    def __getitem__(self, layer: int) -> LayerCache:
        return self._layers[layer]

    def __len__(self) -> int:
        return len(self._layers)

    @property
    def length(self) -> int:
        """Tokens held."""
        return self._layers[0].length

    @property
    def nbytes(self) -> int:
        """Bytes of all layers."""
        return sum(layer.nbytes for layer in self._layers)

    def truncate(self, length: int) -> None:
        """Forget all tokens from ``length`` on, in every layer."""
        for layer in self._layers:
            layer.truncate(length)
