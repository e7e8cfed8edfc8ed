"""The embedding: one learned row per token."""

from __future__ import annotations

from typing import Any

import numpy as np

from minicompress.checks import generator, int_array, integer
from minicompress.nn.module import Module
from minicompress.nn.stored import StoredWeight
from minicompress.nn.tensor import Tensor, parameter


def embedding(ids: np.ndarray, weight: Tensor) -> Tensor:
    """Return ``y[...] = W[ids[...]]`` for ``ids`` (...) and ``W`` (vocab, dim).

    A row's gradient is the sum over the places that used it, ``dL/dW = H' g`` with ``H`` the one-hot matrix of the ids.

    >>> w = Tensor([[1.0], [2.0]], requires_grad=True)
    >>> embedding(np.array([1, 1, 0]), w).sum().backward()
    >>> w.grad.ravel()
    array([1., 2.], dtype=float32)
    """
    vocab, dim = weight.shape
    return Tensor.record(weight.data[ids], (weight, lambda g: _sum_by_id(ids.reshape(-1), g.reshape(-1, dim), vocab)))


def _sum_by_id(ids: np.ndarray, rows: np.ndarray, vocab: int) -> np.ndarray:
    """Return ``H' rows``; the CSR form of ``H'`` lists, per id, where it occurs (np.add.at would be far slower)."""
    from scipy import sparse  # here, because only training needs it

    places = np.argsort(ids, kind="stable")
    indptr = np.zeros(vocab + 1, np.int64)
    np.cumsum(np.bincount(ids, minlength=vocab), out=indptr[1:])
    one_hot = sparse.csr_array((np.ones(len(ids), rows.dtype), places, indptr), shape=(vocab, len(ids)))
    return one_hot @ rows


class Embedding(Module):
    """A table ``weight`` (vocab, dim), drawn from a normal distribution of standard deviation ``1/sqrt(dim)``."""

    weight: Tensor | StoredWeight

    def __init__(self, vocab: int, dim: int, *, rng: np.random.Generator) -> None:
        self.vocab, self.dim = integer(vocab, "vocab", low=1), integer(dim, "dim", low=1)
        values = generator(rng).standard_normal((self.vocab, self.dim), np.float32)
        self.weight = parameter(values * np.float32(self.dim**-0.5))

    def forward(self, ids: Any) -> Tensor:
        """Map integer ids (...) to rows (..., dim)."""
        ids = int_array(ids, "ids", low=0, high=self.vocab - 1)
        if isinstance(self.weight, Tensor):
            return embedding(ids, self._get("weight"))
        self._check_inference("weight")
        return Tensor(self.weight.take_rows(ids))
