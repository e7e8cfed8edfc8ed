"""What the speed exercises are measured against: plain library calls, as one would write them first."""

from __future__ import annotations

import numpy as np


def numpy_int4_matvec(packed: np.ndarray, scale: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Unpack the nibbles into a float32 matrix, then multiply.

    >>> numpy_int4_matvec(np.array([[0x19]], np.uint8), np.array([[2]], np.float32), np.ones(2, np.float32))
    array([-12.], dtype=float32)
    """
    rows, size = packed.shape
    codes = np.empty((rows, 2 * size), np.float32)
    codes[:, 0::2] = packed & 15
    codes[:, 1::2] = packed >> 4
    w = (codes - 8).reshape(rows, scale.shape[1], -1) * scale[:, :, None]
    return np.asarray(w.reshape(rows, -1) @ x)


def scipy_csr_matmul(data: np.ndarray, indices: np.ndarray, indptr: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Multiply with SciPy's compiled CSR product.

    >>> scipy_csr_matmul(np.ones(1, np.float32), np.array([1]), np.array([0, 1]), np.eye(2, dtype=np.float32))
    array([[0., 1.]], dtype=float32)
    """
    from scipy.sparse import csr_array

    return np.asarray(csr_array((data, indices, indptr), shape=(len(indptr) - 1, x.shape[0])) @ x)


def numpy_nf4_dequantize(packed: np.ndarray, absmax: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Look the codes up in the table, then scale block by block.

    >>> numpy_nf4_dequantize(np.array([0x10], np.uint8), np.array([2], np.float32), np.arange(16, dtype=np.float32))
    array([2., 0.], dtype=float32)
    """
    codes = np.stack([packed >> 4, packed & 15], axis=1).reshape(absmax.size, -1)
    return np.asarray((levels[codes] * absmax[:, None]).ravel())
