"""The one parallel loop: ``launch`` runs the parts of a kernel on several threads, or one part on this thread.

    launch(kernel, threads=2, ...)   ->   kernel(table, 0, 2)  on one thread
                                          kernel(table, 1, 2)  on another

Numba's workqueue layer aborts when two threads enter it at once; OpenMP and TBB do not. A child of ``fork`` must not
enter a pool that its parent started, so there kernels run on one thread.
"""

from __future__ import annotations

import functools
import os
import threading
from typing import Any

import numba
from llvmlite import ir
from numba import prange, types
from numba.core import config
from numba.extending import intrinsic

from minicompress.kernels.codegen import i64
from minicompress.kernels.compiler import Kernel, cached

__all__ = ["launch", "share", "thread_limit", "threads_for"]

_lock = threading.Lock()
_state = {"reentrant": False, "forked": False}


def thread_limit() -> int:
    """Return how many threads a kernel may use: ``MINICOMPRESS_NUM_THREADS``, or what numba would use.

    Raises
    ------
    ValueError
        If the variable is not an integer from 1 to the number of threads that numba has.
    """
    asked = os.environ.get("MINICOMPRESS_NUM_THREADS")
    if asked is None:
        return 1 if _state["forked"] else int(numba.get_num_threads())
    top = config.NUMBA_NUM_THREADS
    if not asked.isdigit() or not 1 <= int(asked) <= top:
        raise ValueError(f"MINICOMPRESS_NUM_THREADS must be an integer from 1 to {top}; got {asked!r}")
    return 1 if _state["forked"] else int(asked)


def threads_for(work: float, least: float) -> int:
    """Return the number of threads for ``work``, of which one thread should get at least ``least``."""
    if work < 2 * least:
        return 1
    return max(1, min(thread_limit(), int(work // least)))


@numba.njit(inline="always")
def share(total, part, parts):  # type: ignore[no-untyped-def]
    """The range ``(first, last)`` of part ``part`` when ``total`` things are dealt out evenly."""
    return part * total // parts, (part + 1) * total // parts


@intrinsic
def _call(typing, address, table, part, parts):  # type: ignore[no-untyped-def]
    def generate(context, builder, signature, values):  # type: ignore[no-untyped-def]
        kind = ir.FunctionType(ir.VoidType(), [i64, i64, i64])
        builder.call(builder.inttoptr(values[0], kind.as_pointer()), list(values[1:]))
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64), generate


def _loop(address, table, parts):  # type: ignore[no-untyped-def]
    for part in prange(parts):
        _call(address, table, part, parts)


@functools.cache
def _parallel_loop() -> Any:
    # One signature, so that nothing else is ever compiled for it.
    return cached(numba.njit, "void(int64, int64, int64)", parallel=True, nogil=True)(_loop)


def launch(kernel: Kernel, threads: int, *arguments: Any) -> None:
    """Run all parts of ``kernel`` on ``threads`` threads."""
    table = kernel.table(*arguments)
    compiled = kernel.compile()
    if threads == 1:
        compiled.ctypes(table.ctypes.data_as(compiled.ctypes.argtypes[0]), 0, 1)
    elif _state["reentrant"]:
        _parallel_loop()(compiled.address, table.ctypes.data, threads)
    else:
        with _lock:
            _parallel_loop()(compiled.address, table.ctypes.data, threads)
            # Known once a parallel loop has run.
            _state["reentrant"] = numba.threading_layer() in ("omp", "tbb")


def _in_child() -> None:
    _state["forked"] = True


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
