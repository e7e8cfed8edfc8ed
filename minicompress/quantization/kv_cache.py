"""A quantized KV cache: keys per channel, values per token.

A few channels of the keys are large at every token, so each channel wants its own step, shared by a run of tokens;
values have no such channels, and each token its own steps. So, for one head of width d,

    K^T (d, tokens) in groups along tokens,   V (tokens, d) in groups along channels

A channel's group can be rounded only when its tokens are all there: the latest tokens wait in float.
Source: Liu et al. 2024 (KIVI), arXiv:2402.02750. After RoPE each pair of channels is mixed by an angle that changes
from token to token, which blurs the large channels: cache keys before RoPE where the model allows it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress import checks
from minicompress.quantization.rtn import quantize_rtn
from minicompress.tensors import QuantizedTensor

__all__ = ["QuantizedCache", "quantize_keys", "quantize_values"]


def quantize_keys(
    keys: Any, *, bits: int = 4, group_size: int | None = None, symmetric: bool = False
) -> QuantizedTensor:
    """Quantize the keys (tokens, d) of one head per channel, in groups of ``group_size`` tokens: K^T (d, tokens).

    >>> k = np.float32([[10, 0.1], [11, 0.2], [12, 0.3], [13, 0.0]])
    >>> quantize_keys(k, bits=4).to_dense().T.round(2)[:, 1]  # the large channel does not drown the small one
    array([0.1, 0.2, 0.3, 0. ], dtype=float32)
    """
    return quantize_rtn(_head(keys, "keys").T, bits=bits, group_size=group_size, symmetric=symmetric)


def quantize_values(
    values: Any, *, bits: int = 4, group_size: int | None = None, symmetric: bool = False
) -> QuantizedTensor:
    """Quantize the values (tokens, d) of one head per token, in groups of ``group_size`` channels.

    >>> quantize_values([[0.0, 1.5, 3.0]], bits=2).codes
    array([[0, 2, 3]], dtype=uint8)
    """
    return quantize_rtn(_head(values, "values"), bits=bits, group_size=group_size, symmetric=symmetric)


def _head(x: Any, name: str) -> np.ndarray:
    return checks.float_array(x, name, ndim=2)


class QuantizedCache:
    """Keys and values of one attention head, quantized as they come in.

    Parameters
    ----------
    width : int
        d, channels of the head.
    bits : int
    group_size : int
        Tokens that share a key's step; as many of the latest tokens, at the most, are kept in float32.

    Examples
    --------
    >>> cache = QuantizedCache(4, bits=4, group_size=2)
    >>> for t in range(5):
    ...     cache.append(np.full((1, 4), t), np.full((1, 4), -t))
    >>> cache.keys()[:, 0], len(cache), cache.waiting
    (array([0., 1., 2., 3., 4.], dtype=float32), 5, 1)
    """

    def __init__(self, width: int, *, bits: int = 4, group_size: int = 32) -> None:
        self.width = checks.integer(width, "width", low=1)
        self.bits = checks.integer(bits, "bits", low=1, high=8)
        self.group_size = checks.integer(group_size, "group_size", low=1)
        self._keys: list[QuantizedTensor] = []
        self._values: list[QuantizedTensor] = []
        self._late_keys = np.zeros((0, self.width), np.float32)
        self._late_values = np.zeros((0, self.width), np.float32)

    def append(self, keys: Any, values: Any) -> None:
        """Take in keys and values (tokens, d) of the next tokens."""
        shape = (None, self.width)
        new_keys = checks.float_array(keys, "keys", shape=shape, allow_empty=True)
        new_values = checks.float_array(values, "values", shape=new_keys.shape, allow_empty=True)
        self._late_keys = np.concatenate([self._late_keys, new_keys])
        self._late_values = np.concatenate([self._late_values, new_values])
        full = len(self._late_keys) // self.group_size * self.group_size
        for start in range(0, full, self.group_size):
            run = slice(start, start + self.group_size)
            self._keys.append(quantize_keys(self._late_keys[run], bits=self.bits))
            self._values.append(quantize_values(self._late_values[run], bits=self.bits))
        self._late_keys, self._late_values = self._late_keys[full:].copy(), self._late_values[full:].copy()

    def __len__(self) -> int:
        return len(self._keys) * self.group_size + self.waiting

    @property
    def waiting(self) -> int:
        """Tokens still in float."""
        return len(self._late_keys)

    @property
    def nbytes(self) -> int:
        """Bytes of codes, scales and zero points, and of the tokens in float."""
        stored = sum(tensor.nbytes for tensor in (*self._keys, *self._values))
        return stored + self._late_keys.nbytes + self._late_values.nbytes

    def keys(self) -> np.ndarray:
        """Return the keys as they are stored, float32 (tokens, d)."""
        return np.concatenate([*(k.to_dense().T for k in self._keys), self._late_keys])

    def values(self) -> np.ndarray:
        """Return the values as they are stored, float32 (tokens, d)."""
        return np.concatenate([*(v.to_dense() for v in self._values), self._late_values])

    def attend(self, queries: Any) -> np.ndarray:
        """Return softmax(Q K^T / sqrt(d)) V for ``queries`` (n, d) over all tokens so far: float32 (n, d)."""
        q = checks.float_array(queries, "queries", shape=(None, self.width))
        if len(self) == 0:
            raise ValueError("the cache is empty: call append(keys, values) first")
        logits = q.astype(np.float64) @ self.keys().T.astype(np.float64) / np.sqrt(self.width)
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        return (weights @ self.values().astype(np.float64)).astype(np.float32)
