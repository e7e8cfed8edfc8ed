"""The methods that a recipe may name. Each takes one weight matrix and returns a stored format.

To add one: write the algorithm in its own package, then add a function here with keyword-only options and
``@method``. Recipes, the command line and the shared tests find it by name.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from minicompress.lowrank import activation_aware_svd, low_rank_plus_sparse, rank_for_size, svd_factorize
from minicompress.pruning import (
    block_mask,
    input_norm,
    magnitude_mask,
    nm_mask,
    prune_sparsegpt,
    row_mask,
    wanda_score,
)
from minicompress.quantization import (
    hessian_from,
    quantize_adaround,
    quantize_awq,
    quantize_gptq,
    quantize_llm_int8,
    quantize_rtn,
    smooth,
)
from minicompress.tensors import BSRMatrix, CompressedTensor, CSRMatrix, DenseTensor, NMSparseMatrix

__all__ = ["METHODS", "NEEDS_INPUTS", "call_method", "data_method", "method"]

Method = Callable[..., CompressedTensor]

#: Methods by name: ``f(w, x, **options)``, ``w`` (out, in) float32, ``x`` calibration inputs (n, in) or None.
METHODS: dict[str, Method] = {}


#: Those of :data:`METHODS` that look at calibration inputs and cannot do without.
NEEDS_INPUTS: set[str] = set()


def method(function: Method) -> Method:
    """Register ``function`` under its own name."""
    name = function.__name__
    if name in METHODS:
        raise ValueError(f"method {name!r} is registered twice")
    METHODS[name] = function
    return function


def data_method(function: Method) -> Method:
    """Register a function that needs calibration inputs: a weight without any falls to the recipe's next rule."""
    NEEDS_INPUTS.add(function.__name__)
    return method(function)


def _needed(x: np.ndarray | None, name: str) -> np.ndarray:
    """The calibration inputs, for a method that cannot do without."""
    if x is None:
        raise ValueError(f"method {name!r} looks at data: pass calibration={{name: inputs (n_samples, in_features)}}")
    return x


def _grid(bits: int, group_size: int | None, symmetric: bool, narrow_range: bool, scale_dtype: str) -> dict[str, Any]:
    """The options that every rounding on an affine grid takes."""
    names = ("bits", "group_size", "symmetric", "narrow_range", "scale_dtype")
    return dict(zip(names, (bits, group_size, symmetric, narrow_range, scale_dtype), strict=True))


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
    return quantize_rtn(w, **_grid(bits, group_size, symmetric, narrow_range, scale_dtype))


@data_method
def gptq(
    w: np.ndarray,
    x: np.ndarray | None,
    *,
    bits: int = 4,
    group_size: int | None = None,
    symmetric: bool = True,
    act_order: bool = False,
    damping: float = 0.01,
    narrow_range: bool = True,
    scale_dtype: str = "float32",
) -> CompressedTensor:
    """Round column by column, each error made up for by the columns after it."""
    grid = _grid(bits, group_size, symmetric, narrow_range, scale_dtype)
    return quantize_gptq(w, hessian_from(_needed(x, "gptq")), **grid, act_order=act_order, damping=damping)


@data_method
def awq(
    w: np.ndarray,
    x: np.ndarray | None,
    *,
    bits: int = 4,
    group_size: int | None = None,
    symmetric: bool = True,
    narrow_range: bool = True,
    scale_dtype: str = "float32",
) -> CompressedTensor:
    """Scale up the columns that meet large activations, then round to nearest; the scale is stored."""
    return quantize_awq(w, _needed(x, "awq"), **_grid(bits, group_size, symmetric, narrow_range, scale_dtype))


@data_method
def adaround(
    w: np.ndarray,
    x: np.ndarray | None,
    *,
    bits: int = 4,
    group_size: int | None = None,
    symmetric: bool = True,
    n_iter: int = 500,
    narrow_range: bool = True,
    scale_dtype: str = "float32",
) -> CompressedTensor:
    """Learn for each weight whether to round it down or up."""
    grid = _grid(bits, group_size, symmetric, narrow_range, scale_dtype)
    return quantize_adaround(w, hessian_from(_needed(x, "adaround")), **grid, n_iter=n_iter)


@data_method
def smoothquant(
    w: np.ndarray, x: np.ndarray | None, *, alpha: float = 0.5, bits: int = 8, scale_dtype: str = "float32"
) -> CompressedTensor:
    """Move the spread of the activations into the weights, then round to nearest; for 8-bit activations."""
    smoothed, scale = smooth(w, np.abs(_needed(x, "smoothquant")).max(axis=0), alpha=alpha)
    return dataclasses.replace(quantize_rtn(smoothed, bits=bits, scale_dtype=scale_dtype), input_scale=1 / scale)


@data_method
def llm_int8(w: np.ndarray, x: np.ndarray | None, *, threshold: float = 6.0) -> CompressedTensor:
    """Keep the columns that meet outlier activations in float16, the rest at 8 bits."""
    return quantize_llm_int8(w, _needed(x, "llm_int8"), threshold=threshold)


@method
def magnitude(w: np.ndarray, x: np.ndarray | None, *, sparsity: float) -> CompressedTensor:
    """Drop the smallest magnitudes and store the rest in CSR form."""
    return CSRMatrix.from_dense(w, magnitude_mask(w, sparsity=sparsity))


@method
def nm(w: np.ndarray, x: np.ndarray | None, *, n: int = 2, m: int = 4) -> CompressedTensor:
    """Keep the n largest magnitudes of each m neighbours, each with the few bits that say which it is."""
    return NMSparseMatrix.from_dense(w, nm_mask(w, n=n, m=m), n=n, m=m)


@method
def block(w: np.ndarray, x: np.ndarray | None, *, block: tuple[int, int], sparsity: float) -> CompressedTensor:
    """Drop the rectangles of weights with the smallest norm, and store the others as dense blocks."""
    return BSRMatrix.from_dense(w, block_mask(w, block=block, sparsity=sparsity), block=block)


@data_method
def wanda(
    w: np.ndarray, x: np.ndarray | None, *, sparsity: float | None = None, n: int | None = None, m: int | None = None
) -> CompressedTensor:
    """Drop the smallest |weight| times norm of its input, a share of each row or all but n of each m."""
    score = wanda_score(w, input_norm(_needed(x, "wanda")))
    if sparsity is None and n is not None and m is not None:
        return NMSparseMatrix.from_dense(w, nm_mask(w, n=n, m=m, score=score), n=n, m=m)
    if sparsity is None or n is not None or m is not None:
        raise ValueError("say what goes by exactly one of sparsity, and n with m")
    return CSRMatrix.from_dense(w, row_mask(w, sparsity=sparsity, score=score))


@data_method
def sparsegpt(
    w: np.ndarray,
    x: np.ndarray | None,
    *,
    sparsity: float | None = None,
    n: int | None = None,
    m: int | None = None,
    damping: float = 0.01,
) -> CompressedTensor:
    """Drop weights column by column, each made up for by the columns after it: a share, or all but n of each m."""
    hessian = hessian_from(_needed(x, "sparsegpt"))
    pruned, _ = prune_sparsegpt(w, hessian, sparsity=sparsity, n=n, m=m, damping=damping)
    return CSRMatrix.from_dense(pruned) if n is None or m is None else NMSparseMatrix.from_dense(pruned, n=n, m=m)


@method
def svd(w: np.ndarray, x: np.ndarray | None, *, size: float, allow_growth: bool = False) -> CompressedTensor:
    """Two factors that take the share ``size`` of the dense bytes: the closest matrix of that rank."""
    return svd_factorize(w, rank=rank_for_size(w.shape, size), allow_growth=allow_growth)


@data_method
def whitened_svd(w: np.ndarray, x: np.ndarray | None, *, size: float, allow_growth: bool = False) -> CompressedTensor:
    """As ``svd``, with the outputs on the calibration inputs kept closest instead of the weights."""
    rank = rank_for_size(w.shape, size)
    return activation_aware_svd(w, _needed(x, "whitened_svd"), rank=rank, allow_growth=allow_growth)


@method
def low_rank_sparse(
    w: np.ndarray, x: np.ndarray | None, *, size: float, density: float, n_iter: int = 4, allow_growth: bool = False
) -> CompressedTensor:
    """Two factors of the share ``size``, and beside them the share ``density`` of entries that fit worst."""
    rank = rank_for_size(w.shape, size)
    return low_rank_plus_sparse(w, rank=rank, density=density, n_iter=n_iter, allow_growth=allow_growth)


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
