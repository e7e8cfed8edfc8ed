"""Checks of stored arrays, which may come from a stranger's file: dtype, shape, and finite values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from minicompress import checks

__all__ = ["check_dense_size", "check_field", "check_packed", "check_scale", "claim_fits"]

_FLOATS = (np.float32, np.float16)
#: What a stored tensor may claim to unfold to: 256 MiB, or 16384 times its own bytes if that is more.
_ALWAYS, _TIMES = 2**28, 2**14


def check_field(
    array: np.ndarray, name: str, dtypes: type[np.generic] | Sequence[type[np.generic]], shape: tuple[int | None, ...]
) -> None:
    """Raise ``ValueError`` unless ``array`` has one of ``dtypes``, fits ``shape`` (None: any) and holds finite numbers.

    >>> check_field(np.zeros(3), "scale", np.float32, (None,))
    Traceback (most recent call last):
    ValueError: scale must be float32 of shape (any); got an array of shape (3,) and dtype float64
    """
    wanted = dtypes if isinstance(dtypes, Sequence) else (dtypes,)
    right = isinstance(array, np.ndarray) and array.dtype in wanted and array.ndim == len(shape)
    if not right or any(s is not None and s != n for s, n in zip(shape, array.shape, strict=True)):
        names = " or ".join(str(np.dtype(d)) for d in wanted)
        size = ", ".join("any" if s is None else str(s) for s in shape)
        raise ValueError(f"{name} must be {names} of shape ({size}); got {checks.describe(array)}")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{name} holds a value that is not finite")


def check_dense_size(nbytes: int, stored: int, name: str = "the dense matrix") -> None:
    """Raise ``ValueError`` where ``stored`` bytes claim ``nbytes`` that no honest tensor of that size has.

    A shape is a few digits in a file: without a limit, 200 bytes could ask for all of the memory.

    >>> check_dense_size(4 * 10**12, 200)
    Traceback (most recent call last):
    ValueError: the dense matrix would take 4000000000000 bytes; 200 stored bytes may claim 268435456 at most
    """
    if not claim_fits(nbytes, stored):
        limit = max(_ALWAYS, _TIMES * stored)
        raise ValueError(f"{name} would take {nbytes} bytes; {stored} stored bytes may claim {limit} at most")


def claim_fits(nbytes: int, stored: int) -> bool:
    """Whether ``stored`` bytes may unfold to ``nbytes``.

    >>> claim_fits(2**28, 1), claim_fits(2**28 + 1, 1), claim_fits(2**32, 2**20)
    (True, False, True)
    """
    return nbytes <= max(_ALWAYS, _TIMES * stored)


def check_packed(array: np.ndarray, name: str, bits: int, columns: int) -> None:
    """Raise ``ValueError`` unless ``array`` is uint8 (rows, ceil(columns * bits / 8)).

    >>> check_packed(np.zeros((2, 3), np.uint8), "packed", 4, 5)
    """
    check_field(array, name, np.uint8, (None, (columns * bits + 7) // 8))


def check_scale(scale: np.ndarray, rows: int, columns: int, *, largest: float = 1.0) -> None:
    """Raise ``ValueError`` unless ``scale`` is float32 or float16 (rows or 1, groups), groups dividing ``columns``.

    ``largest`` is the largest value that a scale is multiplied by: their product must be a float32.

    >>> check_scale(np.ones((1, 1), np.float32), 4, 6)
    """
    check_field(scale, "scale", _FLOATS, (None, None))
    if scale.shape[0] not in (1, rows):
        raise ValueError(f"scale must have 1 or {rows} rows; got {checks.describe(scale)}")
    if scale.shape[1] < 1 or columns % scale.shape[1]:
        raise ValueError(f"scale has {scale.shape[1]} groups, which do not divide the {columns} columns")
    reach = float(np.abs(scale.astype(np.float64)).max(initial=0)) * largest
    if reach > float(np.finfo(np.float32).max):
        raise ValueError(f"scale takes weights beyond float32: {reach:.4g}")
