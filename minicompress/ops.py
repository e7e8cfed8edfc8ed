"""The one place that picks a twin: ``ops.csr_matmul`` is the kernel of that name, or its NumPy definition.

``MINICOMPRESS_BACKEND`` chooses: ``numba`` (an error if numba is missing), ``reference`` (NumPy only), or ``auto``
(the default: numba where it can be imported). Numba is imported at the first call, never at ``import minicompress``.
An operation that has no kernel, because NumPy is as fast, runs its definition on every backend.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
from collections.abc import Callable
from types import ModuleType
from typing import Any

__all__ = ["FAMILIES", "backend", "operation"]

#: Operation families: a file of this name in ``reference/``, and, where a kernel pays, in ``kernels/``.
FAMILIES = (
    "packing",
    "affine",
    "quantized",
    "codebook",
    "sparse",
    "hessian",
    "gptq",
    "floats",
    "levels",
    "gguf",
    "trits",
    "kmeans1d",
    "kmeans",
    "huffman",
    "rans",
    "inference",
    "relative",
    "hashing",
    "pruning",
    "ranking",
    "shrinkage",
)

_picked: dict[tuple[str, str], Callable[..., Any]] = {}


def backend() -> str:
    """Return ``"numba"`` or ``"reference"``, as the environment asks for now.

    >>> backend() in ("numba", "reference")
    True
    """
    asked = os.environ.get("MINICOMPRESS_BACKEND", "auto")
    if asked not in ("auto", "numba", "reference"):
        raise ValueError(f"MINICOMPRESS_BACKEND must be auto, numba or reference; got {asked!r}")
    if asked != "auto":
        return asked
    return "numba" if _numba_is_there() else "reference"


@functools.cache
def _numba_is_there() -> bool:
    return importlib.util.find_spec("numba") is not None


def _family(package: str, name: str) -> ModuleType | None:
    path = f"minicompress.{package}.{name}"
    return importlib.import_module(path) if importlib.util.find_spec(path) else None


def operation(name: str, which: str | None = None) -> Callable[..., Any]:
    """Return the twin of operation ``name`` on backend ``which`` (the chosen one by default).

    >>> operation("pack_bits", "reference").__module__
    'minicompress.reference.packing'
    """
    which = which or backend()
    key = (which, name)
    if (found := _picked.get(key)) is not None:
        return found
    for package in ("kernels", "reference") if which == "numba" else ("reference",):
        for family in FAMILIES:
            module = _family(package, family)
            if module is not None and name in module.__all__:
                _picked[key] = getattr(module, name)
                return _picked[key]
    raise AttributeError(f"minicompress has no operation named {name!r} in the families {', '.join(FAMILIES)}")


def __getattr__(name: str) -> Callable[..., Any]:
    if name.startswith("_"):
        raise AttributeError(name)
    return operation(name)
