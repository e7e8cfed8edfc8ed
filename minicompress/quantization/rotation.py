"""Rotation: multiply activations by a random orthogonal matrix, so that no channel stands out; weights undo it.

    W x = (W Q^T)(Q x),   Q = (H_p / sqrt(p)  kron  R) diag(signs),   n = p m, p a power of two, m odd

H_p is the Hadamard matrix, applied in n log2 p additions; the signs are random; R is 1, or, where n is no power of
two, a random orthogonal matrix (m, m). One outlier of size a becomes n values of about a / sqrt(n).
Sources: Ashkboos et al. 2024 (QuaRot), arXiv:2404.00456; Chee et al. 2023 (QuIP), arXiv:2307.13304.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["Rotation", "hadamard_transform", "random_rotation"]


def hadamard_transform(x: Any) -> np.ndarray:
    """Return H x / sqrt(n) along the last axis, whose length n must be a power of two: orthonormal, its own inverse.

    H_1 = 1, H_2n = [[H_n, H_n], [H_n, -H_n]]; float32 or float64 as ``x`` is.

    >>> hadamard_transform([1.0, 0.0, 0.0, 0.0])
    array([0.5, 0.5, 0.5, 0.5])
    """
    values = checks.float_array(x, "x", dtype=None)
    n = values.shape[-1] if values.ndim else 0
    if n < 1 or n & (n - 1):
        raise ValueError(f"x must have a power of two on its last axis; got {checks.describe(values)}")
    return _hadamard(values, axis_length=n)


def _hadamard(values: np.ndarray, *, axis_length: int) -> np.ndarray:
    """The transform of every run of ``axis_length`` values of a C-contiguous array, log2 stages of sums."""
    out, width = values.reshape(-1) * values.dtype.type(axis_length**-0.5), 1
    with np.errstate(over="ignore", invalid="ignore"):
        while width < axis_length:
            first, second = out.reshape(-1, 2, width).swapaxes(0, 1)
            out = np.stack([first + second, first - second], axis=1).reshape(-1)
            width *= 2
    if not np.isfinite(out).all():
        raise ValueError(f"x overflows {values.dtype} once its channels are mixed; scale it first")
    return out.reshape(values.shape)


@dataclasses.dataclass(frozen=True, eq=False)
class Rotation:
    """An orthogonal Q (n, n), kept as random signs and a small factor.

    Called on activations (..., n) it gives Q x; called on weights (out, n) it gives W Q^T: the same operation, as
    both have n on their last axis. So ``rotation(x) @ rotation(w).T`` is ``x @ w.T``.

    Parameters
    ----------
    signs : (n,) of -1 and 1
    factor : (m, m) orthogonal, with n / m a power of two

    Examples
    --------
    >>> q = random_rotation(12, rng=np.random.default_rng(0))
    >>> x, w = np.eye(12)[:1], np.arange(24.0).reshape(2, 12)
    >>> np.allclose(q(x) @ q(w).T, x @ w.T), bool(np.abs(q(x)).max() < 0.6)
    (True, True)
    """

    signs: np.ndarray
    factor: np.ndarray

    def __post_init__(self) -> None:
        n, m = len(self.signs), len(self.factor)
        if self.factor.shape != (m, m) or n % m or (n // m) & (n // m - 1):
            raise ValueError(f"factor must be (m, m) with n / m a power of two; got {self.factor.shape} and n = {n}")

    @property
    def size(self) -> int:
        """n: channels that the rotation mixes."""
        return len(self.signs)

    def __call__(self, x: Any) -> np.ndarray:
        """Return Q x along the last axis (..., n): float32, or float64 for float64."""
        values = self._checked(x)
        return self._mixed(values * self.signs.astype(values.dtype), self.factor)

    def inverse(self, x: Any) -> np.ndarray:
        """Return Q^T x along the last axis (..., n)."""
        values = self._checked(x)
        return self._mixed(values, self.factor.T) * self.signs.astype(values.dtype)

    def matrix(self) -> np.ndarray:
        """Return Q (n, n), float64."""
        return self(np.eye(self.size)).T

    def _checked(self, x: Any) -> np.ndarray:
        values = checks.float_array(x, "x", dtype=None, allow_empty=True)
        if values.ndim == 0 or values.shape[-1] != self.size:
            raise ValueError(f"x must have shape (..., {self.size}); got {checks.describe(values)}")
        return values

    def _mixed(self, x: np.ndarray, factor: np.ndarray) -> np.ndarray:
        """(H kron R) x: channels as a (p, m) table, R along its rows, H along its columns."""
        m = len(factor)
        with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by the transform
            table = x.reshape(-1, self.size // m, m) @ factor.T.astype(x.dtype)
        columns = np.ascontiguousarray(table.swapaxes(1, 2))
        return np.ascontiguousarray(_hadamard(columns, axis_length=self.size // m).swapaxes(1, 2)).reshape(x.shape)


def random_rotation(n: int, *, rng: np.random.Generator) -> Rotation:
    """Draw a rotation of ``n`` channels: a randomised Hadamard matrix, times a random orthogonal one for odd factors.

    >>> random_rotation(8, rng=np.random.default_rng(0)).factor.shape  # a power of two needs no factor
    (1, 1)
    """
    size = checks.integer(n, "n", low=1)
    rng = checks.generator(rng)
    odd = size // (size & -size)
    signs = rng.choice([-1.0, 1.0], size)
    q, r = np.linalg.qr(rng.standard_normal((odd, odd)))
    # Signs of R's diagonal make the factor uniform over the orthogonal matrices; 1 stays 1.
    return Rotation(signs, q * np.sign(r.diagonal()) if odd > 1 else np.ones((1, 1)))
