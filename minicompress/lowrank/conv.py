"""A convolution as two cheaper ones in a row, each pair found by a singular value decomposition."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

from minicompress import checks

__all__ = ["ConvPair", "break_even_conv_rank", "factorize_conv", "separable_approximation"]

_SPLITS = ("output", "input", "spatial")


@dataclasses.dataclass(frozen=True, eq=False)
class ConvPair:
    """Two kernels to run one after the other, with no function between; a bias belongs to the second.

    Stride and padding along an axis go to the kernel that has taps there; the other one has one tap and neither.

    Parameters
    ----------
    first : (middle, in / groups, k, ...) float32
    second : (out, middle, k, ...) float32
    groups : int
        Of the first convolution; the second has one.
    """

    first: np.ndarray
    second: np.ndarray
    groups: int = 1

    @property
    def nbytes(self) -> int:
        """Bytes of both kernels."""
        return self.first.nbytes + self.second.nbytes

    @property
    def multiply_adds(self) -> int:
        """For each output position, at stride 1: as many as there are weights."""
        return self.first.size + self.second.size

    def to_dense(self) -> np.ndarray:
        """Return the one kernel (out, in, k, ...) that does what the pair does: float32."""
        first, second = self.first.astype(np.float64), self.second.astype(np.float64)
        if self.groups > 1:
            inputs, taps = self.groups, first.shape[2]
            each = first.reshape(inputs, -1, taps), second[:, :, 0].reshape(len(second), inputs, -1)
            return np.einsum("imt,oim->oit", *each).astype(np.float32)
        if first.ndim == 3:  # one of the two has a single tap
            return np.einsum("rit,ors->oits", first, second).reshape(*_kernel_shape(first, second)).astype(np.float32)
        return np.einsum("riyx,orvu->oiyvxu", first, second).reshape(*_kernel_shape(first, second)).astype(np.float32)


def _kernel_shape(first: np.ndarray, second: np.ndarray) -> tuple[int, ...]:
    taps = (a * b for a, b in zip(first.shape[2:], second.shape[2:], strict=True))
    return (len(second), first.shape[1], *taps)


def factorize_conv(w: Any, *, rank: int, split: str = "output", allow_growth: bool = False) -> ConvPair:
    """Return the pair of ``rank`` middle channels that is closest to the kernel ``w`` in squared error.

        output   k then 1:   W as (out, in k),        arXiv:1505.06798
        input    1 then k:   W as (in, out k)
        spatial  (k, 1) then (1, k), images only:  W as (in k, out k),   arXiv:1405.3866, closed form arXiv:1511.06067

    The unfolded matrix's truncated SVD gives both kernels; by Eckart and Young ||W - pair||^2 is the sum of the
    squared singular values left out. ``separable_approximation`` and ``tucker2`` are the other two ways to cut.

    Parameters
    ----------
    w : (out, in, k) or (out, in, k, k'), finite
    rank : int
        1 to the smaller side of the unfolded matrix.
    split : "output", "input" or "spatial"
    allow_growth : bool
        Take a rank whose kernels are no smaller than ``w``, see ``break_even_conv_rank``.

    Examples
    --------
    >>> w = np.einsum("o,it->oit", [1.0, 2.0, 3.0, 4.0], np.arange(12.0).reshape(4, 3))
    >>> pair = factorize_conv(w, rank=1)
    >>> pair.first.shape, pair.second.shape, pair.nbytes, np.allclose(pair.to_dense(), w, atol=1e-5)
    ((1, 4, 3), (4, 1, 1), 64, True)
    """
    kernel = _checked_kernel(w)
    limit = break_even_conv_rank(kernel.shape, split=split)
    rows, columns = _unfolded(kernel.shape, split)
    rank = checks.integer(rank, "rank", low=1, high=min(rows, columns))
    _refuse_growth(rank * (rows + columns), kernel.size, f"rank {rank} (break-even: {limit})", allow_growth)
    out, inputs, *taps = kernel.shape
    if split == "output":
        left, right = _halves(kernel.reshape(out, -1), rank)
        return ConvPair(right.T.reshape(rank, inputs, *taps), left.reshape(out, rank, *(1 for _ in taps)))
    if split == "input":
        left, right = _halves(np.moveaxis(kernel, 1, 0).reshape(inputs, -1), rank)
        first = left.T.reshape(rank, inputs, *(1 for _ in taps))
        return ConvPair(first, np.ascontiguousarray(np.moveaxis(right.reshape(out, *taps, rank), -1, 1)))
    high, wide = taps
    left, right = _halves(kernel.transpose(1, 2, 0, 3).reshape(inputs * high, out * wide), rank)
    second = right.reshape(out, wide, rank).transpose(0, 2, 1)[:, :, None, :]
    return ConvPair(left.T.reshape(rank, inputs, high, 1), np.ascontiguousarray(second))


def break_even_conv_rank(shape: tuple[int, ...], *, split: str = "output") -> int:
    """Return the largest rank at which ``factorize_conv`` takes fewer weights, and operations, than the kernel.

    >>> [break_even_conv_rank((64, 64, 3, 3), split=s) for s in ("output", "input", "spatial")]
    [57, 57, 95]
    """
    sizes = tuple(checks.integer(s, "shape", low=1) for s in shape)
    if len(sizes) not in (3, 4):
        raise ValueError(f"shape must be (out, in, k) or (out, in, k, k'); got {shape}")
    rows, columns = _unfolded(sizes, split)
    return (math.prod(sizes) - 1) // (rows + columns)


def separable_approximation(w: Any, *, multiplier: int = 1, allow_growth: bool = False) -> ConvPair:
    """Return the depthwise-separable pair closest to ``w``: W[o, i, :] ~ sum_m P[o, i, m] D[i, m, :].

    The squared error splits over input channels, so each matrix W[:, i, :] (out, k) has its own best rank
    ``multiplier``: the truncated SVD. ``first`` (in * multiplier, 1, k) runs with ``groups`` = in, ``second`` is 1x1.

    Parameters
    ----------
    w : (out, in, k), finite
    multiplier : int, 1 to min(out, k)
        Depthwise filters for each input channel.
    allow_growth : bool
        Take kernels that are no smaller than ``w``.

    Examples
    --------
    >>> w = np.einsum("oi,it->oit", np.arange(20.0).reshape(5, 4), np.arange(12.0).reshape(4, 3))
    >>> pair = separable_approximation(w)
    >>> pair.first.shape, pair.second.shape, pair.groups, np.allclose(pair.to_dense(), w, atol=1e-4)
    ((4, 1, 3), (5, 4, 1), 4, True)
    """
    kernel = _checked_kernel(w)
    if kernel.ndim != 3:
        raise ValueError(f"w must have shape (out, in, k); got {checks.describe(kernel)}")
    out, inputs, taps = kernel.shape
    count = checks.integer(multiplier, "multiplier", low=1, high=min(out, taps))
    _refuse_growth(inputs * count * (out + taps), kernel.size, f"multiplier {count}", allow_growth)
    left, right = _halves(kernel.transpose(1, 0, 2), count)  # (in, out, m), (in, k, m)
    depthwise = np.ascontiguousarray(right.transpose(0, 2, 1)).reshape(inputs * count, 1, taps)
    pointwise = np.ascontiguousarray(left.transpose(1, 0, 2)).reshape(out, inputs * count, 1)
    return ConvPair(depthwise, pointwise, groups=inputs)


def _halves(matrix: np.ndarray, rank: int) -> tuple[np.ndarray, np.ndarray]:
    """U sqrt(S) and V sqrt(S) of (each of) ``matrix`` (..., m, n), to ``rank``: float32 (..., m, r), (..., n, r)."""
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    root = np.sqrt(s[..., None, :rank])
    left, right = u[..., :rank] * root, vt.swapaxes(-1, -2)[..., :rank] * root
    return np.ascontiguousarray(left, np.float32), np.ascontiguousarray(right, np.float32)


def _unfolded(shape: tuple[int, ...], split: str) -> tuple[int, int]:
    """Sides of the matrix that ``split`` lays the kernel out as."""
    checks.one_of(split, "split", _SPLITS)
    out, inputs, *taps = shape
    if split == "spatial":
        if len(taps) != 2:
            raise ValueError(f"split 'spatial' needs a kernel (out, in, k, k'); got shape {tuple(shape)}")
        return inputs * taps[0], out * taps[1]
    side = out if split == "output" else inputs
    return side, math.prod(shape) // side


def _checked_kernel(w: Any) -> np.ndarray:
    kernel = checks.float_array(w, "w", ndim=(3, 4)).astype(np.float64)
    if np.linalg.norm(kernel) > np.finfo(np.float32).max:
        raise ValueError("w has a norm beyond float32; scale it first")
    return kernel


def _refuse_growth(numbers: int, before: int, what: str, allow_growth: bool) -> None:
    if numbers >= before and not allow_growth:
        raise ValueError(
            f"{what} takes {numbers} numbers, not fewer than the {before} of w; "
            "allow_growth=True takes them all the same"
        )
