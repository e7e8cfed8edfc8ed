"""The methods that a recipe may name. Each takes one weight matrix and returns a stored format.

To add one: write the algorithm in its own package, then add a function here with keyword-only options and
``@method``. Recipes, the command line and the shared tests find it by name.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress.pruning import magnitude_mask
from minicompress.quantization import quantize_rtn
from minicompress.tensors import CompressedTensor, CSRMatrix, DenseTensor

__all__ = ["METHODS", "call_method", "method"]

Method = Callable[..., CompressedTensor]

#: Methods by name: ``f(w, x, **options)``, ``w`` (out, in) float32, ``x`` calibration inputs (n, in) or None.
METHODS: dict[str, Method] = {}


def method(function: Method) -> Method:
    """Register ``function`` under its own name."""
    name = function.__name__
    if name in METHODS:
        raise ValueError(f"method {name!r} is registered twice")
    METHODS[name] = function
    return function


@method
def dense(w: np.ndarray, x: np.ndarray | None, *, dtype: str = "float32") -> CompressedTensor:
    """Store as it is, or as float16: half the bytes, about three decimal digits."""
    if dtype not in ("float16", "float32"):
        raise ValueError(f"dtype must be 'float16' or 'float32'; got {dtype!r}")
    with np.errstate(over="ignore"):
        data = w.astype(dtype)
    if not np.isfinite(data).all():
        raise ValueError(f"a weight of {np.abs(w).max():.3g} overflows float16")
    return DenseTensor(data)


@method
def rtn(
    w: np.ndarray,
    x: np.ndarray | None,
    *,
    bits: int = 8,
    group_size: int | None = None,
    symmetric: bool = True,
    narrow_range: bool = True,
    scale_dtype: str = "float32",
) -> CompressedTensor:
    """Round to nearest integers of ``bits`` bits, one scale per group of inputs (per row without ``group_size``)."""
    return quantize_rtn(
        w, bits=bits, group_size=group_size, symmetric=symmetric, narrow_range=narrow_range, scale_dtype=scale_dtype
    )


@method
def magnitude(w: np.ndarray, x: np.ndarray | None, *, sparsity: float) -> CompressedTensor:
    """Drop the smallest magnitudes and store the rest in CSR form."""
    return CSRMatrix.from_dense(w, magnitude_mask(w, sparsity=sparsity))


def call_method(name: str, w: np.ndarray, x: np.ndarray | None, options: dict[str, Any]) -> CompressedTensor:
    """Run method ``name``; an unknown name or option is a ``ValueError`` that lists the known ones."""
    check_options(name, options)
    return METHODS[name](w, x, **options)


def check_options(name: str, options: dict[str, Any]) -> None:
    """Raise ``ValueError`` unless ``name`` is a method and ``options`` are its own and complete."""
    if name not in METHODS:
        raise ValueError(f"method must be one of {', '.join(sorted(METHODS))}; got {name!r}")
    known = [p for p in inspect.signature(METHODS[name]).parameters.values() if p.kind is p.KEYWORD_ONLY]
    unknown = sorted(set(options) - {p.name for p in known})
    if unknown:
        raise ValueError(f"method {name!r} has no option {unknown[0]!r}; it takes {', '.join(p.name for p in known)}")
    missing = [p.name for p in known if p.default is p.empty and p.name not in options]
    if missing:
        raise ValueError(f"method {name!r} needs the option {missing[0]!r}")
