"""Argument checks: every error names the argument, what came, and what would be right.

Row 0 of the package: imports nothing of the project, so that anything may use it. A check returns the value in the
form that the caller wants (a C-contiguous float array, a plain ``int``), so that checking and converting are one step.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np


def describe(value: object) -> str:
    """Say in a few words what ``value`` is, for an error message.

    >>> describe(np.zeros((2, 3), np.float32))
    'an array of shape (2, 3) and dtype float32'
    """
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def float_array(
    value: Any,
    name: str,
    *,
    ndim: int | Sequence[int] | None = None,
    shape: tuple[int | None, ...] | None = None,
    dtype: Any = np.float32,
    allow_empty: bool = False,
    finite: bool = True,
) -> np.ndarray:
    """Return ``value`` as a C-contiguous floating array, or raise an error that names ``name``.

    ``dtype=None`` keeps float32 and float64 as they are and converts the rest to float32. ``shape`` may hold ``None``
    where any length will do. The input is never changed; it is copied only where its layout or dtype must change.

    >>> float_array([[1, 2]], "w", ndim=2).dtype
    dtype('float32')
    >>> float_array(np.array([1.0, np.nan]), "w")
    Traceback (most recent call last):
    ValueError: w has 1 value that is not finite (first: nan at index (1,)); finite numbers are needed
    """
    raw = value if isinstance(value, np.ndarray) else np.asarray(value)
    if raw.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers; got {describe(raw)}")
    if ndim is not None and raw.ndim not in (wanted := (ndim,) if isinstance(ndim, int) else ndim):
        dims = " or ".join(str(n) for n in wanted)
        raise ValueError(f"{name} must have {dims} dimension(s); got {describe(raw)}")
    if shape is not None:
        _same_shape(raw, name, shape)
    if raw.size == 0 and not allow_empty:
        raise ValueError(f"{name} is empty: {describe(raw)}; at least one element is needed")
    if dtype is None:
        dtype = raw.dtype if raw.dtype in (np.float32, np.float64) else np.float32
    if finite and raw.dtype.kind == "f":
        _all_finite(raw, name)
    if type(raw) is np.ndarray and raw.dtype == dtype and raw.flags.c_contiguous:
        return raw  # nothing to convert: kernels on a few rows take hardly longer than the rest of this
    with np.errstate(over="ignore"):
        out = np.ascontiguousarray(raw, dtype=dtype).reshape(raw.shape)
    if finite and out.dtype.itemsize < raw.dtype.itemsize and not np.isfinite(out).all():
        raise ValueError(f"{name} has values beyond the range of {out.dtype}; scale it first")
    return out


def _same_shape(raw: np.ndarray, name: str, shape: tuple[int | None, ...]) -> None:
    ok = len(shape) == raw.ndim and all(s is None or s == r for s, r in zip(shape, raw.shape, strict=True))
    if not ok:
        text = ", ".join("any" if s is None else str(s) for s in shape) + ("," if len(shape) == 1 else "")
        raise ValueError(f"{name} must have shape ({text}); got {describe(raw)}")


def _all_finite(raw: np.ndarray, name: str) -> None:
    bad = ~np.isfinite(raw)
    count = int(bad.sum())
    if count:
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        noun = "value that is" if count == 1 else "values that are"
        raise ValueError(
            f"{name} has {count} {noun} not finite (first: {raw[first]} at index {first}); finite numbers are needed"
        )


def int_array(
    value: Any, name: str, *, ndim: int | None = None, low: int | None = None, high: int | None = None
) -> np.ndarray:
    """Return ``value`` as an array of integers within ``low <= value <= high``; floats are refused, never rounded.

    >>> int_array([3, 9], "indices", low=0, high=7)
    Traceback (most recent call last):
    ValueError: indices must lie in [0, 7]; got a maximum of 9
    """
    raw = np.asarray(value)
    if raw.dtype.kind not in "iu" and raw.size:
        raise TypeError(f"{name} must hold integers; got {describe(raw)}")
    if ndim is not None and raw.ndim != ndim:
        raise ValueError(f"{name} must have {ndim} dimension(s); got {describe(raw)}")
    if raw.size == 0:
        return raw.astype(np.int64) if raw.dtype.kind not in "iu" else raw
    bounds = f"[{'-inf' if low is None else low}, {'inf' if high is None else high}]"
    if low is not None and int(raw.min()) < low:
        raise ValueError(f"{name} must lie in {bounds}; got a minimum of {raw.min()}")
    if high is not None and int(raw.max()) > high:
        raise ValueError(f"{name} must lie in {bounds}; got a maximum of {raw.max()}")
    return raw


def integer(value: Any, name: str, *, low: int | None = None, high: int | None = None) -> int:
    """Return ``value`` as an ``int`` within ``low <= value <= high``.

    >>> integer(9, "bits", low=2, high=8)
    Traceback (most recent call last):
    ValueError: bits must be an integer from 2 to 8; got 9
    """
    span = {
        (True, True): f"an integer from {low} to {high}",
        (True, False): f"an integer of at least {low}",
        (False, True): f"an integer of at most {high}",
        (False, False): "an integer",
    }[low is not None, high is not None]
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be {span}; got {describe(value)}")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be {span}; got {describe(value)}") from None
    if (low is not None and number < low) or (high is not None and number > high):
        raise ValueError(f"{name} must be {span}; got {number}")
    return number


def real(
    value: Any, name: str, *, low: float | None = None, high: float | None = None, open_low: bool = False
) -> float:
    """Return ``value`` as a finite ``float`` in ``[low, high]`` (``(low, high]`` with ``open_low``).

    >>> real(1.5, "sparsity", low=0, high=1)
    Traceback (most recent call last):
    ValueError: sparsity must be a number in [0, 1]; got 1.5
    """
    left = "(" if open_low else "["
    span = f"a number in {left}{'-inf' if low is None else low}, {'inf' if high is None else high}]"
    if isinstance(value, (bool, np.bool_, str, bytes)) or np.ndim(value) != 0:
        raise TypeError(f"{name} must be {span}; got {describe(value)}")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be {span}; got {describe(value)}") from None
    too_low = low is not None and (number < low or (open_low and number == low))
    if not np.isfinite(number) or too_low or (high is not None and number > high):
        raise ValueError(f"{name} must be {span}; got {number}")
    return number


def one_of(value: Any, name: str, choices: Collection[Any]) -> Any:
    """Return ``value`` if it is one of ``choices``.

    >>> one_of("row", "axis", ("rows", "columns"))
    Traceback (most recent call last):
    ValueError: axis must be one of 'rows', 'columns'; got 'row'
    """
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(repr(c) for c in choices)}; got {value!r}")
    return value


def group_size(value: int | None, in_features: int, name: str = "group_size") -> int:
    """Return the number of inputs that share one scale; ``None`` means the whole row.

    >>> group_size(None, 48)
    48
    >>> group_size(32, 48)
    Traceback (most recent call last):
    ValueError: group_size must divide in_features = 48; got 32 (48 % 32 = 16); try 24, 16 or 12
    """
    if value is None:
        return in_features
    size = integer(value, name, low=1)
    if in_features % size:
        near = [d for d in range(min(size, in_features), 0, -1) if in_features % d == 0][:3]
        hint = " or ".join([", ".join(map(str, near[:-1])), str(near[-1])]) if len(near) > 1 else str(near[0])
        raise ValueError(
            f"{name} must divide in_features = {in_features}; got {size} "
            f"({in_features} % {size} = {in_features % size}); try {hint}"
        )
    return size


def generator(rng: Any, name: str = "rng") -> np.random.Generator:
    """Return ``rng`` if it is a ``numpy.random.Generator``: seeds and global state are refused.

    >>> generator(0)
    Traceback (most recent call last):
    TypeError: rng must be a numpy.random.Generator such as np.random.default_rng(0); got int 0
    """
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"{name} must be a numpy.random.Generator such as np.random.default_rng(0); got {describe(rng)}"
        )
    return rng


def hessian(value: Any, in_features: int, name: str = "hessian") -> np.ndarray:
    """Return a layer's H = 2 X^T X / n as float64 (in, in), if it is symmetric with a diagonal of at least 0.

    >>> hessian([[1, 2], [3, 4]], 2)
    Traceback (most recent call last):
    ValueError: hessian must be symmetric; it differs from its transpose by 1
    """
    h = float_array(value, name, shape=(in_features, in_features), dtype=np.float64)
    tolerance = 1e-5 * np.abs(h).max()
    with np.errstate(over="ignore"):
        skew = np.abs(h - h.T).max()
    if skew > tolerance:
        raise ValueError(f"{name} must be symmetric; it differs from its transpose by {skew:.3g}")
    if (h.diagonal() < 0).any():
        j = int(h.diagonal().argmin())
        raise ValueError(f"{name} must have a diagonal of at least 0; entry {j} is {h[j, j]:.3g}")
    return h
