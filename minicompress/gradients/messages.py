"""What goes over the wire: dataclasses of arrays that know their bytes and the gradient that they stand for."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

__all__ = ["DenseMessage", "LowRankMessage", "Message", "SignMessage", "SparseMessage", "columns_of"]


def columns_of(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the shape (rows, columns) of a tensor seen as a matrix: the first axis, and all others flattened.

    >>> columns_of((4, 3, 2)), columns_of((5,)), columns_of(())
    ((4, 6), (5, 1), (1, 1))
    """
    rows = shape[0] if shape else 1
    return rows, math.prod(shape[1:])


@dataclasses.dataclass(frozen=True, eq=False)
class Message:
    """The base: ``shape`` is the gradient's, known to both sides and not counted."""

    shape: tuple[int, ...]

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays: values, indices, factors."""
        values = (getattr(self, field.name) for field in dataclasses.fields(self))
        return sum(value.nbytes for value in values if isinstance(value, np.ndarray))

    def to_dense(self) -> np.ndarray:
        """Return the gradient that this message stands for: float64, of ``shape``."""
        raise NotImplementedError(f"{type(self).__name__} has no to_dense()")


@dataclasses.dataclass(frozen=True, eq=False)
class DenseMessage(Message):
    """All values, for what is too small to compress.

    >>> DenseMessage((2,), np.float32([1, 2])).nbytes
    8
    """

    values: np.ndarray

    def to_dense(self) -> np.ndarray:
        """Return the values as float64."""
        return self.values.astype(np.float64).reshape(self.shape)


@dataclasses.dataclass(frozen=True, eq=False)
class SparseMessage(Message):
    """Values (k,) at rising flat ``indices`` (k,), zero elsewhere.

    >>> SparseMessage((2, 2), np.int32([3]), np.float32([5])).to_dense()
    array([[0., 0.],
           [0., 5.]])
    """

    indices: np.ndarray
    values: np.ndarray

    def to_dense(self) -> np.ndarray:
        """Return zeros with the values in their places."""
        dense = np.zeros(math.prod(self.shape))
        dense[self.indices] = self.values
        return dense.reshape(self.shape)


@dataclasses.dataclass(frozen=True, eq=False)
class SignMessage(Message):
    """One bit an entry, eight to a byte (1: not negative), and two values (columns,) for each column.

    >>> bits = np.packbits(np.array([1, 0, 1], bool))
    >>> SignMessage((3,), bits, np.float32([2]), np.float32([-1])).to_dense()
    array([ 2., -1.,  2.])
    """

    bits: np.ndarray
    positive: np.ndarray
    negative: np.ndarray

    def to_dense(self) -> np.ndarray:
        """Return each column's value for its sign."""
        signs = np.unpackbits(self.bits, count=math.prod(self.shape)).astype(bool).reshape(columns_of(self.shape))
        return np.where(signs, self.positive, self.negative).astype(np.float64).reshape(self.shape)


@dataclasses.dataclass(frozen=True, eq=False)
class LowRankMessage(Message):
    """P Q^T for the gradient as a matrix (rows, columns): ``p`` (rows, rank) orthonormal, ``q`` (columns, rank).

    >>> LowRankMessage((2, 2), np.float32([[1], [0]]), np.float32([[3], [4]])).to_dense()
    array([[3., 4.],
           [0., 0.]])
    """

    p: np.ndarray
    q: np.ndarray

    def to_dense(self) -> np.ndarray:
        """Return P Q^T, summed in float64."""
        return (self.p.astype(np.float64) @ self.q.T.astype(np.float64)).reshape(self.shape)
